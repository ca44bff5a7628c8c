/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tablet of the sample district for tests of the screens: store, services, window, waiting. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "app/wg-style.h"
#include "app/wg-window.h"
#include "sample/wg-sample.h"
#include "wire/wg-wire-pull.h"

G_BEGIN_DECLS

/* Chinese, a cheap key derivation, a cursor that stands still. */
void app_test_init (int *argc, char ***argv);

#define APP_SECRET "582941"

typedef struct
{
  char *folder;
  WgSampleDistrict *district;
  const WgGrid *grid;     /* of the worker; borrowed from the district */
  const WgWorker *worker; /* borrowed from the district */
  WgServices *services;
  WgStyle *style;
  WgWindow *window;
  WgScopeDigest reference; /* of the rows the platform sent */
  gint64 n_replaced;       /* of them, later */
} AppTablet;

/* Adds up to @n_events events of the past days, one of them returned when there are any. */
AppTablet *app_tablet_new (guint n_events, int width, int height);
void app_tablet_free (AppTablet *tablet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AppTablet, app_tablet_free)

/* The program was killed, and is started again. */
void app_tablet_restart (AppTablet *tablet);

/* Window and services end; a test may look at the folder, or open it with services of its own. */
void app_tablet_stop (AppTablet *tablet);

/* Another reference comes from the platform: with one cell of a class changed, with a class that
 * ended long ago, with the own grid elsewhere. */
void
app_tablet_change_class (AppTablet *tablet, const char *code, const char *old, const char *new);
void app_tablet_retire (AppTablet *tablet, const char *code);
void app_tablet_move_grid (AppTablet *tablet);

/* A row of the worker's own scope comes from the platform; takes @body, and comes once. */
void app_tablet_tell (AppTablet *tablet, const char *kind, const char *id, gint64 ver, char *body);

/* Runs the main loop until @condition holds; fails the test after a generous while. */
typedef gboolean (*AppCondition) (gpointer data);
void app_wait (AppCondition condition, gpointer data, const char *what);

/* The first shown widget of this accessible label or button text; NULL when there is none. */
GtkWidget *app_find (GtkWidget *root, GType type, const char *name);
/* The first shown one that does this when it is pressed. */
GtkWidget *app_find_action (GtkWidget *root, const char *action);
GtkWidget *app_wait_for (GtkWidget *root, GType type, const char *name);
void app_wait_gone (GtkWidget *root, GType type, const char *name);
void app_click (GtkWidget *root, const char *name);
guint app_count_shown (GtkWidget *root, GType type);

/* Tiles are there and transitions over. */
void app_draw (GtkWidget *window);

/* Writes a picture for people into the folder named by WANGGE_TEST_PICTURES, if it is set. */
void app_picture (GtkWidget *window, const char *name);

/* Everything that can be pressed has a name and is at least 48 px high and wide. */
void app_check_targets (GtkWidget *root);

/* What is shown and spoken is Chinese, with Chinese punctuation. */
void app_check_words (GtkWidget *root);

/* With the families of app-records.h. */
AppTablet *app_tablet_new_with_records (int width, int height);

/* Nothing wants more room than the window has. */
void app_check_fits (GtkWidget *window);

/* What the store holds. */
GPtrArray *app_list_events (AppTablet *tablet, WgEventList which);
void app_settle (AppTablet *tablet); /* all jobs asked so far are done and their answers taken */

G_END_DECLS
