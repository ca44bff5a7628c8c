/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phrases that are tapped instead of typed. */
#include "app/field/wg-phrases.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-words.h"

static void
on_clicked_cb (GtkButton *button, GtkTextView *words)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (words);
  const char *comma = gtk_text_buffer_get_char_count (buffer) > 0 ? _(", ") : "";
  g_autofree char *text = g_strconcat (comma, gtk_button_get_label (button), NULL);
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
}

/**
 * wg_phrases_fill:
 * @box: where the phrases come
 * @words: the text that a tapped phrase is put behind
 *
 * Offers the usual phrases.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md rule 9
 */
void
wg_phrases_fill (AdwWrapBox *box, GtkTextView *words)
{
  for (const char *const *phrase = wg_event_get_phrases (); *phrase != NULL; phrase++)
    {
      GtkWidget *button = gtk_button_new_with_label (_(*phrase));

      gtk_widget_add_css_class (button, "chip");
      g_signal_connect_object (button, "clicked", G_CALLBACK (on_clicked_cb), words, 0);
      adw_wrap_box_append (box, button);
    }
}
