/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: forms as they stand, durable at every pause in typing. */
#include "store/wg-draft.h"

#include "core/wg-id.h"
#include "store/wg-store-private.h"

/**
 * wg_draft_new:
 *
 * Makes an empty draft; its id is given when it is saved first.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the draft
 */
WgDraft *
wg_draft_new (void)
{
  return g_new0 (WgDraft, 1);
}

/**
 * wg_draft_free:
 * @draft: (nullable) (transfer full): a draft
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_draft_free (WgDraft *draft)
{
  if (draft == NULL)
    return;
  g_free (draft->id);
  g_free (draft->form);
  g_free (draft->subject);
  g_free (draft->body);
  g_free (draft->focus);
  g_free (draft);
}

static gboolean
save (WgStoreContext *context, gpointer data, GError **error)
{
  const WgDraft *draft = data;

  if (!wg_db_run (context->db, "draft_save", error, "id", 's', draft->id, "form", 's', draft->form,
                  "subject", 's', draft->subject, "body", 's', draft->body, "focus", 's',
                  draft->focus, "scroll", 'r', draft->scroll, "changed_ms", 'i',
                  wg_ports_wall_ms (context->ports), NULL))
    return FALSE;
  wg_store_context_touch (context, "drafts");
  return TRUE;
}

/**
 * wg_draft_save:
 * @context: of the job
 * @draft: with id, form and body
 * @error: return location
 *
 * Saves a form as it stands, complete or not.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID without id, form or body; %WG_DB_ERROR_FULL.
 *
 * Returns: %TRUE if it is on the disk
 */
gboolean
wg_draft_save (WgStoreContext *context, const WgDraft *draft, GError **error)
{
  if (!wg_id_is_valid (draft->id) || draft->form == NULL || draft->body == NULL)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "draft: give id, form and body");
      return FALSE;
    }
  return wg_store_transact (context, save, (gpointer) draft, error);
}

static WgDraft *
read_draft (WgStatement *row)
{
  WgDraft *draft = wg_draft_new ();

  draft->id = wg_statement_dup_text (row, "id");
  draft->form = wg_statement_dup_text (row, "form");
  draft->subject = wg_statement_dup_text (row, "subject");
  draft->body = wg_statement_dup_text (row, "body");
  draft->focus = wg_statement_dup_text (row, "focus");
  draft->scroll = wg_statement_real (row, "scroll");
  draft->changed_ms = wg_statement_int (row, "changed_ms");
  return draft;
}

/**
 * wg_draft_get:
 * @context: of the job
 * @id: a draft
 * @error: return location
 *
 * Reads one draft.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): the draft
 */
WgDraft *
wg_draft_get (WgStoreContext *context, const char *id, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "draft_get", error);
  g_autoptr (GError) local = NULL;
  WgDraft *draft = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    draft = read_draft (row);
  wg_statement_reset (row);
  if (draft == NULL && local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no draft '%s'",
                 id);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return draft;
}

static void
free_draft (gpointer data)
{
  wg_draft_free (data);
}

/**
 * wg_draft_list:
 * @context: of the job
 * @error: return location
 *
 * Lists all drafts.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable) (element-type WgDraft): them, newest first
 */
GPtrArray *
wg_draft_list (WgStoreContext *context, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_draft);
  WgStatement *row = wg_db_statement (context->db, "draft_list", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  while (wg_statement_next (row, &local))
    g_ptr_array_add (list, read_draft (row));
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&list);
}

static gboolean
delete_one (WgStoreContext *context, gpointer data, GError **error)
{
  wg_store_context_touch (context, "drafts");
  return wg_db_run (context->db, "draft_delete", error, "id", 's', (const char *) data, NULL);
}

/**
 * wg_draft_delete:
 * @context: of the job
 * @id: a draft
 * @error: return location
 *
 * Throws a draft away; one that is not there is fine.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_draft_delete (WgStoreContext *context, const char *id, GError **error)
{
  return wg_store_transact (context, delete_one, (gpointer) id, error);
}
