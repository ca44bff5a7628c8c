/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The code lists of data/standards/codes as texts in the program; made by the build. */
#pragma once

extern const char *const WG_CODES_TEXT[]; /* ends with %NULL */
