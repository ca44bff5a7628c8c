/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR pictures of a text: for a terminal, and as PNG. */
#include "server/wg-qr.h"

#include <string.h>

#include <qrencode.h>

#include "server/wg-server-error.h"

/* The standard's quiet zone, and pixels per module of the picture. */
#define MARGIN 4
#define SCALE 8
/* Longest stored block of deflate. */
#define BLOCK_MAX 65535

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QRcode, QRcode_free)

static QRcode *
encode (const char *text, GError **error)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);

  if (code == NULL)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED,
                 "the text of %zu bytes fits into no QR code", strlen (text));
  return code;
}

/* Whether a module is dark; the margin is light. */
static gboolean
is_dark (const QRcode *code, int x, int y)
{
  return x >= 0 && y >= 0 && x < code->width && y < code->width &&
         (code->data[y * code->width + x] & 1);
}

/**
 * wg_qr_to_blocks:
 * @text: at most about 2,000 bytes
 * @error: return location
 *
 * Draws the code with half blocks, two rows a line, black on white by escape sequences, so that
 * it reads on dark and light terminals alike.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_FAILED when the text is too long.
 *
 * Returns: (transfer full) (nullable): the drawing, lines ended
 */
char *
wg_qr_to_blocks (const char *text, GError **error)
{
  static const char *const blocks[] = { " ", "▄", "▀", "█" };
  g_autoptr (QRcode) code = encode (text, error);
  GString *out;

  if (code == NULL)
    return NULL;
  out = g_string_new (NULL);
  for (int y = -MARGIN; y < code->width + MARGIN; y += 2)
    {
      g_string_append (out, "\033[30;107m");
      for (int x = -MARGIN; x < code->width + MARGIN; x++)
        g_string_append (out, blocks[is_dark (code, x, y) * 2 + is_dark (code, x, y + 1)]);
      g_string_append (out, "\033[0m\n");
    }
  return g_string_free_and_steal (out);
}

/* --- PNG: one bit of grey, stored without compression (RFC 2083, RFC 1951 3.2.4) ------------- */

static void
append_u32 (GByteArray *out, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (out, (const guint8 *) &big, 4);
}

static guint32
compute_crc (const guint8 *data, gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++)
    {
      crc ^= data[i];
      for (int bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  return ~crc;
}

static guint32
compute_adler (const guint8 *data, gsize n)
{
  guint32 a = 1, b = 0;

  for (gsize i = 0; i < n; i++)
    {
      a = (a + data[i]) % 65521;
      b = (b + a) % 65521;
    }
  return b << 16 | a;
}

static void
append_chunk (GByteArray *out, const char *type, GByteArray *data)
{
  guint start;

  append_u32 (out, data->len);
  start = out->len;
  g_byte_array_append (out, (const guint8 *) type, 4);
  g_byte_array_append (out, data->data, data->len);
  append_u32 (out, compute_crc (out->data + start, out->len - start));
}

/* Rows of pixels, each with its filter byte. */
static GByteArray *
make_rows (const QRcode *code, guint side)
{
  GByteArray *rows = g_byte_array_new ();
  guint width = (side + 7) / 8;
  g_autofree guint8 *row = g_malloc (width + 1);

  for (guint y = 0; y < side; y++)
    {
      memset (row, 0xff, width + 1);
      row[0] = 0;
      for (guint x = 0; x < side; x++)
        if (is_dark (code, (int) (x / SCALE) - MARGIN, (int) (y / SCALE) - MARGIN))
          row[1 + x / 8] &= (guint8) ~(0x80 >> x % 8);
      g_byte_array_append (rows, row, width + 1);
    }
  return rows;
}

static GByteArray *
store (const GByteArray *rows)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "\x78\x01", 2);
  for (guint at = 0; at < rows->len; at += BLOCK_MAX)
    {
      guint n = MIN (rows->len - at, BLOCK_MAX);
      guint8 head[5] = { at + n == rows->len, n & 0xff, (guint8) (n >> 8), (guint8) ~n,
                         (guint8) (~n >> 8) };
      g_byte_array_append (out, head, sizeof head);
      g_byte_array_append (out, rows->data + at, n);
    }
  append_u32 (out, compute_adler (rows->data, rows->len));
  return out;
}

/**
 * wg_qr_to_png:
 * @text: at most about 2,000 bytes
 * @error: return location
 *
 * Draws the code as a picture.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_FAILED when the text is too long.
 *
 * Returns: (transfer full) (nullable): a PNG
 */
GBytes *
wg_qr_to_png (const char *text, GError **error)
{
  g_autoptr (QRcode) code = encode (text, error);
  g_autoptr (GByteArray) rows = NULL, header = NULL, data = NULL, none = NULL;
  GByteArray *out;
  guint side;

  if (code == NULL)
    return NULL;
  side = (guint) (code->width + 2 * MARGIN) * SCALE;
  rows = make_rows (code, side);
  data = store (rows);
  none = g_byte_array_new ();
  header = g_byte_array_new ();
  append_u32 (header, side);
  append_u32 (header, side);
  /* one bit, grey, deflate, standard filter, not interlaced */
  g_byte_array_append (header, (const guint8 *) "\x01\x00\x00\x00\x00", 5);
  out = g_byte_array_new ();
  g_byte_array_append (out, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_chunk (out, "IHDR", header);
  append_chunk (out, "IDAT", data);
  append_chunk (out, "IEND", none);
  return g_byte_array_free_to_bytes (out);
}
