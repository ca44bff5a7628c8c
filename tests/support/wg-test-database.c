/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fresh PostgreSQL database for a test, where the environment names a server for it. */
#include "support/wg-test-database.h"

#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

char *
wg_test_database_query (const char *address, const char *sql)
{
  PGconn *connection = PQconnectdb (address);
  PGresult *result = PQexec (connection, sql);
  char *text = NULL;

  if (PQresultStatus (result) != PGRES_COMMAND_OK && PQresultStatus (result) != PGRES_TUPLES_OK)
    g_error ("%s: %s", sql, PQerrorMessage (connection));
  if (PQntuples (result) > 0 && !PQgetisnull (result, 0, 0))
    text = g_strdup (PQgetvalue (result, 0, 0));
  PQclear (result);
  PQfinish (connection);
  return text;
}

char *
wg_test_database_new (void)
{
  static int n;
  const char *server = g_getenv (WG_TEST_SERVER);
  g_autofree char *name = NULL, *sql = NULL;
  const char *query;

  if (server == NULL || *server == '\0')
    return NULL;
  name = g_strdup_printf ("wg_test_%d_%d", (int) getpid (), g_atomic_int_add (&n, 1));
  sql = g_strdup_printf ("CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'", name);
  g_free (wg_test_database_query (server, sql));
  query = strchr (server, '?');
  return g_strdup_printf ("postgresql:///%s%s", name, query ? query : "");
}

void
wg_test_database_drop (const char *address)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *sql = NULL;

  if (address == NULL)
    return;
  parts = g_strsplit_set (address + strlen ("postgresql:///"), "?", 2);
  sql = g_strdup_printf ("DROP DATABASE %s WITH (FORCE)", parts[0]);
  g_free (wg_test_database_query (g_getenv (WG_TEST_SERVER), sql));
}
