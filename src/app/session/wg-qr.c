/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the enrolment ticket from a picture of its QR code. */
#include "app/session/wg-qr.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>
#include <string.h>
#include <zbar.h>

#include "app/wg-app-error.h"

#define LONG_EDGE 1600
#define TICKET "wangge://enrol?"

/* ZBar wants one byte of grey a pixel. */
static guint8 *
make_grey (GdkPixbuf *pixbuf)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf), channels = gdk_pixbuf_get_n_channels (pixbuf);
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  guint8 *grey = g_malloc ((gsize) width * height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint8 *p = pixels + (gsize) y * stride + (gsize) x * channels;
        int light = (p[0] * 77 + p[1] * 151 + p[2] * 28) >> 8;

        /* What is transparent is paper. */
        if (channels == 4)
          light = (light * p[3] + 255 * (255 - p[3])) / 255;
        grey[(gsize) y * width + x] = (guint8) light;
      }
  return grey;
}

static char *
scan (GdkPixbuf *pixbuf)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  g_autofree guint8 *grey = make_grey (pixbuf);
  zbar_image_scanner_t *scanner = zbar_image_scanner_create ();
  zbar_image_t *image = zbar_image_create ();
  char *found = NULL;

  zbar_image_scanner_set_config (scanner, 0, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, width, height);
  zbar_image_set_data (image, grey, (gulong) width * height, NULL);
  if (zbar_scan_image (scanner, image) > 0)
    for (const zbar_symbol_t *s = zbar_image_first_symbol (image); s && !found;
         s = zbar_symbol_next (s))
      {
        const char *text = zbar_symbol_get_data (s);

        if (text != NULL && g_str_has_prefix (text, TICKET))
          found = g_strdup (text);
      }
  zbar_image_destroy (image);
  zbar_image_scanner_destroy (scanner);
  return found;
}

/**
 * wg_qr_read_file:
 * @path: a picture file: a photo or a screenshot of the code
 *
 * Finds the enrolment ticket in a picture.
 *
 * Thread: any but the UI's; some 20 ms.
 * Errors: %WG_APP_ERROR_FAILED when the file is no picture or holds no ticket, saying which.
 * Source: protocol.md 3.2
 *
 * Returns: (transfer full) (nullable): the text "wangge://enrol?…", or %NULL
 */
char *
wg_qr_read_file (const char *path, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GdkPixbuf) pixbuf =
                gdk_pixbuf_new_from_file_at_scale (path, LONG_EDGE, LONG_EDGE, TRUE, &why);
  char *ticket;

  if (pixbuf == NULL)
    {
      g_set_error (error, WG_APP_ERROR, WG_APP_ERROR_FAILED,
                   _("This is not a picture: %s"), why->message);
      return NULL;
    }
  ticket = scan (pixbuf);
  if (ticket == NULL)
    g_set_error_literal (error, WG_APP_ERROR, WG_APP_ERROR_FAILED,
                         _("No enrolment code is in this picture: take it closer and straight"));
  return ticket;
}
