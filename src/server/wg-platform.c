/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The platform's data folder: key, epoch, database and signing key, opened once per process. */
#include "server/wg-conflict-move.h"
#include "server/wg-platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "core/wg-id.h"
#include "db/wg-postgres.h"
#include "db/wg-system.h"
#include "server/wg-server-error.h"
#include "server/wg-server-resource.h"

/**
 * wg_platform_system_ports:
 *
 * Gives the machine's own clock, boot clock and random source.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the ports; they live as long as the process
 */
WgPorts
wg_platform_system_ports (void)
{
  WgPorts ports = WG_SYSTEM_PORTS;

  ports.boot_id = wg_system_boot_id ();
  return ports;
}

static gboolean
write_file (const char *path, const void *data, gsize n, GError **error)
{
  return g_file_set_contents_full (path, data, (gssize) n,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

static gboolean
read_key (const char *folder, const char *key_file, guint8 *out_key, GError **error)
{
  g_autofree char *own = key_file ? NULL : g_build_filename (folder, "platform.key", NULL);
  const char *path = key_file ? key_file : own;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) key = NULL;
  GStatBuf info;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  if (g_stat (path, &info) == 0 && (info.st_mode & 077) != 0)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                   "key file '%s' can be read by others: chmod 600 it", path);
      return FALSE;
    }
  key = wg_base64url_decode (g_strstrip (text), NULL);
  if (key == NULL || g_bytes_get_size (key) != WG_DB_KEY)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "'%s' is not a key file", path);
      return FALSE;
    }
  memcpy (out_key, g_bytes_get_data (key, NULL), WG_DB_KEY);
  return TRUE;
}

static gboolean
make_key (const char *folder, const char *key_file, const WgPorts *ports, GError **error)
{
  g_autofree char *own = key_file ? NULL : g_build_filename (folder, "platform.key", NULL);
  const char *path = key_file ? key_file : own;
  guint8 key[WG_DB_KEY];
  g_autofree char *text = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  wg_ports_random (ports, key, sizeof key);
  text = wg_base64url_encode (key, sizeof key);
  return write_file (path, text, strlen (text), error);
}

/**
 * wg_platform_new_epoch:
 * @folder: the data folder
 * @ports: random source
 * @error: return location
 *
 * Starts a new timeline: terminals that see another epoch send again what they still hold.
 *
 * Thread: any, while no daemon serves the folder.
 * Errors: of the file system.
 * Source: protocol.md 2.8
 *
 * Returns: %TRUE on success
 */
gboolean
wg_platform_new_epoch (const char *folder, const WgPorts *ports, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "epoch", NULL);
  g_autofree char *epoch = wg_id_new (ports);

  return write_file (path, epoch, strlen (epoch), error);
}

/**
 * wg_platform_lock:
 * @folder: the data folder
 * @alone: whether nobody else may have it: a restore; else with other daemons
 * @error: return location
 *
 * Takes the folder, so that a restore never pulls the database away under a daemon.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG when somebody has it; of the file system.
 *
 * Returns: a descriptor that holds it until it is closed; −1 with @error set
 */
int
wg_platform_lock (const char *folder, gboolean alone, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "serve.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0 && flock (fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
    return fd;
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "cannot take '%s': %s", path,
               errno != EWOULDBLOCK ? g_strerror (errno)
               : alone              ? "a daemon serves it: stop that first"
                                    : "it is being restored");
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "cannot make folder '%s': %s", path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
save_identity (WgDb *db, const char *district, const WgPorts *ports, GError **error)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autofree char *public_text = NULL, *secret_text = NULL, *epoch = NULL;

  wg_crypto_sign_keys (ports, public_key, secret);
  public_text = wg_base64url_encode (public_key, sizeof public_key);
  secret_text = wg_base64url_encode (secret, sizeof secret);
  if (wg_db_is_shared (db))
    {
      epoch = wg_id_new (ports);
      /* The rows that transactions hold, see wg_meta_lock(). */
      if (!wg_meta_set (db, WG_META_EPOCH, epoch, error) ||
          !wg_meta_set (db, WG_META_AUDIT, "", error) ||
          !wg_meta_set (db, WG_META_REFERENCE, "", error))
        return FALSE;
    }
  return wg_meta_set (db, "district", district, error) &&
         wg_meta_set (db, "sign-public", public_text, error) &&
         wg_meta_set (db, "sign-secret", secret_text, error);
}

/* Makes the tables and who we are, in a database that has none. */
static gboolean
fill_database (WgDb *db, const char *district, const WgPorts *ports, GError **error)
{
  g_autofree char *known = NULL;
  g_autoptr (GError) local = NULL;

  if (!wg_db_migrate (db, WG_PLATFORM_MIGRATE, error) ||
      !wg_db_load_sql (db, WG_PLATFORM_SQL, error) || !wg_db_begin (db, error))
    return FALSE;
  known = wg_meta_get (db, "district", &local);
  if (known)
    g_set_error (&local, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "it already holds a platform");
  if (local == NULL && save_identity (db, district, ports, &local) && wg_db_commit (db, &local))
    return TRUE;
  wg_db_rollback (db);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Key, epoch and an empty file. */
static WgDb *
make_file (const char *folder, const char *key_file, const WgPorts *ports, GError **error)
{
  g_autofree char *epoch = g_build_filename (folder, "epoch", NULL);
  g_autofree char *path = g_build_filename (folder, "platform.db", NULL);
  guint8 key[WG_DB_KEY];

  if (!make_key (folder, key_file, ports, error) || !read_key (folder, key_file, key, error))
    return NULL;
  if (!g_file_test (epoch, G_FILE_TEST_EXISTS) && !wg_platform_new_epoch (folder, ports, error))
    return NULL;
  return wg_db_open (path, key, error);
}

/**
 * wg_platform_create:
 * @folder: the data folder, made if it is missing
 * @key_file: (nullable): where the key of the database is kept; %NULL: inside @folder
 * @database: (nullable): address of an empty PostgreSQL database; %NULL: a file inside @folder
 * @district: six digits of the division code
 * @ports: clock and random source
 * @error: return location
 *
 * Makes an empty platform: key, epoch, database with its tables, signing key. Interrupted
 * half-way it may be called again; on a finished platform it fails.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG when there is a platform already; of files and database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_platform_create (const char *folder,
                    const char *key_file,
                    const char *database,
                    const char *district,
                    const WgPorts *ports,
                    GError **error)
{
  g_autofree char *blobs = g_build_filename (folder, "blobs", NULL);
  g_autoptr (WgDb) db = NULL;

  if (!make_folder (folder, error) || !make_folder (blobs, error))
    return FALSE;
  wg_server_get_resource (); /* what is linked is registered */
  db = database ? wg_postgres_open (database, FALSE, error)
                : make_file (folder, key_file, ports, error);
  if (db && fill_database (db, district, ports, error))
    return TRUE;
  g_prefix_error (error, "'%s': ", folder);
  return FALSE;
}

static gboolean
load_key (WgDb *db, const char *name, guint8 *out, gsize n, GError **error)
{
  g_autofree char *text = wg_meta_get (db, name, error);
  g_autoptr (GBytes) bytes = NULL;

  if (text == NULL)
    {
      if (error && *error == NULL)
        g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                     "the platform was not made completely: run init again");
      return FALSE;
    }
  bytes = wg_base64url_decode (text, error);
  if (bytes == NULL)
    return FALSE;
  if (g_bytes_get_size (bytes) != n)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "'%s' has a wrong size", name);
      return FALSE;
    }
  memcpy (out, g_bytes_get_data (bytes, NULL), n);
  return TRUE;
}

/* Photos go to an object store when its settings are there. */
static gboolean
load_s3 (WgPlatform *self, GError **error)
{
  const char *named = g_getenv (WG_S3_ENVIRONMENT);
  g_autofree char *own = g_build_filename (self->folder, "s3.conf", NULL);

  if (named == NULL && !g_file_test (own, G_FILE_TEST_EXISTS))
    return TRUE;
  self->s3 = wg_s3_new (named ? named : own, error);
  return self->s3 != NULL;
}

static WgPlatform *
load_folder (const char *folder,
             const char *key_file,
             const char *database,
             const WgPorts *ports,
             GError **error)
{
  g_autoptr (WgPlatform) self = g_new0 (WgPlatform, 1);

  self->folder = g_strdup (folder);
  self->database = g_strdup (database);
  self->blobs = g_build_filename (folder, "blobs", NULL);
  self->ports = *ports;
  if (wg_platform_is_shared (self) ? !make_folder (self->blobs, error)
                                   : !read_key (folder, key_file, self->key, error))
    return NULL;
  if (!load_s3 (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
open_database (WgPlatform *self, WgDb **out_db, GError **error)
{
  g_autoptr (WgDb) db = NULL;
  g_autoptr (GError) local = NULL;

  wg_server_get_resource (); /* what is linked is registered */
  db = wg_platform_connect (self, FALSE, error);
  if (db == NULL || !wg_db_migrate (db, WG_PLATFORM_MIGRATE, error) ||
      !load_key (db, "sign-public", self->sign_public, sizeof self->sign_public, error) ||
      !load_key (db, "sign-secret", self->sign_secret, sizeof self->sign_secret, error))
    return FALSE;
  self->district = wg_meta_get (db, "district", error);
  if (self->district == NULL)
    return FALSE;
  self->ref_scope = g_strconcat ("ref:", self->district, NULL);
  self->copy_of = wg_meta_get (db, WG_META_COPY, &local);
  if (local == NULL && wg_db_is_shared (db))
    self->epoch = wg_meta_get (db, WG_META_EPOCH, &local);
  if (local == NULL && (self->copy_of != NULL || wg_conflict_move_old (self, db, &local)))
    {
      if (out_db)
        *out_db = g_steal_pointer (&db);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
read_epoch (WgPlatform *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "epoch", NULL);

  if (!g_file_get_contents (path, &self->epoch, NULL, NULL))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                   "'%s' cannot be read: a restore was not finished, run it again", path);
      return FALSE;
    }
  g_strstrip (self->epoch);
  return TRUE;
}

/**
 * wg_platform_open_db:
 * @folder: the data folder
 * @key_file: (nullable): the key of the database when it is kept elsewhere
 * @database: (nullable): address of a PostgreSQL database; %NULL: the file inside @folder
 * @ports: clock and random source, copied
 * @out_db: (out) (optional): a connection for writing
 * @error: return location
 *
 * Opens the folder and brings its database to this program's version. A backup that was put here
 * by hand is not opened: without another epoch terminals would not send again what it lacks.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG when the folder holds no platform, a backup, or a restore that
 *   was not finished; of files and database.
 * Source: protocol.md 6.8
 *
 * Returns: (transfer full) (nullable): the platform
 */
WgPlatform *
wg_platform_open_db (const char *folder,
                     const char *key_file,
                     const char *database,
                     const WgPorts *ports,
                     WgDb **out_db,
                     GError **error)
{
  g_autofree char *file = g_build_filename (folder, "platform.db", NULL);
  g_autoptr (WgPlatform) self = NULL;
  g_autoptr (WgDb) db = NULL;

  if (database == NULL && !g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                   "'%s' holds no platform: run init first, or restore", folder);
      return NULL;
    }
  self = load_folder (folder, key_file, database ? database : file, ports, error);
  if (self == NULL || (database == NULL && !read_epoch (self, error)) ||
      !open_database (self, out_db ? &db : NULL, error))
    return NULL;
  if (self->copy_of == NULL)
    {
      if (out_db)
        *out_db = g_steal_pointer (&db);
      return g_steal_pointer (&self);
    }
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
               "'%s' is a backup: move it away and run restore with it", file);
  return NULL;
}

/**
 * wg_platform_open:
 * @folder: the data folder
 * @key_file: (nullable): see wg_platform_open_db()
 * @database: (nullable): see wg_platform_open_db()
 * @ports: clock and random source, copied
 * @error: return location
 *
 * The same for who opens connections later.
 *
 * Thread: any.
 * Errors: those of wg_platform_open_db().
 *
 * Returns: (transfer full) (nullable): the platform
 */
WgPlatform *
wg_platform_open (const char *folder,
                  const char *key_file,
                  const char *database,
                  const WgPorts *ports,
                  GError **error)
{
  return wg_platform_open_db (folder, key_file, database, ports, NULL, error);
}

/**
 * wg_platform_open_copy:
 * @folder: the data folder
 * @key_file: (nullable): the key of the database when it is kept elsewhere
 * @database: a copy of a platform's database
 * @ports: clock and random source, copied
 * @error: return location
 *
 * Opens a copy as if it stood in the folder, to be checked or mended; it is brought to this
 * program's version. The epoch of a file is not set.
 *
 * Thread: any.
 * Errors: of files and database.
 *
 * Returns: (transfer full) (nullable): the platform
 */
WgPlatform *
wg_platform_open_copy (const char *folder,
                       const char *key_file,
                       const char *database,
                       const WgPorts *ports,
                       GError **error)
{
  g_autoptr (WgPlatform) self = load_folder (folder, key_file, database, ports, error);

  return self && open_database (self, NULL, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * wg_platform_free:
 * @self: (nullable): a platform
 *
 * Lets go of it; the keys are wiped.
 *
 * Thread: any, when nobody uses it.
 * Errors: none.
 */
void
wg_platform_free (WgPlatform *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->database);
  g_free (self->blobs);
  g_free (self->epoch);
  g_free (self->district);
  g_free (self->ref_scope);
  g_free (self->copy_of);
  wg_s3_free (self->s3);
  explicit_bzero (self->key, sizeof self->key);
  explicit_bzero (self->sign_secret, sizeof self->sign_secret);
  g_free (self);
}

/**
 * wg_platform_is_shared:
 * @self: a platform
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when the database is PostgreSQL's, which any number of daemons may serve
 */
gboolean
wg_platform_is_shared (const WgPlatform *self)
{
  return wg_postgres_is_address (self->database);
}

/**
 * wg_platform_connect:
 * @self: a platform
 * @readonly: whether the connection only reads
 * @error: return location
 *
 * Opens one more connection with the platform's statements loaded.
 *
 * Thread: any; the connection then belongs to one thread at a time.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_platform_connect (const WgPlatform *self, gboolean readonly, GError **error)
{
  g_autoptr (WgDb) db = NULL;

  if (wg_platform_is_shared (self))
    db = wg_postgres_open (self->database, readonly, error);
  else if (readonly)
    db = wg_db_open_readonly (self->database, self->key, error);
  else
    db = wg_db_open (self->database, self->key, error);
  if (db == NULL || !wg_db_load_sql (db, WG_PLATFORM_SQL, error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * wg_meta_get:
 * @db: a connection
 * @key: a setting
 * @error: return location
 *
 * Reads a setting of the platform.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): its value; %NULL when it is not set
 */
char *
wg_meta_get (WgDb *db, const char *key, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "meta-get", error);

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "key", key);
  return wg_db_take_text (statement, "value", error);
}

/**
 * wg_meta_get_int:
 * @db: a connection
 * @key: a setting that is a number
 * @error: return location
 *
 * Reads a number.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: its value; 0 when it is not set
 */
gint64
wg_meta_get_int (WgDb *db, const char *key, GError **error)
{
  g_autofree char *text = wg_meta_get (db, key, error);

  return text ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/**
 * wg_meta_set:
 * @db: a connection
 * @key: a setting
 * @value: its value
 * @error: return location
 *
 * Writes a setting of the platform.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_meta_set (WgDb *db, const char *key, const char *value, GError **error)
{
  return wg_db_run (db, "meta-set", error, "key", 's', key, "value", 's', value, NULL);
}

/**
 * wg_meta_lock:
 * @db: a connection inside a transaction
 * @key: a setting that was made with the platform
 * @error: return location
 *
 * Waits until no other transaction holds the setting, and holds it to the end of this one.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_meta_lock (WgDb *db, const char *key, GError **error)
{
  WgStatement *statement;
  g_autoptr (GError) local = NULL;

  /* Else the transaction has the whole database to itself. */
  if (!wg_db_is_shared (db))
    return TRUE;
  statement = wg_db_statement (db, "meta-lock", error);
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "key", key);
  g_free (wg_db_take_text (statement, "value", &local));
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * wg_meta_count:
 * @db: a connection inside a transaction
 * @key: a counter
 * @error: return location
 *
 * Raises a counter by one.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: its new value, from 1; −1 with @error set
 */
gint64
wg_meta_count (WgDb *db, const char *key, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "meta-count", error);

  if (statement == NULL)
    return -1;
  wg_statement_bind_text (statement, "key", key);
  return wg_db_take_int (statement, "value", error);
}
