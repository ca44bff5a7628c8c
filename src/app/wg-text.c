/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a sentence put together with the punctuation of the language. */
#include "app/wg-text.h"

#include <glib/gi18n.h>

/**
 * wg_text_join:
 * @separator: (nullable): what stands between; %NULL: the comma of the language
 * @parts: (array length=n_parts): words; %NULL and empty ones are left out with their separator
 * @n_parts: how many
 *
 * Joins what there is to say.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the text
 */
char *
wg_text_join (const char *separator, const char *const *parts, gsize n_parts)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n_parts; i++)
    {
      if (parts[i] == NULL || *parts[i] == '\0')
        continue;
      if (text->len > 0)
        g_string_append (text, separator != NULL ? separator : _(", "));
      g_string_append (text, parts[i]);
    }
  return g_string_free_and_steal (text);
}

/**
 * wg_text_label:
 * @name: (nullable): what is spoken of, translated
 * @text: what is said of it, translated
 *
 * Puts a name before a text, with the colon of the language.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the text
 */
char *
wg_text_label (const char *name, const char *text)
{
  /* Translators: name of a field, and what is said of it */
  return name != NULL ? g_strdup_printf (_("%s: %s"), name, text) : g_strdup (text);
}
