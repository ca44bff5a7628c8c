/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of records ask of the store, as jobs started from the UI; end each with
 * wg_store_run_finish(). */
#include "app/records/wg-record-jobs.h"

#include "app/records/wg-record-words.h"
#include "store/wg-draft.h"

/* A household with more than these is a dormitory, and is searched. */
#define MOST_PARTS 100
#define MOST_CONFLICTS 100

/* Parameters of any of these jobs; what a job does not need stays empty. */
typedef struct
{
  char *id, *field, *reason, *redo_of, *draft_id, *text;
  WgRecord *seen, *wanted;
  WgRecordQuery query; /* with texts of the members above */
  char **fields;
  WgChoice *choices;
} Ask;

static void
ask_free (Ask *ask)
{
  g_free (ask->id);
  g_free (ask->field);
  g_free (ask->reason);
  g_free (ask->redo_of);
  g_free (ask->draft_id);
  g_free (ask->text);
  g_clear_pointer (&ask->seen, wg_record_unref);
  g_clear_pointer (&ask->wanted, wg_record_unref);
  g_strfreev (ask->fields);
  g_free (ask->choices);
  g_free (ask);
}

static Ask *
ask_new (const char *id)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->id = g_strdup (id);
  return ask;
}

static Ask *
ask_new_query (const WgRecordQuery *query)
{
  Ask *ask = ask_new (query->link_to);

  ask->field = g_strdup (query->link_field);
  ask->text = g_strdup (query->text);
  ask->query = *query;
  ask->query.link_to = ask->id;
  ask->query.link_field = ask->field;
  ask->query.text = ask->text;
  return ask;
}

static void
run (WgStore *store,
     WgStoreJob job,
     Ask *ask,
     GDestroyNotify result_free,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  wg_store_run_async (store, job, ask, (GDestroyNotify) ask_free, result_free, cancellable,
                      callback, user_data);
}

static gpointer
from_boolean (gboolean done)
{
  return done ? GINT_TO_POINTER (1) : NULL;
}

/* --- one record ------------------------------------------------------------------------------- */

static void
parts_free (WgRecordParts *parts)
{
  g_ptr_array_unref (parts->items);
  g_free (parts);
}

/**
 * wg_record_sheet_free:
 * @sheet: (nullable) (transfer full): what a page shows
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_record_sheet_free (WgRecordSheet *sheet)
{
  if (sheet == NULL)
    return;
  g_clear_pointer (&sheet->view, wg_record_view_free);
  g_clear_pointer (&sheet->parts, g_ptr_array_unref);
  g_clear_pointer (&sheet->conflicts, g_ptr_array_unref);
  g_free (sheet);
}

static gboolean
add_parts (WgStoreContext *context,
           WgRecordSheet *sheet,
           const WgKind *kind,
           const WgField *field,
           GError **error)
{
  WgRecordQuery query = {
    .kind = kind,
    .link_field = field->name,
    .link_to = sheet->view->record->id,
    .limit = MOST_PARTS,
  };
  GPtrArray *items = wg_records_list (context, &query, error);
  WgRecordParts *parts;

  if (items == NULL)
    return FALSE;
  parts = g_new0 (WgRecordParts, 1);
  parts->kind = kind;
  parts->field = field;
  parts->items = items;
  g_ptr_array_add (sheet->parts, parts);
  return TRUE;
}

/* The tables tell which records may name this one. */
static gboolean
read_parts (WgStoreContext *context, WgRecordSheet *sheet, GError **error)
{
  const char *own = sheet->view->record->kind->name;

  sheet->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) parts_free);
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    for (const WgField *field = (*kind)->fields; field->name != NULL; field++)
      if (field->type == WG_FIELD_RECORD && g_strcmp0 (field->codes, own) == 0 &&
          !add_parts (context, sheet, *kind, field, error))
        return FALSE;
  return TRUE;
}

static gpointer
read_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const char *id = ((Ask *) data)->id;
  g_autoptr (WgRecordSheet) sheet = g_new0 (WgRecordSheet, 1);

  sheet->view = wg_records_get (context, id, error);
  if (sheet->view == NULL || !read_parts (context, sheet, error))
    return NULL;
  sheet->conflicts = wg_conflicts_of_record (context, id, error);
  return sheet->conflicts != NULL ? g_steal_pointer (&sheet) : NULL;
}

/**
 * wg_record_jobs_read:
 * @store: the store
 * @id: a record
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Reads a record with those that name it and its open conflicts. Gives a #WgRecordSheet.
 *
 * Thread: UI.
 * Errors: those of wg_records_get().
 */
void
wg_record_jobs_read (WgStore *store,
                     const char *id,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  run (store, read_job, ask_new (id), (GDestroyNotify) wg_record_sheet_free, cancellable, callback,
       user_data);
}

static gpointer
name_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (WgRecordView) view = wg_records_get (context, ((Ask *) data)->id, error);

  return view != NULL ? wg_record_describe_title (view->record) : NULL;
}

/**
 * wg_record_jobs_name:
 * @store: the store
 * @id: a record
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Asks what people call a record. Gives its title, masked.
 *
 * Thread: UI.
 * Errors: those of wg_records_get().
 */
void
wg_record_jobs_name (WgStore *store,
                     const char *id,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  run (store, name_job, ask_new (id), g_free, NULL, callback, user_data);
}

/* --- many ------------------------------------------------------------------------------------- */

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_records_list (context, &((Ask *) data)->query, error);
}

/**
 * wg_record_jobs_list:
 * @store: the store
 * @query: which records
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Lists records once. Gives a #GPtrArray of #WgRecordItem.
 *
 * Thread: UI.
 * Errors: those of wg_records_list().
 */
void
wg_record_jobs_list (WgStore *store,
                     const WgRecordQuery *query,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  run (store, list_job, ask_new_query (query), (GDestroyNotify) g_ptr_array_unref, cancellable,
       callback, user_data);
}

/* Whether two items would be drawn alike. */
static gboolean
is_same_item (gconstpointer a, gconstpointer b)
{
  const WgRecordView *one = wg_record_item_get_view (WG_RECORD_ITEM ((gpointer) a));
  const WgRecordView *other = wg_record_item_get_view (WG_RECORD_ITEM ((gpointer) b));

  return g_strcmp0 (one->record->id, other->record->id) == 0 &&
         one->record->ver == other->record->ver && one->truth == other->truth &&
         one->n_waiting == other->n_waiting && wg_record_equal (one->record, other->record);
}

/**
 * wg_record_jobs_new_model:
 * @store: the store
 * @query: which records
 *
 * Makes a list of records that follows the store by itself.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): a list model of #WgRecordItem
 */
WgQueryModel *
wg_record_jobs_new_model (WgStore *store, const WgRecordQuery *query)
{
  static const char *const topics[] = { "records", "outbox", NULL };

  return wg_query_model_new (store, topics, list_job, ask_new_query (query),
                             (GDestroyNotify) ask_free, is_same_item);
}

/**
 * wg_record_jobs_set_query:
 * @model: of wg_record_jobs_new_model()
 * @query: which records from now on
 *
 * Lists others. Rows of records that are found again stay.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_record_jobs_set_query (WgQueryModel *model, const WgRecordQuery *query)
{
  wg_query_model_set_data (model, ask_new_query (query), (GDestroyNotify) ask_free);
}

static gpointer
count_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree WgRecordCounts *counts = g_new0 (WgRecordCounts, 1);

  return wg_records_count (context, ((Ask *) data)->query.kind, counts, error)
             ? g_steal_pointer (&counts)
             : NULL;
}

/**
 * wg_record_jobs_count:
 * @store: the store
 * @kind: of which kind
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Counts the records of a kind. Gives a #WgRecordCounts to be freed with g_free().
 *
 * Thread: UI.
 * Errors: those of wg_records_count().
 */
void
wg_record_jobs_count (WgStore *store,
                      const WgKind *kind,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  Ask *ask = ask_new (NULL);

  ask->query.kind = kind;
  run (store, count_job, ask, g_free, cancellable, callback, user_data);
}

static gpointer
double_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_records_find_double (context, ((Ask *) data)->wanted, error);
}

/**
 * wg_record_jobs_find_double:
 * @store: the store
 * @record: a record that is about to be saved
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Looks for another record with the same natural key. Gives its id, %NULL without an error when
 * there is none.
 *
 * Thread: UI.
 * Errors: those of wg_records_find_double().
 */
void
wg_record_jobs_find_double (WgStore *store,
                            const WgRecord *record,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  Ask *ask = ask_new (NULL);

  ask->wanted = wg_record_seal (wg_record_edit (record));
  run (store, double_job, ask, g_free, NULL, callback, user_data);
}

/* --- writing ---------------------------------------------------------------------------------- */

static gpointer
save_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;
  g_autofree char *id = NULL;

  if (ask->seen->id != NULL)
    return from_boolean (
        wg_records_change (context, ask->seen, ask->wanted, ask->redo_of, ask->draft_id, error));
  id = wg_records_create (context, ask->wanted, ask->draft_id, error);
  return from_boolean (id != NULL);
}

/**
 * wg_record_jobs_save:
 * @store: the store
 * @seen: the record as the form was opened with; one without an id is new
 * @wanted: the record as it shall be, sealed
 * @redo_of: (nullable): the refused operation that this mends
 * @draft_id: (nullable): the draft it came from, removed with it
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Saves a new record, or what differs.
 *
 * Thread: UI.
 * Errors: those of wg_records_create() and wg_records_change().
 */
void
wg_record_jobs_save (WgStore *store,
                     const WgRecord *seen,
                     WgRecord *wanted,
                     const char *redo_of,
                     const char *draft_id,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  Ask *ask = ask_new (NULL);

  ask->seen = wg_record_seal (wg_record_edit (seen));
  ask->wanted = wg_record_ref (wanted);
  ask->redo_of = g_strdup (redo_of);
  ask->draft_id = g_strdup (draft_id);
  run (store, save_job, ask, NULL, NULL, callback, user_data);
}

static gpointer
confirm_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return from_boolean (wg_records_confirm (context, ((Ask *) data)->id, error));
}

/**
 * wg_record_jobs_confirm:
 * @store: the store
 * @id: a record
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Says that it was looked at and nothing has changed; the same for its parts.
 *
 * Thread: UI.
 * Errors: those of wg_records_confirm().
 * Source: domain.md R24
 */
void
wg_record_jobs_confirm (WgStore *store,
                        const char *id,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  run (store, confirm_job, ask_new (id), NULL, NULL, callback, user_data);
}

static gpointer
reveal_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;
  const char *const fields[] = { ask->field, NULL };

  return from_boolean (wg_records_reveal (context, ask->id, fields, ask->reason, error));
}

/**
 * wg_record_jobs_reveal:
 * @store: the store
 * @id: a record
 * @field: name of a personal field
 * @reason: why, translated
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Writes down that a value is read; only then may it be shown.
 *
 * Thread: UI.
 * Errors: those of wg_records_reveal().
 * Source: domain.md 2.10
 */
void
wg_record_jobs_reveal (WgStore *store,
                       const char *id,
                       const char *field,
                       const char *reason,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  Ask *ask = ask_new (id);

  ask->field = g_strdup (field);
  ask->reason = g_strdup (reason);
  run (store, reveal_job, ask, NULL, NULL, callback, user_data);
}

/* --- conflicts -------------------------------------------------------------------------------- */

static gpointer
list_conflicts_job (WgStoreContext *context,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error)
{
  return wg_conflicts_list (context, FALSE, 0, MOST_CONFLICTS, error);
}

static gboolean
is_same_conflict (gconstpointer a, gconstpointer b)
{
  const WgConflict *one = wg_conflict_item_get_conflict (WG_CONFLICT_ITEM ((gpointer) a));
  const WgConflict *other = wg_conflict_item_get_conflict (WG_CONFLICT_ITEM ((gpointer) b));

  return g_str_equal (one->id, other->id) && one->ver == other->ver;
}

/**
 * wg_conflict_jobs_new_model:
 * @store: the store
 *
 * Makes a list of the open conflicts that follows the store by itself.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): a list model of #WgConflictItem
 */
WgQueryModel *
wg_conflict_jobs_new_model (WgStore *store)
{
  static const char *const topics[] = { "conflicts", "records", "outbox", NULL };

  return wg_query_model_new (store, topics, list_conflicts_job, NULL, NULL, is_same_conflict);
}

static gpointer
get_conflict_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_conflicts_get (context, ((Ask *) data)->id, error);
}

/**
 * wg_conflict_jobs_get:
 * @store: the store
 * @id: a conflict
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Reads a conflict. Gives a #WgConflictItem.
 *
 * Thread: UI.
 * Errors: those of wg_conflicts_get().
 */
void
wg_conflict_jobs_get (WgStore *store,
                      const char *id,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  run (store, get_conflict_job, ask_new (id), g_object_unref, cancellable, callback, user_data);
}

static gpointer
settle_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  return from_boolean (wg_conflicts_settle (context, ask->id, (const char *const *) ask->fields,
                                            ask->choices, error));
}

/**
 * wg_conflict_jobs_settle:
 * @store: the store
 * @conflict: a conflict
 * @choices: (array): one for each of its fields
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Settles a conflict as somebody has chosen.
 *
 * Thread: UI.
 * Errors: those of wg_conflicts_settle().
 * Source: protocol.md 2.3
 */
void
wg_conflict_jobs_settle (WgStore *store,
                         const WgConflict *conflict,
                         const WgChoice *choices,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Ask *ask = ask_new (conflict->id);

  ask->fields = g_new0 (char *, conflict->fields->len + 1);
  for (guint i = 0; i < conflict->fields->len; i++)
    ask->fields[i] =
        g_strdup (((WgConflictField *) g_ptr_array_index (conflict->fields, i))->field->name);
  ask->choices = g_memdup2 (choices, conflict->fields->len * sizeof *choices);
  run (store, settle_job, ask, NULL, NULL, callback, user_data);
}
