/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers: UUID version 7 (RFC 9562). */
#include "core/wg-id.h"

#include <string.h>

#define MAX_TIME_MS ((G_GINT64_CONSTANT (1) << 48) - 1)

/**
 * wg_id_new:
 * @ports: clock and chance
 *
 * Makes a UUID version 7: 48 bits of Unix milliseconds, then 74 random bits. A clock
 * before 1970 or after the year 10889 is taken as the nearest time that fits.
 *
 * Thread: any that may call @ports.
 * Errors: none.
 * Source: RFC 9562 5.7
 *
 * Returns: (transfer full): 36 characters, lower case
 */
char *
wg_id_new (const WgPorts *ports)
{
  static const char digits[] = "0123456789abcdef";
  guint8 bytes[16];
  char text[WG_ID_LENGTH + 1];
  gsize at = 0;

  g_return_val_if_fail (ports != NULL, NULL);

  gint64 time_ms = CLAMP (wg_ports_wall_ms (ports), 0, MAX_TIME_MS);
  wg_ports_random (ports, bytes, sizeof bytes);
  for (int i = 0; i < 6; i++)
    bytes[i] = (guint8) (time_ms >> (40 - 8 * i));
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);

  for (int i = 0; i < 16; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        text[at++] = '-';
      text[at++] = digits[bytes[i] >> 4];
      text[at++] = digits[bytes[i] & 0x0f];
    }
  text[at] = '\0';
  return g_strdup (text);
}

/**
 * wg_id_is_valid:
 * @id: (nullable): any text
 *
 * Tells whether @id is a UUID version 7 in its one written form: lower case, dashes at
 * the usual places. Other spellings are refused so that equal ids are equal texts.
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 9562 4, 5.7
 *
 * Returns: %TRUE if valid
 */
gboolean
wg_id_is_valid (const char *id)
{
  if (id == NULL || strnlen (id, WG_ID_LENGTH + 1) != WG_ID_LENGTH)
    return FALSE;
  for (gsize i = 0; i < WG_ID_LENGTH; i++)
    {
      gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? id[i] != '-' : !(g_ascii_isdigit (id[i]) || (id[i] >= 'a' && id[i] <= 'f')))
        return FALSE;
    }
  return id[14] == '7' && strchr ("89ab", id[19]) != NULL;
}

/**
 * wg_id_get_time_ms:
 * @id: (nullable): an identifier
 *
 * Reads the moment at which @id was made, by the clock of its maker (a claim).
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 9562 5.7
 *
 * Returns: Unix milliseconds, or -1 if @id is not valid
 */
gint64
wg_id_get_time_ms (const char *id)
{
  gint64 time_ms = 0;

  if (!wg_id_is_valid (id))
    return -1;
  for (int i = 0; i < 13; i++)
    if (id[i] != '-')
      time_ms = time_ms << 4 | g_ascii_xdigit_value (id[i]);
  return time_ms;
}
