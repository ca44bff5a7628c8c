/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays a recorded track of NMEA 0183, for tests and demonstrations. */
#include <math.h>
#include <string.h>

#include "map/wg-locator.h"
#include "map/wg-map-error.h"

#define UERE_M 5.0 /* error of one satellite's range; times HDOP it gives an accuracy */

#define WG_TYPE_NMEA_LOCATOR (wg_nmea_locator_get_type ())
G_DECLARE_FINAL_TYPE (WgNmeaLocator, wg_nmea_locator, WG, NMEA_LOCATOR, WgLocator)

struct _WgNmeaLocator
{
  WgLocator parent_instance;

  char **sentences; /* owned; only those that carry a fix */
  guint at;
  guint every_ms;
  guint timer;
  WgFix fix;
};

G_DEFINE_FINAL_TYPE (WgNmeaLocator, wg_nmea_locator, WG_TYPE_LOCATOR)

static gboolean
has_right_sum (const char *sentence)
{
  const char *star = strchr (sentence, '*');
  guint8 sum = 0;

  if (sentence[0] != '$' || star == NULL)
    return FALSE;
  for (const char *p = sentence + 1; p < star; p++)
    sum ^= (guint8) *p;
  return g_ascii_isxdigit (star[1]) && g_ascii_isxdigit (star[2]) &&
         sum == g_ascii_xdigit_value (star[1]) * 16 + g_ascii_xdigit_value (star[2]);
}

/* ddmm.mmmm and one of two letters, the second for below zero; NAN when it is no such angle. */
static double
read_angle (const char *text, const char *letter, const char *letters, double limit)
{
  double raw, degrees;
  char *end;

  if (*text == '\0')
    return NAN;
  raw = g_ascii_strtod (text, &end);
  degrees = floor (raw / 100);
  if (*end != '\0' || raw < 0 || raw - degrees * 100 >= 60 || *letter == '\0' ||
      strchr (letters, *letter) == NULL)
    return NAN;
  degrees += (raw - degrees * 100) / 60;
  if (!(degrees <= limit))
    return NAN;
  return *letter == letters[1] ? -degrees : degrees;
}

/**
 * wg_nmea_parse:
 * @sentence: one line, with or without its end
 * @inout_fix: place and accuracy are set; an RMC keeps the accuracy that a GGA told
 *
 * Reads GGA and RMC sentences of any talker with a valid fix and a right checksum.
 *
 * Thread: any.
 * Errors: none; the answer says.
 * Source: NMEA 0183
 *
 * Returns: %TRUE when the fix was set
 */
gboolean
wg_nmea_parse (const char *sentence, WgFix *inout_fix)
{
  if (!has_right_sum (sentence) || strlen (sentence) < 7)
    return FALSE;
  g_autofree char *body = g_strndup (sentence, (gsize) (strchr (sentence, '*') - sentence));
  g_auto (GStrv) fields = g_strsplit (body, ",", -1);
  guint n = g_strv_length (fields);
  double lat, lon, accuracy_m = inout_fix->accuracy_m;

  if (strlen (fields[0]) != 6)
    return FALSE;
  if (g_str_has_suffix (fields[0], "GGA") && n >= 9)
    {
      if (*fields[6] == '\0' || *fields[6] == '0')
        return FALSE;
      lat = read_angle (fields[2], fields[3], "NS", 90);
      lon = read_angle (fields[4], fields[5], "EW", 180);
      accuracy_m = *fields[8] != '\0' ? g_ascii_strtod (fields[8], NULL) * UERE_M : NAN;
    }
  else if (g_str_has_suffix (fields[0], "RMC") && n >= 7)
    {
      if (*fields[2] != 'A')
        return FALSE;
      lat = read_angle (fields[3], fields[4], "NS", 90);
      lon = read_angle (fields[5], fields[6], "EW", 180);
    }
  else
    return FALSE;
  if (isnan (lat) || isnan (lon))
    return FALSE;
  inout_fix->lon = lon;
  inout_fix->lat = lat;
  inout_fix->accuracy_m = accuracy_m > 0 ? accuracy_m : NAN;
  return TRUE;
}

static gboolean
on_timer_cb (gpointer data)
{
  WgNmeaLocator *self = WG_NMEA_LOCATOR (data);

  wg_nmea_parse (self->sentences[self->at], &self->fix);
  self->fix.at_ms = g_get_real_time () / 1000;
  if (self->sentences[++self->at] == NULL)
    self->at = 0; /* the track begins again */
  wg_locator_take_fix (WG_LOCATOR (self), &self->fix);
  return G_SOURCE_CONTINUE;
}

static void
wg_nmea_locator_start (WgLocator *locator)
{
  WgNmeaLocator *self = WG_NMEA_LOCATOR (locator);

  self->timer = g_timeout_add (self->every_ms, on_timer_cb, self);
}

static void
wg_nmea_locator_stop (WgLocator *locator)
{
  g_clear_handle_id (&WG_NMEA_LOCATOR (locator)->timer, g_source_remove);
}

static void
wg_nmea_locator_dispose (GObject *object)
{
  WgNmeaLocator *self = WG_NMEA_LOCATOR (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->sentences, g_strfreev);
  G_OBJECT_CLASS (wg_nmea_locator_parent_class)->dispose (object);
}

static void
wg_nmea_locator_class_init (WgNmeaLocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_nmea_locator_dispose;
  WG_LOCATOR_CLASS (klass)->start = wg_nmea_locator_start;
  WG_LOCATOR_CLASS (klass)->stop = wg_nmea_locator_stop;
}

static void
wg_nmea_locator_init (WgNmeaLocator *self)
{
}

/**
 * wg_locator_new_nmea:
 * @path: a file of sentences
 * @speed: 1: one fix a second; 10: ten
 * @error: return location
 *
 * Replays a track again and again; its fixes are marked as not genuine.
 *
 * Thread: the UI thread.
 * Errors: %WG_MAP_ERROR_POSITION when the file cannot be read or holds no fix.
 *
 * Returns: (transfer full) (nullable): the locator, stopped
 */
WgLocator *
wg_locator_new_nmea (const char *path, double speed, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  WgNmeaLocator *self;

  if (!g_file_get_contents (path, &text, NULL, &local))
    {
      g_set_error (error, WG_MAP_ERROR, WG_MAP_ERROR_POSITION, "track: %s", local->message);
      return NULL;
    }
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      WgFix fix = { .accuracy_m = NAN };
      if (wg_nmea_parse (g_strstrip (lines[i]), &fix))
        g_ptr_array_add (kept, g_strdup (lines[i]));
    }
  if (kept->len == 0)
    {
      g_set_error (error, WG_MAP_ERROR, WG_MAP_ERROR_POSITION,
                   "track '%s': no valid GGA or RMC sentence", path);
      return NULL;
    }
  self = g_object_new (WG_TYPE_NMEA_LOCATOR, NULL);
  self->sentences = (char **) g_ptr_array_steal (kept, NULL);
  self->every_ms = (guint) CLAMP (1000 / (speed > 0 ? speed : 1), 1, 60000);
  self->fix = (WgFix) { .accuracy_m = NAN, .source = WG_FIX_SATELLITE, .mock = TRUE };
  return WG_LOCATOR (self);
}
