/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds the map with tiles of a pack, read by two threads; never blocks the one that draws. */
#include "map/wg-tile-source.h"

#define N_THREADS 2

/* What the threads and the source share; the last of them frees it. */
typedef struct
{
  WgTilePack *pack; /* owned */
  GMutex lock;
  GCond wake;
  GQueue waiting; /* of Job, newest first: what is looked at now */
  gboolean closed;
} Desk;

typedef struct
{
  ShumateDataSourceRequest *request; /* owned, used in the main thread only */
  int x, y, zoom;
  GBytes *bytes; /* owned */
  GError *error; /* owned */
} Job;

struct _WgTileSource
{
  ShumateDataSource parent_instance;

  Desk *desk; /* %NULL without a pack */
};

G_DEFINE_FINAL_TYPE (WgTileSource, wg_tile_source, SHUMATE_TYPE_DATA_SOURCE)

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->request);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_clear_error (&job->error);
  g_free (job);
}

static void
desk_clear (gpointer data)
{
  Desk *desk = data;

  wg_tile_pack_unref (desk->pack);
  g_mutex_clear (&desk->lock);
  g_cond_clear (&desk->wake);
}

static gboolean
on_tile_read_cb (gpointer data)
{
  Job *job = data;

  if (shumate_data_source_request_is_completed (job->request))
    return G_SOURCE_REMOVE;
  if (job->error != NULL)
    shumate_data_source_request_emit_error (job->request, job->error);
  else
    shumate_data_source_request_emit_data (job->request, job->bytes, TRUE);
  return G_SOURCE_REMOVE;
}

static void
read_tile (Desk *desk, WgTileReader *reader, Job *job)
{
  job->bytes = wg_tile_reader_read (reader, job->zoom, job->x, job->y, &job->error);
  /* An empty raster tile is no picture: say that there is none. An empty vector tile is bare land.
   */
  if (job->bytes != NULL && !desk->pack->is_vector && g_bytes_get_size (job->bytes) == 0)
    g_set_error (&job->error, WG_MAP_ERROR, WG_MAP_ERROR_PACK, "no tile %d/%d/%d", job->zoom,
                 job->x, job->y);
}

static Job *
take_job (Desk *desk)
{
  Job *job = NULL;

  g_mutex_lock (&desk->lock);
  while (!desk->closed && (job = g_queue_pop_head (&desk->waiting)) == NULL)
    g_cond_wait (&desk->wake, &desk->lock);
  g_mutex_unlock (&desk->lock);
  return job;
}

static gpointer
run_thread (gpointer data)
{
  Desk *desk = data;
  g_autoptr (GError) error = NULL;
  WgTileReader *reader = wg_tile_reader_new (desk->pack, &error);
  Job *job;

  while ((job = take_job (desk)) != NULL)
    {
      if (reader != NULL)
        read_tile (desk, reader, job);
      else
        job->error = g_error_copy (error);
      g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, on_tile_read_cb, job, job_free);
    }
  g_clear_pointer (&reader, wg_tile_reader_free);
  g_atomic_rc_box_release_full (desk, desk_clear);
  return NULL;
}

/* Not cancelled with the tile that asked first: enlarged tiles of one source tile share its
 * request. */
static ShumateDataSourceRequest *
wg_tile_source_start_request (
    ShumateDataSource *source, int x, int y, int zoom, GCancellable *cancellable)
{
  WgTileSource *self = WG_TILE_SOURCE (source);
  ShumateDataSourceRequest *request = shumate_data_source_request_new (x, y, zoom);

  if (self->desk == NULL)
    {
      g_autoptr (GBytes) empty = wg_tile_empty ();
      shumate_data_source_request_emit_data (request, empty, TRUE);
      return request;
    }
  Job *job = g_new0 (Job, 1);
  job->request = g_object_ref (request);
  job->x = x;
  job->y = y;
  job->zoom = zoom;
  g_mutex_lock (&self->desk->lock);
  g_queue_push_head (&self->desk->waiting, job);
  g_cond_signal (&self->desk->wake);
  g_mutex_unlock (&self->desk->lock);
  return request;
}

static void
wg_tile_source_dispose (GObject *object)
{
  wg_tile_source_close (WG_TILE_SOURCE (object));
  G_OBJECT_CLASS (wg_tile_source_parent_class)->dispose (object);
}

static void
wg_tile_source_class_init (WgTileSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_tile_source_dispose;
  SHUMATE_DATA_SOURCE_CLASS (klass)->start_request = wg_tile_source_start_request;
}

static void
wg_tile_source_init (WgTileSource *self)
{
}

/**
 * wg_tile_source_new:
 * @pack: (nullable): the pack; %NULL: every tile is empty
 *
 * Makes a source and starts its threads; they end with it.
 *
 * Thread: the UI thread.
 * Errors: none; a tile that cannot be read fails alone.
 *
 * Returns: (transfer full): the source
 */
WgTileSource *
wg_tile_source_new (WgTilePack *pack)
{
  WgTileSource *self = g_object_new (WG_TYPE_TILE_SOURCE, NULL);

  if (pack == NULL)
    return self;
  shumate_data_source_set_min_zoom_level (SHUMATE_DATA_SOURCE (self), (guint) pack->min_zoom);
  shumate_data_source_set_max_zoom_level (SHUMATE_DATA_SOURCE (self), (guint) pack->max_zoom);
  self->desk = g_atomic_rc_box_new0 (Desk);
  self->desk->pack = wg_tile_pack_ref (pack);
  g_mutex_init (&self->desk->lock);
  g_cond_init (&self->desk->wake);
  g_queue_init (&self->desk->waiting);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_unref (g_thread_new ("wg-tiles", run_thread, g_atomic_rc_box_acquire (self->desk)));
  return self;
}

/**
 * wg_tile_source_close:
 * @self: a source
 *
 * Gives up what is still waited for and lets the threads and the file go; from now on every tile
 * is empty.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_tile_source_close (WgTileSource *self)
{
  Desk *desk = g_steal_pointer (&self->desk);
  GList *dropped;

  if (desk == NULL)
    return;
  g_mutex_lock (&desk->lock);
  desk->closed = TRUE;
  dropped = g_steal_pointer (&desk->waiting.head);
  g_queue_init (&desk->waiting);
  g_cond_broadcast (&desk->wake);
  g_mutex_unlock (&desk->lock);
  for (GList *l = dropped; l != NULL; l = l->next)
    {
      Job *job = l->data;
      shumate_data_source_request_complete (
          job->request); /* who waits for it must not wait for ever */
    }
  g_list_free_full (dropped, job_free);
  g_atomic_rc_box_release_full (desk, desk_clear);
}
