/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLCipher asks OpenSSL for at each page, done cheaply: a cipher and a sum as long as
 * AES-256-CBC and its HMAC, with the same keys, over every byte. A torn page or another key is
 * still seen, and a run takes half the time; nobody attacks pages here. */
#include <string.h>

#include <sodium.h>

#include "sim-wrap.h"
#include "sim.h"

/* Signatures and sealed keys are a sum with the public key for the same reason: what is changed or
 * another's is seen, and nobody forges here. Tests of `wire` hold the real ones. */

/* The engine finds these before OpenSSL's own, since the program exports them (exports.list), and
 * nothing else here asks for them. */

#define SUM_BYTES 64
#define IV_BYTES 16

#define LANES 8
#define GROUP (LANES * 4)

typedef guint32 Lanes __attribute__ ((vector_size (GROUP), aligned (4)));

/* Wider where the machine can; the outcome is the same everywhere. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__ ((target_clones ("avx2", "default")))
#else
#define WIDE
#endif

static guint64
stir (guint64 lane, guint64 word)
{
  lane = (lane ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return lane ^ (lane >> 29);
}

/* --- the sum --------------------------------------------------------------------------------- */

typedef struct
{
  Lanes lanes;
  gsize size;
} Mac;

/* OpenSSL's OSSL_PARAM; the first one here names the digest. */
typedef struct
{
  const char *name;
  guint type;
  const char *text;
} Parameter;

void *EVP_MAC_fetch (void *library, const char *name, const char *properties);
void EVP_MAC_free (void *mac);
void *EVP_MAC_CTX_new (void *mac);
void EVP_MAC_CTX_free (void *self);
int EVP_MAC_init (void *self, const guint8 *key, gsize n, const void *parameters);
int EVP_MAC_update (void *self, const guint8 *data, gsize n);
int EVP_MAC_final (void *self, guint8 *out, gsize *out_n, gsize size);

void *
EVP_MAC_fetch (void *library, const char *name, const char *properties)
{
  static int mac;

  return &mac;
}

void
EVP_MAC_free (void *mac)
{
}

void *
EVP_MAC_CTX_new (void *mac)
{
  return g_new0 (Mac, 1);
}

void
EVP_MAC_CTX_free (void *self)
{
  g_free (self);
}

/* Another word makes another lane, whatever follows. */
WIDE static void
sum_up (Mac *mac, const guint8 *data, gsize n)
{
  Lanes lanes = mac->lanes, words;

  for (; n >= GROUP; data += GROUP, n -= GROUP)
    {
      memcpy (&words, data, GROUP);
      lanes = (lanes ^ words) * 0x9e3779b1u;
      lanes ^= lanes >> 15;
    }
  memset (&words, 0, GROUP);
  memcpy (&words, data, n);
  lanes = (lanes ^ (words + (guint32) n + 1)) * 0x85ebca6bu;
  mac->lanes = lanes ^ (lanes >> 13);
}

int
EVP_MAC_update (void *self, const guint8 *data, gsize n)
{
  sum_up (self, data, n);
  return 1;
}

int
EVP_MAC_init (void *self, const guint8 *key, gsize n, const void *parameters)
{
  Mac *mac = self;
  const Parameter *digest = parameters;

  mac->size = digest && strstr (digest->text, "256") ? 32 : SUM_BYTES;
  mac->lanes = (Lanes) { 1, 2, 3, 4, 5, 6, 7, 8 };
  return EVP_MAC_update (self, key, n);
}

int
EVP_MAC_final (void *self, guint8 *out, gsize *out_n, gsize size)
{
  const Mac *mac = self;
  SimRandom random = { 0 };

  for (guint i = 0; i < LANES; i++)
    random.state = stir (random.state, mac->lanes[i]);
  *out_n = mac->size;
  if (out && size >= mac->size) /* else it is only asked how long it is */
    sim_random_fill (&random, out, mac->size);
  return 1;
}

/* --- keys and chance ------------------------------------------------------------------------- */

int RAND_bytes (guint8 *out, int n);
void RAND_add (const void *data, int n, double entropy);
int PKCS5_PBKDF2_HMAC (const guint8 *secret,
                       int secret_n,
                       const guint8 *salt,
                       int salt_n,
                       int rounds,
                       const void *digest,
                       int n,
                       guint8 *out);

int
RAND_bytes (guint8 *out, int n)
{
  SimProcess *process = sim_process ();

  sim_random_fill (process ? &process->machine->random : &sim.random, out, (gsize) n);
  return 1;
}

void
RAND_add (const void *data, int n, double entropy)
{
}

/* The second key of a file, from the first, which is chance already. */
int
PKCS5_PBKDF2_HMAC (const guint8 *secret,
                   int secret_n,
                   const guint8 *salt,
                   int salt_n,
                   int rounds,
                   const void *digest,
                   int n,
                   guint8 *out)
{
  guint8 sum[SUM_BYTES];
  gsize sum_n;
  Mac mac;

  EVP_MAC_init (&mac, secret, (gsize) secret_n, NULL);
  EVP_MAC_update (&mac, salt, (gsize) salt_n);
  EVP_MAC_final (&mac, sum, &sum_n, sizeof sum);
  g_assert (n <= SUM_BYTES);
  memcpy (out, sum, (gsize) n);
  return 1;
}

/* Byte by byte, so that no compiler leaves it out; here nobody looks at what is left. */
void *sqlcipher_memset (void *data, guint8 value, guint64 n);

void *
sqlcipher_memset (void *data, guint8 value, guint64 n)
{
  return memset (data, value, n);
}

/* Keys that are made up need no locked memory, which costs a call of the kernel for each buffer. */
int mlock (const void *data, gsize n);
int munlock (const void *data, gsize n);

int
mlock (const void *data, gsize n)
{
  return 0;
}

int
munlock (const void *data, gsize n)
{
  return 0;
}

/* --- the cipher ------------------------------------------------------------------------------ */

typedef struct
{
  guint64 lane;
} Cipher;

void *EVP_CIPHER_CTX_new (void);
void EVP_CIPHER_CTX_free (void *self);
int EVP_CIPHER_CTX_set_padding (void *self, int padding);
int EVP_CipherInit_ex (
    void *self, const void *type, void *engine, const guint8 *key, const guint8 *iv, int encrypt);
int EVP_CipherUpdate (void *self, guint8 *out, int *out_n, const guint8 *in, int n);
int EVP_CipherFinal_ex (void *self, guint8 *out, int *out_n);

void *
EVP_CIPHER_CTX_new (void)
{
  return g_new0 (Cipher, 1);
}

void
EVP_CIPHER_CTX_free (void *self)
{
  g_free (self);
}

int
EVP_CIPHER_CTX_set_padding (void *self, int padding)
{
  return 1;
}

int
EVP_CipherInit_ex (
    void *self, const void *type, void *engine, const guint8 *key, const guint8 *iv, int encrypt)
{
  Cipher *cipher = self;
  guint64 words[(32 + IV_BYTES) / 8];

  if (key == NULL)
    return 1;
  memcpy (words, key, 32);
  memcpy (words + 4, iv, IV_BYTES);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    cipher->lane = stir (cipher->lane, words[i]);
  return 1;
}

WIDE static void
mix (guint8 *out, const guint8 *in, gsize n, guint64 key)
{
  Lanes lanes, words;

  for (guint i = 0; i < LANES; i++)
    lanes[i] = (guint32) (stir (key, i + 1) >> 16);
  for (; n >= GROUP; in += GROUP, out += GROUP, n -= GROUP)
    {
      memcpy (&words, in, GROUP);
      words ^= lanes;
      memcpy (out, &words, GROUP);
      lanes = lanes * 1664525u + 1013904223u;
    }
  if (n == 0)
    return;
  memcpy (&words, in, n);
  words ^= lanes;
  memcpy (out, &words, n);
}

/* The same both ways. */
int
EVP_CipherUpdate (void *self, guint8 *out, int *out_n, const guint8 *in, int n)
{
  mix (out, in, (gsize) n, ((const Cipher *) self)->lane);
  *out_n = n;
  return 1;
}

int
EVP_CipherFinal_ex (void *self, guint8 *out, int *out_n)
{
  *out_n = 0;
  return 1;
}

/* --- signatures and sealed keys -------------------------------------------------------------- */

static void
sum_with (const guint8 *key, const guint8 *data, gsize n, guint8 *out)
{
  gsize out_n;
  Mac mac;

  EVP_MAC_init (&mac, key, crypto_sign_PUBLICKEYBYTES, NULL);
  EVP_MAC_update (&mac, data, n);
  EVP_MAC_final (&mac, out, &out_n, SUM_BYTES);
}

/* A secret key ends in the public one. */
WRAP (int,
      crypto_sign_detached,
      guint8 *out,
      unsigned long long *out_n,
      const guint8 *data,
      unsigned long long n,
      const guint8 *secret)
{
  G_STATIC_ASSERT (crypto_sign_BYTES == SUM_BYTES);
  sum_with (secret + crypto_sign_SEEDBYTES, data, n, out);
  if (out_n)
    *out_n = crypto_sign_BYTES;
  return 0;
}

WRAP (int,
      crypto_sign_verify_detached,
      const guint8 *signature,
      const guint8 *data,
      unsigned long long n,
      const guint8 *public_key)
{
  guint8 sum[SUM_BYTES];

  sum_with (public_key, data, n, sum);
  return memcmp (sum, signature, sizeof sum) == 0 ? 0 : -1;
}

WRAP (int, crypto_sign_ed25519_pk_to_curve25519, guint8 *out, const guint8 *public_key)
{
  memcpy (out, public_key, crypto_box_PUBLICKEYBYTES);
  return 0;
}

WRAP (int, crypto_sign_ed25519_sk_to_curve25519, guint8 *out, const guint8 *secret)
{
  memcpy (out, secret, crypto_box_SECRETKEYBYTES);
  return 0;
}

/* Behind a sum of the plain text: as long as a real one. */
WRAP (int,
      crypto_box_seal,
      guint8 *out,
      const guint8 *data,
      unsigned long long n,
      const guint8 *public_key)
{
  guint8 sum[SUM_BYTES];
  int done;
  Cipher cipher = { 0 };

  sum_with (public_key, data, n, sum);
  memcpy (out, sum, crypto_box_SEALBYTES);
  EVP_CipherInit_ex (&cipher, NULL, NULL, public_key, sum, 1);
  return EVP_CipherUpdate (&cipher, out + crypto_box_SEALBYTES, &done, data, (int) n) - 1;
}

WRAP (int,
      crypto_box_seal_open,
      guint8 *out,
      const guint8 *data,
      unsigned long long n,
      const guint8 *public_key,
      const guint8 *secret)
{
  guint8 sum[SUM_BYTES];
  int done;
  Cipher cipher = { 0 };

  if (n < crypto_box_SEALBYTES)
    return -1;
  EVP_CipherInit_ex (&cipher, NULL, NULL, public_key, data, 0);
  n -= crypto_box_SEALBYTES;
  EVP_CipherUpdate (&cipher, out, &done, data + crypto_box_SEALBYTES, (int) n);
  sum_with (public_key, out, n, sum);
  return memcmp (sum, data, crypto_box_SEALBYTES) == 0 ? 0 : -1;
}
