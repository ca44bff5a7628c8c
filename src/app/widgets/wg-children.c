/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is within a widget: emptying a box, a wrap box or a grid; taking the focus away. */
#include "app/widgets/wg-children.h"

#include <adwaita.h>

/**
 * wg_children_remove_all:
 * @parent: a box, a wrap box or a grid
 *
 * Removes all children.
 *
 * Thread: UI.
 * Errors: another kind of widget is a programming fault.
 */
void
wg_children_remove_all (GtkWidget *parent)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (parent)) != NULL)
    {
      if (ADW_IS_WRAP_BOX (parent))
        adw_wrap_box_remove (ADW_WRAP_BOX (parent), child);
      else if (GTK_IS_GRID (parent))
        gtk_grid_remove (GTK_GRID (parent), child);
      else
        gtk_box_remove (GTK_BOX (parent), child);
    }
}

/**
 * wg_children_drop_focus:
 * @parent: a widget
 *
 * Takes the focus from what is within @parent, which is about to go or to take no input: an entry
 * that goes with the focus complains.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_children_drop_focus (GtkWidget *parent)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus != NULL && gtk_widget_is_ancestor (focus, parent))
    gtk_root_set_focus (root, NULL);
}
