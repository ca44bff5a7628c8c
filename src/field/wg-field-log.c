/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that write: log, attach, mend, withdraw, dismiss. */
#include "field/wg-field-program.h"

#include <math.h>
#include <string.h>

#include "store/wg-attachment-store.h"
#include "store/wg-outbox.h"

#define JOB_DONE GINT_TO_POINTER (1)
#define TITLE_CHARACTERS 50
#define TEXT_CHARACTERS_MIN 5

static const struct
{
  const char *name;
  WgEventLevel level;
} LEVELS[] = {
  { "daily", WG_EVENT_LEVEL_DAILY },
  { "general", WG_EVENT_LEVEL_GENERAL },
  { "major", WG_EVENT_LEVEL_MAJOR },
  { "grave", WG_EVENT_LEVEL_GRAVE },
};

/* A job's view of the run, and what it answers. */
typedef struct
{
  WgFieldProgram *program;
  char *id;
} Work;

static gboolean
refuse_usage (GError **error, const char *message)
{
  g_set_error_literal (error, WG_FIELD_ERROR_USAGE, 0, message);
  return FALSE;
}

static gboolean
parse_level (const char *name, WgEventLevel *out_level, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (LEVELS); i++)
    if (g_str_equal (LEVELS[i].name, name))
      {
        *out_level = LEVELS[i].level;
        return TRUE;
      }
  return refuse_usage (error, "--level is daily, general, major or grave");
}

static gboolean
parse_number (const char *text, double *out_value)
{
  char *end;

  *out_value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*out_value);
}

/* "LON,LAT" by hand on the map, "LON,LAT,ACC" from a receiver. */
static gboolean
parse_place (const char *text, gint64 now_ms, WgEvent *event, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint n = g_strv_length (parts);

  if ((n != 2 && n != 3) || !parse_number (parts[0], &event->lon) ||
      !parse_number (parts[1], &event->lat) ||
      (n == 3 && !parse_number (parts[2], &event->fix_accuracy_m)))
    return refuse_usage (error, "--at is LON,LAT or LON,LAT,ACCURACY");
  event->fix_source = n == 3 ? WG_FIX_SATELLITE : WG_FIX_MANUAL;
  if (n == 3)
    {
      event->raw_lon = event->lon;
      event->raw_lat = event->lat;
      event->fix_ms = now_ms;
    }
  return TRUE;
}

static void
set_words (WgFieldProgram *program, const WgEventClass *class, WgEvent *event)
{
  const char *text = program->text;
  g_autofree char *head = NULL;

  if (text != NULL && g_utf8_strlen (text, -1) >= TEXT_CHARACTERS_MIN)
    g_set_str (&event->description, text);
  if (text != NULL)
    {
      head = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), TITLE_CHARACTERS));
      head[strcspn (head, "\r\n")] = '\0';
    }
  if (program->title != NULL)
    g_set_str (&event->title, program->title);
  else if (head != NULL && g_utf8_strlen (head, -1) >= 2)
    g_set_str (&event->title, head);
  else if (event->title == NULL && class != NULL)
    g_set_str (&event->title, class->name);
}

static gboolean
add_photo (WgStoreContext *context, const char *path, WgEvent *event, GError **error)
{
  gint64 taken_ms = 0;
  g_autoptr (GBytes) jpeg = wg_photo_prepare_file (path, &taken_ms, error);
  g_autofree char *name = NULL;
  guint n = event->photos != NULL ? g_strv_length (event->photos) : 0;

  if (jpeg != NULL)
    name = wg_attachment_store_add (context, jpeg, taken_ms, error);
  if (name == NULL)
    return FALSE;
  if (n > 0 && g_strv_contains ((const char *const *) event->photos, name))
    return TRUE;
  event->photos = g_renew (char *, event->photos, n + 2);
  event->photos[n] = g_steal_pointer (&name);
  event->photos[n + 1] = NULL;
  return TRUE;
}

/* What the options say, over what the event already is. */
static gboolean
apply_options (WgStoreContext *context, WgFieldProgram *program, WgEvent *event, GError **error)
{
  const WgEventClass *class = NULL;
  gint64 now_ms = wg_ports_wall_ms (context->ports);

  if (program->level != NULL && !parse_level (program->level, &event->level, error))
    return FALSE;
  if (program->class_code != NULL)
    {
      class = context->standard != NULL ? wg_standard_find (context->standard, program->class_code)
                                        : NULL;
      g_set_str (&event->class_code, program->class_code);
      if (context->standard != NULL)
        g_set_str (&event->class_std, wg_standard_get_version (context->standard));
    }
  if (program->at != NULL && !parse_place (program->at, now_ms, event, error))
    return FALSE;
  if (program->address != NULL)
    g_set_str (&event->address, program->address);
  if (event->fix_source == WG_FIX_NONE && event->address != NULL)
    event->fix_source = WG_FIX_ADDRESS;
  if (program->outside != NULL)
    g_set_str (&event->outside_reason, program->outside);
  set_words (program, class, event);
  for (char **path = program->photos; path != NULL && *path != NULL; path++)
    if (!add_photo (context, *path, event, error))
      return FALSE;
  return TRUE;
}

static gpointer
log_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  WgFieldProgram *program = work->program;
  g_autoptr (WgEvent) event = wg_event_new ();

  event->occurred_ms = wg_ports_wall_ms (context->ports);
  event->reported_ms = event->occurred_ms;
  event->fix_source = WG_FIX_NONE;
  event->grid_code = g_strdup (context->worker->grid_code);
  event->org_code = g_strdup (context->worker->org_code);
  event->origin = g_strdup ("01");
  if (!apply_options (context, program, event, error))
    return NULL;
  if (event->level == WG_EVENT_LEVEL_DAILY)
    {
      event->self_handled = TRUE;
      event->handle_note = g_strdup (program->text != NULL ? program->text : event->title);
    }
  work->id = wg_event_store_create (context, event, (gint64) program->hold_s * 1000, NULL, error);
  return work->id != NULL ? JOB_DONE : NULL;
}

static void
print_id (WgFieldProgram *program, const char *id)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  if (!program->json)
    {
      g_print ("%s\n", id);
      return;
    }
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", id);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
}

/**
 * wg_field_log:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Saves an event; it is durable when the id is printed.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR_INVALID names the field; usage.
 *
 * Returns: the exit code
 */
WgExit
wg_field_log (WgFieldProgram *program, GError **error)
{
  Work work = { .program = program };
  g_autofree char *id = NULL;

  if (program->level == NULL || program->class_code == NULL)
    {
      refuse_usage (error, "log needs --level and --class");
      return WG_EXIT_USAGE;
    }
  if (wg_store_run (program->store, log_job, &work, error) == NULL)
    return WG_EXIT_FAILED;
  id = work.id;
  print_id (program, id);
  return WG_EXIT_OK;
}

static gpointer
mend_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEventView) view = wg_event_store_get (context, work->id, error);
  g_autoptr (WgEvent) event = NULL;

  if (view == NULL)
    return NULL;
  event = wg_event_copy (view->event);
  return apply_options (context, work->program, event, error) &&
                 wg_event_store_mend (context, event, view->refusal_op, error)
             ? JOB_DONE
             : NULL;
}

/**
 * wg_field_mend:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Changes an event: in place while it is held; a returned or refused one goes to the platform
 * again.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR; usage.
 *
 * Returns: the exit code
 */
WgExit
wg_field_mend (WgFieldProgram *program, GError **error)
{
  Work work = { .program = program, .id = program->arguments[0] };

  if (wg_store_run (program->store, mend_job, &work, error) == NULL)
    return WG_EXIT_FAILED;
  print_id (program, work.id);
  return WG_EXIT_OK;
}

/**
 * wg_field_attach:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Adds one photo to an event.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR_PHOTO says what is wrong with the file.
 *
 * Returns: the exit code
 */
WgExit
wg_field_attach (WgFieldProgram *program, GError **error)
{
  g_strfreev (program->photos);
  program->photos = g_strdupv ((char *[]) { program->arguments[1], NULL });
  return wg_field_mend (program, error);
}

static gpointer
withdraw_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEventView) view = wg_event_store_get (context, work->id, error);

  if (view == NULL)
    return NULL;
  if (view->truth == WG_TRUTH_HELD)
    return wg_event_store_undo (context, work->id, error) ? JOB_DONE : NULL;
  return wg_event_store_step (context, work->id, WG_ACTION_WITHDRAW, work->program->opinion, NULL,
                              error)
             ? JOB_DONE
             : NULL;
}

/**
 * wg_field_withdraw:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Takes an event back: without a trace while it is held, by a step of its own afterwards.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_withdraw (WgFieldProgram *program, GError **error)
{
  Work work = { .program = program, .id = program->arguments[0] };

  if (wg_store_run (program->store, withdraw_job, &work, error) == NULL)
    return WG_EXIT_FAILED;
  print_id (program, work.id);
  return WG_EXIT_OK;
}

/**
 * wg_field_dismiss:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Settles a refused operation that its author has seen.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_dismiss (WgFieldProgram *program, GError **error)
{
  if (wg_store_run (program->store, wg_outbox_dismiss_job, program->arguments[0], error) == NULL)
    return WG_EXIT_FAILED;
  print_id (program, program->arguments[0]);
  return WG_EXIT_OK;
}
