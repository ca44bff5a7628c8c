/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos: sealed, found again, sent majors first, resumed, fetched, forgotten; map packs. */
#include <string.h>

#include <glib/gstdio.h>

#include "core/wg-id.h"
#include "store/wg-seal.h"
#include "wg-store-jobs.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-ref.h"

static gpointer
read_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_read (context, data, error);
}

static gpointer
thumbnail_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_read_thumbnail (context, data, error);
}

static gpointer
has_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_attachment_store_has (context, data));
}

static gpointer
next_upload_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_next_upload (context, data, error);
}

static gpointer
next_download_job (WgStoreContext *context,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  return wg_attachment_store_next_download (context, data, error);
}

typedef struct
{
  const char *name;
  gint64 offset;
  gboolean complete;
} Sent;

static gpointer
uploaded_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Sent *sent = data;

  return GINT_TO_POINTER (
      wg_attachment_store_uploaded (context, sent->name, sent->offset, sent->complete, error));
}

static gpointer
damaged_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_attachment_store_damaged (context, data, error));
}

static char *
add_photo (WgTestStore *f, guint8 colour)
{
  g_autoptr (GBytes) photo = wg_test_photo_new (64, 48, colour);

  return wg_test_store_run (f, add_photo_job, photo);
}

static char *
create_with_photo (WgTestStore *f, WgEventLevel level, const char *name)
{
  g_autoptr (WgEvent) event = wg_test_event_new (level);

  event->photos = g_new0 (char *, 2);
  event->photos[0] = g_strdup (name);
  return create_event (f, event, 0);
}

static void
test_add_and_read (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (GBytes) photo = wg_test_photo_new (800, 600, 40);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autofree char *name = wg_test_store_run (f, add_photo_job, photo);
  g_autofree char *again = wg_test_store_run (f, add_photo_job, photo);
  g_autofree char *expected =
      wg_crypto_sha256 (g_bytes_get_data (photo, NULL), g_bytes_get_size (photo));
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GBytes) small = NULL;
  g_autoptr (GBytes) small_again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (name, ==, expected);
  g_assert_cmpstr (name, ==, again);
  back = wg_test_store_run (f, read_job, name);
  g_assert_true (g_bytes_equal (photo, back));
  small = wg_test_store_run (f, thumbnail_job, name);
  small_again = wg_test_store_run (f, thumbnail_job, name);
  g_assert_true (g_bytes_equal (small, small_again));
  g_assert_cmpuint (g_bytes_get_size (small), <, g_bytes_get_size (photo));
  g_assert_true (GPOINTER_TO_INT (wg_test_store_run (f, has_job, name)));
  g_assert_false (GPOINTER_TO_INT (wg_test_store_run (f, has_job, "../../etc/passwd")));
  error = wg_test_store_fail (f, read_job, "../../etc/passwd");
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_clear_error (&error);
  error = wg_test_store_fail (f, add_photo_job, nothing);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO);
}

static char *
get_blob_path (WgTestStore *f, const char *name)
{
  char folder[3] = { name[0], name[1], '\0' };
  g_autofree char *file = g_strconcat (name, ".sealed", NULL);

  return g_build_filename (f->path, "blobs", folder, file, NULL);
}

/* Every flipped, cut or swapped file is noticed. */
static void
test_flips (void)
{
  guint8 key[WG_SEAL_KEY] = { 7 };
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "a.sealed", NULL);
  g_autofree guint8 *content = g_malloc (200000);
  g_autofree char *sealed = NULL;
  g_autoptr (GError) error = NULL;
  gsize sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 200000 };
  gsize n;

  memset (content, 'x', 200000);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) plain = g_bytes_new (content, sizes[i]);
      g_autoptr (GBytes) back = NULL;

      g_assert_true (wg_seal_write (key, path, "label", plain, &error));
      back = wg_seal_read (key, path, "label", &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (plain, back));
      g_assert_null (wg_seal_read (key, path, "other", NULL));
    }
  g_assert_true (g_file_get_contents (path, &sealed, &n, NULL));
  for (gsize at = 0; at < n; at += at < 200 ? 1 : 4001)
    {
      g_autofree char *copy = g_memdup2 (sealed, n);

      copy[at] ^= 4;
      wg_test_write (folder, "a.sealed", copy, n);
      g_assert_null (wg_seal_read (key, path, "label", &error));
      g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED);
      g_clear_error (&error);
    }
  gsize cuts[] = { 0, 10, 24, 40, 41, 24 + 65536 + 17, 24 + 2 * (65536 + 17), n - 1 };
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      wg_test_write (folder, "a.sealed", sealed, cuts[i]);
      g_assert_null (wg_seal_read (key, path, "label", NULL));
    }
  /* something behind the end */
  g_autofree char *longer = g_malloc0 (n + 30);
  memcpy (longer, sealed, n);
  wg_test_write (folder, "a.sealed", longer, n + 30);
  g_assert_null (wg_seal_read (key, path, "label", NULL));
  wg_test_folder_remove (folder);
}

static void
test_damaged_in_store (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *name = add_photo (f, 1);
  g_autofree char *other = add_photo (f, 2);
  g_autofree char *path = get_blob_path (f, name);
  g_autofree char *other_path = get_blob_path (f, other);
  g_autofree char *id = create_with_photo (f, WG_EVENT_LEVEL_GENERAL, name);
  g_autofree char *bytes = NULL, *again = NULL;
  g_autoptr (WgHealth) health = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (other_path, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL)); /* swapped */
  error = wg_test_store_fail (f, read_job, name);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED);
  health = wg_test_store_run (f, check_health_job, NULL);
  g_assert_false (health->integrity_ok);
  g_assert_nonnull (strstr (health->integrity_detail, name));
  wg_test_store_run (f, damaged_job, name);
  again = add_photo (f, 1); /* taken again, it is whole again */
  g_assert_cmpstr (again, ==, name);
  wg_test_store_check (f);
}

static void
test_upload_order (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *one = add_photo (f, 1);
  g_autofree char *event_one = create_with_photo (f, WG_EVENT_LEVEL_GENERAL, one);
  g_autofree char *two = NULL, *event_two = NULL;
  g_autoptr (WgUpload) upload = NULL;

  wg_test_ports_advance (&f->clock, 1000);
  two = add_photo (f, 2);
  event_two = create_with_photo (f, WG_EVENT_LEVEL_MAJOR, two);
  g_assert_null (wg_test_store_run (f, next_upload_job, NULL)); /* nothing is applied yet */
  g_assert_cmpuint (count_events (f).n_photos, ==, 2);
  wg_test_push (f, platform, FALSE);
  assert_truth (f, event_two, WG_TRUTH_NO_PHOTO);
  upload = wg_test_store_run (f, next_upload_job, NULL);
  g_assert_cmpstr (upload->sha256, ==, two); /* the major one, though younger */
  g_assert_cmpint (upload->level, ==, WG_EVENT_LEVEL_MAJOR);
  g_assert_cmpint (upload->offset, ==, 0);

  const char *skip[] = { two, NULL };
  g_clear_pointer (&upload, wg_upload_free);
  upload = wg_test_store_run (f, next_upload_job, skip);
  g_assert_cmpstr (upload->sha256, ==, one);

  Sent part = { two, 300, FALSE };
  wg_test_store_run (f, uploaded_job, &part);
  wg_test_store_reopen (f); /* resumed from there after a restart */
  g_clear_pointer (&upload, wg_upload_free);
  upload = wg_test_store_run (f, next_upload_job, NULL);
  g_assert_cmpint (upload->offset, ==, 300);
  Sent whole = { two, upload->bytes, TRUE };
  wg_test_store_run (f, uploaded_job, &whole);
  assert_truth (f, event_two, WG_TRUTH_APPLIED);
  assert_truth (f, event_one, WG_TRUTH_NO_PHOTO);
  g_assert_cmpuint (count_events (f).n_photos, ==, 1);
  Sent last = { one, 1, TRUE };
  wg_test_store_run (f, uploaded_job, &last);
  g_assert_null (wg_test_store_run (f, next_upload_job, NULL));
  wg_test_store_check (f);
}

static void
test_download (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgEvent) old = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (GBytes) photo = wg_test_photo_new (64, 48, 9);
  g_autofree char *name =
      wg_crypto_sha256 (g_bytes_get_data (photo, NULL), g_bytes_get_size (photo));
  g_autofree char *wanted = NULL, *added = NULL;

  event->id = wg_id_new (&f->clock.ports);
  event->grid_code = g_strdup (WG_TEST_GRID);
  event->reported_ms = event->occurred_ms = WG_TEST_NOW_MS;
  event->state = WG_EVENT_STATE_CLOSED;
  event->ver = 1;
  event->photos = g_new0 (char *, 2);
  event->photos[0] = g_strdup (name);
  wg_test_platform_put_event (platform, event, NULL);
  old->id = wg_id_new (&f->clock.ports);
  old->grid_code = g_strdup (WG_TEST_GRID);
  old->reported_ms = old->occurred_ms = WG_TEST_NOW_MS - 90 * G_GINT64_CONSTANT (86400000);
  old->state = WG_EVENT_STATE_CLOSED;
  old->ver = 1;
  old->photos = g_new0 (char *, 2);
  old->photos[0] = g_strnfill (64, 'b');
  wg_test_platform_put_event (platform, old, NULL);
  wg_test_pull (f, platform);

  wanted = wg_test_store_run (f, next_download_job, NULL);
  g_assert_cmpstr (wanted, ==, name);
  const char *skip[] = { name, NULL };
  g_assert_null (
      wg_test_store_run (f, next_download_job, skip)); /* closed long ago: not by itself */
  added = wg_test_store_run (f, add_photo_job, photo);
  g_assert_cmpstr (added, ==, name);
  g_assert_null (wg_test_store_run (f, next_download_job, NULL));
  g_assert_null (wg_test_store_run (f, next_upload_job, NULL)); /* and not sent back */
  wg_test_store_check (f);
}

static gpointer
collect_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_prune (context, wg_ports_wall_ms (context->ports), error));
}

static void
test_forgetting (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *loose = add_photo (f, 1);
  g_autofree char *named = add_photo (f, 2);
  g_autofree char *drafted = add_photo (f, 3);
  g_autofree char *id = create_with_photo (f, WG_EVENT_LEVEL_GENERAL, named);
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgDraft) draft = wg_draft_new ();

  event->photos = g_new0 (char *, 2);
  event->photos[0] = g_strdup (drafted);
  draft->id = wg_id_new (&f->clock.ports);
  draft->form = g_strdup ("event-general");
  draft->body = wg_draft_write_body (event);
  wg_test_store_run (f, save_draft_job, draft);
  wg_test_store_run (f, collect_job, NULL);
  g_assert_true (GPOINTER_TO_INT (wg_test_store_run (f, has_job, loose)));
  wg_test_ports_advance (&f->clock, 36 * G_GINT64_CONSTANT (86400000));
  wg_test_store_run (f, collect_job, NULL);
  g_assert_false (GPOINTER_TO_INT (wg_test_store_run (f, has_job, loose)));
  g_assert_true (GPOINTER_TO_INT (wg_test_store_run (f, has_job, named)));
  g_assert_true (GPOINTER_TO_INT (wg_test_store_run (f, has_job, drafted)));
}

/* --- packs ----------------------------------------------------------------------------------- */

static gpointer
wanted_pack_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_get_wanted_pack (context, error);
}

static gpointer
pack_path_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_get_pack_path (context, error);
}

static gpointer
pack_arrived_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_attachment_store_pack_arrived (context, data, error));
}

static void
put_pack (WgTestPlatform *platform, const char *id, char digit)
{
  WgPack pack = { .sha256 = g_strnfill (64, digit),
                  .bytes = 5,
                  .name = "sample",
                  .kind = "mbtiles",
                  .format = "png",
                  .datum = WG_DATUM_WGS84,
                  .attribution = "sample" };

  wg_test_platform_put (platform, WG_TEST_REF, "pack", id, 1, wg_wire_pack_to_json (&pack));
  g_free (pack.sha256);
}

static void
test_packs (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *folder = g_build_filename (f->path, "packs", NULL);
  g_autofree char *first = g_strnfill (64, 'a'), *second = g_strnfill (64, 'c');
  g_autofree char *first_file = g_strconcat (first, ".mbtiles", NULL);
  g_autofree char *second_file = g_strconcat (second, ".mbtiles", NULL);
  g_autofree char *path = NULL, *old_path = g_build_filename (folder, first_file, NULL);
  g_autoptr (WgPack) pack = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_test_store_run (f, wanted_pack_job, NULL));
  put_pack (platform, "pack:1", 'a');
  wg_test_pull (f, platform);
  pack = wg_test_store_run (f, wanted_pack_job, NULL);
  g_assert_cmpstr (pack->sha256, ==, first);
  error = wg_test_store_fail (f, pack_arrived_job, first);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  wg_test_write (folder, first_file, "tiles", 5);
  wg_test_store_run (f, pack_arrived_job, first);
  g_assert_null (wg_test_store_run (f, wanted_pack_job, NULL));

  put_pack (platform, "pack:2", 'c');
  wg_test_pull (f, platform);
  g_clear_pointer (&pack, wg_pack_free);
  pack = wg_test_store_run (f, wanted_pack_job, NULL);
  g_assert_cmpstr (pack->sha256, ==, second);
  wg_test_write (folder, second_file, "tiles", 5);
  wg_test_store_run (f, pack_arrived_job, second);
  path = wg_test_store_run (f, pack_path_job, NULL);
  g_assert_true (g_str_has_suffix (path, second_file));
  g_assert_false (g_file_test (old_path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/attachment/add-and-read", test_add_and_read);
  g_test_add_func ("/store/attachment/flips", test_flips);
  g_test_add_func ("/store/attachment/damaged-in-store", test_damaged_in_store);
  g_test_add_func ("/store/attachment/upload-order", test_upload_order);
  g_test_add_func ("/store/attachment/download", test_download);
  g_test_add_func ("/store/attachment/forgetting", test_forgetting);
  g_test_add_func ("/store/attachment/packs", test_packs);
  return g_test_run ();
}
