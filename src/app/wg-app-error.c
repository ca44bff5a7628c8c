/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the app layer, and the words for the errors of all layers. */
#include "app/wg-app-error.h"

#include <glib/gi18n.h>

#include "store/wg-store-error.h"
#include "sync/wg-sync-error.h"

/**
 * wg_app_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_APP_ERROR
 */
G_DEFINE_QUARK (wg - app - error - quark, wg_app_error)

static const char *
describe_store (int code)
{
  switch ((WgStoreError) code)
    {
    case WG_STORE_ERROR_LOCKED:
      return N_ ("The tablet is locked. Unlock it first.");
    case WG_STORE_ERROR_WRONG_SECRET:
      return N_ ("Wrong PIN or password.");
    case WG_STORE_ERROR_BLOCKED:
      return N_ ("Too many wrong tries. An administrator must enrol this tablet again.");
    case WG_STORE_ERROR_FULL:
      return N_ ("No space left on this tablet. Free some and try again; nothing was lost.");
    case WG_STORE_ERROR_DAMAGED:
      return N_ ("The data on this tablet is damaged. Bring the tablet to the office.");
    case WG_STORE_ERROR_NEWER:
      return N_ ("The data was written by a newer version. Update this program.");
    case WG_STORE_ERROR_NOT_FOUND:
      return N_ ("This record is not on the tablet.");
    case WG_STORE_ERROR_IN_USE:
      return N_ ("Another program has the data of this tablet open. Close it and try again.");
    case WG_STORE_ERROR_LEASE:
      return N_ ("This tablet has not seen the platform for too long. Connect it to a network and "
                 "wait a moment, or bring it to the office. What waits to be sent is kept.");
    case WG_STORE_ERROR_PHOTO:
    case WG_STORE_ERROR_INVALID:
    case WG_STORE_ERROR_FAILED:
    default:
      return NULL;
    }
}

static const char *
describe_sync (int code)
{
  switch ((WgSyncError) code)
    {
    case WG_SYNC_ERROR_OFFLINE:
    case WG_SYNC_ERROR_TIMEOUT:
      return N_ ("The platform cannot be reached now.");
    case WG_SYNC_ERROR_FOREIGN:
      return N_ ("Somebody else answered. Sign in to this network first.");
    case WG_SYNC_ERROR_TLS:
      return N_ ("The platform's certificate is not the one of enrolment. Tell the office.");
    case WG_SYNC_ERROR_BUSY:
      return N_ ("The platform is busy. Try again in a while.");
    case WG_SYNC_ERROR_REFUSED:
      return N_ ("The platform refuses this device or code.");
    case WG_SYNC_ERROR_EPOCH:
    case WG_SYNC_ERROR_FAILED:
    default:
      return NULL;
    }
}

/**
 * wg_app_error_describe:
 * @error: an error of any layer
 *
 * Tells an error in the user's words: what happened and what to do. Errors without a sentence
 * of their own are shown with the layer's message, so that an office can be told.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_app_error_describe (const GError *error)
{
  const char *text = NULL;

  if (error->domain == WG_STORE_ERROR)
    text = describe_store (error->code);
  else if (error->domain == WG_SYNC_ERROR)
    text = describe_sync (error->code);
  /* The photo error says, translated, which of the several faults it was. */
  if (g_error_matches (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO))
    return g_strdup_printf (_ ("This picture cannot be used: %s"), error->message);
  if (text != NULL)
    return g_strdup (_ (text));
  return g_strdup_printf (_("That did not work: %s"), error->message);
}
