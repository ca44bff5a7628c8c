/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a sentence put together with the punctuation of the language. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *wg_text_join (const char *separator, const char *const *parts, gsize n_parts);
char *wg_text_label (const char *name, const char *text);

G_END_DECLS
