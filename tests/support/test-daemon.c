/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts, asks and ends a real daemon. */
#include "test-daemon.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "wg-test-folder.h"

static char *
read_line (GSubprocess *process)
{
  g_autoptr (GDataInputStream) input =
                g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (input, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);
  return line;
}

/* A test that fails aborts, and must not leave a daemon behind. */
static void
die_with_the_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
test_daemon_start (TestDaemon *self)
{
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", self->port);
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher =
                g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  const char *colon;

  g_assert_null (self->process);
  g_subprocess_launcher_set_child_setup (launcher, die_with_the_test, NULL, NULL);
  self->process =
      g_subprocess_launcher_spawn (launcher, &error, self->program, "serve", "--data", self->folder,
                                   "--listen", address, "--rate", "0", NULL);
  g_assert_no_error (error);
  line = read_line (self->process);
  colon = strrchr (line, ':');
  g_assert_nonnull (colon);
  self->port = (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
  g_assert_cmpuint (self->port, >, 0);
}

void
test_daemon_stop (TestDaemon *self)
{
  if (self->process == NULL)
    return;
  g_subprocess_send_signal (self->process, 15);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

TestDaemon *
test_daemon_new (void)
{
  static const char *const init[] = { "init", "--sample", NULL };
  TestDaemon *self = g_new0 (TestDaemon, 1);
  g_autofree char *output = NULL;

  self->program = g_strdup (g_getenv ("WG_TEST_PLATFORM"));
  g_assert_nonnull (self->program);
  self->folder = wg_test_folder_new ();
  output = test_daemon_run (self, init);
  test_daemon_start (self);
  return self;
}

void
test_daemon_free (TestDaemon *self)
{
  test_daemon_stop (self);
  wg_test_folder_remove (self->folder);
  g_free (self->folder);
  g_free (self->program);
  g_free (self);
}

char *
test_daemon_run (TestDaemon *self, const char *const *arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_strv_builder_add (builder, self->program);
  for (; *arguments != NULL; arguments++)
    g_strv_builder_add (builder, *arguments);
  g_strv_builder_add_many (builder, "--data", self->folder, NULL);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("%s %s failed", self->program, argv[1]);
  return output;
}

/* The text behind "name":" in one line of JSON. */
static char *
take_text (const char *json, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\":", name);
  const char *start = strstr (json, key);
  const char *end;

  g_assert_nonnull (start);
  start = strchr (start + strlen (key), '"') + 1;
  end = strchr (start, '"');
  return g_strndup (start, (gsize) (end - start));
}

char *
test_daemon_code (TestDaemon *self, const char *worker)
{
  const char *const arguments[] = { "enrol", worker, "--json", NULL };
  g_autofree char *output = test_daemon_run (self, arguments);

  return take_text (output, "code");
}

guint
test_daemon_count (const char *json, const char *id)
{
  g_autofree char *key = g_strdup_printf ("\"%s\"", id);
  guint n = 0;

  for (const char *at = json; (at = strstr (at, key)) != NULL; at += strlen (key))
    n++;
  return n;
}
