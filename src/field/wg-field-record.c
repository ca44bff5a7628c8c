/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands on records by table and on conflicts: record, conflicts. */
#include "field/wg-field-program.h"

#include <string.h>

#include "store/wg-records.h"
#include "wire/wg-wire-record.h"

/* What a job is about; texts belong to the program. */
typedef struct
{
  WgFieldProgram *program;
  const WgKind *kind;
  const char *id;
  WgRecordQuery query;
  GPtrArray *names; /* of char *, fields given on the command line */
  WgChoice *choices;
} Task;

static void fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list list;

  va_start (list, format);
  message = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, WG_FIELD_ERROR_USAGE, 0, message);
}

/* --- printing -------------------------------------------------------------------------------- */

static void
write_words (WgJsonWriter *writer, const WgRecord *record)
{
  wg_json_writer_begin_object (writer, "fields");
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (field->section != NULL && wg_field_is_set (field, record))
      {
        g_autofree char *words = wg_record_dup_words (record, field, TRUE);
        wg_json_writer_string (writer, field->name, words);
      }
  wg_json_writer_end (writer);
}

static void
write_record (WgJsonWriter *writer, const WgRecordView *view, gboolean revealed)
{
  g_autofree char *title = wg_record_dup_title (view->record, TRUE);
  g_autofree char *whole = revealed ? wg_wire_record_to_json (view->record) : NULL;
  gint64 now_ms = g_get_real_time () / 1000;

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", view->record->id);
  wg_json_writer_string (writer, "kind", view->record->kind->name);
  wg_json_writer_string (writer, "title", title);
  wg_json_writer_string (writer, "truth", wg_field_truth (view->truth));
  wg_json_writer_int (writer, "ver", view->record->ver);
  wg_json_writer_int (writer, "waiting", view->n_waiting);
  wg_json_writer_int (writer, "conflicts", view->n_conflicts);
  wg_json_writer_flag (writer, "needs_me", view->needs_me);
  wg_json_writer_flag (writer, "confirmed", wg_record_is_confirmed (view->record, now_ms));
  wg_json_writer_flag (writer, "void", wg_record_get_flag (view->record, WG_FIELD_VOIDED));
  if (view->refusal_op != NULL)
    {
      wg_json_writer_begin_object (writer, "refusal");
      wg_json_writer_string (writer, "op", view->refusal_op);
      wg_json_writer_string (writer, "code",
                             view->refusal >= 0 ? wg_refusal_to_string (view->refusal) : NULL);
      wg_json_writer_string (writer, "field", view->refusal_field);
      wg_json_writer_string (writer, "detail", view->refusal_detail);
      wg_json_writer_end (writer);
    }
  write_words (writer, view->record);
  wg_json_writer_raw (writer, "record", whole);
  wg_json_writer_end (writer);
}

static void
print_id (WgFieldProgram *program, const char *id)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", id);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
}

/* --- reading FIELD=VALUE --------------------------------------------------------------------- */

static gboolean
set_value (WgRecord *record, const WgField *field, const char *value, GError **error)
{
  g_auto (GStrv) list = NULL;
  gint64 number = 0;

  if (wg_field_is_text (field))
    {
      wg_record_set_text (record, field->name, value);
      return TRUE;
    }
  if (wg_field_is_list (field))
    {
      list = g_strsplit (value, ",", -1);
      wg_record_set_list (record, field->name,
                          value[0] != '\0' ? (const char *const *) list : NULL);
      return TRUE;
    }
  if (field->type != WG_FIELD_INT ||
      (value[0] != '\0' &&
       !g_ascii_string_to_signed (value, 10, G_MININT32, G_MAXINT32, &number, NULL)))
    {
      fail (error, "%s takes a whole number", field->name);
      return FALSE;
    }
  wg_record_set_int (record, field->name, number);
  return TRUE;
}

/* @names, if given, gets the fields that were set. */
static gboolean
set_values (const Task *task, WgRecord *record, GError **error)
{
  char **values = task->program->values;

  if (values == NULL)
    {
      fail (error, "give at least one --set FIELD=VALUE");
      return FALSE;
    }
  for (; *values != NULL; values++)
    {
      g_auto (GStrv) sides = g_strsplit (*values, "=", 2);
      const WgField *field = sides[0] ? wg_kind_find_field (task->kind, sides[0]) : NULL;

      if (field == NULL || sides[1] == NULL || field->section == NULL)
        {
          fail (error, "--set %s names no field of the form", *values);
          return FALSE;
        }
      if (!set_value (record, field, sides[1], error))
        return FALSE;
    }
  return TRUE;
}

/* --- jobs ------------------------------------------------------------------------------------ */

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_records_list (context, &((const Task *) data)->query, error);
}

static gpointer
get_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_records_get (context, ((const Task *) data)->id, error);
}

static gpointer
create_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Task *task = data;
  g_autoptr (WgRecord) record = wg_record_new (task->kind);

  if (!set_values (task, record, error))
    return NULL;
  return wg_records_create (context, record, NULL, error);
}

static gpointer
patch_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Task *task = data;
  g_autoptr (WgRecordView) view = wg_records_get (context, task->id, error);
  g_autoptr (WgRecord) wanted = view ? wg_record_edit (view->record) : NULL;

  if (wanted == NULL || !set_values (task, wanted, error))
    return NULL;
  return GINT_TO_POINTER (wg_records_change (context, view->record, wanted, NULL, NULL, error));
}

static gpointer
void_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Task *task = data;

  return GINT_TO_POINTER (wg_records_void (context, task->id, task->program->reason, error));
}

static gpointer
confirm_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_records_confirm (context, ((const Task *) data)->id, error));
}

static gpointer
reveal_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Task *task = data;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (const WgField *field = task->kind->fields; field->name != NULL; field++)
    if (field->flags & WG_FIELD_PERSONAL)
      g_strv_builder_add (names, field->name);
  g_auto (GStrv) fields = g_strv_builder_end (names);
  return GINT_TO_POINTER (wg_records_reveal (context, task->id, (const char *const *) fields,
                                             task->program->reason, error));
}

/* --- record ---------------------------------------------------------------------------------- */

static WgExit
list_records (Task *task, GError **error)
{
  static const char *const lists[] = { "all", "unconfirmed", "needing-me" };
  const char *which = task->program->which ? task->program->which : "all";
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (GPtrArray) items = NULL;
  gsize i = 0;

  while (i < G_N_ELEMENTS (lists) && !g_str_equal (lists[i], which))
    i++;
  if (i == G_N_ELEMENTS (lists))
    {
      fail (error, "--which is all, unconfirmed or needing-me");
      return WG_EXIT_USAGE;
    }
  task->query = (WgRecordQuery) { .kind = task->kind,
                                  .which = (WgRecordList) i,
                                  .text = task->program->search,
                                  .link_to = task->program->of,
                                  .link_field = "household",
                                  .limit = (guint) task->program->limit };
  items = wg_store_run (task->program->store, list_job, task, error);
  if (items == NULL)
    return WG_EXIT_FAILED;
  wg_json_writer_begin_array (writer, NULL);
  for (guint k = 0; k < items->len; k++)
    write_record (writer, wg_record_item_get_view (g_ptr_array_index (items, k)), FALSE);
  wg_json_writer_end (writer);
  wg_field_print (task->program, writer);
  return WG_EXIT_OK;
}

static WgExit
show_record (Task *task, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (WgRecordView) view = NULL;

  /* What is shown unmasked was noted first. */
  if (task->program->reveal && wg_store_run (task->program->store, reveal_job, task, error) == NULL)
    return WG_EXIT_FAILED;
  view = wg_store_run (task->program->store, get_job, task, error);
  if (view == NULL)
    return WG_EXIT_FAILED;
  write_record (writer, view, task->program->reveal);
  wg_field_print (task->program, writer);
  return WG_EXIT_OK;
}

static WgExit
create_record (Task *task, GError **error)
{
  g_autofree char *id = wg_store_run (task->program->store, create_job, task, error);

  if (id == NULL)
    return WG_EXIT_FAILED;
  print_id (task->program, id);
  return WG_EXIT_OK;
}

static WgExit
act (Task *task, WgStoreJob job, GError **error)
{
  if (wg_store_run (task->program->store, job, task, error) == NULL)
    return WG_EXIT_FAILED;
  print_id (task->program, task->id);
  return WG_EXIT_OK;
}

/**
 * wg_field_record:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Works on records by table: list, show, create, patch, void, confirm.
 *
 * Thread: main.
 * Errors: of usage; %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_record (WgFieldProgram *program, GError **error)
{
  const char *action = program->arguments[0];
  Task task = { .program = program,
                .kind = wg_kind_find (program->arguments[1]),
                .id = program->arguments[2] };
  gboolean whole = g_str_equal (action, "list") || g_str_equal (action, "create");

  if (task.kind == NULL)
    fail (error, "%s is no kind of record", program->arguments[1]);
  else if (whole != (task.id == NULL))
    fail (error, "record %s takes a kind%s", action, whole ? " alone" : " and an id");
  else if (g_str_equal (action, "list"))
    return list_records (&task, error);
  else if (g_str_equal (action, "create"))
    return create_record (&task, error);
  else if (g_str_equal (action, "show"))
    return show_record (&task, error);
  else if (g_str_equal (action, "patch"))
    return act (&task, patch_job, error);
  else if (g_str_equal (action, "void"))
    return act (&task, void_job, error);
  else if (g_str_equal (action, "confirm"))
    return act (&task, confirm_job, error);
  else
    fail (error, "record %s: it is list, show, create, patch, void or confirm", action);
  return WG_EXIT_USAGE;
}

/* --- conflicts ------------------------------------------------------------------------------- */

static gpointer
conflicts_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const WgFieldProgram *program = ((const Task *) data)->program;

  return wg_conflicts_list (context, g_strcmp0 (program->which, "all") == 0, 0,
                            (guint) program->limit, error);
}

static gpointer
conflict_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_conflicts_get (context, ((const Task *) data)->id, error);
}

static gpointer
settle_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Task *task = data;

  return GINT_TO_POINTER (wg_conflicts_settle (
      context, task->id, (const char *const *) task->names->pdata, task->choices, error));
}

static void
write_value (WgJsonWriter *writer, const char *name, const WgField *field, const WgRecord *record)
{
  g_autofree char *json = wg_wire_field_to_json (field, record);

  wg_json_writer_raw (writer, name, json);
}

static void
write_conflict (WgJsonWriter *writer, WgConflictItem *item)
{
  const WgConflict *conflict = wg_conflict_item_get_conflict (item);

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", conflict->id);
  wg_json_writer_string (writer, "record", conflict->rec);
  wg_json_writer_string (writer, "kind", conflict->kind->name);
  wg_json_writer_string (writer, "title", conflict->title);
  wg_json_writer_int (writer, "ver", conflict->ver);
  wg_json_writer_string (writer, "truth", wg_field_truth (wg_conflict_item_get_truth (item)));
  wg_json_writer_flag (writer, "settled", conflict->settled);
  wg_json_writer_flag (writer, "void", conflict->voided);
  wg_json_writer_int (writer, "opened_ms", conflict->opened_ms);
  wg_json_writer_string (writer, "by", conflict->my_actor);
  wg_json_writer_begin_array (writer, "fields");
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      const WgConflictField *field = g_ptr_array_index (conflict->fields, i);

      wg_json_writer_begin_object (writer, NULL);
      wg_json_writer_string (writer, "field", field->field->name);
      write_value (writer, "base", field->field, conflict->base);
      write_value (writer, "theirs", field->field, conflict->theirs);
      write_value (writer, "mine", field->field, conflict->mine);
      wg_json_writer_string (writer, "their_by", field->their_actor);
      wg_json_writer_string (writer, "choice", wg_choice_to_string (field->choice));
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
  wg_json_writer_end (writer);
}

static WgExit
list_conflicts (Task *task, GError **error)
{
  g_autoptr (GPtrArray) items = wg_store_run (task->program->store, conflicts_job, task, error);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  if (items == NULL)
    return WG_EXIT_FAILED;
  wg_json_writer_begin_array (writer, NULL);
  for (guint i = 0; i < items->len; i++)
    write_conflict (writer, g_ptr_array_index (items, i));
  wg_json_writer_end (writer);
  wg_field_print (task->program, writer);
  return WG_EXIT_OK;
}

/* "all=mine" speaks for every field in question. */
static gboolean
read_choices (Task *task, const WgConflict *conflict, GError **error)
{
  char **given = task->program->choices;

  task->choices = g_new0 (WgChoice, g_strv_length (given) + conflict->fields->len);
  for (; *given != NULL; given++)
    {
      g_auto (GStrv) sides = g_strsplit (*given, "=", 2);
      WgChoice choice;

      if (sides[0] == NULL || sides[1] == NULL || !wg_choice_from_string (sides[1], &choice))
        {
          fail (error, "--choose %s: say FIELD=mine or FIELD=theirs", *given);
          return FALSE;
        }
      if (!g_str_equal (sides[0], "all"))
        {
          task->choices[task->names->len] = choice;
          g_ptr_array_add (task->names, g_strdup (sides[0]));
          continue;
        }
      for (guint i = 0; i < conflict->fields->len; i++)
        {
          const WgConflictField *item = g_ptr_array_index (conflict->fields, i);
          task->choices[task->names->len] = choice;
          g_ptr_array_add (task->names, g_strdup (item->field->name));
        }
    }
  return TRUE;
}

static WgExit
resolve (Task *task, GError **error)
{
  g_autoptr (WgConflictItem) item = NULL;
  WgExit code = WG_EXIT_USAGE;

  if (task->program->choices == NULL)
    {
      fail (error, "say --choose FIELD=mine|theirs");
      return WG_EXIT_USAGE;
    }
  item = wg_store_run (task->program->store, conflict_job, task, error);
  if (item == NULL)
    return WG_EXIT_FAILED;
  task->names = g_ptr_array_new_with_free_func (g_free);
  if (read_choices (task, wg_conflict_item_get_conflict (item), error))
    {
      g_ptr_array_add (task->names, NULL);
      code = act (task, settle_job, error);
    }
  g_ptr_array_unref (task->names);
  g_free (task->choices);
  return code;
}

/**
 * wg_field_conflicts:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Lists conflicts, or chooses in one of them.
 *
 * Thread: main.
 * Errors: of usage; %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_conflicts (WgFieldProgram *program, GError **error)
{
  const char *action = program->arguments[0];
  Task task = { .program = program, .id = program->arguments[1] };

  if (g_str_equal (action, "list") && task.id == NULL)
    return list_conflicts (&task, error);
  if (g_str_equal (action, "resolve") && task.id != NULL)
    return resolve (&task, error);
  fail (error, "conflicts %s: it is list, or resolve with an id", action);
  return WG_EXIT_USAGE;
}
