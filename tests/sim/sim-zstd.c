/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packing with one context for all: to make one takes longer than to pack what is sent here. */
#include <zstd.h>

#include "sim-wrap.h"
#include "sim.h"

WRAP (size_t, ZSTD_compress, void *out, size_t room, const void *data, size_t n, int level)
{
  static ZSTD_CCtx *context;

  if (context == NULL)
    context = ZSTD_createCCtx ();
  return ZSTD_compressCCtx (context, out, room, data, n, level);
}

static ZSTD_DCtx *idle;

WRAP_REAL (ZSTD_DCtx *, ZSTD_createDCtx, void)
{
  ZSTD_DCtx *context = g_steal_pointer (&idle);

  return context ? context : __real_ZSTD_createDCtx ();
}

WRAP_REAL (size_t, ZSTD_freeDCtx, ZSTD_DCtx *context)
{
  if (idle)
    return __real_ZSTD_freeDCtx (context);
  ZSTD_DCtx_reset (context, ZSTD_reset_session_and_parameters);
  idle = context;
  return 0;
}
