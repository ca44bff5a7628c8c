/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the store layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_STORE_ERROR_LOCKED,       /* not unlocked: ask for the PIN */
  WG_STORE_ERROR_WRONG_SECRET, /* wrong PIN or passphrase: ask again, tries are counted */
  WG_STORE_ERROR_BLOCKED,      /* ten wrong tries: an administrator must enrol again */
  WG_STORE_ERROR_FULL,         /* no space: free some, nothing was lost */
  WG_STORE_ERROR_DAMAGED,      /* damaged or foreign file: rescue, restore */
  WG_STORE_ERROR_NEWER,        /* written by a newer version: update the program */
  WG_STORE_ERROR_NOT_FOUND,    /* no such record */
  WG_STORE_ERROR_INVALID,      /* refused by a rule: mend the named field */
  WG_STORE_ERROR_PHOTO,        /* not a usable picture: take or choose another */
  WG_STORE_ERROR_IN_USE,       /* another program has this store open: close it */
  WG_STORE_ERROR_FORKED,       /* the platform has other operations under our numbers: move */
  WG_STORE_ERROR_LEASE,        /* the platform was not seen for too long: find a network */
  WG_STORE_ERROR_FAILED,       /* anything else: tell the user, keep the draft */
} WgStoreError;

#define WG_STORE_ERROR (wg_store_error_quark ())

GQuark wg_store_error_quark (void);

G_END_DECLS
