/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real daemon as a child process with the sample district, for tests of the other end. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  char *program;
  GSubprocess *process;
  guint16 port;
} TestDaemon;

/* The program is named by WG_TEST_PLATFORM. */
TestDaemon *test_daemon_new (void);
void test_daemon_free (TestDaemon *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestDaemon, test_daemon_free)
void test_daemon_stop (TestDaemon *self);
void test_daemon_start (TestDaemon *self); /* on the same port as before, if there was one */
/* One command on the platform's folder; asserts that it succeeds; standard output. */
char *test_daemon_run (TestDaemon *self, const char *const *arguments);
char *test_daemon_code (TestDaemon *self, const char *worker); /* enrolment code */
guint test_daemon_count (const char *json, const char *id);    /* how often an id stands there */

G_END_DECLS
