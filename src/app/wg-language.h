/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of the screens: Chinese, unless the user's session asks for another installed one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void wg_language_init (void);
const char *wg_language_get_catalogue_folder (void);

G_END_DECLS
