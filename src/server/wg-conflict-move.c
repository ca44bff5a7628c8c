/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open rows of the table `conflict`, in which the first version kept what patches of events met,
 * become conflicts like those of records; the rows stay, marked as over. */
#include "server/wg-conflict-move.h"

#include <string.h>

#include "core/kinds/wg-kind-event.h"
#include "server/wg-record-row.h"
#include "server/wg-reference.h"
#include "wire/wg-wire-operation.h"

/* One operation with the fields of which something else stood there. */
typedef struct
{
  char *op_id, *rec, *replica, *worker, *name;
  WgOperation *operation;
  gint64 at_ms, opened_ms;
  WgClock clock;
  GPtrArray *fields; /* of WgField */
} Old;

static void
free_old (gpointer data)
{
  Old *self = data;

  g_free (self->op_id);
  g_free (self->rec);
  g_free (self->replica);
  g_free (self->worker);
  g_free (self->name);
  wg_operation_free (self->operation);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_free (self);
}

static WgClock
read_clock (const char *name)
{
  for (WgClock clock = WG_CLOCK_EXACT; clock < WG_CLOCK_SUSPECT; clock++)
    if (g_strcmp0 (wg_clock_to_string (clock), name) == 0)
      return clock;
  return WG_CLOCK_SUSPECT;
}

/* %NULL for a line that is none. */
static Old *
read_old (WgStatement *row, GError **error)
{
  const char *line = wg_statement_text (row, "line");
  g_autoptr (WgOperation) operation = NULL;
  int refusal;
  Old *self;

  if (!wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, error))
    return NULL;
  self = g_new0 (Old, 1);
  self->op_id = wg_statement_dup_text (row, "op_id");
  self->rec = wg_statement_dup_text (row, "rec");
  self->replica = wg_statement_dup_text (row, "replica");
  self->worker = wg_statement_dup_text (row, "worker");
  self->name = wg_statement_dup_text (row, "name");
  self->at_ms = wg_statement_int (row, "at_ms");
  self->opened_ms = wg_statement_int (row, "created_ms");
  self->clock = read_clock (wg_statement_text (row, "clock"));
  self->operation = g_steal_pointer (&operation);
  self->fields = g_ptr_array_new ();
  return self;
}

/* The same operation may stand in the log of a second replica that took the first one's place. */
static GPtrArray *
list_old (WgDb *db, GError **error)
{
  WgStatement *row = wg_db_statement (db, "conflict-old", error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_old);
  g_autoptr (GError) local = NULL;
  Old *last = NULL;

  if (row == NULL)
    return NULL;
  while (local == NULL && wg_statement_next (row, &local))
    {
      const WgField *field = wg_event_find_value (wg_statement_text (row, "field"));

      if (last == NULL || strcmp (last->op_id, wg_statement_text (row, "op_id")) != 0)
        {
          last = read_old (row, &local);
          if (last == NULL)
            break;
          g_ptr_array_add (list, last);
        }
      if (field != NULL && !g_ptr_array_find (last->fields, field, NULL))
        g_ptr_array_add (last->fields, (gpointer) field);
    }
  return wg_statement_end (row, &local, error) ? g_steal_pointer (&list) : NULL;
}

/* What is wanted by now, or was never another wish, is no question any more. */
static void
drop_answered (Old *self, const WgPatch *patch, const WgRecord *record)
{
  for (guint i = self->fields->len; i-- > 0;)
    {
      const WgField *field = self->fields->pdata[i];

      if (!wg_patch_has (patch, field) || wg_field_equal (field, record, patch->to))
        g_ptr_array_remove_index (self->fields, i);
    }
}

static gboolean
open_again (
    WgApply *apply, const WgApplyItem *item, Old *self, const WgRecordRow *row, GError **error)
{
  g_autoptr (WgPatch) patch = wg_event_make_patch (self->operation, row->event->event);

  drop_answered (self, patch, row->record);
  for (guint i = 0; i < self->fields->len; i++)
    if (!wg_record_row_note (row, apply, item, self->fields->pdata[i],
                             wg_verdict_to_string (WG_VERDICT_CONFLICT), FALSE, row->record,
                             patch->to, error))
      return FALSE;
  return self->fields->len == 0 ||
         wg_dispute_open (apply, item, row, patch, self->fields, FALSE, error);
}

static gboolean
move_one (WgWork *work, Old *self, GError **error)
{
  WgWork then = *work; /* it is as old as it was */
  WgApply apply = {
    .work = &then, .replica = self->replica, .worker = self->worker, .worker_name = self->name
  };
  WgApplyItem item = { .operation = self->operation, .at_ms = self->at_ms, .clock = self->clock };
  g_autoptr (WgDispute) known = NULL;
  g_autoptr (WgRecordRow) row = NULL;

  then.now_ms = self->opened_ms;
  if (!wg_dispute_load (work->db, self->op_id, &known, error) ||
      !wg_record_row_load_disputed (work->db, wg_kind_get_event (), self->rec, &row, error))
    return FALSE;
  if (known == NULL && row != NULL && !open_again (&apply, &item, self, row, error))
    return FALSE;
  return wg_db_run (work->db, "conflict-moved", error, "op_id", 's', self->op_id, "now_ms", 'i',
                    work->now_ms, NULL);
}

static gboolean
move_all (WgWork *work, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;

  /* One at a time, where several daemons start at once. */
  if (!wg_meta_lock (work->db, WG_META_AUDIT, error))
    return FALSE;
  list = list_old (work->db, error);
  for (guint i = 0; list && i < list->len; i++)
    if (!move_one (work, list->pdata[i], error))
      return FALSE;
  return list != NULL;
}

/**
 * wg_conflict_move_old:
 * @platform: the platform
 * @db: a connection that may write
 * @error: return location
 *
 * Opens what the first version left open in its own table, as conflicts that both authors and the
 * town see and can settle. Done at each start: a daemon of the version before may have gone on
 * writing while it was replaced.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 3.11 I5, I14
 *
 * Returns: %TRUE on success
 */
gboolean
wg_conflict_move_old (const WgPlatform *platform, WgDb *db, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "conflict-left", error);
  gint64 n = statement ? wg_db_take_int (statement, "n", error) : -1;
  g_autoptr (WgReference) reference = NULL;

  if (n <= 0)
    return n == 0;
  reference = wg_reference_new ();
  return wg_work_run (platform, db, reference, move_all, NULL, error);
}
