/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Families of the own grid for tests of the screens, a conflict, and the platform's answers. */
#pragma once

#include "app/app-tablet.h"

G_BEGIN_DECLS

/* Families of two; the later half of the households was confirmed in this half-year. A second
 * tablet made an open conflict of the first household's place and contact. */
#define APP_HOUSEHOLDS 12
char *app_household_id (guint n);
char *app_resident_id (guint n);
char *app_resident_number (guint n);
char *app_conflict_id (void);

/* A row as the platform sends it. */
typedef struct
{
  const char *kind;
  char *id;
  char *body;
} AppRecordRow;

GPtrArray *app_records_new (AppTablet *tablet);

/* The platform answers: everything that waits is applied, but what changes @refused_record, whose
 * @field it will not take. */
void app_tablet_answer (AppTablet *tablet, const char *refused_record, const char *field);

/* The platform answers that somebody changed the household's place and contact before what waits
 * did, and tells the conflict. */
void app_tablet_dispute (AppTablet *tablet, guint n);

/* A household comes anew from the platform, at another place. */
void app_tablet_rename (AppTablet *tablet, guint n, const char *place);

G_END_DECLS
