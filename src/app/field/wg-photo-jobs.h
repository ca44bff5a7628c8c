/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos: made ready in a worker thread, kept by the store, shown as textures. */
#pragma once

#include <gtk/gtk.h>

#include "store/wg-attachment-store.h"
#include "store/wg-photo.h"

G_BEGIN_DECLS

typedef struct
{
  GBytes *jpeg;
  GdkTexture *texture;
  gint64 taken_ms;
} WgPhoto;

void wg_photo_free (WgPhoto *photo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPhoto, wg_photo_free)

void wg_photo_jobs_prepare_async (const char *path,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
WgPhoto *wg_photo_jobs_prepare_finish (GAsyncResult *result, GError **error);
/* → char * name; end with wg_store_run_finish() */
void wg_photo_jobs_add (WgStore *store,
                        const WgPhoto *photo,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* → GdkTexture; end with wg_store_run_finish() */
void wg_photo_jobs_load (WgStore *store,
                         const char *sha256,
                         gboolean whole,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

/* Fills a picture when the photo is there; the picture may go away meanwhile. */
void wg_photo_jobs_fill (WgStore *store, const char *sha256, gboolean whole, GtkPicture *picture);

/* A square cut of a photo, @edge pixels. */
GtkWidget *wg_photo_frame_new (GtkPicture *picture, int edge);

G_END_DECLS
