/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the db layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_DB_ERROR_FAILED,     /* the engine failed: retry once, then tell the user */
  WG_DB_ERROR_BUSY,       /* somebody else holds the lock: run the transaction again */
  WG_DB_ERROR_FULL,       /* no space on the disk: free some; nothing was changed */
  WG_DB_ERROR_IO,         /* the disk failed: close, reopen, check */
  WG_DB_ERROR_KEY,        /* wrong key, or not a database of ours: ask for the right one */
  WG_DB_ERROR_CORRUPT,    /* pages are damaged: rescue the outbox, restore */
  WG_DB_ERROR_NEWER,      /* written by a newer version: update the program */
  WG_DB_ERROR_CONSTRAINT, /* a rule of the schema was broken: fix the input */
  WG_DB_ERROR_NO_CIPHER,  /* the library cannot encrypt: refuse to start */
} WgDbError;

#define WG_DB_ERROR (wg_db_error_quark ())

GQuark wg_db_error_quark (void);

G_END_DECLS
