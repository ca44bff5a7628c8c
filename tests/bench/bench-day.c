/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day of a district: each terminal brings events, edits of them and photos, and connections are
 * cut off while they send or before they have heard the answer. */
#include <string.h>

#include "bench-client.h"
#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "wire/wg-wire-operation.h"

#define TRIES_MAX 50

typedef struct
{
  guint32 seed;
  char *sha256;
} Photo;

/* What a terminal has to bring. */
typedef struct
{
  Tablet *tablet;
  GPtrArray *parcels; /* of Parcel, in order */
  GPtrArray *photos;  /* of Photo */
} Load;

/* What the client threads share. */
typedef struct
{
  Bench *bench;
  const BenchDay *day;
  GAsyncQueue *loads;    /* of Load */
  guint n_cut, n_failed; /* atomic */
  gint64 applied_us;     /* when the last push was answered; atomic */
} Run;

/* One request, perhaps cut off. */
typedef struct
{
  curl_off_t cut_at;   /* bytes of the body; 0: it is not cut */
  gboolean cut_answer; /* the answer comes and is not heard */
  gint64 offset;       /* "Upload-Offset" of the answer, -1 none */
} Exchange;

/* --- making ---------------------------------------------------------------------------------- */

/* JPEG by its first bytes; the rest is noise, as a photo's is. */
static guint8 *
make_photo (guint32 seed, gsize n)
{
  guint8 *bytes = g_malloc (n + 4);
  guint32 x = seed | 1;

  for (gsize i = 0; i < n; i += 4)
    {
      x ^= x << 13;
      x ^= x >> 17;
      x ^= x << 5;
      memcpy (bytes + i, &x, 4);
    }
  memcpy (bytes, "\xff\xd8\xff\xe0", 4);
  memcpy (bytes + 4, &seed, sizeof seed);
  return bytes;
}

static void
free_photo (gpointer data)
{
  g_free (((Photo *) data)->sha256);
  g_free (data);
}

static void
free_load (Load *load)
{
  g_ptr_array_unref (load->parcels);
  g_ptr_array_unref (load->photos);
  g_free (load);
}

/* One that its reporter may still change. */
static WgEvent *
make_event (const WgEvent *sample)
{
  WgEvent *event = wg_event_copy (sample);

  event->level = event->level_reported = WG_EVENT_LEVEL_GENERAL;
  event->self_handled = FALSE;
  g_clear_pointer (&event->handle_note, g_free);
  g_set_str (&event->title, "样例事件");
  g_set_str (&event->description, "样例路口的样例事件");
  g_set_str (&event->address, "样例路 1 号");
  return event;
}

static void
add_photo (Bench *bench, const BenchDay *day, Load *load, WgEvent *event)
{
  Photo *photo = g_new0 (Photo, 1);
  g_autofree guint8 *bytes = NULL;

  photo->seed = (guint32) ++bench->seed;
  bytes = make_photo (photo->seed, day->photo_bytes);
  photo->sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, day->photo_bytes);
  g_ptr_array_add (load->photos, photo);
  g_strfreev (event->photos);
  event->photos = g_new0 (char *, 2);
  event->photos[0] = g_strdup (photo->sha256);
}

/* Changes what the event says once more than before; @event is as it was. */
static char *
make_edit (Bench *bench, Load *load, WgEvent *event, gint64 now_ms)
{
  g_autoptr (WgOperation) operation =
                bench_operation_new (bench, load->tablet, WG_OPERATION_EVENT_PATCH, now_ms);
  static const char *const fields[] = { "description", NULL };

  operation->rec = g_strdup (event->id);
  operation->fields = g_strdupv ((char **) fields);
  operation->base = wg_event_new ();
  operation->base->description = g_strdup (event->description);
  operation->event = wg_event_new ();
  operation->event->description = g_strconcat (event->description, "，已补记", NULL);
  g_set_str (&event->description, operation->event->description);
  return wg_wire_operation_to_line (operation);
}

/* Events in one push and edits in the next, as when somebody looks at them again before the way
 * home. */
static Load *
make_load (Bench *bench, const BenchDay *day, Tablet *tablet)
{
  Load *load = g_new0 (Load, 1);
  g_autoptr (WgPush) report = bench_push_begin (bench, tablet);
  g_autoptr (WgPush) change = NULL;
  g_autoptr (GPtrArray) events = NULL;

  load->tablet = tablet;
  load->parcels = g_ptr_array_new_with_free_func (bench_parcel_free);
  load->photos = g_ptr_array_new_with_free_func (free_photo);
  events = wg_sample_history_new (bench->district, tablet->grid, bench->standard, day->n_events,
                                  report->now_ms - 3600000, report->now_ms - 1000, ++bench->seed);
  for (guint i = 0; i < day->n_events; i++)
    {
      g_autoptr (WgOperation) operation =
                    bench_operation_new (bench, tablet, WG_OPERATION_EVENT_CREATE, report->now_ms);
      operation->rec = wg_id_new (&bench->ports);
      operation->event = make_event (events->pdata[i]);
      if (i < day->n_photos)
        add_photo (bench, day, load, operation->event);
      wg_event_free (events->pdata[i]);
      events->pdata[i] = wg_event_copy (operation->event);
      g_set_str (&((WgEvent *) events->pdata[i])->id, operation->rec);
      g_ptr_array_add (report->lines, wg_wire_operation_to_line (operation));
    }
  g_ptr_array_add (load->parcels, bench_push_seal (tablet, report));
  change = bench_push_begin (bench, tablet);
  for (guint i = 0; i < day->n_edits; i++)
    g_ptr_array_add (change->lines,
                     make_edit (bench, load, events->pdata[i % events->len], change->now_ms));
  if (day->n_edits > 0)
    g_ptr_array_add (load->parcels, bench_push_seal (tablet, change));
  return load;
}

/* --- sending --------------------------------------------------------------------------------- */

static int
on_progress_cb (void *data, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
  const Exchange *exchange = data;

  return exchange->cut_at > 0 && sent >= exchange->cut_at;
}

static size_t
on_header_cb (char *text, size_t size, size_t n, void *data)
{
  Exchange *exchange = data;
  g_autofree char *line = g_strndup (text, size * n);

  if (exchange->cut_answer)
    return 0;
  if (g_ascii_strncasecmp (line, "Upload-Offset:", 14) == 0)
    exchange->offset = g_ascii_strtoll (line + 14, NULL, 10);
  return size * n;
}

/* The status; 0 when the connection was cut off. */
static long
send_request (Run *run,
              CURL *curl,
              const char *method,
              struct curl_slist *headers,
              const void *body,
              gsize n,
              GByteArray *reply,
              gint64 *out_offset)
{
  guint share = run->day->cut_share;
  guint chance = share ? (guint) g_random_int_range (0, 2 * (gint32) share) : 2;
  Exchange exchange = { .cut_at = chance == 0 ? (curl_off_t) (n / 2 + 1) : 0,
                        .cut_answer = chance == 1,
                        .offset = -1 };
  long status = 0;
  CURLcode rc;

  g_byte_array_set_size (reply, 0);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt (curl, CURLOPT_NOBODY, body == NULL ? 1L : 0L);
  if (body)
    {
      curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body);
      curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE, (long) n);
    }
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, bench_keep_reply);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, reply);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress_cb);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, &exchange);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, on_header_cb);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, &exchange);
  rc = curl_easy_perform (curl);
  if (rc == CURLE_ABORTED_BY_CALLBACK || rc == CURLE_WRITE_ERROR)
    {
      g_atomic_int_inc (&run->n_cut);
      return 0;
    }
  if (rc != CURLE_OK)
    g_error ("%s: %s", method, curl_easy_strerror (rc));
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  if (out_offset)
    *out_offset = exchange.offset;
  return status;
}

static gboolean
send_parcel (Run *run, CURL *curl, const Parcel *parcel, GByteArray *reply)
{
  g_autofree char *url = g_strconcat (run->bench->url, "/v1/sync/push", NULL);
  struct curl_slist *headers = bench_push_headers (parcel->tablet);
  long status = 0;
  gsize n;
  const void *body = g_bytes_get_data (parcel->body, &n);

  curl_easy_setopt (curl, CURLOPT_URL, url);
  for (guint i = 0; i < TRIES_MAX && status == 0; i++)
    status = send_request (run, curl, "POST", headers, body, n, reply, NULL);
  curl_slist_free_all (headers);
  __atomic_store_n (&run->applied_us, g_get_monotonic_time (), __ATOMIC_RELAXED);
  if (bench_is_good (status, reply))
    return TRUE;
  g_printerr ("push: %ld %.*s\n", status, (int) MIN (reply->len, 300), (const char *) reply->data);
  return FALSE;
}

/* One piece from @offset on, or all of it. */
static long
send_piece (Run *run,
            CURL *curl,
            const Tablet *tablet,
            const guint8 *bytes,
            gint64 *offset,
            GByteArray *reply)
{
  gsize n = run->day->photo_bytes;
  g_autofree char *at = g_strdup_printf ("Upload-Offset: %" G_GINT64_FORMAT, *offset);
  g_autofree char *length = g_strdup_printf ("Upload-Length: %" G_GSIZE_FORMAT, n);
  struct curl_slist *headers = curl_slist_append (NULL, tablet->authorization);
  long status;

  headers = curl_slist_append (headers, "Content-Type: application/offset+octet-stream");
  headers = curl_slist_append (headers, "Expect:");
  headers = curl_slist_append (headers, at);
  headers = curl_slist_append (headers, length);
  status = send_request (run, curl, "PATCH", headers, bytes + *offset, n - (gsize) *offset, reply,
                         offset);
  curl_slist_free_all (headers);
  return status;
}

/* Asks how far it came, as a terminal does after a break. */
static long
ask_offset (Run *run, CURL *curl, const Tablet *tablet, gint64 *out_offset, GByteArray *reply)
{
  struct curl_slist *headers = curl_slist_append (NULL, tablet->authorization);
  long status = send_request (run, curl, "HEAD", headers, NULL, 0, reply, out_offset);

  curl_slist_free_all (headers);
  return status;
}

static gboolean
send_photo (Run *run, CURL *curl, const Tablet *tablet, const Photo *photo, GByteArray *reply)
{
  g_autofree char *url = g_strconcat (run->bench->url, "/v1/blobs/", photo->sha256, NULL);
  g_autofree guint8 *bytes = make_photo (photo->seed, run->day->photo_bytes);
  gint64 offset = 0;
  long status = 0;

  curl_easy_setopt (curl, CURLOPT_URL, url);
  for (guint i = 0; i < TRIES_MAX; i++)
    {
      status = send_piece (run, curl, tablet, bytes, &offset, reply);
      if (status == 204 && offset == run->day->photo_bytes)
        return TRUE;
      do
        status = ask_offset (run, curl, tablet, &offset, reply);
      while (status == 0 && ++i < TRIES_MAX);
      if (status == 200)
        return TRUE;
      if (status == 404)
        offset = 0;
      else if (status != 204)
        break;
    }
  g_printerr ("photo: %ld %.*s\n", status, (int) MIN (reply->len, 300), (const char *) reply->data);
  return FALSE;
}

static void
bring (Run *run, const Load *load)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  CURL *curl = bench_curl_new ();
  gboolean good = TRUE;

  for (guint i = 0; good && i < load->parcels->len; i++)
    good = send_parcel (run, curl, load->parcels->pdata[i], reply);
  for (guint i = 0; good && i < load->photos->len; i++)
    good = send_photo (run, curl, load->tablet, load->photos->pdata[i], reply);
  curl_easy_cleanup (curl);
  if (!good)
    g_atomic_int_inc (&run->n_failed);
}

static gpointer
run_client (gpointer data)
{
  Run *run = data;
  Load *load;

  while ((load = g_async_queue_try_pop (run->loads)))
    {
      bring (run, load);
      free_load (load);
    }
  return NULL;
}

/* Prints: day terminals seconds-until-applied seconds-until-all cut failed client-CPU-s */
void
bench_day_run (Bench *bench, const BenchDay *day)
{
  Run run = { .bench = bench, .day = day, .loads = g_async_queue_new () };
  g_autofree GThread **threads = g_new0 (GThread *, day->n_clients);
  gint64 began_us;
  double cpu_s;

  if (day->n_terminals > bench->tablets->len)
    g_error ("only %u tablets are enrolled", bench->tablets->len);
  for (guint i = 0; i < day->n_terminals; i++)
    g_async_queue_push (run.loads, make_load (bench, day, bench->tablets->pdata[i]));
  cpu_s = bench_cpu_s ();
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < day->n_clients; i++)
    threads[i] = g_thread_new ("client", run_client, &run);
  for (guint i = 0; i < day->n_clients; i++)
    g_thread_join (threads[i]);
  g_print ("day %u %.6f %.6f %u %u %.3f\n", day->n_terminals,
           (double) (run.applied_us - began_us) / 1e6,
           (double) (g_get_monotonic_time () - began_us) / 1e6, run.n_cut, run.n_failed,
           bench_cpu_s () - cpu_s);
  fflush (stdout);
  g_async_queue_unref (run.loads);
}
