/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder on a disk that can lose its power: see power-cut.c. One thread at a time. */
#pragma once

#include <stdint.h>
#include <sys/stat.h>

typedef struct File File;

typedef enum
{
  NAME_MADE,
  NAME_GONE,
  NAME_MOVED,
  FOLDER_MADE,
  FOLDER_GONE,
} NameKind;

void *power_must (void *memory);
void power_begin (void);
int power_is_on (void);
char *power_get_path (int folder, const char *path); /* NULL: not in our folder; free it */
int power_is_index (const char *path);
File *power_learn (const char *path, int is_new);
File *power_find_open (int fd);
void power_note_change (NameKind kind, const char *path, const char *to, File *file);
void power_note_write (File *file, int64_t offset, const void *data, int64_t n);
int power_is_lie (const char *path);
void power_sync_file (File *file);
void power_sync_folder (const char *path);
void power_lose (const char *word, long n_calls);
