/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Likely repeat reports: same class family, near, recent (domain.md R16, ux.md E2). */
#pragma once

#include "core/wg-geo.h"
#include "core/wg-standard.h"

G_BEGIN_DECLS

typedef struct
{
  const char *class_code;
  WgPoint point;
  gint64 occurred_ms;
  const char *text;
} WgDuplicateFacts;

/* 0 … 1; 0 when family, radius or time exclude it. */
double wg_duplicate_score (const WgStandard *standard,
                           const WgDuplicateFacts *mine,
                           const WgDuplicateFacts *other);

G_END_DECLS
