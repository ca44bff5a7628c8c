/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The content of an event (事件) as merging and conflicts see it. */
#include "core/kinds/wg-kind-event.h"

#include "core/kinds/wg-kinds.h"

#define WHOLE WG_FIELD_WHOLE
#define ALONG WG_FIELD_ALONG

/* What may be patched, in the order in which people compare it. A class means nothing without its
 * standard, and a place is one value: half of one and half of another is where nobody was. */
static const struct
{
  const char *name;
  guint flags;
  const char *title; /* %NULL: the field's */
} ROWS[] = {
  { "level", 0, NULL },           { "class_code", WHOLE, NULL },
  { "class_std", ALONG, NULL },   { "title", 0, NULL },
  { "description", 0, NULL },     { "occurred_ms", 0, NULL },
  { "lon", WHOLE, N_ ("Place") }, { "lat", ALONG, NULL },
  { "fix_source", ALONG, NULL },  { "fix_accuracy_m", ALONG, NULL },
  { "fix_ms", ALONG, NULL },      { "fix_mock", ALONG, NULL },
  { "raw_lon", ALONG, NULL },     { "raw_lat", ALONG, NULL },
  { "address", 0, NULL },         { "outside_reason", 0, NULL },
  { "level_reason", 0, NULL },    { "origin", 0, NULL },
  { "informant_name", 0, NULL },  { "informant_phone", 0, NULL },
  { "involved_count", 0, NULL },  { "self_handled", 0, NULL },
  { "handle_note", 0, NULL },     { "photos", 0, NULL },
};

WgField wg_kind_event_fields[G_N_ELEMENTS (ROWS) + 1];

WgKind wg_kind_event = {
  .name = "event",
  .title = N_ ("Event"),
  .title_fields = "title",
  .writers = WG_ROLE_WORKER,
  .fields = wg_kind_event_fields,
};

/**
 * wg_kind_event_fill:
 *
 * Writes the table of fields from that of events. Until acceptance every value may be changed, so
 * those that stand once accepted are asked about like the others; photos stand beside each other.
 * Nothing is masked: whoever may see an event sees whom it was heard of.
 *
 * Thread: once, before anybody looks at the table.
 * Errors: none.
 * Source: protocol.md 2.3
 */
void
wg_kind_event_fill (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ROWS); i++)
    {
      WgField *field = &wg_kind_event_fields[i];

      *field = *wg_field_find (WG_EVENT_FIELDS, ROWS[i].name);
      field->flags = (field->flags & ~(guint) P) | ROWS[i].flags;
      field->conflict = wg_field_is_list (field) ? SET : ASK;
      if (ROWS[i].title != NULL)
        field->title = ROWS[i].title;
    }
}

/* The same field lies elsewhere in an event than in a record. */
static void
copy_between (const WgField *from_field, gconstpointer from, const WgField *to_field, gpointer to)
{
  WgField bare = *from_field;

  bare.offset = 0;
  bare.flags = 0;
  wg_field_copy (&bare, wg_field_pointer (from_field, from), wg_field_pointer (to_field, to));
}

/**
 * wg_event_to_record:
 * @event: an event
 *
 * Gives what may be patched of an event as a record.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the record, to be edited, with the event's id and version
 */
WgRecord *
wg_event_to_record (const WgEvent *event)
{
  WgRecord *record = wg_record_new (wg_kind_get_event ());

  record->id = g_strdup (event->id);
  record->ver = event->ver;
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    copy_between (wg_field_find (WG_EVENT_FIELDS, field->name), event, field, record);
  return record;
}

/**
 * wg_event_take_record:
 * @event: an event; changed in place
 * @record: of the kind of wg_kind_get_event()
 * @field: (nullable): the value to take, with all that belongs to it; %NULL: all of them
 *
 * Puts values of a record into the event.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_take_record (WgEvent *event, const WgRecord *record, const WgField *field)
{
  for (const WgField *each = record->kind->fields; each->name != NULL; each++)
    if (field == NULL || wg_event_find_value (each->name) == field)
      copy_between (each, record, wg_field_find (WG_EVENT_FIELDS, each->name), event);
}

/**
 * wg_event_find_value:
 * @name: a field of an event
 *
 * Finds the value that the field is, or belongs to: of a latitude the place.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the field under whose name it is kept and chosen; %NULL
 *   when the field cannot be patched
 */
const WgField *
wg_event_find_value (const char *name)
{
  const WgField *field = wg_kind_find_field (wg_kind_get_event (), name);

  while (field != NULL && (field->flags & WG_FIELD_ALONG))
    field--;
  return field;
}

/**
 * wg_event_list_changed:
 * @seen: what a person saw
 * @wanted: what the person made of it
 *
 * Names what differs. Fields of the platform are no matter of people and are left out; of a value
 * that is several fields all are named that either side has.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (array zero-terminated=1): names, in the order of the table
 */
char **
wg_event_list_changed (const WgEvent *seen, const WgEvent *wanted)
{
  g_autoptr (WgRecord) from = wg_event_to_record (seen);
  g_autoptr (WgRecord) to = wg_event_to_record (wanted);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      const WgField *value = wg_event_find_value (field->name);

      if (field->conflict == WG_CONFLICT_SERVER ||
          !(wg_field_is_set (field, seen) || wg_field_is_set (field, wanted)))
        continue;
      if (value != NULL ? !wg_field_equal (value, from, to) : !wg_field_equal (field, seen, wanted))
        g_strv_builder_add (names, field->name);
    }
  return g_strv_builder_end (names);
}

/**
 * wg_event_make_patch:
 * @operation: an event.patch
 * @present: the event as it is; fields that the operation does not name are as they are here
 *
 * Gives the patch of the event's record: what the author saw and wants of each value.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the patch, perhaps of no field
 */
WgPatch *
wg_event_make_patch (const WgOperation *operation, const WgEvent *present)
{
  WgPatch *patch = wg_patch_new (wg_kind_get_event ());
  g_autoptr (WgEvent) seen = wg_event_copy (present);
  g_autoptr (WgEvent) wanted = wg_event_copy (present);
  g_autoptr (WgRecord) from = NULL;
  g_autoptr (WgRecord) to = NULL;

  for (char **name = operation->fields; name != NULL && *name != NULL; name++)
    {
      const WgField *field = wg_field_find (WG_EVENT_FIELDS, *name);

      wg_field_copy (field, operation->base, seen);
      wg_field_copy (field, operation->event, wanted);
    }
  from = wg_event_to_record (seen);
  to = wg_event_to_record (wanted);
  for (const WgField *field = patch->kind->fields; field->name != NULL; field++)
    {
      if ((field->flags & WG_FIELD_ALONG) || wg_field_equal (field, from, to))
        continue;
      wg_field_copy (field, from, patch->from);
      wg_field_copy (field, to, patch->to);
      wg_patch_add_field (patch, field);
    }
  return patch;
}
