/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes offline map packs (MBTiles with vector tiles) from layers of GeoJSON or OpenStreetMap, by
 * ogr2ogr. */
#pragma once

#include <gio/gio.h>

#include "core/wg-geo.h"

G_BEGIN_DECLS

typedef enum
{
  WG_SAMPLE_ERROR_TOOL,  /* ogr2ogr is missing or failed: install gdal-bin, read its message */
  WG_SAMPLE_ERROR_INPUT, /* an input file is missing, damaged or empty: choose another */
  WG_SAMPLE_ERROR_WRITE, /* the output cannot be written: free space, choose another folder */
} WgSampleError;

#define WG_SAMPLE_ERROR (wg_sample_error_quark ())
GQuark wg_sample_error_quark (void);

/* Where the data come from, as recorded in the pack. */
typedef struct
{
  const char *name;        /* shown to the user */
  const char *attribution; /* shown on the map */
  WgDatum datum;           /* of the input; tiles are cut in it */
} WgPackOptions;

/* %FALSE when `ogr2ogr` is not in the PATH (package gdal-bin). */
gboolean wg_sample_can_make_pack (void);

/* The map of the sample district; a few seconds. The file appears whole or not at all. */
gboolean wg_sample_make_pack (const char *path, GError **error);

/* @inputs: .osm.pbf, .osm, .geojson files or folders of .geojson. */
gboolean wg_pack_make (const char *const *inputs,
                       const WgPackOptions *options,
                       const char *path,
                       GError **error);

G_END_DECLS
