/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invented names, put together from syllables; data in Chinese, not messages. */
#pragma once

#include "sample/wg-sample-private.h"

G_BEGIN_DECLS

char *wg_sample_name_person (WgChance *chance);
char *wg_sample_name_community (guint nth, gboolean rural); /* different for each @nth below 128 */
char *wg_sample_name_street (guint nth);                    /* different for each @nth below 600 */

G_END_DECLS
