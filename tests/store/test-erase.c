/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What left the worker's scopes: no byte of it is found in any page of the files, decrypted one by
 * one; what the worker wrote and nobody has taken yet is still there. */
#include <string.h>

#include <gnutls/crypto.h>

#include "core/wg-id.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-record.h"

/* How SQLCipher lays out a page: content, initialization vector, seal (HMAC-SHA-256). */
#define PAGE 4096
#define VECTOR 16
#define SEAL 32
#define RESERVE (VECTOR + SEAL)
#define SALT 16
/* The seal's key comes from the file's: its salt with these bits turned, this often. */
#define SEAL_SALT_MASK 0x3a
#define SEAL_ROUNDS 2
#define WAL_HEAD 32
#define FRAME_HEAD 24

#define THEIRS "绝密事项七四一三"
#define OPINION "绝密意见九九零二"
#define PERSON "绝密人员六六一三"
#define PHONE "13077465512"
#define MINE "本人所写五五二一"
#define DAY_MS G_GINT64_CONSTANT (86400000)
#define PLATFORM_NUMBER "DY20261123004477"

static gpointer
key_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return g_memdup2 (context->key, WG_DB_KEY);
}

/* @salt: the first bytes of the file. */
static void
assert_sealed (
    const guint8 *key, const guint8 *salt, const guint8 *page, gsize skip, guint32 number)
{
  gnutls_datum_t secret = { (unsigned char *) key, WG_DB_KEY };
  guint8 turned[SALT], seal_key[WG_DB_KEY], seal[SEAL];
  gnutls_datum_t seal_salt = { turned, sizeof turned };
  guint32 n = GUINT32_TO_LE (number);
  gnutls_hmac_hd_t hmac;

  for (gsize i = 0; i < SALT; i++)
    turned[i] = salt[i] ^ SEAL_SALT_MASK;
  g_assert_cmpint (gnutls_pbkdf2 (GNUTLS_MAC_SHA512, &secret, &seal_salt, SEAL_ROUNDS, seal_key,
                                  sizeof seal_key),
                   ==, 0);
  g_assert_cmpint (gnutls_hmac_init (&hmac, GNUTLS_MAC_SHA256, seal_key, sizeof seal_key), ==, 0);
  g_assert_cmpint (gnutls_hmac (hmac, page + skip, PAGE - SEAL - skip), ==, 0);
  g_assert_cmpint (gnutls_hmac (hmac, &n, sizeof n), ==, 0);
  gnutls_hmac_deinit (hmac, seal);
  g_assert_cmpmem (page + PAGE - SEAL, SEAL, seal, sizeof seal);
}

/* Appends what one page says; @skip: the salt that stands before the first page's content. */
static void
decrypt_page (const guint8 *key, const guint8 *page, gsize skip, GByteArray *out)
{
  gnutls_datum_t secret = { (unsigned char *) key, WG_DB_KEY };
  guint8 vector[VECTOR];
  gnutls_datum_t iv = { vector, sizeof vector };
  gnutls_cipher_hd_t cipher;
  guint8 plain[PAGE - RESERVE];
  gsize n = PAGE - RESERVE - skip;

  memcpy (vector, page + PAGE - RESERVE, sizeof vector);
  g_assert_cmpint (gnutls_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_CBC, &secret, &iv), ==, 0);
  g_assert_cmpint (gnutls_cipher_decrypt2 (cipher, page + skip, n, plain, n), ==, 0);
  gnutls_cipher_deinit (cipher);
  g_byte_array_append (out, plain, n);
}

/* Every page of the database and of its log. */
static GByteArray *
read_pages (WgTestStore *f)
{
  g_autofree guint8 *key = wg_test_store_run (f, key_job, NULL);
  g_autofree char *db = g_build_filename (f->path, "store.db", NULL);
  g_autofree char *wal = g_strconcat (db, "-wal", NULL);
  GByteArray *out = g_byte_array_new ();
  g_autofree char *content = NULL, *log = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (db, &content, &n, NULL));
  for (gsize at = 0; at + PAGE <= n; at += PAGE)
    {
      gsize skip = at == 0 ? SALT : 0;
      const guint8 *page = (const guint8 *) content + at;
      assert_sealed (key, (const guint8 *) content, page, skip, (guint32) (at / PAGE + 1));
      decrypt_page (key, page, skip, out);
    }
  g_assert_true (g_file_get_contents (wal, &log, &n, NULL));
  for (gsize at = WAL_HEAD; at + FRAME_HEAD + PAGE <= n; at += FRAME_HEAD + PAGE)
    {
      guint32 number = GUINT32_FROM_BE (*(guint32 *) (gpointer) (log + at));
      decrypt_page (key, (guint8 *) log + at + FRAME_HEAD, number == 1 ? SALT : 0, out);
    }
  return out;
}

static gboolean
is_in_files (WgTestStore *f, const char *text)
{
  g_autoptr (GByteArray) pages = read_pages (f);

  return memmem (pages->data, pages->len, text, strlen (text)) != NULL;
}

static WgEvent *
make_remote (WgTestStore *f, const char *reporter)
{
  WgEvent *event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);

  event->id = wg_id_new (&f->clock.ports);
  g_set_str (&event->title, THEIRS);
  g_set_str (&event->description, THEIRS "，全文");
  g_set_str (&event->event_no, PLATFORM_NUMBER);
  event->grid_code = g_strdup (WG_TEST_GRID);
  event->org_code = g_strdup ("370502001");
  event->reporter = g_strdup (reporter);
  event->state = WG_EVENT_STATE_REPORTED;
  event->reported_ms = event->occurred_ms = WG_TEST_NOW_MS;
  event->step_no = 1;
  event->ver = 1;
  return event;
}

static gpointer
request_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_inbox_get_request (context, error);
}

/* The page that tells that the grid is not ours any more. */
static WgPullPage *
make_drop (WgTestStore *f, WgTestPlatform *platform)
{
  g_autoptr (WgPullRequest) request = wg_test_store_run (f, request_job, NULL);
  WgPullPage *page = wg_test_platform_pull (platform, request);
  const char *keep[] = { WG_TEST_REF, NULL }, *drop[] = { WG_TEST_SCOPE, NULL };

  g_ptr_array_set_size (page->rows, 0);
  g_hash_table_remove (page->cursor, WG_TEST_SCOPE);
  g_hash_table_remove (page->digests, WG_TEST_SCOPE);
  g_strfreev (page->keep);
  page->keep = g_strdupv ((char **) keep);
  g_strfreev (page->add);
  page->add = g_new0 (char *, 1);
  g_strfreev (page->drop);
  page->drop = g_strdupv ((char **) drop);
  return page;
}

static void
drop (WgTestStore *f, WgTestPlatform *platform)
{
  g_autoptr (WgPullPage) page = make_drop (f, platform);

  wg_test_store_run (f, apply_page_job, page);
}

static char *
make_blob_path (WgTestStore *f, const char *sha256)
{
  char folder[3] = { sha256[0], sha256[1], '\0' };
  g_autofree char *name = g_strconcat (sha256, ".sealed", NULL);

  return g_build_filename (f->path, "blobs", folder, name, NULL);
}

static gpointer
fetched_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_add (context, data, WG_TEST_NOW_MS, error);
}

static gpointer
sent_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_attachment_store_uploaded (context, data, 0, TRUE, error));
}

/* Somebody who lives in the grid, with the words by which the search finds them. */
static void
put_person (WgTestStore *f, WgTestPlatform *platform)
{
  g_autoptr (WgRecord) record = wg_record_new (wg_kind_find ("resident"));
  g_autofree char *id = wg_id_new (&f->clock.ports);

  wg_record_set_text (record, "name", PERSON);
  wg_record_set_text (record, "id_kind", "000");
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  wg_record_set_text (record, "phone", PHONE);
  wg_record_set_text (record, WG_FIELD_GRID, WG_TEST_GRID);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "resident", id, 1,
                        wg_wire_record_to_json (record));
}

/* A store whose worker has read others' events, reported one, had it returned with words, and was
 * refused a change of it. */
static char *
live (WgTestStore *f, WgTestPlatform *platform, char **out_photo)
{
  g_autoptr (WgEvent) remote = make_remote (f, "w0002");
  g_autoptr (GBytes) photo = wg_test_photo_new (64, 48, 7);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEvent) mended = NULL;
  WgDraft draft = { .id = (char *) "019cac8a-4040-7000-8000-0000000000d1",
                    .form = (char *) "event",
                    .body = (char *) "{\"title\":\"" THEIRS "\"}",
                    .changed_ms = WG_TEST_NOW_MS };
  MendJob job;
  char *id;

  *out_photo = wg_test_store_run (f, fetched_job, photo);
  remote->photos = g_strdupv ((char *[]) { *out_photo, NULL });
  wg_test_platform_put_event (platform, remote, NULL);
  put_person (f, platform);
  wg_test_pull (f, platform);
  wg_test_store_run (f, sent_job, *out_photo);
  draft.subject = remote->id;
  wg_test_store_run (f, save_draft_job, &draft);
  id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  wg_test_push (f, platform, FALSE);
  wg_test_platform_step (platform, id, WG_ACTION_RETURN, OPINION, NULL);
  wg_test_pull (f, platform);
  view = get_view (f, id);
  mended = wg_event_copy (view->event);
  g_set_str (&mended->address, MINE);
  job = (MendJob) { mended, NULL };
  platform->refuse = WG_REFUSAL_NOT_IN_SCOPE;
  wg_test_store_run (f, mend_job, &job);
  wg_test_push (f, platform, FALSE);
  platform->refuse = WG_N_REFUSAL;
  return id;
}

static void
assert_erased (WgTestStore *f, const char *photo)
{
  g_autofree char *path = make_blob_path (f, photo);
  g_autoptr (GPtrArray) drafts = wg_test_store_run (f, list_drafts_job, NULL);

  g_assert_false (is_in_files (f, THEIRS));
  g_assert_false (is_in_files (f, OPINION));
  g_assert_false (is_in_files (f, PLATFORM_NUMBER));
  g_assert_false (is_in_files (f, PERSON));
  g_assert_false (is_in_files (f, PHONE));
  g_assert_true (is_in_files (f, MINE)); /* and the search finds what is there */
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (drafts->len, ==, 0);
  wg_test_store_check (f);
}

static void
test_dropped (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *photo = NULL, *path = NULL;
  g_autofree char *id = live (f, platform, &photo);
  g_autoptr (GPtrArray) queue = NULL;
  const WgOutboxRow *row;

  path = make_blob_path (f, photo);
  g_assert_true (is_in_files (f, THEIRS));
  g_assert_true (is_in_files (f, OPINION));
  g_assert_true (is_in_files (f, PERSON));
  g_assert_true (is_in_files (f, PHONE));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  drop (f, platform);
  assert_erased (f, photo);
  queue = wg_test_store_run (f, queue_job, GUINT_TO_POINTER (50));
  row = wg_outbox_item_get_row (g_ptr_array_index (queue, 0)); /* the refused word stays in view */
  g_assert_cmpint (row->truth, ==, WG_TRUTH_REFUSED);
  g_assert_cmpstr (row->rec, ==, id);
}

/* What was made in the scope goes up first: the scope stays until the answer is here (I17). */
static void
test_sent_before (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *photo = NULL;
  g_autofree char *old = live (f, platform, &photo);
  g_autofree char *waiting = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *held = NULL;
  gint64 due = G_MAXINT64;
  guint n;

  drop (f, platform);
  assert_truth (f, waiting, WG_TRUTH_SAVED);
  g_assert_true (is_in_files (f, THEIRS));
  wg_test_push (f, platform, FALSE);
  held = create_level (f, WG_EVENT_LEVEL_DAILY, 60000);
  drop (f, platform);
  assert_truth (f, held, WG_TRUTH_HELD);
  wg_test_store_run (f, release_job, &due);
  wg_test_push (f, platform, FALSE);
  g_assert_nonnull (g_hash_table_lookup (platform->events, waiting));
  g_assert_nonnull (g_hash_table_lookup (platform->events, held));
  drop (f, platform);
  assert_erased (f, photo);
  n = platform->op_ids->len;
  wg_test_push (f, platform, FALSE); /* and what is told of it comes after */
  g_assert_cmpuint (platform->op_ids->len, ==, n + 1);
}

/* A record that goes while something waits on it: it goes when that was answered. */
static void
test_gone_under_a_change (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *photo = NULL;
  g_autofree char *id = live (f, platform, &photo);
  g_autoptr (WgEventView) view = get_view (f, id);
  g_autoptr (WgEvent) mended = wg_event_copy (view->event);
  MendJob job = { mended, NULL };
  WgEvent *there = g_hash_table_lookup (platform->events, id);

  g_set_str (&mended->address, "改后的地点");
  wg_test_store_run (f, mend_job, &job);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "event", id, there->ver, NULL);
  wg_test_pull (f, platform);
  g_assert_true (is_in_files (f, OPINION));
  platform->refuse = WG_REFUSAL_NOT_IN_SCOPE;
  wg_test_push (f, platform, FALSE);
  platform->refuse = WG_N_REFUSAL;
  wg_test_pull (f, platform);
  g_assert_false (is_in_files (f, OPINION));
  g_assert_true (is_in_files (f, "改后的地点"));
  wg_test_store_check (f);
}

static gpointer
next_upload_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_next_upload (context, NULL, error);
}

/* Refused, then out of our scopes, mended and applied: of the event nothing may be here any more,
 * and its photo is still to come. */
static void
test_photo_of_what_went (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (GBytes) bytes = wg_test_photo_new (64, 48, 9);
  g_autofree char *photo = wg_test_store_run (f, fetched_job, bytes), *id = NULL;
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL), mended = NULL;
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgUpload) upload = NULL;
  MendJob job;

  wg_test_pull (f, platform);
  event->photos = g_strdupv ((char *[]) { photo, NULL });
  id = create_event (f, event, 0);
  platform->refuse = WG_REFUSAL_NOT_IN_SCOPE;
  wg_test_push (f, platform, FALSE);
  platform->refuse = WG_N_REFUSAL;
  drop (f, platform);
  assert_truth (f, id, WG_TRUTH_REFUSED);
  wg_test_ports_advance (&f->clock, 40 * DAY_MS); /* older than loose photos get */
  view = get_view (f, id);
  mended = wg_event_copy (view->event);
  g_set_str (&mended->address, MINE);
  job = (MendJob) { mended, view->refusal_op };
  wg_test_store_run (f, mend_job, &job);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpuint (count_events (f).n_photos, ==, 1);
  drop (f, platform); /* what is let go leaves the files before photos go up */
  upload = wg_test_store_run (f, next_upload_job, NULL);
  g_assert_nonnull (upload);
  g_assert_cmpstr (upload->sha256, ==, photo);
  wg_test_store_check (f);
}

/* Whatever write of it fails: the next contact ends it. */
static void
test_faults (void)
{
  gboolean hit = TRUE;
  guint n_failed = 0;

  for (gint64 nth = 1; hit; nth++)
    {
      g_autoptr (WgTestStore) f = wg_test_store_new ();
      g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
      g_autofree char *photo = NULL;
      g_autofree char *id = live (f, platform, &photo);
      g_autoptr (WgPullPage) page = make_drop (f, platform);
      g_autoptr (GError) error = NULL;

      wg_db_fault_arm (nth, 'i');
      wg_store_run (f->store, apply_page_job, page, &error);
      hit = wg_db_fault_count () >= nth;
      wg_db_fault_arm (0, 'i');
      n_failed += error != NULL;
      wg_test_store_reopen (f);
      drop (f, platform);
      assert_erased (f, photo);
    }
  g_assert_cmpuint (n_failed, >, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/store/erase/dropped-scope", test_dropped);
  g_test_add_func ("/store/erase/sent-before", test_sent_before);
  g_test_add_func ("/store/erase/gone-under-a-change", test_gone_under_a_change);
  g_test_add_func ("/store/erase/photo-of-what-went", test_photo_of_what_went);
  g_test_add_func ("/store/erase/faults", test_faults);
  return g_test_run ();
}
