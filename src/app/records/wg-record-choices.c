/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page on which a form's value is chosen: of a code list, among records, on the map. */
#include "app/records/wg-record-choices.h"

#include <glib/gi18n.h>

#include "app/field/wg-place-page.h"
#include "app/form/wg-choice-page.h"
#include "app/form/wg-form-place.h"
#include "app/records/wg-record-jobs.h"
#include "app/records/wg-record-words.h"
#include "core/wg-codes.h"

#define MOST_FOUND 50

/* What a page needs until it goes. */
typedef struct
{
  WgServices *services; /* owned */
  GWeakRef form;
  const WgField *field;
  GCancellable *cancellable; /* owned */
} Choice;

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  g_cancellable_cancel (choice->cancellable);
  g_clear_object (&choice->cancellable);
  g_object_unref (choice->services);
  g_weak_ref_clear (&choice->form);
  g_free (choice);
}

static Choice *
get_choice (gpointer page)
{
  return g_object_get_data (page, "choice");
}

static void
give (AdwNavigationPage *page, const char *value)
{
  Choice *choice = get_choice (page);
  g_autoptr (WgForm) form = g_weak_ref_get (&choice->form);
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (page), ADW_TYPE_NAVIGATION_VIEW);

  if (form == NULL || view == NULL)
    return;
  wg_form_set_value (form, choice->field->name, value);
  adw_navigation_view_pop (ADW_NAVIGATION_VIEW (view));
}

static void
on_chosen_cb (AdwNavigationPage *page, const char *value)
{
  give (page, value);
}

/* --- a code list ------------------------------------------------------------------------------ */

static void
on_search_codes_cb (WgChoicePage *page, const char *words)
{
  const WgCodes *codes = wg_codes_get_builtin (get_choice (page)->field->codes);
  gsize n = 0;
  const WgCode *rows = codes != NULL ? wg_codes_get_rows (codes, &n) : NULL;

  wg_choice_page_clear (page);
  for (gsize i = 0; i < n; i++)
    if (*words == '\0' || g_str_has_prefix (rows[i].code, words) ||
        strstr (rows[i].name, words) != NULL)
      wg_choice_page_add (page, rows[i].code, rows[i].name, rows[i].note);
  wg_choice_page_end (page);
}

/* --- records ---------------------------------------------------------------------------------- */

static void
on_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgChoicePage) page = user_data;
  g_autoptr (GPtrArray) items = wg_store_run_finish (WG_STORE (source), result, NULL);

  if (items == NULL || gtk_widget_get_root (GTK_WIDGET (page)) == NULL)
    return;
  wg_choice_page_clear (page);
  for (guint i = 0; i < items->len; i++)
    {
      const WgRecordView *view = wg_record_item_get_view (g_ptr_array_index (items, i));
      g_autofree char *title = wg_record_describe_title (view->record);
      g_autofree char *detail = wg_record_describe_detail (view->record);

      wg_choice_page_add (page, view->record->id, title, detail);
    }
  wg_choice_page_end (page);
}

static void
on_search_records_cb (WgChoicePage *page, const char *words)
{
  Choice *choice = get_choice (page);
  WgRecordQuery query = {
    .kind = wg_kind_find (choice->field->codes),
    .text = *words != '\0' ? words : NULL,
    .limit = MOST_FOUND,
  };

  if (choice->cancellable != NULL)
    g_cancellable_cancel (choice->cancellable);
  g_clear_object (&choice->cancellable);
  choice->cancellable = g_cancellable_new ();
  wg_record_jobs_list (wg_services_get_store (choice->services), &query, choice->cancellable,
                       on_found_cb, g_object_ref (page));
}

/* --- the map ---------------------------------------------------------------------------------- */

static void
on_picked_cb (AdwNavigationPage *page, double lon, double lat)
{
  g_autofree char *value = wg_form_place_to_text ((WgPoint) { lon, lat });

  give (page, value);
}

static void
on_cancelled_cb (AdwNavigationPage *page)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (page), ADW_TYPE_NAVIGATION_VIEW);

  if (view != NULL)
    adw_navigation_view_pop (ADW_NAVIGATION_VIEW (view));
}

static AdwNavigationPage *
make_map (WgServices *services, WgForm *form, const WgField *field)
{
  g_autofree char *value = wg_form_dup_value (form, field->name);
  WgPoint point;
  gboolean known = wg_form_place_from_text (value, &point);
  WgPlacePage *page = wg_place_page_new (services, known ? &point : NULL);

  g_signal_connect (page, "picked", G_CALLBACK (on_picked_cb), NULL);
  g_signal_connect (page, "cancelled", G_CALLBACK (on_cancelled_cb), NULL);
  return ADW_NAVIGATION_PAGE (page);
}

/**
 * wg_record_choices_new:
 * @services: what the screens work with, open
 * @form: the form that asks
 * @field: one of its fields
 *
 * Makes the page on which the value of a field is chosen; only its type decides which one. The
 * page gives the value to the form and takes itself away.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the page
 */
AdwNavigationPage *
wg_record_choices_new (WgServices *services, WgForm *form, const WgField *field)
{
  Choice *choice = g_new0 (Choice, 1);
  AdwNavigationPage *page;

  choice->services = g_object_ref (services);
  g_weak_ref_init (&choice->form, form);
  choice->field = field;
  page = field->type == WG_FIELD_DEGREE
             ? make_map (services, form, field)
             : ADW_NAVIGATION_PAGE (wg_choice_page_new (_ (field->title)));
  g_object_set_data_full (G_OBJECT (page), "choice", choice, choice_free);
  if (WG_IS_CHOICE_PAGE (page))
    {
      g_signal_connect (page, "chosen", G_CALLBACK (on_chosen_cb), NULL);
      g_signal_connect (page, "search",
                        field->type == WG_FIELD_RECORD ? G_CALLBACK (on_search_records_cb)
                                                       : G_CALLBACK (on_search_codes_cb),
                        NULL);
      wg_choice_page_start (WG_CHOICE_PAGE (page));
    }
  return page;
}
