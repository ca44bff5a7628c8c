/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user may be told of delivery: names as stored, and words for people. */
#include <glib/gi18n.h>

#include "store/wg-store-private.h"

/* The order of protocol.md 2.4; names are those of the outbox's states. */
static const struct
{
  const char *name, *title;
} TRUTHS[] = {
  [WG_TRUTH_HELD] = { "held", N_ ("Saved on this tablet, may be undone") },
  [WG_TRUTH_SAVED] = { "saved", N_ ("Saved on this tablet") },
  [WG_TRUTH_SENDING] = { "sending", N_ ("Being sent") },
  [WG_TRUTH_RECEIVED] = { "received", N_ ("Received by the platform") },
  [WG_TRUTH_APPLIED] = { "applied", N_ ("In force") },
  [WG_TRUTH_NO_PHOTO] = { "no-photo", N_ ("Photos to follow") },
  [WG_TRUTH_CONFLICT] = { "conflict", N_ ("Conflict to be checked") },
  [WG_TRUTH_REFUSED] = { "refused", N_ ("Sent back") },
  [WG_TRUTH_UNDONE] = { "undone", N_ ("Undone") },
};

/**
 * wg_truth_to_string:
 * @truth: what may be told
 *
 * Gives the words for people.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.4
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_truth_to_string (WgTruth truth)
{
  g_return_val_if_fail ((guint) truth < G_N_ELEMENTS (TRUTHS), "");
  return TRUTHS[truth].title;
}

/**
 * wg_truth_to_name:
 * @truth: what may be told
 *
 * Gives the name under which it is stored.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a static name
 */
const char *
wg_truth_to_name (WgTruth truth)
{
  return TRUTHS[truth].name;
}

/**
 * wg_truth_from_name:
 * @name: (nullable): a stored name, also of a state of the outbox
 *
 * Reads a stored name. What its author has settled (dismissed, redone) waits for nothing.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: what may be told
 */
WgTruth
wg_truth_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (TRUTHS); i++)
    if (g_strcmp0 (TRUTHS[i].name, name) == 0)
      return i;
  return WG_TRUTH_APPLIED;
}
