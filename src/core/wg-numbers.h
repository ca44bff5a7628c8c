/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of people: citizen numbers (GB 11643), phones, and how they are hidden. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WG_CITIZEN_NUMBER_LENGTH 18

typedef enum
{
  WG_CITIZEN_NUMBER_GOOD,
  WG_CITIZEN_NUMBER_FORM,     /* not 17 digits and a digit or X */
  WG_CITIZEN_NUMBER_DATE,     /* no day of the calendar */
  WG_CITIZEN_NUMBER_CHECK,    /* the last character does not follow from the others */
  WG_CITIZEN_NUMBER_DIVISION, /* all fits, but no region begins so; invented samples do */
} WgCitizenNumberFault;

char *wg_citizen_number_tidy (const char *text);
WgCitizenNumberFault wg_citizen_number_check (const char *number);
char wg_citizen_number_get_check (const char *number);
char *wg_citizen_number_get_birth (const char *number);
const char *wg_citizen_number_get_sex (const char *number);

char *wg_phone_tidy (const char *text);
gboolean wg_phone_is_usual (const char *phone);

char *wg_mask_name (const char *name);
char *wg_mask_number (const char *number);
char *wg_mask_phone (const char *phone);

G_END_DECLS
