/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as their worker makes them: save, hold, undo, mend, step; each is one transaction. */
#include "store/wg-event-store.h"

#include <string.h>

#include "core/kinds/wg-kind-event.h"
#include "core/wg-id.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-event.h"

/* --- checking what is saved ------------------------------------------------------------------ */

static gboolean
check_photos (WgStoreContext *context, const WgEvent *event, GError **error)
{
  for (gsize i = 0; event->photos && event->photos[i]; i++)
    {
      WgStatement *row = wg_db_statement (context->db, "attachment_get", error);
      gboolean found;

      if (row == NULL)
        return FALSE;
      wg_statement_bind_text (row, "sha256", event->photos[i]);
      found = wg_statement_next (row, error);
      wg_statement_reset (row);
      if (found)
        continue;
      if (error == NULL || *error == NULL)
        g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                     "photos: '%s' is not in the store: take it again", event->photos[i]);
      return FALSE;
    }
  return TRUE;
}

/* The first finding that blocks, as the error; warnings are the form's matter. */
static gboolean
check_event (WgStoreContext *context, const WgEvent *event, gboolean by_newest, GError **error)
{
  WgStoreInner *inner = (WgStoreInner *) context;
  const WgStandard *standard =
      event->class_std ? g_hash_table_lookup (inner->standards, event->class_std) : NULL;
  g_autoptr (GPtrArray) issues = wg_event_check (event, wg_ports_wall_ms (context->ports));

  if (by_newest && context->standard)
    standard = context->standard;
  if (standard)
    wg_standard_check_event (standard, event, issues);
  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);

      if (!issue->blocks)
        continue;
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s: %s", issue->field,
                   wg_issue_code_to_string (issue->code));
      return FALSE;
    }
  return check_photos (context, event, error);
}

/* --- new events ------------------------------------------------------------------------------ */

typedef struct
{
  const WgEvent *event;
  gint64 hold_ms;
  const char *draft_id;
  char *id;
} Creation;

static WgEvent *
complete_new (WgStoreContext *context, const Creation *creation)
{
  WgEvent *event = wg_event_copy (creation->event);
  gint64 now_ms = wg_ports_wall_ms (context->ports);

  g_set_str (&event->id, creation->id);
  event->reported_ms = now_ms;
  if (event->occurred_ms == 0)
    event->occurred_ms = now_ms;
  if (event->grid_code == NULL)
    event->grid_code = g_strdup (context->worker->grid_code);
  if (event->org_code == NULL)
    event->org_code = g_strdup (context->worker->org_code);
  if (context->standard)
    g_set_str (&event->class_std, wg_standard_get_version (context->standard));
  wg_event_normalize (event, wg_store_class_name (context, event->class_std, event->class_code));
  return event;
}

static char *
make_scope (const WgEvent *event)
{
  return g_strconcat ("g:", event->grid_code, NULL);
}

static WgOperation *
make_creation (const WgEvent *event, const char *redo_of)
{
  WgOperation *operation = wg_operation_new (WG_OPERATION_EVENT_CREATE);

  operation->rec = g_strdup (event->id);
  operation->scope = make_scope (event);
  operation->event = wg_event_copy (event);
  operation->redo_of = g_strdup (redo_of);
  return operation;
}

static gboolean
create (WgStoreContext *context, gpointer data, GError **error)
{
  Creation *creation = data;
  g_autoptr (WgEvent) event = NULL;
  gboolean exists = FALSE;

  if (!wg_record_exists (context, creation->id, &exists, error))
    return FALSE;
  if (creation->draft_id)
    {
      if (!wg_db_run (context->db, "draft_delete", error, "id", 's', creation->draft_id, NULL))
        return FALSE;
      wg_store_context_touch (context, "drafts");
    }
  /* The second tap, or another try after a fault whose commit had reached the disk. */
  if (exists)
    return TRUE;
  event = complete_new (context, creation);
  if (!check_event (context, event, TRUE, error) ||
      !wg_db_run (context->db, "class_use_add", error, "class", 's', event->class_code, "level",
                  'i', (gint64) event->level, "now_ms", 'i', event->reported_ms, NULL))
    return FALSE;
  if (creation->hold_ms > 0)
    return wg_outbox_hold (context, event, event->reported_ms + creation->hold_ms, error);
  g_autoptr (WgOperation) operation = make_creation (event, NULL);
  return wg_outbox_append (context, operation, error);
}

/**
 * wg_event_store_create:
 * @context: of the job
 * @event: what the form holds; the store fills in times, grid, unit and the standard's version
 * @hold_ms: how long it may be undone without a trace; 0 for not at all, 10 min at most
 * @draft_id: (nullable): draft that becomes this event and ends with it
 * @error: return location
 *
 * Saves a new event: record, operation and outbox row in one transaction. An event of the same id
 * (its own, else the draft's) that is there already is not made twice.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID naming the field first, also for a class that is no longer in
 *   force; %WG_DB_ERROR_FULL: nothing was lost, the draft stands.
 * Source: design.md 2, 3; protocol.md 4.1 rows 1 and 2
 *
 * Returns: (transfer full) (nullable): the id
 */
char *
wg_event_store_create (WgStoreContext *context,
                       const WgEvent *event,
                       gint64 hold_ms,
                       const char *draft_id,
                       GError **error)
{
  const char *given = event->id ? event->id : draft_id;
  g_autofree char *id = given ? g_strdup (given) : wg_id_new (context->ports);
  Creation creation = { event, MIN (hold_ms, WG_HOLD_MAX_MS), draft_id, id };

  if (!wg_store_transact (context, create, &creation, error))
    return NULL;
  return g_steal_pointer (&id);
}

/* --- holds ----------------------------------------------------------------------------------- */

static gboolean
undo (WgStoreContext *context, gpointer data, GError **error)
{
  const char *id = data;

  if (!wg_db_run (context->db, "outbox_undo", error, "rec", 's', id, NULL))
    return FALSE;
  if (wg_db_changes (context->db) == 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                   "id: '%s' is not held any more: withdraw it instead", id);
      return FALSE;
    }
  wg_store_context_touch (context, "outbox");
  return wg_record_refresh (context, id, error);
}

/**
 * wg_event_store_undo:
 * @context: of the job
 * @id: a held event
 * @error: return location
 *
 * Takes a held event back before anything of it was made for the wire.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID when it is not held (any more).
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_store_undo (WgStoreContext *context, const char *id, GError **error)
{
  return wg_store_transact (context, undo, (gpointer) id, error);
}

typedef struct
{
  gint64 n;
  WgOperation *operation;
} Held;

static void
clear_held (gpointer data)
{
  g_clear_pointer (&((Held *) data)->operation, wg_operation_free);
}

/* Times and clock are those of the tap. */
static GArray *
read_held (WgStoreContext *context, WgStatement *row, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Held));
  g_autoptr (GError) local = NULL;

  g_array_set_clear_func (list, clear_held);
  while (wg_statement_next (row, &local))
    {
      g_autoptr (WgEvent) event =
                    wg_wire_event_from_json (wg_statement_text (row, "content"), &local);
      Held held = { wg_statement_int (row, "n"), NULL };

      if (event == NULL)
        break;
      g_set_str (&event->id, wg_statement_text (row, "rec"));
      held.operation = make_creation (event, NULL);
      held.operation->op_id = wg_statement_dup_text (row, "op_id");
      held.operation->actor = g_strdup (context->worker->id);
      held.operation->at_ms = wg_statement_int (row, "made_ms");
      held.operation->boot = wg_statement_dup_text (row, "boot");
      held.operation->mono_ms = wg_statement_int (row, "mono_ms");
      g_array_append_val (list, held);
    }
  if (!wg_statement_end (row, &local, error))
    return NULL;
  return g_steal_pointer (&list);
}

typedef struct
{
  gint64 now_ms;
  const char *id; /* %NULL: all that are due */
  int n;
} Release;

/* A hold far ahead can only mean that the clock was set back: then all of them end. */
static gint64
get_release_limit (WgStoreContext *context, gint64 now_ms)
{
  gint64 next_ms = wg_event_store_next_release_ms (context, NULL);

  return next_ms > 0 && next_ms - WG_HOLD_MAX_MS > now_ms ? G_MAXINT64 : now_ms;
}

static gboolean
release (WgStoreContext *context, gpointer data, GError **error)
{
  Release *self = data;
  WgStatement *row = self->id ? wg_db_statement (context->db, "outbox_held_of", error)
                              : wg_db_statement (context->db, "outbox_due", error);
  g_autoptr (GArray) list = NULL;

  self->n = 0;
  if (row == NULL)
    return FALSE;
  if (self->id)
    wg_statement_bind_text (row, "rec", self->id);
  else
    wg_statement_bind_int (row, "now_ms", get_release_limit (context, self->now_ms));
  list = read_held (context, row, error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      Held *held = &g_array_index (list, Held, i);

      if (!wg_outbox_release (context, held->n, held->operation, error))
        return FALSE;
      self->n++;
    }
  return TRUE;
}

/**
 * wg_event_store_release:
 * @context: of the job
 * @now_ms: Unix ms; G_MAXINT64 ends all holds
 * @error: return location
 *
 * Makes the operations of holds that have ended: number, line and hash, in the order of the taps.
 * The store does this by itself, in time and when it is opened.
 *
 * Thread: the store's.
 * Errors: of the engine; nothing is released then.
 *
 * Returns: how many, −1 on error
 */
int
wg_event_store_release (WgStoreContext *context, gint64 now_ms, GError **error)
{
  Release self = { now_ms, NULL, 0 };

  return wg_store_transact (context, release, &self, error) ? self.n : -1;
}

/**
 * wg_event_store_release_one:
 * @context: of the job
 * @id: a held event
 * @error: return location
 *
 * Ends one hold now ("send now").
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND when it is not held (any more).
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_store_release_one (WgStoreContext *context, const char *id, GError **error)
{
  Release self = { 0, id, 0 };

  if (!wg_store_transact (context, release, &self, error))
    return FALSE;
  if (self.n == 0)
    g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: '%s' is not held", id);
  return self.n > 0;
}

/**
 * wg_event_store_next_release_ms:
 * @context: of the job
 * @error: return location
 *
 * Tells when the next hold ends.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: Unix ms, 0 when none is held
 */
gint64
wg_event_store_next_release_ms (WgStoreContext *context, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "outbox_next_release", error);

  return MAX (wg_db_take_int (row, "at_ms", error), 0);
}

/* --- steps ----------------------------------------------------------------------------------- */

static WgOperation *
make_step (const WgEvent *event, WgAction action)
{
  WgOperation *operation = wg_operation_new (WG_OPERATION_EVENT_STEP);

  operation->rec = g_strdup (event->id);
  operation->scope = make_scope (event);
  operation->action = action;
  operation->expect_state = (int) event->state;
  operation->expect_step_no = event->step_no;
  return operation;
}

typedef struct
{
  const char *id;
  WgAction action;
  const char *opinion, *new_value;
} Step;

static const char *
find_handler (GPtrArray *steps)
{
  const char *actor = NULL;

  for (guint i = 0; i < steps->len; i++)
    {
      const WgEventStep *step = g_ptr_array_index (steps, i);
      if (step->action == WG_ACTION_HANDLED)
        actor = step->actor;
    }
  return actor;
}

static gboolean
take_step (WgStoreContext *context, gpointer data, GError **error)
{
  const Step *self = data;
  gboolean links = self->action == WG_ACTION_DUPLICATE || self->action == WG_ACTION_ATTACH;
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (WgOperation) operation = NULL;
  Release held = { 0, self->id, 0 };

  if (self->action == WG_ACTION_WITHDRAW)
    {
      if (!wg_db_run (context->db, "outbox_undo", error, "rec", 's', self->id, NULL))
        return FALSE;
      if (wg_db_changes (context->db) > 0)
        {
          wg_store_context_touch (context, "outbox");
          return wg_record_refresh (context, self->id, error);
        }
    }
  if (!release (context, &held, error))
    return FALSE;
  event = wg_record_load_event (context, self->id, &steps, error);
  if (event == NULL)
    return FALSE;

  WgStepRequest request = { .action = self->action,
                            .role = context->worker->role,
                            .actor = context->worker->id,
                            .expect_state = -1,
                            .expect_step_no = -1,
                            .opinion = self->opinion,
                            .new_value = links ? NULL : self->new_value,
                            .duplicate_of = links ? self->new_value : NULL,
                            .handled_by = find_handler (steps) };
  if (wg_workflow_decide (event, &request, error) == NULL)
    return FALSE;
  operation = make_step (event, self->action);
  operation->opinion = g_strdup (self->opinion);
  operation->new_value = g_strdup (request.new_value);
  operation->duplicate_of = g_strdup (request.duplicate_of);
  return wg_outbox_append (context, operation, error);
}

/**
 * wg_event_store_step:
 * @context: of the job
 * @id: an event
 * @action: what the worker does
 * @opinion: (nullable): words
 * @new_value: (nullable): new level or class; the other event for duplicate and attach
 * @error: return location
 *
 * Does a step of the workflow as far as this role may; the platform decides. Withdrawing a held
 * event undoes it; any other step ends its hold first.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_CORE_ERROR_NOT_FOUND, %WG_CORE_ERROR_FORBIDDEN and
 *   %WG_CORE_ERROR_INVALID of the table.
 * Source: protocol.md 4.1
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_store_step (WgStoreContext *context,
                     const char *id,
                     WgAction action,
                     const char *opinion,
                     const char *new_value,
                     GError **error)
{
  Step self = { id, action, opinion, new_value };

  return wg_store_transact (context, take_step, &self, error);
}

/* --- mending --------------------------------------------------------------------------------- */

typedef struct
{
  const WgEvent *event;
  const char *redo_of;
} Mend;

/* What the form leaves out is as it was. */
static WgEvent *
complete_mended (WgStoreContext *context, const WgEvent *given, const WgEvent *seen)
{
  WgEvent *event = wg_event_copy (given);

  if (event->reported_ms == 0)
    event->reported_ms = seen->reported_ms;
  if (event->occurred_ms == 0)
    event->occurred_ms = seen->occurred_ms;
  if (event->grid_code == NULL)
    event->grid_code = g_strdup (seen->grid_code);
  if (event->org_code == NULL)
    event->org_code = g_strdup (seen->org_code);
  if (g_strcmp0 (event->class_code, seen->class_code) == 0)
    g_set_str (&event->class_std, seen->class_std);
  else if (context->standard)
    g_set_str (&event->class_std, wg_standard_get_version (context->standard));
  wg_event_normalize (event, wg_store_class_name (context, event->class_std, event->class_code));
  return event;
}

static gboolean
mend_held (WgStoreContext *context, const WgEvent *given, const WgEvent *seen, GError **error)
{
  g_autoptr (WgEvent) event = complete_mended (context, given, seen);
  g_autofree char *content = wg_wire_event_to_json (event);

  if (!check_event (context, event, TRUE, error) ||
      !wg_db_run (context->db, "outbox_set_content", error, "rec", 's', event->id, "content", 's',
                  content, "level", 'i', (gint64) event->level, NULL))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  return wg_record_refresh (context, event->id, error);
}

/* What the platform or the queue has of the event, without the operations that were refused. */
static gboolean
mend_sent (WgStoreContext *context, const Mend *self, const WgEvent *seen, GError **error)
{
  g_autoptr (WgEvent) event = complete_mended (context, self->event, seen);
  g_auto (GStrv) changed = wg_event_list_changed (seen, event);
  gboolean class_changed = g_strv_contains ((const char *const *) changed, "class_code");
  gboolean returned = seen->state == WG_EVENT_STATE_RETURNED;

  if (changed[0] && seen->state != WG_EVENT_STATE_REPORTED && !returned)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                   "state: the content is settled at acceptance: add a note instead");
      return FALSE;
    }
  if (!check_event (context, event, class_changed, error))
    return FALSE;
  if (changed[0])
    {
      g_autoptr (WgOperation) patch = wg_operation_new (WG_OPERATION_EVENT_PATCH);

      patch->rec = g_strdup (event->id);
      patch->scope = make_scope (seen);
      patch->event = wg_event_copy (event);
      patch->base = wg_event_copy (seen);
      patch->fields = g_steal_pointer (&changed);
      patch->redo_of = g_strdup (self->redo_of);
      if (!wg_outbox_append (context, patch, error))
        return FALSE;
    }
  if (returned)
    {
      g_autoptr (WgOperation) supplement = make_step (seen, WG_ACTION_SUPPLEMENT);
      return wg_outbox_append (context, supplement, error);
    }
  return TRUE;
}

/* The platform never took it: the whole event is said again, under the same record. */
static gboolean
mend_unborn (WgStoreContext *context, const Mend *self, const WgEvent *seen, GError **error)
{
  g_autoptr (WgEvent) event = complete_mended (context, self->event, seen);
  g_autoptr (WgOperation) operation = NULL;

  if (context->standard)
    g_set_str (&event->class_std, wg_standard_get_version (context->standard));
  if (!check_event (context, event, TRUE, error))
    return FALSE;
  operation = make_creation (event, self->redo_of);
  return wg_outbox_append (context, operation, error);
}

static gboolean
is_held (GPtrArray *operations)
{
  for (guint i = 0; i < operations->len; i++)
    if (g_str_equal (((WgRecordOperation *) g_ptr_array_index (operations, i))->state, "held"))
      return TRUE;
  return FALSE;
}

static gboolean
mend (WgStoreContext *context, gpointer data, GError **error)
{
  Mend self = *(Mend *) data;
  const char *id = self.event->id;
  g_autoptr (WgEvent) seen = wg_record_load_event (context, id, NULL, error);
  g_autoptr (GPtrArray) operations = seen ? wg_record_operations (context, id, error) : NULL;
  g_autoptr (WgEvent) rest = NULL;
  g_autoptr (GError) local = NULL;

  if (operations == NULL)
    return FALSE;
  if (is_held (operations))
    return mend_held (context, self.event, seen, error);
  if (self.redo_of && !wg_record_find_refused (operations, self.redo_of))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND,
                   "redo_of: '%s' is no refused operation of this event", self.redo_of);
      return FALSE;
    }
  if (self.redo_of == NULL)
    self.redo_of = wg_record_find_refused (operations, NULL);
  if (self.redo_of == NULL)
    return mend_sent (context, &self, seen, error);
  if (!wg_db_run (context->db, "outbox_set_redone", error, "rec", 's', id, NULL))
    return FALSE;
  rest = wg_record_load_event (context, id, NULL, &local);
  if (rest)
    return mend_sent (context, &self, rest, error) && wg_record_refresh (context, id, error);
  if (!g_error_matches (local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return mend_unborn (context, &self, seen, error);
}

/**
 * wg_event_store_mend:
 * @context: of the job
 * @event: the new content, with its id
 * @redo_of: (nullable): refused operation that this mends; %NULL takes the oldest there is
 * @error: return location
 *
 * Changes an event. While it is held, in place. Afterwards by a patch of the fields that differ
 * from what the worker saw, with the supplement step behind it when the event was returned. What
 * was refused is said anew: a patch again, or the whole event when the platform has none of it.
 * Nothing changed and nothing returned: nothing is done.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_INVALID naming the field first, or after
 *   acceptance.
 * Source: protocol.md 2.4, 4.1 row 5
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_store_mend (WgStoreContext *context,
                     const WgEvent *event,
                     const char *redo_of,
                     GError **error)
{
  Mend self = { event, redo_of };

  g_return_val_if_fail (event->id != NULL, FALSE);
  return wg_store_transact (context, mend, &self, error);
}
