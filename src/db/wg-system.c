/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's clock, boot clock and random source: the only place that asks for them. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "db/wg-system.h"

static gint64
read_clock_ms (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/**
 * wg_system_wall_ms:
 * @unused: of the port
 *
 * Reads the device's own clock, which may be wrong.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: Unix ms UTC
 */
gint64
wg_system_wall_ms (gpointer unused)
{
  return read_clock_ms (CLOCK_REALTIME);
}

/**
 * wg_system_boot_ms:
 * @unused: of the port
 *
 * Reads the time since boot. CLOCK_BOOTTIME, since tablets sleep and CLOCK_MONOTONIC does not count
 * it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: ms since boot
 */
gint64
wg_system_boot_ms (gpointer unused)
{
  return read_clock_ms (CLOCK_BOOTTIME);
}

/**
 * wg_system_random:
 * @unused: of the port
 * @out: @n bytes to fill
 * @n: how many
 *
 * Fills from the kernel's cryptographic source.
 *
 * Thread: any.
 * Errors: none; a kernel without random bytes ends the program, since keys would be guessable.
 */
void
wg_system_random (gpointer unused, guint8 *out, gsize n)
{
  while (n > 0)
    {
      ssize_t got = getrandom (out, n, 0);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        g_error ("the kernel gives no random bytes: %s", g_strerror (errno));
      out += got;
      n -= (gsize) got;
    }
}

static gpointer
read_boot_id (gpointer unused)
{
  char *text = NULL;

  if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    {
      g_strstrip (text);
      if (strlen (text) == 36)
        return text;
    }
  /* Unknown boot: an id of this process says at least when two times may be compared. */
  g_free (text);
  return g_uuid_string_random ();
}

/**
 * wg_system_boot_id:
 *
 * Names this boot, so that two readings of the boot clock can be compared.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): 36 characters
 */
const char *
wg_system_boot_id (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, read_boot_id, NULL);
}
