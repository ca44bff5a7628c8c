/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blobs in an object store with Amazon's S3 interface; requests are signed by libcurl. */
#include "server/wg-s3.h"

#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <glib/gstdio.h>

#include "db/wg-db-error.h"
#include "db/wg-file.h"
#include "server/wg-server-error.h"
#include "wire/wg-zstd.h"

#define GROUP "s3"
#define CACHE_MIB 1024
#define CONNECT_S 10L
/* Slower than this for so long counts as broken. */
#define SLOW_BYTES 20000L
#define SLOW_S 20L
/* What is kept of an error's body. */
#define REASON_MAX 2048

struct _WgS3
{
  char *url; /* "https://host/bucket[/prefix]" without a slash at its end */
  char *sign;
  char *key_id, *secret;
  char *ca; /* or %NULL: the system's authorities */
  gint64 cache;
  GAsyncQueue *handles; /* of CURL, with their open connections */
};

/* --- settings -------------------------------------------------------------------------------- */

static gboolean
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "'%s': %s", path, what);
  return FALSE;
}

/* The signature keeps a request from being changed; only TLS keeps a photo from being seen. */
static gboolean
check_url (const char *path, const char *url, GError **error)
{
  g_autoptr (GUri) uri = url ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || strlen (g_uri_get_path (uri)) < 2 ||
      g_uri_get_userinfo (uri) || g_uri_get_query (uri) || g_uri_get_fragment (uri))
    return fail (path, "url: write https://HOST/BUCKET or https://HOST/BUCKET/FOLDER", error);
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return TRUE;
  address = g_inet_address_new_from_string (g_uri_get_host (uri));
  if (g_str_equal (g_uri_get_scheme (uri), "http") && address &&
      g_inet_address_get_is_loopback (address))
    return TRUE;
  return fail (path, "url: only https:// outside of this machine", error);
}

static gboolean
load (WgS3 *self, const char *path, GKeyFile *file, GError **error)
{
  g_autofree char *region = g_key_file_get_string (file, GROUP, "region", NULL);
  gsize n;

  self->url = g_key_file_get_string (file, GROUP, "url", NULL);
  self->key_id = g_key_file_get_string (file, GROUP, "key-id", NULL);
  self->secret = g_key_file_get_string (file, GROUP, "secret", NULL);
  self->ca = g_key_file_get_string (file, GROUP, "ca-file", NULL);
  self->cache = CACHE_MIB;
  if (g_key_file_has_key (file, GROUP, "cache-mib", NULL))
    self->cache = g_key_file_get_int64 (file, GROUP, "cache-mib", NULL);
  self->cache *= 1024 * 1024;
  if (self->key_id == NULL || *self->key_id == '\0' || self->secret == NULL ||
      *self->secret == '\0')
    return fail (path, "key-id and secret are missing", error);
  if (self->cache < WG_LIMIT_BLOB)
    return fail (path, "cache-mib: at least 20", error);
  if (!check_url (path, self->url, error))
    return FALSE;
  n = strlen (self->url);
  while (n > 0 && self->url[n - 1] == '/')
    self->url[--n] = '\0';
  self->sign = g_strdup_printf ("aws:amz:%s:s3", region && *region ? region : "us-east-1");
  return TRUE;
}

/**
 * wg_s3_new:
 * @path: the settings, with a group [s3]: url, region, key-id, secret, ca-file, cache-mib
 * @error: return location
 *
 * Reads where the photos are and with which keys. Nothing is asked for yet.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG when others can read the file, or it says something wrong.
 *
 * Returns: (transfer full) (nullable): the store
 */
WgS3 *
wg_s3_new (const char *path, GError **error)
{
  g_autoptr (WgS3) self = g_new0 (WgS3, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  GStatBuf info;

  self->handles = g_async_queue_new_full (curl_easy_cleanup);
  if (g_stat (path, &info) == 0 && (info.st_mode & 077) != 0)
    {
      fail (path, "holds keys and can be read by others: chmod 600 it", error);
      return NULL;
    }
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "'%s': ", path);
      return NULL;
    }
  return load (self, path, file, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * wg_s3_free:
 * @self: (nullable): a store that nobody uses
 *
 * Closes its connections; the secret is wiped.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_s3_free (WgS3 *self)
{
  if (self == NULL)
    return;
  g_async_queue_unref (self->handles);
  if (self->secret)
    explicit_bzero (self->secret, strlen (self->secret));
  g_free (self->secret);
  g_free (self->key_id);
  g_free (self->url);
  g_free (self->sign);
  g_free (self->ca);
  g_free (self);
}

/**
 * wg_s3_get_cache_size:
 * @self: a store
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: bytes of files that may lie on this machine's disk as well
 */
gint64
wg_s3_get_cache_size (const WgS3 *self)
{
  return self->cache;
}

/* --- one request ----------------------------------------------------------------------------- */

typedef struct
{
  CURL *curl;
  struct curl_slist *headers;
  int fd;         /* to be sent or written */
  gboolean keeps; /* the answer is a blob, for @fd */
  gint64 at;      /* in it */
  long status;    /* of the answer */
  gint64 length;  /* Content-Length of the answer, −1: none */
  GString *words; /* of an answer that is none */
  GError *failure;
} Exchange;

static size_t
on_read_cb (char *buffer, size_t size, size_t n, void *data)
{
  Exchange *exchange = data;
  gssize got = pread (exchange->fd, buffer, size * n, exchange->at);

  if (got < 0)
    return CURL_READFUNC_ABORT;
  exchange->at += got;
  return (size_t) got;
}

/* libcurl rewinds after a connection that was closed meanwhile. */
static int
on_seek_cb (void *data, curl_off_t offset, int origin)
{
  Exchange *exchange = data;

  if (origin != SEEK_SET)
    return CURL_SEEKFUNC_CANTSEEK;
  exchange->at = offset;
  return CURL_SEEKFUNC_OK;
}

static size_t
on_write_cb (char *buffer, size_t size, size_t n, void *data)
{
  Exchange *exchange = data;
  long status = 0;

  curl_easy_getinfo (exchange->curl, CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 != 2 || !exchange->keeps)
    {
      if (exchange->words->len < REASON_MAX)
        g_string_append_len (exchange->words, buffer, (gssize) (size * n));
      return size * n;
    }
  exchange->at += (gint64) (size * n);
  if (exchange->at > WG_LIMIT_PACK)
    return 0;
  return wg_file_write (exchange->fd, buffer, size * n, &exchange->failure) ? size * n : 0;
}

static void
begin (WgS3 *self, Exchange *exchange, const char *sha)
{
  g_autofree char *url = g_strdup_printf ("%s/%.2s/%.2s/%s", self->url, sha, sha + 2, sha);
  CURL *curl = g_async_queue_try_pop (self->handles);

  if (curl == NULL)
    curl = curl_easy_init ();
  curl_easy_reset (curl);
  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_AWS_SIGV4, self->sign);
  curl_easy_setopt (curl, CURLOPT_USERNAME, self->key_id);
  curl_easy_setopt (curl, CURLOPT_PASSWORD, self->secret);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
  curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME, SLOW_S);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_write_cb);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, exchange);
  if (self->ca)
    curl_easy_setopt (curl, CURLOPT_CAINFO, self->ca);
  exchange->curl = curl;
  exchange->words = g_string_new (NULL);
  exchange->length = -1;
}

/* The store's own short word for a refusal: <Code>AccessDenied</Code>. */
static char *
find_code (const char *words)
{
  const char *from = strstr (words, "<Code>");
  const char *to = from ? strstr (from, "</Code>") : NULL;

  if (to == NULL || to - from > 70)
    return g_strdup ("no reason given");
  return g_strndup (from + strlen ("<Code>"), (gsize) (to - from) - strlen ("<Code>"));
}

/* %TRUE: there is an answer of 2xx or 404. */
static gboolean
perform (WgS3 *self, Exchange *exchange, const char *method, GError **error)
{
  CURL *curl = exchange->curl;
  curl_off_t length = -1;
  CURLcode rc;

  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, exchange->headers);
  rc = curl_easy_perform (curl);
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &exchange->status);
  curl_easy_getinfo (curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  exchange->length = length;
  if (rc == CURLE_OK)
    g_async_queue_push (self->handles, curl);
  else
    curl_easy_cleanup (curl);
  curl_slist_free_all (exchange->headers);
  if (exchange->failure)
    g_propagate_error (error, g_steal_pointer (&exchange->failure));
  else if (rc != CURLE_OK)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STORAGE, "photo store: %s: %s", method,
                 curl_easy_strerror (rc));
  else if (exchange->status / 100 != 2 && exchange->status != 404)
    {
      g_autofree char *code = find_code (exchange->words->str);
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STORAGE, "photo store: %s: %ld (%s)",
                   method, exchange->status, code);
    }
  else
    {
      g_string_free (exchange->words, TRUE);
      return TRUE;
    }
  g_string_free (exchange->words, TRUE);
  return FALSE;
}

/**
 * wg_s3_look:
 * @self: a store
 * @sha: name of a blob
 * @out_size: (out): its bytes; −1 when the store has none of that name
 * @error: return location
 *
 * Asks whether the store has a blob.
 *
 * Thread: any; blocks.
 * Errors: %WG_SERVER_ERROR_STORAGE.
 *
 * Returns: %TRUE when the store has answered
 */
gboolean
wg_s3_look (WgS3 *self, const char *sha, gint64 *out_size, GError **error)
{
  Exchange exchange = { .fd = -1 };

  begin (self, &exchange, sha);
  curl_easy_setopt (exchange.curl, CURLOPT_NOBODY, 1L);
  if (!perform (self, &exchange, "HEAD", error))
    return FALSE;
  *out_size = exchange.status == 404 ? -1 : exchange.length;
  return TRUE;
}

/**
 * wg_s3_put:
 * @self: a store
 * @sha: name of the blob; the store checks the bytes against it
 * @fd: a file with it
 * @size: its bytes
 * @error: return location
 *
 * Stores a blob. An answer is not enough: the store must then also have it, whole.
 *
 * Thread: any; blocks.
 * Errors: %WG_SERVER_ERROR_STORAGE; the blob may be there all the same.
 * Source: protocol.md 6.7
 *
 * Returns: %TRUE once it is stored durably
 */
gboolean
wg_s3_put (WgS3 *self, const char *sha, int fd, gint64 size, GError **error)
{
  Exchange exchange = { .fd = fd };
  g_autofree char *hash = g_strconcat ("x-amz-content-sha256: ", sha, NULL);
  gint64 there = -1;

  begin (self, &exchange, sha);
  exchange.headers = curl_slist_append (NULL, hash);
  exchange.headers = curl_slist_append (exchange.headers, "Expect:");
  curl_easy_setopt (exchange.curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (exchange.curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) size);
  curl_easy_setopt (exchange.curl, CURLOPT_READFUNCTION, on_read_cb);
  curl_easy_setopt (exchange.curl, CURLOPT_READDATA, &exchange);
  curl_easy_setopt (exchange.curl, CURLOPT_SEEKFUNCTION, on_seek_cb);
  curl_easy_setopt (exchange.curl, CURLOPT_SEEKDATA, &exchange);
  if (!perform (self, &exchange, "PUT", error))
    return FALSE;
  if (exchange.status != 404 && !wg_s3_look (self, sha, &there, error))
    return FALSE;
  if (there == size)
    return TRUE;
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STORAGE,
               exchange.status == 404 ? "photo store: PUT: 404 (is there such a bucket?)"
                                      : "photo store: PUT was answered, but the blob is not there");
  return FALSE;
}

/**
 * wg_s3_get:
 * @self: a store
 * @sha: name of a blob
 * @fd: an empty file that gets its bytes
 * @out_found: (out): whether the store has it
 * @error: return location
 *
 * Fetches a blob. The caller checks that it hashes to its name.
 *
 * Thread: any; blocks.
 * Errors: %WG_SERVER_ERROR_STORAGE; of the disk.
 *
 * Returns: %TRUE when the store has answered, and all of it came
 */
gboolean
wg_s3_get (WgS3 *self, const char *sha, int fd, gboolean *out_found, GError **error)
{
  Exchange exchange = { .fd = fd, .keeps = TRUE };

  begin (self, &exchange, sha);
  if (!perform (self, &exchange, "GET", error))
    return FALSE;
  *out_found = exchange.status != 404;
  return TRUE;
}
