/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cryptography: known answers of the standards, and the strictness that the protocol relies on. */
#include <glib/gstdio.h>
#include <string.h>

#include "samples.h"

typedef struct
{
  guint8 bytes[64];
  gsize n;
} Chance;

static void
give (gpointer data, guint8 *out, gsize n)
{
  const Chance *chance = data;

  g_assert_cmpuint (n, <=, chance->n);
  memcpy (out, chance->bytes, n);
}

static void
from_hex (const char *hex, guint8 *out)
{
  for (gsize i = 0; hex[2 * i] != '\0'; i++)
    out[i] =
        (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
}

/* RFC 8032 7.1, tests 1 to 3: seed, public key, message, signature. */
static const char *const RFC_8032[][4] = {
  { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
    "6bd25bf5f0595bbe24655141438e7a100b" },
  { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
    "8c387b2eaeb4302aeeb00d291612bb0c00" },
  { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6"
    "594a7c15e9716ed28dc027beceea1ec40a" },
};

static void
test_sign (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (RFC_8032); i++)
    {
      Chance chance = { .n = 32 };
      const WgPorts ports = { .random = give, .data = &chance };
      guint8 expected_key[WG_SIGN_PUBLIC], expected[WG_SIGNATURE], message[2];
      guint8 key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET], signature[WG_SIGNATURE];
      gsize n = strlen (RFC_8032[i][2]) / 2;

      from_hex (RFC_8032[i][0], chance.bytes);
      from_hex (RFC_8032[i][1], expected_key);
      from_hex (RFC_8032[i][2], message);
      from_hex (RFC_8032[i][3], expected);
      wg_crypto_sign_keys (&ports, key, secret);
      g_assert_cmpmem (key, sizeof key, expected_key, sizeof expected_key);
      wg_crypto_sign (secret, (const char *) message, n, signature);
      g_assert_cmpmem (signature, sizeof signature, expected, sizeof expected);
      g_assert_true (wg_crypto_verify (key, (const char *) message, n, signature));
      for (gsize byte = 0; byte < sizeof signature; byte++)
        {
          signature[byte] ^= 1;
          g_assert_false (wg_crypto_verify (key, (const char *) message, n, signature));
          signature[byte] ^= 1;
        }
      key[0] ^= 1;
      g_assert_false (wg_crypto_verify (key, (const char *) message, n, signature));
    }
}

/* RFC 4648 10, without padding; the last one tells base64url from base64. */
static void
test_base64url (void)
{
  static const char *const known[][2] = {
    { "", "" },           { "f", "Zg" },          { "fo", "Zm8" },          { "foo", "Zm9v" },
    { "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff", "-_8" },
  };
  static const char *const refused[] = { "Z",     "Zg=",  "Zg==", "Zh",     "Zm9", "Zm9v ",
                                         " Zm9v", "Zm+v", "Zm/v", "Zm9v\n", "井" };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gsize n = strlen (known[i][0]), size;
      g_autofree char *text = wg_base64url_encode ((const guint8 *) known[i][0], n);
      g_autoptr (GBytes) bytes = wg_base64url_decode (known[i][1], NULL);
      g_assert_cmpstr (text, ==, known[i][1]);
      gconstpointer data = g_bytes_get_data (bytes, &size);
      g_assert_cmpmem (data, size, known[i][0], n);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (wg_base64url_decode (refused[i], &error));
      g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
    }
}

/* FIPS 180-4 examples. */
static void
test_sha256 (void)
{
  g_autofree char *empty = wg_crypto_sha256 (NULL, 0);
  g_autofree char *abc = wg_crypto_sha256 ((const guint8 *) "abc", 3);

  g_assert_cmpstr (empty, ==, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  g_assert_cmpstr (abc, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_sha256_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("wire-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "million", NULL);
  g_autofree char *letters = g_strnfill (1000000, 'a');

  g_assert_no_error (error);
  g_file_set_contents (path, letters, 1000000, &error);
  g_assert_no_error (error);
  g_autofree char *hash = wg_crypto_sha256_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_null (wg_crypto_sha256_file (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_null (wg_crypto_sha256_file (folder, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Computed by another SipHash-2-4 that reproduces the reference vector of its authors. */
static void
test_row_digest (void)
{
  const char *id = "01981f6e-7c00-7000-8000-000000000001";

  g_assert_cmphex (wg_crypto_row_digest (id, 1), ==, G_GUINT64_CONSTANT (0xd04d223b24251987));
  g_assert_cmphex (wg_crypto_row_digest (id, 2), ==, G_GUINT64_CONSTANT (0xdeef5a8968b6e61a));
  g_assert_cmphex (wg_crypto_row_digest ("370502", G_GINT64_CONSTANT (9007199254740992)), ==,
                   G_GUINT64_CONSTANT (0x760a7a220c0aea79));
}

static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static char *
random_code (void)
{
  Chance chance = { .n = 8 };
  const WgPorts ports = { .random = give, .data = &chance };

  for (int i = 0; i < 8; i++)
    chance.bytes[i] = (guint8) g_test_rand_int_range (0, 256);
  return wg_crypto_enrol_code (&ports);
}

static void
assert_wrong (const char *typed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *code = wg_crypto_enrol_code_normalize (typed, &error);

  g_assert_cmpstr (code, ==, NULL);
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
}

/* Every other character of the alphabet in every place. */
static void
test_code_substitution (void)
{
  for (int n = 0; n < 200; n++)
    {
      g_autofree char *code = random_code ();
      g_assert_cmpuint (strlen (code), ==, 16);
      for (gsize i = 0; i < 16; i++)
        for (const char *other = ALPHABET; *other != '\0' && code[i] != '-'; other++)
          {
            g_autofree char *typed = g_strdup (code);
            typed[i] = *other;
            if (*other != code[i])
              assert_wrong (typed);
          }
    }
}

static void
test_code_transposition (void)
{
  for (int n = 0; n < 500; n++)
    {
      g_autofree char *code = random_code ();
      g_auto (GStrv) parts = g_strsplit (code, "-", -1);
      g_autofree char *letters = g_strjoinv ("", parts);
      for (gsize i = 0; i + 1 < strlen (letters); i++)
        {
          g_autofree char *typed = g_strdup (letters);
          typed[i] = letters[i + 1];
          typed[i + 1] = letters[i];
          if (letters[i] != letters[i + 1])
            assert_wrong (typed);
        }
    }
}

static void
test_code_folding (void)
{
  static const char *const same[] = {
    "9MSM-PQ4V-0V02-0",
    "9msmpq4v0v020",
    " 9 M S M P Q 4 V O V O 2 o\n",
    "9MSM–PQ4V—0V02−0",
    "９ＭＳＭ－ＰＱ４Ｖ－０Ｖ０２－０",
    "9msm\xe3\x80\x80pq4v 0v02 0",
  };
  static const char *const wrong[] = {
    "",
    "9MSM-PQ4V-0V02",
    "9MSM-PQ4V-0V02-00",
    "9MSM-PQ4V-0V02-U",
    "9MSM-PQ4V-0V02-*",
    "9MSM-PQ4V-0V井2-0",
    "9MSM-PQ4V-0V\xff"
    "2-0",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *code = wg_crypto_enrol_code_normalize (same[i], &error);
      g_assert_no_error (error);
      g_assert_cmpstr (code, ==, same[0]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_wrong (wrong[i]);
  g_autofree char *ones = wg_crypto_enrol_code_normalize ("ILil-0000-0000-1", NULL);
  g_autofree char *plain = wg_crypto_enrol_code_normalize ("1111-0000-0000-1", NULL);
  g_assert_cmpstr (ones, ==, plain);
  g_assert_nonnull (plain);
}

/* What is drawn can be typed again; the extremes too. */
static void
test_code_made (void)
{
  for (int n = 0; n < 1000; n++)
    {
      g_autofree char *code = NULL;
      Chance chance = { .n = 8 };
      const WgPorts ports = { .random = give, .data = &chance };
      memset (chance.bytes, n == 0 ? 0xff : 0, 8);
      code = n < 2 ? wg_crypto_enrol_code (&ports) : random_code ();
      g_autofree char *again = wg_crypto_enrol_code_normalize (code, NULL);
      g_assert_cmpstr (again, ==, code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/wire/crypto/sign", test_sign);
  g_test_add_func ("/wire/crypto/base64url", test_base64url);
  g_test_add_func ("/wire/crypto/sha256", test_sha256);
  g_test_add_func ("/wire/crypto/sha256-file", test_sha256_file);
  g_test_add_func ("/wire/crypto/row-digest", test_row_digest);
  g_test_add_func ("/wire/enrol-code/substitution", test_code_substitution);
  g_test_add_func ("/wire/enrol-code/transposition", test_code_transposition);
  g_test_add_func ("/wire/enrol-code/folding", test_code_folding);
  g_test_add_func ("/wire/enrol-code/made", test_code_made);
  return g_test_run ();
}
