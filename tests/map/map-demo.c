/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws the map of the sample district into pictures, to be looked at: map-demo FOLDER
 * [PACK.mbtiles]. */
#include <math.h>
#include <stdlib.h>

#include "map-scenery.h"
#include "sample/wg-sample-pack.h"

typedef struct
{
  const char *name;
  int width, height;
  double zoom; /* 0: the own grid */
  gboolean outdoor, pick;
} Shot;

static const Shot SHOTS[] = {
  { "district", 1280, 800, 10.4, FALSE, FALSE },  { "town", 1280, 800, 12.2, FALSE, FALSE },
  { "grid", 1280, 800, 0, FALSE, FALSE },         { "streets", 1280, 800, 15.3, FALSE, FALSE },
  { "close", 1280, 800, 17.2, FALSE, FALSE },     { "grid-960", 960, 600, 0, FALSE, FALSE },
  { "grid-360", 360, 720, 0, FALSE, FALSE },      { "pick-360", 360, 720, 15.5, FALSE, TRUE },
  { "outdoor", 1280, 800, 0, TRUE, FALSE },       { "outdoor-960", 960, 600, 14.6, TRUE, FALSE },
  { "outdoor-pick", 960, 600, 15.5, TRUE, TRUE },
};

static void
take (const Shot *shot, const char *pack, const char *folder)
{
  g_autoptr (MapScenery) scenery = map_scenery_new (shot->width, shot->height, 5000);
  const WgGrid *own = g_ptr_array_index (scenery->district->grids, 6);
  WgPoint middle = wg_polygon_center (own->boundary);
  WgFix fix = { middle.lon + 0.002,        middle.lat - 0.001, 45,
                g_get_real_time () / 1000, WG_FIX_SATELLITE,   TRUE };
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strconcat (shot->name, ".png", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!wg_map_view_set_pack (scenery->view, pack, &error))
    g_error ("%s", error->message);
  wg_map_view_set_outdoor (scenery->view, shot->outdoor);
  wg_map_view_set_grids (scenery->view, scenery->district->grids, own->code);
  wg_map_view_set_position (scenery->view, &fix);
  gtk_window_present (GTK_WINDOW (scenery->window));
  if (shot->zoom == 0)
    wg_map_view_show_grid (scenery->view, own->code);
  else if (shot->zoom < 12)
    wg_map_view_go_to (scenery->view, scenery->district->center.lon, scenery->district->center.lat,
                       shot->zoom);
  else
    wg_map_view_go_to (scenery->view, middle.lon, middle.lat, shot->zoom);
  if (shot->pick)
    wg_map_view_start_pick (scenery->view);
  else
    wg_map_view_set_place (scenery->view, middle.lon - 0.004, middle.lat + 0.002);
  map_scenery_settle (scenery);
  g_autoptr (GdkTexture) texture = map_scenery_shoot (scenery);
  if (!gdk_texture_save_to_png (texture, path))
    g_error ("cannot write '%s'", path);
  g_print ("%s\n", path);
}

int
main (int argc, char **argv)
{
  g_autofree char *made = NULL;
  g_autoptr (GError) error = NULL;
  const char *pack = argc > 2 ? argv[2] : NULL;

  if (argc < 2)
    {
      g_printerr ("map-demo FOLDER [PACK.mbtiles]\n");
      return EXIT_FAILURE;
    }
  gtk_init ();
  if (pack == NULL)
    {
      pack = made = g_build_filename (argv[1], "sample.mbtiles", NULL);
      if (!wg_sample_make_pack (made, &error))
        g_error ("%s", error->message);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (SHOTS); i++)
    take (&SHOTS[i], pack, argv[1]);
  return EXIT_SUCCESS;
}
