/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many terminals at one platform over loopback: pushes made and signed beforehand, sent as fast as
 * they are answered; then first pulls. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <curl/curl.h>
#include <glib.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "db/wg-system.h"
#include "sample/wg-sample.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-wire-push.h"
#include "wire/wg-wire-ref.h"
#include "wire/wg-wire-session.h"
#include "wire/wg-zstd.h"

/* One enrolled tablet. */
typedef struct
{
  const WgGrid *grid; /* borrowed */
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  char *device_id, *replica, *worker, *epoch, *authorization;
  gint64 seq;
  char *hash;
} Tablet;

typedef struct
{
  WgPorts ports;
  const char *url;
  WgSampleDistrict *district;
  WgStandard *standard;
  GPtrArray *tablets; /* of Tablet */
  guint64 seed;
} Bench;

/* One push, ready to go. */
typedef struct
{
  const Tablet *tablet;
  GBytes *body; /* packed with zstd */
} Parcel;

/* What one client thread sends, and what it met. */
typedef struct
{
  const Bench *bench;
  GPtrArray *parcels; /* of Parcel */
  GArray *times_us;   /* of double */
  guint n_failed;
} Client;

/* --- HTTP ------------------------------------------------------------------------------------ */

static size_t
keep_reply (char *data, size_t size, size_t n, void *user_data)
{
  g_byte_array_append (user_data, (const guint8 *) data, (guint) (size * n));
  return size * n;
}

/* The status; @reply gets the body as it came. */
static long
post (CURL *curl,
      const char *url,
      struct curl_slist *headers,
      const void *body,
      gsize n,
      GByteArray *reply)
{
  long status = 0;
  CURLcode rc;

  g_byte_array_set_size (reply, 0);
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE, (long) n);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, keep_reply);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, reply);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  rc = curl_easy_perform (curl);
  if (rc != CURLE_OK)
    g_error ("%s: %s", url, curl_easy_strerror (rc));
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

/* Posts JSON and expects success; (transfer full) the answer. */
static char *
ask (const Bench *bench, const char *path, char *json)
{
  g_autofree char *url = g_strconcat (bench->url, path, NULL);
  g_autofree char *body = json;
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  struct curl_slist *headers = curl_slist_append (NULL, "Content-Type: application/json");
  CURL *curl = curl_easy_init ();
  long status = post (curl, url, headers, body, strlen (body), reply);

  curl_easy_cleanup (curl);
  curl_slist_free_all (headers);
  if (status / 100 != 2)
    g_error ("%s: %ld %.*s", path, status, (int) reply->len, (const char *) reply->data);
  return g_strndup ((const char *) reply->data, reply->len);
}

/* --- tablets --------------------------------------------------------------------------------- */

static void
stop_at (const GError *error)
{
  if (error)
    g_error ("%s", error->message);
}

static void
enrol (const Bench *bench, Tablet *tablet, const char *typed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEnrolRequest) request = g_new0 (WgEnrolRequest, 1);
  g_autoptr (WgEnrolAnswer) answer = NULL;
  g_autoptr (WgWorker) worker = NULL;
  g_autofree char *reply = NULL;

  wg_crypto_sign_keys (&bench->ports, tablet->public_key, tablet->secret);
  request->code = wg_crypto_enrol_code_normalize (typed, &error);
  stop_at (error);
  memcpy (request->public_key, tablet->public_key, WG_SIGN_PUBLIC);
  request->device_model = g_strdup ("bench");
  request->device_os = g_strdup ("Debian 13");
  request->app = g_strdup ("bench/1");
  request->nonce = wg_base64url_encode (tablet->public_key, 16);
  reply = ask (bench, "/v1/enrol", wg_wire_enrol_request_to_json (request, tablet->secret));
  answer = wg_wire_enrol_answer_from_json (reply, strlen (reply), &error);
  stop_at (error);
  worker = wg_wire_worker_from_json (answer->worker, &error);
  stop_at (error);
  tablet->device_id = g_steal_pointer (&answer->device_id);
  tablet->replica = g_steal_pointer (&answer->replica);
  tablet->epoch = g_steal_pointer (&answer->epoch);
  tablet->worker = g_strdup (worker->id);
  tablet->hash = g_strdup (WG_CHAIN_START);
  for (guint i = 0; i < bench->district->grids->len; i++)
    {
      const WgGrid *grid = bench->district->grids->pdata[i];
      if (g_strcmp0 (grid->code, worker->grid_code) == 0)
        tablet->grid = grid;
    }
  if (tablet->grid == NULL)
    g_error ("worker %s has no grid of the sample", worker->id);
}

static void
open_session (const Bench *bench, Tablet *tablet)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgSessionRequest) request = g_new0 (WgSessionRequest, 1);
  g_autoptr (WgSessionAnswer) answer = NULL;
  g_autofree char *nonce =
      ask (bench, "/v1/session/challenge", wg_wire_challenge_to_json (tablet->device_id));
  g_autofree char *reply = NULL;

  request->device_id = g_strdup (tablet->device_id);
  request->replica = g_strdup (tablet->replica);
  request->nonce = wg_wire_nonce_from_json (nonce, strlen (nonce), &error);
  stop_at (error);
  reply = ask (bench, "/v1/session", wg_wire_session_request_to_json (request, tablet->secret));
  answer = wg_wire_session_answer_from_json (reply, strlen (reply), &error);
  stop_at (error);
  tablet->authorization = g_strdup_printf ("Authorization: Bearer %s", answer->token);
}

/* --- pushes ---------------------------------------------------------------------------------- */

static char *
make_line (const Bench *bench, Tablet *tablet, const WgEvent *event, gint64 now_ms)
{
  g_autoptr (WgOperation) operation = wg_operation_new (WG_OPERATION_EVENT_CREATE);

  operation->op_id = wg_id_new (&bench->ports);
  operation->seq = ++tablet->seq;
  operation->schema = WG_OPERATION_SCHEMA;
  operation->rec = wg_id_new (&bench->ports);
  operation->scope = g_strdup_printf ("g:%s", tablet->grid->code);
  operation->actor = g_strdup (tablet->worker);
  operation->at_ms = now_ms;
  operation->boot = g_strdup (bench->ports.boot_id);
  operation->mono_ms = wg_ports_boot_ms (&bench->ports);
  operation->lon = event->lon;
  operation->lat = event->lat;
  operation->accuracy_m = event->fix_accuracy_m;
  operation->event = wg_event_copy (event);
  return wg_wire_operation_to_line (operation);
}

static Parcel *
seal_parcel (Tablet *tablet, WgPush *push)
{
  g_autoptr (GBytes) body = wg_wire_push_to_body (push, tablet->secret);
  g_autoptr (GError) error = NULL;
  Parcel *parcel = g_new0 (Parcel, 1);

  g_set_str (&tablet->hash, push->head);
  parcel->tablet = tablet;
  parcel->body = wg_zstd_compress (body, &error);
  stop_at (error);
  return parcel;
}

static WgPush *
begin_push (const Bench *bench, const Tablet *tablet)
{
  WgPush *push = wg_push_new ();

  push->replica = g_strdup (tablet->replica);
  push->epoch = g_strdup (tablet->epoch);
  push->first = tablet->seq + 1;
  push->previous = g_strdup (tablet->hash);
  push->now_ms = wg_ports_wall_ms (&bench->ports);
  push->boot = g_strdup (bench->ports.boot_id);
  push->mono_ms = wg_ports_boot_ms (&bench->ports);
  return push;
}

/* @n operations of events of the last hour. */
static Parcel *
make_parcel (Bench *bench, Tablet *tablet, guint n)
{
  g_autoptr (WgPush) push = begin_push (bench, tablet);
  g_autoptr (GPtrArray) events =
                wg_sample_history_new (bench->district, tablet->grid, bench->standard, n,
                                       push->now_ms - 3600000, push->now_ms - 1000, ++bench->seed);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (push->lines, make_line (bench, tablet, events->pdata[i], push->now_ms));
  push->mono_ms = wg_ports_boot_ms (&bench->ports);
  return seal_parcel (tablet, push);
}

static char *
make_record_line (const Bench *bench, Tablet *tablet, WgRecord *record, gint64 now_ms)
{
  g_autoptr (WgOperation) operation = wg_operation_new (WG_OPERATION_RECORD_CREATE);

  operation->op_id = wg_id_new (&bench->ports);
  operation->seq = ++tablet->seq;
  operation->record_kind = record->kind;
  operation->record = wg_record_ref (record);
  operation->rec = g_strdup (record->id);
  operation->scope = g_strdup_printf ("g:%s", tablet->grid->code);
  operation->actor = g_strdup (tablet->worker);
  operation->at_ms = now_ms;
  operation->boot = g_strdup (bench->ports.boot_id);
  operation->mono_ms = wg_ports_boot_ms (&bench->ports);
  return wg_wire_operation_to_line (operation);
}

static void
free_parcel (gpointer data)
{
  g_bytes_unref (((Parcel *) data)->body);
  g_free (data);
}

/* Also counts what was refused: a benchmark of refusals would be fast. */
static gboolean
is_good (long status, const GByteArray *reply)
{
  g_autoptr (GBytes) wire = g_bytes_new (reply->data, reply->len);
  g_autoptr (GBytes) plain = g_bytes_get_size (wire) > 4 && reply->data[0] == 0x28
                                ? wg_zstd_decompress (wire, WG_LIMIT_BODY, NULL)
                                : g_bytes_ref (wire);
  gsize n = 0;
  const char *text = plain ? g_bytes_get_data (plain, &n) : NULL;

  return status == 200 && text && g_strstr_len (text, (gssize) n, "\"results\"") &&
         g_strstr_len (text, (gssize) n, "rejected") == NULL;
}

static gpointer
run_client (gpointer data)
{
  Client *self = data;
  g_autofree char *url = g_strconcat (self->bench->url, "/v1/sync/push", NULL);
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  CURL *curl = curl_easy_init ();

  for (guint i = 0; i < self->parcels->len; i++)
    {
      const Parcel *parcel = self->parcels->pdata[i];
      struct curl_slist *headers = curl_slist_append (NULL, parcel->tablet->authorization);
      gint64 began_us = g_get_monotonic_time ();
      double took_us;
      gsize n;
      const void *body = g_bytes_get_data (parcel->body, &n);

      headers = curl_slist_append (headers, "Content-Type: application/x-ndjson; charset=utf-8");
      headers = curl_slist_append (headers, "Content-Encoding: zstd");
      headers = curl_slist_append (headers, "Accept-Encoding: zstd");
      headers = curl_slist_append (headers, "Wangge-Client: bench/1");
      headers = curl_slist_append (headers, "Expect:");
      long status = post (curl, url, headers, body, n, reply);
      took_us = (double) (g_get_monotonic_time () - began_us);
      g_array_append_val (self->times_us, took_us);
      if (!is_good (status, reply) && self->n_failed++ == 0)
        g_printerr ("push: %ld %.*s\n", status, (int) MIN (reply->len, 300),
                    (const char *) reply->data);
      curl_slist_free_all (headers);
    }
  curl_easy_cleanup (curl);
  return NULL;
}

static double
get_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Prints: push BATCH CLIENTS operations seconds client-CPU-s p50-ms p99-ms failed */
static void
run_pushes (Bench *bench, guint batch, guint n_clients, guint n_ops)
{
  g_autofree Client *clients = g_new0 (Client, n_clients);
  g_autofree GThread **threads = g_new0 (GThread *, n_clients);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  guint n_parcels = MAX (1, n_ops / batch), n_failed = 0;
  gint64 began_us, took_us;
  double cpu_s;

  for (guint i = 0; i < n_clients; i++)
    {
      clients[i].bench = bench;
      clients[i].parcels = g_ptr_array_new_with_free_func (free_parcel);
      clients[i].times_us = g_array_new (FALSE, FALSE, sizeof (double));
    }
  /* A tablet is one client's alone, so that its pushes stay in order. */
  for (guint i = 0; i < n_parcels; i++)
    {
      guint client = i % n_clients, of_client = bench->tablets->len / n_clients;
      guint tablet = client + n_clients * ((i / n_clients) % of_client);
      g_ptr_array_add (clients[client].parcels,
                       make_parcel (bench, bench->tablets->pdata[tablet], batch));
    }
  cpu_s = get_cpu_s ();
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_clients; i++)
    threads[i] = g_thread_new ("client", run_client, &clients[i]);
  for (guint i = 0; i < n_clients; i++)
    g_thread_join (threads[i]);
  took_us = g_get_monotonic_time () - began_us;
  cpu_s = get_cpu_s () - cpu_s;
  for (guint i = 0; i < n_clients; i++)
    {
      g_array_append_vals (times, clients[i].times_us->data, clients[i].times_us->len);
      n_failed += clients[i].n_failed;
      g_array_unref (clients[i].times_us);
      g_ptr_array_unref (clients[i].parcels);
    }
  g_array_sort (times, compare_doubles);
  g_print ("push %u %u %u %.6f %.6f %.3f %.3f %u\n", batch, n_clients, n_parcels * batch,
           (double) took_us / 1e6, cpu_s, g_array_index (times, double, times->len / 2) / 1e3,
           g_array_index (times, double, times->len * 99 / 100) / 1e3, n_failed);
  fflush (stdout);
}

/* Households with their residents, in the tablet's grid, as its worker would have recorded them.
 * Prints: records rows failed scope */
static void
run_records (Bench *bench, Tablet *tablet, guint n_households)
{
  g_autoptr (GPtrArray) records = wg_sample_records_new (
      tablet->grid, n_households, wg_ports_wall_ms (&bench->ports), ++bench->seed);
  Client client = { .bench = bench };

  client.parcels = g_ptr_array_new_with_free_func (free_parcel);
  client.times_us = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint from = 0; from < records->len; from += WG_LIMIT_PUSH_OPS)
    {
      g_autoptr (WgPush) push = begin_push (bench, tablet);

      for (guint i = from; i < MIN (records->len, from + WG_LIMIT_PUSH_OPS); i++)
        g_ptr_array_add (push->lines,
                         make_record_line (bench, tablet, records->pdata[i], push->now_ms));
      g_ptr_array_add (client.parcels, seal_parcel (tablet, push));
    }
  run_client (&client);
  g_array_unref (client.times_us);
  g_ptr_array_unref (client.parcels);
  g_print ("records %u %u g:%s\n", records->len, client.n_failed, tablet->grid->code);
  fflush (stdout);
}

/* --- pulls ----------------------------------------------------------------------------------- */

/* Prints: pull rows seconds bytes-on-the-wire pages scope */
static void
run_pull (const Bench *bench, const Tablet *tablet)
{
  g_autofree char *url = g_strconcat (bench->url, "/v1/sync/pull", NULL);
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  struct curl_slist *headers = curl_slist_append (NULL, tablet->authorization);
  CURL *curl = curl_easy_init ();
  gboolean more = TRUE;
  guint rows = 0, pages = 0;
  gsize bytes = 0;
  double waited_s = 0;

  request->max_rows = WG_LIMIT_PULL_ROWS;
  headers = curl_slist_append (headers, "Content-Type: application/json");
  headers = curl_slist_append (headers, "Accept-Encoding: zstd");
  while (more)
    {
      g_autofree char *json = wg_wire_pull_request_to_json (request);
      g_autoptr (WgPullPage) page = NULL;
      g_autoptr (GBytes) wire = NULL, body = NULL;
      g_autoptr (GError) error = NULL;
      gint64 began_us = g_get_monotonic_time ();
      long status = post (curl, url, headers, json, strlen (json), reply);

      /* The terminal's own work on a page is not the platform's. */
      waited_s += (double) (g_get_monotonic_time () - began_us) / 1e6;
      wire = g_bytes_new (reply->data, reply->len);
      body = reply->len > 4 && reply->data[0] == 0x28
                 ? wg_zstd_decompress (wire, WG_LIMIT_BODY, &error)
                 : g_bytes_ref (wire);
      stop_at (error);
      page = wg_wire_pull_page_from_body (body, &error);
      if (page == NULL)
        g_error ("pull: %ld %s", status, error->message);
      more = page->more;
      rows += page->rows->len;
      bytes += reply->len;
      pages++;
      g_clear_pointer (&request->cursor, g_hash_table_unref);
      request->cursor = g_hash_table_ref (page->cursor);
    }
  curl_easy_cleanup (curl);
  curl_slist_free_all (headers);
  g_print ("pull %u %.6f %" G_GSIZE_FORMAT " %u g:%s\n", rows, waited_s, bytes, pages,
           tablet->grid->code);
  fflush (stdout);
}

/* --- commands on standard input -------------------------------------------------------------- */

static WgStandard *
load_standard (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", "event-classes.csv", NULL);
  g_autofree char *text = NULL;
  WgStandard *standard;

  g_file_get_contents (path, &text, NULL, &error);
  stop_at (error);
  standard = wg_standard_new_from_csv (text, &error);
  stop_at (error);
  return standard;
}

/* "enrol CODE", "push BATCH CLIENTS OPERATIONS", "records TABLET HOUSEHOLDS", "pull TABLET" */
static void
run_command (Bench *bench, const char *line)
{
  guint a, b, c;

  if (g_str_has_prefix (line, "enrol "))
    {
      Tablet *tablet = g_new0 (Tablet, 1);
      enrol (bench, tablet, line + strlen ("enrol "));
      open_session (bench, tablet);
      g_ptr_array_add (bench->tablets, tablet);
      g_print ("enrolled %s\n", tablet->replica);
      fflush (stdout);
    }
  else if (sscanf (line, "push %u %u %u", &a, &b, &c) == 3)
    run_pushes (bench, a, b, c);
  else if (sscanf (line, "records %u %u", &a, &b) == 2 && a < bench->tablets->len)
    run_records (bench, bench->tablets->pdata[a], b);
  else if (sscanf (line, "pull %u", &a) == 1 && a < bench->tablets->len)
    run_pull (bench, bench->tablets->pdata[a]);
  else
    g_error ("'%s' is no command", line);
}

int
main (int argc, char **argv)
{
  Bench bench = { .ports = WG_SYSTEM_PORTS, .url = argc == 2 ? argv[1] : NULL };
  g_autoptr (GError) error = NULL;
  char line[256];

  if (bench.url == NULL)
    {
      g_printerr ("usage: bench-push URL  (commands on standard input)\n");
      return 2;
    }
  if (!wg_crypto_init (&error))
    g_error ("%s", error->message);
  curl_global_init (CURL_GLOBAL_DEFAULT);
  bench.ports.boot_id = wg_system_boot_id ();
  bench.district = wg_sample_district_new (WG_SAMPLE_SEED);
  bench.standard = load_standard ();
  bench.tablets = g_ptr_array_new ();
  bench.seed = (guint64) g_get_real_time ();
  while (fgets (line, sizeof line, stdin))
    run_command (&bench, g_strstrip (line));
  return 0;
}
