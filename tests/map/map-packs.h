/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small tile packs written by the tests: raster ones, shifted ones, wrong ones. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int zoom, x, row; /* rows count from the south */
  const void *bytes;
  gsize n_bytes;
} MapPackTile;

/* @datum and @format may be %NULL: not told. @tiles ends with n_bytes 0. */
void
map_pack_write (const char *path, const char *format, const char *datum, const MapPackTile *tiles);
/* A file that looks like a pack but has no table of tiles. */
void map_pack_write_without_tiles (const char *path);
/* gzip of @n zero bytes behind @first. */
GBytes *map_pack_gzip (guint8 first, gsize n);
/* One pixel as PNG; the encoded tile of an empty vector layer. */
extern const guint8 MAP_PACK_PNG[69];
extern const guint8 MAP_PACK_PBF[7];

G_END_DECLS
