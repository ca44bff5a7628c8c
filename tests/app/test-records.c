/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records on the terminal: list and search, the family page, the form, refusals, conflicts. */
#include "app/app-records.h"
#include "app/form/wg-choice-page.h"
#include "app/form/wg-form.h"
#include "app/records/wg-conflict-page.h"
#include "app/records/wg-record-dialog.h"
#include "app/records/wg-record-page.h"
#include "app/records/wg-record-row.h"
#include "store/wg-outbox.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)
#define C(context, msgid) g_dpgettext2 (GETTEXT_PACKAGE, context, msgid)

static const struct
{
  int width, height;
} SIZES[] = { { 1280, 800 }, { 960, 600 }, { 800, 1280 }, { 360, 720 } };

/* --- what a person does ----------------------------------------------------------------------- */

static GtkWidget *
window_of (AppTablet *tablet)
{
  return GTK_WIDGET (tablet->window);
}

static void
show_records (AppTablet *tablet)
{
  wg_window_show_page (tablet->window, "records");
  app_settle (tablet);
}

static GtkWidget *
open_record (AppTablet *tablet, char *id)
{
  g_autofree char *owned = id;

  gtk_widget_activate_action (window_of (tablet), "win.show-record", "s", owned);
  app_settle (tablet);
  return app_wait_for (window_of (tablet), WG_TYPE_RECORD_PAGE, NULL);
}

static WgRecordDialog *
open_form (AppTablet *tablet, char *id)
{
  g_autofree char *owned = id;

  gtk_widget_activate_action (window_of (tablet), "win.edit-record", "s", owned);
  app_settle (tablet);
  return WG_RECORD_DIALOG (app_wait_for (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL));
}

static WgForm *
form_in (WgRecordDialog *dialog)
{
  return WG_FORM (app_wait_for (GTK_WIDGET (dialog), WG_TYPE_FORM, NULL));
}

static void
search (AppTablet *tablet, const char *words)
{
  GtkWidget *entry = app_wait_for (window_of (tablet), GTK_TYPE_SEARCH_ENTRY, T ("Search records"));

  gtk_editable_set_text (GTK_EDITABLE (entry), words);
  g_signal_emit_by_name (entry, "search-changed");
}

typedef struct
{
  GtkWidget *root;
  guint n;
} Expected;

static gboolean
are_rows (gpointer data)
{
  Expected *expected = data;

  return app_count_shown (expected->root, WG_TYPE_RECORD_ROW) == expected->n;
}

static void
wait_rows (AppTablet *tablet, guint n)
{
  Expected expected = { window_of (tablet), n };

  app_wait (are_rows, &expected, "the rows");
}

/* --- what waits ------------------------------------------------------------------------------- */

static gpointer
outbox_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_list (context, 100, error);
}

static guint
count_waiting (AppTablet *tablet, WgOperationKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items =
                wg_store_run (wg_services_get_store (tablet->services), outbox_job, NULL, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    {
      const WgOutboxRow *row = wg_outbox_item_get_row (g_ptr_array_index (items, i));

      n += row->kind == kind && row->truth == WG_TRUTH_SAVED;
    }
  return n;
}

typedef struct
{
  AppTablet *tablet;
  WgOperationKind kind;
  guint n;
} Waiting;

static gboolean
is_waiting (gpointer data)
{
  Waiting *waiting = data;

  return count_waiting (waiting->tablet, waiting->kind) == waiting->n;
}

static void
wait_operations (AppTablet *tablet, WgOperationKind kind, guint n)
{
  Waiting waiting = { tablet, kind, n };

  app_wait (is_waiting, &waiting, wg_operation_kind_to_string (kind, wg_kind_find ("resident")));
}

/* --- the list --------------------------------------------------------------------------------- */

static void
test_search (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 1300);

  show_records (tablet);
  app_wait_for (window_of (tablet), GTK_TYPE_LABEL, "段**");
  g_assert_null (app_find (window_of (tablet), GTK_TYPE_LABEL, "段正淳"));
  search (tablet, "dzc");
  wait_rows (tablet, 4);
  search (tablet, "刀白");
  wait_rows (tablet, 4);
  search (tablet, "zzzz");
  wait_rows (tablet, 0);
  app_wait_for (window_of (tablet), GTK_TYPE_LABEL, T ("Nothing Found"));
  search (tablet, "");
  app_wait_for (window_of (tablet), GTK_TYPE_LABEL, "段**");
}

/* Who was not looked at in this half-year: counted, listed, and one tap each. */
static void
test_due (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 1300);
  g_autofree char *due =
      g_strdup_printf (T ("Not confirmed in this half-year (%u)"), APP_HOUSEHOLDS / 2);
  g_autofree char *left =
      g_strdup_printf (T ("Not confirmed in this half-year (%u)"), APP_HOUSEHOLDS / 2 - 1);
  GtkWidget *row;

  show_records (tablet);
  app_click (window_of (tablet), T ("Household"));
  wait_rows (tablet, APP_HOUSEHOLDS);
  app_wait_for (window_of (tablet), GTK_TYPE_TOGGLE_BUTTON, due);
  app_click (window_of (tablet), due);
  wait_rows (tablet, APP_HOUSEHOLDS / 2);
  row = app_find (window_of (tablet), WG_TYPE_RECORD_ROW, NULL);
  g_signal_emit_by_name (app_find (row, GTK_TYPE_BUTTON, C ("record", "No Change")), "clicked");
  wait_rows (tablet, APP_HOUSEHOLDS / 2 - 1);
  app_wait_for (window_of (tablet), GTK_TYPE_TOGGLE_BUTTON, left);
}

/* --- the family page -------------------------------------------------------------------------- */

static void
test_family (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (960, 1300);
  GtkWidget *page = open_record (tablet, app_household_id (1));

  app_wait_for (page, WG_TYPE_RECORD_ROW, NULL);
  g_assert_cmpuint (app_count_shown (page, WG_TYPE_RECORD_ROW), ==, 2);
  app_picture (window_of (tablet), "family");
  app_click (page, T ("Confirm: No Change"));
  wait_operations (tablet, WG_OPERATION_RECORD_CONFIRM, 3);
  app_wait_gone (page, GTK_TYPE_BUTTON, T ("Confirm: No Change"));
}

/* A member is added with the household filled in. */
static void
test_member (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (960, 1300);
  GtkWidget *page = open_record (tablet, app_household_id (2));
  g_autofree char *add = g_strdup_printf (T ("New: %s"), T ("Resident"));
  g_autofree char *id = app_household_id (2);
  g_autofree char *value = NULL;
  GtkWidget *dialog;

  app_click (page, add);
  dialog = app_wait_for (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  value = wg_form_dup_value (form_in (WG_RECORD_DIALOG (dialog)), "household");
  g_assert_cmpstr (value, ==, id);
}

/* Another name of the household comes while the page of somebody who lives there is open. */
static void
test_renamed (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (960, 1300);
  GtkWidget *page = open_record (tablet, app_resident_id (2));

  app_wait_for (page, GTK_TYPE_LABEL, "明澜小区 3号楼 2单元 102");
  app_tablet_rename (tablet, 1, "明澜花园");
  app_wait_for (page, GTK_TYPE_LABEL, "明澜花园 3号楼 2单元 102");
}

/* Read only once it is written down that it was. */
static void
test_reveal (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (960, 1300);
  GtkWidget *page = open_record (tablet, app_resident_id (0));
  g_autofree char *show = g_strdup_printf (T ("Show: %s"), T ("Name"));

  g_assert_null (app_find (page, GTK_TYPE_LABEL, "段正淳"));
  g_assert_cmpuint (count_waiting (tablet, WG_OPERATION_RECORD_REVEAL), ==, 0);
  app_click (page, show);
  app_wait_for (page, GTK_TYPE_LABEL, "段正淳");
  g_assert_cmpuint (count_waiting (tablet, WG_OPERATION_RECORD_REVEAL), ==, 1);
}

/* --- the form --------------------------------------------------------------------------------- */

static void
fill_resident (WgForm *form)
{
  wg_form_set_value (form, "name", "阿朱");
  wg_form_set_value (form, "id_kind", "999");
  wg_form_set_value (form, "pop_type", "20");
  wg_form_set_value (form, "status", "1");
}

static GtkWidget *
open_new (AppTablet *tablet)
{
  gtk_widget_activate_action (window_of (tablet), "win.new-record", "(sss)", "resident", "", "");
  return app_wait_for (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
}

static void
test_new (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);
  GtkWidget *dialog;

  show_records (tablet);
  dialog = open_new (tablet);
  app_click (dialog, T ("Save"));
  app_wait_for (dialog, GTK_TYPE_LABEL, T ("Missing: please fill it in"));
  fill_resident (form_in (WG_RECORD_DIALOG (dialog)));
  app_click (dialog, T ("Save"));
  wait_operations (tablet, WG_OPERATION_RECORD_CREATE, 1);
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  search (tablet, "az");
  wait_rows (tablet, 1);
}

/* What was just added is changed before it was ever sent. */
static void
test_edit (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);
  GtkWidget *dialog, *page;

  show_records (tablet);
  dialog = open_new (tablet);
  fill_resident (form_in (WG_RECORD_DIALOG (dialog)));
  app_click (dialog, T ("Save"));
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  search (tablet, "az");
  wait_rows (tablet, 1);
  g_signal_emit_by_name (
      app_find (app_find (window_of (tablet), WG_TYPE_RECORD_ROW, NULL), GTK_TYPE_BUTTON, NULL),
      "clicked");
  page = app_wait_for (window_of (tablet), WG_TYPE_RECORD_PAGE, NULL);
  app_click (page, T ("Change"));
  dialog = app_wait_for (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (dialog, GTK_TYPE_ENTRY, T ("Phone"))),
                         "138 0000 0009");
  app_click (dialog, T ("Save"));
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  app_wait_for (page, GTK_TYPE_LABEL, "138****0009");
}

/* Killed while typing: the form is there again, with its focus. Saved: the draft is gone. */
static void
test_draft (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);
  g_autofree char *name = g_strdup_printf (T ("Draft: %s"), T ("Resident"));
  g_autofree char *value = NULL;
  WgForm *form = form_in (WG_RECORD_DIALOG (open_new (tablet)));
  GtkWidget *dialog;

  app_draw (window_of (tablet));
  wg_form_set_focus (form, "phone");
  g_assert_cmpstr (wg_form_get_focus (form), ==, "phone");
  fill_resident (form);
  wg_form_set_value (form, "phone", "13812345678");
  app_wait_for (window_of (tablet), GTK_TYPE_BUTTON, name);
  app_tablet_restart (tablet);
  app_wait_for (window_of (tablet), GTK_TYPE_BUTTON, name);
  app_click (window_of (tablet), name);
  dialog = app_wait_for (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  form = form_in (WG_RECORD_DIALOG (dialog));
  app_draw (window_of (tablet));
  value = wg_form_dup_value (form, "phone");
  g_assert_cmpstr (value, ==, "13812345678");
  g_assert_cmpstr (wg_form_get_focus (form), ==, "phone");
  app_click (dialog, T ("Save"));
  wait_operations (tablet, WG_OPERATION_RECORD_CREATE, 1);
  app_wait_gone (window_of (tablet), GTK_TYPE_BUTTON, name);
}

/* A reference is chosen by search, a long list on its page. */
static void
test_choose (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);
  GtkWidget *dialog = open_new (tablet);
  WgForm *form = form_in (WG_RECORD_DIALOG (dialog));
  GtkWidget *page;

  g_signal_emit_by_name (form, "ask", "nation");
  page = app_wait_for (dialog, WG_TYPE_CHOICE_PAGE, NULL);
  app_click (page, "藏族");
  app_wait_gone (dialog, WG_TYPE_CHOICE_PAGE, NULL);
  g_assert_cmpstr (wg_record_get_text (wg_form_get_record (form), "nation"), ==, "04");
  g_signal_emit_by_name (form, "ask", "household");
  page = app_wait_for (dialog, WG_TYPE_CHOICE_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_BUTTON, "明澜小区 3号楼 2单元 101");
  app_picture (window_of (tablet), "choose");
  app_click (page, "明澜小区 3号楼 2单元 101");
  app_wait_gone (dialog, WG_TYPE_CHOICE_PAGE, NULL);
  app_wait_for (GTK_WIDGET (form), GTK_TYPE_LABEL, "明澜小区 3号楼 2单元 101");
}

/* The same number twice is asked about before it is saved. */
static void
test_double (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);
  GtkWidget *dialog = open_new (tablet), *question;
  g_autofree char *number = NULL;
  WgForm *form = form_in (WG_RECORD_DIALOG (dialog));

  fill_resident (form);
  wg_form_set_value (form, "id_kind", "111");
  number = app_resident_number (0);
  wg_form_set_value (form, "id_no", number);
  app_click (dialog, T ("Save"));
  question = app_wait_for (window_of (tablet), ADW_TYPE_ALERT_DIALOG, NULL);
  g_assert_cmpuint (count_waiting (tablet, WG_OPERATION_RECORD_CREATE), ==, 0);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (question), "save");
  adw_dialog_close (ADW_DIALOG (question));
  wait_operations (tablet, WG_OPERATION_RECORD_CREATE, 1);
}

/* Refused: the reason stands at the field, the mended value is reported again. */
static void
test_refused (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 1000);
  g_autofree char *id = app_resident_id (1);
  WgRecordDialog *dialog = open_form (tablet, app_resident_id (1));
  GtkWidget *page;
  WgForm *form;

  wg_form_set_value (form_in (dialog), "relation", "2");
  app_click (GTK_WIDGET (dialog), T ("Save"));
  wait_operations (tablet, WG_OPERATION_RECORD_PATCH, 1);
  /* It is seen for as long as it fades, and would be taken for the one that comes. */
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  app_tablet_answer (tablet, id, "relation");
  wg_window_show_page (tablet->window, "queue");
  app_click (window_of (tablet), T ("Mend and Report Again"));
  dialog = WG_RECORD_DIALOG (app_wait_for (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL));
  form = form_in (dialog);
  app_draw (window_of (tablet));
  g_assert_cmpstr (wg_form_get_focus (form), ==, "relation");
  app_picture (window_of (tablet), "refused");
  wg_form_set_value (form, "relation", "3");
  app_click (GTK_WIDGET (dialog), T ("Mend and Report Again"));
  wait_operations (tablet, WG_OPERATION_RECORD_PATCH, 1);
  page = open_record (tablet, app_resident_id (1));
  app_wait_gone (page, GTK_TYPE_BUTTON, T ("Let It Be"));
}

/* --- conflicts -------------------------------------------------------------------------------- */

static char *
name_card (const char *field, const char *whose)
{
  return g_strdup_printf (C ("name of a field: its value", "%s: %s"), T (field), T (whose));
}

static void
test_conflict (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);
  g_autofree char *id = app_conflict_id ();
  g_autofree char *place = name_card ("Compound or village", "Came later");
  g_autofree char *contact = name_card ("Contact person", "On the platform now");
  g_autofree char *show = g_strdup_printf (T ("Show: %s"), T ("Contact person"));
  GtkWidget *page, *settle;

  gtk_widget_activate_action (window_of (tablet), "win.show-conflict", "s", id);
  page = app_wait_for (window_of (tablet), WG_TYPE_CONFLICT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_LABEL, "明澜花园");
  g_assert_null (app_find (page, GTK_TYPE_LABEL, "段正明"));
  app_click (page, show);
  app_wait_for (page, GTK_TYPE_LABEL, "段正明");
  settle = app_find (page, GTK_TYPE_BUTTON, T ("Settle as Chosen"));
  app_click (page, place);
  g_assert_false (gtk_widget_get_sensitive (settle));
  app_click (page, contact);
  app_click (page, T ("Settle as Chosen"));
  wait_operations (tablet, WG_OPERATION_CONFLICT_RESOLVE, 1);
}

static gboolean
is_conflict_shown (gpointer data)
{
  return app_find_action (data, "win.show-conflict") != NULL;
}

static void
wait_conflict (AppTablet *tablet)
{
  app_wait (is_conflict_shown, window_of (tablet), "the conflict");
}

/* It stays in the queue and on the record until somebody has chosen, also over a restart. */
static void
test_conflict_stays (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 800);

  for (int i = 0; i < 2; i++)
    {
      wg_window_show_page (tablet->window, "queue");
      app_settle (tablet);
      wait_conflict (tablet);
      open_record (tablet, app_household_id (0));
      wait_conflict (tablet);
      app_tablet_restart (tablet);
    }
}

/* One's own change met another value: nobody refused it, and what to do is to choose. A refusal
 * beside it keeps its own words and its own way. */
static void
test_conflict_is_no_refusal (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (1280, 1000);
  g_autofree char *refused = app_resident_id (5);
  const char *summary = "2 项有冲突，请核对后选定";
  WgRecordDialog *dialog = open_form (tablet, app_household_id (1));
  GtkWidget *page;

  wg_form_set_value (form_in (dialog), "place", "明澜花园");
  app_click (GTK_WIDGET (dialog), T ("Save"));
  wait_operations (tablet, WG_OPERATION_RECORD_PATCH, 1);
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  app_tablet_dispute (tablet, 1);

  page = open_record (tablet, app_household_id (1));
  wait_conflict (tablet);
  app_wait_for (page, GTK_TYPE_LABEL, T ("Conflict to be checked"));
  app_draw (window_of (tablet));
  app_picture (window_of (tablet), "own-conflict");
  g_assert_null (app_find (page, GTK_TYPE_BUTTON, T ("Mend and Report Again")));
  g_assert_null (app_find (page, GTK_TYPE_BUTTON, T ("Let It Be")));
  dialog = open_form (tablet, app_household_id (1));
  g_assert_null (app_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, T ("Mend and Report Again")));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);

  wg_window_show_page (tablet->window, "queue");
  app_wait_for (window_of (tablet), GTK_TYPE_LABEL, summary);
  g_assert_null (app_find (window_of (tablet), GTK_TYPE_BUTTON, T ("Mend and Report Again")));
  app_draw (window_of (tablet));
  app_picture (window_of (tablet), "queue-own-conflict");
  app_click (window_of (tablet), C ("conflict", "Compare"));
  page = app_wait_for (window_of (tablet), WG_TYPE_CONFLICT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_LABEL, "明澜花园");

  dialog = open_form (tablet, app_resident_id (5));
  wg_form_set_value (form_in (dialog), "relation", "2");
  app_click (GTK_WIDGET (dialog), T ("Save"));
  wait_operations (tablet, WG_OPERATION_RECORD_PATCH, 1);
  app_wait_gone (window_of (tablet), WG_TYPE_RECORD_DIALOG, NULL);
  app_tablet_answer (tablet, refused, "relation");
  page = open_record (tablet, app_resident_id (5));
  app_wait_for (page, GTK_TYPE_LABEL, T ("Sent back"));
  app_wait_for (page, GTK_TYPE_BUTTON, T ("Mend and Report Again"));
  g_assert_null (app_find_action (page, "win.show-conflict"));
}

/* --- looking at all of it --------------------------------------------------------------------- */

static void
look (AppTablet *tablet, const char *what, gsize size)
{
  g_autofree char *name = g_strdup_printf ("%s-%d", what, SIZES[size].width);

  app_settle (tablet);
  app_draw (window_of (tablet));
  app_check_targets (window_of (tablet));
  app_picture (window_of (tablet), name);
}

static void
test_looks (gconstpointer data)
{
  gsize size = GPOINTER_TO_SIZE (data);
  g_autoptr (AppTablet) tablet = app_tablet_new_with_records (SIZES[size].width, SIZES[size].height);
  g_autofree char *conflict = app_conflict_id ();
  WgRecordDialog *dialog;

  show_records (tablet);
  look (tablet, "records", size);
  open_record (tablet, app_household_id (0));
  look (tablet, "household", size);
  open_record (tablet, app_resident_id (0));
  look (tablet, "resident", size);
  gtk_widget_activate_action (window_of (tablet), "win.show-conflict", "s", conflict);
  app_wait_for (window_of (tablet), WG_TYPE_CONFLICT_PAGE, NULL);
  look (tablet, "conflict", size);
  wg_window_show_page (tablet->window, "queue");
  look (tablet, "queue", size);
  dialog = open_form (tablet, app_resident_id (0));
  look (tablet, "form", size);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/records/search", test_search);
  g_test_add_func ("/app/records/due", test_due);
  g_test_add_func ("/app/records/family", test_family);
  g_test_add_func ("/app/records/member", test_member);
  g_test_add_func ("/app/records/renamed", test_renamed);
  g_test_add_func ("/app/records/reveal", test_reveal);
  g_test_add_func ("/app/records/new", test_new);
  g_test_add_func ("/app/records/edit", test_edit);
  g_test_add_func ("/app/records/draft", test_draft);
  g_test_add_func ("/app/records/choose", test_choose);
  g_test_add_func ("/app/records/double", test_double);
  g_test_add_func ("/app/records/refused", test_refused);
  g_test_add_func ("/app/records/conflict", test_conflict);
  g_test_add_func ("/app/records/conflict-stays", test_conflict_stays);
  g_test_add_func ("/app/records/conflict-is-no-refusal", test_conflict_is_no_refusal);
  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autofree char *name =
          g_strdup_printf ("/app/records/looks/%dx%d", SIZES[i].width, SIZES[i].height);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_looks);
    }
  return g_test_run ();
}
