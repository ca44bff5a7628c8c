/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos as they are kept and sent: upright, long edge 1,600 px, JPEG quality 80, no EXIF. */
#include "store/wg-photo.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gexiv2/gexiv2.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "store/wg-store-error.h"

#define MAX_FILE_BYTES (80 * 1024 * 1024)
#define LOCAL_OFFSET_S (8 * 3600) /* a camera without a zone tells the district's time */

typedef struct
{
  int width, height; /* of the original, 0 before its header was read */
  int edge;          /* long edge of the result */
  gboolean too_large;
} Sizing;

static void
on_loader_size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Sizing *sizing = data;
  double scale;

  sizing->width = width;
  sizing->height = height;
  if ((gint64) width * height > WG_PHOTO_MAX_PIXELS)
    {
      sizing->too_large = TRUE;
      gdk_pixbuf_loader_set_size (loader, 0, 0); /* no decoder goes on from here */
      return;
    }
  scale = (double) sizing->edge / MAX (width, height);
  if (scale < 1.0)
    gdk_pixbuf_loader_set_size (loader, MAX (1, (int) (width * scale + 0.5)),
                                MAX (1, (int) (height * scale + 0.5)));
}

/* The decoders show a cut picture as far as it goes; the end marker tells that it is whole. */
static gboolean
ends_whole (const guint8 *bytes, gsize n)
{
  static const guint8 PNG[] = { 0x89, 'P', 'N', 'G' };
  const guint8 *tail = bytes + (n > 65536 ? n - 65536 : 0);
  gsize n_tail = bytes + n - tail;

  if (n >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8)
    return memmem (tail, n_tail, "\xff\xd9", 2) != NULL;
  if (n >= 12 && memcmp (bytes, PNG, sizeof PNG) == 0)
    return memmem (tail, n_tail, "IEND\xae\x42\x60\x82", 8) != NULL;
  if (n >= 12 && memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WEBP", 4) == 0)
    return n >= 8 + (bytes[4] | bytes[5] << 8 | bytes[6] << 16 | (gsize) bytes[7] << 24);
  return TRUE;
}

static GdkPixbuf *
decode (GBytes *original, int edge, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError) why = NULL;
  Sizing sizing = { .edge = edge };
  GdkPixbuf *pixbuf;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_loader_size_prepared_cb), &sizing);
  if (!gdk_pixbuf_loader_write_bytes (loader, original, &why))
    gdk_pixbuf_loader_close (loader, NULL);
  else
    gdk_pixbuf_loader_close (loader, &why);
  g_signal_handlers_disconnect_by_data (loader, &sizing);

  if (sizing.too_large)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                   _ ("the photo has %d x %d pixels, more than %d million: take it smaller"),
                     sizing.width, sizing.height, WG_PHOTO_MAX_PIXELS / 1000000);
      return NULL;
    }
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (sizing.width == 0 || pixbuf == NULL)
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                           _ ("the file is not a picture: choose another"));
      return NULL;
    }
  if (why != NULL)
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                           _ ("the photo is cut or damaged: take it again"));
      return NULL;
    }
  return gdk_pixbuf_apply_embedded_orientation (pixbuf);
}

static GBytes *
encode (GdkPixbuf *pixbuf, int quality, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%d", quality);
  g_autoptr (GdkPixbuf) flat = NULL;
  g_autoptr (GError) why = NULL;
  char *buffer = NULL;
  gsize n = 0;

  /* JPEG knows no transparency: what was transparent becomes white. */
  if (gdk_pixbuf_get_has_alpha (pixbuf))
    flat = gdk_pixbuf_composite_color_simple (pixbuf, gdk_pixbuf_get_width (pixbuf),
                                              gdk_pixbuf_get_height (pixbuf), GDK_INTERP_NEAREST,
                                              255, 16, 0xffffff, 0xffffff);
  else
    flat = g_object_ref (pixbuf);
  if (flat == NULL ||
      !gdk_pixbuf_save_to_buffer (flat, &buffer, &n, "jpeg", &why, "quality", text, NULL))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                   _ ("the photo cannot be written as JPEG: %s"), why ? why->message : "no memory");
      return NULL;
    }
  return g_bytes_new_take (buffer, n);
}

/* "2026:09:30 10:00:00" and, when the camera knows it, "+08:00"; 0 when there is none. */
static gint64
read_taken_ms (GBytes *original)
{
  g_autoptr (GExiv2Metadata) metadata = gexiv2_metadata_new ();
  g_autofree char *text = NULL, *zone = NULL;
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  int y, mo, d, h, mi, s, zh, zm;
  gint64 offset_s = LOCAL_OFFSET_S;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (original, &n);

  if (!gexiv2_metadata_open_buf (metadata, bytes, n, NULL))
    return 0;
  text = gexiv2_metadata_try_get_tag_string (metadata, "Exif.Photo.DateTimeOriginal", NULL);
  if (text == NULL || sscanf (text, "%4d:%2d:%2d %2d:%2d:%2d", &y, &mo, &d, &h, &mi, &s) != 6)
    return 0;
  zone = gexiv2_metadata_try_get_tag_string (metadata, "Exif.Photo.OffsetTimeOriginal", NULL);
  if (zone != NULL && sscanf (zone, "%3d:%2d", &zh, &zm) == 2)
    offset_s = zh * 3600 + (zone[0] == '-' ? -zm : zm) * 60;
  time = g_date_time_new (utc, y, mo, d, h, mi, s);
  return time == NULL ? 0 : (g_date_time_to_unix (time) - offset_s) * 1000;
}

/**
 * wg_photo_prepare:
 * @original: bytes of a picture file, JPEG, PNG, WebP or what gdk-pixbuf reads
 * @out_taken_ms: (out) (optional): when it was taken by its EXIF, Unix ms; 0 when it does not tell
 *
 * Makes the picture that is kept: upright, long edge at most %WG_PHOTO_LONG_EDGE pixels, JPEG
 * of quality %WG_PHOTO_QUALITY. Nothing of the original's metadata is left in it: the time goes
 * out beside it, the place and the camera are dropped.
 *
 * Thread: any; takes some 50 ms for 12 million pixels, so not the UI's.
 * Errors: %WG_STORE_ERROR_PHOTO for an empty, cut, foreign or too large file.
 * Source: domain.md 5.3 (quality), protocol.md 3.6
 *
 * Returns: (transfer full) (nullable): the JPEG, or %NULL on error
 */
GBytes *
wg_photo_prepare (GBytes *original, gint64 *out_taken_ms, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  GBytes *jpeg;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (original, &n);

  if (n == 0)
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                           _ ("the photo is empty (0 bytes): take it again"));
      return NULL;
    }
  if (!ends_whole (bytes, n))
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                           _ ("the photo is cut or damaged: take it again"));
      return NULL;
    }
  pixbuf = decode (original, WG_PHOTO_LONG_EDGE, error);
  if (pixbuf == NULL)
    return NULL;
  jpeg = encode (pixbuf, WG_PHOTO_QUALITY, error);
  if (jpeg != NULL && out_taken_ms != NULL)
    *out_taken_ms = read_taken_ms (original);
  return jpeg;
}

/**
 * wg_photo_prepare_file:
 * @path: a picture file
 * @out_taken_ms: (out) (optional): as wg_photo_prepare()
 *
 * Reads a file and prepares it. A camera's file may have vanished by then; that is an error
 * that says so, and whatever form asked for it stays as it is.
 *
 * Thread: any but the UI's.
 * Errors: %WG_STORE_ERROR_PHOTO
 *
 * Returns: (transfer full) (nullable): the JPEG, or %NULL on error
 */
GBytes *
wg_photo_prepare_file (const char *path, gint64 *out_taken_ms, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *contents = NULL;
  gsize n = 0;
  GStatBuf status;

  if (g_stat (path, &status) == 0 && status.st_size > MAX_FILE_BYTES)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                   _ ("the photo's file is over %d MB: take it smaller"),
                     MAX_FILE_BYTES / (1024 * 1024));
      return NULL;
    }
  /* Not mapped: a file that shrinks, or whose card is pulled out, would end the program. */
  if (!g_file_get_contents (path, &contents, &n, &why))
    {
      if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                             _ ("the photo's file is gone: take it again"));
      else
        g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO,
                     _ ("the photo cannot be read: %s"), why->message);
      return NULL;
    }
  bytes = g_bytes_new_take (g_steal_pointer (&contents), n);
  return wg_photo_prepare (bytes, out_taken_ms, error);
}

/**
 * wg_photo_make_thumbnail:
 * @jpeg: a prepared photo
 * @edge: long edge of the result in pixels
 *
 * Makes the small picture of lists and cards.
 *
 * Thread: any but the UI's.
 * Errors: %WG_STORE_ERROR_PHOTO
 *
 * Returns: (transfer full) (nullable): a JPEG, or %NULL on error
 */
GBytes *
wg_photo_make_thumbnail (GBytes *jpeg, int edge, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = decode (jpeg, edge, error);

  return pixbuf == NULL ? NULL : encode (pixbuf, 70, error);
}
