/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patches of events that meet another value: conflicts like those of records, settled by an author
 * or the sub-centre; and what the first version kept in a table of its own. */
#include <math.h>
#include <string.h>

#include "core/kinds/wg-kind-event.h"
#include "kit.h"
#include "old-resources.h"
#include "server/wg-pull.h"
#include "server/wg-record-row.h"

#define SEEN "样例路 1 号"
#define FIRST "样例路 2 号"
#define SECOND "样例路 3 号"
#define OTHER_PHOTO "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34"

/* A platform, two tablets of one grid head, the sub-centre, strangers, and an event. */
typedef struct
{
  Kit *kit;
  Terminal *one, *two, *neighbour, *clerk, *stranger;
  char *rec;
} Scene;

static void
begin (Scene *self)
{
  self->kit = kit_new ();
  self->one = terminal_new (self->kit, "wa1");
  self->two = terminal_new (self->kit, "wa1");
  self->neighbour = terminal_new (self->kit, "wa2");
  self->clerk = terminal_new (self->kit, "ca");
  self->stranger = terminal_new (self->kit, "cb");
  self->rec = terminal_expect (
      self->one, terminal_create (self->one, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
}

static void
end (Scene *self)
{
  kit_check (self->kit);
  terminal_free (self->one);
  terminal_free (self->two);
  terminal_free (self->neighbour);
  terminal_free (self->clerk);
  terminal_free (self->stranger);
  kit_free (self->kit);
  g_free (self->rec);
}

static WgOperation *
patch_text (
    Scene *self, Terminal *terminal, const char *field, const char *seen, const char *wanted)
{
  WgOperation *operation = terminal_patch (terminal, self->rec, KIT_GRID_A1);

  operation_patch_text (operation, field, seen, wanted);
  return operation;
}

static WgOperation *
patch_point (Scene *self, Terminal *terminal, double lon, double lat)
{
  WgOperation *operation = terminal_patch (terminal, self->rec, KIT_GRID_A1);

  operation->base->lon = 118.505;
  operation->base->lat = 37.435;
  operation->event->lon = lon;
  operation->event->lat = lat;
  g_strfreev (operation->fields);
  operation->fields = g_strsplit ("lon lat", " ", -1);
  return operation;
}

/* The first address stands, the second waits; gives the conflict. */
static char *
dispute_address (Scene *self)
{
  WgOperation *late = patch_text (self, self->two, "address", SEEN, SECOND);
  char *id = g_strdup (late->op_id);

  g_free (terminal_expect (self->one, patch_text (self, self->one, "address", SEEN, FIRST), "ok"));
  g_free (terminal_expect (self->two, late, "conflict"));
  return id;
}

static void
choose (Terminal *terminal,
        const char *id,
        const char *field,
        WgChoice choice,
        gint64 ver,
        const char *result)
{
  WgOperation *operation =
      terminal_begin (terminal, WG_OPERATION_CONFLICT_RESOLVE, id, KIT_GRID_A1);

  operation->fields = g_strsplit (field, " ", -1);
  operation->choices = g_new0 (WgChoice, g_strv_length (operation->fields));
  for (guint i = 0; operation->fields[i]; i++)
    operation->choices[i] = choice;
  operation->expect_ver = ver;
  g_free (terminal_expect (terminal, operation, result));
}

static WgConflict *
load (Scene *self, const char *id)
{
  g_autoptr (WgDispute) dispute = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_dispute_load (self->kit->db, id, &dispute, &error));
  g_assert_no_error (error);
  return dispute ? g_steal_pointer (&dispute->conflict) : NULL;
}

static gboolean
sees (Scene *self, const char *worker, const char *id)
{
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPullPage) page = wg_pull_page_read (self->kit->platform, self->kit->db, worker,
                                                  "none", request, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < page->rows->len; i++)
    {
      const WgPullRow *row = page->rows->pdata[i];
      if (!row->gone && g_str_equal (row->kind, "conflict") && g_str_equal (row->id, id))
        return TRUE;
    }
  return FALSE;
}

static void
assert_address (Scene *self, const char *address, gint64 ver)
{
  g_autoptr (WgEvent) event = kit_load (self->kit, self->rec, NULL);

  g_assert_cmpstr (event->address, ==, address);
  g_assert_cmpint (event->ver, ==, ver);
}

static gint64
count_open (Scene *self)
{
  return kit_count (self->kit, "dispute-count");
}

/* "old new" of the change of a field that ended so. */
static char *
find_change (Scene *self, const char *field, const char *verdict)
{
  g_autoptr (GError) error = NULL;
  WgStatement *row = wg_db_statement (self->kit->db, "change-of-record", &error);
  char *change = NULL;

  wg_statement_bind_text (row, "rec", self->rec);
  while (wg_statement_next (row, &error))
    if (change == NULL && g_str_equal (wg_statement_text (row, "field"), field) &&
        g_str_equal (wg_statement_text (row, "verdict"), verdict))
      change = g_strconcat (wg_statement_text (row, "old_value"), " ",
                            wg_statement_text (row, "new_value"), NULL);
  g_assert_no_error (error);
  return change;
}

/* --- tests ----------------------------------------------------------------------------------- */

/* Both authors and the sub-centre see it; the sub-centre's choice is put in. */
static void
test_settle_mine (void)
{
  Scene self;
  g_autofree char *id = NULL, *kept = NULL, *chosen = NULL;
  g_autoptr (WgConflict) open = NULL, settled = NULL;

  begin (&self);
  id = dispute_address (&self);
  open = load (&self, id);
  g_assert_true (open->kind == wg_kind_get_event ());
  g_assert_cmpstr (open->rec, ==, self.rec);
  g_assert_cmpstr (open->title, ==, "样例事件");
  g_assert_cmpstr (open->grid_code, ==, KIT_GRID_A1);
  g_assert_cmpstr (open->my_actor, ==, "wa1");
  g_assert_cmpuint (open->fields->len, ==, 1);
  g_assert_cmpstr (wg_conflict_find_field (open, "address")->their_actor, ==, "wa1");
  g_assert_cmpstr (wg_record_get_text (open->base, "address"), ==, SEEN);
  g_assert_cmpstr (wg_record_get_text (open->theirs, "address"), ==, FIRST);
  g_assert_cmpstr (wg_record_get_text (open->mine, "address"), ==, SECOND);
  g_assert_true (sees (&self, "wa1", id));
  g_assert_true (sees (&self, "ca", id));
  g_assert_false (sees (&self, "wa2", id));
  g_assert_false (sees (&self, "cb", id));
  kept = find_change (&self, "address", "conflict");
  g_assert_cmpstr (kept, ==, "\"" FIRST "\" \"" SECOND "\"");
  kit_check (self.kit);

  choose (self.neighbour, id, "address", WG_CHOICE_MINE, 1, "no-right");
  choose (self.stranger, id, "address", WG_CHOICE_MINE, 1, "no-right");
  choose (self.one, id, "title", WG_CHOICE_MINE, 1, "invalid-field");
  choose (self.one, id, "address title", WG_CHOICE_MINE, 1, "invalid-field");
  choose (self.clerk, id, "address", WG_CHOICE_MINE, 2, "stale-state");
  assert_address (&self, FIRST, 2);
  choose (self.clerk, id, "address", WG_CHOICE_MINE, 1, "ok");
  assert_address (&self, SECOND, 3);
  chosen = find_change (&self, "address", "resolved");
  g_assert_cmpstr (chosen, ==, "\"" FIRST "\" \"" SECOND "\"");
  settled = load (&self, id);
  g_assert_true (settled->settled);
  g_assert_cmpstr (settled->settled_by, ==, "ca");
  g_assert_true (sees (&self, "wa1", id)); /* settled, it stays */
  choose (self.one, id, "address", WG_CHOICE_THEIRS, 2, "stale-state");
  g_assert_cmpint (count_open (&self), ==, 0);
  end (&self);
}

static void
test_settle_theirs (void)
{
  Scene self;
  g_autofree char *id = NULL;

  begin (&self);
  id = dispute_address (&self);
  choose (self.two, id, "address", WG_CHOICE_THEIRS, 1, "ok");
  assert_address (&self, FIRST, 2);
  g_assert_cmpint (count_open (&self), ==, 0);
  end (&self);
}

/* It follows what is written meanwhile, and whoever chooses must have seen that. */
static void
test_follow (void)
{
  Scene self;
  g_autofree char *id = NULL;
  g_autoptr (WgConflict) open = NULL;

  begin (&self);
  id = dispute_address (&self);
  g_free (terminal_expect (self.one, patch_text (&self, self.one, "address", FIRST, "样例路 4 号"),
                           "ok"));
  open = load (&self, id);
  g_assert_cmpint (open->ver, ==, 2);
  g_assert_cmpstr (wg_record_get_text (open->theirs, "address"), ==, "样例路 4 号");
  choose (self.two, id, "address", WG_CHOICE_MINE, 1, "stale-state");
  g_assert_cmpint (count_open (&self), ==, 1);
  choose (self.two, id, "address", WG_CHOICE_MINE, 2, "ok");
  assert_address (&self, SECOND, 4);
  end (&self);
}

/* A step writes the class; what two people say of it is asked on top of that. */
static void
test_follow_step (void)
{
  Scene self;
  WgOperation *late, *step;
  g_autofree char *id = NULL, *ruled = NULL;
  g_autoptr (WgConflict) open = NULL;

  begin (&self);
  late = patch_text (&self, self.two, "class_code", "0202", "0203");
  id = g_strdup (late->op_id);
  g_free (
      terminal_expect (self.one, patch_text (&self, self.one, "class_code", "0202", "0204"), "ok"));
  g_free (terminal_expect (self.two, late, "conflict"));
  step = terminal_step (self.clerk, self.rec, KIT_GRID_A1, WG_ACTION_CHANGE_CLASS);
  step->new_value = g_strdup ("0201");
  step->opinion = g_strdup ("样例意见");
  g_free (terminal_expect (self.clerk, step, "ok"));
  open = load (&self, id);
  g_assert_cmpint (open->ver, ==, 2);
  g_assert_cmpstr (wg_record_get_text (open->theirs, "class_code"), ==, "0201");
  g_assert_cmpstr (wg_record_get_text (open->mine, "class_code"), ==, "0203");
  g_assert_cmpstr (wg_record_get_text (open->mine, "class_std"), ==, "dyq-2018.1");
  g_assert_cmpstr (wg_conflict_find_field (open, "class_code")->their_actor, ==, "ca");
  ruled = find_change (&self, "class_code", "applied");
  g_assert_nonnull (strstr (ruled, "\"class_std\":\"dyq-2018.1\""));
  end (&self);
}

/* Half of one place and half of another is where nobody was. */
static void
test_place (void)
{
  Scene self;
  WgOperation *late;
  g_autofree char *id = NULL, *chosen = NULL;
  g_autoptr (WgConflict) open = NULL;
  g_autoptr (WgEvent) before = NULL, after = NULL;

  begin (&self);
  late = patch_point (&self, self.two, 118.505, 37.436); /* north: the longitude is as it was */
  id = g_strdup (late->op_id);
  g_free (terminal_expect (self.one, patch_point (&self, self.one, 118.506, 37.435), "ok"));
  g_free (terminal_expect (self.two, late, "conflict"));
  before = kit_load (self.kit, self.rec, NULL);
  g_assert_cmpfloat (before->lon, ==, 118.506);
  g_assert_cmpfloat (before->lat, ==, 37.435);
  open = load (&self, id);
  g_assert_cmpuint (open->fields->len, ==, 1);
  g_assert_nonnull (wg_conflict_find_field (open, "lon"));
  g_assert_cmpfloat (wg_record_get_real (open->theirs, "lon"), ==, 118.506);
  g_assert_cmpfloat (wg_record_get_real (open->theirs, "lat"), ==, 37.435);
  g_assert_cmpfloat (wg_record_get_real (open->mine, "lon"), ==, 118.505);
  g_assert_cmpfloat (wg_record_get_real (open->mine, "lat"), ==, 37.436);
  choose (self.one, id, "lat", WG_CHOICE_MINE, 1, "invalid-field");
  choose (self.one, id, "lon", WG_CHOICE_MINE, 1, "ok");
  after = kit_load (self.kit, self.rec, NULL);
  g_assert_cmpfloat (after->lon, ==, 118.505);
  g_assert_cmpfloat (after->lat, ==, 37.436);
  g_assert_cmpint (after->fix_source, ==, WG_FIX_MANUAL);
  chosen = find_change (&self, "lon", "resolved");
  g_assert_nonnull (strstr (chosen, "\"lat\":37.436"));
  end (&self);
}

/* Pictures of two tablets stand beside each other. */
static void
test_photos (void)
{
  Scene self;
  const char *const photos[] = { KIT_PHOTO, OTHER_PHOTO };
  g_autoptr (WgEvent) event = NULL;

  begin (&self);
  for (gsize i = 0; i < G_N_ELEMENTS (photos); i++)
    {
      Terminal *terminal = i == 0 ? self.one : self.two;
      WgOperation *patch = terminal_patch (terminal, self.rec, KIT_GRID_A1);

      g_strfreev (patch->fields);
      patch->fields = g_strsplit ("photos", " ", -1);
      patch->event->photos = g_strsplit (photos[i], " ", -1);
      g_free (terminal_expect (terminal, patch, "ok"));
    }
  event = kit_load (self.kit, self.rec, NULL);
  g_assert_cmpuint (g_strv_length (event->photos), ==, 2);
  g_assert_cmpint (count_open (&self), ==, 0);
  end (&self);
}

/* The content is settled at acceptance: then what stands may stay, and nothing else. */
static void
test_too_late (void)
{
  static const struct
  {
    WgAction action;
    const char *result;
  } ends[] = { { WG_ACTION_ACCEPT, "stale-state" }, { WG_ACTION_WITHDRAW, "record-void" } };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      Scene self;
      Terminal *who;
      WgOperation *step;
      g_autofree char *id = NULL;

      begin (&self);
      id = dispute_address (&self);
      who = ends[i].action == WG_ACTION_ACCEPT ? self.clerk : self.one;
      step = terminal_step (who, self.rec, KIT_GRID_A1, ends[i].action);
      step->opinion = g_strdup ("样例意见");
      g_free (terminal_expect (who, step, "ok"));
      choose (self.clerk, id, "address", WG_CHOICE_MINE, 1, ends[i].result);
      g_assert_cmpint (count_open (&self), ==, 1);
      assert_address (&self, FIRST, 3);
      choose (self.clerk, id, "address", WG_CHOICE_THEIRS, 1, "ok");
      g_assert_cmpint (count_open (&self), ==, 0);
      assert_address (&self, FIRST, 3);
      end (&self);
    }
}

/* A terminal that was given a new replica sends again: nothing happens twice. */
static void
test_sent_again (void)
{
  Scene self;
  WgOperation *again;
  g_autofree char *id = NULL;

  begin (&self);
  id = dispute_address (&self);
  again = patch_text (&self, self.one, "address", SEEN, SECOND);
  g_set_str (&again->op_id, id);
  g_free (terminal_expect (self.one, again, "conflict"));
  assert_address (&self, FIRST, 2);
  g_assert_cmpint (count_open (&self), ==, 1);
  end (&self);
}

/* --- an older database ----------------------------------------------------------------------- */

/* Two rows as the first version wrote them, one of a field that stands as it was wanted by now. */
static gboolean
write_old (WgWork *work, gpointer data, GError **error)
{
  static const char *const rows[][4] = {
    { "address", "{\"address\":\"" SEEN "\"}", "{\"address\":\"" FIRST "\"}",
      "{\"address\":\"" SECOND "\"}" },
    { "title", "{\"title\":\"样例事件\"}", "{\"title\":\"另一个标题\"}",
      "{\"title\":\"第三个标题\"}" },
  };
  const char *const *ids = data; /* operation, record */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!wg_db_run (work->db, "old-conflict-add", error, "op_id", 's', ids[0], "field", 's',
                    rows[i][0], "rec", 's', ids[1], "base", 's', rows[i][1], "theirs", 's',
                    rows[i][2], "mine", 's', rows[i][3], "created_ms", 'i', work->now_ms, NULL))
      return FALSE;
  return TRUE;
}

static void
test_old (void)
{
  Scene self;
  WgOperation *late;
  g_autofree char *id = NULL;
  g_autoptr (WgConflict) open = NULL;
  g_autoptr (GError) error = NULL;
  gint64 opened_ms;

  begin (&self);
  /* Taken without effect when it came, for it stood so: what the first version then kept of such an
   * operation are the rows. */
  late = patch_text (&self, self.two, "address", SEEN, SECOND);
  operation_patch_text (late, "title", "样例事件", "第三个标题");
  id = g_strdup (late->op_id);
  g_free (terminal_expect (self.one, patch_text (&self, self.one, "address", SEEN, SECOND), "ok"));
  g_free (terminal_expect (self.one,
                           patch_text (&self, self.one, "title", "样例事件", "第三个标题"), "ok"));
  g_free (terminal_expect (self.two, late, "ok"));
  g_free (terminal_expect (self.one, patch_text (&self, self.one, "address", SECOND, FIRST), "ok"));
  g_assert_true (wg_db_load_sql (self.kit->db, "/io/github/wangge/server-test/sql", &error));
  g_assert_no_error (error);
  opened_ms = self.kit->wall_ms;
  kit_run (self.kit, write_old, (const char *[]) { id, self.rec });
  g_assert_cmpint (kit_count (self.kit, "conflict-left"), ==, 2);

  kit_advance (self.kit, 1000);
  for (int i = 0; i < 2; i++) /* the second time there is nothing to do */
    {
      kit_reopen (self.kit);
      g_assert_cmpint (kit_count (self.kit, "conflict-left"), ==, 0);
      g_assert_cmpint (count_open (&self), ==, 1);
      kit_check (self.kit);
    }
  open = load (&self, id);
  g_assert_cmpuint (open->fields->len, ==, 1);
  g_assert_cmpint (open->opened_ms, ==, opened_ms);
  g_assert_cmpstr (open->my_actor, ==, "wa1");
  g_assert_cmpstr (open->my_name, ==, "样例人员");
  g_assert_cmpstr (wg_record_get_text (open->base, "address"), ==, SEEN);
  g_assert_cmpstr (wg_record_get_text (open->theirs, "address"), ==, FIRST);
  g_assert_cmpstr (wg_record_get_text (open->mine, "address"), ==, SECOND);
  g_assert_true (sees (&self, "wa1", id));
  g_assert_true (sees (&self, "ca", id));
  choose (self.clerk, id, "address", WG_CHOICE_MINE, 1, "ok");
  assert_address (&self, SECOND, 5);
  end (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_resources_register (server_test_get_resource ());
  g_test_add_func ("/server/conflicts/mine", test_settle_mine);
  g_test_add_func ("/server/conflicts/theirs", test_settle_theirs);
  g_test_add_func ("/server/conflicts/follow", test_follow);
  g_test_add_func ("/server/conflicts/follow-step", test_follow_step);
  g_test_add_func ("/server/conflicts/place", test_place);
  g_test_add_func ("/server/conflicts/photos", test_photos);
  g_test_add_func ("/server/conflicts/too-late", test_too_late);
  g_test_add_func ("/server/conflicts/sent-again", test_sent_again);
  g_test_add_func ("/server/conflicts/old", test_old);
  return g_test_run ();
}
