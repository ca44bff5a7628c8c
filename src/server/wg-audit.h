/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit: administrative acts and reads, each line chained to the one before. */
#pragma once

#include "server/wg-work.h"

G_BEGIN_DECLS

gboolean wg_audit_add (WgWork *work,
                       const char *actor,
                       const char *act,
                       const char *subject,
                       const char *detail,
                       GError **error);
/* %FALSE with %WG_SERVER_ERROR_FAILED naming the first line that does not fit. */
gboolean wg_audit_check (WgDb *db, gint64 *out_n, GError **error);

G_END_DECLS
