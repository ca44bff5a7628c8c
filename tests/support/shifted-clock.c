/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before a program: its wall clock is off by WG_TEST_CLOCK_SHIFT_S seconds, or stands at the
 * Unix milliseconds that the file WG_TEST_CLOCK_FILE holds (8 bytes of this machine, 0: not held),
 * for as long as they are there. No other clock is changed. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
get_shift (void)
{
  const char *text = getenv ("WG_TEST_CLOCK_SHIFT_S");

  return text != NULL ? (time_t) strtoll (text, NULL, 10) : 0;
}

/* What the wall clock is held at; NULL: it goes. */
static const volatile int64_t *
get_held (void)
{
  static const volatile int64_t *held;
  static int looked;

  if (!looked)
    {
      const char *path = getenv ("WG_TEST_CLOCK_FILE");
      int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;
      void *map = fd >= 0 ? mmap (NULL, sizeof *held, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

      held = map != MAP_FAILED ? map : NULL;
      looked = 1;
      if (fd >= 0)
        close (fd);
    }
  return held;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  int result = (int) syscall (SYS_clock_gettime, clock, now);

  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    {
      const volatile int64_t *held = get_held ();
      int64_t at_ms = held != NULL ? *held : 0;

      now->tv_sec = at_ms > 0 ? (time_t) (at_ms / 1000) : now->tv_sec + get_shift ();
      if (at_ms > 0)
        now->tv_nsec = (long) (at_ms % 1000) * 1000000;
    }
  return result;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  struct timespec exact;

  clock_gettime (CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *out)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (out != NULL)
    *out = now.tv_sec;
  return now.tv_sec;
}
