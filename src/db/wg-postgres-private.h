/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on PostgreSQL: what its files share; nobody else includes it. */
#pragma once

#include <libpq-fe.h>

#include "db/wg-db-private.h"

G_BEGIN_DECLS

/* Types of the server, from its catalogue; they never change. */
typedef enum
{
  WG_POSTGRES_BOOL = 16,
  WG_POSTGRES_BYTEA = 17,
  WG_POSTGRES_INT8 = 20,
  WG_POSTGRES_INT4 = 23,
  WG_POSTGRES_TEXT = 25,
  WG_POSTGRES_FLOAT8 = 701,
  WG_POSTGRES_BYTEA_ARRAY = 1001,
  WG_POSTGRES_TEXT_ARRAY = 1009,
  WG_POSTGRES_INT8_ARRAY = 1016,
  WG_POSTGRES_FLOAT8_ARRAY = 1022,
} WgPostgresType;

typedef struct
{
  WgPostgresType type;
  gboolean is_null;
  GByteArray *bytes; /* as they travel */
} WgPostgresParameter;

typedef struct _WgPostgresRows WgPostgresRows;

typedef struct
{
  WgDb base;
  PGconn *connection;  /* always in pipeline mode */
  GQueue sent;         /* of WgPostgresSent: what travels, in order */
  GError *failed;      /* the first fault of this transaction, until it is rolled back */
  gint64 n_changed;    /* rows of the last write */
  GHashTable *ahead;   /* GBytes key -> WgPostgresSent: reads that were announced */
  GPtrArray *gathered; /* of WgPostgresRows, borrowed: in the order of their first rows */
  gsize n_gathered;    /* their bytes */
  gboolean in_transaction;
  guint n_begun;   /* transactions, this one too */
  guint64 n_trips; /* waits for the server, for measurements */
} WgPostgres;

/* One command on its way. */
typedef struct
{
  int ref_count;
  char *name; /* for messages */
  int n_rows; /* a write that must change so many; −1: any number */
  gboolean is_commit;
  PGresult *result; /* kept for a read; %NULL until it has come */
  gboolean keep;
} WgPostgresSent;

WgPostgresSent *wg_postgres_push (WgPostgres *self, const char *name, int n_rows, gboolean keep);
void wg_postgres_sent_unref (WgPostgresSent *sent);
/* Waits for everything that travels; %FALSE with the transaction's first fault. */
gboolean wg_postgres_settle (WgPostgres *self, GError **error);
gboolean wg_postgres_set_lost (WgPostgres *self, const char *doing, GError **error);
gboolean wg_postgres_set_error (const PGresult *result, const char *doing, GError **error);

/* `:name` as `$n`; names in the order of their numbers. */
char *wg_postgres_translate (const char *sql, gboolean locks, GPtrArray *out_names);
/* A translated INSERT of one row as one of many, with an array for each parameter; or %NULL. */
char *wg_postgres_translate_rows (const char *sql);
/* SQLite's DDL in PostgreSQL's words. */
char *wg_postgres_translate_ddl (const char *sql);

/* Rows of one insert, which go out together, before anything else does. */
WgPostgresRows *wg_postgres_rows_new (WgPostgres *db,
                                      const char *single,
                                      const char *sql,
                                      guint n,
                                      const WgPostgresParameter *parameters,
                                      GError **error);
void wg_postgres_rows_free (WgPostgresRows *self);
gboolean wg_postgres_rows_add (WgPostgresRows *self,
                               WgPostgres *db,
                               const WgPostgresParameter *parameters,
                               int n_rows,
                               GError **error);
gboolean wg_postgres_send_rows (WgPostgres *db, GError **error);

/* The statement's part of the engine. */
WgStatement *wg_postgres_prepare (WgDb *db, const char *name, const char *sql, GError **error);
void wg_postgres_finalize (WgStatement *statement);
void wg_postgres_clear (WgStatement *statement);
int wg_postgres_bind (WgStatement *statement, const char *name, const WgValue *value);
gboolean wg_postgres_step (WgStatement *statement, gboolean *out_row, GError **error);
gboolean wg_postgres_run (WgStatement *statement, int n_rows, GError **error);
void wg_postgres_ahead (WgStatement *statement);
const char *wg_postgres_column_name (WgStatement *statement, int index);
gboolean wg_postgres_is_null (WgStatement *statement, int index);
const char *wg_postgres_text (WgStatement *statement, int index);
gint64 wg_postgres_number (WgStatement *statement, int index);
double wg_postgres_real (WgStatement *statement, int index);
GBytes *wg_postgres_bytes (WgStatement *statement, int index);

G_END_DECLS
