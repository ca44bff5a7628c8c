/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database connection, its transactions and named statements; knows no word of the domain. */
#pragma once

#include "db/wg-db-error.h"

G_BEGIN_DECLS

/* SQLCipher in WAL mode, synchronous=FULL, temp_store=MEMORY, 32 MB cache, 4096-byte pages sealed
 * by HMAC-SHA-256, foreign keys on. One connection belongs to one thread. */
typedef struct _WgDb WgDb;
typedef struct _WgStatement WgStatement;

#define WG_DB_KEY 32

/* Refuses to work when the library cannot encrypt (PRAGMA cipher_version empty).
 * Fsyncs the WAL after opening, before anything read can leave the process (protocol.md 8.3).
 * @key: WG_DB_KEY bytes, or %NULL for a plain file (benchmarks and the tile packs only). */
WgDb *wg_db_open (const char *path, const guint8 *key, GError **error);
WgDb *wg_db_open_readonly (const char *path, const guint8 *key, GError **error);
void wg_db_close (WgDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgDb, wg_db_close)

/* %TRUE where others write at the same time: transactions may have to be run again, whole. */
gboolean wg_db_is_shared (WgDb *self);
/* The line to the server has broken: close it and open another one. */
gboolean wg_db_is_lost (WgDb *self);

/* Statements come from .sql files compiled in as resources: `-- :name <id>` starts one. */
gboolean wg_db_load_sql (WgDb *self, const char *resource_folder, GError **error);
char **wg_db_get_statement_names (WgDb *self); /* for the test that prepares each */
const char *wg_db_get_statement_sql (WgDb *self, const char *name);
char *wg_db_explain (WgDb *self, const char *name, GError **error); /* the plan, a line per step */

/* Numbered files NNN-*.sql of a resource folder, all or nothing, version in user_version;
 * a file of a newer version is refused with WG_DB_ERROR_NEWER. */
gboolean wg_db_migrate (WgDb *self, const char *resource_folder, GError **error);
int wg_db_get_version (WgDb *self);

/* Immediate, a read-only connection's is a snapshot; nests as savepoints. */
gboolean wg_db_begin (WgDb *self, GError **error);
gboolean wg_db_commit (WgDb *self, GError **error);
void wg_db_rollback (WgDb *self);
gboolean wg_db_in_transaction (WgDb *self);
void wg_db_reset_statements (WgDb *self); /* at the end of a job: no statement is left on a row */

/* The named statement, reset and unbound, cached by the connection (transfer none): use it up
 * before asking for the same name again. */
WgStatement *wg_db_statement (WgDb *self, const char *name, GError **error);
/* Binds, runs to the end, expects no row: for writes. @first: name, type letter and value
 * triples ended by %NULL:  "id", 's', id, "at_ms", 'i', (gint64) at, "body", 'b', bytes, "lon",
 * 'r', 1.0 */
gboolean wg_db_run (WgDb *self, const char *name, GError **error, const char *first, ...)
    G_GNUC_NULL_TERMINATED;
gint64 wg_db_changes (WgDb *self);
/* Announces a read with the values of wg_db_run(), so that many can share one round trip. */
void wg_db_ahead (WgDb *self, const char *name, const char *first, ...) G_GNUC_NULL_TERMINATED;

void wg_statement_bind_text (WgStatement *self,
                             const char *name,
                             const char *value); /* %NULL binds NULL */
void wg_statement_bind_int (WgStatement *self, const char *name, gint64 value);
void
wg_statement_bind_real (WgStatement *self, const char *name, double value); /* NAN binds NULL */
void wg_statement_bind_bytes (WgStatement *self, const char *name, GBytes *value);
gboolean wg_statement_next (WgStatement *self,
                            GError **error); /* %TRUE: a row; %FALSE: end or error */
/* A write that must change exactly one row. */
gboolean wg_statement_run_one (WgStatement *self, GError **error);
const char *wg_statement_text (WgStatement *self,
                               const char *column); /* borrowed until the next call of next */
char *wg_statement_dup_text (WgStatement *self, const char *column);
gint64 wg_statement_int (WgStatement *self, const char *column);  /* 0 for NULL */
double wg_statement_real (WgStatement *self, const char *column); /* NAN for NULL */
GBytes *wg_statement_bytes (WgStatement *self, const char *column);
gboolean wg_statement_is_null (WgStatement *self, const char *column);
void wg_statement_reset (WgStatement *self);
/* The same after reading; moves what went wrong on the way to @error, %TRUE if nothing did. */
gboolean wg_statement_end (WgStatement *self, GError **local, GError **error);
/* One column of the first row, then the statement is let go. @statement may be %NULL with @error
 * set, as wg_db_statement() gives it. %NULL and −1: there is no row, or it failed. */
char *wg_db_take_text (WgStatement *statement, const char *column, GError **error);
gint64 wg_db_take_int (WgStatement *statement, const char *column, GError **error);

/* integrity_check and cipher_integrity_check; %FALSE with WG_DB_ERROR_CORRUPT and what was found.
 */
gboolean wg_db_check (WgDb *self, GError **error);
/* Online copy, encrypted with the same key, fsynced, then renamed into place. */
gboolean wg_db_backup (WgDb *self, const char *path, GError **error);
gboolean wg_db_checkpoint (WgDb *self, GError **error); /* truncates the WAL */
/* Pages that a connection to a file keeps. */
#define WG_DB_CACHE_KIB 32768
/* Bytes that SQLite holds in this process, those pages above all. */
gint64 wg_db_get_memory (void);

/* For fault tests: the n-th write-ish call of the file layer fails (0 = off) with the given code
 * letter: 'F' disk full, 'I' I/O error, 'S' short write; 'X' exits the process there with status
 * 99; in lower case that call and all after it. Files written through wg-file.h count too. */
void wg_db_fault_arm (gint64 nth_write, char kind);
gint64 wg_db_fault_count (void);

G_END_DECLS
