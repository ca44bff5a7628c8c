/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run: what people do, what goes wrong, what must be true. */
#pragma once

#include "world.h"

G_BEGIN_DECLS

#define RUN_STEPS 60

/* What a run is about; work that names none belongs to every run. */
typedef enum
{
  RUN_THEME_EVENTS = 1 << 0,
  RUN_THEME_RECORDS = 1 << 1,
} RunTheme;

/* A thing that people or machines do in a step. */
typedef struct
{
  const char *name;
  guint weight;
  void (*act) (SimRandom *random);
  guint theme;
} RunAction;

typedef struct
{
  guint64 seed;
  guint steps;     /* 0: RUN_STEPS */
  guint64 without; /* bits of RUN_FAULTS that stay off, for shrinking */
} RunOptions;

/* Digest of the trace; @out_violation (transfer full): %NULL when all was well. */
guint64 run_seed (const RunOptions *options, char **out_violation);

/* The tables; one more line is one more thing that happens. */
extern const RunAction WORK_ACTIONS[], RUN_FAULTS[];
extern const guint WORK_N_ACTIONS, RUN_N_FAULTS;

/* --- work.c ---------------------------------------------------------------------------------- */

void work_act (SimRandom *random, guint64 enabled);
Terminal *work_choose_terminal (SimRandom *random);

/* --- faults.c -------------------------------------------------------------------------------- */

/* Of the kinds that are on (bits of RUN_FAULTS). */
void faults_begin (SimRandom *random, guint64 enabled);
void faults_act (SimRandom *random, guint64 enabled);
void faults_tend (SimRandom *random); /* each step: buries the dead, starts again */
void faults_end (void);               /* nothing fails any more, and all runs again */
/* For work that needs a fault at its place. */
void faults_cut_line (const Terminal *terminal, guint seconds);
void faults_set_clock (const Terminal *terminal, SimRandom *random);
void faults_go_flat (const Terminal *terminal, SimRandom *random); /* in order; another clock */
void faults_restore (SimRandom *random);                           /* and the platform serves */

/* --- oracle.c -------------------------------------------------------------------------------- */

void oracle_begin (void);
void oracle_free (void);
/* The terminal said "saved": everything of this record must arrive. */
void oracle_saved (Terminal *terminal, const char *rec);
void oracle_undone (const char *rec);
void oracle_dismissed (const char *rec);
/* From now on the worker may work there, too: what was made before a move is still taken. */
void oracle_moved (const char *worker, const char *grid);
/* It may be of the town of that grid. */
gboolean oracle_is_of_town (const char *worker, guint grid);
/* Two go on with the same log. */
void oracle_forked (void);
/* The disk is as it was then: what was saved later is gone, unless it had been sent. */
void oracle_rolled_back (const Terminal *terminal, gint64 since_us);
gboolean oracle_is_same_log (const Terminal *one, const Terminal *other);
/* Rows came in a bundle. */
void oracle_carried (void);
char *oracle_any_record (SimRandom *random); /* (transfer full) (nullable) */
/* The platform came up: it must know what it has acknowledged. */
void oracle_platform_up (void);
/* The platform is up, the terminals run, nothing fails any more. */
gboolean oracle_is_quiet (void);
void oracle_final (void);

G_END_DECLS
