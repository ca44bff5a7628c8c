/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second engine: a connection to PostgreSQL. Only the platform links it. */
#pragma once

#include "db/wg-db.h"

G_BEGIN_DECLS

/* "postgresql://…" or "postgres://…". */
gboolean wg_postgres_is_address (const char *text);
WgDb *wg_postgres_open (const char *address, gboolean readonly, GError **error);

G_END_DECLS
