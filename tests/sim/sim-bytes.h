/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a file, in pieces that files share until one of them writes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *pieces; /* %NULL inside: zeros */
  gint64 size;
} SimBytes;

void sim_bytes_init (SimBytes *self);
void sim_bytes_clear (SimBytes *self);
/* Becomes the same as @from. */
void sim_bytes_share (SimBytes *self, const SimBytes *from);
/* Takes over whole pieces of @from, those that hold @n bytes at @offset; the size stays. */
void sim_bytes_share_range (SimBytes *self, const SimBytes *from, gint64 offset, gsize n);
void sim_bytes_read (const SimBytes *self, void *out, gsize n, gint64 offset);
void sim_bytes_write (SimBytes *self, const void *data, gsize n, gint64 offset);
void sim_bytes_resize (SimBytes *self, gint64 size);

G_END_DECLS
