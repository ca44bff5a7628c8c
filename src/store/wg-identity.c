/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What enrolment gave: held in memory, kept in the encrypted database. */
#include <string.h>

#include <sodium.h>

#include "store/wg-store-private.h"
#include "wire/wg-crypto.h"

/**
 * wg_identity_new:
 *
 * Makes an empty identity.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the identity
 */
WgIdentity *
wg_identity_new (void)
{
  return g_new0 (WgIdentity, 1);
}

/**
 * wg_identity_free:
 * @identity: (nullable) (transfer full): an identity
 *
 * Wipes the secret key and frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_identity_free (WgIdentity *identity)
{
  if (identity == NULL)
    return;
  sodium_memzero (identity->sign_secret, sizeof identity->sign_secret);
  g_free (identity->server_url);
  g_free (identity->pin);
  g_free (identity->device_id);
  g_free (identity->replica);
  g_free (identity->worker_json);
  g_free (identity->epoch);
  g_free (identity);
}

static const struct
{
  const char *name;
  gsize offset;
  gboolean required;
} TEXTS[] = {
  { "identity.server_url", G_STRUCT_OFFSET (WgIdentity, server_url), TRUE },
  { "identity.pin", G_STRUCT_OFFSET (WgIdentity, pin), FALSE },
  { "identity.device_id", G_STRUCT_OFFSET (WgIdentity, device_id), TRUE },
  { "identity.replica", G_STRUCT_OFFSET (WgIdentity, replica), TRUE },
  { "identity.worker", G_STRUCT_OFFSET (WgIdentity, worker_json), TRUE },
  { "identity.epoch", G_STRUCT_OFFSET (WgIdentity, epoch), TRUE },
};

static const struct
{
  const char *name;
  gsize offset, n;
} KEYS[] = {
  { "identity.sign_public", G_STRUCT_OFFSET (WgIdentity, sign_public), WG_SIGN_PUBLIC },
  { "identity.sign_secret", G_STRUCT_OFFSET (WgIdentity, sign_secret), WG_SIGN_SECRET },
  { "identity.platform_key", G_STRUCT_OFFSET (WgIdentity, platform_key), WG_SIGN_PUBLIC },
};

/**
 * wg_identity_save:
 * @context: of the job, in a transaction
 * @identity: what enrolment gave
 * @error: return location
 *
 * Writes an identity into a new store.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID when something is missing in it; codes of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_identity_save (WgStoreContext *context, const WgIdentity *identity, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    {
      const char *value = G_STRUCT_MEMBER (char *, identity, TEXTS[i].offset);

      if (value == NULL && TEXTS[i].required)
        {
          g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s: missing; enrol again",
                       TEXTS[i].name);
          return FALSE;
        }
      if (!wg_store_set_meta (context, TEXTS[i].name, value, error))
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (KEYS); i++)
    {
      const guint8 *bytes = G_STRUCT_MEMBER_P (identity, KEYS[i].offset);
      char *text = wg_base64url_encode (bytes, KEYS[i].n);
      gboolean ok = wg_store_set_meta (context, KEYS[i].name, text, error);

      sodium_memzero (text, strlen (text));
      g_free (text);
      if (!ok)
        return FALSE;
    }
  return wg_store_set_meta_int (context, "identity.lease_s", identity->lease_s, error) &&
         wg_store_set_meta (context, "epoch", identity->epoch, error);
}

static gboolean
load_key (WgStoreContext *context, gsize i, WgIdentity *identity, GError **error)
{
  g_autofree char *text = wg_store_get_meta (context, KEYS[i].name, error);
  g_autoptr (GBytes) bytes = NULL;

  if (text == NULL)
    return FALSE;
  bytes = wg_base64url_decode (text, error);
  sodium_memzero (text, strlen (text));
  if (bytes == NULL || g_bytes_get_size (bytes) != KEYS[i].n)
    return FALSE;
  memcpy (G_STRUCT_MEMBER_P (identity, KEYS[i].offset), g_bytes_get_data (bytes, NULL), KEYS[i].n);
  return TRUE;
}

/**
 * wg_identity_load:
 * @context: of the job
 * @error: return location
 *
 * Reads the identity of a store.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_DAMAGED when it is not whole.
 *
 * Returns: (transfer full) (nullable): the identity
 */
WgIdentity *
wg_identity_load (WgStoreContext *context, GError **error)
{
  g_autoptr (WgIdentity) identity = wg_identity_new ();
  g_autoptr (GError) local = NULL;
  gboolean whole = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    {
      char *value = wg_store_get_meta (context, TEXTS[i].name, &local);

      G_STRUCT_MEMBER (char *, identity, TEXTS[i].offset) = value;
      whole = whole && (value != NULL || !TEXTS[i].required);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (KEYS); i++)
    whole = whole && load_key (context, i, identity, &local);
  identity->lease_s = wg_store_get_meta_int (context, "identity.lease_s");
  if (whole && local == NULL)
    return g_steal_pointer (&identity);
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED,
               "the identity in the store is not whole%s%s", local ? ": " : "",
               local ? local->message : "");
  return NULL;
}

/**
 * wg_identity_set_replica:
 * @context: of the job
 * @replica: what we are called from now on, durable already
 *
 * Changes the name in memory. Only the store's thread and the round that waits for it read it.
 *
 * Thread: the store's.
 * Errors: none.
 */
void
wg_identity_set_replica (WgStoreContext *context, const char *replica)
{
  g_set_str (&((WgIdentity *) context->identity)->replica, replica);
}
