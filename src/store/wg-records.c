/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table as their worker writes them; each act is one transaction. */
#include "store/wg-records.h"

#include "core/wg-id.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"

#define REASON_MAX 200

static WgOperation *
make_operation (WgOperationKind kind, const WgRecord *record)
{
  WgOperation *operation = wg_operation_new (kind);

  operation->record_kind = record->kind;
  operation->rec = g_strdup (record->id);
  operation->scope = g_strconcat ("g:", wg_record_get_text (record, WG_FIELD_GRID), NULL);
  return operation;
}

/* The first finding that blocks, as the error; of a patch only what it touches: old faults in other
 * fields keep nobody from mending one. */
static gboolean
check (WgStoreContext *context, const WgRecord *record, const WgPatch *patch, GError **error)
{
  g_autoptr (GPtrArray) issues = wg_record_check (record, wg_ports_wall_ms (context->ports));

  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);

      if (!issue->blocks ||
          (patch && !wg_patch_has (patch, wg_kind_find_field (record->kind, issue->field))))
        continue;
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s: %s", issue->field,
                   wg_issue_code_to_string (issue->code));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_reason (const char *reason, GError **error)
{
  if (reason && reason[0] != '\0' && wg_text_is_clean (reason, FALSE) &&
      g_utf8_strlen (reason, -1) <= REASON_MAX)
    return TRUE;
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
               "reason: say why, in at most %d characters", REASON_MAX);
  return FALSE;
}

static gboolean
throw_draft (WgStoreContext *context, const char *draft_id, GError **error)
{
  if (draft_id == NULL)
    return TRUE;
  wg_store_context_touch (context, "drafts");
  return wg_db_run (context->db, "draft_delete", error, "id", 's', draft_id, NULL);
}

/* --- new records ----------------------------------------------------------------------------- */

typedef struct
{
  const WgRecord *record;
  const char *draft_id, *id;
} Creation;

static gboolean
append_creation (WgStoreContext *context,
                 const WgRecord *given,
                 const char *redo_of,
                 GError **error)
{
  g_autoptr (WgRecord) record = wg_record_edit (given);
  g_autoptr (WgOperation) operation = NULL;

  if (wg_record_get_text (record, WG_FIELD_GRID) == NULL)
    wg_record_set_text (record, WG_FIELD_GRID, context->worker->grid_code);
  wg_record_normalize (record);
  if (!check (context, record, NULL, error))
    return FALSE;
  operation = make_operation (WG_OPERATION_RECORD_CREATE, record);
  operation->redo_of = g_strdup (redo_of);
  operation->record = wg_record_seal (g_steal_pointer (&record));
  return wg_outbox_append (context, operation, error);
}

static gboolean
create (WgStoreContext *context, gpointer data, GError **error)
{
  const Creation *self = data;
  g_autoptr (WgRecord) record = wg_record_edit (self->record);
  gboolean exists = FALSE;

  if (!wg_record_exists (context, self->id, &exists, error) ||
      !throw_draft (context, self->draft_id, error))
    return FALSE;
  /* The second tap, or another try after a fault whose commit had reached the disk. */
  if (exists)
    return TRUE;
  g_set_str (&record->id, self->id);
  return append_creation (context, record, NULL, error);
}

/**
 * wg_records_create:
 * @context: of the job
 * @record: content, sealed or not; its id is kept when it has one
 * @draft_id: (nullable): form that is thrown away with it; gives the id otherwise
 * @error: return location
 *
 * Saves a new record in one transaction with its operation. What was typed is tidied first.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID naming the field first; of the engine.
 * Source: design.md 2, 3
 *
 * Returns: (transfer full) (nullable): the id
 */
char *
wg_records_create (WgStoreContext *context,
                   const WgRecord *record,
                   const char *draft_id,
                   GError **error)
{
  const char *given = record->id ? record->id : draft_id;
  g_autofree char *id = given ? g_strdup (given) : wg_id_new (context->ports);
  Creation self = { record, draft_id, id };

  if (!wg_store_transact (context, create, &self, error))
    return NULL;
  return g_steal_pointer (&id);
}

/* --- changes --------------------------------------------------------------------------------- */

typedef struct
{
  const WgRecord *seen, *wanted;
  const char *redo_of, *draft_id;
} Change;

static gboolean
append_patch (WgStoreContext *context,
              const WgRecord *seen,
              const WgRecord *given,
              const char *redo_of,
              GError **error)
{
  g_autoptr (WgRecord) wanted = wg_record_edit (given);
  g_autoptr (WgOperation) operation = NULL;

  wg_record_normalize (wanted);
  g_autoptr (WgPatch) patch = wg_patch_between (seen, wanted);
  if (patch->fields->len == 0)
    return TRUE;
  if (!check (context, wanted, patch, error))
    return FALSE;
  operation = make_operation (WG_OPERATION_RECORD_PATCH, seen);
  operation->patch = g_steal_pointer (&patch);
  operation->redo_of = g_strdup (redo_of);
  return wg_outbox_append (context, operation, error);
}

/* What was refused is said anew: as a patch, or whole when the platform has none of it. */
static gboolean
redo (WgStoreContext *context, const WgRecord *wanted, const char *redo_of, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgRecord) rest = NULL;

  if (!wg_db_run (context->db, "outbox_set_redone", error, "rec", 's', wanted->id, NULL))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  rest = wg_record_load (context, wanted->id, &local);
  if (rest)
    return append_patch (context, rest, wanted, redo_of, error) &&
           wg_record_refresh (context, wanted->id, error);
  if (g_error_matches (local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND))
    return append_creation (context, wanted, redo_of, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
change (WgStoreContext *context, gpointer data, GError **error)
{
  const Change *self = data;
  const char *id = self->wanted->id;
  g_autoptr (WgRecord) now = wg_record_load (context, id, error);
  g_autoptr (GPtrArray) operations = now ? wg_record_operations (context, id, error) : NULL;
  const char *refused;

  if (operations == NULL || !throw_draft (context, self->draft_id, error))
    return FALSE;
  refused = wg_record_find_refused (operations, self->redo_of);
  if (self->redo_of && refused == NULL)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND,
                   "redo_of: '%s' is no refused operation of this record", self->redo_of);
      return FALSE;
    }
  if (refused)
    return redo (context, self->wanted, refused, error);
  return append_patch (context, self->seen ? self->seen : now, self->wanted, NULL, error);
}

/**
 * wg_records_change:
 * @context: of the job
 * @seen: (nullable): what the form showed when it was opened; %NULL: what is shown now
 * @wanted: the new content, with its id
 * @redo_of: (nullable): refused operation that this mends; %NULL takes the oldest there is
 * @draft_id: (nullable): form that is thrown away with it
 * @error: return location
 *
 * Changes a record by a patch of what the person changed, so that what others changed
 * meanwhile is neither claimed nor lost. Nothing changed: nothing is done.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_INVALID naming the field first.
 * Source: protocol.md 2.3, 2.4
 *
 * Returns: %TRUE on success
 */
gboolean
wg_records_change (WgStoreContext *context,
                   const WgRecord *seen,
                   const WgRecord *wanted,
                   const char *redo_of,
                   const char *draft_id,
                   GError **error)
{
  Change self = { seen, wanted, redo_of, draft_id };

  g_return_val_if_fail (wanted->id != NULL, FALSE);
  return wg_store_transact (context, change, &self, error);
}

/* --- single acts ----------------------------------------------------------------------------- */

typedef struct
{
  WgOperationKind kind;
  const char *id, *reason;
  const char *const *fields;
} Act;

static gboolean
check_fields (const WgKind *kind, const char *const *fields, GError **error)
{
  for (gsize i = 0; fields[i] != NULL; i++)
    {
      const WgField *field = wg_kind_find_field (kind, fields[i]);

      if (field && (field->flags & WG_FIELD_PERSONAL))
        continue;
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                   "%s: no personal field of a %s: it is not hidden", fields[i], kind->name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
act (WgStoreContext *context, gpointer data, GError **error)
{
  const Act *self = data;
  g_autoptr (WgRecord) record = wg_record_load (context, self->id, error);
  g_autoptr (WgOperation) operation = NULL;

  if (record == NULL || (self->fields && !check_fields (record->kind, self->fields, error)))
    return FALSE;
  if (self->kind != WG_OPERATION_RECORD_REVEAL && wg_record_get_flag (record, WG_FIELD_VOIDED))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "id: '%s' is void", self->id);
      return FALSE;
    }
  operation = make_operation (self->kind, record);
  operation->opinion = g_strdup (self->reason);
  operation->fields = g_strdupv ((char **) self->fields);
  return wg_outbox_append (context, operation, error);
}

/**
 * wg_records_void:
 * @context: of the job
 * @id: a record
 * @reason: why, at most 200 characters
 * @error: return location
 *
 * Makes a record void: it was never right, or stands twice. It is kept, and shown no more.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_INVALID without a reason, or when it
 * is void already.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_records_void (WgStoreContext *context, const char *id, const char *reason, GError **error)
{
  Act self = { WG_OPERATION_RECORD_VOID, id, reason, NULL };

  return check_reason (reason, error) && wg_store_transact (context, act, &self, error);
}

static gboolean
confirm_one (WgStoreContext *context, const char *id, GError **error)
{
  Act self = { WG_OPERATION_RECORD_CONFIRM, id, NULL, NULL };

  return act (context, &self, error);
}

/* Those of @kind that are part of @whole by @field. */
static gboolean
confirm_parts (WgStoreContext *context,
               const WgRecord *whole,
               const WgKind *kind,
               const WgField *field,
               guint *n_confirmed,
               GError **error)
{
  WgRecordQuery query = {
    .kind = kind, .link_field = field->name, .link_to = whole->id, .limit = G_MAXINT
  };
  g_autoptr (GPtrArray) parts = wg_records_list (context, &query, error);

  for (guint i = 0; parts && i < parts->len; i++)
    {
      const WgRecord *part = wg_record_item_get_view (g_ptr_array_index (parts, i))->record;

      if (!wg_record_is_due (part, wg_ports_wall_ms (context->ports)))
        continue;
      if (!confirm_one (context, part->id, error))
        return FALSE;
      (*n_confirmed)++;
    }
  return parts != NULL;
}

static gboolean
confirm (WgStoreContext *context, gpointer data, GError **error)
{
  const char *id = data;
  g_autoptr (WgRecord) record = wg_record_load (context, id, error);
  guint n_confirmed = 0;

  if (record == NULL)
    return FALSE;
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    for (const WgField *field = (*kind)->fields; field->name != NULL; field++)
      if ((field->flags & WG_FIELD_PART_OF) && g_strcmp0 (field->codes, record->kind->name) == 0 &&
          !confirm_parts (context, record, *kind, field, &n_confirmed, error))
        return FALSE;
  if (n_confirmed > 0 && !wg_record_is_due (record, wg_ports_wall_ms (context->ports)))
    return TRUE;
  return confirm_one (context, id, error);
}

/**
 * wg_records_confirm:
 * @context: of the job
 * @id: a record
 * @error: return location
 *
 * Says that the record was looked at in this half-year and is right, and with it those of its
 * parts that nobody has looked at yet: who stood in the flat has seen who lives there. All of
 * them or none.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_INVALID when it is void.
 * Source: domain.md R24; protocol.md 2.3
 *
 * Returns: %TRUE on success
 */
gboolean
wg_records_confirm (WgStoreContext *context, const char *id, GError **error)
{
  return wg_store_transact (context, confirm, (gpointer) id, error);
}

/**
 * wg_records_reveal:
 * @context: of the job
 * @id: a record
 * @fields: names of the personal fields that are about to be shown
 * @reason: why, at most 200 characters
 * @error: return location
 *
 * Notes that personal fields are read unmasked; show them only when this was saved. The
 * operation goes to the platform's audit.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_INVALID without a reason, or for a
 * field that is not hidden.
 * Source: domain.md 2.10
 *
 * Returns: %TRUE on success
 */
gboolean
wg_records_reveal (WgStoreContext *context,
                   const char *id,
                   const char *const *fields,
                   const char *reason,
                   GError **error)
{
  Act self = { WG_OPERATION_RECORD_REVEAL, id, reason, fields };

  g_return_val_if_fail (fields != NULL && fields[0] != NULL, FALSE);
  return check_reason (reason, error) && wg_store_transact (context, act, &self, error);
}

/* --- conflicts ------------------------------------------------------------------------------- */

typedef struct
{
  const char *id;
  const char *const *fields;
  const WgChoice *choices;
} Settling;

static gboolean
check_choices (const Settling *self, const WgConflict *conflict, GError **error)
{
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      const WgConflictField *item = g_ptr_array_index (conflict->fields, i);

      if (g_strv_contains (self->fields, item->field->name))
        continue;
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s: choose for it, too",
                   item->field->name);
      return FALSE;
    }
  for (gsize i = 0; self->fields[i] != NULL; i++)
    if (wg_conflict_find_field (conflict, self->fields[i]) == NULL ||
        self->choices[i] == WG_CHOICE_NONE)
      {
        g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                     "%s: is not in question, or nothing was chosen", self->fields[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
settle (WgStoreContext *context, gpointer data, GError **error)
{
  const Settling *self = data;
  g_autoptr (WgConflict) conflict = wg_record_load_conflict (context, self->id, error);
  g_autoptr (WgOperation) operation = NULL;

  if (conflict == NULL)
    return FALSE;
  if (conflict->settled)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "id: '%s' is settled already",
                   self->id);
      return FALSE;
    }
  if (!check_choices (self, conflict, error))
    return FALSE;
  operation = wg_operation_new (WG_OPERATION_CONFLICT_RESOLVE);
  operation->rec = g_strdup (self->id);
  operation->scope = g_strconcat ("g:", conflict->grid_code, NULL);
  operation->expect_ver = conflict->ver;
  operation->fields = g_strdupv ((char **) self->fields);
  operation->choices =
      g_memdup2 (self->choices, g_strv_length (operation->fields) * sizeof (WgChoice));
  return wg_db_run (context->db, "outbox_set_redone", error, "rec", 's', self->id, NULL) &&
         wg_outbox_append (context, operation, error);
}

/**
 * wg_conflicts_settle:
 * @context: of the job
 * @id: an open conflict
 * @fields: all fields in question, each once
 * @choices: (array): as many choices
 * @error: return location
 *
 * Chooses field by field. The platform takes the choice when nobody has changed the values
 * meanwhile; otherwise the conflict comes back open. A choice that was refused is over with
 * the next one.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_INVALID naming the field first.
 * Source: protocol.md 2.3
 *
 * Returns: %TRUE on success
 */
gboolean
wg_conflicts_settle (WgStoreContext *context,
                     const char *id,
                     const char *const *fields,
                     const WgChoice *choices,
                     GError **error)
{
  Settling self = { id, fields, choices };

  g_return_val_if_fail (fields != NULL && choices != NULL, FALSE);
  return wg_store_transact (context, settle, &self, error);
}
