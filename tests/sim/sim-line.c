/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line between terminals and platform: what the terminals' HTTP asks travels here for a while,
 * may be lost, cut at a byte, doubled or answered by somebody else. */
#include <string.h>

#include "sim-wrap.h"
#include "sim.h"
#include "sync/wg-http.h"
#include "wg-config.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-zstd.h"

#define PACK_ABOVE 512
#define STALL_US (30 * SIM_SECOND)
#define CONNECT_US (10 * SIM_SECOND)

SimLine sim_line;

static GHashTable *cut;    /* of SimMachine: behind a partition */
static GPtrArray *waiting; /* of Exchange: somebody waits for the answer */

/* One exchange; the asker may be gone before the answer is there. */
typedef struct
{
  guint refs;
  SimRequest *request;
  SimReply *reply;
  gint64 n_arrive; /* of the body at the platform, −1: all */
  gint64 there_us, back_us;
  gboolean lost_there, lost_back, nobody_waits, over;
  gint64 cut_reply; /* bytes of the answer that arrive; −1: all */
} Exchange;

static Exchange *
exchange_ref (Exchange *self)
{
  self->refs++;
  return self;
}

static void
exchange_unref (Exchange *self)
{
  if (--self->refs > 0)
    return;
  sim_request_free (self->request);
  sim_reply_free (self->reply);
  g_free (self);
}

void
sim_line_set_cut (const SimMachine *machine, gboolean is_cut)
{
  if (cut == NULL)
    cut = g_hash_table_new (NULL, NULL);
  if (is_cut)
    g_hash_table_add (cut, (gpointer) machine);
  else
    g_hash_table_remove (cut, machine);
}

gboolean
sim_line_is_cut (const SimMachine *machine)
{
  return cut && g_hash_table_contains (cut, machine);
}

void
sim_line_clear (void)
{
  g_clear_pointer (&cut, g_hash_table_unref);
  sim_line = (SimLine) { 0 };
}

/* --- the way there and back ------------------------------------------------------------------- */

/* A piece was taken, and more are to come. */
static gboolean
is_piece (const SimRequest *request, const SimReply *reply)
{
  const char *length = sim_headers_get (request->headers, "Upload-Length");
  const char *offset = sim_headers_get (reply->headers, "Upload-Offset");

  return g_str_equal (request->method, "PATCH") && reply->status == 204 && length && offset &&
         strcmp (length, offset) != 0;
}

static void
answer (Exchange *self)
{
  SimReply *reply = sim_door_serve (self->request, self->n_arrive);
  gboolean gone = reply == NULL || sim_line.platform->dead;

  if (!gone && sim_line.on_reply)
    sim_line.on_reply (self->request, reply);
  if (!gone && sim_line.answers_left > 0 && --sim_line.answers_left == 0)
    {
      sim_trace ("dies behind an answer");
      sim_line.platform->dead = TRUE;
    }
  if (!gone && sim_line.pieces_left > 0 && is_piece (self->request, reply) &&
      --sim_line.pieces_left == 0)
    {
      sim_trace ("dies behind a piece of a photo");
      sim_line.platform->dead = TRUE;
      sim_line.power = SIM_POWER_TEAR + 1;
    }
  if (!gone && sim_line.behind_push && reply->status == 200 &&
      g_str_equal (self->request->path, "/v1/sync/push"))
    {
      sim_trace ("dies behind a push");
      sim_line.behind_push = FALSE;
      sim_line.platform->dead = TRUE;
      sim_line.power = SIM_POWER_LOSE + 1;
    }
  if (gone || self->nobody_waits)
    sim_reply_free (reply);
  else
    self->reply = reply;
}

/* In the platform's process, as a connection's thread. */
static gpointer
carry (gpointer data)
{
  Exchange *self = data;

  sim_sleep (self->there_us);
  if (!self->lost_there && sim_line.platform && !sim_line.platform->dead && sim_door_is_open ())
    {
      SimProcess *before = sim_enter (sim_line.platform);
      answer (self);
      sim_enter (before);
    }
  if (self->reply && !self->lost_back)
    sim_sleep (self->back_us);
  if (!self->lost_there && !self->lost_back)
    {
      self->over = TRUE;
      sim_wake (self);
    }
  exchange_unref (self);
  return NULL;
}

/* The same bytes a second time, later: whoever asked will not see what comes of it. */
static void
repeat (const Exchange *first)
{
  Exchange *self = g_new0 (Exchange, 1);

  self->refs = 1;
  self->request = g_new0 (SimRequest, 1);
  self->request->method = g_strdup (first->request->method);
  self->request->path = g_strdup (first->request->path);
  self->request->headers = g_ptr_array_ref (first->request->headers);
  self->request->body = first->request->body ? g_bytes_ref (first->request->body) : NULL;
  self->n_arrive = -1;
  self->nobody_waits = TRUE;
  self->there_us = first->there_us + sim_random_below (&sim.random, 20 * SIM_SECOND);
  sim_line.n_twice++;
  sim_spawn (sim_line.platform, carry, self);
}

static gint64
random_part (GBytes *body)
{
  return body ? sim_random_below (&sim.random, (guint) g_bytes_get_size (body)) : 0;
}

static void
draw_fate (Exchange *self)
{
  const SimLineFaults *faults = &sim_line.faults;

  self->n_arrive = self->cut_reply = -1;
  self->there_us = 2000 + sim_random_below (&sim.random, (guint) faults->delay_us + 1);
  self->back_us = 2000 + sim_random_below (&sim.random, (guint) faults->delay_us + 1);
  self->lost_there = sim_random_chance (&sim.random, faults->drop_request);
  self->lost_back = sim_random_chance (&sim.random, faults->drop_reply);
  if (sim_random_chance (&sim.random, faults->cut_request))
    self->n_arrive = random_part (self->request->body);
  else if (sim_random_chance (&sim.random, faults->cut_reply))
    self->cut_reply = sim_random_below (&sim.random, 2048);
}

/* --- the terminal's side ---------------------------------------------------------------------- */

static void
add_header (SimRequest *self, const char *name, char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, value);
}

static SimRequest *
make_request (const WgHttpRequest *request)
{
  SimRequest *self = g_new0 (SimRequest, 1);

  self->method = g_strdup (request->method);
  self->path = g_strdup (request->path);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  add_header (self, "Wangge-Client", g_strdup ("wgsim/" WG_VERSION));
  add_header (self, "Wangge-Schema", g_strdup ("1"));
  if (request->token)
    add_header (self, "Authorization", g_strconcat ("Bearer ", request->token, NULL));
  if (request->sink == NULL)
    add_header (self, "Accept-Encoding", g_strdup ("zstd"));
  if (request->has_range)
    add_header (self, "Range",
                g_strdup_printf ("bytes=%" G_GINT64_FORMAT "-", request->range_from));
  if (request->upload_length > 0)
    {
      add_header (self, "Upload-Offset",
                  g_strdup_printf ("%" G_GINT64_FORMAT, request->upload_offset));
      add_header (self, "Upload-Length",
                  g_strdup_printf ("%" G_GINT64_FORMAT, request->upload_length));
    }
  if (request->body)
    {
      self->body = g_bytes_ref (request->body);
      if (!request->raw && g_bytes_get_size (request->body) > PACK_ABOVE)
        {
          g_bytes_unref (self->body);
          self->body = wg_zstd_compress (request->body, NULL);
          add_header (self, "Content-Encoding", g_strdup ("zstd"));
        }
      add_header (self, "Content-Type", g_strdup (request->content_type));
      add_header (self, "Content-Length",
                  g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (self->body)));
    }
  return self;
}

static gint64
get_number (const SimReply *reply, const char *name)
{
  const char *text = sim_headers_get (reply->headers, name);

  return text ? g_ascii_strtoll (text, NULL, 10) : -1;
}

/* The platform is of a later version than this terminal. */
static GBytes *
add_later_fields (GBytes *page)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (page, NULL), g_bytes_get_size (page));
  g_auto (GStrv) parts = g_strsplit (text, "\"f\":{", -1);
  char *joined = g_strjoinv ("\"f\":{" SIM_LATER_FIELD, parts);

  g_bytes_unref (page);
  return g_bytes_new_take (joined, strlen (joined));
}

static gboolean
take_body (const WgHttpRequest *request, const SimReply *reply, WgHttpReply *out, GError **error)
{
  const char *encoding = sim_headers_get (reply->headers, "Content-Encoding");
  gsize limit = request->limit > 0 ? request->limit : WG_LIMIT_BODY;
  gsize n;
  const void *data;

  out->body = reply->body ? g_bytes_ref (reply->body) : g_bytes_new (NULL, 0);
  data = g_bytes_get_data (out->body, &n);
  if (n > limit)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED, "the answer is larger than allowed");
      return FALSE;
    }
  if (encoding && n > 0)
    {
      GBytes *plain = wg_zstd_decompress (out->body, limit, error);

      g_bytes_unref (out->body);
      out->body = plain;
      if (plain && sim_process ()->machine->old && g_str_equal (request->path, "/v1/sync/pull"))
        out->body = add_later_fields (plain);
      return plain != NULL;
    }
  if (request->sink && (reply->status == 200 || reply->status == 206))
    return g_output_stream_write_all (request->sink, data, n, NULL, NULL, error);
  return TRUE;
}

static WgHttpReply *
take_reply (const WgHttpRequest *request, const SimReply *reply, GError **error)
{
  g_autoptr (WgHttpReply) out = wg_http_reply_new ();
  const char *type = sim_headers_get (reply->headers, "Content-Type");
  const char *range = sim_headers_get (reply->headers, "Content-Range");

  out->status = reply->status;
  out->content_type = type ? g_strndup (type, strcspn (type, ";")) : NULL;
  out->epoch = g_strdup (sim_headers_get (reply->headers, "Wangge-Epoch"));
  out->server_time_ms = get_number (reply, "Server-Time");
  out->retry_after_s = get_number (reply, "Retry-After");
  out->upload_offset = get_number (reply, "Upload-Offset");
  out->content_length = get_number (reply, "Content-Length");
  if (range && g_str_has_prefix (range, "bytes "))
    out->range_from = g_ascii_strtoll (range + strlen ("bytes "), NULL, 10);
  return take_body (request, reply, out, error) ? g_steal_pointer (&out) : NULL;
}

static SimReply *
make_portal (void)
{
  static const char page[] = "<html><body>请登录</body></html>";
  SimReply *self = g_new0 (SimReply, 1);

  self->status = 200;
  self->headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->headers, g_strdup ("Content-Type"));
  g_ptr_array_add (self->headers, g_strdup ("text/html"));
  self->body = g_bytes_new_static (page, strlen (page));
  return self;
}

static SimReply *
make_busy (void)
{
  SimReply *self = g_new0 (SimReply, 1);

  self->status = 502;
  self->headers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static WgHttpReply *
fail (int code, const char *why, GError **error)
{
  sim_line.n_lost++;
  g_set_error_literal (error, WG_SYNC_ERROR, code, why);
  return NULL;
}

static gboolean
is_over (const Exchange *self, GCancellable *cancellable)
{
  return self->over || g_cancellable_is_cancelled (cancellable) || sim_process ()->dead;
}

static gboolean
is_cut (const Exchange *exchange)
{
  gsize n = exchange->reply->body ? g_bytes_get_size (exchange->reply->body) : 0;

  return exchange->cut_reply >= 0 && (gsize) exchange->cut_reply < n + 300;
}

static WgHttpReply *
send_and_wait (Exchange *self,
               const WgHttpRequest *request,
               GCancellable *cancellable,
               GError **error)
{
  gint64 until_us = sim.now_us + self->there_us + self->back_us + STALL_US;

  sim_spawn (sim_line.platform, carry, exchange_ref (self));
  if (sim_random_chance (&sim.random, sim_line.faults.twice))
    repeat (self);
  if (waiting == NULL)
    waiting = g_ptr_array_new ();
  g_ptr_array_add (waiting, self);
  while (!is_over (self, cancellable) && sim_wait (self, until_us))
    ;
  g_ptr_array_remove (waiting, self);
  self->nobody_waits = TRUE;
  if (sim_process ()->dead || g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
      return NULL;
    }
  if (!self->over)
    return fail (WG_SYNC_ERROR_TIMEOUT, "no byte moved", error);
  if (self->reply == NULL)
    return fail (WG_SYNC_ERROR_OFFLINE, "nobody answers", error);
  if (is_cut (self))
    {
      sim_line.n_cut++;
      return fail (WG_SYNC_ERROR_OFFLINE, "the line broke", error);
    }
  return take_reply (request, self->reply, error);
}

static WgHttpReply *
exchange (const WgHttpRequest *request, GCancellable *cancellable, GError **error)
{
  SimProcess *process = sim_process ();
  Exchange *self;
  WgHttpReply *reply;

  if (sim_line_is_cut (process->machine))
    {
      sim_wait (cancellable, sim.now_us + CONNECT_US);
      return fail (WG_SYNC_ERROR_OFFLINE, "no way", error);
    }
  self = g_new0 (Exchange, 1);
  self->refs = 1;
  self->request = make_request (request);
  draw_fate (self);
  sim_line.n_sent++;
  if (sim_random_chance (&sim.random, sim_line.faults.portal))
    {
      self->reply = make_portal ();
      reply = take_reply (request, self->reply, error);
    }
  else if (sim_random_chance (&sim.random, sim_line.faults.busy))
    {
      self->reply = make_busy ();
      reply = take_reply (request, self->reply, error);
    }
  else
    {
      reply = send_and_wait (self, request, cancellable, error);
    }
  exchange_unref (self);
  return reply;
}

/* Pages of a few rows, so that a small world has several. */
WRAP_REAL (char *, wg_wire_pull_request_to_json, const WgPullRequest *request)
{
  WgPullRequest small = *request;

  if (sim_random_chance (&sim.random, sim_line.faults.small_pages))
    small.max_rows = 1 + sim_random_below (&sim.random, 4);
  return __real_wg_wire_pull_request_to_json (&small);
}

/* --- in the place of wg-http.c ---------------------------------------------------------------- */

WRAP (WgHttp *, wg_http_new, const char *url, const char *pin, GError **error)
{
  return (WgHttp *) g_strdup (url);
}

WRAP (void, wg_http_free, WgHttp *self) { g_free (self); }

WRAP (void, wg_http_set_time_outs, WgHttp *self, gint64 connect_ms, gint64 stall_ms) {}

WRAP (WgHttpReply *,
      wg_http_send,
      WgHttp *self,
      const WgHttpRequest *request,
      GCancellable *cancellable,
      GError **error)
{
  gint64 start_us = sim.now_us;
  GError *failure = NULL;
  WgHttpReply *reply;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  reply = exchange (request, cancellable, &failure);
  sim_trace ("%s %s %s", request->method, request->path, reply ? "" : failure->message);
  if (reply == NULL)
    g_propagate_error (error, failure);
  else
    reply->round_trip_ms = (sim.now_us - start_us) / 1000;
  return reply;
}

/* Who waits for an answer learns of it. */
WRAP_REAL (void, g_cancellable_cancel, GCancellable *cancellable)
{
  __real_g_cancellable_cancel (cancellable);
  sim_wake (cancellable);
  for (guint i = 0; waiting && i < waiting->len; i++)
    sim_wake (waiting->pdata[i]);
}
