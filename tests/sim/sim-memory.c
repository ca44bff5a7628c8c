/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of the whole program, libraries included: lists of pieces by size, for one thread. Runs
 * ask for the same sizes again and again, and a sixth of their time went into the general one. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim.h"

#if !defined(__SANITIZE_ADDRESS__)

#define STEP 16
#define N_SMALL 64 /* up to 1024 bytes in steps, above that four sizes to each doubling */
#define N_CLASSES (N_SMALL + 4 * 32)
#define LARGE_PAGE ((gsize) 2 << 20)
#define ARENA_BYTES (16 * LARGE_PAGE)

/* Before each piece. One that is aligned more than that has its own place further back. */
typedef struct
{
  guint32 class;
  guint32 shift; /* bytes from the piece's beginning to where it was handed out */
  guint64 spare;
} Head;

typedef struct _Free Free;
struct _Free
{
  Free *next;
};

static Free *lists[N_CLASSES];
static char *arena;
static gsize arena_left;

static guint
class_of (gsize n)
{
  guint log;

  if (n <= STEP * N_SMALL)
    return n == 0 ? 0 : (guint) ((n - 1) / STEP);
  log = 63 - (guint) __builtin_clzl (n - 1); /* 2^log < n */
  return N_SMALL + (log - 10) * 4 + (guint) (((n - 1) >> (log - 2)) & 3);
}

static gsize
size_of (guint class)
{
  guint above = class - N_SMALL;

  if (class < N_SMALL)
    return (gsize) (class + 1) * STEP;
  return ((gsize) 5 + above % 4) << (above / 4 + 8);
}

static void *
take_new (gsize n)
{
  void *piece;

  if (n > arena_left)
    {
      gsize size = MAX (ARENA_BYTES, n);
      char *fresh = mmap (NULL, size + LARGE_PAGE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

      if (fresh == MAP_FAILED)
        return NULL;
      fresh = (char *) (((gsize) fresh + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1));
      madvise (fresh, size, MADV_HUGEPAGE); /* what is asked for lies far apart */
      arena = fresh;
      arena_left = size;
    }
  piece = arena;
  arena += n;
  arena_left -= n;
  return piece;
}

static void *
take (gsize n, gboolean *out_fresh)
{
  guint class = class_of (n);
  Head *head;

  if (class >= N_CLASSES)
    return NULL;
  *out_fresh = lists[class] == NULL;
  if (!*out_fresh)
    {
      Free *piece = lists[class];
      lists[class] = piece->next;
      return piece;
    }
  head = take_new (sizeof *head + size_of (class));
  if (head == NULL)
    return errno = ENOMEM, NULL;
  head->class = class;
  head->shift = 0;
  return head + 1;
}

static Head *
head_of (void *data)
{
  return (Head *) data - 1;
}

void *
malloc (size_t n)
{
  gboolean fresh;

  return take (n, &fresh);
}

void
free (void *data)
{
  Free *piece = data;
  const Head *head;

  if (data == NULL)
    return;
  head = head_of (data);
  piece = (Free *) ((char *) data - head->shift);
  piece->next = lists[head->class];
  lists[head->class] = piece;
}

void *
calloc (size_t n, size_t size)
{
  gboolean fresh;
  size_t all;
  void *data;

  if (__builtin_mul_overflow (n, size, &all))
    return errno = ENOMEM, NULL;
  data = take (all, &fresh);
  if (data && !fresh)
    memset (data, 0, all);
  return data;
}

size_t
malloc_usable_size (void *data)
{
  const Head *head = data ? head_of (data) : NULL;

  return head ? size_of (head->class) - head->shift : 0;
}

void *
realloc (void *data, size_t n)
{
  gsize before = malloc_usable_size (data);
  void *moved;

  if (data && n <= before && n >= before / 4)
    return data;
  moved = malloc (n);
  if (moved && data)
    {
      memcpy (moved, data, MIN (n, before));
      free (data);
    }
  return moved;
}

void *
memalign (size_t align, size_t n)
{
  char *piece = malloc (align <= STEP ? n : n + align + sizeof (Head));
  char *data;
  Head head;

  if (piece == NULL || align <= STEP)
    return piece;
  data = (char *) (((gsize) piece + sizeof (Head) + align - 1) & ~(align - 1));
  head = *head_of (piece);
  head.shift = (guint32) (data - piece);
  *head_of (data) = head;
  return data;
}

int
posix_memalign (void **out, size_t align, size_t n)
{
  *out = memalign (align, n);
  return *out ? 0 : ENOMEM;
}

void *
aligned_alloc (size_t align, size_t n)
{
  return memalign (align, n);
}

/* What is here is for one thread, and so is all the rest. */
int
pthread_create (pthread_t *out,
                const pthread_attr_t *attributes,
                void *(*func) (void *),
                void *data)
{
  static const char words[] = "wgsim: a library begins a thread\n";

  if (write (STDERR_FILENO, words, strlen (words)) < 0)
    _exit (3);
  abort ();
}

#endif
