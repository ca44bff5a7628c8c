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

struct _WgMeter
{
  double rate; /* a second */
  GMutex lock;
  GHashTable *buckets;  /* char * -> Bucket *; under @lock */
  GHashTable *counters; /* char * -> gint64 *; under @lock */
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
 * wg_meter_describe:
 * @self: a meter
 *
 * Writes the counters in the text form of Prometheus.
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

  g_mutex_lock (&self->lock);
  names = g_hash_table_get_keys_as_ptr_array (self->counters);
  g_ptr_array_sort (names, compare_text);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s %" G_GINT64_FORMAT "\n", (const char *) names->pdata[i],
                            *(gint64 *) g_hash_table_lookup (self->counters, names->pdata[i]));
  g_mutex_unlock (&self->lock);
  return text;
}
