/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of an event's fields (domain.md 5.1). */
#include "core/wg-event.h"

#include <glib/gi18n.h>

#define AT(member) G_STRUCT_OFFSET (WgEvent, member)
#define R WG_FIELD_REQUIRED
#define P WG_FIELD_PERSONAL
#define M WG_FIELD_MULTILINE
#define SERVER WG_CONFLICT_SERVER
#define ONCE WG_CONFLICT_ONCE

/**
 * WG_EVENT_FIELDS:
 *
 * Every field of an event's content. Names are those of the wire; a name once used keeps
 * its meaning for ever. Fields of class %WG_CONFLICT_SERVER are refused in an operation; all
 * others may be patched by the reporter until the event is accepted.
 *
 * Source: domain.md 5.1; protocol.md 2.3
 */
const WgField WG_EVENT_FIELDS[] = {
  { "level", N_ ("Level"), WG_FIELD_ENUM, R, 1, 4, "event_level", AT (level), "考核细则 1", ONCE },
  { "level_reported", N_ ("Reported level"), WG_FIELD_ENUM, 0, 0, 4, "event_level",
    AT (level_reported), "考核细则 1 扣分 2", SERVER },
  { "class_std", N_ ("Event standard"), WG_FIELD_ID, R, 1, 20, NULL, AT (class_std), "事件处置标准",
    ONCE },
  { "class_code", N_ ("Class"), WG_FIELD_CODE, R, 4, 8, "event_class", AT (class_code),
    "事件处置标准", ONCE },
  { "title", N_ ("Title"), WG_FIELD_TEXT, R, 2, 50, NULL, AT (title), "domain 5.1" },
  { "description", N_ ("Description"), WG_FIELD_TEXT, M, 5, 2000, NULL, AT (description),
    "domain 5.1" },
  { "occurred_ms", N_ ("Time of the event"), WG_FIELD_TIME, R, 0, 0, NULL, AT (occurred_ms),
    "domain 5.1" },
  { "reported_ms", N_ ("Time of the report"), WG_FIELD_TIME, R, 0, 0, NULL, AT (reported_ms),
    "domain 5.1" },
  { "lon", N_ ("Longitude"), WG_FIELD_DEGREE, 0, 73, 136, NULL, AT (lon), "domain 2.9" },
  { "lat", N_ ("Latitude"), WG_FIELD_DEGREE, 0, 3, 54, NULL, AT (lat), "domain 2.9" },
  { "fix_source", N_ ("Source of the place"), WG_FIELD_ENUM, R, 1, 5, "fix_source", AT (fix_source),
    "domain 5.1" },
  { "fix_accuracy_m", N_ ("Accuracy of the place"), WG_FIELD_REAL, 0, 0, 100000, NULL,
    AT (fix_accuracy_m), "domain 5.1" },
  { "fix_ms", N_ ("Time of the fix"), WG_FIELD_TIME, 0, 0, 0, NULL, AT (fix_ms), "domain 5.1" },
  { "fix_mock", N_ ("Place not measured"), WG_FIELD_FLAG, 0, 0, 0, NULL, AT (fix_mock),
    "domain R3; ux T24" },
  { "raw_lon", N_ ("Longitude of the first fix"), WG_FIELD_DEGREE, 0, 73, 136, NULL, AT (raw_lon),
    "domain R3" },
  { "raw_lat", N_ ("Latitude of the first fix"), WG_FIELD_DEGREE, 0, 3, 54, NULL, AT (raw_lat),
    "domain R3" },
  { "address", N_ ("Place in words"), WG_FIELD_TEXT, 0, 0, 256, NULL, AT (address),
    "GB/T 47678.5 事发位置" },
  { "outside_reason", N_ ("Why outside the own grid"), WG_FIELD_TEXT, 0, 0, 200, NULL,
    AT (outside_reason), "domain R1" },
  { "level_reason", N_ ("Why another level than suggested"), WG_FIELD_TEXT, 0, 0, 200, NULL,
    AT (level_reason), "ux E5" },
  { "origin", N_ ("Origin"), WG_FIELD_CODE, 0, 2, 2, "event_origin", AT (origin), "domain 5.1" },
  { "informant_name", N_ ("Informant"), WG_FIELD_TEXT, P, 0, 50, NULL, AT (informant_name),
    "domain 5.1" },
  { "informant_phone", N_ ("Informant's phone"), WG_FIELD_TEXT, P, 0, 20, NULL,
    AT (informant_phone), "domain 5.24" },
  { "involved_count", N_ ("People involved"), WG_FIELD_INT, 0, 0, 1000000, NULL,
    AT (involved_count), "domain 5.1" },
  { "self_handled", N_ ("Handled on the spot"), WG_FIELD_FLAG, 0, 0, 0, NULL, AT (self_handled),
    "domain 5.1" },
  { "handle_note", N_ ("What was done"), WG_FIELD_TEXT, M, 0, 2000, NULL, AT (handle_note),
    "domain 5.1" },
  { "duplicate_of", N_ ("Same matter as"), WG_FIELD_ID, 0, 36, 36, NULL, AT (duplicate_of),
    "domain R16" },
  { "photos", N_ ("Photos"), WG_FIELD_HASHES, 0, 0, 20, NULL, AT (photos), "domain 5.3" },
  { "grid_code", N_ ("Grid"), WG_FIELD_CODE, R, 15, 15, "grid", AT (grid_code), "domain 5.10" },
  { "org_code", N_ ("Town or street"), WG_FIELD_CODE, R, 6, 18, "org", AT (org_code),
    "domain 5.11" },
  { "reporter", N_ ("Reporter"), WG_FIELD_ID, 0, 0, 64, NULL, AT (reporter), "domain 5.0", SERVER },
  { "event_no", N_ ("Event number"), WG_FIELD_ID, 0, 0, 24, NULL, AT (event_no), "domain 5.1",
    SERVER },
  { "state", N_ ("State"), WG_FIELD_ENUM, 0, 0, 80, "event_state", AT (state), "domain 5.1",
    SERVER },
  { "step_no", N_ ("Steps so far"), WG_FIELD_INT, 0, 0, 100000, NULL, AT (step_no), "domain 5.1",
    SERVER },
  { "received_ms", N_ ("Time of receipt by the platform"), WG_FIELD_TIME, 0, 0, 0, NULL,
    AT (received_ms), "domain 5.0", SERVER },
  { "due_accept_ms", N_ ("Accept by"), WG_FIELD_TIME, 0, 0, 0, NULL, AT (due_accept_ms),
    "protocol 4.2", SERVER },
  { "due_handle_ms", N_ ("Handle by"), WG_FIELD_TIME, 0, 0, 0, NULL, AT (due_handle_ms),
    "protocol 4.2", SERVER },
  { "clock_suspect", N_ ("Clock in doubt"), WG_FIELD_FLAG, 0, 0, 0, NULL, AT (clock_suspect),
    "protocol 2.7", SERVER },
  { NULL },
};
