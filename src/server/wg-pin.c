/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pin of a certificate's public key, as libcurl takes it. */
#include "server/wg-pin.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "server/wg-server-error.h"

static void
free_datum (gnutls_datum_t *datum)
{
  gnutls_free (datum->data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (gnutls_datum_t, free_datum)

static int
export_key (const gnutls_datum_t *pem, gnutls_datum_t *out_key)
{
  gnutls_x509_crt_t certificate = NULL;
  gnutls_pubkey_t key = NULL;
  int rc = gnutls_x509_crt_init (&certificate);

  if (rc == 0)
    rc = gnutls_x509_crt_import (certificate, pem, GNUTLS_X509_FMT_PEM);
  if (rc == 0)
    rc = gnutls_pubkey_init (&key);
  if (rc == 0)
    rc = gnutls_pubkey_import_x509 (key, certificate, 0);
  if (rc == 0)
    rc = gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_DER, out_key);
  if (key)
    gnutls_pubkey_deinit (key);
  if (certificate)
    gnutls_x509_crt_deinit (certificate);
  return rc;
}

/**
 * wg_pin_of_certificate:
 * @path: PEM file, the server's own certificate first
 * @error: return location
 *
 * Computes the SHA-256 of the SubjectPublicKeyInfo.
 *
 * Thread: any.
 * Errors: of the file; %WG_SERVER_ERROR_CONFIG when it holds no certificate.
 * Source: RFC 7469 2.4
 *
 * Returns: (transfer full) (nullable): "sha256//" and base64
 */
char *
wg_pin_of_certificate (const char *path, GError **error)
{
  g_autofree char *text = NULL, *base64 = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_auto (gnutls_datum_t) key = { NULL, 0 };
  gnutls_datum_t pem;
  guint8 digest[32];
  gsize n, n_digest = sizeof digest;
  int rc;

  if (!g_file_get_contents (path, &text, &n, error))
    return NULL;
  pem.data = (unsigned char *) text;
  pem.size = (unsigned int) n;
  rc = export_key (&pem, &key);
  if (rc != 0)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "'%s': %s", path,
                   gnutls_strerror (rc));
      return NULL;
    }
  g_checksum_update (checksum, key.data, key.size);
  g_checksum_get_digest (checksum, digest, &n_digest);
  base64 = g_base64_encode (digest, n_digest);
  return g_strconcat ("sha256//", base64, NULL);
}
