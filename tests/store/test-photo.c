/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos: scaled, turned, stripped; each bad one gets an error that tells the mend. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <fcntl.h>
#include <gexiv2/gexiv2.h>
#include <glib/gstdio.h>
#include <string.h>

#include "store/wg-photo.h"
#include "store/wg-store-error.h"

static GBytes *
make_picture (int width, int height, const char *type)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  char *buffer;
  gsize n;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        /* Left half red, top quarter of the right half blue: a turn shows. */
        guint8 *p = pixels + y * stride + x * 3;

        p[0] = x < width / 2 ? 200 : 20;
        p[1] = (x * 7 + y * 3) & 31;
        p[2] = x >= width / 2 && y < height / 4 ? 220 : 30;
      }
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &n, type, NULL, NULL));
  return g_bytes_new_take (buffer, n);
}

static GdkPixbuf *
decode (GBytes *jpeg)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();

  g_assert_true (gdk_pixbuf_loader_write_bytes (loader, jpeg, NULL));
  g_assert_true (gdk_pixbuf_loader_close (loader, NULL));
  return g_object_ref (gdk_pixbuf_loader_get_pixbuf (loader));
}

static void
test_sizes (void)
{
  static const int CASES[][4] = {
    { 4000, 3000, 1600, 1200 }, { 3000, 4000, 1200, 1600 }, { 1600, 900, 1600, 900 },
    { 640, 480, 640, 480 },     { 8000, 10, 1600, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autoptr (GBytes) original = make_picture (CASES[i][0], CASES[i][1], "jpeg");
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) jpeg = wg_photo_prepare (original, NULL, &error);
      g_autoptr (GdkPixbuf) pixbuf = NULL;

      g_assert_no_error (error);
      pixbuf = decode (jpeg);
      g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, CASES[i][2]);
      g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, CASES[i][3]);
    }
}

static void
test_fifty_megapixels (void)
{
  g_autoptr (GBytes) original = make_picture (8660, 5774, "jpeg");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) jpeg = wg_photo_prepare (original, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (jpeg), <, 1024 * 1024);
}

/* EXIF: turned on its side, with a place and a time. The time comes out, nothing else stays. */
static void
test_exif (void)
{
  g_autoptr (GBytes) original = make_picture (400, 200, "jpeg");
  g_autofree char *folder = g_dir_make_tmp ("wg-photo-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "camera.jpg", NULL);
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new (), after = gexiv2_metadata_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) jpeg = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  const guint8 *pixels;
  gint64 taken_ms = -1;

  g_file_set_contents (path, g_bytes_get_data (original, NULL), g_bytes_get_size (original), NULL);
  g_assert_true (gexiv2_metadata_open_path (metadata, path, NULL));
  gexiv2_metadata_try_set_tag_string (metadata, "Exif.Photo.DateTimeOriginal",
                                      "2026:09:30 10:00:00", NULL);
  gexiv2_metadata_try_set_tag_string (metadata, "Exif.Image.Model", "SECRETCAMERA", NULL);
  gexiv2_metadata_try_set_gps_info (metadata, 118.5, 37.4, 8, NULL);
  gexiv2_metadata_try_set_orientation (metadata, GEXIV2_ORIENTATION_ROT_90, NULL);
  g_assert_true (gexiv2_metadata_save_file (metadata, path, NULL));

  jpeg = wg_photo_prepare_file (path, &taken_ms, &error);
  g_assert_no_error (error);
  g_assert_cmpint (taken_ms, ==, G_GINT64_CONSTANT (1790733600000));
  pixbuf = decode (jpeg);
  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, 200);
  g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, 400);
  pixels = gdk_pixbuf_get_pixels (pixbuf);
  g_assert_cmpint (pixels[3 * 100 + 20 * gdk_pixbuf_get_rowstride (pixbuf)], >,
                   150); /* red is up now */
  g_assert_null (
      memmem (g_bytes_get_data (jpeg, NULL), g_bytes_get_size (jpeg), "SECRETCAMERA", 12));
  gexiv2_metadata_open_buf (after, g_bytes_get_data (jpeg, NULL), g_bytes_get_size (jpeg), NULL);
  g_assert_false (gexiv2_metadata_has_exif (after));
  g_unlink (path);
  g_rmdir (folder);
}

static void
assert_refused (GBytes *original, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_photo_prepare (original, NULL, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_bad (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("this is a letter, not a picture", 31);
  g_autoptr (GBytes) huge = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *forged = NULL;
  gsize n;

  assert_refused (empty, "empty");
  assert_refused (text, "not a picture");
  /* A PNG header that claims 60,000 x 60,000 pixels. */
  huge = make_picture (16, 16, "png");
  n = g_bytes_get_size (huge);
  forged = g_memdup2 (g_bytes_get_data (huge, NULL), n);
  memcpy (forged + 16, "\x00\x00\xea\x60\x00\x00\xea\x60", 8);
  {
    g_autoptr (GBytes) claim = g_bytes_new (forged, n);

    g_assert_null (wg_photo_prepare (claim, NULL, &error));
    g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO);
  }
  g_clear_error (&error);
  g_assert_null (wg_photo_prepare_file ("/nonexistent/camera.jpg", NULL, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO);
  g_assert_nonnull (strstr (error->message, "gone"));
}

/* Cut anywhere, by any decoder: never taken for whole. */
static void
test_cut (void)
{
  static const char *const TYPES[] = { "jpeg", "png" };

  for (gsize t = 0; t < G_N_ELEMENTS (TYPES); t++)
    {
      g_autoptr (GBytes) whole = make_picture (300, 200, TYPES[t]);
      gsize n = g_bytes_get_size (whole);

      for (gsize cut = 1; cut < n; cut += n / 60 + 1)
        {
          g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, cut);
          g_autoptr (GError) error = NULL;

          g_assert_null (wg_photo_prepare (part, NULL, &error));
          g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO);
        }
    }
}

typedef struct
{
  const char *path;
  GBytes *whole;
  gint stop;
} Camera;

/* A camera that writes its file anew again and again, the end of it last. */
static gpointer
write_again (gpointer data)
{
  Camera *camera = data;
  gsize n;
  const char *bytes = g_bytes_get_data (camera->whole, &n);

  while (!g_atomic_int_get (&camera->stop))
    {
      int fd = open (camera->path, O_WRONLY | O_TRUNC);

      g_assert_cmpint (fd, >=, 0);
      for (gsize at = 0; at < n; at += 65536)
        g_assert_cmpint (write (fd, bytes + at, MIN (65536, n - at)), >, 0);
      close (fd);
    }
  return NULL;
}

/* Source: ux.md T08: the file shrinks while it is read. It is told as cut, or was whole. */
static void
test_shrinking (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wg-photo-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "camera.png", NULL);
  g_autoptr (GBytes) whole = make_picture (1400, 1000, "png");
  Camera camera = { path, whole, 0 };
  GThread *thread;
  guint n_cut = 0;

  g_file_set_contents (path, g_bytes_get_data (whole, NULL), g_bytes_get_size (whole), NULL);
  thread = g_thread_new ("camera", write_again, &camera);
  while (n_cut < 30)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) jpeg = wg_photo_prepare_file (path, NULL, &error);

      if (jpeg != NULL)
        continue;
      g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO);
      n_cut++;
    }
  g_atomic_int_set (&camera.stop, 1);
  g_thread_join (thread);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_thumbnail (void)
{
  g_autoptr (GBytes) original = make_picture (1600, 1200, "jpeg");
  g_autoptr (GBytes) jpeg = wg_photo_make_thumbnail (original, WG_PHOTO_THUMBNAIL_EDGE, NULL);
  g_autoptr (GdkPixbuf) pixbuf = decode (jpeg);

  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, 256);
  g_assert_cmpuint (g_bytes_get_size (jpeg), <, 20 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gexiv2_initialize ();
  g_test_add_func ("/store/photo/sizes", test_sizes);
  g_test_add_func ("/store/photo/fifty-megapixels", test_fifty_megapixels);
  g_test_add_func ("/store/photo/exif", test_exif);
  g_test_add_func ("/store/photo/bad", test_bad);
  g_test_add_func ("/store/photo/cut", test_cut);
  g_test_add_func ("/store/photo/shrinking", test_shrinking);
  g_test_add_func ("/store/photo/thumbnail", test_thumbnail);
  return g_test_run ();
}
