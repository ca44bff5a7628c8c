/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small platform in a folder of its own, a clock that tests move, and terminals without a
 * network. */
#include "kit.h"

#include <math.h>
#include <string.h>

#include <gio/gio.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "db/wg-system.h"
#include "server/wg-check.h"
#include "server/wg-event-row.h"
#include "server/wg-import.h"
#include "support/wg-test-database.h"
#include "support/wg-test-folder.h"
#include "wire/wg-wire-operation.h"

static gint64
get_wall (gpointer data)
{
  return ((Kit *) data)->wall_ms;
}

static gint64
get_boot (gpointer data)
{
  return ((Kit *) data)->boot_ms;
}

static const char *const ORGS[][4] = {
  /* code, name, kind, parent */
  { "370502", "样例区", "2", NULL },
  { KIT_TOWN_A, "样例甲街道", "3", "370502" },
  { KIT_TOWN_B, "样例乙镇", "3", "370502" },
  { "370502D01", "样例局", "5", "370502" },
};

static const char *const GRIDS[][2] = {
  { KIT_GRID_A1, KIT_TOWN_A },
  { KIT_GRID_A2, KIT_TOWN_A },
  { KIT_GRID_B1, KIT_TOWN_B },
};

static const char *const WORKERS[][4] = {
  /* id, role, org, grid */
  { "wa1", "worker", KIT_TOWN_A, KIT_GRID_A1 },
  { "wa2", "worker", KIT_TOWN_A, KIT_GRID_A2 },
  { "wb1", "worker", KIT_TOWN_B, KIT_GRID_B1 },
  { "ca", "clerk", KIT_TOWN_A, NULL },
  { "cb", "clerk", KIT_TOWN_B, NULL },
  { "pa", "dispatcher", KIT_TOWN_A, NULL },
  { "ha", "handler", "370502D01", NULL },
  { "la", "leader", KIT_TOWN_A, NULL },
  { "s", "supervisor", "370502", NULL },
  { "d", "district", "370502", NULL },
  { "k", "assessor", "370502", NULL },
  { "u", "auditor", "370502", NULL },
  { "m", "admin", "370502", NULL },
};

/* Grid i is a square of about a kilometre, one after the other to the east. */
static WgPolygon *
make_square (gsize i)
{
  double west = 118.5 + 0.01 * (double) i;
  WgPoint points[] = {
    { west, 37.43 },
    { west + 0.01, 37.43 },
    { west + 0.01, 37.44 },
    { west, 37.44 },
  };

  return wg_polygon_new (points, G_N_ELEMENTS (points));
}

static gboolean
fill (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *standard =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", "event-classes.csv", NULL);
  g_autofree char *calendar =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", "calendar-2026.csv", NULL);
  gboolean changed;

  if (!wg_import_file (work, standard, &changed, error) ||
      !wg_import_file (work, calendar, &changed, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (ORGS); i++)
    {
      WgOrg org = { (char *) ORGS[i][0], (char *) ORGS[i][1], NULL,
                    atoi (ORGS[i][2]),   (char *) ORGS[i][3], NULL };
      if (!wg_reference_put_org (work, &org, NULL, error))
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (GRIDS); i++)
    {
      g_autoptr (WgPolygon) square = make_square (i);
      WgGrid grid = {
        (char *) GRIDS[i][0], (char *) "样例网格", WG_GRID_CITY, (char *) GRIDS[i][1], NULL, square
      };
      if (!wg_reference_put_grid (work, &grid, NULL, error))
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (WORKERS); i++)
    {
      WgWorker worker = { (char *) WORKERS[i][0], (char *) "样例人员", 0, (char *) WORKERS[i][2],
                          (char *) WORKERS[i][3] };
      g_assert_true (wg_role_from_string (WORKERS[i][1], &worker.role));
      if (!wg_reference_put_worker (work, &worker, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static void
open_platform (Kit *kit)
{
  g_autoptr (GError) error = NULL;

  kit->platform = wg_platform_open (kit->folder, NULL, kit->database, &kit->ports, &error);
  g_assert_no_error (error);
  kit->db = wg_platform_connect (kit->platform, FALSE, &error);
  g_assert_no_error (error);
  kit->reference = wg_reference_new ();
}

static void
close_platform (Kit *kit)
{
  g_clear_pointer (&kit->reference, wg_reference_free);
  g_clear_pointer (&kit->db, wg_db_close);
  g_clear_pointer (&kit->platform, wg_platform_free);
}

static Kit *
make_kit (char *database)
{
  Kit *kit = g_new0 (Kit, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_crypto_init (&error));
  kit->folder = wg_test_folder_new ();
  kit->database = database;
  kit->wall_ms = KIT_START_MS;
  kit->boot_ms = 1000000;
  kit->ports.wall_ms = get_wall;
  kit->ports.boot_ms = get_boot;
  kit->ports.random = wg_system_random;
  kit->ports.boot_id = "kit";
  kit->ports.data = kit;
  g_assert_true (
      wg_platform_create (kit->folder, NULL, kit->database, "370502", &kit->ports, &error));
  g_assert_no_error (error);
  open_platform (kit);
  kit_run (kit, fill, NULL);
  return kit;
}

Kit *
kit_new (void)
{
  return make_kit (wg_test_database_new ());
}

Kit *
kit_new_file (void)
{
  return make_kit (NULL);
}

Kit *
kit_share (const Kit *kit)
{
  Kit *other = g_new0 (Kit, 1);

  *other = *kit;
  other->ports.data = other;
  open_platform (other);
  return other;
}

void
kit_unshare (Kit *kit)
{
  close_platform (kit);
  g_free (kit);
}

void
kit_free (Kit *kit)
{
  close_platform (kit);
  wg_test_folder_remove (kit->folder);
  wg_test_database_drop (kit->database);
  g_free (kit->database);
  g_free (kit->folder);
  g_free (kit);
}

void
kit_close (Kit *kit)
{
  close_platform (kit);
}

void
kit_reopen (Kit *kit)
{
  close_platform (kit);
  open_platform (kit);
}

void
kit_advance (Kit *kit, gint64 ms)
{
  kit->wall_ms += ms;
  kit->boot_ms += ms;
}

void
kit_run (Kit *kit, WgWorkFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  wg_work_run (kit->platform, kit->db, kit->reference, func, data, &error);
  g_assert_no_error (error);
}

void
kit_check (Kit *kit)
{
  g_autoptr (GError) error = NULL;
  WgCheckCounts counts;

  g_assert_true (wg_check_all (kit->platform, kit->db, TRUE, &counts, &error) || error);
  g_assert_no_error (error);
}

gint64
kit_count (Kit *kit, const char *name)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (kit->db, name, &error);
  gint64 n;

  g_assert_no_error (error);
  n = wg_db_take_int (statement, "n", &error);
  g_assert_no_error (error);
  return n;
}

WgEvent *
kit_load (Kit *kit, const char *rec, GPtrArray **out_steps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEventRow) row = wg_event_row_load (kit->db, rec, &error);

  g_assert_no_error (error);
  if (row == NULL)
    return NULL;
  if (out_steps)
    *out_steps = g_ptr_array_ref (row->steps);
  return g_steal_pointer (&row->event);
}

/* --- terminals ------------------------------------------------------------------------------- */

static gboolean
add_replica (WgWork *work, gpointer data, GError **error)
{
  Terminal *terminal = data;
  g_autofree char *key = wg_base64url_encode (terminal->public_key, WG_SIGN_PUBLIC);
  g_autofree char *device = wg_id_new (&work->platform->ports);

  return wg_db_run (work->db, "device-add", error, "id", 's', device, "public_key", 's', key,
                    "model", 's', "test", "os", 's', "test", "app", 's', "test", "enrolled_ms", 'i',
                    work->now_ms, NULL) &&
         wg_db_run (work->db, "replica-add", error, "id", 's', terminal->replica, "device", 's',
                    device, "worker", 's', terminal->worker, "last_hash", 's', WG_CHAIN_START,
                    "created_ms", 'i', work->now_ms, NULL);
}

Terminal *
terminal_new (Kit *kit, const char *worker)
{
  Terminal *terminal = g_new0 (Terminal, 1);

  terminal->kit = kit;
  terminal->worker = g_strdup (worker);
  terminal->replica = wg_id_new (&kit->ports);
  terminal->boot = g_strdup ("boot-1");
  terminal->hash = g_strdup (WG_CHAIN_START);
  terminal->lines = g_ptr_array_new_with_free_func (g_free);
  wg_crypto_sign_keys (&kit->ports, terminal->public_key, terminal->secret);
  kit_run (kit, add_replica, terminal);
  return terminal;
}

void
terminal_join (Terminal *terminal, Kit *kit)
{
  kit_run (kit, add_replica, terminal);
}

void
terminal_free (Terminal *terminal)
{
  g_free (terminal->worker);
  g_free (terminal->replica);
  g_free (terminal->boot);
  g_free (terminal->hash);
  g_ptr_array_unref (terminal->lines);
  g_free (terminal);
}

WgOperation *
terminal_begin (Terminal *terminal, WgOperationKind kind, const char *rec, const char *grid)
{
  WgOperation *operation = wg_operation_new (kind);

  operation->op_id = wg_id_new (&terminal->kit->ports);
  operation->rec = rec ? g_strdup (rec) : wg_id_new (&terminal->kit->ports);
  operation->scope = g_strconcat ("g:", grid, NULL);
  operation->actor = g_strdup (terminal->worker);
  operation->at_ms = terminal->kit->wall_ms + terminal->wall_off;
  operation->boot = g_strdup (terminal->boot);
  operation->mono_ms = terminal->kit->boot_ms + terminal->boot_off;
  return operation;
}

WgOperation *
terminal_create (Terminal *terminal, const char *grid, WgEventLevel level)
{
  WgOperation *operation = terminal_begin (terminal, WG_OPERATION_EVENT_CREATE, NULL, grid);
  WgEvent *event = operation->event = wg_event_new ();
  gsize i = strcmp (grid, KIT_GRID_A1) == 0 ? 0 : strcmp (grid, KIT_GRID_A2) == 0 ? 1 : 2;

  event->id = g_strdup (operation->rec);
  event->level = level;
  event->class_std = g_strdup ("dyq-2018.1");
  event->class_code = g_strdup (level == WG_EVENT_LEVEL_DAILY     ? "0101"
                                : level == WG_EVENT_LEVEL_GENERAL ? "0202"
                                                                  : "0305");
  event->title = g_strdup ("样例事件");
  event->description = g_strdup ("样例路口的样例事件");
  event->address = g_strdup ("样例路 1 号");
  event->occurred_ms = operation->at_ms - 60000;
  event->reported_ms = operation->at_ms;
  event->lon = 118.505 + 0.01 * (double) i;
  event->lat = 37.435;
  event->fix_source = WG_FIX_MANUAL;
  event->grid_code = g_strdup (grid);
  event->org_code = g_strndup (grid, 9);
  if (level == WG_EVENT_LEVEL_DAILY)
    {
      event->self_handled = TRUE;
      event->handle_note = g_strdup ("当场办结");
    }
  return operation;
}

WgOperation *
terminal_step (Terminal *terminal, const char *rec, const char *grid, WgAction action)
{
  WgOperation *operation = terminal_begin (terminal, WG_OPERATION_EVENT_STEP, rec, grid);

  operation->action = action;
  return operation;
}

WgOperation *
terminal_patch (Terminal *terminal, const char *rec, const char *grid)
{
  WgOperation *operation = terminal_begin (terminal, WG_OPERATION_EVENT_PATCH, rec, grid);

  operation->event = wg_event_new ();
  operation->base = wg_event_new ();
  operation->fields = g_new0 (char *, 1);
  return operation;
}

void
operation_patch_text (WgOperation *operation,
                      const char *name,
                      const char *seen,
                      const char *wanted)
{
  const WgField *field = wg_field_find (WG_EVENT_FIELDS, name);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_assert_nonnull (field);
  g_set_str ((char **) wg_field_pointer (field, operation->base), seen);
  g_set_str ((char **) wg_field_pointer (field, operation->event), wanted);
  g_strv_builder_addv (names, (const char **) operation->fields);
  g_strv_builder_add (names, name);
  g_strfreev (operation->fields);
  operation->fields = g_strv_builder_end (names);
}

char *
terminal_log (Terminal *terminal, WgOperation *operation)
{
  char *line, *hash, *rec = g_strdup (operation->rec);

  operation->seq = ++terminal->seq;
  line = wg_wire_operation_to_line (operation);
  hash = wg_chain_next (terminal->hash, line, -1);
  g_free (terminal->hash);
  terminal->hash = hash;
  g_ptr_array_add (terminal->lines, line);
  wg_operation_free (operation);
  return rec;
}

/* The hash before the first waiting line. */
static char *
find_previous (Terminal *terminal)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (terminal->kit->db, "replica-get", &error);
  char *hash;

  g_assert_no_error (error);
  wg_statement_bind_text (statement, "id", terminal->replica);
  hash = wg_db_take_text (statement, "last_hash", &error);
  g_assert_no_error (error);
  return hash;
}

WgPush *
terminal_push_new (Terminal *terminal)
{
  WgPush *push = wg_push_new ();

  push->replica = g_strdup (terminal->replica);
  push->epoch = g_strdup (terminal->kit->platform->epoch);
  push->first = terminal->seq - terminal->lines->len + 1;
  push->previous = find_previous (terminal);
  push->now_ms = terminal->kit->wall_ms + terminal->wall_off;
  push->boot = g_strdup (terminal->boot);
  push->mono_ms = terminal->kit->boot_ms + terminal->boot_off;
  for (guint i = 0; i < terminal->lines->len; i++)
    g_ptr_array_add (push->lines, g_strdup (terminal->lines->pdata[i]));
  g_ptr_array_set_size (terminal->lines, 0);
  return push;
}

WgPushJob *
terminal_push (Terminal *terminal)
{
  g_autoptr (GError) error = NULL;
  WgPushJob *job = wg_push_job_new (terminal_push_new (terminal), terminal->worker, &error);

  g_assert_no_error (error);
  kit_run (terminal->kit, wg_push_job_run, job);
  return job;
}

char *
terminal_expect (Terminal *terminal, WgOperation *operation, const char *expected)
{
  char *rec = terminal_log (terminal, operation);
  g_autoptr (WgPushJob) job = terminal_push (terminal);
  const WgPushAnswer *answer = wg_push_job_get_answer (job);
  const WgPushResult *result;
  const char *got;

  g_assert_nonnull (answer);
  g_assert_cmpuint (answer->results->len, ==, 1);
  result = answer->results->pdata[0];
  got = result->kind == WG_RESULT_OK         ? "ok"
        : result->kind == WG_RESULT_CONFLICT ? "conflict"
                                             : result->code;
  if (g_strcmp0 (got, expected) != 0)
    g_test_message ("field %s detail %s", result->field, result->detail);
  g_assert_cmpstr (got, ==, expected);
  return rec;
}
