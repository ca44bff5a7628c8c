/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sample messages of the sync lane. */
#include "samples.h"

#include <math.h>
#include <string.h>

#include "core/wg-chain.h"

/* Every test key comes from the bytes 0, 1, 2 … 31: it protects nothing. */
static void
count_up (gpointer data, guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) i;
}

void
sample_keys (guint8 *out_public, guint8 *out_secret)
{
  const WgPorts ports = { .random = count_up };

  wg_crypto_sign_keys (&ports, out_public, out_secret);
}

WgEvent *
sample_event (void)
{
  WgEvent *event = wg_event_new ();

  event->id = g_strdup (SAMPLE_EVENT);
  event->level = WG_EVENT_LEVEL_GENERAL;
  event->level_reported = WG_EVENT_LEVEL_GENERAL;
  event->class_std = g_strdup ("dyq-2018.1");
  event->class_code = g_strdup ("0202");
  event->title = g_strdup ("井盖破损");
  event->description = g_strdup ("文汇街道样例路口东侧人行道井盖破损，\n夜间有跌落危险");
  event->occurred_ms = SAMPLE_MS;
  event->reported_ms = SAMPLE_MS + 90000;
  event->lon = 118.5021;
  event->lat = 37.4312345;
  event->fix_source = WG_FIX_SATELLITE;
  event->fix_accuracy_m = 8.5;
  event->fix_ms = SAMPLE_MS - 5000;
  event->fix_mock = TRUE;
  event->raw_lon = 118.5021003;
  event->raw_lat = 37.4312301;
  event->address = g_strdup ("样例路 1 号");
  event->outside_reason = g_strdup ("邻近网格结合部");
  event->level_reason = g_strdup ("临近学校");
  event->origin = g_strdup ("01");
  event->informant_name = g_strdup ("样例居民");
  event->informant_phone = g_strdup ("00000000000");
  event->involved_count = 2;
  event->self_handled = TRUE;
  event->handle_note = g_strdup ("已放警示牌");
  event->duplicate_of = g_strdup ("019cac8a-4040-7000-8000-0000000000e0");
  event->photos = g_strdupv ((char *[]) { SAMPLE_PHOTO, NULL });
  event->grid_code = g_strdup ("370502001001001");
  event->org_code = g_strdup ("370502001");
  event->reporter = g_strdup ("w0001");
  event->event_no = g_strdup ("3705020260302000001");
  event->state = WG_EVENT_STATE_RETURNED;
  event->step_no = 2;
  event->received_ms = SAMPLE_MS + 120000;
  event->due_accept_ms = SAMPLE_MS + 1920000;
  event->due_handle_ms = SAMPLE_MS + 86520000;
  event->clock_suspect = TRUE;
  event->ver = 4;
  return event;
}

GPtrArray *
sample_steps (void)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
  WgEventStep *step = wg_event_step_new ();

  step->event_id = g_strdup (SAMPLE_EVENT);
  step->seq = 1;
  step->action = WG_ACTION_REPORT;
  step->kind = 1;
  step->actor = g_strdup ("w0001");
  step->actor_name = g_strdup ("样例网格长");
  step->actor_role = WG_ROLE_WORKER;
  step->at_ms = SAMPLE_MS + 120000;
  step->from_state = WG_EVENT_STATE_DRAFT;
  step->to_state = WG_EVENT_STATE_REPORTED;
  step->photos = g_strdupv ((char *[]) { SAMPLE_PHOTO, NULL });
  g_ptr_array_add (steps, step);

  step = wg_event_step_new ();
  step->event_id = g_strdup (SAMPLE_EVENT);
  step->seq = 2;
  step->action = WG_ACTION_RETURN;
  step->kind = 2;
  step->actor = g_strdup ("c0001");
  step->actor_role = WG_ROLE_CLERK;
  step->at_ms = SAMPLE_MS + 600000;
  step->from_state = WG_EVENT_STATE_REPORTED;
  step->to_state = WG_EVENT_STATE_RETURNED;
  step->opinion = g_strdup ("请补充井盖权属单位");
  step->old_value = g_strdup ("2");
  step->new_value = g_strdup ("3");
  g_ptr_array_add (steps, step);
  return steps;
}

static void
fill_patch (WgOperation *operation)
{
  operation->base = wg_event_new ();
  operation->event = wg_event_new ();
  operation->base->description = g_strdup ("井盖破损");
  operation->event->description = g_strdup ("井盖破损，权属单位为样例公司");
  operation->event->fix_accuracy_m = 8.0;
  operation->base->self_handled = TRUE;
  operation->event->photos = g_strdupv ((char *[]) { SAMPLE_PHOTO, NULL });
  operation->fields =
      g_strdupv ((char *[]) { "description", "fix_accuracy_m", "self_handled", "photos", NULL });
}

static void
fill_step (WgOperation *operation)
{
  operation->action = WG_ACTION_SUPPLEMENT;
  operation->expect_state = WG_EVENT_STATE_RETURNED;
  operation->expect_step_no = 2;
  operation->opinion = g_strdup ("已补充");
  operation->new_value = g_strdup ("3");
  operation->duplicate_of = g_strdup ("019cac8a-4040-7000-8000-0000000000e0");
  operation->lead_org = g_strdup ("370502001");
  operation->photos = g_strdupv ((char *[]) { SAMPLE_PHOTO, NULL });
  operation->redo_of = g_strdup ("019cac8a-4040-7000-8000-0000000000c9");
}

WgOperation *
sample_operation (WgOperationKind kind, gint64 seq)
{
  WgOperation *operation = wg_operation_new (kind);

  operation->op_id = g_strdup_printf ("019cac8a-4040-7000-8000-%012x", (guint) seq);
  operation->seq = seq;
  operation->scope = g_strdup ("g:370502001001001");
  operation->actor = g_strdup ("w0001");
  operation->at_ms = SAMPLE_MS + seq;
  operation->boot = g_strdup ("k3");
  operation->mono_ms = 88123456 + seq;
  if (kind != WG_OPERATION_SCOPE_DROPPED)
    operation->rec = g_strdup (SAMPLE_EVENT);
  if (kind == WG_OPERATION_EVENT_CREATE)
    {
      operation->event = sample_event ();
      operation->lon = 118.5021;
      operation->lat = 37.4312345;
      operation->accuracy_m = 8.5;
    }
  else if (kind == WG_OPERATION_EVENT_PATCH)
    {
      fill_patch (operation);
      operation->lon = 118.5;
      operation->lat = 37.0;
    }
  else if (kind == WG_OPERATION_EVENT_STEP)
    fill_step (operation);
  return operation;
}

WgPush *
sample_push (void)
{
  WgPush *push = wg_push_new ();

  push->replica = g_strdup (SAMPLE_REPLICA);
  push->epoch = g_strdup (SAMPLE_EPOCH);
  push->first = 1021;
  push->previous = wg_chain_next (WG_CHAIN_START, "the line before", -1);
  push->now_ms = SAMPLE_MS + 60000;
  push->boot = g_strdup ("k3");
  push->mono_ms = 88183456;
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (WgOperation) operation = sample_operation ((WgOperationKind) i, 1021 + i);
      g_ptr_array_add (push->lines, wg_wire_operation_to_line (operation));
    }
  return push;
}

static char *
line_of (WgOperationKind kind)
{
  g_autoptr (WgOperation) operation = sample_operation (kind, 1021 + (gint64) kind);

  return wg_wire_operation_to_line (operation);
}

static char *
make_create (void)
{
  return line_of (WG_OPERATION_EVENT_CREATE);
}

static char *
make_patch (void)
{
  return line_of (WG_OPERATION_EVENT_PATCH);
}

static char *
make_step (void)
{
  return line_of (WG_OPERATION_EVENT_STEP);
}

static char *
make_dropped (void)
{
  return line_of (WG_OPERATION_SCOPE_DROPPED);
}

static char *
again_operation (const char *text, gsize length, GError **error)
{
  g_autoptr (WgOperation) operation = NULL;
  g_autofree char *field = NULL;
  int refusal;

  if (!wg_wire_operation_from_line (text, length, &operation, &refusal, &field, error))
    return NULL;
  return refusal < 0
             ? wg_wire_operation_to_line (operation)
             : g_strdup_printf ("refused %s %s", wg_refusal_to_string ((WgRefusal) refusal), field);
}

static char *
make_event (void)
{
  g_autoptr (WgEvent) event = sample_event ();

  return wg_wire_event_to_json (event);
}

static char *
again_event (const char *text, gsize length, GError **error)
{
  g_autofree char *json = g_strndup (text, length);
  g_autoptr (WgEvent) event = wg_wire_event_from_json (json, error);

  return event != NULL ? wg_wire_event_to_json (event) : NULL;
}

static char *
make_event_row (void)
{
  g_autoptr (WgEvent) event = sample_event ();
  g_autoptr (GPtrArray) steps = sample_steps ();

  return wg_wire_event_row_to_json (event, steps);
}

static char *
again_event_row (const char *text, gsize length, GError **error)
{
  g_autofree char *json = g_strndup (text, length);
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (WgEvent) event = wg_wire_event_row_from_json (json, &steps, error);

  return event != NULL ? wg_wire_event_row_to_json (event, steps) : NULL;
}

static char *
to_text (GBytes *bytes)
{
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);

  return g_strndup (data, n);
}

static char *
make_push (void)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (WgPush) push = sample_push ();

  sample_keys (public_key, secret);
  g_autoptr (GBytes) body = wg_wire_push_to_body (push, secret);
  return to_text (body);
}

static char *
again_push (const char *text, gsize length, GError **error)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (GBytes) body = g_bytes_new (text, length);
  g_autoptr (WgPush) push = wg_wire_push_from_body (body, error);

  sample_keys (public_key, secret);
  if (push == NULL || !wg_wire_push_verify (push, public_key, error))
    return NULL;
  g_autoptr (GBytes) written = wg_wire_push_to_body (push, secret);
  return to_text (written);
}

static void
add_result (WgPushAnswer *answer, WgResultKind kind, gint64 ver)
{
  WgPushResult *result = wg_push_result_new (1021 + answer->results->len);

  result->kind = kind;
  result->ver = ver;
  if (kind == WG_RESULT_REJECTED)
    {
      result->refusal = WG_REFUSAL_STALE_STATE;
      result->field = g_strdup ("action");
      result->detail = g_strdup ("当前状态 70 已办结");
      result->state = WG_EVENT_STATE_CLOSED;
      result->step_no = 8;
    }
  g_ptr_array_add (answer->results, result);
}

static char *
make_push_answer (void)
{
  g_autoptr (WgPushAnswer) answer = wg_push_answer_new ();

  answer->epoch = g_strdup (SAMPLE_EPOCH);
  answer->last_seq = 1023;
  answer->last_hash = g_strdup (SAMPLE_PHOTO);
  answer->durable_seq = 990;
  answer->after_s = 0;
  answer->max_ops = 64;
  add_result (answer, WG_RESULT_OK, 1);
  add_result (answer, WG_RESULT_CONFLICT, 9);
  add_result (answer, WG_RESULT_REJECTED, 0);
  return wg_wire_push_answer_to_json (answer);
}

static char *
again_push_answer (const char *text, gsize length, GError **error)
{
  g_autoptr (WgPushAnswer) answer = wg_wire_push_answer_from_json (text, length, error);

  return answer != NULL ? wg_wire_push_answer_to_json (answer) : NULL;
}

static void
set_number (GHashTable *numbers, const char *name, gint64 value)
{
  gint64 *number = g_new (gint64, 1);

  *number = value;
  g_hash_table_insert (numbers, g_strdup (name), number);
}

static char *
make_pull_request (void)
{
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();

  set_number (request->cursor, "w:w0001", 77);
  set_number (request->cursor, "g:370502001001001", 8812);
  set_number (request->cursor, "ref:370502", 0);
  request->n_waiting = 2;
  request->n_photos = 1;
  return wg_wire_pull_request_to_json (request);
}

static char *
again_pull_request (const char *text, gsize length, GError **error)
{
  g_autoptr (WgPullRequest) request = wg_wire_pull_request_from_json (text, length, error);

  return request != NULL ? wg_wire_pull_request_to_json (request) : NULL;
}

static WgPullRow *
add_row (WgPullPage *page, const char *scope, gint64 number, const char *kind, const char *id)
{
  WgPullRow *row = wg_pull_row_new ();

  row->scope = g_strdup (scope);
  row->number = number;
  row->kind = g_strdup (kind);
  row->id = g_strdup (id);
  g_ptr_array_add (page->rows, row);
  return row;
}

static void
add_body (WgPullPage *page, gint64 number, const char *kind, const char *id, char *body)
{
  WgPullRow *row = add_row (page, "ref:370502", number, kind, id);

  row->ver = 1;
  row->body = body;
}

static void
add_reference (WgPullPage *page)
{
  WgPoint corners[] = {
    { 118.5, 37.43 }, { 118.505, 37.43 }, { 118.505, 37.4341 }, { 118.5, 37.4341 }
  };
  g_autoptr (WgPolygon) boundary = wg_polygon_new (corners, G_N_ELEMENTS (corners));
  WgOrg org = { "370502001", "文汇街道", "文汇", 3, "370502", "0546-0000000" };
  WgGrid grid = { "370502001001001", "文汇街道样例一网格", WG_GRID_CITY,
                  "370502001",       "样例社区",           boundary };
  WgWorker worker = { "w0001", "样例网格长", WG_ROLE_WORKER, "370502001", "370502001001001" };
  WgPack pack = { SAMPLE_PHOTO, 4194304,        "样例区离线地图", "mbtiles",
                  "pbf",        WG_DATUM_WGS84, "sample data" };

  add_body (page, 1, "org", org.code, wg_wire_org_to_json (&org));
  add_body (page, 2, "grid", grid.code, wg_wire_grid_to_json (&grid));
  add_body (page, 3, "worker", worker.id, wg_wire_worker_to_json (&worker));
  add_body (page, 4, "standard", "dyq-2018.1", wg_wire_text_to_json ("code,name\n0202,井盖\n"));
  add_body (page, 5, "pack", pack.sha256, wg_wire_pack_to_json (&pack));
}

static void
add_digest (WgPullPage *page, const char *scope)
{
  WgScopeDigest *digest = g_new0 (WgScopeDigest, 1);

  for (guint i = 0; i < page->rows->len; i++)
    {
      const WgPullRow *row = g_ptr_array_index (page->rows, i);

      if (row->gone || strcmp (row->scope, scope) != 0)
        continue;
      digest->n++;
      digest->sum += wg_crypto_row_digest (row->id, row->ver);
    }
  g_hash_table_insert (page->digests, g_strdup (scope), digest);
}

WgPullPage *
sample_page (void)
{
  WgPullPage *page = wg_pull_page_new ();

  page->epoch = g_strdup (SAMPLE_EPOCH);
  page->keep = g_strdupv ((char *[]) { "g:370502001001001", "ref:370502", NULL });
  page->add = g_strdupv ((char *[]) { "w:w0001", NULL });
  page->drop = g_strdupv ((char *[]) { "g:370502001001002", NULL });
  page->last_seq = 1023;
  page->durable_seq = 990;
  WgPullRow *row = add_row (page, "g:370502001001001", 8813, "event", SAMPLE_EVENT);
  row->ver = 4;
  row->body = make_event_row ();
  row = add_row (page, "g:370502001001001", 8816, "event", "019cac8a-4040-7000-8000-0000000000e2");
  row->gone = TRUE;
  add_reference (page);
  set_number (page->cursor, "g:370502001001001", 8816);
  set_number (page->cursor, "ref:370502", 5);
  set_number (page->cursor, "w:w0001", 77);
  add_digest (page, "g:370502001001001");
  add_digest (page, "ref:370502");
  add_digest (page, "w:w0001");
  return page;
}

static char *
make_page (void)
{
  g_autoptr (WgPullPage) page = sample_page ();
  g_autoptr (GBytes) body = wg_wire_pull_page_to_body (page);

  return to_text (body);
}

static char *
again_page (const char *text, gsize length, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (text, length);
  g_autoptr (WgPullPage) page = wg_wire_pull_page_from_body (body, error);

  if (page == NULL)
    return NULL;
  g_autoptr (GBytes) written = wg_wire_pull_page_to_body (page);
  return to_text (written);
}

static char *
make_page_more (void)
{
  g_autoptr (WgPullPage) page = wg_pull_page_new ();

  page->epoch = g_strdup (SAMPLE_EPOCH);
  page->keep = g_strdupv ((char *[]) { "ref:370502", NULL });
  add_reference (page);
  set_number (page->cursor, "ref:370502", 5);
  page->more = TRUE;
  g_autoptr (GBytes) body = wg_wire_pull_page_to_body (page);
  return to_text (body);
}

#define OPERATION(name, make) { "operation-" name ".json", make, again_operation }

const Fixture SYNC_FIXTURES[] = {
  { "event.json", make_event, again_event },
  { "event-row.json", make_event_row, again_event_row },
  OPERATION ("create", make_create),
  OPERATION ("patch", make_patch),
  OPERATION ("step", make_step),
  OPERATION ("scope-dropped", make_dropped),
  { "push.ndjson", make_push, again_push },
  { "push-answer.json", make_push_answer, again_push_answer },
  { "pull-request.json", make_pull_request, again_pull_request },
  { "pull-page.ndjson", make_page, again_page },
  { "pull-page-more.ndjson", make_page_more, again_page },
  { NULL },
};

const Fixture *
fixture_get (guint i)
{
  for (const Fixture *fixture = SYNC_FIXTURES; fixture->file != NULL; fixture++)
    if (i-- == 0)
      return fixture;
  for (const Fixture *fixture = RECORD_FIXTURES; fixture->file != NULL; fixture++)
    if (i-- == 0)
      return fixture;
  for (const Fixture *fixture = SESSION_FIXTURES; fixture->file != NULL; fixture++)
    if (i-- == 0)
      return fixture;
  return NULL;
}

char *
fixture_read (const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "wire", file, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}
