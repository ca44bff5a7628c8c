/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tablet's store after five years in one grid of the sample district, filled as a pull fills it.
 */
#pragma once

#include "sample/wg-sample.h"
#include "store/wg-store.h"

G_BEGIN_DECLS

#define BENCH_SECRET "bench passphrase 1"
#define BENCH_EVENTS 3300
#define BENCH_PERSONS 5000

typedef struct
{
  WgStore *store;
  WgSampleDistrict *district;
  WgStandard *standard;
  const WgGrid *grid;     /* borrowed from the district */
  const WgWorker *worker; /* likewise */
} BenchTablet;

BenchTablet bench_tablet_make (const char *folder);
void bench_stop_at (const GError *error);

G_END_DECLS
