/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phrases that are tapped instead of typed. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void wg_phrases_fill (AdwWrapBox *box, GtkTextView *words);

G_END_DECLS
