/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table and their conflicts: each computed a second time, by rules of the test's own,
 * from the operations that the platform has. */
#include <string.h>

#include "oracle.h"
#include "wire/wg-wire-record.h"

/* Boot clocks are compared across the line: so much may a reading be older than it says. */
#define CLOCK_SLACK_MS 60000

typedef struct
{
  WgRecord *record;   /* what its operations make of it */
  gint64 *written_ms; /* of each field, by the world's clock; 0: not known */
  GHashTable *held;   /* "field value" that it once had */
  gboolean voided;
} Model;

/* What the platform says became of a field of a patch. */
typedef struct
{
  char *rec, *verdict;
  gint64 ver;
} Change;

static GHashTable *changes;      /* "op_id field" -> Change */
static GHashTable *silent;       /* rec -> GPtrArray of op_id that changed nothing and were noted */
static GHashTable *all_disputes; /* id -> WgConflict */
static GHashTable *all_known;

static void
change_free (gpointer data)
{
  g_free (((Change *) data)->rec);
  g_free (((Change *) data)->verdict);
  g_free (data);
}

static void
model_free (Model *self)
{
  if (self == NULL)
    return;
  wg_record_unref (self->record);
  g_hash_table_unref (self->held);
  g_free (self->written_ms);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_free)

/* --- conflicts ------------------------------------------------------------------------------- */

GHashTable *
oracle_read_disputes (WgDb *db, GHashTable *known, GHashTable *conflicts, GError **error)
{
  GHashTable *disputes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_conflict_free);
  WgStatement *row = wg_db_statement (db, "sim-platform-disputes", error);

  while (row && wg_statement_next (row, error))
    {
      const char *id = wg_statement_text (row, "id");
      const Known *operation = g_hash_table_lookup (known, id);
      WgConflict *conflict = wg_wire_conflict_from_json (wg_statement_text (row, "body"), error);

      if (conflict == NULL)
        break;
      if (operation == NULL || operation->result != WG_RESULT_CONFLICT)
        sim_violate ("I14 a conflict about a record belongs to no operation that has one");
      for (guint i = 0; i < conflict->fields->len; i++)
        {
          const WgConflictField *item = conflict->fields->pdata[i];
          g_hash_table_add (conflicts, g_strconcat (id, " ", item->field->name, NULL));
        }
      g_hash_table_add (conflicts, g_strdup (id));
      g_hash_table_replace (disputes, g_strdup (id), conflict);
    }
  all_disputes = disputes;
  return disputes;
}

/* Opened are those that are settled and those that are open: settled by one choice each. */
static void
check_settled (void)
{
  g_autoptr (GHashTable) chosen = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, all_known);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Known *self = value;
      if (self->result == WG_RESULT_OK && g_str_equal (self->kind, "conflict.resolve") &&
          !g_hash_table_add (chosen, self->rec))
        sim_violate ("I14 a conflict was settled twice");
    }
  g_hash_table_iter_init (&iter, all_disputes);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (((WgConflict *) value)->settled != g_hash_table_contains (chosen, id))
      sim_violate ("I14 a conflict is %s, and %s chose",
                   ((WgConflict *) value)->settled ? "settled" : "open",
                   g_hash_table_contains (chosen, id) ? "somebody" : "nobody");
}

/* --- a field --------------------------------------------------------------------------------- */

static guint
index_of (const WgRecord *record, const WgField *field)
{
  return (guint) (field - record->kind->fields);
}

static void
hold (Model *self, const WgField *field)
{
  g_autofree char *value = wg_wire_field_to_json (field, self->record);

  g_hash_table_add (self->held, g_strconcat (field->name, " ", value, NULL));
}

static void
write_field (Model *self, const WgField *field, const WgRecord *value, gint64 at_ms)
{
  wg_field_copy (field, value, self->record);
  self->written_ms[index_of (self->record, field)] = at_ms;
  hold (self, field);
}

/* The elements that were put in and taken away, beside those of others. */
static void
write_elements (Model *self, const WgField *field, const WgPatch *patch, gint64 at_ms)
{
  const char *const *present = wg_record_get_list (self->record, field->name);
  const char *const *gone = wg_record_get_list (patch->from, field->name);
  const char *const *added = wg_record_get_list (patch->to, field->name);
  g_autoptr (GPtrArray) result = g_ptr_array_new ();
  g_autoptr (WgRecord) scratch = wg_record_new (self->record->kind);

  for (gsize i = 0; present[i]; i++)
    if (!g_strv_contains (gone, present[i]))
      g_ptr_array_add (result, (gpointer) present[i]);
  for (gsize i = 0; added[i]; i++)
    if (!g_ptr_array_find_with_equal_func (result, added[i], g_str_equal, NULL))
      g_ptr_array_add (result, (gpointer) added[i]);
  g_ptr_array_sort_values (result, (GCompareFunc) strcmp);
  g_ptr_array_add (result, NULL);
  wg_record_set_list (scratch, field->name, (const char *const *) result->pdata);
  if (wg_field_equal (field, scratch, self->record))
    return;
  if (self->voided)
    sim_violate ("I5 a void record took %s", field->name);
  write_field (self, field, scratch, at_ms);
}

/* Two people wrote it unseen by each other, and the later observation stands (I24): later by the
 * world's clock, not by the clock of either tablet. */
static void
check_newest (
    Model *self, const WgField *field, const WgOperation *operation, const char *key, gint64 at_ms)
{
  const Change *change = g_hash_table_lookup (changes, key);
  gint64 their_ms = self->written_ms[index_of (self->record, field)];
  gboolean known = at_ms > 0 && their_ms > 0;

  if (change && g_str_equal (change->verdict, "newer"))
    {
      if (self->voided)
        sim_violate ("I5 a void record took %s", field->name);
      if (known && at_ms + CLOCK_SLACK_MS < their_ms)
        sim_violate ("I24 %s of a record was replaced by an observation %" G_GINT64_FORMAT
                     " s older",
                     field->name, (their_ms - at_ms) / 1000);
      write_field (self, field, operation->patch->to, at_ms);
    }
  else if (change && g_str_equal (change->verdict, "older"))
    {
      if (known && their_ms + CLOCK_SLACK_MS < at_ms)
        sim_violate ("I24 %s of a record kept an observation %" G_GINT64_FORMAT " s older",
                     field->name, (at_ms - their_ms) / 1000);
    }
  else
    {
      sim_violate ("I5 %s of a record was replaced unseen, or lost", field->name);
    }
}

static void
patch_field (Model *self, const WgOperation *operation, const WgField *field, gint64 at_ms)
{
  const WgPatch *patch = operation->patch;
  g_autofree char *key = g_strconcat (operation->op_id, " ", field->name, NULL);
  const WgConflict *dispute = g_hash_table_lookup (all_disputes, operation->op_id);
  gboolean kept = dispute && wg_conflict_find_field (dispute, field->name);

  if (kept)
    return;
  if (field->conflict == WG_CONFLICT_SERVER)
    sim_violate ("I8 %s of a record was written by a terminal", field->name);
  else if (wg_field_equal (field, self->record, patch->to) && !wg_field_is_list (field))
    return;
  else if (field->conflict == WG_CONFLICT_SET)
    write_elements (self, field, patch, at_ms);
  else if (!self->voided && wg_field_equal (field, self->record, patch->from))
    write_field (self, field, patch->to, at_ms);
  else if (field->conflict == WG_CONFLICT_NEWEST)
    check_newest (self, field, operation, key, at_ms);
  else if (self->voided)
    sim_violate ("I5 a void record took %s", field->name);
  else
    sim_violate ("I5 %s of a record was replaced unseen, or lost", field->name);
}

/* --- an operation ---------------------------------------------------------------------------- */

static Model *
make_model (const WgOperation *operation, gint64 at_ms)
{
  Model *self = g_new0 (Model, 1);

  self->record = wg_record_new (operation->record_kind);
  self->written_ms = g_new0 (gint64, wg_kind_count_fields (operation->record_kind));
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (const WgField *field = operation->record_kind->fields; field->name; field++)
    if (field->conflict != WG_CONFLICT_SERVER)
      write_field (self, field, operation->record, at_ms);
  return self;
}

static void
choose_field (Model *self, const WgOperation *operation, const WgConflict *dispute, guint i)
{
  const WgConflictField *item = wg_conflict_find_field (dispute, operation->fields[i]);

  if (item == NULL)
    sim_violate ("I14 a choice was taken for a field that is not in question");
  else if (operation->choices[i] == WG_CHOICE_MINE &&
           !wg_field_equal (item->field, dispute->mine, self->record))
    {
      write_field (self, item->field, dispute->mine,
                   sim_true_ms (operation->boot, operation->mono_ms));
      self->voided = self->voided && !dispute->voided;
    }
}

static void
take_operation (Model *self, const WgOperation *operation)
{
  gint64 at_ms = sim_true_ms (operation->boot, operation->mono_ms);
  const WgConflict *dispute;

  switch ((int) operation->kind)
    {
    case WG_OPERATION_RECORD_PATCH:
      for (guint i = 0; i < operation->patch->fields->len; i++)
        patch_field (self, operation, operation->patch->fields->pdata[i], at_ms);
      break;
    case WG_OPERATION_RECORD_VOID:
      self->voided = TRUE;
      break;
    case WG_OPERATION_CONFLICT_RESOLVE:
      dispute = g_hash_table_lookup (all_disputes, operation->rec);
      for (guint i = 0; dispute && operation->fields[i]; i++)
        choose_field (self, operation, dispute, i);
      break;
    default:
      break;
    }
}

/* Those that met this version and changed nothing. */
static void
take_silent (Model *self, const char *rec, gint64 ver)
{
  const GPtrArray *ids = g_hash_table_lookup (silent, rec);

  for (guint i = 0; ids && i < ids->len; i++)
    {
      const Known *known = g_hash_table_lookup (all_known, ids->pdata[i]);
      g_autoptr (WgOperation) operation = known ? oracle_read_line (known->line) : NULL;
      gint64 met = -1;

      for (guint f = 0; operation && operation->patch && f < operation->patch->fields->len; f++)
        {
          const WgField *field = operation->patch->fields->pdata[f];
          g_autofree char *key = g_strconcat (operation->op_id, " ", field->name, NULL);
          const Change *change = g_hash_table_lookup (changes, key);
          met = change ? change->ver : met;
        }
      if (met == ver)
        take_operation (self, operation);
    }
}

/* --- a record -------------------------------------------------------------------------------- */

/* Whoever chooses sees what stands there now. */
void
oracle_check_open_disputes (const char *rec, const WgRecord *record)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, all_disputes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const WgConflict *dispute = value;

      for (guint i = 0; i < dispute->fields->len; i++)
        {
          const WgField *field = ((WgConflictField *) dispute->fields->pdata[i])->field;
          if (g_str_equal (dispute->rec, rec) && !dispute->settled &&
              !wg_field_equal (field, dispute->theirs, record))
            sim_violate ("I5 a conflict shows another %s than stands there", field->name);
        }
    }
}

static void
check_body (WgDb *db, const char *rec, const Model *model, GError **error)
{
  WgStatement *row = wg_db_statement (db, "sim-platform-record", error);
  g_autoptr (WgRecord) record = NULL;

  if (row == NULL)
    return;
  wg_statement_bind_text (row, "id", rec);
  if (wg_statement_next (row, error))
    record = wg_wire_record_from_json (model->record->kind, wg_statement_text (row, "body"), error);
  wg_statement_reset (row);
  if (record == NULL)
    return sim_violate ("I2 a record is not there that its history tells of");
  for (const WgField *field = record->kind->fields; field->name; field++)
    if (field->conflict != WG_CONFLICT_SERVER && !wg_field_equal (field, record, model->record))
      sim_violate ("I2 %s of a record is not what its operations make of it", field->name);
  oracle_check_open_disputes (rec, record);
  if (wg_record_get_flag (record, WG_FIELD_VOIDED) != model->voided)
    sim_violate ("I2 a record is %s, its operations say otherwise",
                 model->voided ? "not void" : "void");
}

/* What had no effect asked for what stood there once. */
static void
check_equal (const Model *model, const char *rec)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, all_known);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Known *known = value;
      g_autoptr (WgOperation) operation = NULL;

      if (known->result != WG_RESULT_OK || known->n_effects > 0 ||
          g_strcmp0 (known->rec, rec) != 0 || !g_str_has_suffix (known->kind, ".patch"))
        continue;
      operation = oracle_read_line (known->line);
      for (guint i = 0; operation && operation->patch && i < operation->patch->fields->len; i++)
        {
          const WgField *field = operation->patch->fields->pdata[i];
          g_autofree char *json = wg_wire_field_to_json (field, operation->patch->to);
          g_autofree char *want = g_strconcat (field->name, " ", json, NULL);
          g_autofree char *key = g_strconcat (operation->op_id, " ", field->name, NULL);

          if (!wg_field_is_list (field) && !g_hash_table_contains (changes, key) &&
              !g_hash_table_contains (model->held, want))
            sim_violate ("I2 an accepted change of %s took no effect", field->name);
        }
    }
}

static void
read_changes (WgDb *db, GError **error)
{
  WgStatement *row = wg_db_statement (db, "sim-platform-changes", error);

  while (row && wg_statement_next (row, error))
    {
      const char *op_id = wg_statement_text (row, "op_id");
      const Known *known = g_hash_table_lookup (all_known, op_id);
      Change *change = g_new0 (Change, 1);
      GPtrArray *ids;

      change->rec = wg_statement_dup_text (row, "rec");
      change->verdict = wg_statement_dup_text (row, "verdict");
      change->ver = wg_statement_int (row, "ver");
      g_hash_table_replace (
          changes, g_strconcat (op_id, " ", wg_statement_text (row, "field"), NULL), change);
      if (known == NULL || known->n_effects > 0)
        continue;
      ids = g_hash_table_lookup (silent, change->rec);
      if (ids == NULL)
        {
          ids = g_ptr_array_new_with_free_func (g_free);
          g_hash_table_insert (silent, g_strdup (change->rec), ids);
        }
      if (!g_ptr_array_find_with_equal_func (ids, op_id, g_str_equal, NULL))
        g_ptr_array_add (ids, g_strdup (op_id));
    }
}

void
oracle_check_records (WgDb *db, GHashTable *known, GPtrArray *versions, GError **error)
{
  g_autoptr (Model) model = NULL;

  all_known = known;
  changes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, change_free);
  silent =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  read_changes (db, error);
  check_settled ();
  for (guint i = 0; i < versions->len; i++)
    {
      const Version *version = versions->pdata[i];
      const Version *next = i + 1 < versions->len ? versions->pdata[i + 1] : NULL;
      g_autoptr (WgOperation) operation = oracle_read_line (version->line);

      if (operation && operation->kind == WG_OPERATION_RECORD_CREATE)
        {
          g_clear_pointer (&model, model_free);
          model = make_model (operation, sim_true_ms (operation->boot, operation->mono_ms));
        }
      else if (operation && model)
        {
          take_operation (model, operation);
        }
      if (model)
        take_silent (model, version->rec, version->ver);
      if (model && (next == NULL || !g_str_equal (next->rec, version->rec)))
        {
          check_body (db, version->rec, model, error);
          check_equal (model, version->rec);
          g_clear_pointer (&model, model_free);
        }
    }
  g_hash_table_unref (changes);
  g_hash_table_unref (silent);
}
