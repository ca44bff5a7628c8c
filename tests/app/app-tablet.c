/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tablet of the sample district for tests of the screens: store, services, window, waiting. */
#include "app/app-tablet.h"

#include "app/app-records.h"
#include "app/wg-language.h"
#include "app/wg-pictures.h"
#include "core/wg-id.h"
#include "store/wg-inbox.h"
#include "support/wg-test-folder.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-ref.h"

#define WAIT_S 30
#define DAY_MS (G_GINT64_CONSTANT (86400000))

/* --- filling the store ------------------------------------------------------------------------ */

typedef struct
{
  char *scope;
  WgPullPage *page;
  WgScopeDigest digest;
} Feed;

static Feed
open_feed (WgStore *store, const char *scope)
{
  Feed feed = { g_strdup (scope), wg_pull_page_new (), { 0 } };

  feed.page->epoch = g_strdup (wg_store_get_identity (store)->epoch);
  feed.page->keep = g_new0 (char *, 1);
  feed.page->drop = g_new0 (char *, 1);
  feed.page->add = g_strsplit (scope, "\n", 1);
  return feed;
}

static void
add_row (Feed *feed, const char *kind, const char *id, char *body)
{
  WgPullRow *row = wg_pull_row_new ();

  row->scope = g_strdup (feed->scope);
  row->number = feed->page->rows->len + 1;
  row->kind = g_strdup (kind);
  row->id = g_strdup (id);
  row->ver = 1;
  row->body = body;
  g_ptr_array_add (feed->page->rows, row);
  feed->digest.n++;
  feed->digest.sum += wg_crypto_row_digest (id, 1);
}

static gpointer
apply_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  gboolean healed = FALSE;

  if (!wg_inbox_apply (context, data, &healed, error))
    return NULL;
  g_assert_false (healed);
  return GINT_TO_POINTER (1);
}

static void
close_feed (WgStore *store, Feed *feed)
{
  g_autoptr (GError) error = NULL;
  guint n_rows = feed->page->rows->len;
  gint64 cursor =
      n_rows > 0 ? ((WgPullRow *) g_ptr_array_index (feed->page->rows, n_rows - 1))->number : 0;

  g_hash_table_replace (feed->page->cursor, g_strdup (feed->scope),
                        g_memdup2 (&cursor, sizeof cursor));
  g_hash_table_replace (feed->page->digests, g_strdup (feed->scope),
                        g_memdup2 (&feed->digest, sizeof feed->digest));
  wg_store_run (store, apply_job, feed->page, &error);
  g_assert_no_error (error);
  wg_pull_page_free (feed->page);
  g_free (feed->scope);
}

static char *
read_standard (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
fill_reference (AppTablet *tablet, WgStore *store)
{
  Feed feed = open_feed (store, "ref:" WG_SAMPLE_DISTRICT_CODE);
  g_autofree char *classes = read_standard ("event-classes.csv");
  g_autofree char *calendar = read_standard ("calendar-2026.csv");

  for (guint i = 0; i < tablet->district->orgs->len; i++)
    {
      const WgOrg *org = g_ptr_array_index (tablet->district->orgs, i);
      add_row (&feed, "org", org->code, wg_wire_org_to_json (org));
    }
  for (guint i = 0; i < tablet->district->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (tablet->district->grids, i);
      add_row (&feed, "grid", grid->code, wg_wire_grid_to_json (grid));
    }
  for (guint i = 0; i < tablet->district->workers->len; i++)
    {
      const WgWorker *worker = g_ptr_array_index (tablet->district->workers, i);
      add_row (&feed, "worker", worker->id, wg_wire_worker_to_json (worker));
    }
  add_row (&feed, "standard", "event-classes", wg_wire_text_to_json (classes));
  add_row (&feed, "calendar", "2026", wg_wire_text_to_json (calendar));
  tablet->reference = feed.digest;
  close_feed (store, &feed);
}

/* One row of the reference comes anew, as a pull brings it; each may come once. */
static void
replace_row (AppTablet *tablet, const char *kind, const char *id, char *body)
{
  WgStore *store = wg_services_get_store (tablet->services);
  Feed feed = open_feed (store, "ref:" WG_SAMPLE_DISTRICT_CODE);
  WgPullRow *row;

  g_clear_pointer (&feed.page->add, g_strfreev);
  feed.page->add = g_new0 (char *, 1);
  g_clear_pointer (&feed.page->keep, g_strfreev);
  feed.page->keep = g_strsplit (feed.scope, "\n", 1);
  add_row (&feed, kind, id, body);
  row = g_ptr_array_index (feed.page->rows, 0);
  row->ver = 2;
  row->number = (gint64) tablet->reference.n + ++tablet->n_replaced;
  tablet->reference.sum += wg_crypto_row_digest (id, 2) - wg_crypto_row_digest (id, 1);
  feed.digest = tablet->reference;
  close_feed (store, &feed);
  app_settle (tablet);
}

void
app_tablet_tell (AppTablet *tablet, const char *kind, const char *id, gint64 ver, char *body)
{
  WgStore *store = wg_services_get_store (tablet->services);
  g_autofree char *scope = g_strconcat ("w:", tablet->worker->id, NULL);
  Feed feed = open_feed (store, scope);

  add_row (&feed, kind, id, body);
  ((WgPullRow *) feed.page->rows->pdata[0])->ver = ver;
  feed.digest.sum += wg_crypto_row_digest (id, ver) - wg_crypto_row_digest (id, 1);
  close_feed (store, &feed);
  app_settle (tablet);
}

void
app_tablet_change_class (AppTablet *tablet, const char *code, const char *old, const char *new)
{
  g_autofree char *classes = read_standard ("event-classes.csv");
  g_autofree char *begin = g_strdup_printf ("\n%s,", code);
  g_autoptr (GString) text = g_string_new (classes);
  const char *line = strstr (text->str, begin);
  const char *cell = line != NULL ? strstr (line + 1, old) : NULL;
  gssize at;

  g_assert_nonnull (cell);
  g_assert_null (memchr (line + 1, '\n', (gsize) (cell - line - 1)));
  at = cell - text->str;
  g_string_erase (text, at, (gssize) strlen (old));
  g_string_insert (text, at, new);
  replace_row (tablet, "standard", "event-classes", wg_wire_text_to_json (text->str));
}

void
app_tablet_retire (AppTablet *tablet, const char *code)
{
  app_tablet_change_class (tablet, code, ",20180730,,", ",20180730,20200101,");
}

/* The own grid becomes what the next one is: whatever lay in it lies outside. */
void
app_tablet_move_grid (AppTablet *tablet)
{
  WgGrid moved = *(const WgGrid *) g_ptr_array_index (tablet->district->grids, 1);

  moved.code = tablet->grid->code;
  moved.name = tablet->grid->name;
  moved.org_code = tablet->grid->org_code;
  replace_row (tablet, "grid", moved.code, wg_wire_grid_to_json (&moved));
}

static WgEventStep *
make_step (const WgEvent *event, gint64 seq, WgAction action, gint64 at_ms, const char *opinion)
{
  WgEventStep *step = wg_event_step_new ();

  step->event_id = g_strdup (event->id);
  step->seq = seq;
  step->action = action;
  step->actor = g_strdup (event->reporter);
  step->actor_role = action == WG_ACTION_REPORT ? WG_ROLE_WORKER : WG_ROLE_CLERK;
  step->at_ms = at_ms;
  step->to_state = event->state;
  step->opinion = g_strdup (opinion);
  return step;
}

static void
add_records (AppTablet *tablet, Feed *feed)
{
  g_autoptr (GPtrArray) rows = app_records_new (tablet);

  for (guint i = 0; i < rows->len; i++)
    {
      AppRecordRow *row = g_ptr_array_index (rows, i);

      add_row (feed, row->kind, row->id, g_steal_pointer (&row->body));
    }
}

/* The newest general event comes back to the worker. */
static void
fill_history (AppTablet *tablet, WgStore *store, guint n_events, gboolean records)
{
  g_autofree char *scope = g_strconcat ("g:", tablet->grid->code, NULL);
  g_autofree char *classes = read_standard ("event-classes.csv");
  g_autoptr (GError) error = NULL;
  g_autoptr (WgStandard) standard = wg_standard_new_from_csv (classes, &error);
  gint64 now_ms = g_get_real_time () / 1000;
  g_autoptr (GPtrArray) events = NULL;
  Feed feed = open_feed (store, scope);
  gboolean returned = FALSE;

  g_assert_no_error (error);
  events = wg_sample_history_new (tablet->district, tablet->grid, standard, n_events,
                                  now_ms - 20 * DAY_MS, now_ms - 60000, 7);
  for (guint i = events->len; i > 0; i--)
    {
      WgEvent *event = g_ptr_array_index (events, i - 1);
      g_autoptr (GPtrArray) steps =
                    g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);

      g_ptr_array_add (steps, make_step (event, 1, WG_ACTION_REPORT, event->occurred_ms, NULL));
      if (!returned && event->level == WG_EVENT_LEVEL_GENERAL)
        {
          returned = TRUE;
          event->state = WG_EVENT_STATE_RETURNED;
          event->step_no = 2;
          g_set_str (&event->reporter, tablet->worker->id);
          g_ptr_array_add (steps, make_step (event, 2, WG_ACTION_RETURN, event->occurred_ms + 60000,
                                             "位置不清，请补充门牌号"));
        }
      add_row (&feed, "event", event->id, wg_wire_event_row_to_json (event, steps));
    }
  if (records)
    add_records (tablet, &feed);
  close_feed (store, &feed);
}

static void
make_store (AppTablet *tablet, guint n_events, gboolean records)
{
  const WgPorts *ports = wg_store_system_ports ();
  g_autoptr (WgIdentity) identity = wg_identity_new ();
  guint8 platform_secret[WG_SIGN_SECRET];
  g_autoptr (GError) error = NULL;
  WgStore *store;

  identity->server_url = g_strdup ("http://127.0.0.1:9");
  identity->device_id = wg_id_new (ports);
  identity->replica = wg_id_new (ports);
  identity->epoch = wg_id_new (ports);
  identity->worker_json = wg_wire_worker_to_json (tablet->worker);
  identity->lease_s = 7 * 86400;
  wg_crypto_sign_keys (ports, identity->sign_public, identity->sign_secret);
  wg_crypto_sign_keys (ports, identity->platform_key, platform_secret);
  store = wg_store_create (tablet->folder, ports, APP_SECRET, identity, &error);
  g_assert_no_error (error);
  fill_reference (tablet, store);
  fill_history (tablet, store, n_events, records);
  wg_store_close (store);
  g_object_unref (store);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static gboolean
on_too_long_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
app_wait (AppCondition condition, gpointer data, const char *what)
{
  const char *factor = g_getenv ("WANGGE_TEST_TIMEOUT_FACTOR");
  gboolean too_long = FALSE;
  guint id = g_timeout_add_seconds (WAIT_S * (factor != NULL ? (guint) atoi (factor) : 1),
                                    on_too_long_cb, &too_long);

  while (!condition (data))
    {
      if (too_long)
        g_error ("waited too long: %s", what);
      g_main_context_iteration (NULL, TRUE);
    }
  if (!too_long)
    g_source_remove (id);
}

/* --- finding and pressing --------------------------------------------------------------------- */

static gboolean
has_name (GtkWidget *widget, const char *name)
{
  g_autofree char *label = NULL;

  if (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    {
      label = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget),
                                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name);
      if (label == NULL)
        return TRUE;
    }
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), name) == 0)
    return TRUE;
  if (GTK_IS_BUTTON (widget) && ADW_IS_BUTTON_CONTENT (gtk_button_get_child (GTK_BUTTON (widget))))
    return g_strcmp0 (adw_button_content_get_label (
                          ADW_BUTTON_CONTENT (gtk_button_get_child (GTK_BUTTON (widget)))),
                      name) == 0;
  if (GTK_IS_LABEL (widget))
    return g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), name) == 0;
  return FALSE;
}

GtkWidget *
app_find (GtkWidget *root, GType type, const char *name)
{
  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && (name == NULL || has_name (root, name)))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = app_find (child, type, name);

      if (found != NULL)
        return found;
    }
  return NULL;
}

typedef struct
{
  GtkWidget *root;
  GType type;
  const char *name;
} Wanted;

static gboolean
is_found (gpointer data)
{
  Wanted *wanted = data;

  return app_find (wanted->root, wanted->type, wanted->name) != NULL;
}

static gboolean
is_gone (gpointer data)
{
  return !is_found (data);
}

GtkWidget *
app_find_action (GtkWidget *root, const char *action)
{
  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return NULL;
  if (GTK_IS_ACTIONABLE (root) &&
      g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (root)), action) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = app_find_action (child, action);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
app_wait_for (GtkWidget *root, GType type, const char *name)
{
  Wanted wanted = { root, type, name };

  app_wait (is_found, &wanted, name != NULL ? name : g_type_name (type));
  return app_find (root, type, name);
}

void
app_wait_gone (GtkWidget *root, GType type, const char *name)
{
  Wanted wanted = { root, type, name };

  app_wait (is_gone, &wanted, name);
}

static gboolean
is_sensitive (gpointer data)
{
  Wanted *wanted = data;
  GtkWidget *widget = app_find (wanted->root, wanted->type, wanted->name);

  return widget != NULL && gtk_widget_is_sensitive (widget);
}

void
app_click (GtkWidget *root, const char *name)
{
  Wanted wanted = { root, GTK_TYPE_BUTTON, name };
  GtkWidget *button;

  app_wait (is_sensitive, &wanted, name);
  button = app_find (root, GTK_TYPE_BUTTON, name);
  if (GTK_IS_TOGGLE_BUTTON (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  else
    g_signal_emit_by_name (button, "clicked");
}

guint
app_count_shown (GtkWidget *root, GType type)
{
  guint n = 0;

  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return 0;
  if (g_type_is_a (G_OBJECT_TYPE (root), type))
    n++;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += app_count_shown (child, type);
  return n;
}

#define SETTLED_FRAMES 20

static gboolean
on_drawn_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  guint *n_frames = data;

  return ++*n_frames < SETTLED_FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
are_drawn (gpointer data)
{
  return *(guint *) data >= SETTLED_FRAMES;
}

/* Tiles are there and transitions over. */
void
app_draw (GtkWidget *window)
{
  guint n_frames = 0;

  gtk_widget_add_tick_callback (window, on_drawn_cb, &n_frames, NULL);
  app_wait (are_drawn, &n_frames, "frames");
}

static void
on_taken_cb (const GError *error, gpointer data)
{
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

void
app_picture (GtkWidget *window, const char *name)
{
  const char *folder = g_getenv ("WANGGE_TEST_PICTURES");
  gboolean taken = FALSE;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;
  app_draw (window);
  path = g_strdup_printf ("%s/%s.png", folder, name);
  wg_picture_take (GTK_WINDOW (window), path, on_taken_cb, &taken);
  app_wait (is_true, &taken, "the picture");
}

#define LEAST_TARGET 48

static gboolean
has_words (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_words (child))
      return TRUE;
  return FALSE;
}

void
app_check_targets (GtkWidget *root)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root) ||
      GTK_IS_WINDOW_CONTROLS (root) || GTK_IS_SPIN_BUTTON (root))
    return;
  if (GTK_IS_BUTTON (root) && gtk_widget_get_mapped (root))
    {
      g_autofree char *what = g_strdup_printf (
          "%s '%s' in %s", G_OBJECT_TYPE_NAME (root),
          gtk_widget_get_tooltip_text (root) != NULL ? gtk_widget_get_tooltip_text (root) : "",
          G_OBJECT_TYPE_NAME (gtk_widget_get_parent (root)));

      /* The name of a menu button is on the button around. */
      if (!has_words (root) && gtk_widget_get_tooltip_text (root) == NULL &&
          !GTK_IS_MENU_BUTTON (gtk_widget_get_parent (root)) &&
          !gtk_test_accessible_has_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL))
        g_error ("%s has no name", what);
      g_assert_true (gtk_widget_compute_bounds (root, root, &bounds));
      if (bounds.size.width < LEAST_TARGET || bounds.size.height < LEAST_TARGET)
        g_error ("%s is %g x %g px", what, bounds.size.width, bounds.size.height);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    app_check_targets (child);
}

static gboolean
is_han (gunichar c)
{
  return g_unichar_get_script (c) == G_UNICODE_SCRIPT_HAN;
}

/* What is wrong with a text as a Chinese reader sees it; NULL when nothing is. */
static const char *
find_fault (const char *text)
{
  gunichar before = 0;
  gboolean chinese = FALSE, foreign = FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const char *next = g_utf8_next_char (p);
      gunichar c = g_utf8_get_char (p);
      gunichar after = g_utf8_get_char (*next == ' ' ? next + 1 : next);

      if (c < 0x80 && strchr (",;:!?", (int) c) != NULL &&
          (is_han (before) || is_han (after) || after == 0))
        return "has a half-width mark";
      chinese |= is_han (c);
      foreign |= c == ' ' && before < 0x80 && after < 0x80 && g_ascii_isalpha ((char) before) &&
                 g_ascii_isalpha ((char) after);
      before = c;
    }
  if (g_str_has_suffix (text, "，") || g_str_has_suffix (text, "· "))
    return "ends with a separator";
  return foreign && !chinese ? "is not translated" : NULL;
}

void
app_check_words (GtkWidget *root)
{
  g_autofree char *name = NULL;
  const char *text = GTK_IS_LABEL (root) ? gtk_label_get_text (GTK_LABEL (root)) : "";

  if (!gtk_widget_get_visible (root) || !gtk_widget_get_child_visible (root))
    return;
  if (gtk_test_accessible_has_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL))
    name = gtk_test_accessible_check_property (GTK_ACCESSIBLE (root), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                               "no text at all");
  if (find_fault (text) != NULL)
    g_error ("%s '%s' %s", G_OBJECT_TYPE_NAME (root), text, find_fault (text));
  if (name != NULL && find_fault (name) != NULL)
    g_error ("the name of %s '%s' %s", G_OBJECT_TYPE_NAME (root), name, find_fault (name));
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    app_check_words (child);
}

void
app_check_fits (GtkWidget *window)
{
  int width = 0, height = 0;

  gtk_widget_measure (window, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  gtk_widget_measure (window, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (window), &height,
                      NULL, NULL, NULL);
  if (width > gtk_widget_get_width (window) || height > gtk_widget_get_height (window))
    g_error ("the window wants %d x %d and has %d x %d", width, height,
             gtk_widget_get_width (window), gtk_widget_get_height (window));
}

/* --- the store -------------------------------------------------------------------------------- */

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_list (context, *(WgEventList *) data, 0, 1000, error);
}

GPtrArray *
app_list_events (AppTablet *tablet, WgEventList which)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *items =
      wg_store_run (wg_services_get_store (tablet->services), list_job, &which, &error);

  g_assert_no_error (error);
  return items;
}

static gpointer
nothing_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (1);
}

static void
on_nothing_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_nonnull (wg_store_run_finish (WG_STORE (source), result, NULL));
  *(gboolean *) data = TRUE;
}

void
app_settle (AppTablet *tablet)
{
  /* Twice: what the first answers ask for again. */
  for (int i = 0; i < 2; i++)
    {
      gboolean done = FALSE;

      wg_store_run_async (wg_services_get_store (tablet->services), nothing_job, NULL, NULL, NULL,
                          NULL, on_nothing_cb, &done);
      app_wait (is_true, &done, "the store");
      while (g_main_context_pending (NULL))
        g_main_context_iteration (NULL, FALSE);
    }
}

/* --- life ------------------------------------------------------------------------------------- */

typedef struct
{
  gboolean done;
  GError *error;
} Unlocked;

static void
on_unlocked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Unlocked *unlocked = data;

  wg_services_unlock_finish (WG_SERVICES (source), result, &unlocked->error);
  unlocked->done = TRUE;
}

static void
start (AppTablet *tablet, int width, int height)
{
  g_autoptr (WgLocator) locator =
                wg_locator_new_fixed (wg_polygon_center (tablet->grid->boundary).lon,
                                      wg_polygon_center (tablet->grid->boundary).lat, 6);
  Unlocked unlocked = { 0 };

  tablet->services = wg_services_new (tablet->folder, wg_store_system_ports (), FALSE);
  wg_services_set_locator (tablet->services, locator);
  wg_services_unlock_async (tablet->services, APP_SECRET, on_unlocked_cb, &unlocked);
  app_wait (is_true, &unlocked.done, "unlocking");
  g_assert_no_error (unlocked.error);
  tablet->style =
      wg_style_new (gdk_display_get_default (), wg_services_get_settings (tablet->services));
  tablet->window = g_object_ref (wg_window_new (NULL, tablet->services));
  gtk_window_set_decorated (GTK_WINDOW (tablet->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (tablet->window), width, height);
  gtk_window_present (GTK_WINDOW (tablet->window));
  app_settle (tablet);
}

/* Window and services end; a test may look at the folder, or open it with services of its own. */
void
app_tablet_stop (AppTablet *tablet)
{
  if (tablet->window == NULL)
    return;
  gtk_window_destroy (GTK_WINDOW (tablet->window));
  g_clear_object (&tablet->window);
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  g_clear_object (&tablet->style);
  wg_services_close (tablet->services);
  g_clear_object (&tablet->services);
}

void
app_tablet_restart (AppTablet *tablet)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (tablet->window), &width, &height);
  app_tablet_stop (tablet);
  start (tablet, width, height);
}

static AppTablet *
make_tablet (guint n_events, gboolean records, int width, int height)
{
  AppTablet *tablet = g_new0 (AppTablet, 1);
  g_autofree char *folder = wg_test_folder_new ();
  g_autoptr (GError) error = NULL;

  wg_crypto_init (&error);
  g_assert_no_error (error);
  tablet->folder = g_build_filename (folder, "tablet", NULL);
  tablet->district = wg_sample_district_new (WG_SAMPLE_SEED);
  tablet->worker = g_ptr_array_index (tablet->district->workers, 0);
  tablet->grid = g_ptr_array_index (tablet->district->grids, 0);
  make_store (tablet, n_events, records);
  start (tablet, width, height);
  return tablet;
}

AppTablet *
app_tablet_new (guint n_events, int width, int height)
{
  return make_tablet (n_events, FALSE, width, height);
}

AppTablet *
app_tablet_new_with_records (int width, int height)
{
  return make_tablet (0, TRUE, width, height);
}

void
app_tablet_free (AppTablet *tablet)
{
  g_autofree char *folder = g_path_get_dirname (tablet->folder);

  app_tablet_stop (tablet);
  wg_test_folder_remove (folder);
  wg_sample_district_free (tablet->district);
  g_free (tablet->folder);
  g_free (tablet);
}

void
app_test_init (int *argc, char ***argv)
{
  wg_language_init ();
  g_setenv ("WANGGE_KDF_TEST", "1", TRUE);
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  /* Without a window manager GTK blinks on after the focus has gone, and complains. */
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
}
