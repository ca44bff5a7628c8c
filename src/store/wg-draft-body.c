/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a draft: an event as JSON, whatever its state, for layers that do not know the wire.
 */
#include "store/wg-draft.h"

#include "wire/wg-wire-event.h"
#include "wire/wg-wire-record.h"

/**
 * wg_draft_write_body:
 * @event: what stands in the form, complete or not
 *
 * Writes the set fields of an event as the body of a draft.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): one line of JSON
 */
char *
wg_draft_write_body (const WgEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return wg_wire_event_to_json (event);
}

/**
 * wg_draft_read_body:
 * @body: body of a draft
 * @error: return location for an error
 *
 * Reads what wg_draft_write_body() wrote.
 *
 * Thread: any.
 * Errors: those of the wire when the body is not an event.
 *
 * Returns: (transfer full): the event, or %NULL with @error set
 */
WgEvent *
wg_draft_read_body (const char *body, GError **error)
{
  g_return_val_if_fail (body != NULL, NULL);

  return wg_wire_event_from_json (body, error);
}

/**
 * wg_draft_write_record:
 * @record: what stands in a form of a record by table
 *
 * Writes the body of a draft.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): one line of JSON
 */
char *
wg_draft_write_record (const WgRecord *record)
{
  g_return_val_if_fail (record != NULL, NULL);

  return wg_wire_record_to_json (record);
}

/**
 * wg_draft_read_record:
 * @kind: of which kind it was
 * @body: body of a draft
 * @error: return location for an error
 *
 * Reads what wg_draft_write_record() wrote.
 *
 * Thread: any.
 * Errors: those of the wire when the body is no such record.
 *
 * Returns: (transfer full): the record, to be edited, or %NULL with @error set
 */
WgRecord *
wg_draft_read_record (const WgKind *kind, const char *body, GError **error)
{
  g_return_val_if_fail (kind != NULL && body != NULL, NULL);

  return wg_wire_record_from_json (kind, body, error);
}
