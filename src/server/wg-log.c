/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's log: a line of JSON for each message, without personal data. */
#include "server/wg-log.h"

#include <stdio.h>

#include "db/wg-system.h"
#include "wire/wg-json-writer.h"

static const char *
get_level (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  return level & G_LOG_LEVEL_MESSAGE ? "notice" : "debug";
}

/**
 * wg_log_format:
 * @at_ms: when
 * @level: how bad
 * @message: what, as the call composed it; the lint `logs` lets nothing personal in
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): {"at_ms":…,"level":…,"message":…} and the end of the line
 */
char *
wg_log_format (gint64 at_ms, GLogLevelFlags level, const char *message)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *valid = g_utf8_make_valid (message ? message : "", -1);
  g_autofree char *text = NULL;

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "at_ms", at_ms);
  wg_json_writer_string (writer, "level", get_level (level));
  wg_json_writer_string (writer, "message", valid);
  wg_json_writer_end (writer);
  text = wg_json_writer_to_string (writer, FALSE);
  return g_strconcat (text, "\n", NULL);
}

static GLogWriterOutput
write_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  g_autofree char *line = NULL;
  const char *message = NULL, *domain = NULL;

  for (gsize i = 0; i < n_fields; i++)
    if (g_strcmp0 (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
    else if (g_strcmp0 (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
  if (g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;
  line = wg_log_format (wg_system_wall_ms (NULL), level, message);
  fputs (line, stderr);
  fflush (stderr);
  return G_LOG_WRITER_HANDLED;
}

/**
 * wg_log_start:
 *
 * Lets all messages of the process go to standard error as JSON.
 *
 * Thread: main, once, before there are others.
 * Errors: none.
 */
void
wg_log_start (void)
{
  g_log_set_writer_func (write_message, NULL, NULL);
}
