/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many events wait, were refused or returned; it also lets go of holds when they end, and of
 * yesterday's events when today begins. */
#include "app/wg-tally.h"

#define LOOK_MS (600 * 1000)

struct _WgTally
{
  GObject parent_instance;

  WgStore *store; /* owned, NULL once disposed */
  WgEventCounts counts;
  gboolean counted;     /* at least once */
  gboolean counting;    /* a count is on its way */
  gboolean count_again; /* something changed meanwhile */
  gint64 today_ms;      /* of the last count; 0 before */
  guint look_id;        /* timer: the next hold ends, or it is time to look at the day */
};

G_DEFINE_FINAL_TYPE (WgTally, wg_tally, G_TYPE_OBJECT)

static guint changed_signal;

static void count (WgTally *self);

typedef struct
{
  WgEventCounts counts;
  gint64 today_ms;
  gint64 release_ms;
} Sum;

static gpointer
sum_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const gint64 *last_today_ms = data;
  g_autofree Sum *sum = g_new0 (Sum, 1);
  g_autoptr (GError) failed = NULL;

  if (wg_event_store_release (context, wg_ports_wall_ms (context->ports), error) < 0)
    return NULL;
  if (!wg_event_store_count (context, &sum->counts, error))
    return NULL;
  sum->today_ms = wg_event_store_today_ms (context);
  if (*last_today_ms != 0 && *last_today_ms != sum->today_ms)
    wg_store_context_touch (context, "events"); /* another day: lists are made anew */
  sum->release_ms = wg_event_store_next_release_ms (context, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  return g_steal_pointer (&sum);
}

static gboolean
on_look_due_cb (gpointer user_data)
{
  WgTally *self = user_data;

  self->look_id = 0;
  count (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_release (WgTally *self, gint64 release_ms)
{
  gint64 wait_ms = LOOK_MS;

  g_clear_handle_id (&self->look_id, g_source_remove);
  if (release_ms != 0)
    wait_ms = CLAMP (release_ms - wg_ports_wall_ms (wg_store_get_ports (self->store)), 0, LOOK_MS);
  self->look_id =
      g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) wait_ms + 50, on_look_due_cb, self, NULL);
}

static void
on_counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgTally) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree Sum *sum = wg_store_run_finish (WG_STORE (source), result, &error);

  self->counting = FALSE;
  if (self->store == NULL)
    return;
  if (sum == NULL)
    {
      g_warning ("cannot count the queue: %s", error->message);
      return;
    }
  self->today_ms = sum->today_ms;
  wait_for_release (self, sum->release_ms);
  if (!self->counted || memcmp (&self->counts, &sum->counts, sizeof self->counts) != 0)
    {
      self->counted = TRUE;
      self->counts = sum->counts;
      g_signal_emit (self, changed_signal, 0);
    }
  if (self->count_again)
    count (self);
}

static void
count (WgTally *self)
{
  if (self->store == NULL)
    return;
  self->count_again = self->counting;
  if (self->counting)
    return;
  self->counting = TRUE;
  wg_store_run_async (self->store, sum_job, g_memdup2 (&self->today_ms, sizeof self->today_ms),
                      g_free, g_free, NULL, on_counted_cb, g_object_ref (self));
}

static void
on_store_changed_cb (WgTally *self, const char *topic)
{
  if (g_str_equal (topic, "events") || g_str_equal (topic, "outbox") ||
      g_str_equal (topic, "conflicts") || g_str_equal (topic, "photos"))
    count (self);
}

static void
wg_tally_dispose (GObject *object)
{
  WgTally *self = WG_TALLY (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (wg_tally_parent_class)->dispose (object);
}

static void
wg_tally_class_init (WgTallyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_tally_dispose;
  changed_signal = g_signal_new ("changed", WG_TYPE_TALLY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
wg_tally_init (WgTally *self)
{
}

/**
 * wg_tally_new:
 * @store: an open store
 *
 * Counts the events of a store now and whenever they change.
 *
 * Thread: UI.
 * Errors: none; a count that fails is a warning, and the last one stays.
 *
 * Returns: (transfer full): the tally, all 0 until "changed" is emitted first
 */
WgTally *
wg_tally_new (WgStore *store)
{
  WgTally *self = g_object_new (WG_TYPE_TALLY, NULL);

  self->store = g_object_ref (store);
  g_signal_connect_object (store, "changed", G_CALLBACK (on_store_changed_cb), self,
                           G_CONNECT_SWAPPED);
  count (self);
  return self;
}

/**
 * wg_tally_get_counts:
 * @self: the tally
 *
 * Gives the newest counts.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the counts
 */
const WgEventCounts *
wg_tally_get_counts (WgTally *self)
{
  return &self->counts;
}
