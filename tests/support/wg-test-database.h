/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fresh PostgreSQL database for a test, where the environment names a server for it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names the server: "postgresql:///postgres?host=…&user=…"; see tests/support/with-postgres. */
#define WG_TEST_SERVER "WG_TEST_POSTGRES"

/* The address of an empty database; %NULL: the test is to use a file. */
char *wg_test_database_new (void);
void wg_test_database_drop (const char *address);
/* Runs text as the server's owner in a database; for what a test does behind the program's back. */
char *wg_test_database_query (const char *address, const char *sql);

G_END_DECLS
