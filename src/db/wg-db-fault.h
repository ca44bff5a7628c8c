/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points where a test can make a write fail; pass-through unless armed (see wg_db_fault_arm).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counts one write-ish call; the letter of the fault to play here, or 0. */
char wg_db_fault_hit (void);
void wg_db_fault_exit (void) G_GNUC_NORETURN;

G_END_DECLS
