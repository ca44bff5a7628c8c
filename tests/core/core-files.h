/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core's tests read: fixtures and the project's own data. */
#pragma once

#include "core/wg-csv.h"
#include "core/wg-standard.h"

char *core_read_fixture (const char *name);
char *core_read_standards (const char *name);
WgCsv *core_open_fixture (const char *name);
WgStandard *core_open_standard (void);
WgCalendar *core_open_calendar (void);
