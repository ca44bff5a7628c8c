/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that travels on a USB stick (*.wgb): parts sealed to one reader, signed by one writer.
 */
#pragma once

#include "wire/wg-crypto.h"

G_BEGIN_DECLS

/* A photo of 20 MiB and its name fit. */
#define WG_LIMIT_BUNDLE_PART (21 * 1024 * 1024)
/* That is handed in over HTTP; a file on the machine itself may be larger. */
#define WG_LIMIT_BUNDLE (256 * 1024 * 1024)

typedef enum
{
  WG_BUNDLE_PUSH = 'P',    /* body of a push */
  WG_BUNDLE_PULL = 'Q',    /* a pull request */
  WG_BUNDLE_BLOB = 'B',    /* 64 hex digits, then the photo */
  WG_BUNDLE_RESULT = 'A',  /* answer of a push */
  WG_BUNDLE_PROBLEM = 'X', /* why a push as a whole had no effect */
  WG_BUNDLE_PHOTOS = 'D',  /* names of photos that the platform has whole, a line each */
  WG_BUNDLE_PAGE = 'L',    /* a page of rows */
  WG_BUNDLE_END = 'E',     /* the writer's signature */
} WgBundlePart;

/* What anybody can read of a bundle. */
typedef struct
{
  char *kind;    /* "push": of a terminal; "answer": of the platform */
  char *replica; /* whose operations */
  char *epoch;
  char *id; /* of the terminal's bundle; an answer names the one it answers */
  char *to; /* key id of the reader */
  gint64 made_ms;
  gint64 n_operations, n_photos;
  gint64 lease_s; /* of an answer: how long the terminal may be used from when it asked; else 0 */
} WgBundleHeader;

void wg_bundle_header_clear (WgBundleHeader *header);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WgBundleHeader, wg_bundle_header_clear)
/* Names a key: 16 hex digits. */
char *wg_bundle_key_id (const guint8 *public_key);

/* Gives the file piece by piece: write each as it comes. Keys are those that sign. */
typedef struct _WgBundleWriter WgBundleWriter;
WgBundleWriter *wg_bundle_writer_new (const WgPorts *ports,
                                      const WgBundleHeader *header,
                                      const guint8 *reader_public,
                                      const guint8 *writer_secret,
                                      GBytes **out_head,
                                      GError **error);
GBytes *wg_bundle_writer_add (WgBundleWriter *self, WgBundlePart part, gconstpointer data, gsize n);
GBytes *wg_bundle_writer_end (WgBundleWriter *self);
void wg_bundle_writer_free (WgBundleWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgBundleWriter, wg_bundle_writer_free)

/* Reads a whole file; nothing in it is believed before wg_bundle_check(). */
gboolean wg_bundle_read_header (GBytes *file, WgBundleHeader *out_header, GError **error);
gboolean wg_bundle_check (GBytes *file,
                          const guint8 *reader_public,
                          const guint8 *reader_secret,
                          const guint8 *writer_public,
                          GError **error);
typedef struct _WgBundleReader WgBundleReader;
WgBundleReader *wg_bundle_reader_new (GBytes *file,
                                      const guint8 *reader_public,
                                      const guint8 *reader_secret,
                                      GError **error);
/* The next part, %WG_BUNDLE_END at the end; 0 with @error set. */
WgBundlePart wg_bundle_reader_next (WgBundleReader *self, GBytes **out_data, GError **error);
void wg_bundle_reader_free (WgBundleReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgBundleReader, wg_bundle_reader_free)

G_END_DECLS
