/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jobs that the store's tests give, as plain calls on a test's store. */
#pragma once

#include "core/wg-id.h"
#include "store/wg-draft.h"
#include "store/wg-health.h"
#include "support/wg-test-store.h"

G_BEGIN_DECLS

typedef struct
{
  const WgEvent *event;
  gint64 hold_ms;
  const char *draft_id;
} CreateJob;

typedef struct
{
  const WgEvent *event;
  const char *redo_of;
} MendJob;

typedef struct
{
  const char *id;
  WgAction action;
  const char *opinion, *value;
} StepJob;

typedef struct
{
  WgEventList which;
  guint offset, limit;
} ListJob;

static inline gpointer
create_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  CreateJob *job = data;

  return wg_event_store_create (context, job->event, job->hold_ms, job->draft_id, error);
}

static inline gpointer
mend_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  MendJob *job = data;

  return GINT_TO_POINTER (wg_event_store_mend (context, job->event, job->redo_of, error));
}

static inline gpointer
step_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  StepJob *job = data;

  return GINT_TO_POINTER (
      wg_event_store_step (context, job->id, job->action, job->opinion, job->value, error));
}

static inline gpointer
undo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_event_store_undo (context, data, error));
}

static inline gpointer
release_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_event_store_release (context, *(gint64 *) data, error));
}

static inline gpointer
release_one_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_event_store_release_one (context, data, error));
}

static inline gpointer
get_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_get (context, data, error);
}

static inline gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  ListJob *job = data;

  return wg_event_store_list (context, job->which, job->offset, job->limit, error);
}

static inline gpointer
count_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_event_store_count (context, data, error));
}

static inline gpointer
queue_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_list (context, GPOINTER_TO_UINT (data), error);
}

static inline gpointer
apply_page_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_inbox_apply (context, data, NULL, error));
}

static inline gpointer
add_photo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_add (context, data, WG_TEST_NOW_MS, error);
}

static inline gpointer
save_draft_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_draft_save (context, data, error));
}

static inline gpointer
list_drafts_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_list (context, error);
}

static inline gpointer
get_meta_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_store_get_meta (context, data, error);
}

static inline gpointer
health_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_health_get (context, error);
}

static inline gpointer
check_health_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_health_check (context, error);
}

static inline char *
create_event (WgTestStore *f, const WgEvent *event, gint64 hold_ms)
{
  CreateJob job = { event, hold_ms, NULL };

  return wg_test_store_run (f, create_job, &job);
}

static inline char *
create_level (WgTestStore *f, WgEventLevel level, gint64 hold_ms)
{
  g_autoptr (WgEvent) event = wg_test_event_new (level);

  return create_event (f, event, hold_ms);
}

static inline WgEventView *
get_view (WgTestStore *f, const char *id)
{
  return wg_test_store_run (f, get_job, (gpointer) id);
}

static inline GPtrArray *
list_events (WgTestStore *f, WgEventList which)
{
  ListJob job = { which, 0, 10000 };

  return wg_test_store_run (f, list_job, &job);
}

static inline void
assert_truth (WgTestStore *f, const char *id, WgTruth truth)
{
  g_autoptr (WgEventView) view = get_view (f, id);

  g_assert_cmpint (view->truth, ==, truth);
}

static inline WgEventCounts
count_events (WgTestStore *f)
{
  WgEventCounts counts;

  wg_test_store_run (f, count_job, &counts);
  return counts;
}

static inline gpointer
pull_request_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_inbox_get_request (context, error);
}

static inline WgPullPage *
make_pull_page (WgTestStore *f, WgTestPlatform *platform)
{
  g_autoptr (WgPullRequest) request = wg_test_store_run (f, pull_request_job, NULL);

  return wg_test_platform_pull (platform, request);
}

static inline WgEvent *
make_remote_event (WgTestStore *f, const char *title, gint64 ver)
{
  WgEvent *event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);

  event->id = wg_id_new (&f->clock.ports);
  g_set_str (&event->title, title);
  event->grid_code = g_strdup (WG_TEST_GRID);
  event->org_code = g_strdup ("370502001");
  event->reporter = g_strdup ("w0002");
  event->state = WG_EVENT_STATE_REPORTED;
  event->reported_ms = event->occurred_ms = WG_TEST_NOW_MS;
  event->step_no = 1;
  event->ver = ver;
  return event;
}

typedef struct
{
  WgPullPage *page;
  gboolean healed;
} Heal;

static inline gpointer
heal_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Heal *heal = data;

  return GINT_TO_POINTER (wg_inbox_apply (context, heal->page, &heal->healed, error));
}

static inline void
assert_page_refused (WgTestStore *f, WgPullPage *page, int code)
{
  g_autoptr (GPtrArray) before = list_events (f, WG_EVENT_LIST_ALL);
  g_autoptr (GError) error = wg_test_store_fail (f, apply_page_job, page);
  g_autoptr (GPtrArray) after = list_events (f, WG_EVENT_LIST_ALL);
  g_autoptr (WgPullRequest) request = wg_test_store_run (f, pull_request_job, NULL);

  g_assert_error (error, WG_STORE_ERROR, code);
  g_assert_cmpuint (before->len, ==, after->len);
  g_assert_cmpuint (g_hash_table_size (request->cursor), ==, 0);
}

G_END_DECLS
