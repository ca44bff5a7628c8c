/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table at the platform: merging by class, history, rights, conflicts that stay until
 * somebody has chosen. */
#include <string.h>

#include "core/wg-id.h"
#include "kit.h"
#include "server/wg-audit.h"
#include "server/wg-check.h"
#include "server/wg-pull.h"
#include "server/wg-record-row.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-record.h"

#define HOUR_MS G_GINT64_CONSTANT (3600000)
#define NUMBER "11010519491231002X"

/* --- making ---------------------------------------------------------------------------------- */

static WgRecord *
make_content (const char *number)
{
  WgRecord *record = wg_record_new (wg_kind_find ("resident"));

  wg_record_set_text (record, WG_FIELD_GRID, KIT_GRID_A1);
  wg_record_set_text (record, "name", "样例居民");
  wg_record_set_text (record, "id_kind", number ? "111" : "000");
  wg_record_set_text (record, "id_no", number);
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  wg_record_set_text (record, "phone", "13000000000");
  return record;
}

static WgOperation *
begin (Terminal *terminal, WgOperationKind kind, const char *rec)
{
  WgOperation *operation = terminal_begin (terminal, kind, rec, KIT_GRID_A1);

  if (wg_operation_is_record (kind))
    operation->record_kind = wg_kind_find ("resident");
  return operation;
}

static WgOperation *
make_creation (Terminal *terminal, const char *number)
{
  WgOperation *operation = begin (terminal, WG_OPERATION_RECORD_CREATE, NULL);

  operation->record = make_content (number);
  return operation;
}

static WgRecord *
load (Kit *kit, const char *rec)
{
  g_autoptr (WgRecordRow) row = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_record_row_load (kit->db, rec, &row, &error));
  g_assert_no_error (error);
  g_assert_nonnull (row);
  return g_steal_pointer (&row->record);
}

/* A patch of one text from what was seen. */
static WgOperation *
make_patch (
    Terminal *terminal, const char *rec, const char *name, const char *seen, const char *wanted)
{
  WgOperation *operation = begin (terminal, WG_OPERATION_RECORD_PATCH, rec);

  operation->patch = wg_patch_new (operation->record_kind);
  wg_record_set_text (operation->patch->from, name, seen);
  wg_record_set_text (operation->patch->to, name, wanted);
  wg_patch_add_field (operation->patch, wg_kind_find_field (operation->record_kind, name));
  return operation;
}

static void
expect_patch (Terminal *terminal,
              const char *rec,
              const char *name,
              const char *seen,
              const char *wanted,
              const char *result)
{
  g_free (terminal_expect (terminal, make_patch (terminal, rec, name, seen, wanted), result));
}

static WgOperation *
make_choice (Terminal *terminal, const char *id, const char *name, WgChoice choice, gint64 ver)
{
  WgOperation *operation = begin (terminal, WG_OPERATION_CONFLICT_RESOLVE, id);

  operation->fields = g_strsplit (name, " ", -1);
  operation->choices = g_new0 (WgChoice, g_strv_length (operation->fields));
  for (guint i = 0; operation->fields[i]; i++)
    operation->choices[i] = choice;
  operation->expect_ver = ver;
  return operation;
}

static void
assert_text (Kit *kit, const char *rec, const char *name, const char *expected)
{
  g_autoptr (WgRecord) record = load (kit, rec);

  g_assert_cmpstr (wg_record_get_text (record, name), ==, expected);
}

/* "verdict written old new" of the change of a field that ended so. */
static char *
find_change (Kit *kit, const char *rec, const char *field, const char *verdict)
{
  g_autoptr (GError) error = NULL;
  WgStatement *row = wg_db_statement (kit->db, "change-of-record", &error);
  char *change = NULL;

  wg_statement_bind_text (row, "rec", rec);
  while (wg_statement_next (row, &error))
    if (g_str_equal (wg_statement_text (row, "field"), field) &&
        g_str_equal (wg_statement_text (row, "verdict"), verdict))
      {
        g_free (change);
        change = g_strdup_printf ("%s %d %s %s", wg_statement_text (row, "verdict"),
                                  (int) wg_statement_int (row, "written"),
                                  wg_statement_text (row, "old_value"),
                                  wg_statement_text (row, "new_value"));
      }
  g_assert_no_error (error);
  return change;
}

/* --- what goes down -------------------------------------------------------------------------- */

static WgPullPage *
pull (Kit *kit, const char *worker)
{
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();
  g_autoptr (GError) error = NULL;
  WgPullPage *page = wg_pull_page_read (kit->platform, kit->db, worker, "none", request, &error);

  g_assert_no_error (error);
  return page;
}

static gboolean
has_row (Kit *kit, const char *worker, const char *kind, const char *id)
{
  g_autoptr (WgPullPage) page = pull (kit, worker);

  for (guint i = 0; i < page->rows->len; i++)
    {
      const WgPullRow *row = page->rows->pdata[i];
      if (!row->gone && g_str_equal (row->kind, kind) && g_str_equal (row->id, id))
        return TRUE;
    }
  return FALSE;
}

static WgConflict *
load_conflict (Kit *kit, const char *id)
{
  g_autoptr (WgDispute) dispute = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_dispute_load (kit->db, id, &dispute, &error));
  g_assert_no_error (error);
  return dispute ? g_steal_pointer (&dispute->conflict) : NULL;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void
test_create (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autofree char *rec = terminal_expect (terminal, make_creation (terminal, NUMBER), "ok");
  g_autofree char *same = NULL, *third = NULL;
  g_autoptr (WgRecord) record = load (kit, rec), later = NULL, checked = NULL;
  WgOperation *again = begin (terminal, WG_OPERATION_RECORD_CREATE, rec);
  WgOperation *wrong = make_creation (terminal, "110105194912310021");

  g_assert_cmpint (record->ver, ==, 1);
  g_assert_cmpstr (wg_record_get_text (record, WG_FIELD_MADE_BY), ==, "wa1");
  g_assert_cmpint (wg_record_get_int (record, WG_FIELD_CONFIRMED_MS), ==, KIT_START_MS);
  again->record = make_content (NUMBER);
  g_free (terminal_expect (terminal, again, "duplicate-record"));
  g_free (terminal_expect (terminal, wrong, "invalid-field"));
  /* The same person a second time is kept and says so. */
  kit_advance (kit, 1000);
  same = terminal_expect (terminal, make_creation (terminal, NUMBER), "ok");
  later = load (kit, same);
  g_assert_cmpstr (wg_record_get_text (later, WG_FIELD_DUPLICATE_OF), ==, rec);
  assert_text (kit, rec, WG_FIELD_DUPLICATE_OF, NULL);
  third = terminal_expect (terminal, make_creation (terminal, NULL), "ok");
  assert_text (kit, third, WG_FIELD_DUPLICATE_OF, NULL); /* no number, no double */
  expect_patch (terminal, same, "id_no", NUMBER, "440524188001010014", "ok");
  checked = load (kit, same);
  g_assert_null (wg_record_get_text (checked, WG_FIELD_DUPLICATE_OF));
  g_assert_true (has_row (kit, "wa1", "resident", rec));
  g_assert_false (has_row (kit, "wa2", "resident", rec));
  g_assert_false (has_row (kit, "ca", "resident", rec)); /* the town holds no persons */
  kit_check (kit);
}

static void
test_rights (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (Terminal) neighbour = terminal_new (kit, "wa2");
  g_autoptr (Terminal) stranger = terminal_new (kit, "wb1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  g_autofree char *rec = terminal_expect (terminal, make_creation (terminal, NULL), "ok");
  WgOperation *unknown =
      make_patch (terminal, "019cac8a-4040-7000-8000-0000000000ff", "name", "样例居民", "别人");
  WgOperation *elsewhere = make_patch (terminal, rec, "name", "样例居民", "别人");
  WgOperation *moved = make_patch (terminal, rec, WG_FIELD_GRID, KIT_GRID_A1, KIT_GRID_A2);

  g_free (terminal_expect (neighbour, make_creation (neighbour, NULL), "not-in-scope"));
  g_free (terminal_expect (clerk, make_creation (clerk, NULL), "no-right"));
  expect_patch (neighbour, rec, "name", "样例居民", "别人", "not-in-scope");
  expect_patch (stranger, rec, "name", "样例居民", "别人", "not-in-scope");
  expect_patch (clerk, rec, "name", "样例居民", "别人", "no-right");
  g_free (terminal_expect (terminal, unknown, "depends-on-rejected"));
  g_set_str (&elsewhere->scope, "g:" KIT_GRID_A2);
  g_free (terminal_expect (terminal, elsewhere, "not-in-scope"));
  g_free (terminal_expect (terminal, moved, "field-read-only"));
  assert_text (kit, rec, "name", "样例居民");
  kit_check (kit);
}

static void
test_newest (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autofree char *rec = terminal_expect (first, make_creation (first, NULL), "ok");
  g_autofree char *older = NULL, *newer = NULL;
  WgOperation *early, *late;

  kit_advance (kit, HOUR_MS);
  early = make_patch (second, rec, "phone", "13000000000", "13000000002");
  kit_advance (kit, HOUR_MS);
  expect_patch (first, rec, "phone", "13000000000", "13000000001", "ok");
  kit_advance (kit, HOUR_MS);
  late = make_patch (second, rec, "phone", "13000000000", "13000000003");
  g_free (terminal_expect (second, early, "ok")); /* seen earlier: stays in the history alone */
  assert_text (kit, rec, "phone", "13000000001");
  older = find_change (kit, rec, "phone", "older");
  g_free (terminal_expect (second, late, "ok"));
  assert_text (kit, rec, "phone", "13000000003");
  newer = find_change (kit, rec, "phone", "newer");
  g_assert_cmpstr (older, ==, "older 0 \"13000000001\" \"13000000002\"");
  g_assert_cmpstr (newer, ==, "newer 1 \"13000000001\" \"13000000003\"");
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 0);
  kit_check (kit);
}

/* Started anew since, a tablet has only its wall clock for it, and that decides nothing (I24). */
static void
test_newest_by_wall_clock (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autofree char *rec = terminal_expect (first, make_creation (first, NULL), "ok");
  WgOperation *early;

  kit_advance (kit, HOUR_MS);
  second->wall_off = 2 * HOUR_MS;
  early = make_patch (second, rec, "phone", "13000000000", "13000000002");
  kit_advance (kit, HOUR_MS);
  expect_patch (first, rec, "phone", "13000000000", "13000000001", "ok");
  kit_advance (kit, 3 * HOUR_MS);
  second->wall_off = 0; /* it was set right when the tablet started */
  g_set_str (&second->boot, "boot-2");
  g_free (terminal_expect (second, early, "conflict"));
  assert_text (kit, rec, "phone", "13000000001");
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 1);
  kit_check (kit);
}

/* Where a clock is in doubt nobody can say who was later. */
static void
test_newest_in_doubt (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autofree char *rec = terminal_expect (first, make_creation (first, NULL), "ok");
  WgOperation *doubtful;

  expect_patch (first, rec, "phone", "13000000000", "13000000001", "ok");
  second->wall_off = 30 * 24 * HOUR_MS;
  doubtful = make_patch (second, rec, "phone", "13000000000", "13000000002");
  g_set_str (&doubtful->boot, "another boot");
  g_free (terminal_expect (second, doubtful, "conflict"));
  assert_text (kit, rec, "phone", "13000000001");
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 1);
  kit_check (kit);
}

static void
test_set (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  static const char *const one[] = { "01", NULL }, *const three[] = { "03", NULL };
  g_autofree char *rec = terminal_expect (first, make_creation (first, NULL), "ok");
  const WgField *needs = wg_kind_find_field (wg_kind_find ("resident"), "needs");
  WgOperation *a = begin (first, WG_OPERATION_RECORD_PATCH, rec);
  WgOperation *b = begin (second, WG_OPERATION_RECORD_PATCH, rec);
  g_autoptr (WgRecord) record = NULL;

  a->patch = wg_patch_new (a->record_kind);
  wg_record_set_list (a->patch->to, "needs", one);
  wg_patch_add_field (a->patch, needs);
  b->patch = wg_patch_new (b->record_kind);
  wg_record_set_list (b->patch->to, "needs", three);
  wg_patch_add_field (b->patch, needs);
  g_free (terminal_expect (first, a, "ok"));
  g_free (terminal_expect (second, b, "ok"));
  record = load (kit, rec);
  g_assert_cmpuint (g_strv_length ((char **) wg_record_get_list (record, "needs")), ==, 2);
  kit_check (kit);
}

/* Two authors, one name. @out_id: the conflict. */
static char *
make_conflict (Kit *kit, Terminal *first, Terminal *second, char **out_id)
{
  char *rec = terminal_expect (first, make_creation (first, NULL), "ok");
  WgOperation *late = make_patch (second, rec, "name", "样例居民", "样例居民乙");

  *out_id = g_strdup (late->op_id);
  expect_patch (first, rec, "name", "样例居民", "样例居民甲", "ok");
  g_free (terminal_expect (second, late, "conflict"));
  assert_text (kit, rec, "name", "样例居民甲");
  return rec;
}

static void
test_conflict (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autoptr (Terminal) neighbour = terminal_new (kit, "wa2");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  g_autoptr (Terminal) other_clerk = terminal_new (kit, "cb");
  g_autofree char *id = NULL, *kept = NULL, *chosen = NULL;
  g_autofree char *rec = make_conflict (kit, first, second, &id);
  g_autoptr (WgConflict) open = load_conflict (kit, id), settled = NULL;

  kept = find_change (kit, rec, "name", "conflict");
  g_assert_cmpstr (kept, ==, "conflict 0 \"样例居民甲\" \"样例居民乙\"");
  g_assert_cmpstr (wg_record_get_text (open->base, "name"), ==, "样例居民");
  g_assert_cmpstr (wg_record_get_text (open->theirs, "name"), ==, "样例居民甲");
  g_assert_cmpstr (wg_record_get_text (open->mine, "name"), ==, "样例居民乙");
  g_assert_cmpstr (wg_conflict_find_field (open, "name")->their_actor, ==, "wa1");
  g_assert_cmpstr (open->title, ==, "样****"); /* what the town sees of it in a list */
  g_assert_true (has_row (kit, "wa1", "conflict", id));
  g_assert_true (has_row (kit, "ca", "conflict", id));
  g_assert_false (has_row (kit, "wa2", "conflict", id));
  g_assert_false (has_row (kit, "cb", "conflict", id));
  kit_check (kit);

  g_free (terminal_expect (neighbour, make_choice (neighbour, id, "name", WG_CHOICE_MINE, 1),
                           "no-right"));
  g_free (terminal_expect (other_clerk, make_choice (other_clerk, id, "name", WG_CHOICE_MINE, 1),
                           "no-right"));
  g_free (terminal_expect (first, make_choice (first, id, "phone", WG_CHOICE_MINE, 1),
                           "invalid-field"));
  g_free (terminal_expect (first, make_choice (first, id, "name phone", WG_CHOICE_MINE, 1),
                           "invalid-field"));
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 1);
  g_free (terminal_expect (clerk, make_choice (clerk, id, "name", WG_CHOICE_MINE, 1), "ok"));
  assert_text (kit, rec, "name", "样例居民乙");
  assert_text (kit, rec, WG_FIELD_CHANGED_BY, "ca");
  chosen = find_change (kit, rec, "name", "resolved");
  g_assert_cmpstr (chosen, ==, "resolved 1 \"样例居民甲\" \"样例居民乙\"");
  settled = load_conflict (kit, id);
  g_assert_true (settled->settled);
  g_assert_cmpstr (settled->settled_by, ==, "ca");
  g_assert_cmpint (settled->ver, ==, 2);
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 0);
  g_assert_true (has_row (kit, "wa1", "conflict", id)); /* settled, it stays */
  g_free (
      terminal_expect (first, make_choice (first, id, "name", WG_CHOICE_THEIRS, 2), "stale-state"));
  kit_check (kit);
}

/* A choice is made on what was seen; a later change shows in the conflict and closes it not. */
static void
test_choice_on_old (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autofree char *id = NULL;
  g_autofree char *rec = make_conflict (kit, first, second, &id);
  g_autoptr (WgConflict) open = NULL;

  expect_patch (first, rec, "name", "样例居民甲", "样例居民丙", "ok");
  open = load_conflict (kit, id);
  g_assert_cmpint (open->ver, ==, 2);
  g_assert_false (open->settled);
  g_assert_cmpstr (wg_record_get_text (open->theirs, "name"), ==, "样例居民丙");
  g_free (
      terminal_expect (second, make_choice (second, id, "name", WG_CHOICE_MINE, 1), "stale-state"));
  assert_text (kit, rec, "name", "样例居民丙");
  expect_patch (first, rec, "phone", "13000000000", "13000000005", "ok");
  g_free (terminal_expect (second, make_choice (second, id, "name", WG_CHOICE_THEIRS, 2), "ok"));
  assert_text (kit, rec, "name", "样例居民丙");
  kit_check (kit);
}

static void
test_voided (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autofree char *rec = terminal_expect (first, make_creation (first, NULL), "ok");
  WgOperation *voiding = begin (first, WG_OPERATION_RECORD_VOID, rec);
  WgOperation *late = make_patch (second, rec, "phone", "13000000000", "13000000009");
  g_autofree char *id = g_strdup (late->op_id);
  g_autoptr (WgRecord) record = NULL, back = NULL;

  voiding->opinion = g_strdup ("登记重复");
  g_free (terminal_expect (first, voiding, "ok"));
  g_free (terminal_expect (first, begin (first, WG_OPERATION_RECORD_CONFIRM, rec), "record-void"));
  g_free (terminal_expect (second, late, "conflict")); /* not lost */
  record = load (kit, rec);
  g_assert_true (wg_record_get_flag (record, WG_FIELD_VOIDED));
  g_assert_cmpstr (wg_record_get_text (record, "phone"), ==, "13000000000");
  g_free (terminal_expect (second, make_choice (second, id, "phone", WG_CHOICE_MINE, 1), "ok"));
  back = load (kit, rec);
  g_assert_false (wg_record_get_flag (back, WG_FIELD_VOIDED));
  g_assert_cmpstr (wg_record_get_text (back, "phone"), ==, "13000000009");
  kit_check (kit);
}

static void
test_confirm_and_reveal (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autofree char *rec = terminal_expect (terminal, make_creation (terminal, NULL), "ok");
  WgOperation *reveal = begin (terminal, WG_OPERATION_RECORD_REVEAL, rec);
  WgOperation *silent = begin (terminal, WG_OPERATION_RECORD_REVEAL, rec);
  g_autoptr (WgRecord) record = NULL;
  g_autoptr (GError) error = NULL;
  gint64 before, after;

  kit_advance (kit, 24 * HOUR_MS);
  g_free (terminal_expect (terminal, begin (terminal, WG_OPERATION_RECORD_CONFIRM, rec), "ok"));
  record = load (kit, rec);
  g_assert_cmpint (wg_record_get_int (record, WG_FIELD_CONFIRMED_MS), ==, kit->wall_ms);
  g_assert_cmpint (record->ver, ==, 2);
  g_assert_true (wg_audit_check (kit->db, &before, &error));
  reveal->fields = g_strsplit ("phone id_no", " ", -1);
  reveal->opinion = g_strdup ("上门核对");
  silent->fields = g_strsplit ("phone", " ", -1);
  silent->opinion = g_strdup ("");
  g_free (terminal_expect (terminal, reveal, "ok"));
  g_free (terminal_expect (terminal, silent, "invalid-field"));
  g_assert_true (wg_audit_check (kit->db, &after, &error));
  g_assert_no_error (error);
  g_assert_cmpint (after, ==, before + 1);
  kit_check (kit);
}

/* A terminal that was given a new replica sends again: nothing happens twice. */
static void
test_sent_again (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autoptr (Terminal) second = terminal_new (kit, "wa1");
  g_autofree char *id = NULL;
  g_autofree char *rec = make_conflict (kit, first, second, &id);
  WgOperation *again = make_patch (first, rec, "name", "样例居民", "样例居民乙");
  g_autoptr (WgRecord) before = load (kit, rec), after = NULL;

  g_set_str (&again->op_id, id);
  g_free (terminal_expect (first, again, "conflict"));
  after = load (kit, rec);
  g_assert_true (wg_record_equal (before, after));
  g_assert_cmpint (before->ver, ==, after->ver);
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 1);
  kit_check (kit);
}

/* Each way in which rows could stop saying the same is found by the command check. */
static gboolean
spoil (WgWork *work, gpointer data, GError **error)
{
  const char *const *what = data; /* statement, record, conflict */
  g_autoptr (WgDispute) dispute = NULL;
  g_autofree char *body = NULL;

  if (g_str_equal (what[0], "record-update"))
    return wg_db_run (work->db, "record-update", error, "id", 's', what[1], "ver", 'i', (gint64) 3,
                      "natural_key", 's', NULL, "voided", 'i', (gint64) 0, "body", 's',
                      "{\"grid_code\":\"370502001001001\"}", NULL);
  if (g_str_equal (what[0], "change-add"))
    return wg_db_run (work->db, "change-add", error, "rec", 's', what[1], "op_id", 's', what[1],
                      "field", 's', "name", "ver", 'i', (gint64) 2, "actor", 's', "wa1", "at_ms",
                      'i', (gint64) 1, "suspect", 'i', (gint64) 0, "verdict", 's', "conflict",
                      "written", 'i', (gint64) 0, "old_value", 's', "null", "new_value", 's',
                      "null", NULL);
  if (!wg_dispute_load (work->db, what[2], &dispute, error))
    return FALSE;
  body = wg_wire_conflict_to_json (dispute->conflict);
  return wg_db_run (work->db, "dispute-update", error, "id", 's', what[2], "ver", 'i', (gint64) 2,
                    "settled_ms", 'i', (gint64) 1, "body", 's', body, NULL);
}

static void
test_check_finds (void)
{
  static const char *const statements[] = { "record-update", "change-add", "dispute-update" };

  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      g_autoptr (Kit) kit = kit_new ();
      g_autoptr (Terminal) first = terminal_new (kit, "wa1");
      g_autoptr (Terminal) second = terminal_new (kit, "wa1");
      g_autofree char *id = NULL;
      g_autofree char *rec = make_conflict (kit, first, second, &id);
      const char *what[] = { statements[i], rec, id };
      WgCheckCounts counts;
      g_autoptr (GError) error = NULL;

      kit_check (kit);
      kit_run (kit, spoil, what);
      g_test_message ("%s", what[0]);
      g_assert_false (wg_check_all (kit->platform, kit->db, TRUE, &counts, &error));
      g_assert_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/server/records/create", test_create);
  g_test_add_func ("/server/records/rights", test_rights);
  g_test_add_func ("/server/records/newest", test_newest);
  g_test_add_func ("/server/records/newest-in-doubt", test_newest_in_doubt);
  g_test_add_func ("/server/records/newest-by-wall-clock", test_newest_by_wall_clock);
  g_test_add_func ("/server/records/set", test_set);
  g_test_add_func ("/server/records/conflict", test_conflict);
  g_test_add_func ("/server/records/choice-on-old", test_choice_on_old);
  g_test_add_func ("/server/records/voided", test_voided);
  g_test_add_func ("/server/records/confirm-and-reveal", test_confirm_and_reveal);
  g_test_add_func ("/server/records/sent-again", test_sent_again);
  g_test_add_func ("/server/records/check-finds", test_check_finds);
  return g_test_run ();
}
