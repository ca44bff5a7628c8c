/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminals at one platform, as far as HTTP sees them: enrolled, with a session, pushes made. */
#pragma once

#include <curl/curl.h>
#include <glib.h>

#include "core/wg-operation.h"
#include "sample/wg-sample.h"
#include "wire/wg-wire-push.h"

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

void bench_stop_at (const GError *error);
WgStandard *bench_load_standard (void);
double bench_cpu_s (void); /* of this process */

/* A handle that trusts the certificate named by BENCH_CA; its connection stays open. */
CURL *bench_curl_new (void);
size_t bench_keep_reply (char *data, size_t size, size_t n, void *user_data);
long bench_post (CURL *curl,
                 const char *url,
                 struct curl_slist *headers,
                 const void *body,
                 gsize n,
                 GByteArray *reply);
struct curl_slist *bench_push_headers (const Tablet *tablet);
/* Whether every operation was applied: a benchmark of refusals would be fast. */
gboolean bench_is_good (long status, const GByteArray *reply);

Tablet *bench_tablet_new (const Bench *bench, const char *code);
WgOperation *
bench_operation_new (const Bench *bench, Tablet *tablet, WgOperationKind kind, gint64 now_ms);
WgPush *bench_push_begin (const Bench *bench, const Tablet *tablet);
Parcel *bench_push_seal (Tablet *tablet, WgPush *push);
void bench_parcel_free (gpointer data);

/* bench-day.c */
typedef struct
{
  guint n_terminals, n_clients, n_events, n_edits, n_photos, photo_bytes;
  guint cut_share; /* one of so many requests is cut off; 0: none */
} BenchDay;

void bench_day_run (Bench *bench, const BenchDay *day);
