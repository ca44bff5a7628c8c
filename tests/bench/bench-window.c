/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts a program and tells when its window stood painted on the X server, and what that took. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xdamage.h>
#include <glib.h>

#define TIMEOUT_MS 30000
#define REST_MS 2000 /* memory is read that long after the first picture */
#define MIN_SIDE 200 /* smaller windows are helpers of the toolkit */
#define MIN_COLOURS 12

typedef struct
{
  Display *display;
  int damage_event;
  GPid pid;
  Window window; /* 0: none yet */
  int width, height;
  gint64 began_us, mapped_us, painted_us;
} Watch;

static void
watch_root (Watch *watch)
{
  int error;
  Window root;

  watch->display = XOpenDisplay (NULL);
  if (watch->display == NULL ||
      !XDamageQueryExtension (watch->display, &watch->damage_event, &error))
    g_error ("no X display, or one without the damage extension");
  root = DefaultRootWindow (watch->display);
  XSelectInput (watch->display, root, SubstructureNotifyMask);
  XDamageCreate (watch->display, root, XDamageReportRawRectangles);
  XSync (watch->display, False);
}

static int
ignore_error (Display *display, XErrorEvent *event)
{
  return 0; /* a window that has gone meanwhile */
}

/* Text, icons and edges have been drawn: more than a few colours. */
static gboolean
is_painted (Watch *watch)
{
  XImage *image = XGetImage (watch->display, watch->window, 0, 0, (unsigned) watch->width,
                             (unsigned) watch->height, AllPlanes, ZPixmap);
  g_autoptr (GHashTable) colours = g_hash_table_new (g_direct_hash, g_direct_equal);

  if (image == NULL)
    return FALSE;
  for (int y = 0; y < watch->height && g_hash_table_size (colours) < MIN_COLOURS; y += 2)
    for (int x = 0; x < watch->width; x += 2)
      g_hash_table_add (colours, GUINT_TO_POINTER (XGetPixel (image, x, y) & 0xffffff));
  XDestroyImage (image);
  return g_hash_table_size (colours) >= MIN_COLOURS;
}

static void
note_map (Watch *watch, const XMapEvent *event)
{
  XWindowAttributes attributes;

  if (watch->window || !XGetWindowAttributes (watch->display, event->window, &attributes) ||
      attributes.width < MIN_SIDE || attributes.height < MIN_SIDE)
    return;
  watch->window = event->window;
  watch->mapped_us = g_get_monotonic_time ();
}

static void
note_damage (Watch *watch, gint64 at_us)
{
  XWindowAttributes attributes;

  if (watch->window == 0 || watch->painted_us ||
      !XGetWindowAttributes (watch->display, watch->window, &attributes))
    return;
  watch->width = attributes.width;
  watch->height = attributes.height;
  if (is_painted (watch))
    watch->painted_us = at_us;
}

static void
wait_for_picture (Watch *watch)
{
  struct pollfd poll_fd = { ConnectionNumber (watch->display), POLLIN, 0 };

  while (watch->painted_us == 0)
    {
      gboolean damaged = FALSE;
      gint64 at_us;

      if (!XPending (watch->display) && poll (&poll_fd, 1, TIMEOUT_MS) <= 0)
        {
          kill (watch->pid, SIGKILL);
          g_error ("no window was painted within %d s", TIMEOUT_MS / 1000);
        }
      at_us = g_get_monotonic_time ();
      while (XPending (watch->display))
        {
          XEvent event;
          XNextEvent (watch->display, &event);
          if (event.type == MapNotify)
            note_map (watch, &event.xmap);
          damaged |= event.type == watch->damage_event + XDamageNotify;
        }
      if (damaged)
        note_damage (watch, at_us);
    }
}

/* Processor time of a process in ms. */
static double
read_cpu (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  unsigned long user = 0, system = 0;
  const char *end;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("the program has ended");
  end = strrchr (text, ')');
  sscanf (end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return 1000.0 * (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

/* In KiB. */
static long
read_memory (pid_t pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", pid);
  g_autofree char *text = NULL;
  const char *at;

  g_file_get_contents (path, &text, NULL, NULL);
  at = text ? strstr (text, name) : NULL;
  return at ? strtol (at + strlen (name), NULL, 10) : 0;
}

/* The picture stands; what comes after it (images, fonts) belongs to the memory, too. */
static void
rest (Watch *watch)
{
  gint64 until_us = watch->painted_us + REST_MS * 1000;

  while (g_get_monotonic_time () < until_us)
    {
      XEvent event;
      struct pollfd poll_fd = { ConnectionNumber (watch->display), POLLIN, 0 };
      poll (&poll_fd, 1, (int) ((until_us - g_get_monotonic_time ()) / 1000) + 1);
      while (XPending (watch->display))
        XNextEvent (watch->display, &event);
    }
}

int
main (int argc, char **argv)
{
  Watch watch = { 0 };
  g_autoptr (GError) error = NULL;
  double cpu_ms;

  if (argc < 2)
    {
      g_printerr ("usage: bench-window PROGRAM [ARGUMENT...]\n");
      return 2;
    }
  XSetErrorHandler (ignore_error);
  watch_root (&watch);
  watch.began_us = g_get_monotonic_time ();
  if (!g_spawn_async (NULL, argv + 1, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                          G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, &watch.pid, &error))
    g_error ("%s", error->message);
  wait_for_picture (&watch);
  cpu_ms = read_cpu (watch.pid);
  rest (&watch);
  /* mapped ms, painted ms, CPU ms until then, CPU ms until at rest, RSS KiB, PSS KiB */
  g_print ("%.1f %.1f %.0f %.0f %ld %ld\n", (double) (watch.mapped_us - watch.began_us) / 1e3,
           (double) (watch.painted_us - watch.began_us) / 1e3, cpu_ms, read_cpu (watch.pid),
           read_memory (watch.pid, "Rss:"), read_memory (watch.pid, "Pss:"));
  kill (watch.pid, SIGTERM);
  waitpid (watch.pid, NULL, 0);
  return 0;
}
