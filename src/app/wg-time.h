/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times and distances as the screens tell them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *wg_time_format_clock (gint64 time_ms);
char *wg_time_format (gint64 time_ms, gint64 now_ms);
char *wg_time_format_age (gint64 time_ms, gint64 now_ms);
char *wg_time_format_span (gint64 span_ms);
char *wg_time_format_metres (double metres);

G_END_DECLS
