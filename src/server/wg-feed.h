/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change feed: numbers per scope given inside the writing transaction, digests kept along. */
#pragma once

#include "db/wg-db.h"

G_BEGIN_DECLS

typedef struct _WgFeed WgFeed;

/* One per transaction or savepoint: what it holds is written by flush, or dropped with it. */
WgFeed *wg_feed_new (WgDb *db);
void wg_feed_free (WgFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgFeed, wg_feed_free)
gboolean wg_feed_add (WgFeed *self,
                      const char *scope,
                      const char *kind,
                      const char *rec,
                      gint64 ver,
                      gboolean is_new,
                      GError **error);
gboolean
wg_feed_remove (WgFeed *self, const char *scope, const char *kind, const char *rec, GError **error);
/* A member again, with this version. */
gboolean wg_feed_restore (
    WgFeed *self, const char *scope, const char *kind, const char *rec, gint64 ver, GError **error);
/* A new version of a record that is member of scopes already. */
gboolean wg_feed_bump (WgFeed *self, const char *kind, const char *rec, gint64 ver, GError **error);
gboolean wg_feed_flush (WgFeed *self, GError **error);

G_END_DECLS
