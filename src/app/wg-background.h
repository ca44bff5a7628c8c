/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Life behind the window: the entry that starts us with the session. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean wg_background_set_autostart (gboolean wanted, GError **error);

G_END_DECLS
