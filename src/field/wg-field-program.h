/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands of wangge-field share: options, the open store, output, exit codes. */
#pragma once

#include "store/wg-event-store.h"
#include "sync/wg-sync.h"
#include "wire/wg-json-writer.h"

G_BEGIN_DECLS

/* Stable: docs/wangge-field.md. */
typedef enum
{
  WG_EXIT_OK = 0,
  WG_EXIT_FAILED = 1,
  WG_EXIT_USAGE = 2,
  WG_EXIT_OFFLINE = 3,
  WG_EXIT_ATTENTION = 4, /* refused, or waits for a person */
  WG_EXIT_LOCKED = 5,
  WG_EXIT_DAMAGED = 6,
} WgExit;

#define WG_FIELD_ERROR_USAGE (g_quark_from_static_string ("wg-field-usage"))

/* One run of the program. Text that was not given is %NULL. */
typedef struct
{
  char *folder, *secret_file;
  gboolean json;
  char **arguments; /* behind the command's name */
  /* enrol */
  char *code, *url, *qr, *qr_file, *device;
  /* log, mend */
  char *level, *class_code, *text, *title, *at, *address, *outside, *opinion;
  char **photos;
  int hold_s;
  /* record, conflicts */
  char **values, **choices;
  char *reason, *search, *of;
  gboolean reveal;
  /* list, sync, change-secret */
  char *which, *new_secret_file;
  int limit;
  gboolean wait;
  int wait_s;

  char *secret;
  WgStore *store; /* open for commands that need it */
} WgFieldProgram;

typedef WgExit (*WgFieldRun) (WgFieldProgram *program, GError **error);

WgExit wg_field_enrol (WgFieldProgram *program, GError **error);
WgExit wg_field_unlock (WgFieldProgram *program, GError **error);
WgExit wg_field_change_secret (WgFieldProgram *program, GError **error);
WgExit wg_field_bundle (WgFieldProgram *program, GError **error);
WgExit wg_field_sync (WgFieldProgram *program, GError **error);
WgExit wg_field_log (WgFieldProgram *program, GError **error);
WgExit wg_field_attach (WgFieldProgram *program, GError **error);
WgExit wg_field_mend (WgFieldProgram *program, GError **error);
WgExit wg_field_withdraw (WgFieldProgram *program, GError **error);
WgExit wg_field_dismiss (WgFieldProgram *program, GError **error);
WgExit wg_field_list (WgFieldProgram *program, GError **error);
WgExit wg_field_show (WgFieldProgram *program, GError **error);
WgExit wg_field_queue (WgFieldProgram *program, GError **error);
WgExit wg_field_record (WgFieldProgram *program, GError **error);
WgExit wg_field_conflicts (WgFieldProgram *program, GError **error);
WgExit wg_field_status (WgFieldProgram *program, GError **error);
WgExit wg_field_check (WgFieldProgram *program, GError **error);
WgExit wg_field_rescue (WgFieldProgram *program, GError **error);

char *wg_field_read_secret (const char *file, const char *variable, GError **error);
const char *wg_field_truth (WgTruth truth);
void wg_field_print (WgFieldProgram *program, WgJsonWriter *writer);
WgExit wg_field_exit_of (const GError *error);

G_END_DECLS
