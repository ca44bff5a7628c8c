/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Families of the own grid for tests of the screens, a conflict, and the platform's answers. */
#include "app/app-records.h"

#include "core/wg-numbers.h"
#include "store/wg-outbox.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-record.h"

static char *
make_id (guint family, guint n)
{
  return g_strdup_printf ("01890000-0000-7000-8%03u-%012u", family, n);
}

char *
app_household_id (guint n)
{
  return make_id (1, n);
}

char *
app_resident_id (guint n)
{
  return make_id (2, n);
}

char *
app_conflict_id (void)
{
  return make_id (3, 0);
}

/* Numbers of a region that does not exist belong to nobody. */
char *
app_resident_number (guint n)
{
  char *number = g_strdup_printf ("999999%04u0%u15%03u?", 1950 + n, n % 9 + 1, n);

  number[17] = wg_citizen_number_get_check (number);
  return number;
}

static WgRecord *
make_household (AppTablet *tablet, guint n)
{
  g_autofree char *room = g_strdup_printf ("%u0%u", n / 2 + 1, n % 2 + 1);
  g_autofree char *phone = g_strdup_printf ("138000000%02u", n);
  WgRecord *record = wg_record_new (wg_kind_find ("household"));

  record->id = app_household_id (n);
  record->ver = 1;
  wg_record_set_text (record, WG_FIELD_GRID, tablet->grid->code);
  wg_record_set_text (record, "place", "明澜小区");
  wg_record_set_text (record, "building", "3号楼");
  wg_record_set_text (record, "unit", "2单元");
  wg_record_set_text (record, "room", room);
  wg_record_set_text (record, "tenure", "1");
  wg_record_set_text (record, "contact", n % 2 == 0 ? "段正淳" : "钟灵");
  wg_record_set_text (record, "phone", phone);
  if (n >= APP_HOUSEHOLDS / 2)
    wg_record_set_int (record, WG_FIELD_CONFIRMED_MS, g_get_real_time () / 1000 - 1000);
  return record;
}

static WgRecord *
make_resident (AppTablet *tablet, guint n)
{
  static const char *const names[] = { "段正淳", "刀白凤", "钟灵", "木婉清", "王语嫣", "乔峰" };
  g_autofree char *number = app_resident_number (n);
  g_autofree char *household = app_household_id (n / 2);
  g_autofree char *birth = wg_citizen_number_get_birth (number);
  WgRecord *record = wg_record_new (wg_kind_find ("resident"));

  record->id = app_resident_id (n);
  record->ver = 1;
  wg_record_set_text (record, WG_FIELD_GRID, tablet->grid->code);
  wg_record_set_text (record, "name", names[n % G_N_ELEMENTS (names)]);
  wg_record_set_text (record, "id_kind", "111");
  wg_record_set_text (record, "id_no", number);
  wg_record_set_text (record, "sex", wg_citizen_number_get_sex (number));
  wg_record_set_text (record, "birth", birth);
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  wg_record_set_text (record, "household", household);
  wg_record_set_text (record, "relation", n % 2 == 0 ? "0" : "1");
  wg_record_set_text (record, "phone", "13900000000");
  return record;
}

static void
row_free (AppRecordRow *row)
{
  g_free (row->id);
  g_free (row->body);
  g_free (row);
}

static void
add_row (GPtrArray *rows, const char *kind, const char *id, char *body)
{
  AppRecordRow *row = g_new0 (AppRecordRow, 1);

  row->kind = kind;
  row->id = g_strdup (id);
  row->body = body;
  g_ptr_array_add (rows, row);
}

/* Somebody else changed place and contact of a household before @op_id did. */
static WgConflict *
make_conflict (AppTablet *tablet, guint n, const char *op_id)
{
  const WgKind *kind = wg_kind_find ("household");
  WgConflict *conflict = wg_conflict_new (kind);
  g_autoptr (WgRecord) household = make_household (tablet, n);
  static const char *const fields[] = { "place", "contact" };

  conflict->ver = 1;
  conflict->rec = g_strdup (household->id);
  conflict->grid_code = g_strdup (tablet->grid->code);
  conflict->title = wg_record_dup_title (household, TRUE);
  conflict->op_id = g_strdup (op_id);
  conflict->my_actor = g_strdup (tablet->worker->id);
  conflict->my_name = g_strdup (tablet->worker->name);
  conflict->my_ms = g_get_real_time () / 1000 - 3600000;
  conflict->opened_ms = conflict->my_ms + 60000;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      WgConflictField field = {
        .field = wg_kind_find_field (kind, fields[i]),
        .their_actor = g_strdup ("w0009"),
        .their_name = g_strdup ("赵同事"),
        .their_ms = conflict->my_ms - 1800000,
      };

      wg_conflict_add_field (conflict, field);
    }
  wg_record_set_text (conflict->theirs, "place", "明澜小区");
  wg_record_set_text (conflict->theirs, "contact", "段正淳");
  wg_record_set_text (conflict->mine, "place", "明澜花园");
  wg_record_set_text (conflict->mine, "contact", "段正明");
  wg_record_seal (conflict->base);
  wg_record_seal (conflict->theirs);
  wg_record_seal (conflict->mine);
  return conflict;
}

static void
add_conflict (AppTablet *tablet, GPtrArray *rows)
{
  g_autofree char *id = app_conflict_id ();
  g_autofree char *op_id = make_id (4, 0);
  g_autoptr (WgConflict) conflict = make_conflict (tablet, 0, op_id);

  add_row (rows, "conflict", id, wg_wire_conflict_to_json (conflict));
}

GPtrArray *
app_records_new (AppTablet *tablet)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);

  for (guint i = 0; i < APP_HOUSEHOLDS; i++)
    {
      g_autoptr (WgRecord) household = make_household (tablet, i);

      add_row (rows, "household", household->id, wg_wire_record_to_json (household));
    }
  for (guint i = 0; i < 2 * APP_HOUSEHOLDS; i++)
    {
      g_autoptr (WgRecord) resident = make_resident (tablet, i);

      add_row (rows, "resident", resident->id, wg_wire_record_to_json (resident));
    }
  add_conflict (tablet, rows);
  return rows;
}

static gpointer
next_push_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_next_push (context, 100, error);
}

static gpointer
acknowledge_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_acknowledge (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

/* The platform answers: everything that waits is applied, but what changes @record: @verdict on
 * its @field. Gives the last of those. */
static char *
answer_push (AppTablet *tablet, const char *record, WgResultKind verdict, const char *field)
{
  WgStore *store = wg_services_get_store (tablet->services);
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPushAnswer) answer = wg_push_answer_new ();
  g_autoptr (WgPush) push = wg_store_run (store, next_push_job, NULL, &error);
  char *op_id = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (push);
  answer->epoch = g_strdup (wg_store_get_identity (store)->epoch);
  for (guint i = 0; i < push->lines->len; i++)
    {
      const char *line = g_ptr_array_index (push->lines, i);
      WgPushResult *result = wg_push_result_new (push->first + i);

      result->kind = WG_RESULT_OK;
      result->ver = 2;
      if (record != NULL && strstr (line, record) != NULL)
        {
          g_autoptr (WgOperation) operation = NULL;
          int refusal;

          g_assert_true (
              wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL));
          g_set_str (&op_id, operation->op_id);
          result->kind = verdict;
          result->refusal = WG_REFUSAL_INVALID_FIELD;
          result->field = g_strdup (field);
          result->detail = g_strdup (verdict == WG_RESULT_REJECTED ? "平台不收这个值" : NULL);
        }
      g_ptr_array_add (answer->results, result);
      answer->last_seq = push->first + i;
    }
  answer->last_hash = g_strdup (push->head);
  wg_store_run (store, acknowledge_job, answer, &error);
  g_assert_no_error (error);
  app_settle (tablet);
  return op_id;
}

void
app_tablet_answer (AppTablet *tablet, const char *refused_record, const char *field)
{
  g_autofree char *op_id = answer_push (tablet, refused_record, WG_RESULT_REJECTED, field);
}

void
app_tablet_dispute (AppTablet *tablet, guint n)
{
  g_autofree char *household = app_household_id (n);
  g_autofree char *op_id = answer_push (tablet, household, WG_RESULT_CONFLICT, "place");
  g_autoptr (WgConflict) conflict = make_conflict (tablet, n, op_id);

  app_tablet_tell (tablet, "conflict", op_id, 1, wg_wire_conflict_to_json (conflict));
}

void
app_tablet_rename (AppTablet *tablet, guint n, const char *place)
{
  g_autoptr (WgRecord) household = make_household (tablet, n);

  wg_record_set_text (household, "place", place);
  app_tablet_tell (tablet, "household", household->id, 2, wg_wire_record_to_json (household));
}
