/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's log: a line of JSON for each message, without personal data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line, with its end. */
char *wg_log_format (gint64 at_ms, GLogLevelFlags level, const char *message);
/* From here on messages go to standard error in this form. */
void wg_log_start (void);

G_END_DECLS
