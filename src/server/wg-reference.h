/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference data as the writer needs it: grids, standards, calendars, parsed once per version. */
#pragma once

#include "core/wg-org.h"
#include "core/wg-standard.h"
#include "server/wg-work.h"

G_BEGIN_DECLS

WgReference *wg_reference_new (void);
void wg_reference_free (WgReference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgReference, wg_reference_free)
/* Drops what is older than the database's; once at the start of each transaction. */
void wg_reference_begin (WgReference *self, WgDb *db);
/* %NULL without error: there is no such thing. (transfer none), valid until the next refresh. */
const WgGrid *wg_reference_get_grid (WgReference *self, WgDb *db, const char *code, GError **error);
const WgStandard *
wg_reference_get_standard (WgReference *self, WgDb *db, const char *version, GError **error);
const WgCalendar *
wg_reference_get_calendar (WgReference *self, WgDb *db, gint64 at_ms, GError **error);

/* Inserts or replaces a reference row and tells its scopes; nothing happens when @body is the same.
 */
gboolean wg_reference_put (WgWork *work,
                           const char *also,
                           const char *kind,
                           const char *id,
                           const char *body,
                           gboolean *out_changed,
                           GError **error);
gboolean
wg_reference_put_org (WgWork *work, const WgOrg *org, gboolean *out_changed, GError **error);
gboolean
wg_reference_put_grid (WgWork *work, const WgGrid *grid, gboolean *out_changed, GError **error);
gboolean wg_reference_put_worker (WgWork *work,
                                  const WgWorker *worker,
                                  gboolean *out_changed,
                                  GError **error);
gboolean wg_reference_set_worker_active (
    WgWork *work, const char *id, gboolean active, gboolean *out_found, GError **error);
/* Standard or calendar: the CSV whole; the text has been read without error before. */
gboolean wg_reference_put_text (WgWork *work,
                                const char *kind,
                                const char *id,
                                const char *csv,
                                gboolean *out_changed,
                                GError **error);

G_END_DECLS
