/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one person does at a terminal: chosen on its store thread, noted when it was saved. */
#pragma once

#include "run.h"

G_BEGIN_DECLS

typedef struct
{
  SimRandom *random;
  Terminal *at;            /* %NULL: any that runs */
  const char *rec, *value; /* work_write_phone() */
  guint level;
  gboolean with_photo;
  gint64 hold_ms;
  char *id; /* of what was chosen or made */
  WgEventList list;
  gboolean (*fits) (const WgEventView *view);
  gboolean done; /* it says that it was saved */
} Work;

/* @job on a terminal; what it says it saved is remembered. Frees the id. */
void work_do (const char *name, Work *work, WgStoreJob job);
/* An event with a photo, told of at once. */
void work_create_with_photo (Terminal *terminal, SimRandom *random);

/* work-records.c */
void act_record_create (SimRandom *random);
void act_record_change (SimRandom *random);
void act_form (SimRandom *random);
void act_record_void (SimRandom *random);
void act_record_confirm (SimRandom *random);
void act_record_reveal (SimRandom *random);
void act_conflict_settle (SimRandom *random);
/* Two people who do not hear of each other observe the same, and the clock of one is wrong. */
void act_race (SimRandom *random);
void work_records_end (void);

/* work-bundles.c */
void act_bundle_export (SimRandom *random);
void act_bundle_import (SimRandom *random);
void act_bundle_answer (SimRandom *random);
void act_bundle_trip (SimRandom *random);
void act_bundle_old (SimRandom *random);
void work_bundles_end (void);

G_END_DECLS
