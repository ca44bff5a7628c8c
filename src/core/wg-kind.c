/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of record: where they are found, and how their fields are laid out. */
#include "core/wg-kind.h"

#include "core/kinds/wg-kind-event.h"
#include "core/kinds/wg-kinds.h"
#include "core/wg-calendar.h"

#define LOCAL_DAY_MS G_GINT64_CONSTANT (86400000)

static WgField *const FIELDS[] = { wg_kind_resident_fields, wg_kind_household_fields,
                                   wg_kind_event_fields };
static const WgKind *const KINDS[] = { &wg_kind_resident, &wg_kind_household, NULL };

/* One cell for each field, behind the head of the record. */
static void
lay_out (WgField *fields)
{
  for (guint i = 0; fields[i].name != NULL; i++)
    fields[i].offset = G_STRUCT_OFFSET (WgRecord, cells) + i * sizeof (WgCell);
}

/**
 * wg_kind_list:
 *
 * Gives all kinds, in the order in which people meet them.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (array zero-terminated=1): the kinds
 */
const WgKind *const *
wg_kind_list (void)
{
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      wg_kind_event_fill ();
      for (gsize i = 0; i < G_N_ELEMENTS (FIELDS); i++)
        lay_out (FIELDS[i]);
      g_once_init_leave (&ready, 1);
    }
  return KINDS;
}

/**
 * wg_kind_find:
 * @name: (nullable): a name, "resident"
 *
 * Finds a kind of record.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the kind
 */
const WgKind *
wg_kind_find (const char *name)
{
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    if (g_strcmp0 ((*kind)->name, name) == 0)
      return *kind;
  return NULL;
}

/**
 * wg_kind_find_disputed:
 * @name: (nullable): a name, "resident" or "event"
 *
 * Finds the kind of what a conflict is about: a record by table or the content of an event.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the kind
 */
const WgKind *
wg_kind_find_disputed (const char *name)
{
  return g_strcmp0 (name, wg_kind_event.name) == 0 ? wg_kind_get_event () : wg_kind_find (name);
}

/**
 * wg_kind_get_event:
 *
 * Gives the kind that describes the content of events to merging and to conflicts. It is no
 * record by table: wg_kind_find() and wg_kind_list() do not know it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the kind
 */
const WgKind *
wg_kind_get_event (void)
{
  wg_kind_list (); /* lays its fields out */
  return &wg_kind_event;
}

/**
 * wg_kind_count_fields:
 * @kind: a kind
 *
 * Counts the fields.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: how many
 */
guint
wg_kind_count_fields (const WgKind *kind)
{
  guint n = 0;

  while (kind->fields[n].name != NULL)
    n++;
  return n;
}

/**
 * wg_kind_find_field:
 * @kind: a kind
 * @name: (nullable): a field's name
 *
 * Finds a field of a kind.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the field
 */
const WgField *
wg_kind_find_field (const WgKind *kind, const char *name)
{
  return wg_field_find (kind->fields, name);
}

/**
 * wg_kind_has_half_yearly:
 * @kind: a kind
 *
 * Tells whether records of the kind are looked at anew in each half-year.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md R24, R25
 *
 * Returns: %TRUE if so
 */
gboolean
wg_kind_has_half_yearly (const WgKind *kind)
{
  for (const WgField *field = kind->fields; field->name != NULL; field++)
    if (field->flags & WG_FIELD_HALF_YEARLY)
      return TRUE;
  return FALSE;
}

/**
 * wg_half_year_start_ms:
 * @time_ms: Unix ms
 *
 * Gives the beginning of the half-year in which @time_ms lies: 1 January or 1 July, local
 * time (UTC+8).
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md R24
 *
 * Returns: Unix ms
 */
gint64
wg_half_year_start_ms (gint64 time_ms)
{
  int year, month, day;
  GDate date, first;

  wg_local_date (time_ms, &year, &month, &day);
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  g_date_clear (&first, 1);
  g_date_set_dmy (&first, 1, month <= 6 ? G_DATE_JANUARY : G_DATE_JULY, (GDateYear) year);
  return wg_local_day_start_ms (time_ms) - g_date_days_between (&first, &date) * LOCAL_DAY_MS;
}
