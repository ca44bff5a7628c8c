/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application: options, one window, and its life as a service while a queue waits. */
#include "app/wg-application.h"

#include <glib/gi18n.h>

#include "app/wg-background.h"
#include "app/wg-pictures.h"
#include "app/wg-style.h"
#include "app/wg-window.h"
#include "wg-config.h"

struct _WgApplication
{
  AdwApplication parent_instance;

  char *folder, *url, *code, *secret_file, *pictures; /* owned; options */
  WgServices *services;                               /* owned */
  WgStyle *style;                                     /* owned */
  gboolean holding;                                   /* kept alive by the queue */
  gboolean opening;                                   /* --secret-file was used */
  gboolean own_folder;                                /* --folder was used */
  gboolean asking;                                    /* what waits is not counted yet */
};

G_DEFINE_FINAL_TYPE (WgApplication, wg_application, ADW_TYPE_APPLICATION)

#define ASK_TO_UNLOCK "unlock"

/* Closing the window leaves a service behind for as long as something waits to be sent. */
static void
update_hold (WgApplication *self)
{
  const WgEventCounts *counts = wg_services_get_counts (self->services);
  GSettings *settings = wg_services_get_settings (self->services);
  guint n_waiting = counts->n_waiting + counts->n_photos;
  gboolean wanted =
      g_settings_get_boolean (settings, "background") && (self->asking || n_waiting > 0);

  /* The next start cannot look into the store before somebody unlocks it. */
  if (wg_services_get_store (self->services) != NULL && !self->asking && !self->own_folder)
    g_settings_set_uint (settings, "waiting", n_waiting);
  if (wanted == self->holding)
    return;
  self->holding = wanted;
  if (wanted)
    g_application_hold (G_APPLICATION (self));
  else
    g_application_release (G_APPLICATION (self));
}

/* Started with the session: the queue is behind the user's secret, so that is what we ask for. */
static void
ask_to_unlock (WgApplication *self)
{
  GSettings *settings = wg_services_get_settings (self->services);
  guint n_waiting = g_settings_get_uint (settings, "waiting");
  g_autoptr (GNotification) notification = g_notification_new (_("Unlock to go on sending"));
  g_autofree char *body = g_strdup_printf (_("Waiting to be sent: %u"), n_waiting);

  if (n_waiting == 0 || !g_settings_get_boolean (settings, "background") ||
      !wg_store_exists (self->folder))
    return;
  self->asking = TRUE;
  g_notification_set_body (notification, body);
  g_application_send_notification (G_APPLICATION (self), ASK_TO_UNLOCK, notification);
  update_hold (self);
}

static void
on_opened_cb (WgApplication *self)
{
  g_application_withdraw_notification (G_APPLICATION (self), ASK_TO_UNLOCK);
  /* What waited stays believed until it was counted: the window may be closed before that. */
  self->asking = g_settings_get_uint (wg_services_get_settings (self->services), "waiting") > 0;
  update_hold (self);
}

static void
on_counts_changed_cb (WgApplication *self)
{
  self->asking = FALSE;
  update_hold (self);
}

static void
on_background_changed_cb (WgApplication *self)
{
  GSettings *settings = wg_services_get_settings (self->services);
  g_autoptr (GError) error = NULL;

  if (!self->own_folder &&
      !wg_background_set_autostart (g_settings_get_boolean (settings, "background"), &error))
    g_warning ("cannot start with the session: %s", error->message);
  update_hold (self);
}

static void
on_quit_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  WgApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window != NULL)
    gtk_window_close (window);
}

static void
on_about_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  WgApplication *self = user_data;
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (dialog, "application-name",
                _("Wangge"), "application-icon", WG_APP_ID, "version", WG_VERSION, "license-type",
                  GTK_LICENSE_GPL_3_0, "comments",
                  _("The field terminal of the grid worker"), NULL);
  adw_dialog_present (dialog,
                      GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (self))));
}

static void
on_lock_activated_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  wg_services_lock (WG_APPLICATION (user_data)->services);
}

static const GActionEntry ACTIONS[] = {
  { .name = "quit", .activate = on_quit_activated_cb },
  { .name = "about", .activate = on_about_activated_cb },
  { .name = "lock", .activate = on_lock_activated_cb },
};

static void
on_window_closed_cb (WgApplication *self)
{
  wg_services_lock (self->services);
}

static GtkWindow *
ensure_window (WgApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    {
      window = GTK_WINDOW (wg_window_new (GTK_APPLICATION (self), self->services));
      g_signal_connect_object (window, "destroy", G_CALLBACK (on_window_closed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  return window;
}

static char *
read_secret (WgApplication *self, GError **error)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (self->secret_file, &text, NULL, error))
    return NULL;
  g_strchomp (text);
  return g_steal_pointer (&text);
}

static void
on_opened_by_options_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!wg_services_unlock_finish (WG_SERVICES (source), result, &error))
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      g_application_release (G_APPLICATION (self));
      if (self->pictures != NULL)
        exit (1);
      return;
    }
  if (self->pictures != NULL)
    wg_pictures_start (GTK_APPLICATION (self), self->services, self->pictures);
  g_application_release (G_APPLICATION (self));
}

/* The secret of --secret-file unlocks, or with --url and --enrol-code enrols: for ./dev and tests.
 */
static void
open_by_options (WgApplication *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = read_secret (self, &error);

  if (secret == NULL)
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      exit (1);
    }
  g_application_hold (G_APPLICATION (self));
  if (self->code != NULL && !wg_store_exists (self->folder))
    wg_services_enrol_async (self->services, self->url, self->code, secret, NULL,
                             on_opened_by_options_cb, g_object_ref (self));
  else
    wg_services_unlock_async (self->services, secret, on_opened_by_options_cb, g_object_ref (self));
}

static void
wg_application_activate (GApplication *application)
{
  WgApplication *self = WG_APPLICATION (application);

  if (self->secret_file != NULL && !self->opening)
    {
      self->opening = TRUE;
      open_by_options (self);
    }
  if (self->pictures == NULL)
    gtk_window_present (ensure_window (self));
}

static void
wg_application_startup (GApplication *application)
{
  static const char *const quit_keys[] = { "<Control>q", NULL };
  static const char *const lock_keys[] = { "<Control>l", NULL };
  WgApplication *self = WG_APPLICATION (application);
  g_autoptr (WgLocator) locator = NULL;

  G_APPLICATION_CLASS (wg_application_parent_class)->startup (application);

  self->services = wg_services_new (self->folder, wg_store_system_ports (), TRUE);
  locator = wg_locator_new (WG_APP_ID);
  wg_services_set_locator (self->services, locator);
  g_signal_connect_object (self->services, "counts-changed", G_CALLBACK (on_counts_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->services, "opened", G_CALLBACK (on_opened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_settings (self->services), "changed::background",
                           G_CALLBACK (on_background_changed_cb), self, G_CONNECT_SWAPPED);
  self->style =
      wg_style_new (gdk_display_get_default (), wg_services_get_settings (self->services));
  g_action_map_add_action_entries (G_ACTION_MAP (self), ACTIONS, G_N_ELEMENTS (ACTIONS), self);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.quit", quit_keys);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.lock", lock_keys);
  on_background_changed_cb (self);
  if (g_application_get_flags (application) & G_APPLICATION_IS_SERVICE)
    ask_to_unlock (self);
}

static void
wg_application_shutdown (GApplication *application)
{
  WgApplication *self = WG_APPLICATION (application);

  G_APPLICATION_CLASS (wg_application_parent_class)->shutdown (application);
  wg_services_close (self->services);
}

static int
wg_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  WgApplication *self = WG_APPLICATION (application);

  self->own_folder = self->folder != NULL;
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("wangge %s\n", WG_VERSION);
      return 0;
    }
  if (self->own_folder)
    {
      char *absolute = g_canonicalize_filename (self->folder, NULL);

      g_free (self->folder);
      self->folder = absolute;
    }
  else
    self->folder = g_build_filename (g_get_user_data_dir (), "wangge", NULL);
  /* Another folder is another tablet: it must not end up in the running one's window. */
  if (self->own_folder || self->pictures != NULL)
    g_application_set_flags (application,
                             g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  if (self->pictures != NULL && self->secret_file == NULL)
    {
      g_printerr (_("--screenshot needs --secret-file\n"));
      return 1;
    }
  return -1;
}

static void
wg_application_dispose (GObject *object)
{
  WgApplication *self = WG_APPLICATION (object);

  g_clear_object (&self->style);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_application_parent_class)->dispose (object);
}

static void
wg_application_finalize (GObject *object)
{
  WgApplication *self = WG_APPLICATION (object);

  g_free (self->folder);
  g_free (self->url);
  g_free (self->code);
  g_free (self->secret_file);
  g_free (self->pictures);
  G_OBJECT_CLASS (wg_application_parent_class)->finalize (object);
}

static void
wg_application_class_init (WgApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_application_dispose;
  G_OBJECT_CLASS (klass)->finalize = wg_application_finalize;
  application_class->activate = wg_application_activate;
  application_class->startup = wg_application_startup;
  application_class->shutdown = wg_application_shutdown;
  application_class->handle_local_options = wg_application_handle_local_options;
}

static void
wg_application_init (WgApplication *self)
{
  const GOptionEntry options[] = {
    { "version", 'v', 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &self->folder, N_ ("Keep everything in FOLDER"),
      N_ ("FOLDER") },
    { "url", 0, 0, G_OPTION_ARG_STRING, &self->url, N_ ("Address of the platform, for enrolment"),
      N_ ("URL") },
    { "enrol-code", 0, 0, G_OPTION_ARG_STRING, &self->code, N_ ("Enrol with CODE"), N_ ("CODE") },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &self->secret_file,
      N_ ("Unlock or enrol with the secret in FILE"), N_ ("FILE") },
    { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, &self->pictures,
      N_ ("Write pictures of the main screens into FOLDER and exit"), N_ ("FOLDER") },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

/**
 * wg_application_new:
 *
 * Makes the application; g_application_run() does the rest.
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer full): the application
 */
WgApplication *
wg_application_new (void)
{
  return g_object_new (WG_TYPE_APPLICATION, "application-id", WG_APP_ID, "resource-base-path",
                       "/io/github/wangge/Wangge", NULL);
}
