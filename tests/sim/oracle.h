/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the oracle tell each other. */
#pragma once

#include "run.h"
#include "wire/wg-wire-push.h"

G_BEGIN_DECLS

/* What the oracle knows of an operation that the platform has. */
typedef struct
{
  WgResultKind result;
  char *rec, *kind, *line;
  guint n_effects;
} Known;

/* A line of the platform's history. */
typedef struct
{
  char *rec, *op_id, *line;
  gint64 ver;
} Version;

WgOperation *oracle_read_line (const char *line); /* %NULL: none */

/* oracle-events.c: the platform's history in order, of Version; each event of it computed a second
 * time; that each operation took effect as often as its answer says. */
GPtrArray *oracle_read_versions (WgDb *db, GError **error);
void oracle_check_history (WgDb *db,
                           GHashTable *known,
                           GPtrArray *versions,
                           GHashTable *conflicts,
                           GHashTable *disputes,
                           GError **error);
void oracle_check_effects (GHashTable *known, GHashTable *conflicts);

/* oracle-records.c: conflicts about records and events, id -> WgConflict; all are added to
 * @conflicts. */
GHashTable *
oracle_read_disputes (WgDb *db, GHashTable *known, GHashTable *conflicts, GError **error);
/* Each record computed a second time from its operations. @known: op_id -> Known. */
void oracle_check_records (WgDb *db, GHashTable *known, GPtrArray *versions, GError **error);
/* Those read last: whoever chooses sees what stands in @record. */
void oracle_check_open_disputes (const char *rec, const WgRecord *record);

G_END_DECLS
