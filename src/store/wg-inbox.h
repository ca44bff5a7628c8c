/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes down: pages of rows applied whole, cursors, digests, epoch; the overlay of waiting
 * operations. */
#pragma once

#include "store/wg-store.h"
#include "wire/wg-wire-pull.h"

G_BEGIN_DECLS

/* (transfer full) cursor of each scope */
WgPullRequest *wg_inbox_get_request (WgStoreContext *context, GError **error);
/* Whether nothing has moved the cursors since: else the answer to @request is out of date. */
gboolean wg_inbox_is_at (WgStoreContext *context,
                         const WgPullRequest *request,
                         gboolean *out_is_at,
                         GError **error);
/* One transaction. Rows of scopes not asked for or not ours are refused. A record with waiting or
 * refused operations keeps them: local = base + waiting. A digest that does not match drops the
 * base of that scope and sets its cursor to 0 (self-healing, counted in meta "digest_mismatch"). */
gboolean wg_inbox_apply (WgStoreContext *context,
                         const WgPullPage *page,
                         gboolean *out_healed,
                         GError **error);
gboolean
wg_inbox_reset (WgStoreContext *context, const char *new_epoch, GError **error); /* cursors to 0 */
/* Invariants (ux.md T02): each record its operation, each operation its record, chain whole, outbox
 * dense. GPtrArray of char *: what was found, empty when well. */
GPtrArray *wg_inbox_check (WgStoreContext *context, GError **error);

G_END_DECLS
