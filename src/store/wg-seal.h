/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files sealed with a subkey of the store's key: any changed, cut or swapped byte is noticed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WG_SEAL_KEY 32

/* @label is bound into the seal: a file in another's place does not open. */
gboolean wg_seal_write (
    const guint8 *store_key, const char *path, const char *label, GBytes *plain, GError **error);
GBytes *wg_seal_read (const guint8 *store_key, const char *path, const char *label, GError **error);

G_END_DECLS
