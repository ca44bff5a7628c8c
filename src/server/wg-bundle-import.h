/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tablet without a network exported: applied by the same code as a push, answered in a file.
 */
#pragma once

#include "server/wg-work.h"

G_BEGIN_DECLS

/* Where a bundle is handed in: the command line, or an office over HTTP. */
typedef struct
{
  const WgPlatform *platform;
  WgDb *db;          /* for reading */
  const char *actor; /* for the audit */
  char **scopes;     /* "t:<town>" of the workers whose bundles it takes; %NULL: all */
  /* Runs a transaction and waits for it. */
  gboolean (*run) (gpointer runner, WgWorkFunc func, gpointer data, GError **error);
  gpointer runner;
} WgBundleDesk;

typedef struct
{
  char *replica, *worker;
  gint64 n_operations, n_refused, n_photos, n_rows;
  gboolean stopped; /* a push as a whole had no effect */
} WgBundleOutcome;

gboolean
wg_bundle_take (const WgBundleDesk *desk, int fd, int answer, WgBundleOutcome *out, GError **error);
char *wg_bundle_outcome_to_json (const WgBundleOutcome *counts, const char *answer);
void wg_bundle_outcome_clear (WgBundleOutcome *counts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WgBundleOutcome, wg_bundle_outcome_clear)

G_END_DECLS
