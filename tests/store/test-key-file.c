/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key file: secrets, ten tries, change, damage at every byte. */
#include <glib.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "db/wg-system.h"
#include "store/wg-key-file.h"

#define SECRET "720519"

typedef struct
{
  WgPorts ports;
  char *folder, *path;
  guint8 key[32];
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->ports = (WgPorts) WG_SYSTEM_PORTS;
  f->ports.boot_id = wg_system_boot_id ();
  f->folder = g_dir_make_tmp ("wg-key-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "wangge.key", NULL);
  g_assert_true (wg_key_file_create (f->path, &f->ports, SECRET, f->key, NULL));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_unlink (f->path);
  g_rmdir (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
test_unlock (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  guint8 key[32];
  GStatBuf info;
  gsize n;

  g_assert_true (wg_key_file_unlock (f->path, SECRET, key, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (key, 32, f->key, 32);
  g_assert_true (g_file_get_contents (f->path, &bytes, &n, NULL));
  g_assert_null (memmem (bytes, n, f->key, 32));
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_ten_tries (Fixture *f, gconstpointer unused)
{
  guint8 key[32];
  WgKeyFileInfo info;

  for (int i = 1; i < WG_KEY_FILE_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (wg_key_file_unlock (f->path, "720510", key, &error));
      g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_WRONG_SECRET);
      g_assert_true (wg_key_file_get_info (f->path, &info, NULL));
      g_assert_cmpint (info.tries_left, ==, WG_KEY_FILE_TRIES - i);
    }
  g_assert_true (
      wg_key_file_unlock (f->path, SECRET, key, NULL)); /* the right one gives them back */
  for (int i = 0; i < WG_KEY_FILE_TRIES; i++)
    g_assert_false (wg_key_file_unlock (f->path, "720510", key, NULL));
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (wg_key_file_unlock (f->path, SECRET, key, &error));
      g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_BLOCKED);
    }
  g_assert_true (wg_key_file_get_info (f->path, &info, NULL));
  g_assert_true (info.blocked);
  g_assert_true (info.is_pin);
}

static void
test_change (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  guint8 key[32];
  WgKeyFileInfo info;

  g_assert_false (wg_key_file_change (f->path, &f->ports, "999555", "long enough 长口令", &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_WRONG_SECRET);
  g_assert_true (wg_key_file_change (f->path, &f->ports, SECRET, "long enough 长口令", NULL));
  g_assert_false (wg_key_file_unlock (f->path, SECRET, key, NULL));
  g_assert_true (wg_key_file_unlock (f->path, "long enough 长口令", key, NULL));
  g_assert_cmpmem (key, 32, f->key, 32);
  g_assert_true (wg_key_file_get_info (f->path, &info, NULL));
  g_assert_false (info.is_pin);
}

static void
test_damage (Fixture *f, gconstpointer unused)
{
  g_autofree char *whole = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (f->path, &whole, &n, NULL));
  for (gsize i = 0; i <= n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *bytes = g_memdup2 (whole, n);
      guint8 key[32] = { 0 };
      gboolean cut = i % 2 == 1;

      if (!cut && i < n)
        bytes[i] ^= 0x41;
      g_assert_true (g_file_set_contents (f->path, bytes, cut ? i : n, NULL));
      if (wg_key_file_unlock (f->path, SECRET, key, &error))
        g_assert_cmpmem (key, 32, f->key, 32); /* a flag or the count was hit, not the key */
      else
        g_assert_true (error->domain == WG_STORE_ERROR);
    }
}

static void
test_secrets (void)
{
  static const struct
  {
    const char *secret;
    gboolean good;
  } CASES[] = {
    { "72051", FALSE },
    { "720519", TRUE },
    { "111111", FALSE },
    { "123456", FALSE },
    { "987654", FALSE },
    { "1234567890123", FALSE },
    { "short", FALSE },
    { "eight ch", TRUE },
    { "网格长的长口令啊", TRUE },
    { "网格", FALSE },
    { "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (wg_secret_check (CASES[i].secret, &error), ==, CASES[i].good);
      if (!CASES[i].good)
        g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
    }
}

/* The first call of the process: nobody has started the cryptographic library before. */
static void
test_new_key_comes_first (void)
{
  g_autoptr (GError) error = NULL;
  guint8 *key = wg_key_file_new_key (&error);

  g_assert_no_error (error);
  g_assert_nonnull (key);
  key[31] = 1;
  sodium_free (key);
}

int
main (int argc, char **argv)
{
  g_setenv ("WANGGE_KDF_TEST", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/key-file/unlock", Fixture, NULL, set_up, test_unlock, tear_down);
  g_test_add ("/store/key-file/ten-tries", Fixture, NULL, set_up, test_ten_tries, tear_down);
  g_test_add ("/store/key-file/change", Fixture, NULL, set_up, test_change, tear_down);
  g_test_add ("/store/key-file/damage", Fixture, NULL, set_up, test_damage, tear_down);
  g_test_add_func ("/store/key-file/new-key-comes-first", test_new_key_comes_first);
  g_test_add_func ("/store/key-file/secrets", test_secrets);
  return g_test_run ();
}
