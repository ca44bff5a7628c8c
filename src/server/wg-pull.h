/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of the change feed for one worker. */
#pragma once

#include "server/wg-platform.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

WgPullPage *wg_pull_page_read (const WgPlatform *platform,
                               WgDb *db,
                               const char *worker,
                               const char *replica,
                               const WgPullRequest *request,
                               GError **error);
/* %NULL without error: there is no such replica. */
WgReplicaState *
wg_pull_read_state (const WgPlatform *platform, WgDb *db, const char *replica, GError **error);

G_END_DECLS
