/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of people: what is tidied, what is checked, what is hidden. */
#include "core/wg-numbers.h"

#include <string.h>

#define LAST 17       /* place of the check character */
#define BIRTH 6       /* place of the date, eight digits */
#define SEQUENCE 14   /* place of the sequence, three digits, odd for men */
#define OLD_LENGTH 15 /* without century and check character */
#define OLDEST_YEAR 1850

/* Full-width digits and letters become narrow ones; spaces go. */
static char *
narrow (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
      if (!g_unichar_isspace (c))
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

static gboolean
all_digits (const char *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

/**
 * wg_citizen_number_get_check:
 * @number: at least 17 digits
 *
 * Computes the check character of a citizen number.
 *
 * Thread: any.
 * Errors: none.
 * Source: GB 11643-1999, ISO 7064 MOD 11-2
 *
 * Returns: a digit or 'X'
 */
char
wg_citizen_number_get_check (const char *number)
{
  static const int weights[LAST] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
  int sum = 0;

  for (int i = 0; i < LAST; i++)
    sum += weights[i] * (number[i] - '0');
  return "10X98765432"[sum % 11];
}

/**
 * wg_citizen_number_tidy:
 * @text: what somebody typed, UTF-8
 *
 * Brings a citizen number into its one written form: narrow characters without spaces,
 * a capital X, and the old form of fifteen digits with century and check character
 * (sequences 996 to 999 were kept for those born before 1900). What is no number stays
 * as it is.
 *
 * Thread: any.
 * Errors: none.
 * Source: GB 11643-1999; domain.md 2.4
 *
 * Returns: (transfer full): the text
 */
char *
wg_citizen_number_tidy (const char *text)
{
  char *number = narrow (text);
  gsize length = strlen (number);

  if (length == WG_CITIZEN_NUMBER_LENGTH && number[LAST] == 'x')
    number[LAST] = 'X';
  if (length != OLD_LENGTH || !all_digits (number, length))
    return number;

  gboolean old = strncmp (number + OLD_LENGTH - 3, "996", 3) >= 0;
  g_autofree char *rest = number;
  char *full = g_strdup_printf ("%.6s%s%s?", rest, old ? "18" : "19", rest + BIRTH);
  full[LAST] = wg_citizen_number_get_check (full);
  return full;
}

static gboolean
has_date (const char *number)
{
  int digits[8];

  for (int i = 0; i < 8; i++)
    digits[i] = number[BIRTH + i] - '0';
  int year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
  int month = digits[4] * 10 + digits[5];
  int day = digits[6] * 10 + digits[7];
  return year >= OLDEST_YEAR &&
         g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
}

/* First two digits by GB/T 2260, and those of residence permits. */
static gboolean
has_region (const char *number)
{
  static const char regions[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
                                "50 51 52 53 54 61 62 63 64 65 71 81 82 83 91 92 93 94 95 96 97 98";
  char region[3] = { number[0], number[1], '\0' };

  return strstr (regions, region) != NULL;
}

/**
 * wg_citizen_number_check:
 * @number: a tidied number
 *
 * Judges a citizen number, or that of a residence permit, which is made the same way.
 * Counties come and go, so only the region is looked at, last, and it decides nothing:
 * invented numbers begin with a region that does not exist, "00".
 *
 * Thread: any.
 * Errors: none.
 * Source: GB 11643-1999; GB/T 2260; domain.md 2.4
 *
 * Returns: the first fault, or %WG_CITIZEN_NUMBER_GOOD
 */
WgCitizenNumberFault
wg_citizen_number_check (const char *number)
{
  if (strlen (number) != WG_CITIZEN_NUMBER_LENGTH || !all_digits (number, LAST) ||
      !(g_ascii_isdigit (number[LAST]) || number[LAST] == 'X'))
    return WG_CITIZEN_NUMBER_FORM;
  if (!has_date (number))
    return WG_CITIZEN_NUMBER_DATE;
  if (wg_citizen_number_get_check (number) != number[LAST])
    return WG_CITIZEN_NUMBER_CHECK;
  return has_region (number) ? WG_CITIZEN_NUMBER_GOOD : WG_CITIZEN_NUMBER_DIVISION;
}

/**
 * wg_citizen_number_get_birth:
 * @number: a number of 18 characters with a date
 *
 * Reads the date of birth.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): "1949-12-31"
 */
char *
wg_citizen_number_get_birth (const char *number)
{
  return g_strdup_printf ("%.4s-%.2s-%.2s", number + BIRTH, number + BIRTH + 4, number + BIRTH + 6);
}

/**
 * wg_citizen_number_get_sex:
 * @number: a number of 18 characters
 *
 * Reads the sex from the sequence.
 *
 * Thread: any.
 * Errors: none.
 * Source: GB 11643-1999; codes of GB/T 2261.1
 *
 * Returns: "1" for men, "2" for women
 */
const char *
wg_citizen_number_get_sex (const char *number)
{
  return (number[SEQUENCE + 2] - '0') % 2 == 1 ? "1" : "2";
}

/**
 * wg_phone_tidy:
 * @text: what somebody typed, UTF-8
 *
 * Brings a phone number into its one written form: narrow characters without spaces, a
 * mobile number without the country's code and without dashes.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 5.24
 *
 * Returns: (transfer full): the text
 */
char *
wg_phone_tidy (const char *text)
{
  g_autofree char *phone = narrow (text);
  const char *start = g_str_has_prefix (phone, "+86")    ? phone + 3
                      : g_str_has_prefix (phone, "0086") ? phone + 4
                                                         : phone;

  if (start[0] != '1')
    return g_strdup (start);
  g_auto (GStrv) parts = g_strsplit (start, "-", -1);
  return g_strjoinv (NULL, parts);
}

/**
 * wg_phone_is_usual:
 * @phone: a tidied number
 *
 * Tells whether it is a mobile number or a landline as they are given out today.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 5.24
 *
 * Returns: %TRUE if usual
 */
gboolean
wg_phone_is_usual (const char *phone)
{
  gsize length = strlen (phone);
  const char *dash = strchr (phone, '-');
  gsize area = dash != NULL ? (gsize) (dash - phone) : 0;
  const char *local = dash != NULL ? dash + 1 : phone;
  gsize rest = strlen (local);

  if (phone[0] == '1')
    return length == 11 && phone[1] >= '3' && all_digits (phone, length);
  if (dash == NULL)
    return all_digits (phone, length) &&
           (phone[0] == '0' ? length >= 10 && length <= 12 : length == 7 || length == 8);
  return phone[0] == '0' && (area == 3 || area == 4) && all_digits (phone, area) &&
         (rest == 7 || rest == 8) && all_digits (local, rest);
}

/* @head and @tail characters stay, each other one becomes a star; none of a short text stays. */
static char *
mask (const char *text, glong head, glong tail)
{
  glong length = g_utf8_strlen (text, -1);
  GString *out = g_string_new (NULL);
  glong i = 0;

  if (length <= head + tail)
    head = tail = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at), i++)
    if (i < head || i >= length - tail)
      g_string_append_unichar (out, g_utf8_get_char (at));
    else
      g_string_append_c (out, '*');
  return g_string_free (out, FALSE);
}

/**
 * wg_mask_name:
 * @name: (nullable): a person's name, UTF-8
 *
 * Hides a name but for its first character.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.10, 6.5
 *
 * Returns: (transfer full): "段**"; empty for none
 */
char *
wg_mask_name (const char *name)
{
  return mask (name != NULL ? name : "", 1, 0);
}

/**
 * wg_mask_number:
 * @number: (nullable): a number of a card
 *
 * Hides a number but for its first and its last two characters.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.10, 6.5
 *
 * Returns: (transfer full): "5***************1X"; empty for none
 */
char *
wg_mask_number (const char *number)
{
  return mask (number != NULL ? number : "", 1, 2);
}

/**
 * wg_mask_phone:
 * @phone: (nullable): a phone number
 *
 * Hides the middle of a phone number.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.10, 6.5
 *
 * Returns: (transfer full): "180****1999"; empty for none
 */
char *
wg_mask_phone (const char *phone)
{
  return mask (phone != NULL ? phone : "", 3, 4);
}
