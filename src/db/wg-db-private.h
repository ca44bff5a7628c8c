/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the db layer share; nobody else includes it. */
#pragma once

#define SQLITE_HAS_CODEC 1
#include <sqlite3.h>

#include "db/wg-db.h"

G_BEGIN_DECLS

#define WG_DB_VFS "wangge"

struct _WgDb
{
  sqlite3 *handle;
  char *path;
  guint8 key[WG_DB_KEY];
  gboolean has_key;
  gboolean readonly;
  int depth;              /* open transactions: 1 the real one, above it savepoints */
  GHashTable *sql;        /* char * name -> char * text */
  GHashTable *statements; /* char * name (of sql) -> WgStatement */
};

WgStatement *wg_statement_new (WgDb *db, const char *name, const char *sql, GError **error);
void wg_statement_free (WgStatement *self);

/* Runs text of this layer or of a migration; never text made at run time from data. */
gboolean wg_db_exec (WgDb *self, const char *sql, GError **error);
char *wg_db_query_text (WgDb *self, const char *sql, GError **error);
gboolean wg_db_set_error (WgDb *self, int rc, const char *doing, GError **error);

/* `-- :name <id>` texts of one file into @table (char * -> char *). */
gboolean wg_sql_parse (const char *text, GHashTable *table, GError **error);

int wg_db_fault_register (void);

G_END_DECLS
