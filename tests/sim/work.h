/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one person does at a terminal: chosen on its store thread, noted when it was saved. */
#pragma once

#include "run.h"

G_BEGIN_DECLS

typedef struct
{
  SimRandom *random;
  guint level;
  gint64 hold_ms;
  const char *photo;
  char *id; /* of what was chosen or made */
  WgEventList list;
  gboolean (*fits) (const WgEventView *view);
  gboolean done; /* it says that it was saved */
} Work;

/* @job on a terminal; what it says it saved is remembered. Frees the id. */
void work_do (const char *name, Work *work, WgStoreJob job);

/* work-records.c */
void act_record_create (SimRandom *random);
void act_record_change (SimRandom *random);
void act_form (SimRandom *random);
void act_record_void (SimRandom *random);
void act_record_confirm (SimRandom *random);
void act_record_reveal (SimRandom *random);
void act_conflict_settle (SimRandom *random);
void work_records_end (void);

/* work-bundles.c */
void act_bundle_export (SimRandom *random);
void act_bundle_import (SimRandom *random);
void act_bundle_answer (SimRandom *random);
void work_bundles_end (void);

G_END_DECLS
