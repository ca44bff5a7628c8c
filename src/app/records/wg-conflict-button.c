/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An open conflict in a list: what it is about; a press opens it. */
#include "app/records/wg-conflict-button.h"

#include <glib/gi18n.h>

#include "app/wg-time.h"
#include "app/widgets/wg-children.h"
#include "store/wg-records.h"

static char *
list_fields (const WgConflict *conflict)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < conflict->fields->len; i++)
    {
      const WgConflictField *field = g_ptr_array_index (conflict->fields, i);

      g_string_append_printf (names, "%s%s", i > 0 ? _ (", ") : "", _ (field->field->title));
    }
  return g_string_free_and_steal (names);
}

/**
 * wg_conflict_button_new:
 * @conflict: an open conflict
 * @now_ms: now
 *
 * Makes a button that names a conflict and opens its page.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the button
 */
GtkWidget *
wg_conflict_button_new (const WgConflict *conflict, gint64 now_ms)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-question-symbolic");
  g_autofree char *fields = list_fields (conflict);
  g_autofree char *when = wg_time_format (conflict->opened_ms, now_ms);
  g_autofree char *words = g_strdup_printf (
      _ ("Conflict, compare: %s · %s · %s"),
        conflict->title != NULL ? conflict->title : _ (conflict->kind->title), fields, when);
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "notice");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.show-conflict");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", conflict->id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  return button;
}

/**
 * wg_conflict_buttons_show:
 * @box: where they stand; what stood there goes
 * @conflicts: (element-type WgConflictItem): the open conflicts of an event or a record
 * @now_ms: now
 *
 * Shows a button for each conflict, and nothing at all where there is none. Each opens the page on
 * which one of its authors, or the sub-centre, chooses.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_conflict_buttons_show (GtkBox *box, GPtrArray *conflicts, gint64 now_ms)
{
  wg_children_remove_all (GTK_WIDGET (box));
  for (guint i = 0; i < conflicts->len; i++)
    gtk_box_append (box,
                    wg_conflict_button_new (
                        wg_conflict_item_get_conflict (g_ptr_array_index (conflicts, i)), now_ms));
  gtk_widget_set_visible (GTK_WIDGET (box), conflicts->len > 0);
}
