/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLCipher asks OpenSSL for at each page, done cheaply: a cipher and a sum as long as
 * AES-256-CBC and its HMAC, with the same keys, over every byte. A torn page or another key is
 * still seen, and a run takes half the time; nobody attacks pages here. */
#include <string.h>

#include "sim.h"

/* The engine finds these before OpenSSL's own, since the program exports them (exports.list), and
 * nothing else here asks for them. */

#define SUM_BYTES 64
#define IV_BYTES 16

static guint64
stir (guint64 lane, guint64 word)
{
  lane = (lane ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return lane ^ (lane >> 29);
}

/* --- the sum --------------------------------------------------------------------------------- */

typedef struct
{
  guint64 lanes[4];
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

int
EVP_MAC_update (void *self, const guint8 *data, gsize n)
{
  Mac *mac = self;
  guint64 words[4];

  for (; n >= sizeof words; data += sizeof words, n -= sizeof words)
    {
      memcpy (words, data, sizeof words);
      for (guint i = 0; i < 4; i++)
        mac->lanes[i] = stir (mac->lanes[i], words[i]);
    }
  memset (words, 0, sizeof words);
  memcpy (words, data, n);
  for (guint i = 0; i < 4; i++)
    mac->lanes[i] = stir (mac->lanes[i], words[i] + n + 1);
  return 1;
}

int
EVP_MAC_init (void *self, const guint8 *key, gsize n, const void *parameters)
{
  Mac *mac = self;
  const Parameter *digest = parameters;

  mac->size = digest && strstr (digest->text, "256") ? 32 : SUM_BYTES;
  for (guint i = 0; i < 4; i++)
    mac->lanes[i] = i;
  return EVP_MAC_update (self, key, n);
}

int
EVP_MAC_final (void *self, guint8 *out, gsize *out_n, gsize size)
{
  const Mac *mac = self;
  SimRandom random = { 0 };

  for (guint i = 0; i < 4; i++)
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

/* The same both ways; always whole blocks. */
int
EVP_CipherUpdate (void *self, guint8 *out, int *out_n, const guint8 *in, int n)
{
  Cipher *cipher = self;
  guint64 lane = cipher->lane;

  for (int i = 0; i < n; i += 8)
    {
      guint64 word;
      memcpy (&word, in + i, 8);
      word ^= lane;
      memcpy (out + i, &word, 8);
      lane = lane * G_GUINT64_CONSTANT (0x5851f42d4c957f2d) + 1;
    }
  cipher->lane = lane;
  *out_n = n;
  return 1;
}

int
EVP_CipherFinal_ex (void *self, guint8 *out, int *out_n)
{
  *out_n = 0;
  return 1;
}
