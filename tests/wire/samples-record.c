/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sample records by table and conflicts, and the operations on them. */
#include "core/kinds/wg-kind-event.h"
#include "samples.h"
#include "wire/wg-wire-record.h"

#define SAMPLE_RESIDENT "019cac8a-4040-7000-8000-0000000000b1"
#define SAMPLE_HOUSEHOLD "019cac8a-4040-7000-8000-0000000000b2"
#define SAMPLE_CONFLICT "019cac8a-4040-7000-8000-0000000000b3"

/* Invented: no region begins with 00. */
static WgRecord *
make_resident (void)
{
  static const char *const needs[] = { "01", "03", NULL };
  WgRecord *record = wg_record_new (wg_kind_find ("resident"));

  record->id = g_strdup (SAMPLE_RESIDENT);
  wg_record_set_text (record, WG_FIELD_GRID, "370502001001001");
  wg_record_set_text (record, "name", "样例居民");
  wg_record_set_text (record, "id_kind", "111");
  wg_record_set_text (record, "id_no", "000000199001010018");
  wg_record_set_text (record, "sex", "1");
  wg_record_set_text (record, "birth", "1990-01-01");
  wg_record_set_text (record, "nation", "01");
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  wg_record_set_text (record, "household", SAMPLE_HOUSEHOLD);
  wg_record_set_text (record, "relation", "0");
  wg_record_set_text (record, "live_addr", "样例小区 3 号楼 2 单元 101");
  wg_record_set_text (record, "phone", "13000000000");
  wg_record_set_text (record, "workplace", "样例公司");
  wg_record_set_list (record, "needs", needs);
  return record;
}

static char *
make_record (void)
{
  g_autoptr (WgRecord) record = make_resident ();

  wg_record_set_text (record, WG_FIELD_MADE_BY, "w0001");
  wg_record_set_int (record, WG_FIELD_MADE_MS, SAMPLE_MS);
  wg_record_set_text (record, WG_FIELD_CHANGED_BY, "w0002");
  wg_record_set_int (record, WG_FIELD_CHANGED_MS, SAMPLE_MS + 3600000);
  wg_record_set_text (record, WG_FIELD_CONFIRMED_BY, "w0001");
  wg_record_set_int (record, WG_FIELD_CONFIRMED_MS, SAMPLE_MS);
  wg_record_set_text (record, WG_FIELD_DUPLICATE_OF, "019cac8a-4040-7000-8000-0000000000b0");
  return wg_wire_record_to_json (record);
}

static char *
again_record (const char *text, gsize length, GError **error)
{
  g_autoptr (WgRecord) record = wg_wire_record_from_json (wg_kind_find ("resident"), text, error);

  return record != NULL ? wg_wire_record_to_json (record) : NULL;
}

static char *
make_household (void)
{
  static const char *const hazards[] = { "02", NULL };
  g_autoptr (WgRecord) record = wg_record_new (wg_kind_find ("household"));

  wg_record_set_text (record, WG_FIELD_GRID, "370502001001001");
  wg_record_set_flag (record, WG_FIELD_VOIDED, TRUE);
  wg_record_set_text (record, WG_FIELD_VOID_REASON, "登记重复");
  wg_record_set_text (record, "place", "样例小区");
  wg_record_set_text (record, "building", "3号楼");
  wg_record_set_text (record, "unit", "2");
  wg_record_set_text (record, "room", "101");
  wg_record_set_text (record, "tenure", "1");
  wg_record_set_int (record, "size", 3);
  wg_record_set_list (record, "hazards", hazards);
  return wg_wire_record_to_json (record);
}

static char *
again_household (const char *text, gsize length, GError **error)
{
  g_autoptr (WgRecord) record = wg_wire_record_from_json (wg_kind_find ("household"), text, error);

  return record != NULL ? wg_wire_record_to_json (record) : NULL;
}

static char *
make_conflict (void)
{
  const WgKind *kind = wg_kind_find ("resident");
  g_autoptr (WgConflict) conflict = wg_conflict_new (kind);

  conflict->rec = g_strdup (SAMPLE_RESIDENT);
  conflict->grid_code = g_strdup ("370502001001001");
  conflict->title = g_strdup ("样***");
  conflict->op_id = g_strdup (SAMPLE_CONFLICT);
  conflict->my_actor = g_strdup ("w0002");
  conflict->my_name = g_strdup ("样例网格长二");
  conflict->my_ms = SAMPLE_MS + 60000;
  conflict->opened_ms = SAMPLE_MS + 120000;
  conflict->voided = TRUE;
  wg_record_set_text (conflict->base, "name", "样例居民");
  wg_record_set_text (conflict->theirs, "name", "样例居民甲");
  wg_record_set_text (conflict->mine, "name", "样例居民乙");
  wg_record_set_text (conflict->mine, "birth", "1990-01-02");
  wg_conflict_add_field (conflict, (WgConflictField) { .field = wg_kind_find_field (kind, "name"),
                                                       .their_actor = g_strdup ("w0001"),
                                                       .their_name = g_strdup ("样例网格长"),
                                                       .their_ms = SAMPLE_MS,
                                                       .choice = WG_CHOICE_THEIRS });
  wg_conflict_add_field (conflict, (WgConflictField) { .field = wg_kind_find_field (kind, "birth"),
                                                       .choice = WG_CHOICE_MINE });
  conflict->settled = TRUE;
  conflict->settled_by = g_strdup ("c0001");
  conflict->settled_name = g_strdup ("样例分中心");
  conflict->settled_ms = SAMPLE_MS + 180000;
  return wg_wire_conflict_to_json (conflict);
}

static char *
make_event_conflict (void)
{
  const WgKind *kind = wg_kind_get_event ();
  g_autoptr (WgConflict) conflict = wg_conflict_new (kind);
  WgRecord *sides[] = { conflict->base, conflict->theirs, conflict->mine };
  static const double places[][2] = { { 118.5, 37.25 }, { 118.75, 37.25 }, { 118.5, 37.5 } };

  conflict->rec = g_strdup (SAMPLE_EVENT);
  conflict->grid_code = g_strdup ("370502001001001");
  conflict->title = g_strdup ("样例事件");
  conflict->op_id = g_strdup (SAMPLE_CONFLICT);
  conflict->my_actor = g_strdup ("w0001");
  conflict->my_ms = SAMPLE_MS + 60000;
  conflict->opened_ms = SAMPLE_MS + 120000;
  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (WgEvent) event = wg_event_new ();
      g_autoptr (WgRecord) record = NULL;

      event->lon = places[i][0];
      event->lat = places[i][1];
      event->fix_source = i == 0 ? WG_FIX_SATELLITE : WG_FIX_MANUAL;
      record = wg_event_to_record (event);
      wg_field_copy (wg_event_find_value ("lat"), record, sides[i]);
    }
  wg_conflict_add_field (conflict, (WgConflictField) { .field = wg_event_find_value ("lat"),
                                                       .their_actor = g_strdup ("w0001"),
                                                       .their_ms = SAMPLE_MS });
  return wg_wire_conflict_to_json (conflict);
}

static char *
again_conflict (const char *text, gsize length, GError **error)
{
  g_autoptr (WgConflict) conflict = wg_wire_conflict_from_json (text, error);

  return conflict != NULL ? wg_wire_conflict_to_json (conflict) : NULL;
}

static void
fill (WgOperation *operation)
{
  static const char *const seen[] = { "01", "03", NULL }, *const wanted[] = { "01", "05", NULL };
  g_autoptr (WgRecord) record = make_resident ();
  g_autoptr (WgRecord) changed = wg_record_edit (record);

  if (operation->kind == WG_OPERATION_RECORD_CREATE)
    operation->record = wg_record_seal (g_steal_pointer (&record));
  else if (operation->kind == WG_OPERATION_RECORD_PATCH)
    {
      wg_record_set_text (changed, "phone", "13000000001");
      wg_record_set_text (changed, "workplace", NULL);
      wg_record_set_list (record, "needs", seen);
      wg_record_set_list (changed, "needs", wanted);
      operation->patch = wg_patch_between (record, changed);
    }
  else if (operation->kind == WG_OPERATION_RECORD_VOID)
    operation->opinion = g_strdup ("登记重复");
  else if (operation->kind == WG_OPERATION_RECORD_REVEAL)
    {
      operation->fields = g_strsplit ("id_no phone", " ", -1);
      operation->opinion = g_strdup ("上门核对");
    }
}

static char *
line_of (WgOperationKind kind, gint64 seq)
{
  g_autoptr (WgOperation) operation = wg_operation_new (kind);

  operation->op_id = g_strdup_printf ("019cac8a-4040-7000-8000-%012x", (guint) seq);
  operation->seq = seq;
  operation->rec = g_strdup (SAMPLE_RESIDENT);
  operation->scope = g_strdup ("g:370502001001001");
  operation->actor = g_strdup ("w0001");
  operation->at_ms = SAMPLE_MS + seq;
  operation->boot = g_strdup ("k3");
  operation->mono_ms = 88123456 + seq;
  if (wg_operation_is_record (kind))
    {
      operation->record_kind = wg_kind_find ("resident");
      fill (operation);
    }
  else
    {
      g_set_str (&operation->rec, SAMPLE_CONFLICT);
      operation->expect_ver = 2;
      operation->fields = g_strsplit ("name birth", " ", -1);
      operation->choices = g_new (WgChoice, 2);
      operation->choices[0] = WG_CHOICE_THEIRS;
      operation->choices[1] = WG_CHOICE_MINE;
    }
  return wg_wire_operation_to_line (operation);
}

static char *
make_create (void)
{
  return line_of (WG_OPERATION_RECORD_CREATE, 1031);
}

static char *
make_patch (void)
{
  return line_of (WG_OPERATION_RECORD_PATCH, 1032);
}

static char *
make_void (void)
{
  return line_of (WG_OPERATION_RECORD_VOID, 1033);
}

static char *
make_confirm (void)
{
  return line_of (WG_OPERATION_RECORD_CONFIRM, 1034);
}

static char *
make_reveal (void)
{
  return line_of (WG_OPERATION_RECORD_REVEAL, 1035);
}

static char *
make_resolve (void)
{
  return line_of (WG_OPERATION_CONFLICT_RESOLVE, 1036);
}

static char *
again_operation (const char *text, gsize length, GError **error)
{
  g_autoptr (WgOperation) operation = NULL;
  g_autofree char *field = NULL;
  int refusal;

  if (!wg_wire_operation_from_line (text, length, &operation, &refusal, &field, error))
    return NULL;
  return refusal < 0
             ? wg_wire_operation_to_line (operation)
             : g_strdup_printf ("refused %s %s", wg_refusal_to_string ((WgRefusal) refusal), field);
}

#define OPERATION(name, make) { "operation-" name ".json", make, again_operation }

const Fixture RECORD_FIXTURES[] = {
  { "record.json", make_record, again_record },
  { "record-household.json", make_household, again_household },
  { "conflict.json", make_conflict, again_conflict },
  { "conflict-event.json", make_event_conflict, again_conflict },
  OPERATION ("record-create", make_create),
  OPERATION ("record-patch", make_patch),
  OPERATION ("record-void", make_void),
  OPERATION ("record-confirm", make_confirm),
  OPERATION ("record-reveal", make_reveal),
  OPERATION ("conflict-resolve", make_resolve),
  { NULL },
};
