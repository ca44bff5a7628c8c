/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conflicts of events as the first version kept them become conflicts like all others. */
#pragma once

#include "server/wg-platform.h"

G_BEGIN_DECLS

gboolean wg_conflict_move_old (const WgPlatform *platform, WgDb *db, GError **error);

G_END_DECLS
