/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the db layer share, and what an engine has to do; nobody else includes it. */
#pragma once

#include "db/wg-db.h"

G_BEGIN_DECLS

typedef struct _WgDbEngine WgDbEngine;

/* An engine's own struct begins with this one. */
struct _WgDb
{
  const WgDbEngine *engine;
  char *name; /* for messages: a path, or an address without its password */
  gboolean readonly;
  int depth;              /* open transactions: 1 the real one, above it savepoints */
  GPtrArray *sql;         /* of GHashTable, char * name -> char * text; not owned */
  GHashTable *statements; /* char * name (of sql) -> WgStatement */
};

struct _WgStatement
{
  WgDb *db;
  const char *name;
  int n_columns;
  int last_column; /* columns are mostly read in their order */
  gboolean bind_failed;
  gboolean has_row;
};

typedef enum
{
  WG_VALUE_NULL,
  WG_VALUE_TEXT,
  WG_VALUE_INT,
  WG_VALUE_REAL,
  WG_VALUE_BYTES,
} WgValueKind;

typedef struct
{
  WgValueKind kind;
  union
  {
    const char *text;
    gint64 number;
    double real;
    GBytes *bytes;
  };
} WgValue;

struct _WgDbEngine
{
  gboolean is_shared; /* others write at the same time: a transaction may have to be run again */
  void (*close) (WgDb *self); /* statements are gone; frees @self's own members */
  gboolean (*begin) (WgDb *self, GError **error);
  gboolean (*commit) (WgDb *self, GError **error);
  void (*rollback) (WgDb *self);
  /* SAVEPOINT, RELEASE, ROLLBACK TO: @undoes must succeed whatever happened before. */
  gboolean (*savepoint) (WgDb *self, const char *sql, gboolean undoes, GError **error);
  gboolean (*is_lost) (WgDb *self);        /* %NULL: it cannot be */
  gboolean (*is_rolled_back) (WgDb *self); /* by the engine itself, while we believe to be in it */
  void (*reset_statements) (WgDb *self);
  gint64 (*changes) (WgDb *self);
  int (*get_version) (WgDb *self);
  /* In the migrating transaction: nobody else migrates from here on; then the new version. */
  gboolean (*lock_version) (WgDb *self, GError **error);
  gboolean (*set_version) (WgDb *self, int version, GError **error);
  gboolean (*run_migration) (WgDb *self, const char *sql, GError **error);
  gboolean (*check) (WgDb *self, GError **error);
  gboolean (*backup) (WgDb *self, const char *path, GError **error);
  gboolean (*checkpoint) (WgDb *self, GError **error);
  char *(*explain) (WgDb *self, const char *sql, GError **error);

  WgStatement *(*prepare) (WgDb *self, const char *name, const char *sql, GError **error);
  void (*finalize) (WgStatement *statement);
  void (*clear) (WgStatement *statement); /* ends it and forgets what is bound */
  /* 0: bound; −1: there is no such parameter; 1: the value cannot be bound. */
  int (*bind) (WgStatement *statement, const char *name, const WgValue *value);
  gboolean (*step) (WgStatement *statement, gboolean *out_row, GError **error);
  /* A write without rows. @n_rows: how many it must change, −1: any number. What goes wrong may be
   * told later, at the latest by the commit. */
  gboolean (*run) (WgStatement *statement, int n_rows, GError **error);
  void (*ahead) (WgStatement *statement); /* %NULL: reads cost no round trip */
  const char *(*column_name) (WgStatement *statement, int index);
  gboolean (*is_null) (WgStatement *statement, int index);
  const char *(*text) (WgStatement *statement, int index);
  gint64 (*number) (WgStatement *statement, int index);
  double (*real) (WgStatement *statement, int index);
  GBytes *(*bytes) (WgStatement *statement, int index);
};

void wg_db_init (WgDb *self, const WgDbEngine *engine, const char *name, gboolean readonly);

/* The error of a write that did not change as many rows as it must; %FALSE. */
gboolean wg_db_set_changed (const char *name, GError **error);

/* `-- :name <id>` texts of one file into @table (char * -> char *). */
gboolean wg_sql_parse (const char *text, GHashTable *table, GError **error);
gboolean wg_sql_find (WgDb *self, const char *name, gpointer *out_name, gpointer *out_text);

G_END_DECLS
