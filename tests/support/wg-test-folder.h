/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A temporary folder for one test, and bytes of files in it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *wg_test_folder_new (void); /* (transfer full): an empty folder */
void wg_test_folder_remove (const char *path);
void wg_test_folder_copy (const char *from, const char *to); /* files and folders */
GBytes *wg_test_read (const char *folder, const char *name);
void wg_test_write (const char *folder, const char *name, gconstpointer data, gsize n);
/* Does any file below hold these bytes? (transfer full) its path, or NULL */
char *wg_test_folder_find (const char *folder, const char *needle);

G_END_DECLS
