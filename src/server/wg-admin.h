/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: what commands share, and the table of them. */
#pragma once

#include "server/wg-reference.h"
#include "sample/wg-sample.h"
#include "server/wg-work.h"
#include "wire/wg-json-writer.h"

G_BEGIN_DECLS

/* Exit codes, documented in docs/platform.md. */
typedef enum
{
  WG_EXIT_OK = 0,
  WG_EXIT_FAILED = 1,
  WG_EXIT_USAGE = 2,
  WG_EXIT_NOT_FOUND = 3,
  WG_EXIT_REFUSED = 4,
} WgExit;

typedef struct _WgAdmin WgAdmin;

typedef struct
{
  const char *name;
  const char *arguments;                               /* shown in the help */
  const char *summary;                                 /* msgid */
  int n_arguments;                                     /* after the name; −1: any */
  const GOptionEntry *(*get_options) (WgAdmin *admin); /* or %NULL */
  int (*run) (WgAdmin *admin, char **arguments);
} WgCommand;

/* One invocation; texts owned. */
struct _WgAdmin
{
  const WgCommand *command;
  char *folder;   /* --data */
  char *key_file; /* --key-file */
  char *database; /* --database; %NULL: the file in the folder */
  gboolean json;  /* --json */
  WgPorts ports;
  WgPlatform *platform; /* after wg_admin_open() */
  WgDb *db;
  WgReference *reference;
};

int wg_admin_main (int argc, char **argv);
gboolean wg_admin_open (WgAdmin *admin);
gboolean wg_admin_run (WgAdmin *admin, WgWorkFunc func, gpointer data, GError **error);
/* "console:<user>" */
char *wg_admin_get_actor (void);
/* Prints the error, gives the exit code. */
int wg_admin_fail (const GError *error);
int wg_admin_not_found (const char *what, const char *id);
void wg_admin_print_json (WgJsonWriter *writer);

/* Commands, by file. */
int wg_command_init (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_init_options (WgAdmin *admin);
int wg_command_restore (WgAdmin *admin, char **arguments);
int wg_command_serve (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_serve_options (WgAdmin *admin);
int wg_command_enrol (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_enrol_options (WgAdmin *admin);
int wg_command_revoke (WgAdmin *admin, char **arguments);
int wg_command_unlock (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_revoke_options (WgAdmin *admin);
int wg_command_devices (WgAdmin *admin, char **arguments);
int wg_command_lease (WgAdmin *admin, char **arguments);
int wg_command_bundle (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_bundle_options (WgAdmin *admin);
int wg_command_worker (WgAdmin *admin, char **arguments);
int wg_command_settle (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_settle_options (WgAdmin *admin);
int wg_command_import (WgAdmin *admin, char **arguments);
int wg_command_list (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_list_options (WgAdmin *admin);
int wg_command_show (WgAdmin *admin, char **arguments);
int wg_command_stats (WgAdmin *admin, char **arguments);
int wg_command_step (WgAdmin *admin, char **arguments);
const GOptionEntry *wg_command_step_options (WgAdmin *admin);
const GOptionEntry *wg_command_check_options (WgAdmin *admin);
int wg_command_check (WgAdmin *admin, char **arguments);
int wg_command_backup (WgAdmin *admin, char **arguments);

/* The replica under which the command line makes operations in a worker's name. */
gboolean
wg_console_find_replica (WgWork *work, const char *worker, char **out_replica, GError **error);
gboolean wg_init_records (WgAdmin *admin,
                          const WgSampleDistrict *district,
                          guint n_households,
                          GError **error);

G_END_DECLS
