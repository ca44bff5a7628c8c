/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of a reference to another record: its title, a page to choose it on. */
#include <glib/gi18n.h>

#include "app/form/wg-form-choice.h"
#include "app/form/wg-form-makers.h"
#include "app/records/wg-record-jobs.h"

typedef struct
{
  GWeakRef row;
  char *id;
} Naming;

static void
naming_free (Naming *naming)
{
  g_weak_ref_clear (&naming->row);
  g_free (naming->id);
  g_free (naming);
}

static void
on_named_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Naming *naming = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *title = wg_store_run_finish (WG_STORE (source), result, &error);
  g_autoptr (WgFormRow) row = g_weak_ref_get (&naming->row);
  g_autofree char *value = row != NULL ? wg_form_choice_dup (row) : NULL;

  if (value != NULL && g_str_equal (value, naming->id))
    wg_form_choice_set (row, value, title != NULL ? title : _ ("A record not on this tablet"));
  naming_free (naming);
}

static void
set_record (WgFormRow *row, const char *value)
{
  WgStore *store = wg_services_get_store (wg_form_row_get_services (row));
  Naming *naming;

  wg_form_choice_set (row, value, NULL);
  if (value == NULL || store == NULL)
    return;
  naming = g_new0 (Naming, 1);
  g_weak_ref_init (&naming->row, row);
  naming->id = g_strdup (value);
  wg_record_jobs_name (store, value, on_named_cb, naming);
}

static void
set_record_editable (WgFormRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (wg_form_row_get_content (row), editable);
}

const WgFormMaker WG_FORM_RECORD = { wg_form_choice_build, set_record, wg_form_choice_dup,
                                     set_record_editable };
