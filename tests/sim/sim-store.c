/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An object store in the place of libcurl, which the platform asks for photos only: it takes, gives
 * and looks, answers late, refuses, or does what was asked and is not heard. What it has taken
 * stays, whatever becomes of the platform. */
#include <string.h>

#include <curl/curl.h>

#include "sim-wrap.h"
#include "sim.h"

typedef struct
{
  char *url;
  gboolean look, put;
  curl_off_t size;
  curl_read_callback read;
  void *read_data;
  curl_write_callback write;
  void *write_data;
  long status;
  curl_off_t length;
} Handle;

static GHashTable *objects; /* url -> GBytes */

void
sim_store_clear (void)
{
  g_clear_pointer (&objects, g_hash_table_unref);
}

WRAP (CURL *, curl_easy_init, void) { return (CURL *) g_new0 (Handle, 1); }

WRAP (void, curl_easy_reset, CURL *curl)
{
  Handle *self = (Handle *) curl;

  g_free (self->url);
  memset (self, 0, sizeof *self);
}

WRAP (void, curl_easy_cleanup, CURL *curl)
{
  __wrap_curl_easy_reset (curl);
  g_free (curl);
}

WRAP (CURLcode, curl_easy_setopt, CURL *curl, CURLoption option, ...)
{
  Handle *self = (Handle *) curl;
  va_list list;

  va_start (list, option);
  switch ((int) option)
    {
    case CURLOPT_URL:
      g_set_str (&self->url, va_arg (list, const char *));
      break;
    case CURLOPT_NOBODY:
      self->look = va_arg (list, long) != 0;
      break;
    case CURLOPT_UPLOAD:
      self->put = va_arg (list, long) != 0;
      break;
    case CURLOPT_INFILESIZE_LARGE:
      self->size = va_arg (list, curl_off_t);
      break;
    case CURLOPT_READFUNCTION:
      self->read = va_arg (list, curl_read_callback);
      break;
    case CURLOPT_READDATA:
      self->read_data = va_arg (list, void *);
      break;
    case CURLOPT_WRITEFUNCTION:
      self->write = va_arg (list, curl_write_callback);
      break;
    case CURLOPT_WRITEDATA:
      self->write_data = va_arg (list, void *);
      break;
    default:
      break; /* keys, time-outs: it is never somebody else */
    }
  va_end (list);
  return CURLE_OK;
}

static CURLcode
take (Handle *self)
{
  gsize n = (gsize) self->size, at = 0;
  g_autofree char *data = g_malloc (n + 1);

  while (at < n)
    {
      size_t part = self->read (data + at, 1, MIN (n - at, 16384), self->read_data);

      if (part == 0 || part > n - at)
        return CURLE_ABORTED_BY_CALLBACK;
      at += part;
    }
  g_hash_table_replace (objects, g_strdup (self->url), g_bytes_new (data, n));
  self->status = 200;
  return CURLE_OK;
}

static CURLcode
give (Handle *self, gboolean cut)
{
  GBytes *object = g_hash_table_lookup (objects, self->url);
  gsize n, at = 0;
  char *data;

  self->status = object ? 200 : 404;
  if (object == NULL)
    return CURLE_OK;
  data = (char *) g_bytes_get_data (object, &n);
  self->length = (curl_off_t) n;
  while (!self->look && at < (cut ? n / 2 : n))
    {
      gsize part = MIN (n - at, 16384);

      if (self->write (data + at, 1, part, self->write_data) != part)
        return CURLE_WRITE_ERROR;
      at += part;
    }
  return cut ? CURLE_PARTIAL_FILE : CURLE_OK;
}

WRAP (CURLcode, curl_easy_perform, CURL *curl)
{
  Handle *self = (Handle *) curl;
  guint rate = sim_line.faults.store;
  gboolean unheard = sim_random_chance (&sim.random, rate);
  CURLcode rc;

  if (objects == NULL)
    objects =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->length = -1;
  sim_sleep (2000 + sim_random_below (&sim.random, (guint) sim_line.faults.delay_us / 4 + 1));
  if (sim_random_chance (&sim.random, rate))
    return CURLE_COULDNT_CONNECT;
  if (sim_random_chance (&sim.random, rate))
    return self->status = 503, CURLE_OK;
  rc = self->put ? take (self) : give (self, unheard && !self->look);
  sim_trace ("store: %s %ld", self->put ? "put" : self->look ? "look" : "get", self->status);
  sim_sleep (2000);
  return unheard ? CURLE_OPERATION_TIMEDOUT : rc;
}

WRAP (CURLcode, curl_easy_getinfo, CURL *curl, CURLINFO info, ...)
{
  const Handle *self = (const Handle *) curl;
  va_list list;

  va_start (list, info);
  if (info == CURLINFO_RESPONSE_CODE)
    *va_arg (list, long *) = self->status;
  else if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    *va_arg (list, curl_off_t *) = self->length;
  va_end (list);
  return CURLE_OK;
}
