/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on SQLCipher: what its files share; nobody else includes it. */
#pragma once

#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>

#include "db/wg-db-private.h"

G_BEGIN_DECLS

#define WG_DB_VFS "wangge"

typedef struct
{
  WgDb base;
  sqlite3 *handle;
  guint8 key[WG_DB_KEY];
  gboolean has_key;
} WgSqlite;

#define WG_SQLITE_SALT 16

WgDb *wg_sqlite_make (const char *path, const guint8 *key, gboolean readonly);
void wg_sqlite_make_salt (const guint8 *key, guint8 *out_salt); /* the one that belongs to a key */
/* @salt: of a file that is made; %NULL: of the file that is there. */
gboolean wg_sqlite_set_key (WgSqlite *self, const guint8 *salt, GError **error);
gboolean wg_sqlite_exec (WgDb *db, const char *sql, GError **error);
gboolean wg_sqlite_set_error (WgSqlite *self, int rc, const char *doing, GError **error);

/* The statement's part of the engine. */
WgStatement *wg_sqlite_prepare (WgDb *db, const char *name, const char *sql, GError **error);
void wg_sqlite_finalize (WgStatement *statement);
void wg_sqlite_clear (WgStatement *statement);
int wg_sqlite_bind (WgStatement *statement, const char *name, const WgValue *value);
gboolean wg_sqlite_step (WgStatement *statement, gboolean *out_row, GError **error);
gboolean wg_sqlite_run (WgStatement *statement, int n_rows, GError **error);
const char *wg_sqlite_column_name (WgStatement *statement, int index);
gboolean wg_sqlite_is_null (WgStatement *statement, int index);
const char *wg_sqlite_text (WgStatement *statement, int index);
gint64 wg_sqlite_number (WgStatement *statement, int index);
double wg_sqlite_real (WgStatement *statement, int index);
GBytes *wg_sqlite_bytes (WgStatement *statement, int index);

int wg_db_fault_register (void);

G_END_DECLS
