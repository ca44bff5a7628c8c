/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geometry as a GeoPackage keeps it: its parts as lists of points. */
#include "sample/wg-wkb.h"

#include <string.h>

#define MAX_DEPTH 4

typedef struct
{
  const guint8 *at, *end;
  gboolean little;
  WgWkbPart part;
  gpointer data;
} Reader;

static gboolean
read_count (Reader *reader, guint32 *out_value)
{
  guint32 raw;

  if (reader->end - reader->at < 4)
    return FALSE;
  memcpy (&raw, reader->at, 4);
  reader->at += 4;
  *out_value = reader->little ? GUINT32_FROM_LE (raw) : GUINT32_FROM_BE (raw);
  return TRUE;
}

static double
take_number (Reader *reader)
{
  guint64 raw;
  double value;

  memcpy (&raw, reader->at, 8);
  reader->at += 8;
  raw = reader->little ? GUINT64_FROM_LE (raw) : GUINT64_FROM_BE (raw);
  memcpy (&value, &raw, 8);
  return value;
}

/* @n points of @dimensions numbers each; those beyond the first two are skipped. */
static gboolean
read_points (Reader *reader, WgWkbKind kind, guint32 n, guint dimensions, gboolean wanted)
{
  if ((guint64) (reader->end - reader->at) < (guint64) n * dimensions * 8)
    return FALSE;
  g_autofree WgPoint *points = g_new (WgPoint, MAX (n, 1));

  for (guint32 i = 0; i < n; i++)
    {
      points[i].lon = take_number (reader);
      points[i].lat = take_number (reader);
      reader->at += (dimensions - 2) * 8;
    }
  if (wanted && n > 0)
    reader->part (kind, points, n, reader->data);
  return TRUE;
}

static gboolean
read_polygon (Reader *reader, guint dimensions)
{
  guint32 rings, n;

  if (!read_count (reader, &rings))
    return FALSE;
  for (guint32 i = 0; i < rings; i++)
    if (!read_count (reader, &n) || !read_points (reader, WG_WKB_RING, n, dimensions, i == 0))
      return FALSE;
  return TRUE;
}

static gboolean
read_geometry (Reader *reader, int depth)
{
  guint32 type, n;

  if (depth > MAX_DEPTH || reader->end - reader->at < 5)
    return FALSE;
  reader->little = *reader->at++ == 1;
  if (!read_count (reader, &type))
    return FALSE;
  if (type >= 4000) /* 1000: Z, 2000: M, 3000: ZM */
    return FALSE;
  guint dimensions = type >= 3000 ? 4 : type >= 1000 ? 3 : 2;
  switch (type % 1000)
    {
    case 1:
      return read_points (reader, WG_WKB_POINT, 1, dimensions, TRUE);
    case 2:
      return read_count (reader, &n) && read_points (reader, WG_WKB_LINE, n, dimensions, TRUE);
    case 3:
      return read_polygon (reader, dimensions);
    case 4:
    case 5:
    case 6:
    case 7:
      if (!read_count (reader, &n))
        return FALSE;
      for (guint32 i = 0; i < n; i++)
        if (!read_geometry (reader, depth + 1))
          return FALSE;
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * wg_wkb_read:
 * @geometry: a GeoPackage geometry: header, envelope, WKB
 * @part: called for each point, line and outer ring; the points live during the call
 * @data: handed to @part
 *
 * Takes a geometry apart. Heights and measures are skipped, holes too.
 *
 * Thread: any.
 * Errors: none; the answer says.
 * Source: OGC 12-128r19 2.1.3; OGC 06-103r4 8.2
 *
 * Returns: %FALSE when the bytes are cut short or of another kind
 */
gboolean
wg_wkb_read (GBytes *geometry, WgWkbPart part, gpointer data)
{
  static const guint envelope_bytes[] = { 0, 32, 48, 48, 64 };
  gsize size;
  const guint8 *bytes = g_bytes_get_data (geometry, &size);

  if (size < 8 || bytes[0] != 'G' || bytes[1] != 'P')
    return FALSE;
  guint envelope = bytes[3] >> 1 & 7;
  if (envelope >= G_N_ELEMENTS (envelope_bytes) || size < 8 + envelope_bytes[envelope])
    return FALSE;
  Reader reader = { bytes + 8 + envelope_bytes[envelope], bytes + size, TRUE, part, data };
  return read_geometry (&reader, 0);
}
