/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults as the screens tell them: wrong secret, damaged and newer data, a blocked key, a retired
 * class, a clock that is off. */
#include "app/app-tablet.h"
#include "app/field/wg-report-dialog.h"
#include "app/field/wg-report-form.h"
#include "app/session/wg-enrol-page.h"
#include "app/session/wg-unlock-page.h"
#include "db/wg-db.h"
#include "store/wg-draft.h"
#include "store/wg-key-file.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

#define GENERAL_CLASS "道路积水"
#define GENERAL_CODE "0205"

/* --- a locked window over the store of @tablet -------------------------------------------------
 */

typedef struct
{
  WgServices *services;
  GtkWidget *window;
} Locked;

static Locked
locked_new (const char *folder)
{
  Locked locked = { wg_services_new (folder, wg_store_system_ports (), FALSE), NULL };

  locked.window = g_object_ref (GTK_WIDGET (wg_window_new (NULL, locked.services)));
  gtk_window_present (GTK_WINDOW (locked.window));
  return locked;
}

static void
locked_clear (Locked *locked)
{
  gtk_window_set_focus (GTK_WINDOW (locked->window), NULL);
  gtk_window_destroy (GTK_WINDOW (locked->window));
  g_clear_object (&locked->window);
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  wg_services_close (locked->services);
  g_clear_object (&locked->services);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Locked, locked_clear)

static void
type_secret (Locked *locked, const char *secret)
{
  GtkWidget *entry = app_wait_for (locked->window, GTK_TYPE_PASSWORD_ENTRY, NULL);

  gtk_editable_set_text (GTK_EDITABLE (entry), secret);
  app_click (locked->window, T ("Unlock"));
}

static void
damage (const char *folder, const char *name, gsize at)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, >, at);
  bytes[at] ^= 0x55;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
}

static void
test_wrong_secret (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 960, 600);
  g_autofree char *said = g_strdup_printf (T ("%s %d tries left."), T ("Wrong PIN or password."),
                                           WG_KEY_FILE_TRIES - 1);

  app_tablet_stop (tablet);
  {
    g_auto (Locked) locked = locked_new (tablet->folder);

    type_secret (&locked, "111222");
    app_wait_for (locked.window, GTK_TYPE_LABEL, said);
    g_assert_true (wg_services_is_locked (locked.services));
    type_secret (&locked, APP_SECRET);
    app_wait_gone (locked.window, WG_TYPE_UNLOCK_PAGE, NULL);
    g_assert_false (wg_services_is_locked (locked.services));
  }
}

/* The right secret, but the database is not what it was. */
static void
test_damaged (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 960, 600);

  app_tablet_stop (tablet);
  damage (tablet->folder, "store.db", 200);
  {
    g_auto (Locked) locked = locked_new (tablet->folder);

    type_secret (&locked, APP_SECRET);
    app_wait_for (locked.window, GTK_TYPE_LABEL,
                  T ("The data on this tablet is damaged. Bring the tablet to the office."));
    g_assert_true (wg_services_is_locked (locked.services));
  }
}

/* A later program's migrations have been there. */
static void
test_newer (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 960, 600);
  g_autofree char *db_path = g_build_filename (tablet->folder, "store.db", NULL);
  g_autofree char *key_path = g_build_filename (tablet->folder, "wangge.key", NULL);
  g_autoptr (GError) error = NULL;
  guint8 key[WG_DB_KEY];
  WgDb *db;

  app_tablet_stop (tablet);
  g_assert_true (wg_key_file_unlock (key_path, APP_SECRET, key, &error));
  db = wg_db_open (db_path, key, &error);
  g_assert_no_error (error);
  wg_db_migrate (db, "/io/github/wangge/test-store/migrate", &error);
  g_assert_no_error (error);
  wg_db_close (db);
  {
    g_auto (Locked) locked = locked_new (tablet->folder);

    type_secret (&locked, APP_SECRET);
    app_wait_for (locked.window, GTK_TYPE_LABEL,
                  T ("The data was written by a newer version. Update this program."));
    g_assert_true (wg_services_is_locked (locked.services));
  }
}

/* The key file itself: the page stands and says it. */
static void
test_damaged_key (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 960, 600);
  g_autofree char *path = g_build_filename (tablet->folder, "wangge.key", NULL);

  app_tablet_stop (tablet);
  g_assert_true (g_file_set_contents (path, "not a key", -1, NULL));
  {
    g_auto (Locked) locked = locked_new (tablet->folder);

    app_wait_for (locked.window, GTK_TYPE_LABEL,
                  T ("The data on this tablet is damaged. Bring the tablet to the office."));
  }
}

static guint
count_blocked (const char *folder)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, ".blocked-") != NULL)
      {
        g_autofree char *db = g_build_filename (parent, name, "store.db", NULL);

        g_assert_true (g_file_test (db, G_FILE_TEST_IS_REGULAR));
        n++;
      }
  return n;
}

/* Source: issue 2 section 2: ten wrong tries lock the file until an administrator re-enrols. */
static void
test_blocked (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 960, 600);
  g_autofree char *path = g_build_filename (tablet->folder, "wangge.key", NULL);
  guint8 key[32];

  app_tablet_stop (tablet);
  for (int i = 0; i < WG_KEY_FILE_TRIES; i++)
    g_assert_false (wg_key_file_unlock (path, "111222", key, NULL));
  {
    g_auto (Locked) locked = locked_new (tablet->folder);

    app_wait_for (locked.window, GTK_TYPE_LABEL,
                  T ("Too many wrong tries. An administrator must enrol this tablet again."));
    app_click (locked.window, T ("Enrol This Tablet Again…"));
    app_click (locked.window, T ("Back"));
    g_assert_cmpuint (count_blocked (tablet->folder), ==, 0);
    app_click (locked.window, T ("Enrol This Tablet Again…"));
    app_click (locked.window, T ("Enrol Again"));
    app_wait_for (locked.window, WG_TYPE_ENROL_PAGE, NULL);
    g_assert_cmpuint (count_blocked (tablet->folder), ==, 1);
    g_assert_false (wg_store_exists (tablet->folder));
  }
}

/* --- the standard changes under a draft ----------------------------------------------------------
 */

/* Source: ux.md T13. */
static void
test_retired_class (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL, after = NULL;
  GtkWidget *dialog;
  WgReportForm *form;

  app_click (window, T ("General Event"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, GENERAL_CLASS);
  form = WG_REPORT_FORM (app_wait_for (dialog, WG_TYPE_REPORT_FORM, NULL));
  g_set_str (&wg_report_form_get_event (form)->description, "积水约二十厘米");
  app_tablet_retire (tablet, GENERAL_CODE);
  app_click (dialog, T ("Report"));
  app_wait_for (
      dialog, GTK_TYPE_LABEL,
      T ("This class is no longer in force. Choose another one; nothing you wrote is lost."));
  app_picture (window, "retired-class-1280");
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_ALL);
  g_assert_cmpuint (events->len, ==, 0);
  g_assert_cmpstr (wg_report_form_get_event (form)->description, ==, "积水约二十厘米");
  /* Another class, and it goes. */
  wg_report_form_set_class (form, "0201");
  app_click (dialog, T ("Report"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  after = app_list_events (tablet, WG_EVENT_LIST_ALL);
  g_assert_cmpuint (after->len, ==, 1);
}

static gpointer
list_drafts_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_list (context, error);
}

/* What the only draft holds; NULL while there is none. */
static char *
dup_draft (AppTablet *tablet)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = wg_store_run (wg_services_get_store (tablet->services),
                                              list_drafts_job, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (drafts->len, <=, 1);
  return drafts->len > 0 ? g_strdup (((WgDraft *) g_ptr_array_index (drafts, 0))->body) : NULL;
}

static gboolean
has_words_in_draft (gpointer data)
{
  g_autofree char *body = dup_draft (data);

  return body != NULL && strstr (body, "积水约二十厘米") != NULL;
}

/* Opens a form, fills it in, and waits until it is on disk. */
static GtkWidget *
open_filled (AppTablet *tablet)
{
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog, *words;

  app_click (window, T ("General Event"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, GENERAL_CLASS);
  words = app_wait_for (dialog, GTK_TYPE_TEXT_VIEW, NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (words)), "积水约二十厘米", -1);
  app_wait (has_words_in_draft, tablet, "the draft");
  return dialog;
}

static const WgEvent *
get_only_event (GPtrArray *events)
{
  g_assert_cmpuint (events->len, ==, 1);
  return wg_event_item_get_view (g_ptr_array_index (events, 0))->event;
}

/* Source: ux.md T13: other level rules and other borders come while the form is open. */
static void
test_rules_change (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog = open_filled (tablet);
  g_autofree char *before = dup_draft (tablet);
  g_autofree char *suggests = g_strdup_printf (
      T ("The standard has changed: it now suggests “%s” for this class. Check the level before "
         "you report."),
      "较大");
  g_autofree char *after = NULL, *left = NULL;
  g_autoptr (GPtrArray) events = NULL;
  const WgEvent *event;

  g_assert_null (app_find (dialog, GTK_TYPE_ENTRY, T ("Why outside the own grid")));
  app_tablet_change_class (tablet, GENERAL_CODE, ",2,2|3,", ",3,2|3,");
  app_wait_for (dialog, GTK_TYPE_LABEL, suggests);
  app_tablet_move_grid (tablet);
  app_wait_for (dialog, GTK_TYPE_LABEL,
                T ("The borders of the grids have changed: this place is outside your grid now. "
                   "You may report it all the same; say why below."));
  gtk_editable_set_text (
      GTK_EDITABLE (app_wait_for (dialog, GTK_TYPE_ENTRY, T ("Why outside the own grid"))),
      "原属本网格");
  app_picture (window, "rules-change-1280");
  after = dup_draft (tablet);
  g_assert_cmpstr (after, ==, before);

  app_click (dialog, T ("Report"));
  app_click (window, T ("Use the Suggested Level"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_ALL);
  event = get_only_event (events);
  g_assert_cmpint (event->level, ==, WG_EVENT_LEVEL_MAJOR);
  g_assert_cmpstr (event->description, ==, "积水约二十厘米");
  g_assert_cmpstr (event->outside_reason, ==, "原属本网格");
  left = dup_draft (tablet);
  g_assert_null (left);
}

/* A level that the class does not allow any more: killed meanwhile, the form explains it again when
 * it is sent, and nothing that was written is lost. */
static void
test_level_withdrawn (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *dialog = open_filled (tablet);
  g_autofree char *row = NULL;
  g_autofree char *withdrawn = g_strdup_printf (
      T ("The standard has changed: this class is no longer reported as “%s”, but as “%s”. Check "
         "the level before you report."),
      "一般", "较大");
  g_autoptr (GPtrArray) events = NULL;
  GtkWidget *window;

  app_tablet_change_class (tablet, GENERAL_CODE, ",2,2|3,", ",3,3,");
  app_wait_for (dialog, GTK_TYPE_LABEL, withdrawn);
  app_tablet_restart (tablet);
  g_assert_true (has_words_in_draft (tablet));
  window = GTK_WIDGET (tablet->window);
  app_click (window, T ("Draft: general event"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, T ("Report"));
  app_wait_for (window, GTK_TYPE_BUTTON, T ("Use the Suggested Level"));
  g_assert_null (app_find (window, GTK_TYPE_BUTTON, T ("Keep Mine")));
  app_click (window, T ("Use the Suggested Level"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_ALL);
  g_assert_cmpint (get_only_event (events)->level, ==, WG_EVENT_LEVEL_MAJOR);
  g_assert_cmpstr (get_only_event (events)->description, ==, "积水约二十厘米");
}

/* --- the clock
 * ------------------------------------------------------------------------------------ */

static gpointer
set_skew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_store_set_meta (context, "clock_skew_ms", data, error));
}

/* Source: ux.md T16: a clock that is a day fast is said where health is shown. */
static void
test_clock_off (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *words = g_strdup_printf (T ("%s fast: set the clock"), "24 小时");
  g_autofree char *said = g_strdup_printf ("⚠ %s", words);
  g_autoptr (GError) error = NULL;

  wg_store_run (wg_services_get_store (tablet->services), set_skew_job, "86400000", &error);
  g_assert_no_error (error);
  wg_window_show_page (tablet->window, "settings");
  app_click (window, T ("Show the device health"));
  app_wait_for (window, GTK_TYPE_LABEL, said);
  app_picture (window, "clock-off-1280");
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/faults/wrong-secret", test_wrong_secret);
  g_test_add_func ("/app/faults/damaged", test_damaged);
  g_test_add_func ("/app/faults/newer", test_newer);
  g_test_add_func ("/app/faults/damaged-key", test_damaged_key);
  g_test_add_func ("/app/faults/blocked", test_blocked);
  g_test_add_func ("/app/faults/retired-class", test_retired_class);
  g_test_add_func ("/app/faults/rules-change", test_rules_change);
  g_test_add_func ("/app/faults/level-withdrawn", test_level_withdrawn);
  g_test_add_func ("/app/faults/clock-off", test_clock_off);
  return g_test_run ();
}
