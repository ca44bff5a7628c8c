/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A peer that misbehaves on demand: plays written answers, or stands between a terminal and the
 * real daemon. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FaultPlatform FaultPlatform;

typedef enum
{
  FAULT_NONE,
  FAULT_CUT_REQUEST, /* @at bytes of the request arrive (all but one at most), then both sides are
                        cut */
  FAULT_CUT_REPLY, /* the request arrives, @at bytes of the reply come back, all but one at most */
  FAULT_DUPLICATE, /* the request arrives twice; the second reply comes back */
  FAULT_ANSWER,    /* @answer comes back, nobody else hears of the request */
  FAULT_HOLD,      /* the request is read and nothing comes back until the gate opens */
} FaultKind;

/* One rule: exchanges whose first line contains @match, from the @skip-th on, @times of them. */
typedef struct
{
  const char *match; /* "POST /v1/sync/push"; NULL: any */
  FaultKind kind;
  gint64 at;
  const char *answer;
  guint skip;
  guint times; /* 0: for ever */
} FaultRule;

FaultPlatform *fault_platform_new (guint16 upstream_port);            /* 0: only written answers */
FaultPlatform *fault_platform_new_tls (const char *certificate_file); /* PEM, key and certificate */
void fault_platform_free (FaultPlatform *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultPlatform, fault_platform_free)
char *fault_platform_url (FaultPlatform *self);
guint16 fault_platform_port (FaultPlatform *self);
void fault_platform_rule (FaultPlatform *self,
                          const FaultRule *rule); /* replaces all rules; NULL: none */
void fault_platform_add_rule (FaultPlatform *self, const FaultRule *rule);
void fault_platform_open_gate (FaultPlatform *self);
void fault_platform_unplug (FaultPlatform *self); /* nobody listens on the port any more */
void fault_platform_plug (FaultPlatform *self);   /* … and again does */
guint fault_platform_count (FaultPlatform *self, const char *match); /* exchanges so far */
char *fault_platform_last_request (FaultPlatform *self,
                                   const char *match); /* head and body, as text */
/* Bytes of the last request that fits, or of the whole reply to it. */
gsize fault_platform_last_size (FaultPlatform *self, const char *match, gboolean reply);
char *fault_platform_trace (FaultPlatform *self); /* first lines, one a line */

char *fault_answer (
    int status, const char *epoch, const char *type, const char *more_headers, const char *body);

G_END_DECLS
