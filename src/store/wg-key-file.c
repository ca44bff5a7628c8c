/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key file: a random 256-bit key wrapped by Argon2id of a PIN or passphrase; ten wrong tries
 * destroy it. */
#include "store/wg-key-file.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "db/wg-file.h"

#define KEY_BYTES 32
#define PIN_MIN 6
#define PIN_MAX 12
#define PASSPHRASE_MIN 8
#define PASSPHRASE_MAX 128
#define OPSLIMIT 4
#define MEMLIMIT_KIB (128 * 1024)

/* As on the disk: little endian, no padding. The count of tries keeps honest hands off; whoever
 * copies the file tries elsewhere, and is held up by the cost of Argon2id alone (docs/security.md).
 */
typedef struct __attribute__ ((packed))
{
  char magic[8];
  guint32 opslimit;
  guint32 memlimit_kib;
  guint8 is_pin;
  guint8 tries;
  guint8 blocked;
  guint8 reserved;
  guint8 salt[crypto_pwhash_SALTBYTES];
  guint8 nonce[crypto_secretbox_NONCEBYTES];
  guint8 sealed[KEY_BYTES + crypto_secretbox_MACBYTES];
} KeyFile;

static const char MAGIC[8] = "WGKEY01";

static gboolean
is_pin (const char *secret)
{
  return *secret != '\0' && strspn (secret, "0123456789") == strlen (secret);
}

/* 111111, 123456, 876543: the first ones anybody tries. */
static gboolean
is_simple_pin (const char *pin)
{
  gsize n = strlen (pin);

  for (int step = -1; step <= 1; step++)
    {
      gsize i = 1;

      while (i < n && pin[i] - pin[i - 1] == step)
        i++;
      if (i == n)
        return TRUE;
    }
  return FALSE;
}

/**
 * wg_secret_check:
 * @secret: a PIN of digits or a passphrase, UTF-8
 *
 * Tells whether a new secret is long enough: a PIN of 6 to 12 digits that is no run and no
 * repetition, or a passphrase of 8 to 128 characters.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_INVALID, saying what to change.
 * Source: protocol.md 7.2
 *
 * Returns: %TRUE if it may be used
 */
gboolean
wg_secret_check (const char *secret, GError **error)
{
  glong n = g_utf8_validate (secret, -1, NULL) ? g_utf8_strlen (secret, -1) : 0;
  const char *why = NULL;

  if (is_pin (secret))
    {
      if (n < PIN_MIN || n > PIN_MAX)
        why = "a PIN has 6 to 12 digits";
      else if (is_simple_pin (secret))
        why = "a PIN of equal or consecutive digits is guessed at once: choose another";
    }
  else if (n < PASSPHRASE_MIN || n > PASSPHRASE_MAX)
    why = "a passphrase has 8 to 128 characters";
  if (why != NULL)
    g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, why);
  return why == NULL;
}

static gboolean
read_file (const char *path, KeyFile *out_file, GError **error)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) why = NULL;
  gsize n;

  if (!g_file_get_contents (path, &bytes, &n, &why))
    {
      g_set_error (error, WG_STORE_ERROR,
                   g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                       ? WG_STORE_ERROR_NOT_FOUND
                       : WG_STORE_ERROR_FAILED,
                   "the key file cannot be read: %s", why->message);
      return FALSE;
    }
  if (n != sizeof *out_file || memcmp (bytes, MAGIC, sizeof MAGIC) != 0)
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED,
                           "the key file is damaged or not ours: restore it or enrol again");
      return FALSE;
    }
  memcpy (out_file, bytes, sizeof *out_file);
  return TRUE;
}

static gboolean
write_file (const char *path, const KeyFile *file, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (wg_file_replace (path, file, sizeof *file, &why))
    return TRUE;
  g_set_error (error, WG_STORE_ERROR,
               g_error_matches (why, WG_DB_ERROR, WG_DB_ERROR_FULL) ? WG_STORE_ERROR_FULL
                                                                    : WG_STORE_ERROR_FAILED,
               "the key file cannot be written: %s", why->message);
  return FALSE;
}

static gboolean
write_in_place (const char *path, const KeyFile *file)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && pwrite (fd, file, sizeof *file, 0) == sizeof *file && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return ok;
}

/* On a full disk there is no room for a second file; the count, or the end of the key, goes into
 * the first. It lies within one sector, and nothing else in it differs. */
static gboolean
write_tries (const char *path, const KeyFile *file, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (write_file (path, file, &why))
    return TRUE;
  if (g_error_matches (why, WG_STORE_ERROR, WG_STORE_ERROR_FULL) && write_in_place (path, file))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
derive (const KeyFile *file, const char *secret, guint8 *out_wrap, GError **error)
{
  guint64 ops = GUINT32_FROM_LE (file->opslimit);
  guint64 mem = (guint64) GUINT32_FROM_LE (file->memlimit_kib) * 1024;

  /* A damaged cost must not ask for all memory of the tablet. */
  if (ops < 1 || ops > 64 || mem < crypto_pwhash_MEMLIMIT_MIN || mem > (guint64) 1 << 30)
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED,
                           "the key file is damaged or not ours: restore it or enrol again");
      return FALSE;
    }
  if (crypto_pwhash (out_wrap, KEY_BYTES, secret, strlen (secret), file->salt, ops, mem,
                     crypto_pwhash_ALG_ARGON2ID13) != 0)
    {
      g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_FAILED,
                           "not enough memory to check the secret: close other programs");
      return FALSE;
    }
  return TRUE;
}

static gboolean
seal (KeyFile *file, const WgPorts *ports, const char *secret, const guint8 *key, GError **error)
{
  guint8 wrap[KEY_BYTES];

  file->is_pin = is_pin (secret);
  file->tries = 0;
  wg_ports_random (ports, file->salt, sizeof file->salt);
  wg_ports_random (ports, file->nonce, sizeof file->nonce);
  if (!derive (file, secret, wrap, error))
    return FALSE;
  crypto_secretbox_easy (file->sealed, key, KEY_BYTES, file->nonce, wrap);
  sodium_memzero (wrap, sizeof wrap);
  return TRUE;
}

static gboolean
ready (GError **error)
{
  if (sodium_init () >= 0)
    return TRUE;
  g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_FAILED,
                       "the cryptographic library does not start");
  return FALSE;
}

/* Memory with a key in it, and with what the key opens, is not to be found in a file after a crash.
 */
static void
forbid_cores (void)
{
  const struct rlimit none = { 0, 0 };

  if (g_strcmp0 (g_getenv ("WANGGE_CORES"), "1") != 0)
    setrlimit (RLIMIT_CORE, &none);
}

/**
 * wg_key_file_new_key:
 * @error: return location
 *
 * Takes locked memory for a database key; starts the cryptographic library first, which that needs.
 * From now on the process leaves no core behind, unless the environment variable WANGGE_CORES=1
 * asks for one.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_FAILED when the library does not start or no memory can be locked.
 *
 * Returns: (transfer full) (nullable): 32 bytes; free with sodium_free()
 */
guint8 *
wg_key_file_new_key (GError **error)
{
  guint8 *key;

  if (!ready (error))
    return NULL;
  forbid_cores ();
  key = sodium_malloc (KEY_BYTES);
  if (key == NULL)
    g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_FAILED,
                         "no memory can be locked for the key");
  return key;
}

/**
 * wg_key_file_create:
 * @path: where; an existing file is replaced
 * @ports: for chance
 * @secret: as wg_secret_check() allows
 * @out_key: (out caller-allocates): 32 bytes, the new key; wipe it after use
 *
 * Makes a random key and the file that holds it, wrapped by Argon2id of @secret (4 passes over
 * 128 MiB; with the environment variable WANGGE_KDF_TEST=1, for test fleets of hundreds of
 * sample terminals, 1 pass over 8 MiB). The file is whole on the disk when this returns.
 *
 * Thread: any but the UI's; about 0.3 s.
 * Errors: %WG_STORE_ERROR_INVALID (secret), %WG_STORE_ERROR_FULL, %WG_STORE_ERROR_FAILED
 * Source: design of key: protocol.md 0.8, 7.2
 *
 * Returns: %TRUE if made
 */
gboolean
wg_key_file_create (
    const char *path, const WgPorts *ports, const char *secret, guint8 *out_key, GError **error)
{
  gboolean cheap = g_strcmp0 (g_getenv ("WANGGE_KDF_TEST"), "1") == 0;
  KeyFile file = {
    .opslimit = GUINT32_TO_LE (cheap ? 1 : OPSLIMIT),
    .memlimit_kib = GUINT32_TO_LE (cheap ? 8 * 1024 : MEMLIMIT_KIB),
  };
  guint8 key[KEY_BYTES];

  if (!ready (error) || !wg_secret_check (secret, error))
    return FALSE;
  memcpy (file.magic, MAGIC, sizeof MAGIC);
  wg_ports_random (ports, key, sizeof key);
  if (!seal (&file, ports, secret, key, error) || !write_file (path, &file, error))
    {
      sodium_memzero (key, sizeof key);
      return FALSE;
    }
  memcpy (out_key, key, sizeof key);
  sodium_memzero (key, sizeof key);
  return TRUE;
}

static gboolean
refuse_blocked (GError **error)
{
  g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_BLOCKED,
                       "locked after ten wrong tries: an administrator must enrol again");
  return FALSE;
}

/* The try is counted on the disk before the secret is tested, so that pulling the battery saves
 * none. */
static gboolean
open_sealed (const char *path, KeyFile *file, const char *secret, guint8 *out_key, GError **error)
{
  guint8 wrap[KEY_BYTES];
  gboolean right;

  if (!ready (error) || !read_file (path, file, error))
    return FALSE;
  if (file->blocked || file->tries >= WG_KEY_FILE_TRIES)
    return refuse_blocked (error);
  file->tries++;
  if (!write_tries (path, file, error))
    return FALSE;
  if (!derive (file, secret, wrap, error))
    {
      /* No memory is not a wrong try; if this write fails too, the try stays counted. */
      file->tries--;
      write_tries (path, file, NULL);
      return FALSE;
    }
  right = crypto_secretbox_open_easy (out_key, file->sealed, sizeof file->sealed, file->nonce,
                                      wrap) == 0;
  sodium_memzero (wrap, sizeof wrap);
  if (right)
    {
      file->tries = 0;
      return TRUE;
    }
  if (file->tries >= WG_KEY_FILE_TRIES)
    {
      file->blocked = 1;
      sodium_memzero (file->sealed, sizeof file->sealed);
      sodium_memzero (file->salt, sizeof file->salt);
      if (!write_tries (path, file, error))
        return FALSE;
      return refuse_blocked (error);
    }
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_WRONG_SECRET, "wrong PIN: %d tries left",
               WG_KEY_FILE_TRIES - file->tries);
  return FALSE;
}

/**
 * wg_key_file_unlock:
 * @path: the key file
 * @secret: what the user typed
 * @out_key: (out caller-allocates): 32 bytes; wipe them after use
 *
 * Opens the key. Each wrong secret costs one of %WG_KEY_FILE_TRIES tries; with the last one the
 * sealed key is destroyed. A right one gives all tries back.
 *
 * Thread: any but the UI's; about 0.3 s.
 * Errors: %WG_STORE_ERROR_WRONG_SECRET, %WG_STORE_ERROR_BLOCKED, %WG_STORE_ERROR_DAMAGED,
 * %WG_STORE_ERROR_NOT_FOUND, %WG_STORE_ERROR_FULL, %WG_STORE_ERROR_FAILED
 * Source: protocol.md 7.2
 *
 * Returns: %TRUE if opened
 */
gboolean
wg_key_file_unlock (const char *path, const char *secret, guint8 *out_key, GError **error)
{
  KeyFile file;

  return open_sealed (path, &file, secret, out_key, error) && write_tries (path, &file, error);
}

/**
 * wg_key_file_change:
 * @path: the key file
 * @ports: for chance
 * @old_secret: the present one; a wrong one counts as a try
 * @new_secret: as wg_secret_check() allows
 *
 * Wraps the same key anew. The database is not touched, and the file is the old or the new one
 * whenever the power goes.
 *
 * Thread: any but the UI's; about 0.6 s.
 * Errors: as wg_key_file_unlock(), and %WG_STORE_ERROR_INVALID for the new secret.
 *
 * Returns: %TRUE if changed
 */
gboolean
wg_key_file_change (const char *path,
                    const WgPorts *ports,
                    const char *old_secret,
                    const char *new_secret,
                    GError **error)
{
  KeyFile file;
  guint8 key[KEY_BYTES];
  gboolean done;

  if (!wg_secret_check (new_secret, error) || !open_sealed (path, &file, old_secret, key, error))
    return FALSE;
  done = seal (&file, ports, new_secret, key, error) && write_file (path, &file, error);
  sodium_memzero (key, sizeof key);
  return done;
}

/**
 * wg_key_file_get_info:
 * @path: the key file
 * @out_info: (out caller-allocates): what the unlock screen shows
 *
 * Reads how many tries are left and whether digits suffice.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_NOT_FOUND, %WG_STORE_ERROR_DAMAGED, %WG_STORE_ERROR_FAILED
 *
 * Returns: %TRUE if read
 */
gboolean
wg_key_file_get_info (const char *path, WgKeyFileInfo *out_info, GError **error)
{
  KeyFile file;

  if (!read_file (path, &file, error))
    return FALSE;
  *out_info = (WgKeyFileInfo) {
    .tries_left = file.blocked ? 0 : MAX (0, WG_KEY_FILE_TRIES - file.tries),
    .blocked = file.blocked || file.tries >= WG_KEY_FILE_TRIES,
    .is_pin = file.is_pin != 0,
  };
  return TRUE;
}
