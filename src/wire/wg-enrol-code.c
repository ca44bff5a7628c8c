/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The enrolment code that people read out and type: 12 Crockford characters and a check character.
 */
#include <string.h>

#include "wire/wg-crypto.h"
#include "wire/wg-json-private.h"

/* No I, L, O, U: nothing that looks like another one. */
static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define LETTERS 12
#define BITS (5 * LETTERS)
#define MASK ((G_GUINT64_CONSTANT (1) << BITS) - 1)
/* Finds each changed character and each two swapped neighbours: 31 and 32 are no multiples of it.
 */
#define PRIME 37

static char *
spell (guint64 value)
{
  GString *code = g_string_sized_new (LETTERS + 4);

  for (int i = LETTERS - 1; i >= 0; i--)
    {
      g_string_append_c (code, ALPHABET[(value >> (5 * i)) & 31]);
      if (i % 4 == 0)
        g_string_append_c (code, '-');
    }
  g_string_append_c (code, ALPHABET[value % PRIME]);
  return g_string_free_and_steal (code);
}

/**
 * wg_crypto_enrol_code:
 * @ports: source of chance
 *
 * Makes an enrolment code of about 60 random bits in the form "XXXX-XXXX-XXXX-C". The
 * check character is the remainder modulo 37; numbers whose remainder has no letter of
 * the alphabet are passed over, so that nobody has to type one of Crockford's signs.
 *
 * Thread: any that may call @ports.
 * Errors: none.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): the code
 */
char *
wg_crypto_enrol_code (const WgPorts *ports)
{
  guint8 bytes[8];
  guint64 value;

  wg_ports_random (ports, bytes, sizeof bytes);
  memcpy (&value, bytes, sizeof value);
  value &= MASK;
  while (value % PRIME >= strlen (ALPHABET))
    value = (value + 1) & MASK;
  return spell (value);
}

/* −1: not of the alphabet. */
static int
letter_value (gunichar c)
{
  if (c >= 0x80)
    return -1;
  char letter = g_ascii_toupper ((char) c);
  if (letter == 'O')
    letter = '0';
  else if (letter == 'I' || letter == 'L')
    letter = '1';
  const char *at = letter != '\0' ? strchr (ALPHABET, letter) : NULL;
  return at != NULL ? (int) (at - ALPHABET) : -1;
}

/* Full-width forms of an input method are folded first. */
static gboolean
collect (const char *typed, int *letters, gsize room, gsize *out_n)
{
  g_autofree char *plain = g_utf8_normalize (typed, -1, G_NORMALIZE_ALL_COMPOSE);
  gsize n = 0;

  for (const char *at = plain; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (g_unichar_isspace (c) || g_unichar_type (c) == G_UNICODE_DASH_PUNCTUATION || c == 0x2212)
        continue;
      if (n == room || (letters[n++] = letter_value (c)) < 0)
        return FALSE;
    }
  *out_n = n;
  return plain != NULL;
}

/**
 * wg_crypto_enrol_code_normalize:
 * @typed: what somebody typed
 * @error: return location
 *
 * Brings a typed code into the form that wg_crypto_enrol_code() gives: case, O for 0, I
 * and L for 1, full-width characters, blanks and dashes are folded. Every single wrong
 * character and every two swapped neighbours are found by the check character.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, telling what to look at.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): the code
 */
char *
wg_crypto_enrol_code_normalize (const char *typed, GError **error)
{
  int letters[LETTERS + 1];
  gsize n;
  guint64 value = 0;

  g_return_val_if_fail (typed != NULL, NULL);
  if (!g_utf8_validate (typed, -1, NULL) || !collect (typed, letters, G_N_ELEMENTS (letters), &n))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "enrolment code: only %d digits and letters, please compare it", LETTERS + 1);
      return NULL;
    }
  if (n != G_N_ELEMENTS (letters))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "enrolment code: %d characters instead of %d, please compare it", (int) n,
                    LETTERS + 1);
      return NULL;
    }
  for (int i = 0; i < LETTERS; i++)
    value = value << 5 | (guint64) letters[i];
  if (value % PRIME != (guint64) letters[LETTERS])
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "enrolment code: a character is wrong or two are swapped, please compare it");
      return NULL;
    }
  return spell (value);
}
