/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conflict: two values for each field in question, who and when, and a choice for each. */
#include "app/records/wg-conflict-page.h"

#include <glib/gi18n.h>

#include "app/records/wg-conflict-field.h"
#include "app/records/wg-record-jobs.h"
#include "app/wg-app-error.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-children.h"

struct _WgConflictPage
{
  AdwNavigationPage parent_instance;

  GtkStack *stack;
  GtkLabel *message;
  GtkLabel *heading, *about;
  GtkBox *fields;
  GtkWidget *bottom;
  GtkLabel *left;
  GtkWidget *settle;

  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  char *id;                  /* owned */
  WgConflictItem *item;      /* owned; what is shown */
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (WgConflictPage, wg_conflict_page, ADW_TYPE_NAVIGATION_PAGE)

static const WgConflict *
get_conflict (WgConflictPage *self)
{
  return wg_conflict_item_get_conflict (self->item);
}

/* --- choosing --------------------------------------------------------------------------------- */

static void
update_left (WgConflictPage *self)
{
  guint n_left = 0;
  g_autofree char *text = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->fields)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (wg_conflict_field_get_choice (WG_CONFLICT_FIELD (child)) == WG_CHOICE_NONE)
      n_left++;
  text = g_strdup_printf (
      ngettext ("%u field is still to be chosen", "%u fields are still to be chosen", n_left),
      n_left);
  gtk_label_set_text (self->left, text);
  gtk_widget_set_visible (GTK_WIDGET (self->left), n_left > 0);
  gtk_widget_set_sensitive (self->settle, n_left == 0);
}

static void
on_settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgConflictPage) self = user_data;

  if (wg_toast_finish (GTK_WIDGET (self), self->services, source, result))
    wg_toast_show (GTK_WIDGET (self), _ ("Saved on this tablet, waiting to be sent"));
  else if (self->settle != NULL)
    gtk_widget_set_sensitive (self->settle, TRUE);
}

static void
on_settle_clicked_cb (WgConflictPage *self)
{
  g_autoptr (GArray) choices = g_array_new (FALSE, FALSE, sizeof (WgChoice));

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->fields)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      WgChoice choice = wg_conflict_field_get_choice (WG_CONFLICT_FIELD (child));

      g_array_append_val (choices, choice);
    }
  gtk_widget_set_sensitive (self->settle, FALSE);
  wg_conflict_jobs_settle (wg_services_get_store (self->services), get_conflict (self),
                           (const WgChoice *) (gpointer) choices->data, on_settled_cb,
                           g_object_ref (self));
}

/* --- showing ---------------------------------------------------------------------------------- */

static void
set_narrow (WgConflictPage *self, gboolean narrow)
{
  self->narrow = narrow;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->fields)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    wg_conflict_field_set_stacked (WG_CONFLICT_FIELD (child), narrow);
}

static void
on_narrow_cb (WgConflictPage *self)
{
  set_narrow (self, TRUE);
}

static void
on_wide_cb (WgConflictPage *self)
{
  set_narrow (self, FALSE);
}

static char *
explain (WgConflictPage *self)
{
  const WgConflict *conflict = get_conflict (self);
  g_autofree char *when = NULL;

  if (!conflict->settled)
    return g_strdup (conflict->voided
                     ? _ ("The record was closed before this change came. Choosing the later "
                             "value opens it again.")
                     : _ ("Two people changed the same without knowing of each other. Choose "
                              "for each field which value is right; until then the platform keeps "
                              "the first."));
  when = wg_time_format (conflict->settled_ms, wg_services_now_ms (self->services));
  return g_strdup_printf (_ ("Settled by %s, %s."),
                            conflict->settled_name != NULL ? conflict->settled_name
                            : conflict->settled_by != NULL ? conflict->settled_by
                                                           : _ ("you"), when);
}

static void
show_conflict (WgConflictPage *self)
{
  const WgConflict *conflict = get_conflict (self);
  g_autofree char *about = explain (self);
  g_autofree char *heading = g_strdup_printf (
      "%s · %s", _ (conflict->kind->title), conflict->title != NULL ? conflict->title : "");

  gtk_label_set_text (self->heading, heading);
  gtk_label_set_text (self->about, about);
  wg_children_remove_all (GTK_WIDGET (self->fields));
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      WgConflictFieldBox *box =
          wg_conflict_field_new (self->services, conflict, g_ptr_array_index (conflict->fields, i));

      wg_conflict_field_set_stacked (box, self->narrow);
      g_signal_connect_object (box, "changed", G_CALLBACK (update_left), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->fields, GTK_WIDGET (box));
    }
  gtk_widget_set_visible (self->bottom, !conflict->settled);
  update_left (self);
  gtk_stack_set_visible_child_name (self->stack, "conflict");
}

/* Whoever has begun to choose goes on, unless the conflict itself is another now. */
static gboolean
is_as_shown (WgConflictPage *self, const WgConflict *conflict)
{
  return self->item != NULL && get_conflict (self)->ver == conflict->ver &&
         get_conflict (self)->settled == conflict->settled &&
         get_conflict (self)->fields->len == conflict->fields->len;
}

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgConflictPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgConflictItem) item = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->stack == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (item == NULL)
    {
      g_autofree char *words = wg_app_error_describe (error);

      gtk_label_set_text (self->message, words);
      gtk_widget_set_visible (self->bottom, FALSE);
      gtk_stack_set_visible_child_name (self->stack, "wait");
      return;
    }
  if (is_as_shown (self, wg_conflict_item_get_conflict (item)))
    return;
  g_set_object (&self->item, item);
  show_conflict (self);
}

static void
read_conflict (WgConflictPage *self)
{
  wg_conflict_jobs_get (wg_services_get_store (self->services), self->id, self->cancellable,
                        on_read_cb, g_object_ref (self));
}

static void
on_store_changed_cb (WgConflictPage *self, const char *topic)
{
  if (g_str_equal (topic, "conflicts") || g_str_equal (topic, "outbox"))
    read_conflict (self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_conflict_page_dispose (GObject *object)
{
  WgConflictPage *self = WG_CONFLICT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_CONFLICT_PAGE);
  g_clear_object (&self->services);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (wg_conflict_page_parent_class)->dispose (object);
}

static void
wg_conflict_page_finalize (GObject *object)
{
  g_free (WG_CONFLICT_PAGE (object)->id);
  G_OBJECT_CLASS (wg_conflict_page_parent_class)->finalize (object);
}

static void
wg_conflict_page_class_init (WgConflictPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_conflict_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = wg_conflict_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-conflict-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, message);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, heading);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, about);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, fields);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, bottom);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, left);
  gtk_widget_class_bind_template_child (widget_class, WgConflictPage, settle);
  gtk_widget_class_bind_template_callback (widget_class, on_narrow_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_wide_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_settle_clicked_cb);
}

static void
wg_conflict_page_init (WgConflictPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

/**
 * wg_conflict_page_new:
 * @services: what the screens work with, open
 * @id: a conflict
 *
 * Makes the page of a conflict. It stays until somebody has chosen; it follows the store.
 *
 * Thread: UI.
 * Errors: none; a conflict that is not there is said on the page.
 * Source: ux.md R6; protocol.md 2.3
 *
 * Returns: (transfer floating): the page
 */
WgConflictPage *
wg_conflict_page_new (WgServices *services, const char *id)
{
  WgConflictPage *self = g_object_new (WG_TYPE_CONFLICT_PAGE, NULL);

  self->services = g_object_ref (services);
  self->id = g_strdup (id);
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self, G_CONNECT_SWAPPED);
  read_conflict (self);
  return self;
}

/**
 * wg_conflict_page_get_id:
 * @self: the page
 *
 * Tells which conflict it shows.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): id of the conflict
 */
const char *
wg_conflict_page_get_id (WgConflictPage *self)
{
  return self->id;
}
