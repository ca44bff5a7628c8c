/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds and describes the events of a painting, for taps and for the keyboard. */
#pragma once

#include "map/wg-painter.h"

G_BEGIN_DECLS

/* All give clusters of the painting, (transfer none) (nullable). */
const WgCluster *
wg_painting_find_at (const WgPainting *self, const WgMapFrame *frame, double x, double y);
const WgCluster *wg_painting_find_id (const WgPainting *self, const char *id);
/* The next in reading order among those in view; after the last the first. @back: the other way. */
const WgCluster *wg_painting_find_next (const WgPainting *self,
                                        const WgMapFrame *frame,
                                        const WgCluster *from,
                                        gboolean back);

const WgEventDot *wg_painting_get_dot (const WgPainting *self, const WgCluster *cluster);
char *wg_painting_describe (const WgPainting *self,
                            const WgCluster *cluster); /* in the user's language */

G_END_DECLS
