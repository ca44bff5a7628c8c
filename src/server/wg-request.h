/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTTP request on its way: who asks, the body, the answer. */
#pragma once

#include <microhttpd.h>

#include "server/wg-server.h"
#include "server/wg-sessions.h"
#include "server/wg-writer.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

typedef struct _WgRequest WgRequest;
typedef void (*WgHandler) (WgRequest *request);
typedef void (*WgChunkFunc) (WgRequest *request, const char *data, gsize n);

typedef enum
{
  WG_BODY_NONE,
  WG_BODY_JSON,
  WG_BODY_LINES,
  WG_BODY_STREAM,
  WG_BODY_BUNDLE, /* streamed, too */
} WgBodyKind;

typedef struct
{
  const char *method;
  const char *path; /* "{sha}" stands for 64 lower hex digits */
  gboolean session; /* needs a token */
  WgBodyKind body;
  WgHandler handler;
  WgHandler begin;   /* before the body, or %NULL */
  WgChunkFunc chunk; /* of a streamed body */
} WgRoute;

struct _WgRequest
{
  WgServer *server;
  struct MHD_Connection *connection;
  const WgRoute *route; /* static; %NULL when nothing fits */
  char *sha;            /* of the path */
  char *address;        /* who asks, for limits */
  WgCaller caller;
  GByteArray *body;
  gint64 body_size; /* received so far, of any kind */
  gint64 begun_us;
  gboolean started, deferred, ready;
  /* The answer. */
  int status;
  const char *content_type; /* static */
  GBytes *answer;
  int file; /* −1, or the file to send from @file_offset */
  guint64 file_offset, file_size;
  GPtrArray *headers; /* name, value, name, value … */
  gint64 head_size;   /* −1, or the size that an answer to HEAD tells of a body that is not here */
  /* What the answer waits for: something slow, a write, or one after the other. */
  WgHandler slow;
  WgWorkFunc work;
  WgHandler written; /* after the commit: makes the answer */
  gpointer data;     /* of the handlers, freed by @free_data */
  GDestroyNotify free_data;
};

const WgRoute *
wg_routes_find (const char *method, const char *path, char **out_sha, gboolean *out_path_known);

WgRequest *wg_request_new (WgServer *server, struct MHD_Connection *connection);
void wg_request_free (WgRequest *self);
const char *wg_request_get_header (WgRequest *self, const char *name);
gint64 wg_request_get_number (WgRequest *self, const char *name); /* −1: absent or none */
void wg_request_add_header (WgRequest *self, const char *name, const char *value);
/* The body, unpacked; %NULL when a problem was answered. */
GBytes *wg_request_take_body (WgRequest *self);
void wg_request_answer_json (WgRequest *self, int status, char *json);
void wg_request_answer_bytes (WgRequest *self, int status, const char *content_type, GBytes *bytes);
void wg_request_answer_empty (WgRequest *self, int status);
void wg_request_problem (WgRequest *self, int status, const char *name, const char *detail);
void wg_request_answer_problem (WgRequest *self, const WgProblem *problem);
/* Wire errors by their own names, database faults as 503 or 500. */
void wg_request_answer_error (WgRequest *self, const GError *error);
/* Answers after @work is durable: @written makes the answer. @data is @self for both. */
void wg_request_defer (WgRequest *self, WgWorkFunc work, WgHandler written);
/* Goes on with @slow in a thread that may wait; it answers, or defers. */
void wg_request_leave (WgRequest *self, WgHandler slow);
enum MHD_Result wg_request_send (WgRequest *self);

/* Handlers, by file. */
void wg_auth_hello (WgRequest *request);
void wg_auth_enrol (WgRequest *request);
void wg_auth_challenge (WgRequest *request);
void wg_auth_session (WgRequest *request);
void wg_auth_close (WgRequest *request);
gboolean wg_auth_identify (WgRequest *request);
void wg_sync_push (WgRequest *request);
void wg_sync_pull (WgRequest *request);
void wg_sync_state (WgRequest *request);
void wg_replica_move (WgRequest *request);
void wg_blobs_head (WgRequest *request);
void wg_blobs_get (WgRequest *request);
void wg_blobs_begin (WgRequest *request);
void wg_blobs_chunk (WgRequest *request, const char *data, gsize n);
void wg_blobs_end (WgRequest *request);
void wg_bundles_begin (WgRequest *request);
void wg_bundles_chunk (WgRequest *request, const char *data, gsize n);
void wg_bundles_end (WgRequest *request);
void wg_health_live (WgRequest *request);
void wg_health_ready (WgRequest *request);
void wg_health_metrics (WgRequest *request);

G_END_DECLS
