/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order to a lost tablet to erase itself, signed by the platform for one contact. */
#include <string.h>

#include "wire/wg-json-private.h"
#include "wire/wg-wire-session.h"

#define WIPE_DOMAIN "wg-wipe-v1"

/**
 * wg_wipe_order_free:
 * @order: (nullable) (transfer full): an order
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_wipe_order_free (WgWipeOrder *order)
{
  if (order == NULL)
    return;
  g_free (order->device_id);
  g_free (order->nonce);
  g_free (order);
}

static char *
order_text (const WgWipeOrder *order)
{
  return g_strdup_printf (WIPE_DOMAIN "\n%zu:%s\n%zu:%s\n", strlen (order->device_id),
                          order->device_id, strlen (order->nonce), order->nonce);
}

/**
 * wg_wipe_order_new:
 * @device_id: who is to erase itself
 * @nonce: that the device signed to open this session, so that the order holds for this contact
 * @secret: (array fixed-size=64): the platform's key
 *
 * Makes and signs an order.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.5; docs/sync-protocol.md, Lost tablets
 *
 * Returns: (transfer full): the order
 */
WgWipeOrder *
wg_wipe_order_new (const char *device_id, const char *nonce, const guint8 *secret)
{
  WgWipeOrder *order = g_new0 (WgWipeOrder, 1);
  g_autofree char *text = NULL;

  order->device_id = g_strdup (device_id);
  order->nonce = g_strdup (nonce);
  text = order_text (order);
  wg_crypto_sign (secret, text, strlen (text), order->signature);
  return order;
}

/**
 * wg_wipe_order_verify:
 * @order: an order as it came
 * @device_id: our own
 * @nonce: (nullable): the one we signed for this session
 * @platform_key: (array fixed-size=32): as enrolment gave it
 *
 * Tells whether the platform we were enrolled at orders this device to erase itself, now. Anybody
 * else's word, one for another device, and an old one count for nothing.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 7.2
 *
 * Returns: %TRUE if so
 */
gboolean
wg_wipe_order_verify (const WgWipeOrder *order,
                      const char *device_id,
                      const char *nonce,
                      const guint8 *platform_key)
{
  g_autofree char *text = order_text (order);

  return g_strcmp0 (order->device_id, device_id) == 0 && g_strcmp0 (order->nonce, nonce) == 0 &&
         wg_crypto_verify (platform_key, text, strlen (text), order->signature);
}
