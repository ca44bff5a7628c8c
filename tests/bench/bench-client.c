/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminals at one platform: HTTP, enrolment, session, making of pushes. */
#include "bench-client.h"

#include <string.h>
#include <sys/resource.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-ref.h"
#include "wire/wg-wire-session.h"
#include "wire/wg-zstd.h"

/* --- HTTP ------------------------------------------------------------------------------------ */

CURL *
bench_curl_new (void)
{
  CURL *curl = curl_easy_init ();

  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  if (g_getenv ("BENCH_CA"))
    curl_easy_setopt (curl, CURLOPT_CAINFO, g_getenv ("BENCH_CA"));
  return curl;
}

size_t
bench_keep_reply (char *data, size_t size, size_t n, void *user_data)
{
  g_byte_array_append (user_data, (const guint8 *) data, (guint) (size * n));
  return size * n;
}

/* The status; @reply gets the body as it came. */
long
bench_post (CURL *curl,
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
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, bench_keep_reply);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, reply);
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
  CURL *curl = bench_curl_new ();
  long status = bench_post (curl, url, headers, body, strlen (body), reply);

  curl_easy_cleanup (curl);
  curl_slist_free_all (headers);
  if (status / 100 != 2)
    g_error ("%s: %ld %.*s", path, status, (int) reply->len, (const char *) reply->data);
  return g_strndup ((const char *) reply->data, reply->len);
}

/* --- tablets --------------------------------------------------------------------------------- */

void
bench_stop_at (const GError *error)
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
  bench_stop_at (error);
  memcpy (request->public_key, tablet->public_key, WG_SIGN_PUBLIC);
  request->device_model = g_strdup ("bench");
  request->device_os = g_strdup ("Debian 13");
  request->app = g_strdup ("bench/1");
  request->nonce = wg_base64url_encode (tablet->public_key, 16);
  reply = ask (bench, "/v1/enrol", wg_wire_enrol_request_to_json (request, tablet->secret));
  answer = wg_wire_enrol_answer_from_json (reply, strlen (reply), &error);
  bench_stop_at (error);
  worker = wg_wire_worker_from_json (answer->worker, &error);
  bench_stop_at (error);
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
  bench_stop_at (error);
  reply = ask (bench, "/v1/session", wg_wire_session_request_to_json (request, tablet->secret));
  answer = wg_wire_session_answer_from_json (reply, strlen (reply), &error);
  bench_stop_at (error);
  tablet->authorization = g_strdup_printf ("Authorization: Bearer %s", answer->token);
}

Tablet *
bench_tablet_new (const Bench *bench, const char *code)
{
  Tablet *tablet = g_new0 (Tablet, 1);

  enrol (bench, tablet, code);
  open_session (bench, tablet);
  return tablet;
}

/* --- pushes ---------------------------------------------------------------------------------- */

WgOperation *
bench_operation_new (const Bench *bench, Tablet *tablet, WgOperationKind kind, gint64 now_ms)
{
  WgOperation *operation = wg_operation_new (kind);

  operation->op_id = wg_id_new (&bench->ports);
  operation->seq = ++tablet->seq;
  operation->schema = WG_OPERATION_SCHEMA;
  operation->scope = g_strdup_printf ("g:%s", tablet->grid->code);
  operation->actor = g_strdup (tablet->worker);
  operation->at_ms = now_ms;
  operation->boot = g_strdup (bench->ports.boot_id);
  operation->mono_ms = wg_ports_boot_ms (&bench->ports);
  return operation;
}

Parcel *
bench_push_seal (Tablet *tablet, WgPush *push)
{
  g_autoptr (GBytes) body = wg_wire_push_to_body (push, tablet->secret);
  g_autoptr (GError) error = NULL;
  Parcel *parcel = g_new0 (Parcel, 1);

  g_set_str (&tablet->hash, push->head);
  parcel->tablet = tablet;
  parcel->body = wg_zstd_compress (body, &error);
  bench_stop_at (error);
  return parcel;
}

WgPush *
bench_push_begin (const Bench *bench, const Tablet *tablet)
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

void
bench_parcel_free (gpointer data)
{
  g_bytes_unref (((Parcel *) data)->body);
  g_free (data);
}

struct curl_slist *
bench_push_headers (const Tablet *tablet)
{
  struct curl_slist *headers = curl_slist_append (NULL, tablet->authorization);

  headers = curl_slist_append (headers, "Content-Type: application/x-ndjson; charset=utf-8");
  headers = curl_slist_append (headers, "Content-Encoding: zstd");
  headers = curl_slist_append (headers, "Accept-Encoding: zstd");
  headers = curl_slist_append (headers, "Wangge-Client: bench/1");
  return curl_slist_append (headers, "Expect:");
}

gboolean
bench_is_good (long status, const GByteArray *reply)
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

WgStandard *
bench_load_standard (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", "event-classes.csv", NULL);
  g_autofree char *text = NULL;
  WgStandard *standard;

  g_file_get_contents (path, &text, NULL, &error);
  bench_stop_at (error);
  standard = wg_standard_new_from_csv (text, &error);
  bench_stop_at (error);
  return standard;
}

double
bench_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
