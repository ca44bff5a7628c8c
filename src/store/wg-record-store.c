/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records: what is shown is what the platform said plus what waits; the only writer of a body. */
#include "store/wg-store-private.h"

#include <math.h>
#include <string.h>

#include "wire/wg-wire-event.h"
#include "wire/wg-wire-operation.h"

/* --- operations of a record ------------------------------------------------------------------ */

static void
free_operation (gpointer data)
{
  WgRecordOperation *self = data;

  g_free (self->op_id);
  g_free (self->state);
  g_free (self->line);
  g_free (self->content);
  wg_operation_free (self->operation);
  g_free (self);
}

/* A held event says what its creation will say. */
static WgOperation *
read_content (WgStoreContext *context, const char *rec, WgStatement *row, GError **error)
{
  g_autoptr (WgEvent) event = wg_wire_event_from_json (wg_statement_text (row, "content"), error);
  WgOperation *operation;

  if (event == NULL)
    return NULL;
  operation = wg_operation_new (WG_OPERATION_EVENT_CREATE);
  operation->op_id = wg_statement_dup_text (row, "op_id");
  operation->rec = g_strdup (rec);
  operation->actor = g_strdup (context->worker->id);
  operation->at_ms = wg_statement_int (row, "made_ms");
  operation->event = g_steal_pointer (&event);
  return operation;
}

/**
 * wg_record_read_line:
 * @line: an operation as it waits or went out
 * @error: return location
 *
 * Reads a line of our own outbox. It was right when it was written, whatever the platform says of
 * it since: what the reader would refuse in it is not looked at.
 *
 * Thread: any.
 * Errors: of the wire for a damaged line.
 *
 * Returns: (transfer full) (nullable): what it says
 */
WgOperation *
wg_record_read_line (const char *line, GError **error)
{
  g_autoptr (WgOperation) operation = NULL;
  int refusal;

  if (!wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, error))
    return NULL;
  return g_steal_pointer (&operation);
}

/**
 * wg_record_operations:
 * @context: of the job
 * @rec: a record's id
 * @error: return location
 *
 * Reads all operations of one record, the settled ones too, in their order.
 *
 * Thread: the store's.
 * Errors: of the engine and the wire.
 *
 * Returns: (transfer full) (nullable) (element-type WgRecordOperation): them
 */
GPtrArray *
wg_record_operations (WgStoreContext *context, const char *rec, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_operation);
  WgStatement *row = wg_db_statement (context->db, "record_operations", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "rec", rec);
  while (wg_statement_next (row, &local))
    {
      WgRecordOperation *item = g_new0 (WgRecordOperation, 1);

      g_ptr_array_add (list, item);
      item->n = wg_statement_int (row, "n");
      item->seq = wg_statement_int (row, "seq");
      item->op_id = wg_statement_dup_text (row, "op_id");
      item->state = wg_statement_dup_text (row, "state");
      item->line = wg_statement_dup_text (row, "line");
      item->content = wg_statement_dup_text (row, "content");
      item->made_ms = wg_statement_int (row, "made_ms");
      item->hold_until_ms = wg_statement_int (row, "hold_until_ms");
      item->ver = wg_statement_int (row, "ver");
      item->operation = item->line ? wg_record_read_line (item->line, &local)
                                   : read_content (context, rec, row, &local);
      if (item->operation == NULL)
        break;
    }
  if (!wg_statement_end (row, &local, error))
    return NULL;
  return g_steal_pointer (&list);
}

static gboolean
has_state (const WgRecordOperation *item, const char *state)
{
  return g_str_equal (item->state, state);
}

/**
 * wg_record_operation_is_over:
 * @item: an operation
 * @base_ver: version of the base
 *
 * Tells whether it is settled by the platform and in the base, or settled by the author.
 *
 * Thread: the store's.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_record_operation_is_over (const WgRecordOperation *item, gint64 base_ver)
{
  if (has_state (item, "dismissed") || has_state (item, "redone"))
    return TRUE;
  return has_state (item, "applied") && item->ver <= base_ver;
}

/**
 * wg_record_operation_is_shown:
 * @item: an operation
 * @base_ver: version of the base
 *
 * Tells whether the record is shown with it. A refused creation or patch stays in view, so
 * that its author can mend it; a refused step did not happen. What a conflict kept back
 * stands in the conflict, once the base knows of it.
 *
 * Thread: the store's.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_record_operation_is_shown (const WgRecordOperation *item, gint64 base_ver)
{
  WgOperationKind kind = item->operation->kind;

  if (wg_record_operation_is_over (item, base_ver))
    return FALSE;
  if (has_state (item, "conflict"))
    return item->ver > base_ver;
  return !has_state (item, "refused") || kind == WG_OPERATION_EVENT_CREATE ||
         kind == WG_OPERATION_EVENT_PATCH || kind == WG_OPERATION_RECORD_CREATE ||
         kind == WG_OPERATION_RECORD_PATCH;
}

/**
 * wg_record_find_refused:
 * @operations: (element-type WgRecordOperation): of a record
 * @wanted: (nullable): its op_id; %NULL: the oldest
 *
 * Finds an operation that its author has to say anew, or to let be. One in conflict is settled by a
 * choice.
 *
 * Thread: the store's.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): its op_id
 */
const char *
wg_record_find_refused (GPtrArray *operations, const char *wanted)
{
  for (guint i = 0; i < operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (operations, i);

      if (has_state (item, "refused") && (wanted == NULL || g_str_equal (item->op_id, wanted)))
        return item->op_id;
    }
  return NULL;
}

/* --- local = base + what waits --------------------------------------------------------------- */

typedef struct
{
  gboolean exists;  /* there is a row */
  gboolean removed; /* in no scope of ours any more */
  gboolean let_go;  /* and nothing waits on it */
  gint64 ver;
  gboolean has_base;
  WgEvent *event; /* local content, or %NULL when nothing is left of it */
  GPtrArray *operations;
  GPtrArray *steps;         /* of the base */
  GHashTable *photos;       /* names: local content, steps and waiting operations */
  GHashTable *known_photos; /* those the platform knows to want */
} Overlay;

static void
clear_overlay (Overlay *self)
{
  wg_event_free (self->event);
  g_clear_pointer (&self->operations, g_ptr_array_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_clear_pointer (&self->photos, g_hash_table_unref);
  g_clear_pointer (&self->known_photos, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Overlay, clear_overlay)

static void
add_photos (GHashTable *set, char **photos)
{
  for (gsize i = 0; photos && photos[i]; i++)
    g_hash_table_add (set, g_strdup (photos[i]));
}

static gboolean
read_base (WgStoreContext *context, const char *id, Overlay *overlay, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_get", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    {
      overlay->exists = TRUE;
      overlay->removed = wg_statement_int (row, "removed") != 0;
      overlay->ver = wg_statement_int (row, "ver");
      overlay->has_base = !wg_statement_is_null (row, "base");
      if (overlay->has_base)
        overlay->event =
            wg_wire_event_row_from_json (wg_statement_text (row, "base"), &overlay->steps, &local);
    }
  if (!wg_statement_end (row, &local, error))
    return FALSE;
  return TRUE;
}

/* What left our scopes is kept only as long as something waits on it: its author's own words, if
 * they were refused, stay in view, what the platform told goes. */
static void
let_go (Overlay *overlay)
{
  for (guint i = 0; i < overlay->operations->len; i++)
    if (wg_truth_from_name (((WgRecordOperation *) overlay->operations->pdata[i])->state) <
        WG_TRUTH_APPLIED)
      return;
  overlay->let_go = TRUE;
  overlay->has_base = FALSE;
  g_clear_pointer (&overlay->event, wg_event_free);
  g_clear_pointer (&overlay->steps, g_ptr_array_unref);
}

static void
apply_one (Overlay *overlay, const WgRecordOperation *item, const char *id)
{
  g_autoptr (WgEvent) fresh = NULL;
  g_autoptr (GError) error = NULL;
  WgEvent *target = overlay->event;

  if (item->operation->kind == WG_OPERATION_EVENT_CREATE)
    {
      if (overlay->event != NULL)
        return; /* the platform has it already */
      target = fresh = wg_event_new ();
    }
  if (target == NULL)
    return;
  if (!wg_operation_apply (item->operation, target, &error))
    {
      /* The event has moved on; the platform will say the same, and its answer is shown. */
      g_debug ("%s: %s is not shown: %s", id, item->op_id, error->message);
      return;
    }
  if (fresh)
    overlay->event = g_steal_pointer (&fresh);
}

static gboolean
compute_overlay (WgStoreContext *context, const char *id, Overlay *overlay, GError **error)
{
  overlay->photos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  overlay->known_photos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!read_base (context, id, overlay, error))
    return FALSE;
  overlay->operations = wg_record_operations (context, id, error);
  if (overlay->operations == NULL)
    return FALSE;
  if (overlay->removed)
    let_go (overlay);
  if (overlay->event)
    add_photos (overlay->known_photos, overlay->event->photos);
  for (guint i = 0; overlay->steps && i < overlay->steps->len; i++)
    {
      WgEventStep *step = g_ptr_array_index (overlay->steps, i);
      add_photos (overlay->photos, step->photos);
      add_photos (overlay->known_photos, step->photos);
    }
  for (guint i = 0; i < overlay->operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (overlay->operations, i);

      if (has_state (item, "applied"))
        {
          add_photos (overlay->known_photos, item->operation->photos);
          if (item->operation->event)
            add_photos (overlay->known_photos, item->operation->event->photos);
        }
      if (!wg_record_operation_is_shown (item, overlay->ver))
        continue;
      add_photos (overlay->photos, item->operation->photos);
      apply_one (overlay, item, id);
    }
  if (overlay->event)
    {
      add_photos (overlay->photos, overlay->event->photos);
      g_set_str (&overlay->event->id, id);
      overlay->event->ver = overlay->ver;
    }
  return TRUE;
}

static WgEventStep *
make_waiting_step (WgStoreContext *context, const WgRecordOperation *item, WgEventState from)
{
  const WgOperation *operation = item->operation;
  WgEventStep *step = wg_event_step_new ();

  step->event_id = g_strdup (operation->rec);
  step->action = operation->action;
  if (operation->kind == WG_OPERATION_EVENT_CREATE)
    step->action = operation->event->duplicate_of ? WG_ACTION_ATTACH : WG_ACTION_REPORT;
  step->actor = g_strdup (context->worker->id);
  step->actor_name = g_strdup (context->worker->name);
  step->actor_role = context->worker->role;
  step->at_ms = item->made_ms;
  step->from_state = step->to_state = from;
  step->opinion = g_strdup (operation->opinion);
  step->new_value = g_strdup (operation->new_value);
  step->photos = g_strdupv (operation->photos);
  return step;
}

/* Steps that wait stand behind the platform's, with number 0. */
static void
add_waiting_steps (WgStoreContext *context, const Overlay *overlay, GPtrArray *steps)
{
  for (guint i = 0; i < overlay->operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (overlay->operations, i);
      WgEventStep *step;

      if (!wg_record_operation_is_shown (item, overlay->ver) ||
          item->operation->kind == WG_OPERATION_EVENT_PATCH)
        continue;
      if (overlay->has_base && item->operation->kind == WG_OPERATION_EVENT_CREATE)
        continue;
      step = make_waiting_step (context, item,
                                item->operation->expect_state >= 0 ? item->operation->expect_state
                                                                   : WG_EVENT_STATE_DRAFT);
      const WgTransition *row =
          wg_workflow_find (step->action, step->from_state, overlay->event->level, ~0u);
      if (row)
        {
          step->to_state = row->to;
          step->kind = row->step_kind;
        }
      g_ptr_array_add (steps, step);
    }
}

/**
 * wg_record_load_event:
 * @context: of the job
 * @id: an event's id
 * @out_steps: (out) (optional) (element-type WgEventStep): its steps, those that wait with number 0
 * @error: return location
 *
 * Computes the local content of an event: what the platform said plus what waits.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; of the engine and the wire.
 *
 * Returns: (transfer full) (nullable): the event
 */
WgEvent *
wg_record_load_event (WgStoreContext *context,
                      const char *id,
                      GPtrArray **out_steps,
                      GError **error)
{
  g_auto (Overlay) overlay = { 0 };

  if (!compute_overlay (context, id, &overlay, error))
    return NULL;
  if (overlay.event == NULL)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no event '%s'",
                   id);
      return NULL;
    }
  if (out_steps)
    {
      if (overlay.steps == NULL)
        overlay.steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
      add_waiting_steps (context, &overlay, overlay.steps);
      *out_steps = g_steal_pointer (&overlay.steps);
    }
  return g_steal_pointer (&overlay.event);
}

/* --- the index row --------------------------------------------------------------------------- */

/**
 * wg_record_judge:
 * @operations: (element-type WgRecordOperation): of a record
 * @has_base: whether the platform has told the record
 *
 * Says what the user may be told of the record: what needs the author comes first, then
 * the least delivered. That personal fields were read changes nothing of the record.
 *
 * Thread: the store's.
 * Errors: none.
 * Source: protocol.md 2.4
 *
 * Returns: the delivery
 */
WgDelivery
wg_record_judge (GPtrArray *operations, gboolean has_base)
{
  WgDelivery delivery = { .truth = WG_TRUTH_APPLIED };
  gboolean refused = FALSE, conflict = FALSE, undone = FALSE;
  WgTruth least = WG_TRUTH_APPLIED;

  for (guint i = 0; i < operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (operations, i);
      WgTruth truth = wg_truth_from_name (item->state);

      if (item->operation->kind == WG_OPERATION_RECORD_REVEAL)
        continue;
      refused |= truth == WG_TRUTH_REFUSED;
      conflict |= truth == WG_TRUTH_CONFLICT;
      undone |= truth == WG_TRUTH_UNDONE;
      if (truth < WG_TRUTH_APPLIED)
        {
          delivery.n_waiting++;
          least = MIN (least, truth);
        }
      if (truth == WG_TRUTH_HELD)
        delivery.hold_until_ms = item->hold_until_ms;
    }
  delivery.truth = refused               ? WG_TRUTH_REFUSED
                   : conflict            ? WG_TRUTH_CONFLICT
                   : undone && !has_base ? WG_TRUTH_UNDONE
                                         : least;
  return delivery;
}

/* What the platform has applied it waits for the photos of, even when nothing else of the event may
 * be here any more: its grid is somebody else's by now. */
static gboolean
offer_photos (WgStoreContext *context, const Overlay *overlay, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, overlay->known_photos);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!wg_db_run (context->db, "attachment_set_ready", error, "sha256", 's', name, "level", 'i',
                    (gint64) (overlay->event ? overlay->event->level : 0), NULL))
      return FALSE;
  return TRUE;
}

static gboolean
write_photos (WgStoreContext *context, const char *id, const Overlay *overlay, GError **error)
{
  gint64 wanted_since_ms = wg_ports_wall_ms (context->ports) - 30 * WG_DAY_MS;
  gboolean fetch = overlay->has_base && (wg_event_state_is_open (overlay->event->state) ||
                                         overlay->event->reported_ms >= wanted_since_ms);
  GHashTableIter iter;
  gpointer name;

  if (!wg_db_run (context->db, "photo_clear", error, "rec", 's', id, NULL))
    return FALSE;
  g_hash_table_iter_init (&iter, overlay->photos);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      if (!wg_db_run (context->db, "photo_set", error, "rec", 's', id, "sha256", 's', name, NULL))
        return FALSE;
      /* Five years of pictures do not fit: the recent and the open ones come by themselves. */
      if (fetch && g_hash_table_contains (overlay->known_photos, name) &&
          !wg_db_run (context->db, "attachment_expect", error, "sha256", 's', name, "made_ms", 'i',
                      overlay->event->reported_ms, NULL))
        return FALSE;
    }
  return TRUE;
}

static gint64
count_of (WgStoreContext *context, const char *name, const char *id, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, name, error);

  if (row == NULL)
    return -1;
  wg_statement_bind_text (row, "rec", id);
  return wg_db_take_int (row, "n", error);
}

static gboolean
write_index (WgStoreContext *context, const char *id, const Overlay *overlay, GError **error)
{
  const WgEvent *event = overlay->event;
  WgDelivery delivery = wg_record_judge (overlay->operations, overlay->has_base);
  gint64 n_photos = count_of (context, "photo_count_waiting", id, error);
  gint64 n_conflicts = count_of (context, "dispute_count_of_record", id, error);
  gboolean mine = g_strcmp0 (event->reporter, context->worker->id) == 0;
  gboolean listed = delivery.truth != WG_TRUTH_UNDONE;
  gint64 made_ms = event->reported_ms ? event->reported_ms : event->occurred_ms;
  gboolean needs_me;

  if (n_photos < 0 || n_conflicts < 0)
    return FALSE;
  /* Whoever may choose sees that there is a question, whichever of the two values is his. */
  if (n_conflicts > 0 && delivery.truth != WG_TRUTH_REFUSED)
    delivery.truth = WG_TRUTH_CONFLICT;
  needs_me = delivery.truth == WG_TRUTH_REFUSED || delivery.truth == WG_TRUTH_CONFLICT ||
             (mine && event->state == WG_EVENT_STATE_RETURNED);
  if (delivery.truth == WG_TRUTH_APPLIED && n_photos > 0 && mine)
    delivery.truth = WG_TRUTH_NO_PHOTO;
  return wg_db_run (
      context->db, "event_set", error, "id", 's', id, "class", 's', event->class_code, "level", 'i',
      (gint64) event->level, "state", 'i', (gint64) event->state, "title", 's', event->title, "lon",
      'r', event->lon, "lat", 'r', event->lat, "occurred_ms", 'i', event->occurred_ms, "made_ms",
      'i', made_ms, "mine", 'i', (gint64) mine, "truth", 's', wg_truth_to_name (delivery.truth),
      "hold_until_ms", 'i', delivery.hold_until_ms, "n_waiting", 'i', (gint64) delivery.n_waiting,
      "n_photos", 'i', n_photos, "listed", 'i', (gint64) listed, "is_open", 'i',
      (gint64) wg_event_state_is_open (event->state), "needs_me", 'i', (gint64) needs_me, NULL);
}

/* --- refreshing ------------------------------------------------------------------------------ */

static gboolean
is_needed (const Overlay *overlay)
{
  if (overlay->event == NULL)
    return FALSE;
  if (overlay->has_base && !overlay->removed)
    return TRUE;
  for (guint i = 0; i < overlay->operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (overlay->operations, i);

      if (overlay->let_go ? has_state (item, "refused") || has_state (item, "conflict")
                          : !wg_record_operation_is_over (item, 0))
        return TRUE;
    }
  return FALSE;
}

static gboolean
drop_record (WgStoreContext *context, const char *id, GError **error)
{
  return wg_db_run (context->db, "photo_clear", error, "rec", 's', id, NULL) &&
         wg_db_run (context->db, "record_delete", error, "id", 's', id, NULL);
}

/**
 * wg_record_exists:
 * @context: of the job
 * @id: a record of any kind
 * @out_exists: (out): whether there is a row
 * @error: return location
 *
 * Tells whether a record is here.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE unless something failed
 */
gboolean
wg_record_exists (WgStoreContext *context, const char *id, gboolean *out_exists, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_any", error);
  gint64 has;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", id);
  has = wg_db_take_int (row, "has", error);
  *out_exists = has > 0;
  return has >= 0;
}

/* Of which kind the record is, or will be: its row says so, or the operation that makes it. */
static char *
find_kind (WgStoreContext *context, const char *id, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_kind_of", error);
  g_autoptr (GError) local = NULL;
  g_autofree char *name = NULL;
  const WgKind *record_kind = NULL;
  WgOperationKind kind;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    name = wg_statement_dup_text (row, "kind");
  if (!wg_statement_end (row, &local, error))
    return NULL;
  if (name == NULL || strchr (name, '.') == NULL)
    return name ? g_steal_pointer (&name) : g_strdup ("event");
  if (!wg_operation_kind_from_string (name, &kind, &record_kind))
    kind = WG_OPERATION_EVENT_CREATE;
  return g_strdup (record_kind                             ? record_kind->name
                   : kind == WG_OPERATION_CONFLICT_RESOLVE ? "conflict"
                                                           : "event");
}

static gboolean
refresh_event (WgStoreContext *context, const char *id, GError **error)
{
  g_auto (Overlay) overlay = { 0 };
  g_autofree char *body = NULL;

  if (!compute_overlay (context, id, &overlay, error))
    return FALSE;
  wg_store_context_touch (context, "events");
  if (overlay.let_go && !wg_store_set_meta_int (context, "erase", 1, error))
    return FALSE;
  if (!offer_photos (context, &overlay, error))
    return FALSE;
  if (!is_needed (&overlay))
    return !overlay.exists || drop_record (context, id, error);
  if (overlay.let_go && !wg_db_run (context->db, "record_clear_base", error, "id", 's', id, NULL))
    return FALSE;
  body = wg_wire_event_to_json (overlay.event);
  return wg_db_run (context->db, "record_set_body", error, "id", 's', id, "kind", 's', "event",
                    "body", 's', body, NULL) &&
         write_photos (context, id, &overlay, error) && write_index (context, id, &overlay, error);
}

/**
 * wg_record_refresh:
 * @context: of the job, in a transaction
 * @id: an event's id
 * @error: return location
 *
 * Computes an event anew from what the platform said and what waits, and writes its body, its
 * index row and its photos; removes it when nothing is left of it. To be called in the transaction
 * that changed either side: nobody else writes these.
 *
 * Thread: the store's.
 * Errors: of the engine and the wire.
 * Source: protocol.md 2.2 (pull against pending operations)
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_refresh (WgStoreContext *context, const char *id, GError **error)
{
  g_return_val_if_fail (wg_db_in_transaction (context->db), FALSE);

  g_autofree char *kind = find_kind (context, id, error);
  if (kind == NULL)
    return FALSE;
  return wg_record_is_kind (kind) ? wg_record_refresh_by_table (context, id, kind, error)
                                  : refresh_event (context, id, error);
}

/**
 * wg_record_refresh_all:
 * @context: of the job, in a transaction
 * @ids: (element-type utf8): events; %NULL elements are passed over
 * @error: return location
 *
 * Refreshes several events.
 *
 * Thread: the store's.
 * Errors: see wg_record_refresh().
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_refresh_all (WgStoreContext *context, GPtrArray *ids, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_ptr_array_index (ids, i) &&
        !wg_record_refresh (context, g_ptr_array_index (ids, i), error))
      return FALSE;
  return TRUE;
}

/**
 * wg_record_collect_ids:
 * @statement: a statement with everything bound
 * @column: the column that holds ids
 * @error: return location
 *
 * Runs a statement to its end and keeps the ids, each once, so that others may run meanwhile.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable) (element-type utf8): the ids in their order; NULL is left
 *   out
 */
GPtrArray *
wg_record_collect_ids (WgStatement *statement, const char *column, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) local = NULL;

  while (wg_statement_next (statement, &local))
    if (!wg_statement_is_null (statement, column) &&
        !g_hash_table_contains (known, wg_statement_text (statement, column)))
      {
        g_ptr_array_add (ids, wg_statement_dup_text (statement, column));
        g_hash_table_add (known, g_ptr_array_index (ids, ids->len - 1));
      }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&ids);
}
