/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the screens look: our sizes, the outdoor style, and the size of text. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WG_TYPE_STYLE (wg_style_get_type ())
G_DECLARE_FINAL_TYPE (WgStyle, wg_style, WG, STYLE, GObject)

WgStyle *wg_style_new (GdkDisplay *display, GSettings *settings);

G_END_DECLS
