/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP behind one function: request in, reply out, cancellable at any byte, with limits and a
 * pinned key. */
#pragma once

#include <gio/gio.h>

#include "sync/wg-sync-error.h"

G_BEGIN_DECLS

typedef struct _WgHttp WgHttp;

/* %FALSE stops the exchange with %G_IO_ERROR_CLOSED. */
typedef gboolean (*WgHttpProgress) (gint64 sent, gint64 received, gpointer data);

/* All members but @method and @path may be left 0. Borrowed for the time of the call. */
typedef struct
{
  const char *method; /* "GET" "HEAD" "POST" "PATCH" "DELETE" */
  const char *path;   /* "/v1/hello" */
  const char *token;  /* bearer */
  const char *content_type;
  GBytes *body;
  gboolean raw;       /* never pack @body */
  gboolean has_range; /* ask for what lies from @range_from */
  gint64 range_from;
  gint64 upload_length; /* > 0: sends Upload-Offset and Upload-Length */
  gint64 upload_offset;
  gsize limit;         /* of the answer's body, unpacked; 0: WG_LIMIT_BODY */
  GOutputStream *sink; /* takes the body of a 200 or 206 of the platform instead of the reply */
  WgHttpProgress progress;
  gpointer progress_data;
} WgHttpRequest;

typedef struct
{
  int status;
  char *content_type;    /* without parameters, lower case; %NULL when none */
  char *epoch;           /* %NULL: not an answer of the platform */
  gint64 server_time_ms; /* −1 when absent */
  gint64 retry_after_s;  /* −1 when absent */
  gint64 upload_offset;  /* −1 when absent */
  gint64 content_length; /* −1 when absent */
  gint64 range_from;     /* of Content-Range, −1 when absent */
  gint64 round_trip_ms;
  GBytes *body; /* unpacked */
} WgHttpReply;

WgHttp *wg_http_new (const char *base_url, const char *pin, GError **error);
void wg_http_free (WgHttp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgHttp, wg_http_free)
void wg_http_set_time_outs (WgHttp *self, gint64 connect_ms, gint64 stall_ms);
WgHttpReply *wg_http_send (WgHttp *self,
                           const WgHttpRequest *request,
                           GCancellable *cancellable,
                           GError **error);
WgHttpReply *wg_http_reply_new (void);
void wg_http_reply_free (WgHttpReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgHttpReply, wg_http_reply_free)

G_END_DECLS
