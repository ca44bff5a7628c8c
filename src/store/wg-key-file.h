/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key file: a random 256-bit key wrapped by Argon2id of a PIN or passphrase; ten wrong tries
 * lock it. */
#pragma once

#include "core/wg-ports.h"
#include "store/wg-store-error.h"

G_BEGIN_DECLS

#define WG_KEY_FILE_TRIES 10

typedef struct
{
  int tries_left;
  gboolean blocked;
  gboolean is_pin; /* digits only: show the key pad */
} WgKeyFileInfo;

/* Memory for a key, out of core dumps and swap, cryptography started. Free by sodium_free(). */
guint8 *wg_key_file_new_key (GError **error);
/* Argon2id, 4 passes, 128 MiB (cost stored in the file). The count of tries is on the disk, synced,
 * before a secret is tried. @secret: PIN of 6-12 digits, or passphrase of >= 8 characters. */
gboolean wg_key_file_create (
    const char *path, const WgPorts *ports, const char *secret, guint8 *out_key, GError **error);
gboolean wg_key_file_unlock (const char *path, const char *secret, guint8 *out_key, GError **error);
gboolean wg_key_file_change (const char *path,
                             const WgPorts *ports,
                             const char *old_secret,
                             const char *new_secret,
                             GError **error);
gboolean wg_key_file_get_info (const char *path, WgKeyFileInfo *out_info, GError **error);
gboolean wg_secret_check (const char *secret,
                          GError **error); /* too short, too simple: says the fix */
/* Tests and hundreds of sample terminals: cheaper Argon2id, never the default. Environment
 * WANGGE_KDF_TEST=1. */

G_END_DECLS
