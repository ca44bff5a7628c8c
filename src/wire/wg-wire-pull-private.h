/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a pull page, shared by the files of the pull. */
#pragma once

#include "wire/wg-json-private.h"
#include "wire/wg-wire-pull.h"

G_BEGIN_DECLS

void wg_pull_row_write (const WgPullRow *row, GString *out);
WgPullRow *wg_pull_row_read (WgJsonReader *reader, gboolean gone);

G_END_DECLS
