/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The n-th write fails, or the process ends there, for every n of a day's work: what was told as
 * saved is there, nothing is doubled, and the next try goes through. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "core/wg-id.h"
#include "store/wg-records.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-event.h"

#define HOLD_MS 120000

/* One day of one worker. Every step may be done again after it failed. */
typedef struct
{
  WgTestStore *f;
  WgTestPlatform *platform;
  char *daily, *undone, *general, *remote, *resident; /* ids, known beforehand */
  int tell; /* descriptor for what was told as saved, or −1 */
  GPtrArray *told;
} Day;

static void
tell (Day *day, const char *id)
{
  if (day->tell >= 0)
    {
      g_autofree char *line = g_strconcat (id, "\n", NULL);
      g_assert_cmpint (write (day->tell, line, strlen (line)), ==, (gssize) strlen (line));
    }
  else
    g_ptr_array_add (day->told, g_strdup (id));
}

static gboolean
create_as (Day *day, const char *id, WgEventLevel level, gint64 hold_ms, GError **error)
{
  g_autoptr (WgEvent) event = wg_test_event_new (level);
  g_autofree char *made = NULL;
  CreateJob job = { event, hold_ms, id };

  made = wg_store_run (day->f->store, create_job, &job, error);
  if (made == NULL)
    return FALSE;
  tell (day, made);
  return TRUE;
}

static gboolean
step_daily (Day *day, GError **error)
{
  return create_as (day, day->daily, WG_EVENT_LEVEL_DAILY, HOLD_MS, error);
}

static gboolean
step_undone (Day *day, GError **error)
{
  return create_as (day, day->undone, WG_EVENT_LEVEL_DAILY, HOLD_MS, error);
}

static gboolean
step_undo (Day *day, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgEventView) view = NULL;

  if (wg_store_run (day->f->store, undo_job, day->undone, &local))
    return TRUE;
  /* A try whose commit had reached the disk is not repeated. */
  view = wg_store_run (day->f->store, get_job, day->undone, NULL);
  if (view && view->truth == WG_TRUTH_UNDONE)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
step_release (Day *day, GError **error)
{
  gint64 due = WG_TEST_NOW_MS + HOLD_MS;
  g_autoptr (GError) local = NULL;

  wg_store_run (day->f->store, release_job, &due, &local);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return error == NULL || *error == NULL;
}

static gboolean
step_draft (Day *day, GError **error)
{
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgDraft) draft = wg_draft_new ();

  draft->id = g_strdup (day->general);
  draft->form = g_strdup ("event-general");
  draft->body = wg_draft_write_body (event);
  draft->focus = g_strdup ("description");
  return wg_store_run (day->f->store, save_draft_job, draft, error) != NULL;
}

static gboolean
step_general (Day *day, GError **error)
{
  g_autoptr (GBytes) photo = wg_test_photo_new (40, 30, 7);
  g_autofree char *name = wg_store_run (day->f->store, add_photo_job, photo, error);
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autofree char *made = NULL;
  CreateJob job = { event, 0, day->general };

  if (name == NULL)
    return FALSE;
  event->photos = g_new0 (char *, 2);
  event->photos[0] = g_strdup (name);
  made = wg_store_run (day->f->store, create_job, &job, error);
  if (made == NULL)
    return FALSE;
  tell (day, made);
  return TRUE;
}

static gboolean
step_mend (Day *day, GError **error)
{
  g_autoptr (WgEventView) view = wg_store_run (day->f->store, get_job, day->general, error);
  g_autoptr (WgEvent) event = view ? wg_event_copy (view->event) : NULL;
  MendJob job = { event, NULL };

  if (view == NULL)
    return FALSE;
  g_set_str (&event->address, "沿河路20号");
  return wg_store_run (day->f->store, mend_job, &job, error) != NULL;
}

static gpointer
push_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_next_push (context, 50, error);
}

static gpointer
acknowledge_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_acknowledge (context, data, error));
}

static gboolean
step_push (Day *day, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (WgPush) push = wg_store_run (day->f->store, push_job, NULL, &local);
      g_autoptr (WgPushAnswer) answer = NULL;

      if (push == NULL)
        {
          if (local == NULL)
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      answer = wg_test_platform_push (day->platform, push);
      if (!wg_store_run (day->f->store, acknowledge_job, answer, error))
        return FALSE;
    }
}

static gboolean
step_refused (Day *day, GError **error)
{
  gboolean ok;
  g_autoptr (WgEventView) view = NULL;

  if (day->platform->last_seq < 4)
    day->platform->refuse = WG_REFUSAL_QUOTA;
  StepJob job = { day->general, WG_ACTION_WITHDRAW, "已自行处理", NULL };
  view = wg_store_run (day->f->store, get_job, day->general, error);
  if (view == NULL)
    return FALSE;
  /* done before, with the commit on the disk and the error told */
  if (view->truth == WG_TRUTH_APPLIED || view->truth == WG_TRUTH_NO_PHOTO)
    {
      if (!wg_store_run (day->f->store, step_job, &job, error))
        return FALSE;
    }
  ok = step_push (day, error);
  day->platform->refuse = WG_N_REFUSAL;
  return ok;
}

static gboolean
step_dismiss (Day *day, GError **error)
{
  g_autoptr (WgEventView) view = wg_store_run (day->f->store, get_job, day->general, error);

  if (view == NULL)
    return FALSE;
  return view->refusal_op == NULL ||
         wg_store_run (day->f->store, wg_outbox_dismiss_job, view->refusal_op, error) != NULL;
}

static gpointer
request_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_inbox_get_request (context, error);
}

static gboolean
step_pull (Day *day, GError **error)
{
  g_autoptr (WgPullRequest) request = wg_store_run (day->f->store, request_job, NULL, error);
  g_autoptr (WgPullPage) page = request ? wg_test_platform_pull (day->platform, request) : NULL;

  return page && wg_store_run (day->f->store, apply_page_job, page, error) != NULL;
}

static gpointer
create_resident_job (WgStoreContext *context,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (WgRecord) record = wg_record_new (wg_kind_find ("resident"));

  record->id = g_strdup (data);
  wg_record_set_text (record, "name", "样例居民");
  wg_record_set_text (record, "id_kind", "000");
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  return wg_records_create (context, record, NULL, error);
}

static gpointer
change_resident_job (WgStoreContext *context,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (WgRecordView) view = wg_records_get (context, data, error);
  g_autoptr (WgRecord) wanted = view ? wg_record_edit (view->record) : NULL;

  if (wanted == NULL)
    return NULL;
  wg_record_set_text (wanted, "phone", "13000000001");
  return GINT_TO_POINTER (wg_records_change (context, view->record, wanted, NULL, NULL, error));
}

static gpointer
confirm_resident_job (WgStoreContext *context,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  return GINT_TO_POINTER (wg_records_confirm (context, data, error));
}

static gpointer
get_resident_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_records_get (context, data, error);
}

static gboolean
step_resident (Day *day, GError **error)
{
  g_autofree char *made = wg_store_run (day->f->store, create_resident_job, day->resident, error);

  return made != NULL;
}

static gboolean
step_change (Day *day, GError **error)
{
  return wg_store_run (day->f->store, change_resident_job, day->resident, error) != NULL;
}

/* A second confirmation would be right, too, but then the numbers could not be counted. */
static gboolean
step_confirm (Day *day, GError **error)
{
  g_autoptr (WgRecordView) view =
                wg_store_run (day->f->store, get_resident_job, day->resident, error);

  if (view == NULL)
    return FALSE;
  return view->n_waiting >= 3 ||
         wg_store_run (day->f->store, confirm_resident_job, day->resident, error) != NULL;
}

typedef gboolean (*DayStep) (Day *day, GError **error);

static const DayStep STEPS[] = { step_daily,    step_undone,  step_undo,    step_release,
                                 step_draft,    step_general, step_mend,    step_push,
                                 step_pull,     step_refused, step_dismiss, step_pull,
                                 step_resident, step_change,  step_confirm, step_push,
                                 step_pull };

static Day *
start_day (WgTestStore *f, int descriptor)
{
  Day *day = g_new0 (Day, 1);
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  WgTestPorts names;

  wg_test_ports_init (&names);
  names.seed = 7;
  day->f = f;
  day->tell = descriptor;
  day->told = g_ptr_array_new_with_free_func (g_free);
  day->platform = wg_test_platform_new ();
  day->daily = wg_id_new (&names.ports);
  day->undone = wg_id_new (&names.ports);
  day->general = wg_id_new (&names.ports);
  day->remote = wg_id_new (&names.ports);
  day->resident = wg_id_new (&names.ports);
  wg_test_platform_add_reference (day->platform);
  event->id = g_strdup (day->remote);
  event->grid_code = g_strdup (WG_TEST_GRID);
  event->org_code = g_strdup ("370502001");
  event->reported_ms = event->occurred_ms = WG_TEST_NOW_MS;
  event->state = WG_EVENT_STATE_REPORTED;
  event->ver = 1;
  wg_test_platform_put_event (day->platform, event, NULL);
  return day;
}

static void
end_day (Day *day)
{
  wg_test_platform_free (day->platform);
  g_ptr_array_unref (day->told);
  g_free (day->daily);
  g_free (day->undone);
  g_free (day->general);
  g_free (day->resident);
  g_free (day->remote);
  g_free (day);
}

/* A store to start every day from, made once; its reserve is linked, not copied: it is only ever
 * removed. */
static WgTestStore *template;
static char *reserve;

static WgTestStore *
copy_template (void)
{
  WgTestStore *f = g_new0 (WgTestStore, 1);

  wg_test_ports_init (&f->clock);
  f->clock.seed = 99;
  f->folder = wg_test_folder_new ();
  f->path = g_build_filename (f->folder, "store", NULL);
  g_autofree char *own_reserve = g_build_filename (f->path, "reserve", NULL);
  wg_test_folder_copy (template->path, f->path);
  g_assert_cmpint (link (reserve, own_reserve), ==, 0);
  return f;
}

static void
check_told (WgTestStore *f, GPtrArray *told)
{
  for (guint i = 0; i < told->len; i++)
    {
      g_autoptr (WgEventView) view = get_view (f, g_ptr_array_index (told, i));
      g_assert_cmpstr (view->event->title, ==, "沿河路路灯不亮");
    }
}

static void
check_evening (Day *day)
{
  WgEvent *general = g_hash_table_lookup (day->platform->events, day->general);
  const WgRecord *resident;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (WgRecordView) view = NULL;

  wg_test_store_reopen (day->f);
  wg_test_store_check (day->f);
  check_told (day->f, day->told);
  all = list_events (day->f, WG_EVENT_LIST_ALL);
  g_assert_cmpuint (all->len, ==, 3); /* daily, general, the pulled one; not the undone */
  /* daily, general, its patch, the refused step; a resident, a change, a look: each once */
  g_assert_cmpint (day->platform->last_seq, ==, 7);
  resident = g_hash_table_lookup (day->platform->records, day->resident);
  view = wg_test_store_run (day->f, get_resident_job, day->resident);
  g_assert_cmpstr (wg_record_get_text (resident, "phone"), ==, "13000000001");
  g_assert_cmpint (resident->ver, ==, 3);
  g_assert_true (wg_record_equal (resident, view->record));
  g_assert_cmpint (view->truth, ==, WG_TRUTH_APPLIED);
  g_assert_cmpstr (general->address, ==, "沿河路20号");
  g_assert_cmpint (general->state, ==, WG_EVENT_STATE_REPORTED);
  g_assert_nonnull (g_hash_table_lookup (day->platform->events, day->daily));
  g_assert_null (g_hash_table_lookup (day->platform->events, day->undone));
  g_assert_cmpuint (count_events (day->f).n_waiting, ==, 0);
  g_assert_cmpuint (count_events (day->f).n_refused, ==, 0);
}

/* FALSE when the n-th write was never reached. */
static gboolean
live_through (gint64 n, char kind)
{
  g_autoptr (WgTestStore) f = copy_template ();
  Day *day = start_day (f, -1);
  gboolean hit = FALSE;
  g_autoptr (GError) error = NULL;

  f->store = wg_store_unlock (f->path, &f->clock.ports, WG_TEST_SECRET, &error);
  g_assert_no_error (error);
  wg_db_fault_arm (n, kind);
  for (gsize i = 0; i < G_N_ELEMENTS (STEPS); i++)
    {
      if (STEPS[i](day, &error))
        continue;
      hit = wg_db_fault_count () >= n;
      g_assert_true (hit); /* nothing else may fail */
      g_test_message ("%c at write %d, step %d: %s", kind, (int) n, (int) i, error->message);
      wg_db_fault_arm (0, 0);
      if (kind == 'f')
        g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FULL);
      g_clear_error (&error);
      wg_test_store_check (f);
      check_told (f, day->told);
      g_assert_true (STEPS[i](day, &error));
      g_assert_no_error (error);
    }
  hit = hit || wg_db_fault_count () >= n;
  wg_db_fault_arm (0, 0);
  check_evening (day);
  end_day (day);
  return hit;
}

/* The ordinary suite takes every third write, another third for each kind, fewer under a sanitizer
 * or valgrind; the suite `long` takes all. */
static gint64 stride = 3;

static void
test_each_write (gconstpointer data)
{
  char kind = (char) GPOINTER_TO_INT (data);
  gint64 n = 1 + kind % stride;

  while (live_through (n, kind))
    n += stride;
  g_test_message ("%d writes", (int) n);
  g_assert_cmpint (n, >, 300);
}

/* --- the process ends ------------------------------------------------------------------------ */

static void
live_until_exit (WgTestStore *f, gint64 n, int descriptor)
{
  Day *day = start_day (f, descriptor);

  f->store = wg_store_unlock (f->path, &f->clock.ports, WG_TEST_SECRET, NULL);
  if (f->store == NULL)
    _exit (1);
  wg_db_fault_arm (n, 'X');
  for (gsize i = 0; i < G_N_ELEMENTS (STEPS); i++)
    if (!STEPS[i](day, NULL))
      _exit (2);
  _exit (0);
}

static GPtrArray *
read_told (int descriptor)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GPtrArray *told = g_ptr_array_new_with_free_func (g_free);
  char buffer[512];
  gssize n;

  while ((n = read (descriptor, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  g_auto (GStrv) lines = g_strsplit (text->str, "\n", -1);
  for (gsize i = 0; lines[i] && lines[i + 1]; i++)
    g_ptr_array_add (told, g_strdup (lines[i]));
  return told;
}

static gpointer
rewind_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_rewind (context, 0, NULL, NULL, error));
}

/* A fresh platform gets every operation that the store has, in order, each once. */
static void
check_after_exit (WgTestStore *f, GPtrArray *told)
{
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  gint64 due = G_MAXINT64;

  wg_test_store_reopen (f);
  wg_test_store_check (f);
  check_told (f, told);
  wg_test_store_run (f, release_job, &due);
  wg_test_store_run (f, rewind_job, NULL);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpint (platform->last_seq, ==, platform->op_ids->len);
  wg_test_store_check (f);
}

static void
test_each_exit (void)
{
  gboolean hit = TRUE;

  for (gint64 n = 1; hit; n += stride)
    {
      g_autoptr (WgTestStore) f = copy_template ();
      g_autoptr (GPtrArray) told = NULL;
      int status = 0, pipes[2];
      pid_t child;

      g_assert_cmpint (pipe (pipes), ==, 0);
      child = fork ();
      if (child == 0)
        live_until_exit (f, n, pipes[1]);
      close (pipes[1]);
      told = read_told (pipes[0]);
      close (pipes[0]);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFEXITED (status));
      g_test_message ("exit at write %d: status %d, %u told", (int) n, WEXITSTATUS (status),
                      told->len);
      g_assert_true (WEXITSTATUS (status) == 0 || WEXITSTATUS (status) == 99);
      hit = WEXITSTATUS (status) == 99;
      check_after_exit (f, told);
    }
}

/* --- a family is confirmed whole or not at all ----------------------------------------------- */

#define N_MEMBERS 3

static const char FAMILY[] = "0198d4a0-0000-7000-8000-0000000000f0";

static gpointer
create_family_job (WgStoreContext *context,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (WgRecord) record = wg_record_new (wg_kind_find ("household"));
  static const char *const names[] = { "place", "building", "unit", "room" };
  g_autofree char *id = NULL;

  record->id = g_strdup (FAMILY);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    wg_record_set_text (record, names[i], "样例");
  wg_record_set_text (record, "tenure", "1");
  id = wg_records_create (context, record, NULL, error);
  for (guint i = 0; i < N_MEMBERS && id != NULL; i++)
    {
      g_autoptr (WgRecord) member = wg_record_new (wg_kind_find ("resident"));

      wg_record_set_text (member, "name", "样例居民");
      wg_record_set_text (member, "id_kind", "000");
      wg_record_set_text (member, "pop_type", "10");
      wg_record_set_text (member, "status", "1");
      wg_record_set_text (member, "household", FAMILY);
      g_free (id);
      id = wg_records_create (context, member, NULL, error);
    }
  return GINT_TO_POINTER (id != NULL);
}

static gpointer
count_due_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  guint n = 0;

  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    {
      WgRecordCounts counts;

      if (!wg_records_count (context, *kind, &counts, error))
        return NULL;
      n += counts.n_unconfirmed;
    }
  *(guint *) data = n;
  return GINT_TO_POINTER (1);
}

/* A store of last half-year, with a family in it. */
static WgTestStore *
copy_family (WgTestStore *made)
{
  WgTestStore *f = copy_template ();

  wg_test_folder_remove (f->path);
  g_autofree char *own_reserve = g_build_filename (f->path, "reserve", NULL);
  wg_test_folder_copy (made->path, f->path);
  g_assert_cmpint (link (reserve, own_reserve), ==, 0);
  wg_test_ports_advance (&f->clock, G_GINT64_CONSTANT (200) * 86400000);
  return f;
}

static void
confirm_until_exit (WgTestStore *f, gint64 n, char kind)
{
  f->store = wg_store_unlock (f->path, &f->clock.ports, WG_TEST_SECRET, NULL);
  if (f->store == NULL)
    _exit (1);
  wg_db_fault_arm (n, kind);
  (void) wg_store_run (f->store, confirm_resident_job, (gpointer) FAMILY, NULL);
  _exit (wg_db_fault_count () >= n ? 3 : 0);
}

/* FALSE when the n-th write was never reached. */
static gboolean
confirm_through (WgTestStore *made, gint64 n, char kind)
{
  g_autoptr (WgTestStore) f = copy_family (made);
  int status = 0;
  guint n_due = 99;
  pid_t child = fork ();

  if (child == 0)
    confirm_until_exit (f, n, kind);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_true (WEXITSTATUS (status) == 0 || WEXITSTATUS (status) == 3 ||
                 WEXITSTATUS (status) == 99);
  wg_test_store_reopen (f);
  wg_test_store_check (f);
  wg_test_store_run (f, count_due_job, &n_due);
  g_test_message ("%c at write %d: %u due", kind, (int) n, n_due);
  g_assert_true (n_due == 0 || n_due == N_MEMBERS + 1);
  if (WEXITSTATUS (status) == 0)
    g_assert_cmpuint (n_due, ==, 0);
  return WEXITSTATUS (status) != 0;
}

static void
test_family (void)
{
  g_autoptr (WgTestStore) made = copy_template ();
  static const char kinds[] = { 'F', 'I', 'S', 'X' };

  wg_test_store_reopen (made);
  wg_test_store_run (made, create_family_job, NULL);
  wg_test_store_lock (made);
  g_autofree char *own_reserve = g_build_filename (made->path, "reserve", NULL);
  g_assert_cmpint (g_unlink (own_reserve), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gint64 n = 1;

      while (confirm_through (made, n, kinds[i]))
        n += stride;
      g_assert_cmpint (n, >, 5);
    }
}

/* --- making a store -------------------------------------------------------------------------- */

static void
test_each_write_of_creation (gconstpointer data)
{
  char kind = (char) GPOINTER_TO_INT (data);
  gboolean hit = TRUE;

  for (gint64 n = 1; hit; n++)
    {
      g_autofree char *folder = wg_test_folder_new ();
      g_autofree char *path = g_build_filename (folder, "store", NULL);
      g_autoptr (WgStore) store = NULL;
      g_autoptr (WgIdentity) identity = NULL;
      g_autoptr (GError) error = NULL;
      WgTestPorts clock;

      wg_test_ports_init (&clock);
      identity = wg_test_identity_new (&clock.ports);
      wg_db_fault_arm (n, kind);
      store = wg_store_create (path, &clock.ports, WG_TEST_SECRET, identity, &error);
      hit = wg_db_fault_count () >= n;
      wg_db_fault_arm (0, 0);
      if (store == NULL)
        {
          g_assert_true (hit);
          g_assert_cmpuint (error->domain, ==, WG_STORE_ERROR);
          g_clear_error (&error);
          /* whole or not there: unlocked, or made again */
          store = wg_store_exists (path)
                      ? wg_store_unlock (path, &clock.ports, WG_TEST_SECRET, &error)
                      : wg_store_create (path, &clock.ports, WG_TEST_SECRET, identity, &error);
        }
      g_assert_no_error (error);
      g_assert_nonnull (store);
      g_clear_object (&store);
      wg_test_folder_remove (folder);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  if (g_getenv ("WANGGE_TEST_TIMEOUT_FACTOR"))
    stride *= g_ascii_strtoll (g_getenv ("WANGGE_TEST_TIMEOUT_FACTOR"), NULL, 10);
  if (g_getenv ("WANGGE_TEST_STRIDE"))
    stride = g_ascii_strtoll (g_getenv ("WANGGE_TEST_STRIDE"), NULL, 10);
  template = wg_test_store_new ();
  wg_test_store_lock (template);
  g_autofree char *old_reserve = g_build_filename (template->path, "reserve", NULL);
  reserve = g_build_filename (template->folder, "reserve", NULL);
  g_assert_cmpint (g_rename (old_reserve, reserve), ==, 0);
  g_test_add_data_func ("/store/fault/full-once", GINT_TO_POINTER ('F'), test_each_write);
  g_test_add_data_func ("/store/fault/full-for-good", GINT_TO_POINTER ('f'), test_each_write);
  g_test_add_data_func ("/store/fault/io-once", GINT_TO_POINTER ('I'), test_each_write);
  g_test_add_data_func ("/store/fault/io-for-good", GINT_TO_POINTER ('i'), test_each_write);
  g_test_add_data_func ("/store/fault/short-write", GINT_TO_POINTER ('S'), test_each_write);
  g_test_add_func ("/store/fault/exit", test_each_exit);
  g_test_add_func ("/store/fault/family", test_family);
  g_test_add_data_func ("/store/fault/creation-full", GINT_TO_POINTER ('f'),
                        test_each_write_of_creation);
  g_test_add_data_func ("/store/fault/creation-io", GINT_TO_POINTER ('i'),
                        test_each_write_of_creation);
  status = g_test_run ();
  wg_test_store_free (template);
  g_free (reserve);
  return status;
}
