/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a file, in pieces that files share until one of them writes: most of what is on a
 * disk is never written again, and what is synced is the same twice. */
#include "sim-bytes.h"

#include <string.h>

#define PIECE 4096

typedef struct
{
  guint refs;
  guint8 data[PIECE];
} Piece;

static Piece *
piece_ref (Piece *self)
{
  if (self)
    self->refs++;
  return self;
}

static void
piece_unref (gpointer data)
{
  Piece *self = data;

  if (self && --self->refs == 0)
    g_free (self);
}

/* Its own, to be written; @whole: every byte of it will be. */
static Piece *
own (SimBytes *self, guint i, gboolean whole)
{
  Piece *before = self->pieces->pdata[i];
  Piece *piece;

  if (before && before->refs == 1)
    return before;
  piece = g_new (Piece, 1);
  piece->refs = 1;
  if (before && !whole)
    memcpy (piece->data, before->data, PIECE);
  else if (!whole)
    memset (piece->data, 0, PIECE);
  piece_unref (before);
  self->pieces->pdata[i] = piece;
  return piece;
}

void
sim_bytes_init (SimBytes *self)
{
  self->pieces = g_ptr_array_new_with_free_func (piece_unref);
  self->size = 0;
}

void
sim_bytes_clear (SimBytes *self)
{
  g_ptr_array_unref (self->pieces);
}

void
sim_bytes_resize (SimBytes *self, gint64 size)
{
  guint n = (guint) ((size + PIECE - 1) / PIECE);
  gsize within = (gsize) (size % PIECE);

  /* What is cut off must be zeros when the file grows again. */
  if (size < self->size && within > 0 && self->pieces->pdata[n - 1])
    memset (own (self, n - 1, FALSE)->data + within, 0, PIECE - within);
  if (n != self->pieces->len)
    g_ptr_array_set_size (self->pieces, (gint) n);
  self->size = size;
}

void
sim_bytes_share (SimBytes *self, const SimBytes *from)
{
  sim_bytes_resize (self, from->size);
  sim_bytes_share_range (self, from, 0, (gsize) from->size);
}

void
sim_bytes_share_range (SimBytes *self, const SimBytes *from, gint64 offset, gsize n)
{
  guint end = (guint) ((offset + (gint64) n + PIECE - 1) / PIECE);

  end = MIN (end, MIN (self->pieces->len, from->pieces->len));
  for (guint i = (guint) (offset / PIECE); i < end; i++)
    if (self->pieces->pdata[i] != from->pieces->pdata[i])
      {
        piece_unref (self->pieces->pdata[i]);
        self->pieces->pdata[i] = piece_ref (from->pieces->pdata[i]);
      }
}

void
sim_bytes_read (const SimBytes *self, void *out, gsize n, gint64 offset)
{
  guint8 *to = out;

  while (n > 0)
    {
      gsize within = (gsize) (offset % PIECE);
      gsize part = MIN (n, PIECE - within);
      guint i = (guint) (offset / PIECE);
      const Piece *piece = i < self->pieces->len ? self->pieces->pdata[i] : NULL;

      if (piece)
        memcpy (to, piece->data + within, part);
      else
        memset (to, 0, part);
      to += part;
      offset += (gint64) part;
      n -= part;
    }
}

void
sim_bytes_write (SimBytes *self, const void *data, gsize n, gint64 offset)
{
  const guint8 *from = data;

  if (offset + (gint64) n > self->size)
    sim_bytes_resize (self, offset + (gint64) n);
  while (n > 0)
    {
      gsize within = (gsize) (offset % PIECE);
      gsize part = MIN (n, PIECE - within);

      memcpy (own (self, (guint) (offset / PIECE), part == PIECE)->data + within, from, part);
      from += part;
      offset += (gint64) part;
      n -= part;
    }
}
