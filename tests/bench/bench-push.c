/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many terminals at one platform over loopback: pushes made and signed beforehand, sent as fast as
 * they are answered or at a steady rate; first pulls; connections held; a day of a district. */
#include <stdio.h>
#include <string.h>

#include "bench-client.h"
#include "core/wg-id.h"
#include "db/wg-system.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-zstd.h"

/* What one client thread sends, and what it met. */
typedef struct
{
  const Bench *bench;
  GPtrArray *parcels; /* of Parcel */
  GArray *times_us;   /* of double */
  gint64 first_us;    /* when the first is due */
  gint64 pace_us;     /* from one to the next; 0: as fast as they are answered */
  guint n_failed;
} Client;

/* --- pushes ---------------------------------------------------------------------------------- */

/* @n operations of events of the last hour. */
static Parcel *
make_parcel (Bench *bench, Tablet *tablet, guint n)
{
  g_autoptr (WgPush) push = bench_push_begin (bench, tablet);
  g_autoptr (GPtrArray) events =
                wg_sample_history_new (bench->district, tablet->grid, bench->standard, n,
                                       push->now_ms - 3600000, push->now_ms - 1000, ++bench->seed);

  for (guint i = 0; i < n; i++)
    {
      const WgEvent *event = events->pdata[i];
      g_autoptr (WgOperation) operation =
                    bench_operation_new (bench, tablet, WG_OPERATION_EVENT_CREATE, push->now_ms);
      operation->rec = wg_id_new (&bench->ports);
      operation->lon = event->lon;
      operation->lat = event->lat;
      operation->accuracy_m = event->fix_accuracy_m;
      operation->event = wg_event_copy (event);
      g_ptr_array_add (push->lines, wg_wire_operation_to_line (operation));
    }
  push->mono_ms = wg_ports_boot_ms (&bench->ports);
  return bench_push_seal (tablet, push);
}

static char *
make_record_line (const Bench *bench, Tablet *tablet, WgRecord *record, gint64 now_ms)
{
  g_autoptr (WgOperation) operation =
                bench_operation_new (bench, tablet, WG_OPERATION_RECORD_CREATE, now_ms);

  operation->record_kind = record->kind;
  operation->record = wg_record_ref (record);
  operation->rec = g_strdup (record->id);
  return wg_wire_operation_to_line (operation);
}

/* When the push is due, and then it is: who comes late has waited since. */
static gint64
wait_for_turn (const Client *self, guint i)
{
  gint64 due_us = self->first_us + (gint64) i * self->pace_us, left_us;

  if (self->pace_us == 0)
    return g_get_monotonic_time ();
  left_us = due_us - g_get_monotonic_time ();
  if (left_us > 0)
    g_usleep ((gulong) left_us);
  return due_us;
}

static gpointer
run_client (gpointer data)
{
  Client *self = data;
  g_autofree char *url = g_strconcat (self->bench->url, "/v1/sync/push", NULL);
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  CURL *curl = bench_curl_new ();

  for (guint i = 0; i < self->parcels->len; i++)
    {
      const Parcel *parcel = self->parcels->pdata[i];
      struct curl_slist *headers = bench_push_headers (parcel->tablet);
      gint64 began_us = wait_for_turn (self, i);
      double took_us;
      gsize n;
      const void *body = g_bytes_get_data (parcel->body, &n);

      long status = bench_post (curl, url, headers, body, n, reply);
      took_us = (double) (g_get_monotonic_time () - began_us);
      g_array_append_val (self->times_us, took_us);
      if (!bench_is_good (status, reply) && self->n_failed++ == 0)
        g_printerr ("push: %ld %.*s\n", status, (int) MIN (reply->len, 300),
                    (const char *) reply->data);
      curl_slist_free_all (headers);
    }
  curl_easy_cleanup (curl);
  return NULL;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* A tablet is one client's alone, so that its pushes stay in order. */
static void
load_clients (Bench *bench, Client *clients, guint n_clients, guint batch, guint n_parcels)
{
  for (guint i = 0; i < n_clients; i++)
    {
      clients[i].bench = bench;
      clients[i].parcels = g_ptr_array_new_with_free_func (bench_parcel_free);
      clients[i].times_us = g_array_new (FALSE, FALSE, sizeof (double));
    }
  for (guint i = 0; i < n_parcels; i++)
    {
      guint client = i % n_clients, of_client = bench->tablets->len / n_clients;
      guint tablet = client + n_clients * ((i / n_clients) % of_client);
      g_ptr_array_add (clients[client].parcels,
                       make_parcel (bench, bench->tablets->pdata[tablet], batch));
    }
}

/* @rate: operations a second, 0: as fast as they are answered.
 * Prints: push BATCH CLIENTS operations seconds client-CPU-s p50-ms p99-ms failed */
static void
run_pushes (Bench *bench, guint batch, guint n_clients, guint n_ops, guint rate)
{
  g_autofree Client *clients = g_new0 (Client, n_clients);
  g_autofree GThread **threads = g_new0 (GThread *, n_clients);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  guint n_parcels = MAX (1, n_ops / batch), n_failed = 0;
  gint64 began_us, took_us;
  double cpu_s;

  load_clients (bench, clients, n_clients, batch, n_parcels);
  cpu_s = bench_cpu_s ();
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_clients; i++)
    {
      clients[i].pace_us = rate ? (gint64) batch * n_clients * G_USEC_PER_SEC / rate : 0;
      clients[i].first_us = began_us + i * clients[i].pace_us / n_clients;
      threads[i] = g_thread_new ("client", run_client, &clients[i]);
    }
  for (guint i = 0; i < n_clients; i++)
    g_thread_join (threads[i]);
  took_us = g_get_monotonic_time () - began_us;
  cpu_s = bench_cpu_s () - cpu_s;
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

  client.parcels = g_ptr_array_new_with_free_func (bench_parcel_free);
  client.times_us = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint from = 0; from < records->len; from += WG_LIMIT_PUSH_OPS)
    {
      g_autoptr (WgPush) push = bench_push_begin (bench, tablet);

      for (guint i = from; i < MIN (records->len, from + WG_LIMIT_PUSH_OPS); i++)
        g_ptr_array_add (push->lines,
                         make_record_line (bench, tablet, records->pdata[i], push->now_ms));
      g_ptr_array_add (client.parcels, bench_push_seal (tablet, push));
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
  CURL *curl = bench_curl_new ();
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
      long status = bench_post (curl, url, headers, json, strlen (json), reply);

      /* The terminal's own work on a page is not the platform's. */
      waited_s += (double) (g_get_monotonic_time () - began_us) / 1e6;
      wire = g_bytes_new (reply->data, reply->len);
      body = reply->len > 4 && reply->data[0] == 0x28
                 ? wg_zstd_decompress (wire, WG_LIMIT_BODY, &error)
                 : g_bytes_ref (wire);
      bench_stop_at (error);
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

/* --- connections ----------------------------------------------------------------------------- */

/* Opens connections with a request each, says so, and closes them after the next line of input. */
static void
hold_connections (const Bench *bench, guint n)
{
  g_autofree char *url = g_strconcat (bench->url, "/v1/hello", NULL);
  g_autofree CURL **handles = g_new (CURL *, n);
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  char line[64];

  for (guint i = 0; i < n; i++)
    {
      CURLcode rc;
      handles[i] = bench_curl_new ();
      curl_easy_setopt (handles[i], CURLOPT_URL, url);
      curl_easy_setopt (handles[i], CURLOPT_WRITEFUNCTION, bench_keep_reply);
      curl_easy_setopt (handles[i], CURLOPT_WRITEDATA, reply);
      rc = curl_easy_perform (handles[i]);
      if (rc != CURLE_OK)
        g_error ("connection %u: %s", i, curl_easy_strerror (rc));
    }
  g_print ("held %u\n", n);
  fflush (stdout);
  if (fgets (line, sizeof line, stdin) == NULL)
    g_error ("the input ended with %u connections open", n);
  for (guint i = 0; i < n; i++)
    curl_easy_cleanup (handles[i]);
  g_print ("released\n");
  fflush (stdout);
}

/* --- commands on standard input -------------------------------------------------------------- */

/* "enrol CODE", "push BATCH CLIENTS OPERATIONS", "steady RATE BATCH CLIENTS SECONDS",
 * "records TABLET HOUSEHOLDS", "pull TABLET", "hold CONNECTIONS",
 * "day TERMINALS CLIENTS EVENTS EDITS PHOTOS PHOTO-BYTES CUT-SHARE" */
static void
run_command (Bench *bench, const char *line)
{
  BenchDay day = { 0 };
  guint a, b, c, d;

  if (g_str_has_prefix (line, "enrol "))
    {
      Tablet *tablet = bench_tablet_new (bench, line + strlen ("enrol "));
      g_ptr_array_add (bench->tablets, tablet);
      g_print ("enrolled %s\n", tablet->replica);
      fflush (stdout);
    }
  else if (sscanf (line, "push %u %u %u", &a, &b, &c) == 3)
    run_pushes (bench, a, b, c, 0);
  else if (sscanf (line, "steady %u %u %u %u", &a, &b, &c, &d) == 4)
    run_pushes (bench, b, c, a * d, a);
  else if (sscanf (line, "hold %u", &a) == 1)
    hold_connections (bench, a);
  else if (sscanf (line, "day %u %u %u %u %u %u %u", &day.n_terminals, &day.n_clients,
                   &day.n_events, &day.n_edits, &day.n_photos, &day.photo_bytes,
                   &day.cut_share) == 7)
    bench_day_run (bench, &day);
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
  bench.standard = bench_load_standard ();
  bench.tablets = g_ptr_array_new ();
  bench.seed = (guint64) g_get_real_time ();
  while (fgets (line, sizeof line, stdin))
    run_command (&bench, g_strstrip (line));
  return 0;
}
