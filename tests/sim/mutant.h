/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes the planted bugs real, in the simulator's own copy of the code only; see db/wg-mutant.h. */
#pragma once

#include <glib.h>

#define WG_MUTANT(name) (wg_mutant != NULL && g_str_equal (wg_mutant, name))

extern const char *wg_mutant; /* the one that is on, or %NULL */
