/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions in the database: opened by a signature, found by the hash of a token. */
#pragma once

#include "core/wg-role.h"
#include "server/wg-work.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

/* Who asks, by the token; members owned. */
typedef struct
{
  char *token_hash, *replica, *device, *worker;
  WgRole role;
  guint8 public_key[WG_SIGN_PUBLIC];
} WgCaller;

typedef struct
{
  WgSessionRequest *ask;
  gint64 session_ms;
  /* Outcome: a problem, or the answer. */
  int status;
  const char *problem; /* static */
  WgWipeOrder *wipe;   /* or %NULL */
  WgSessionAnswer answer;
} WgSessionJob;

WgSessionJob *wg_session_job_new (WgSessionRequest *ask, char *token, gint64 session_ms);
/* How long a terminal may work without seeing us, in seconds. */
gint64 wg_sessions_get_lease_s (WgDb *db, GError **error);
void wg_session_job_free (WgSessionJob *self);
gboolean wg_session_job_run (WgWork *work, gpointer data, GError **error);
/* wg-move.c */
gboolean wg_replica_adopt (
    WgWork *work, const char *id, const char *device, gboolean *out_adopted, GError **error);

/* 0, or a status with the name of the problem; @error only for faults of our own. */
int wg_sessions_find (const WgPlatform *platform,
                      WgDb *db,
                      const char *token,
                      WgCaller *out_caller,
                      const char **out_problem,
                      GError **error);
/* What goes down to a worker: %NULL-terminated. */
char **
wg_sessions_list_scopes (const WgPlatform *platform, WgDb *db, const char *worker, GError **error);
/* JSON of the worker's row. */
char *wg_sessions_read_worker (WgDb *db, const char *worker, GError **error);

G_END_DECLS
