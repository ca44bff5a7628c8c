/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a terminal says of itself when it pulls: noted for the list of devices. */
#pragma once

#include "server/wg-work.h"
#include "wire/wg-wire-pull.h"

G_BEGIN_DECLS

typedef struct
{
  char *replica, *app; /* owned */
  gint64 n_waiting, n_photos;
} WgContact;

/* %NULL when it is not worth a write: the same as a minute ago, or with @error set. */
WgContact *wg_contact_new (const WgPlatform *platform,
                           WgDb *db,
                           const char *replica,
                           const char *app,
                           const WgPullRequest *ask,
                           GError **error);
void wg_contact_free (WgContact *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgContact, wg_contact_free)
gboolean wg_contact_note (WgWork *work, const WgContact *self, GError **error);

G_END_DECLS
