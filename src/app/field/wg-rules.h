/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules say of an event in a form, and what to tell when they change meanwhile. */
#pragma once

#include "app/wg-services.h"

G_BEGIN_DECLS

/* By the standard and the grids of one moment; a plain value. */
typedef struct
{
  gboolean has_class;     /* the event has one */
  gboolean in_force;      /* it may be reported under it */
  WgEventLevel suggested; /* NONE without a class in force */
  guint levels;           /* bits of the levels the class allows */
  gboolean outside;       /* the place lies outside the own grid */
} WgRules;

WgRules wg_rules_read (WgServices *services, const WgEvent *event);
char *wg_rules_explain_class (const WgRules *before, const WgRules *now, WgEventLevel level);
const char *wg_rules_explain_place (const WgRules *before, const WgRules *now);

G_END_DECLS
