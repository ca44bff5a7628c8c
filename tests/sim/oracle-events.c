/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each event became, computed a second time from its operations. */
#include "core/kinds/wg-kind-event.h"
#include "core/wg-operation.h"
#include "oracle.h"
#include "server/wg-check.h"
#include "wire/wg-wire-event.h"

static void
write_fields (const WgOperation *operation,
              const char *op_id,
              WgEvent *model,
              GHashTable *conflicts)
{
  for (gsize i = 0; operation->fields && operation->fields[i]; i++)
    {
      const WgField *field = wg_field_find (WG_EVENT_FIELDS, operation->fields[i]);
      const WgField *value = wg_event_find_value (operation->fields[i]);
      g_autofree char *key = g_strconcat (op_id, " ", value ? value->name : "", NULL);
      gboolean open = g_hash_table_contains (conflicts, key);

      if (wg_field_is_list (field))
        continue; /* photos stand beside each other */
      if (wg_field_equal (field, model, operation->base) ||
          wg_field_equal (field, model, operation->event))
        wg_field_copy (field, operation->event, model);
      else if (!open)
        sim_violate ("I5 %s was replaced unseen in an event", field->name);
    }
}

static void
choose_fields (const WgOperation *operation, WgEvent *model, const WgConflict *dispute)
{
  for (gsize i = 0; dispute && operation->fields[i]; i++)
    if (operation->choices[i] == WG_CHOICE_MINE)
      wg_event_take_record (model, dispute->mine, wg_event_find_value (operation->fields[i]));
}

static void
check_model (WgDb *db, const char *rec, const WgEvent *model, GError **error)
{
  static const char *const names[] = { "title", "description", "address" };
  WgStatement *row = wg_db_statement (db, "sim-platform-event", error);
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (WgRecord) content = NULL;

  if (row == NULL)
    return;
  wg_statement_bind_text (row, "id", rec);
  if (wg_statement_next (row, error))
    event = wg_wire_event_row_from_json (wg_statement_text (row, "body"), NULL, error);
  wg_statement_reset (row);
  for (gsize i = 0; event && i < G_N_ELEMENTS (names); i++)
    if (!wg_field_equal (wg_field_find (WG_EVENT_FIELDS, names[i]), model, event))
      sim_violate ("I2 %s of an event is not what its operations make of it", names[i]);
  content = event ? wg_event_to_record (event) : NULL;
  if (content)
    oracle_check_open_disputes (rec, content);
}

static void
version_free (gpointer data)
{
  Version *self = data;

  g_free (self->rec);
  g_free (self->op_id);
  g_free (self->line);
  g_free (self);
}

GPtrArray *
oracle_read_versions (WgDb *db, GError **error)
{
  GPtrArray *versions = g_ptr_array_new_with_free_func (version_free);
  WgStatement *row = wg_db_statement (db, "sim-platform-hist", error);

  while (row && wg_statement_next (row, error))
    {
      Version *version = g_new0 (Version, 1);
      version->rec = wg_statement_dup_text (row, "rec");
      version->op_id = wg_statement_dup_text (row, "op_id");
      version->line = wg_statement_dup_text (row, "line");
      version->ver = wg_statement_int (row, "ver");
      g_ptr_array_add (versions, version);
    }
  return versions;
}

void
oracle_check_history (WgDb *db,
                      GHashTable *known,
                      GPtrArray *versions,
                      GHashTable *conflicts,
                      GHashTable *disputes,
                      GError **error)
{
  g_autoptr (WgEvent) model = NULL;

  for (guint i = 0; i < versions->len; i++)
    {
      const Version *version = versions->pdata[i];
      const Version *next = i + 1 < versions->len ? versions->pdata[i + 1] : NULL;
      Known *self = g_hash_table_lookup (known, version->op_id);
      g_autoptr (WgOperation) operation = oracle_read_line (version->line);

      /* A choice changes the conflict, and may change the record as well. */
      if (self && g_str_equal (self->rec, version->rec))
        self->n_effects++;
      if (operation == NULL)
        continue;
      if (operation->kind == WG_OPERATION_EVENT_CREATE)
        {
          g_clear_pointer (&model, wg_event_free);
          model = wg_event_copy (operation->event);
        }
      else if (model && operation->kind == WG_OPERATION_EVENT_PATCH)
        {
          write_fields (operation, version->op_id, model, conflicts);
        }
      else if (model && operation->kind == WG_OPERATION_CONFLICT_RESOLVE)
        {
          choose_fields (operation, model, g_hash_table_lookup (disputes, operation->rec));
        }
      if (model && (next == NULL || !g_str_equal (next->rec, version->rec)))
        {
          check_model (db, version->rec, model, error);
          g_clear_pointer (&model, wg_event_free);
        }
    }
}

void
oracle_check_effects (GHashTable *known, GHashTable *conflicts)
{
  GHashTableIter iter;
  gpointer op_id, value;

  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, &op_id, &value))
    {
      const Known *self = value;

      if (self->n_effects > 1)
        sim_violate ("I2 operation %s took effect %u times", (char *) op_id, self->n_effects);
      if (self->result == WG_RESULT_REJECTED && self->n_effects > 0)
        sim_violate ("I2 a refused operation took effect");
      if (self->result == WG_RESULT_OK && self->n_effects == 0 &&
          (g_str_has_suffix (self->kind, ".create") || g_str_has_suffix (self->kind, ".confirm") ||
           g_str_has_suffix (self->kind, ".resolve")))
        sim_violate ("I2 an accepted operation took no effect");
      if (self->result == WG_RESULT_CONFLICT && !g_hash_table_contains (conflicts, op_id))
        sim_violate ("I14 a conflict was told and is not kept");
    }
}
