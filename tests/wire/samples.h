/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sample messages behind the fixtures: built in C, so that each member is known to land in its
 * place. */
#pragma once

#include "wire/wg-wire-error.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-wire-push.h"
#include "wire/wg-wire-ref.h"
#include "wire/wg-wire-session.h"
#include "wire/wg-zstd.h"

G_BEGIN_DECLS

/**
 * Fixture:
 * @file: name in tests/fixtures/wire and in docs/sync-protocol.md
 * @make: writes the message from the sample structure
 * @again: reads a text and writes what was read
 */
typedef struct
{
  const char *file;
  char *(*make) (void);
  char *(*again) (const char *text, gsize length, GError **error);
} Fixture;

extern const Fixture SYNC_FIXTURES[], RECORD_FIXTURES[],
    SESSION_FIXTURES[]; /* each ends with file %NULL */

/* All of them, one after the other; %NULL after the last. */
const Fixture *fixture_get (guint i);
/* Text of the file as it lies there. */
char *fixture_read (const char *file);

#define SAMPLE_EVENT "019cac8a-4040-7000-8000-0000000000e1"
#define SAMPLE_REPLICA "019cac8a-4040-7000-8000-0000000000a1"
#define SAMPLE_DEVICE "019cac8a-4040-7000-8000-0000000000d1"
#define SAMPLE_EPOCH "019cac8a-4040-7000-8000-0000000000f1"
#define SAMPLE_PHOTO "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SAMPLE_MS G_GINT64_CONSTANT (1772415000000) /* 2026-03-02 09:30 */

void sample_keys (guint8 *out_public, guint8 *out_secret);
WgEvent *sample_event (void);
GPtrArray *sample_steps (void);
WgOperation *sample_operation (WgOperationKind kind, gint64 seq);
WgPush *sample_push (void);
WgPullPage *sample_page (void);

G_END_DECLS
