/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often somebody may ask, and how often what happened. */
#include "server/wg-meter.h"

#include <string.h>

#define BURST 60
#define FORGET_US (600 * G_USEC_PER_SEC)

/* It fills at the rate, up to the burst. */
typedef struct
{
  double tokens;
  gint64 at_us;
} Bucket;

/* Upper ends in seconds; what took longer is in the last one. */
static const double BUCKETS[] = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10 };

typedef struct
{
  gint64 n[G_N_ELEMENTS (BUCKETS) + 1];
  double sum;
} Histogram;

struct _WgMeter
{
  double rate; /* a second */
  GMutex lock;
  GHashTable *buckets;  /* char * -> Bucket *; under @lock */
  GHashTable *counters; /* char * -> gint64 *; under @lock */
  GHashTable *times;    /* char * path -> Histogram *; under @lock */
};

/**
 * wg_meter_new:
 * @rate: requests a minute for each; 0: no limit
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the meter
 */
WgMeter *
wg_meter_new (guint rate)
{
  WgMeter *self = g_new0 (WgMeter, 1);

  self->rate = rate / 60.0;
  g_mutex_init (&self->lock);
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * wg_meter_free:
 * @self: (nullable): a meter
 *
 * Thread: any, when nobody uses it.
 * Errors: none.
 */
void
wg_meter_free (WgMeter *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->buckets);
  g_hash_table_unref (self->counters);
  g_hash_table_unref (self->times);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * wg_meter_wait:
 * @self: a meter
 * @who: a replica or an address
 *
 * Counts a request against the rate.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: 0 to go on; else the seconds to wait
 */
guint
wg_meter_wait (WgMeter *self, const char *who)
{
  gint64 now_us = g_get_monotonic_time ();
  Bucket *bucket;
  double tokens;
  guint wait_s = 0;

  if (self->rate <= 0)
    return 0;
  g_mutex_lock (&self->lock);
  bucket = g_hash_table_lookup (self->buckets, who);
  if (bucket == NULL)
    {
      bucket = g_new0 (Bucket, 1);
      bucket->tokens = BURST;
      bucket->at_us = now_us;
      g_hash_table_insert (self->buckets, g_strdup (who), bucket);
    }
  tokens = bucket->tokens + self->rate * (double) (now_us - bucket->at_us) / G_USEC_PER_SEC;
  bucket->tokens = MIN ((double) BURST, tokens);
  bucket->at_us = now_us;
  if (bucket->tokens >= 1)
    bucket->tokens -= 1;
  else
    wait_s = 1 + (guint) ((1 - bucket->tokens) / self->rate);
  g_mutex_unlock (&self->lock);
  return wait_s;
}

/**
 * wg_meter_clean:
 * @self: a meter
 *
 * Forgets who has not asked for ten minutes: their buckets are full again.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_meter_clean (WgMeter *self)
{
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (now_us - ((Bucket *) value)->at_us > FORGET_US)
      g_hash_table_iter_remove (&iter);
  g_mutex_unlock (&self->lock);
}

/**
 * wg_meter_count:
 * @self: a meter
 * @name: of a counter, with its labels
 * @n: how many
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_meter_count (WgMeter *self, const char *name, gint64 n)
{
  gint64 *value;

  g_mutex_lock (&self->lock);
  value = g_hash_table_lookup (self->counters, name);
  if (value == NULL)
    {
      value = g_new0 (gint64, 1);
      g_hash_table_insert (self->counters, g_strdup (name), value);
    }
  *value += n;
  g_mutex_unlock (&self->lock);
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * wg_meter_time:
 * @self: a meter
 * @path: of the route
 * @us: how long the request took
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_meter_time (WgMeter *self, const char *path, gint64 us)
{
  double seconds = (double) us / G_USEC_PER_SEC;
  Histogram *histogram;
  gsize i = 0;

  while (i < G_N_ELEMENTS (BUCKETS) && seconds > BUCKETS[i])
    i++;
  g_mutex_lock (&self->lock);
  histogram = g_hash_table_lookup (self->times, path);
  if (histogram == NULL)
    {
      histogram = g_new0 (Histogram, 1);
      g_hash_table_insert (self->times, g_strdup (path), histogram);
    }
  histogram->n[i]++;
  histogram->sum += seconds;
  g_mutex_unlock (&self->lock);
}

static GPtrArray *
list_keys (GHashTable *table)
{
  GPtrArray *keys = g_hash_table_get_keys_as_ptr_array (table);

  g_ptr_array_sort (keys, compare_text);
  return keys;
}

static void
describe_times (WgMeter *self, GString *text)
{
  g_autoptr (GPtrArray) paths = list_keys (self->times);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (paths->len > 0)
    g_string_append (text, "# TYPE wg_request_seconds histogram\n");
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = paths->pdata[i];
      const Histogram *histogram = g_hash_table_lookup (self->times, path);
      gint64 n = 0;
      for (gsize j = 0; j <= G_N_ELEMENTS (BUCKETS); j++)
        {
          n += histogram->n[j];
          g_string_append_printf (
              text, "wg_request_seconds_bucket{path=\"%s\",le=\"%s\"} %" G_GINT64_FORMAT "\n", path,
              j < G_N_ELEMENTS (BUCKETS) ? g_ascii_formatd (number, sizeof number, "%g", BUCKETS[j])
                                         : "+Inf",
              n);
        }
      g_string_append_printf (text, "wg_request_seconds_sum{path=\"%s\"} %s\n", path,
                              g_ascii_formatd (number, sizeof number, "%.6f", histogram->sum));
      g_string_append_printf (text, "wg_request_seconds_count{path=\"%s\"} %" G_GINT64_FORMAT "\n",
                              path, n);
    }
}

/**
 * wg_meter_describe:
 * @self: a meter
 *
 * Writes counters and times in the text form of Prometheus.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the text
 */
GString *
wg_meter_describe (WgMeter *self)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *last = NULL;

  g_mutex_lock (&self->lock);
  names = list_keys (self->counters);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *family = g_strndup (name, strcspn (name, "{"));
      if (g_strcmp0 (family, last) != 0)
        g_string_append_printf (text, "# TYPE %s counter\n", family);
      g_set_str (&last, family);
      g_string_append_printf (text, "%s %" G_GINT64_FORMAT "\n", name,
                              *(gint64 *) g_hash_table_lookup (self->counters, name));
    }
  describe_times (self, text);
  g_mutex_unlock (&self->lock);
  return text;
}
