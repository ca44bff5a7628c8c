/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The name of a button for people who do not see what it belongs to. */
#include "app/widgets/wg-name.h"

/**
 * wg_name_set:
 * @button: a button with a label
 * @name: its whole name, translated: "Show: Phone"
 *
 * Names a button. GTK names it after its label, which goes before any other name.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_name_set (GtkWidget *button, const char *name)
{
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
