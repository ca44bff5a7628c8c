/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emptying a box, a wrap box or a grid. */
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
