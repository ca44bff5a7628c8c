/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table on the terminal: written, found, counted; refused ones mended; what comes down
 * beside what waits; conflicts. */
#include <string.h>

#include "core/wg-id.h"
#include "store/wg-pinyin.h"
#include "store/wg-records.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-record.h"

#define OTHER "w0002"

/* --- jobs ------------------------------------------------------------------------------------ */

typedef struct
{
  const WgRecord *seen, *wanted;
  const char *id, *reason, *redo_of;
  const char *const *fields;
  const WgChoice *choices;
  WgRecordQuery query;
} Job;

static gpointer
create_record_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return wg_records_create (context, ((Job *) data)->wanted, NULL, error);
}

static gpointer
change_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  const Job *job = data;

  return GINT_TO_POINTER (
      wg_records_change (context, job->seen, job->wanted, job->redo_of, NULL, error));
}

static gpointer
void_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  const Job *job = data;

  return GINT_TO_POINTER (wg_records_void (context, job->id, job->reason, error));
}

static gpointer
confirm_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return GINT_TO_POINTER (wg_records_confirm (context, data, error));
}

static gpointer
reveal_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  const Job *job = data;

  return GINT_TO_POINTER (wg_records_reveal (context, job->id, job->fields, job->reason, error));
}

static gpointer
get_record_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return wg_records_get (context, data, error);
}

static gpointer
list_records_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return wg_records_list (context, &((Job *) data)->query, error);
}

static gpointer
double_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  char *id = wg_records_find_double (context, data, error);

  return id ? id : g_strdup ("none");
}

static gpointer
count_records_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return GINT_TO_POINTER (wg_records_count (context, wg_kind_find ("resident"), data, error));
}

static gpointer
list_conflicts_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return wg_conflicts_list (context, GPOINTER_TO_INT (data), 0, 100, error);
}

static gpointer
get_conflict_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return wg_conflicts_get (context, data, error);
}

static gpointer
settle_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  const Job *job = data;

  return GINT_TO_POINTER (wg_conflicts_settle (context, job->id, job->fields, job->choices, error));
}

static gpointer
push_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return wg_outbox_next_push (context, 100, error);
}

static gpointer
acknowledge_job (WgStoreContext *context, gpointer data, GCancellable *none, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_acknowledge (context, data, error));
}

/* --- helpers --------------------------------------------------------------------------------- */

static WgRecord *
make_resident (const char *name, const char *number)
{
  WgRecord *record = wg_record_new (wg_kind_find ("resident"));

  wg_record_set_text (record, "name", name);
  wg_record_set_text (record, "id_kind", number ? "111" : "000");
  wg_record_set_text (record, "id_no", number);
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  return record;
}

static char *
create_record (WgTestStore *f, const WgRecord *record)
{
  Job job = { .wanted = record };

  return wg_test_store_run (f, create_record_job, &job);
}

static char *
create_resident (WgTestStore *f, const char *name, const char *number)
{
  g_autoptr (WgRecord) record = make_resident (name, number);

  return create_record (f, record);
}

static WgRecordView *
get_record (WgTestStore *f, const char *id)
{
  return wg_test_store_run (f, get_record_job, (gpointer) id);
}

static void
set_phone (WgTestStore *f, const char *id, const char *phone)
{
  g_autoptr (WgRecordView) view = get_record (f, id);
  g_autoptr (WgRecord) wanted = wg_record_edit (view->record);
  Job job = { .seen = view->record, .wanted = wanted };

  wg_record_set_text (wanted, "phone", phone);
  wg_test_store_run (f, change_job, &job);
}

static char *
names_of (WgTestStore *f, WgRecordQuery query)
{
  Job job = { .query = query };
  g_autoptr (GPtrArray) items = NULL;
  GString *names = g_string_new (NULL);

  job.query.kind = query.kind ? query.kind : wg_kind_find ("resident");
  job.query.limit = query.limit ? query.limit : 100;
  items = wg_test_store_run (f, list_records_job, &job);
  for (guint i = 0; i < items->len; i++)
    {
      const WgRecordView *view = wg_record_item_get_view (g_ptr_array_index (items, i));
      g_autofree char *title = wg_record_dup_title (view->record, FALSE);
      g_string_append_printf (names, "%s%s", i ? " " : "", title);
    }
  return g_string_free (names, FALSE);
}

static void
assert_found (WgTestStore *f, const char *text, const char *expected)
{
  g_autofree char *names = names_of (f, (WgRecordQuery) { .text = text });

  g_test_message ("'%s' finds %s", text, names);
  g_assert_cmpstr (names, ==, expected);
}

static WgRecordCounts
count_records (WgTestStore *f)
{
  WgRecordCounts counts;

  wg_test_store_run (f, count_records_job, &counts);
  return counts;
}

/* --- pinyin ---------------------------------------------------------------------------------- */

static void
test_pinyin (void)
{
  static const struct
  {
    const char *name, *typed;
  } cases[] = {
    { "张三丰", "zsf" }, { "单雄信", "sxx" }, { "单雄信", "dxx" }, { "曾国藩", "zgf" },
    { "解珍", "xz" },    { "仇英", "qy" },    { "查良镛", "zly" }, { "区寄", "oj" },
    { "翟让", "zr" },    { "盖叫天", "gjt" }, { "吕布", "lb" },    { "缪丹", "md" },
    { "祭遵", "zz" },    { "覃勇", "qy" },    { "朴树", "ps" },    { "欧阳锋", "of" },
  };
  g_autofree char *sort = wg_pinyin_dup_sort ("单雄信");
  g_autofree char *query = wg_pinyin_dup_query (" ＺＳ f ");

  for (gsize i = 0; i < G_N_ELEMENTS (cases) - 1; i++)
    {
      g_autoptr (WgRecord) record = make_resident (cases[i].name, NULL);
      g_autoptr (GPtrArray) words = wg_pinyin_words (record);
      g_test_message ("%s %s", cases[i].name, cases[i].typed);
      g_assert_true (g_ptr_array_find_with_equal_func (words, cases[i].typed, g_str_equal, NULL));
    }
  g_assert_cmpstr (sort, ==, "shan xiong xin ");
  g_assert_cmpstr (query, ==, "zsf");
}

/* --- writes and lists ------------------------------------------------------------------------ */

static void
test_find (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *zhang = create_resident (f, "张三丰", "11010519491231002X");
  g_autofree char *shan = create_resident (f, "单雄信", NULL);
  g_autofree char *zeng = create_resident (f, "曾国藩", NULL);
  g_autofree char *all = names_of (f, (WgRecordQuery) { 0 });
  g_autofree char *page = names_of (f, (WgRecordQuery) { .offset = 1, .limit = 1 });
  g_autofree char *grid = names_of (f, (WgRecordQuery) { .grid = WG_TEST_GRID });
  g_autofree char *elsewhere = names_of (f, (WgRecordQuery) { .grid = "370502001001009" });
  g_autofree char *houses = names_of (f, (WgRecordQuery) { .kind = wg_kind_find ("household") });

  g_assert_cmpstr (all, ==, "单雄信 曾国藩 张三丰"); /* shan, zeng, zhang */
  g_assert_cmpstr (page, ==, "曾国藩");
  g_assert_cmpstr (grid, ==, all);
  g_assert_cmpstr (elsewhere, ==, "");
  g_assert_cmpstr (houses, ==, "");
  set_phone (f, zhang, "138 0546 1234");
  assert_found (f, "z", "曾国藩 张三丰");
  assert_found (f, "ZS", "张三丰");
  assert_found (f, "三", "张三丰");
  assert_found (f, "sxx", "单雄信");
  assert_found (f, "1101", "张三丰");
  assert_found (f, "002x", "张三丰");
  assert_found (f, "1234", "张三丰");
  assert_found (f, "1380546", "张三丰");
  assert_found (f, "%", "");
  assert_found (f, "q", "");
  set_phone (f, zhang, "13900000000");
  assert_found (f, "1234", ""); /* words follow the record */
  wg_test_store_check (f);
}

static WgRecord *
make_household (void)
{
  WgRecord *house = wg_record_new (wg_kind_find ("household"));

  wg_record_set_text (house, "place", "安泰小区");
  wg_record_set_text (house, "building", "3号楼");
  wg_record_set_text (house, "unit", "2");
  wg_record_set_text (house, "room", "101");
  wg_record_set_text (house, "tenure", "1");
  return house;
}

/* What is typed is looked for within the list that was chosen. */
static void
test_find_in_list (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *zhang = create_resident (f, "张三丰", NULL);
  g_autofree char *wu = create_resident (f, "张无忌", NULL);
  g_autofree char *due = NULL, *needing = NULL, *all = NULL;

  wg_test_ports_advance (&f->clock, G_GINT64_CONSTANT (60) * 86400000); /* January */
  wg_test_store_run (f, confirm_job, zhang);
  due = names_of (f, (WgRecordQuery) { .text = "z", .which = WG_RECORD_LIST_UNCONFIRMED });
  g_assert_cmpstr (due, ==, "张无忌");
  needing = names_of (f, (WgRecordQuery) { .text = "z", .which = WG_RECORD_LIST_NEEDING_ME });
  g_assert_cmpstr (needing, ==, "");
  all = names_of (f, (WgRecordQuery) { .text = "z" });
  g_assert_cmpstr (all, ==, "张三丰 张无忌");
}

/* Who confirms a household has seen who lives there, but not those who were seen already. */
static void
test_family (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgRecord) house = make_household ();
  g_autofree char *house_id = create_record (f, house);
  const char *const names[] = { "王一", "王二", "王三" };
  g_autofree char *seen = NULL, *alone = create_resident (f, "张三丰", NULL), *due = NULL;
  WgRecordCounts counts;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (WgRecord) member = make_resident (names[i], NULL);

      wg_record_set_text (member, "household", house_id);
      g_free (seen);
      seen = create_record (f, member);
    }
  wg_test_ports_advance (&f->clock, G_GINT64_CONSTANT (60) * 86400000); /* January */
  wg_test_store_run (f, confirm_job, seen);
  wg_test_store_run (f, confirm_job, house_id);
  due = names_of (f, (WgRecordQuery) { .which = WG_RECORD_LIST_UNCONFIRMED });
  g_assert_cmpstr (due, ==, "张三丰");
  g_autoptr (WgRecordView) member = get_record (f, seen), whole = get_record (f, house_id);
  g_assert_cmpuint (member->n_waiting, ==, 2); /* made and seen, once */
  g_assert_cmpuint (whole->n_waiting, ==, 2);
  counts = count_records (f);
  g_assert_cmpuint (counts.n_unconfirmed, ==, 1);
  wg_test_store_check (f);
}

static void
test_links (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgRecord) house = make_household ();
  g_autoptr (WgRecord) member = make_resident ("王一", NULL);
  g_autofree char *house_id = NULL, *member_id = NULL, *found = NULL, *members = NULL, *head = NULL;

  house_id = create_record (f, house);
  found = wg_test_store_run (f, double_job, house);
  g_assert_cmpstr (found, ==, house_id);
  wg_record_set_text (member, "household", house_id);
  member_id = create_record (f, member);
  members = names_of (f, (WgRecordQuery) { .link_field = "household", .link_to = house_id });
  g_assert_cmpstr (members, ==, "王一");
  head = names_of (f, (WgRecordQuery) { .link_field = "head", .link_to = house_id });
  g_assert_cmpstr (head, ==, "");
  wg_test_store_check (f);
}

static void
test_refused_input (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgRecord) wrong = make_resident ("张三丰", "110105194912310021");
  g_autofree char *id = create_resident (f, "张三丰", "11010519491231002X");
  g_autoptr (WgRecordView) view = get_record (f, id);
  g_autoptr (WgRecord) wanted = wg_record_edit (view->record);
  const char *const open[] = { "sex", NULL };
  Job creation = { .wanted = wrong };
  Job change = { .wanted = wanted };
  Job empty = { .id = id, .reason = "" };
  Job reveal = { .id = id, .reason = "看看", .fields = open };
  g_autoptr (GError) digit = wg_test_store_fail (f, create_record_job, &creation);
  g_autoptr (GError) short_name = NULL, reason = NULL, hidden = NULL;

  g_assert_error (digit, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (digit->message, "id_no: "));
  wg_record_set_text (wanted, "name", "张\x01");
  short_name = wg_test_store_fail (f, change_job, &change);
  g_assert_true (g_str_has_prefix (short_name->message, "name: "));
  reason = wg_test_store_fail (f, void_job, &empty);
  g_assert_true (g_str_has_prefix (reason->message, "reason: "));
  hidden = wg_test_store_fail (f, reveal_job, &reveal); /* what is not hidden is not revealed */
  g_assert_true (g_str_has_prefix (hidden->message, "sex: "));
  wg_record_set_text (wanted, "name", "张三丰");
  wg_test_store_run (f, change_job, &change); /* nothing changed: no operation */
  g_clear_pointer (&view, wg_record_view_free);
  view = get_record (f, id);
  g_assert_cmpuint (view->n_waiting, ==, 1);
}

static void
test_life (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  const char *const hidden[] = { "id_no", "phone", NULL };
  g_autofree char *id = create_resident (f, "张三丰", NULL);
  g_autofree char *same = create_resident (f, "张三", NULL);
  g_autoptr (WgRecordView) saved = get_record (f, id), applied = NULL;
  Job reveal = { .id = id, .fields = hidden, .reason = "上门核对" };
  Job gone = { .id = same, .reason = "登记重复" };
  g_autofree char *left = NULL, *round = NULL;
  WgRecordCounts counts = count_records (f);

  g_assert_cmpint (saved->truth, ==, WG_TRUTH_SAVED);
  g_assert_cmpstr (wg_record_get_text (saved->record, WG_FIELD_GRID), ==, WG_TEST_GRID);
  g_assert_cmpstr (wg_record_get_text (saved->record, WG_FIELD_MADE_BY), ==, WG_TEST_WORKER);
  g_assert_cmpuint (counts.n_open, ==, 2);
  g_assert_cmpuint (counts.n_unconfirmed, ==, 0); /* making it is the first look */
  wg_test_ports_advance (&f->clock, G_GINT64_CONSTANT (60) * 86400000); /* January */
  counts = count_records (f);
  g_assert_cmpuint (counts.n_unconfirmed, ==, 2);
  wg_test_store_run (f, confirm_job, id);
  round = names_of (f, (WgRecordQuery) { .which = WG_RECORD_LIST_UNCONFIRMED });
  g_assert_cmpstr (round, ==, "张三");
  wg_test_store_run (f, reveal_job, &reveal);
  wg_test_store_run (f, void_job, &gone);
  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  wg_test_store_reopen (f);
  wg_test_store_check (f);
  applied = get_record (f, id);
  g_assert_cmpint (applied->truth, ==, WG_TRUTH_APPLIED);
  g_assert_cmpint (applied->record->ver, ==, 2); /* a reveal changes nothing */
  left = names_of (f, (WgRecordQuery) { 0 });
  g_assert_cmpstr (left, ==, "张三丰");
  counts = count_records (f);
  g_assert_cmpuint (counts.n_open, ==, 1);
  g_assert_cmpuint (counts.n_unconfirmed, ==, 0);
}

/* --- what comes down beside what waits ------------------------------------------------------- */

static void
put_record (
    WgTestPlatform *platform, const char *id, const char *phone, const char *addr, gint64 ver)
{
  g_autoptr (WgRecord) record = make_resident ("张三丰", NULL);

  wg_record_set_text (record, WG_FIELD_GRID, WG_TEST_GRID);
  wg_record_set_text (record, "phone", phone);
  wg_record_set_text (record, "live_addr", addr);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "resident", id, ver,
                        wg_wire_record_to_json (record));
}

static void
test_pull_beside_pending (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = wg_id_new (&f->clock.ports);
  g_autoptr (WgRecordView) opened = NULL, shown = NULL, after = NULL;
  g_autoptr (WgRecord) wanted = NULL;
  Job job = { 0 };

  put_record (platform, id, "13000000000", "老地址", 1);
  wg_test_pull (f, platform);
  opened = get_record (f, id); /* the form is open … */
  put_record (platform, id, "13000000001", "新地址", 2);
  wg_test_pull (f, platform); /* … while another's change comes down … */
  wanted = wg_record_edit (opened->record);
  wg_record_set_text (wanted, "phone", "13000000009");
  job.seen = opened->record;
  job.wanted = wanted;
  wg_test_store_run (f, change_job, &job); /* … and only what the person changed is claimed. */
  shown = get_record (f, id);
  g_assert_cmpstr (wg_record_get_text (shown->record, "phone"), ==, "13000000009");
  g_assert_cmpstr (wg_record_get_text (shown->record, "live_addr"), ==, "新地址");
  put_record (platform, id, "13000000002", "再新地址", 3);
  wg_test_pull (f, platform);
  after = get_record (f, id);
  g_assert_cmpstr (wg_record_get_text (after->record, "phone"), ==, "13000000009");
  g_assert_cmpstr (wg_record_get_text (after->record, "live_addr"), ==, "再新地址");
  g_assert_cmpint (after->truth, ==, WG_TRUTH_SAVED);
  wg_test_store_check (f);
}

static void
test_refused_and_mended (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_resident (f, "张三丰", NULL);
  g_autoptr (WgRecordView) refused = NULL, mended = NULL;
  g_autoptr (WgRecord) wanted = NULL;
  g_autofree char *needing = NULL;
  Job job = { 0 };

  platform->refuse = WG_REFUSAL_INVALID_FIELD;
  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  refused = get_record (f, id); /* its author's text is there … */
  g_assert_cmpint (refused->truth, ==, WG_TRUTH_REFUSED);
  g_assert_cmpint (refused->refusal, ==, WG_REFUSAL_INVALID_FIELD);
  g_assert_cmpstr (wg_record_get_text (refused->record, "name"), ==, "张三丰");
  needing = names_of (f, (WgRecordQuery) { .which = WG_RECORD_LIST_NEEDING_ME });
  g_assert_cmpstr (needing, ==, "张三丰");
  platform->refuse = WG_N_REFUSAL;
  wanted = wg_record_edit (refused->record);
  wg_record_set_text (wanted, "name", "张君宝");
  job.wanted = wanted;
  job.redo_of = refused->refusal_op;
  wg_test_store_run (f, change_job, &job); /* … and is said anew, whole: the platform has none */
  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  mended = get_record (f, id);
  g_assert_cmpint (mended->truth, ==, WG_TRUTH_APPLIED);
  g_assert_cmpstr (wg_record_get_text (mended->record, "name"), ==, "张君宝");
  wg_test_store_check (f);
}

/* --- conflicts ------------------------------------------------------------------------------- */

/* The push arrives, and the platform answers "conflict" for its last operation. */
static char *
push_into_conflict (WgTestStore *f, gint64 ver)
{
  g_autoptr (WgPush) push = wg_test_store_run (f, push_job, NULL);
  g_autoptr (WgPushAnswer) answer = wg_push_answer_new ();
  g_autoptr (WgOperation) operation = NULL;
  const char *line = g_ptr_array_index (push->lines, push->lines->len - 1);
  WgPushResult *result = wg_push_result_new (push->first + push->lines->len - 1);
  int refusal;

  g_assert_true (
      wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL));
  result->kind = WG_RESULT_CONFLICT;
  result->ver = ver;
  result->field = g_strdup ("name");
  g_ptr_array_add (answer->results, result);
  answer->epoch = g_strdup (push->epoch);
  answer->last_seq = result->seq;
  wg_test_store_run (f, acknowledge_job, answer);
  return g_strdup (operation->op_id);
}

static void
put_conflict (
    WgTestPlatform *platform, const char *op_id, const char *rec, gint64 ver, WgChoice choice)
{
  const WgKind *kind = wg_kind_find ("resident");
  g_autoptr (WgConflict) conflict = wg_conflict_new (kind);

  conflict->rec = g_strdup (rec);
  conflict->op_id = g_strdup (op_id);
  conflict->grid_code = g_strdup (WG_TEST_GRID);
  conflict->title = g_strdup ("张**");
  conflict->my_actor = g_strdup (WG_TEST_WORKER);
  conflict->opened_ms = WG_TEST_NOW_MS;
  wg_record_set_text (conflict->base, "name", "张三丰");
  wg_record_set_text (conflict->theirs, "name", "张三封");
  wg_record_set_text (conflict->mine, "name", "张君宝");
  wg_conflict_add_field (conflict, (WgConflictField) { .field = wg_kind_find_field (kind, "name"),
                                                       .their_actor = g_strdup (OTHER),
                                                       .choice = choice });
  conflict->settled = choice != WG_CHOICE_NONE;
  conflict->settled_by = g_strdup (conflict->settled ? "c0001" : NULL);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "conflict", op_id, ver,
                        wg_wire_conflict_to_json (conflict));
}

static void
test_conflict (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = wg_id_new (&f->clock.ports), *op_id = NULL;
  g_autoptr (WgRecordView) opened = NULL, waiting = NULL, open = NULL, over = NULL;
  g_autoptr (WgRecord) wanted = NULL;
  g_autoptr (GPtrArray) list = NULL, none = NULL, all = NULL;
  g_autoptr (WgConflictItem) chosen = NULL;
  g_autoptr (GError) wrong = NULL, twice = NULL;
  const char *const fields[] = { "name", NULL }, *const strange[] = { "name", "phone", NULL };
  const WgChoice choices[] = { WG_CHOICE_MINE, WG_CHOICE_MINE };
  Job job = { 0 };

  put_record (platform, id, NULL, NULL, 1);
  wg_test_pull (f, platform);
  opened = get_record (f, id);
  wanted = wg_record_edit (opened->record);
  wg_record_set_text (wanted, "name", "张君宝");
  job.seen = opened->record;
  job.wanted = wanted;
  wg_test_store_run (f, change_job, &job);
  op_id = push_into_conflict (f, 2);
  waiting = get_record (f, id); /* the author's word is shown until the other's is here */
  g_assert_cmpint (waiting->truth, ==, WG_TRUTH_CONFLICT);
  g_assert_cmpstr (wg_record_get_text (waiting->record, "name"), ==, "张君宝");

  put_record (platform, id, NULL, "新地址", 2);
  put_conflict (platform, op_id, id, 1, WG_CHOICE_NONE);
  platform->last_seq = 1;
  wg_test_pull (f, platform);
  open = get_record (f, id); /* then the platform's stands, and the conflict holds both */
  g_assert_cmpstr (wg_record_get_text (open->record, "name"), ==, "张三丰");
  g_assert_cmpuint (open->n_conflicts, ==, 1);
  g_assert_cmpint (open->truth, ==, WG_TRUTH_CONFLICT);
  g_assert_null (open->refusal_op); /* nobody refused it */
  g_assert_cmpuint (count_events (f).n_refused, ==, 0);
  g_assert_cmpuint (count_events (f).n_conflicts, ==, 1);
  g_assert_true (open->needs_me);
  list = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (FALSE));
  g_assert_cmpuint (list->len, ==, 1);
  const WgConflict *conflict = wg_conflict_item_get_conflict (g_ptr_array_index (list, 0));
  g_assert_cmpstr (wg_record_get_text (conflict->mine, "name"), ==, "张君宝");
  g_assert_cmpstr (wg_record_get_text (conflict->theirs, "name"), ==, "张三封");

  job = (Job) { .id = op_id, .fields = strange, .choices = choices };
  wrong = wg_test_store_fail (f, settle_job, &job);
  g_assert_true (g_str_has_prefix (wrong->message, "phone: "));
  job.fields = fields;
  wg_test_store_run (f, settle_job, &job);
  twice = wg_test_store_fail (f, settle_job, &job);
  g_assert_error (twice, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  none = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (FALSE));
  g_assert_cmpuint (none->len, ==, 0);
  chosen = wg_test_store_run (f, get_conflict_job, op_id);
  g_assert_cmpint (wg_conflict_item_get_truth (chosen), ==, WG_TRUTH_SAVED);
  g_assert_cmpint (wg_conflict_find_field (wg_conflict_item_get_conflict (chosen), "name")->choice,
                   ==, WG_CHOICE_MINE);
  wg_test_store_check (f);

  put_conflict (platform, op_id, id, 2, WG_CHOICE_MINE);
  wg_test_pull (f, platform);
  over = get_record (f, id); /* settled: the operation is over, too */
  g_assert_cmpuint (over->n_conflicts, ==, 0);
  g_assert_cmpuint (count_events (f).n_conflicts, ==, 0);
  g_assert_cmpint (over->truth, ==, WG_TRUTH_APPLIED);
  all = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (TRUE));
  g_assert_cmpuint (all->len, ==, 1); /* it never disappears */
  wg_test_store_check (f);
}

/* The same conflict, but the choice is refused: it is open again. */
static void
test_choice_refused (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = wg_id_new (&f->clock.ports), *op_id = wg_id_new (&f->clock.ports);
  g_autoptr (GPtrArray) open = NULL, none = NULL;
  const char *const fields[] = { "name", NULL };
  const WgChoice choices[] = { WG_CHOICE_THEIRS };
  Job job = { .id = op_id, .fields = fields, .choices = choices };

  put_record (platform, id, NULL, NULL, 1);
  put_conflict (platform, op_id, id, 1, WG_CHOICE_NONE);
  wg_test_pull (f, platform);
  wg_test_store_run (f, settle_job, &job);
  platform->refuse = WG_REFUSAL_STALE_STATE;
  wg_test_push (f, platform, FALSE);
  open = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (FALSE));
  g_assert_cmpuint (open->len, ==, 1);
  platform->refuse = WG_N_REFUSAL;
  wg_test_store_run (f, settle_job, &job); /* the next choice is over with the refused one */
  none = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (FALSE));
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (count_events (f).n_refused, ==, 0);
  wg_test_store_check (f);
}

/* A platform that knows more kinds of record stops no terminal. */
static void
test_later_kinds (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = wg_id_new (&f->clock.ports), *rec = wg_id_new (&f->clock.ports);
  g_autofree char *known = wg_id_new (&f->clock.ports);
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (WgRecordView) view = NULL;

  put_record (platform, known, NULL, NULL, 1);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "tree", rec, 1, g_strdup ("{\"height\":3}"));
  wg_test_platform_put (platform, WG_TEST_SCOPE, "conflict", id, 1,
                        g_strdup_printf ("{\"rec\":\"%s\",\"kind\":\"tree\"}", rec));
  wg_test_pull (f, platform);
  open = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (TRUE));
  g_assert_cmpuint (open->len, ==, 0);
  view = get_record (f, known);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_APPLIED);
  wg_test_store_check (f);
}

static gpointer
forget_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_db_load_sql (context->db, "/io/github/wangge/test-store/sql", error) &&
                          wg_db_run (context->db, "unread", error, NULL, NULL));
}

/* A conflict that the program before could not read is there once the new one has opened. */
static void
test_unread (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = wg_id_new (&f->clock.ports), *op_id = wg_id_new (&f->clock.ports);
  g_autoptr (GPtrArray) before = NULL, after = NULL;

  put_record (platform, id, NULL, NULL, 1);
  put_conflict (platform, op_id, id, 1, WG_CHOICE_NONE);
  wg_test_pull (f, platform);
  wg_test_store_run (f, forget_job, NULL);
  before = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (FALSE));
  g_assert_cmpuint (before->len, ==, 0);
  wg_test_store_reopen (f);
  after = wg_test_store_run (f, list_conflicts_job, GINT_TO_POINTER (FALSE));
  g_assert_cmpuint (after->len, ==, 1);
  wg_test_store_check (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/records/pinyin", test_pinyin);
  g_test_add_func ("/store/records/find", test_find);
  g_test_add_func ("/store/records/find-in-list", test_find_in_list);
  g_test_add_func ("/store/records/family", test_family);
  g_test_add_func ("/store/records/links", test_links);
  g_test_add_func ("/store/records/refused-input", test_refused_input);
  g_test_add_func ("/store/records/life", test_life);
  g_test_add_func ("/store/records/pull-beside-pending", test_pull_beside_pending);
  g_test_add_func ("/store/records/refused-and-mended", test_refused_and_mended);
  g_test_add_func ("/store/records/conflict", test_conflict);
  g_test_add_func ("/store/records/unread", test_unread);
  g_test_add_func ("/store/records/choice-refused", test_choice_refused);
  g_test_add_func ("/store/records/later-kinds", test_later_kinds);
  return g_test_run ();
}
