/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of the screens: Chinese, unless the user's session asks for another installed one.
 */
#include "app/wg-language.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "wg-config.h"

/* libadwaita 1.7 asks our catalogue, not its own, for the name of the button that closes a dialog.
 */
G_GNUC_UNUSED static const char *const ASKED_BY_OTHERS[] = { N_ ("Close") };

static gboolean
is_neutral (const char *locale)
{
  return locale == NULL || *locale == '\0' || g_str_equal (locale, "C") ||
         g_str_equal (locale, "POSIX") || g_str_has_prefix (locale, "C.");
}

/* What the session asks for, in the order the C library looks. */
static const char *
asked_locale (void)
{
  static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_getenv (names[i]);

      if (value != NULL && *value != '\0')
        return value;
    }
  return NULL;
}

/**
 * wg_language_get_catalogue_folder:
 *
 * Finds the compiled translations: those of the build folder when the program runs from there.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a folder with <language>/LC_MESSAGES below it
 */
const char *
wg_language_get_catalogue_folder (void)
{
  if (g_file_test (WG_LOCALE_BUILD_DIR "/zh_CN/LC_MESSAGES/wangge.mo", G_FILE_TEST_EXISTS))
    return WG_LOCALE_BUILD_DIR;
  return WG_LOCALE_DIR;
}

/**
 * wg_language_init:
 *
 * Sets the locale and the message catalogue; to be called first in a program. A session
 * without a language (unset, C, POSIX, C.UTF-8) or with one that is not installed gets
 * Chinese, since glibc translates nothing in those.
 *
 * Thread: the main one, before any other.
 * Errors: none; without a Chinese locale on the machine the messages stay English.
 */
void
wg_language_init (void)
{
  const char *asked = asked_locale ();

  if (is_neutral (asked) || setlocale (LC_ALL, "") == NULL)
    {
      static const char *const chinese[] = { "zh_CN.UTF-8", "zh_CN.utf8", "zh_SG.UTF-8" };

      for (gsize i = 0; i < G_N_ELEMENTS (chinese); i++)
        if (setlocale (LC_ALL, chinese[i]) != NULL)
          {
            /* GTK sets the locale once more from the environment. */
            g_unsetenv ("LC_ALL");
            g_unsetenv ("LC_MESSAGES");
            g_unsetenv ("LANGUAGE");
            g_setenv ("LANG", chinese[i], TRUE);
            setlocale (LC_ALL, "");
            break;
          }
    }
  bindtextdomain (GETTEXT_PACKAGE, wg_language_get_catalogue_folder ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
