/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The platform's data folder: key, epoch, database and signing key, opened once per process. */
#pragma once

#include "core/wg-ports.h"
#include "db/wg-db.h"
#include "server/wg-s3.h"
#include "wire/wg-crypto.h"

G_BEGIN_DECLS

#define WG_PLATFORM_SQL "/io/github/wangge/Wangge/server/sql"
#define WG_PLATFORM_MIGRATE "/io/github/wangge/Wangge/server/sql/migrate"
/* Setting: days that a terminal may work without seeing the platform. */
#define WG_META_LEASE "lease-days"
/* Setting of a backup: the epoch it was made in. Such a database is never served. */
#define WG_META_COPY "copy-of"
#define WG_DAY_MS G_GINT64_CONSTANT (86400000)

/* Written once by wg_platform_open(), then read by any thread; the time source may be replaced. */
typedef struct
{
  char *folder;
  char *database;  /* path, or address of a PostgreSQL database */
  char *blobs;     /* folder; with @s3 of what has not wholly arrived, and of copies */
  char *epoch;     /* a file gets another one when it is restored; PostgreSQL holds it itself */
  char *district;  /* "370502" */
  char *ref_scope; /* "ref:370502" */
  char *copy_of;   /* epoch of which the database is a backup; else %NULL */
  guint8 key[WG_DB_KEY];
  guint8 sign_public[WG_SIGN_PUBLIC];
  guint8 sign_secret[WG_SIGN_SECRET];
  WgS3 *s3; /* where photos are kept; %NULL: in the folder @blobs */
  WgPorts ports;
} WgPlatform;

gboolean wg_platform_create (const char *folder,
                             const char *key_file,
                             const char *database,
                             const char *district,
                             const WgPorts *ports,
                             GError **error);
WgPlatform *wg_platform_open (const char *folder,
                              const char *key_file,
                              const char *database,
                              const WgPorts *ports,
                              GError **error);
WgPlatform *wg_platform_open_db (const char *folder,
                                 const char *key_file,
                                 const char *database,
                                 const WgPorts *ports,
                                 WgDb **out_db,
                                 GError **error);
WgPlatform *wg_platform_open_copy (const char *folder,
                                   const char *key_file,
                                   const char *database,
                                   const WgPorts *ports,
                                   GError **error);
void wg_platform_free (WgPlatform *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPlatform, wg_platform_free)
/* Whether other machines serve the same database. */
gboolean wg_platform_is_shared (const WgPlatform *self);
WgDb *wg_platform_connect (const WgPlatform *self, gboolean readonly, GError **error);
gboolean wg_platform_new_epoch (const char *folder, const WgPorts *ports, GError **error);
/* Daemons share the folder, a restore has it alone; held until the descriptor is closed. */
int wg_platform_lock (const char *folder, gboolean alone, GError **error);
WgPorts wg_platform_system_ports (void);

char *wg_meta_get (WgDb *db, const char *key, GError **error);
gint64 wg_meta_get_int (WgDb *db, const char *key, GError **error);
gboolean wg_meta_set (WgDb *db, const char *key, const char *value, GError **error);
/* Keys for wg_meta_lock(). */
#define WG_META_AUDIT "audit"
#define WG_META_REFERENCE "ref-version"
#define WG_META_EPOCH "epoch"
gboolean wg_meta_lock (WgDb *db, const char *key, GError **error);
gint64 wg_meta_count (WgDb *db, const char *key, GError **error);

G_END_DECLS
