/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the screens name a record of any kind: from its table, personal values masked. */
#include "app/records/wg-record-words.h"

#include <glib/gi18n.h>

#include "app/wg-time.h"

static gboolean
is_in_title (const WgKind *kind, const WgField *field)
{
  g_auto (GStrv) names = g_strsplit (kind->title_fields, " ", -1);

  return g_strv_contains ((const char *const *) names, field->name);
}

/**
 * wg_record_describe_title:
 * @record: a record
 *
 * Gives what people call it, masked; a record that has none of it yet is called by its kind.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the words
 */
char *
wg_record_describe_title (const WgRecord *record)
{
  g_autofree char *title = wg_record_dup_title (record, TRUE);

  return title != NULL && *title != '\0' ? g_steal_pointer (&title)
                                         : g_strdup (_ (record->kind->title));
}

/**
 * wg_record_describe_detail:
 * @record: a record
 *
 * Gives the listed fields that are not in the title, masked, in the order of the table.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the words, empty when there are none
 */
char *
wg_record_describe_detail (const WgRecord *record)
{
  const WgField *fields = record->kind->fields;
  GString *text = g_string_new (NULL);

  for (const WgField *field = fields; field->name != NULL; field++)
    {
      g_autofree char *words = NULL;

      if (!(field->flags & WG_FIELD_LISTED) || !wg_field_is_set (field, record) ||
          !wg_field_is_shown (fields, field, record) || is_in_title (record->kind, field))
        continue;
      words = wg_record_dup_words (record, field, TRUE);
      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", words);
    }
  return g_string_free_and_steal (text);
}

/**
 * wg_record_describe_confirmed:
 * @record: a record
 * @now_ms: now
 *
 * Tells whether it was looked at in this half-year, and when last.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md R24
 *
 * Returns: (transfer full) (nullable): the words; %NULL when nobody has to
 */
char *
wg_record_describe_confirmed (const WgRecord *record, gint64 now_ms)
{
  gint64 at_ms = wg_record_get_int (record, WG_FIELD_CONFIRMED_MS);
  g_autofree char *when = at_ms > 0 ? wg_time_format (at_ms, now_ms) : NULL;

  if (!wg_kind_has_half_yearly (record->kind) || wg_record_is_closed (record))
    return NULL;
  if (wg_record_is_confirmed (record, now_ms))
    return g_strdup_printf (_ ("Confirmed in this half-year: %s"),
                              when != NULL ? when : _ ("just now"));
  return when != NULL ? g_strdup_printf (_ ("Not confirmed in this half-year; last time: %s"), when)
                      : g_strdup (_ ("Not confirmed in this half-year"));
}

/**
 * wg_record_describe_refusal:
 * @view: a record of which an operation was refused
 *
 * Tells which field the platform would not take, and why.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.4
 *
 * Returns: (transfer full): the words
 */
char *
wg_record_describe_refusal (const WgRecordView *view)
{
  const WgField *field = wg_kind_find_field (view->record->kind, view->refusal_field);
  g_autofree char *why = g_strdup (
      view->refusal >= 0 ? _ (wg_refusal_to_title ((WgRefusal) view->refusal)) : _ ("Refused"));
  g_autofree char *reason = g_strjoin ("\n", why, view->refusal_detail, NULL);

  return field != NULL
      ? g_strdup_printf (C_ ("name of a field: its value", "%s: %s"), _ (field->title), reason)
                         : g_steal_pointer (&reason);
}
