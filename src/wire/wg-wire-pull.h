/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pull: request, page of rows, cursor and digest (docs/sync-protocol.md). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GHashTable *cursor; /* char * scope -> gint64 * last number seen */
  gint64 max_rows;
  gint64 n_waiting, n_photos; /* what the terminal still has for us; −1: it does not say */
} WgPullRequest;

typedef struct
{
  char *scope;
  gint64 number;
  char
      *kind; /* "event" "org" "grid" "worker" "standard" "calendar" "pack"; unknown ones are kept */
  char *id;
  gint64 ver;
  gboolean gone;
  char *body; /* JSON text: for an event {"f":…,"steps":…}, else the value of "f" */
} WgPullRow;

typedef struct
{
  guint64 n;
  guint64 sum;
} WgScopeDigest;

typedef struct
{
  char *epoch;
  char **keep, **add, **drop; /* %NULL-terminated */
  gint64 last_seq, durable_seq;
  GPtrArray *rows;    /* of WgPullRow */
  GHashTable *cursor; /* char * -> gint64 * */
  gboolean more;
  GHashTable *digests; /* char * -> WgScopeDigest *; empty while @more */
} WgPullPage;

WgPullRequest *wg_pull_request_new (void);
void wg_pull_request_free (WgPullRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPullRequest, wg_pull_request_free)
WgPullRow *wg_pull_row_new (void);
void wg_pull_row_free (WgPullRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPullRow, wg_pull_row_free)
WgPullPage *wg_pull_page_new (void);
void wg_pull_page_free (WgPullPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPullPage, wg_pull_page_free)
char *wg_wire_pull_request_to_json (const WgPullRequest *request);
WgPullRequest *wg_wire_pull_request_from_json (const char *json, gsize length, GError **error);
GBytes *wg_wire_pull_page_to_body (const WgPullPage *page);
/* Whole page or nothing: a body cut anywhere gives an error. */
WgPullPage *wg_wire_pull_page_from_body (GBytes *body, GError **error);

G_END_DECLS
