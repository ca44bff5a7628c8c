/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zstd with limits on size, ratio and window, checked while the text comes out. */
#include "wire/wg-zstd.h"

#include <zstd.h>

#include "wire/wg-json-private.h"

#define LEVEL 3
#define WINDOW_LOG 23           /* 8 MiB */
#define RATIO_FLOOR (64 * 1024) /* small bodies may be as repetitive as they like */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ZSTD_DCtx, ZSTD_freeDCtx)

/**
 * wg_zstd_compress:
 * @plain: a body
 * @error: return location
 *
 * Compresses a body into one zstd frame.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_LIMIT when memory for it is missing.
 *
 * Returns: (transfer full): the frame
 */
GBytes *
wg_zstd_compress (GBytes *plain, GError **error)
{
  gsize n;
  const char *data = g_bytes_get_data (plain, &n);
  gsize room = ZSTD_compressBound (n);
  g_autofree guint8 *packed = g_malloc (room);

  gsize length = ZSTD_compress (packed, room, data, n, LEVEL);
  if (ZSTD_isError (length))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, NULL, "cannot compress the body: %s",
                    ZSTD_getErrorName (length));
      return NULL;
    }
  packed = g_realloc (packed, MAX (length, 1));
  return g_bytes_new_take (g_steal_pointer (&packed), length);
}

static gboolean
check_growth (gsize plain, gsize packed, gsize limit, GError **error)
{
  if (plain > RATIO_FLOOR && plain / WG_LIMIT_RATIO > packed)
    wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "bomb",
                  "the body grows more than %d times while unpacking", WG_LIMIT_RATIO);
  else if (plain > limit)
    wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-large",
                  "the unpacked body is larger than %" G_GSIZE_FORMAT " bytes: send less", limit);
  else
    return TRUE;
  return FALSE;
}

/* Unpacks one frame, piece by piece, so that a bomb is seen before it has grown. */
static GByteArray *
unpack (ZSTD_DCtx *context, ZSTD_inBuffer *in, gsize limit, GError **error)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  gsize step = ZSTD_DStreamOutSize ();
  g_autofree guint8 *piece = g_malloc (step);
  gsize rest;

  do
    {
      ZSTD_outBuffer out = { piece, step, 0 };
      rest = ZSTD_decompressStream (context, &out, in);
      if (ZSTD_isError (rest))
        {
          gboolean window = ZSTD_getErrorCode (rest) == ZSTD_error_frameParameter_windowTooLarge;
          wg_wire_fail (error, window ? WG_WIRE_ERROR_LIMIT : WG_WIRE_ERROR_MALFORMED,
                        window ? "too-large" : "malformed", "cannot unpack the body: %s",
                        ZSTD_getErrorName (rest));
          return NULL;
        }
      if (rest != 0 && in->pos == in->size && out.pos < out.size)
        {
          wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "the compressed body is cut off");
          return NULL;
        }
      if (!check_growth (plain->len + out.pos, in->pos, limit, error))
        return NULL;
      g_byte_array_append (plain, piece, (guint) out.pos);
    }
  while (rest != 0);
  return g_steal_pointer (&plain);
}

/**
 * wg_zstd_decompress:
 * @packed: one zstd frame
 * @limit: largest size of the unpacked body
 * @error: return location
 *
 * Unpacks a body as a stream and stops as soon as it breaks a limit: packed size 1 MiB,
 * window 8 MiB, ratio 200, unpacked size @limit. Never holds more than @limit and the
 * window in memory.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_LIMIT (too-large, bomb); %WG_WIRE_ERROR_MALFORMED when it is no
 * zstd frame, is cut off, or something follows it.
 *
 * Returns: (transfer full): the body
 */
GBytes *
wg_zstd_decompress (GBytes *packed, gsize limit, GError **error)
{
  ZSTD_inBuffer in = { 0 };
  g_autoptr (ZSTD_DCtx) context = ZSTD_createDCtx ();

  in.src = g_bytes_get_data (packed, &in.size);
  if (context == NULL ||
      ZSTD_isError (ZSTD_DCtx_setParameter (context, ZSTD_d_windowLogMax, WINDOW_LOG)))
    g_error ("cannot set up zstd");
  if (in.size > WG_LIMIT_BODY_WIRE)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-large",
                    "the body is larger than %d bytes: send less", WG_LIMIT_BODY_WIRE);
      return NULL;
    }
  g_autoptr (GByteArray) plain = unpack (context, &in, limit, error);
  if (plain == NULL)
    return NULL;
  if (in.pos != in.size)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "something follows the compressed body");
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&plain));
}
