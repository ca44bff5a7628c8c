/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small platform in a folder of its own, a clock that tests move, and terminals without a
 * network. */
#pragma once

#include "core/wg-operation.h"
#include "server/wg-push.h"
#include "server/wg-reference.h"

G_BEGIN_DECLS

#define KIT_TOWN_A "370502001"
#define KIT_TOWN_B "370502002"
#define KIT_GRID_A1 "370502001001001"
#define KIT_GRID_A2 "370502001001002"
#define KIT_GRID_B1 "370502002001001"
/* 2026-06-18, a Thursday before a holiday, 12:30 local time. */
#define KIT_START_MS G_GINT64_CONSTANT (1781757000000)
#define KIT_PHOTO "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

typedef struct
{
  char *folder;
  char *database; /* address of its own PostgreSQL database; %NULL: a file */
  WgPorts ports;  /* its data is the kit */
  gint64 wall_ms, boot_ms;
  WgPlatform *platform;
  WgDb *db;
  WgReference *reference;
} Kit;

/* Workers: wa1, wa2 (town A), wb1 (town B) grid heads; ca, cb clerks; pa dispatcher; ha handler of
 * department 370502D01; la leader; s supervisor; d district; k assessor; u auditor; m admin. */
Kit *kit_new (void);
/* On the file, whatever the environment says. */
Kit *kit_new_file (void);
/* Another process, as it were, on the same database; its folder and its address are @kit's. */
Kit *kit_share (const Kit *kit);
void kit_unshare (Kit *kit);
void kit_free (Kit *kit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kit, kit_free)
void kit_close (Kit *kit); /* until kit_reopen() */
void kit_reopen (Kit *kit);
void kit_advance (Kit *kit, gint64 ms);
void kit_run (Kit *kit, WgWorkFunc func, gpointer data);
/* Every invariant that the command check knows. */
void kit_check (Kit *kit);
gint64 kit_count (Kit *kit, const char *statement);

/* One replica of a worker. */
typedef struct
{
  Kit *kit;
  char *worker, *replica, *boot;
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  gint64 seq;      /* of the last line made */
  char *hash;      /* of it */
  gint64 wall_off; /* how wrong its clock is */
  gint64 boot_off;
  GPtrArray *lines; /* made, not pushed yet */
} Terminal;

Terminal *terminal_new (Kit *kit, const char *worker);
/* Makes the same replica known to another platform. */
void terminal_join (Terminal *terminal, Kit *kit);
void terminal_free (Terminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Terminal, terminal_free)

/* An operation of the worker, now, without content. @rec: %NULL makes an id. */
WgOperation *
terminal_begin (Terminal *terminal, WgOperationKind kind, const char *rec, const char *grid);
/* A good general event of the worker's grid at the middle of it. */
WgOperation *terminal_create (Terminal *terminal, const char *grid, WgEventLevel level);
WgOperation *terminal_step (Terminal *terminal, const char *rec, const char *grid, WgAction action);
WgOperation *terminal_patch (Terminal *terminal, const char *rec, const char *grid);
/* Adds "field" with what was seen and what is wanted. */
void operation_patch_text (WgOperation *operation,
                           const char *field,
                           const char *seen,
                           const char *wanted);
/* Gives it its number and makes the line; (transfer full) takes the operation, gives the record's
 * id. */
char *terminal_log (Terminal *terminal, WgOperation *operation);
/* All lines since the last push, as one push. */
WgPush *terminal_push_new (Terminal *terminal);
/* In-process: the answer, or a problem. */
WgPushJob *terminal_push (Terminal *terminal);
/* Pushes one operation and expects this result: "ok", "conflict" or a code. */
char *terminal_expect (Terminal *terminal, WgOperation *operation, const char *result);

WgEvent *kit_load (Kit *kit, const char *rec, GPtrArray **out_steps);

G_END_DECLS
