/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rail of big buttons at a side edge that switches the pages of a view stack. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define WG_TYPE_RAIL (wg_rail_get_type ())
G_DECLARE_FINAL_TYPE (WgRail, wg_rail, WG, RAIL, GtkBox)

G_END_DECLS
