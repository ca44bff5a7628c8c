/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form by table: a row for each type of field, what is shown when, findings, masks, drafts. */
#include "app/app-tablet.h"
#include "app/form/wg-form.h"
#include "app/form/wg-form-row.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

#define ALL "one"
#define NUMBER "11010519491231002X"

/* A kind that no code of the program knows: every type of field stands in it. */
static WgField fields[] = {
  { "grid_code", "Grid", WG_FIELD_CODE, WG_FIELD_REQUIRED, 15, 15, "grid" },
  { "text", "t-text", WG_FIELD_TEXT, WG_FIELD_REQUIRED, 2, 10, .section = ALL },
  { "words", "t-words", WG_FIELD_TEXT, WG_FIELD_MULTILINE, .max = 50, .section = ALL },
  { "word", "t-word", WG_FIELD_ID, .max = 9, .section = ALL },
  { "number", "t-number", WG_FIELD_INT, .max = 12, .section = ALL },
  { "real", "t-real", WG_FIELD_REAL, .max = 100, .section = ALL },
  { "code", "t-code", WG_FIELD_CODE, .max = 1, .codes = "tenure", .section = ALL },
  { "long", "t-long", WG_FIELD_CODE, .max = 2, .codes = "nation", .section = ALL },
  { "set", "t-set", WG_FIELD_CODES, .max = 10, .codes = "hazard", .section = ALL },
  { "flag", "t-flag", WG_FIELD_FLAG, .section = ALL },
  { "date", "t-date", WG_FIELD_DATE, WG_FIELD_PAST, .section = ALL },
  { "phone", "t-phone", WG_FIELD_PHONE, WG_FIELD_PERSONAL, .max = 20, .section = ALL },
  { "citizen", "t-citizen", WG_FIELD_CITIZEN, WG_FIELD_PERSONAL, .section = ALL },
  { "lon", "t-place", WG_FIELD_DEGREE, .min = 73, .max = 136, .section = ALL },
  { "lat", "t-lat", WG_FIELD_DEGREE, .min = 3, .max = 54, .section = ALL },
  { "record", "t-record", WG_FIELD_RECORD, .codes = "household", .section = ALL },
  { "let", "t-let", WG_FIELD_TEXT, WG_FIELD_REQUIRED, .max = 20, .section = "two",
    .when = "code=2" },
  { NULL },
};

static const WgSection sections[] = { { ALL, "s-one" }, { "two", "s-two" }, { NULL } };

static WgKind kind = {
  .name = "test",
  .title = "Test",
  .title_fields = "text",
  .fields = fields,
  .sections = sections,
};

static const struct
{
  const char *field, *value;
} VALUES[] = {
  { "text", "东 楼" },
  { "words", "一行\n两行" },
  { "word", "AB-7" },
  { "number", "7" },
  { "real", "2.5" },
  { "code", "1" },
  { "long", "03" },
  { "set", "01 02" },
  { "flag", "1" },
  { "date", "1990-01-02" },
  { "phone", "13812345678" },
  { "citizen", NUMBER },
  { "lon", "118.5000000 37.4000000" },
  { "record", "01890000-0000-7000-8000-000000000001" },
};

typedef struct
{
  AppTablet *tablet;
  GtkWidget *window;
  WgForm *form;
  guint n_changed;
  char *asked, *reveal;
} Sheet;

static void
on_changed_cb (Sheet *sheet)
{
  sheet->n_changed++;
}

static void
on_ask_cb (Sheet *sheet, const char *field)
{
  g_set_str (&sheet->asked, field);
}

static void
on_reveal_cb (Sheet *sheet, const char *field)
{
  g_set_str (&sheet->reveal, field);
}

static Sheet *
sheet_new (const WgRecord *original, const WgRecord *record, gboolean masked)
{
  Sheet *sheet = g_new0 (Sheet, 1);

  sheet->tablet = app_tablet_new (0, 1280, 800);
  sheet->form = g_object_new (WG_TYPE_FORM, NULL);
  g_signal_connect_swapped (sheet->form, "changed", G_CALLBACK (on_changed_cb), sheet);
  g_signal_connect_swapped (sheet->form, "ask", G_CALLBACK (on_ask_cb), sheet);
  g_signal_connect_swapped (sheet->form, "reveal", G_CALLBACK (on_reveal_cb), sheet);
  wg_form_open (sheet->form, sheet->tablet->services, original, record, masked);
  sheet->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (sheet->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (sheet->window), 360, 720);
  gtk_window_set_child (GTK_WINDOW (sheet->window), GTK_WIDGET (sheet->form));
  gtk_window_present (GTK_WINDOW (sheet->window));
  app_draw (sheet->window);
  return sheet;
}

static void
sheet_free (Sheet *sheet)
{
  gtk_window_destroy (GTK_WINDOW (sheet->window));
  app_settle (sheet->tablet);
  app_tablet_free (sheet->tablet);
  g_free (sheet->asked);
  g_free (sheet->reveal);
  g_free (sheet);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sheet, sheet_free)

static Sheet *
sheet_new_empty (void)
{
  g_autoptr (WgRecord) record = wg_record_new (&kind);

  return sheet_new (record, record, FALSE);
}

static WgFormRow *
find_row_below (GtkWidget *widget, const char *field)
{
  if (WG_IS_FORM_ROW (widget) &&
      g_str_equal (wg_form_row_get_field (WG_FORM_ROW (widget))->name, field))
    return WG_FORM_ROW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      WgFormRow *found = find_row_below (child, field);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
get_row (Sheet *sheet, const char *field)
{
  WgFormRow *row = find_row_below (GTK_WIDGET (sheet->form), field);

  g_assert_nonnull (row);
  return GTK_WIDGET (row);
}

static void
type (Sheet *sheet, const char *field, const char *text)
{
  GtkWidget *entry = app_find (get_row (sheet, field), GTK_TYPE_ENTRY, NULL);

  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static void
assert_value (Sheet *sheet, const char *field, const char *value)
{
  g_autofree char *found = wg_form_dup_value (sheet->form, field);

  g_assert_cmpstr (found, ==, value);
}

/* Presses a toggle in a row, also one that is pressed in. */
static void
toggle (Sheet *sheet, const char *field, const char *label)
{
  GtkWidget *chip = app_find (get_row (sheet, field), GTK_TYPE_TOGGLE_BUTTON, label);

  g_assert_nonnull (chip);
  g_signal_emit_by_name (chip, "clicked");
}

static gboolean
shows (Sheet *sheet, const char *field, const char *words)
{
  return app_find (get_row (sheet, field), GTK_TYPE_LABEL, words) != NULL;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* What is put in comes out again, for every type, and by the record. */
static void
test_every_type (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autoptr (WgRecord) result = NULL;
  g_autoptr (Sheet) again = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (VALUES); i++)
    {
      wg_form_set_value (sheet->form, VALUES[i].field, VALUES[i].value);
      assert_value (sheet, VALUES[i].field, VALUES[i].value);
    }
  g_assert_cmpuint (sheet->n_changed, ==, G_N_ELEMENTS (VALUES));
  result = wg_form_dup_result (sheet->form);
  g_assert_cmpstr (wg_record_get_text (result, "text"), ==, "东 楼");
  g_assert_cmpint (wg_record_get_int (result, "number"), ==, 7);
  g_assert_cmpfloat (wg_record_get_real (result, "lat"), ==, 37.4);
  g_assert_true (wg_record_get_flag (result, "flag"));
  g_assert_cmpstr (wg_record_get_list (result, "set")[1], ==, "02");

  again = sheet_new (result, result, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (VALUES); i++)
    {
      g_autofree char *value =
          wg_form_row_dup_value (WG_FORM_ROW (get_row (again, VALUES[i].field)));

      g_assert_cmpstr (value, ==, VALUES[i].value);
    }
  g_assert_false (wg_form_is_changed (again->form));
  g_assert_cmpuint (again->n_changed, ==, 0);
}

/* And taken out again, nothing is left. */
static void
test_cleared (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autoptr (WgRecord) result = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (VALUES); i++)
    wg_form_set_value (sheet->form, VALUES[i].field, VALUES[i].value);
  g_assert_true (wg_form_is_changed (sheet->form));
  for (gsize i = 0; i < G_N_ELEMENTS (VALUES); i++)
    {
      wg_form_set_value (sheet->form, VALUES[i].field, NULL);
      assert_value (sheet, VALUES[i].field, NULL);
    }
  g_assert_false (wg_form_is_changed (sheet->form));
}

static void
test_text (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  GtkWidget *view = app_find (get_row (sheet, "words"), GTK_TYPE_TEXT_VIEW, "t-words");

  type (sheet, "text", "  3 号楼 ");
  assert_value (sheet, "text", "3 号楼");
  g_assert_cmpuint (sheet->n_changed, ==, 1);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "一\n二", -1);
  assert_value (sheet, "words", "一\n二");
}

static void
test_number (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autofree char *more = g_strdup_printf (T ("One more: %s"), "t-number");
  g_autofree char *less = g_strdup_printf (T ("One less: %s"), "t-number");

  app_click (get_row (sheet, "number"), less);
  assert_value (sheet, "number", NULL);
  app_click (get_row (sheet, "number"), more);
  app_click (get_row (sheet, "number"), more);
  assert_value (sheet, "number", "2");
  type (sheet, "number", "１２");
  assert_value (sheet, "number", "12");
  app_click (get_row (sheet, "number"), more);
  assert_value (sheet, "number", "12");
  /* What is no number is said at once, keeps the form from being saved, and is not lost. */
  type (sheet, "number", "7a");
  g_assert_true (shows (sheet, "number", T ("Not in the expected form: please check it")));
  g_assert_false (wg_form_check (sheet->form));
  type (sheet, "number", "7");
  g_assert_false (shows (sheet, "number", T ("Not in the expected form: please check it")));
}

static void
test_date (void)
{
  static const char *const ways[] = { "19900102", "1990-1-2", "1990.01.02", "1990年1月2日",
                                      "１９９００１０２" };
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autofree char *today = g_strdup_printf (T ("Today: %s"), "t-date");

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      type (sheet, "date", ways[i]);
      assert_value (sheet, "date", "1990-01-02");
    }
  type (sheet, "date", "19900231");
  g_assert_true (shows (sheet, "date", T ("Not in the expected form: please check it")));
  app_click (get_row (sheet, "date"), today);
  g_assert_false (shows (sheet, "date", T ("Not in the expected form: please check it")));
}

static void
test_phone (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();

  type (sheet, "phone", "+86 138 1234 5678");
  assert_value (sheet, "phone", "13812345678");
}

static void
test_citizen (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  GtkWidget *row = get_row (sheet, "citizen");

  app_click (row, T ("Number keys"));
  for (const char *key = NUMBER; *key != '\0'; key++)
    {
      char name[2] = { *key, '\0' };

      app_click (row, name);
    }
  assert_value (sheet, "citizen", NUMBER);
  app_click (row, T ("Erase one character"));
  assert_value (sheet, "citizen", "11010519491231002");
  app_click (row, "1");
  g_assert_true (shows (sheet, "citizen", T (wg_issue_code_to_string (WG_ISSUE_CHECK_DIGIT))));
  type (sheet, "citizen", "11010519491231002x");
  assert_value (sheet, "citizen", NUMBER);
}

static void
test_code (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();

  toggle (sheet, "code", "出租");
  assert_value (sheet, "code", "2");
  toggle (sheet, "code", "空置");
  assert_value (sheet, "code", "3");
  g_assert_cmpuint (sheet->n_changed, ==, 2);
  toggle (sheet, "code", "空置");
  assert_value (sheet, "code", NULL);
}

/* A list that is long is chosen from on a page; a code that the list does not know stays. */
static void
test_long_and_unknown (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autofree char *clear = g_strdup_printf (T ("Clear: %s"), "t-long");
  GtkWidget *row = get_row (sheet, "long");

  g_assert_null (app_find (row, GTK_TYPE_TOGGLE_BUTTON, NULL));
  g_signal_emit_by_name (app_find (row, GTK_TYPE_BUTTON, NULL), "clicked");
  g_assert_cmpstr (sheet->asked, ==, "long");
  wg_form_set_value (sheet->form, "long", "02");
  g_assert_nonnull (app_find (row, GTK_TYPE_LABEL, "蒙古族"));
  app_click (row, clear);
  assert_value (sheet, "long", NULL);
  wg_form_set_value (sheet->form, "code", "8");
  assert_value (sheet, "code", "8");
}

static void
test_set_and_flag (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autofree char *yes = g_strdup_printf (T ("Yes: %s"), "t-flag");
  g_autofree char *no = g_strdup_printf (T ("No: %s"), "t-flag");
  GtkWidget *chip = app_find (get_row (sheet, "set"), GTK_TYPE_TOGGLE_BUTTON, NULL);
  GtkWidget *next = gtk_widget_get_next_sibling (chip);

  g_signal_emit_by_name (next, "clicked");
  assert_value (sheet, "set", "02");
  g_signal_emit_by_name (chip, "clicked");
  assert_value (sheet, "set", "01 02");
  g_signal_emit_by_name (next, "clicked");
  assert_value (sheet, "set", "01");
  toggle (sheet, "flag", yes);
  assert_value (sheet, "flag", "1");
  toggle (sheet, "flag", no);
  assert_value (sheet, "flag", NULL);
}

/* Two degrees are one row; the position puts it in. */
static void
test_place (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();

  g_assert_null (find_row_below (GTK_WIDGET (sheet->form), "lat"));
  app_click (get_row (sheet, "lon"), T ("Where I Am"));
  g_assert_cmpfloat (wg_record_get_real (wg_form_get_record (sheet->form), "lon"), >, 100);
  g_assert_cmpfloat (wg_record_get_real (wg_form_get_record (sheet->form), "lat"), >, 30);
  app_click (get_row (sheet, "lon"), T ("On the Map"));
  g_assert_cmpstr (sheet->asked, ==, "lon");
}

static void
test_record (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  GtkWidget *row = get_row (sheet, "record");

  g_signal_emit_by_name (app_find (row, GTK_TYPE_BUTTON, NULL), "clicked");
  g_assert_cmpstr (sheet->asked, ==, "record");
  wg_form_set_value (sheet->form, "record", "01890000-0000-7000-8000-000000000001");
  app_wait_for (row, GTK_TYPE_LABEL, T ("A record not on this tablet"));
}

/* --- the form --------------------------------------------------------------------------------- */

/* A field that hangs on another comes with it; what stood in it goes when it goes. */
static void
test_shown_when (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  g_autoptr (WgRecord) with = NULL, without = NULL;

  g_assert_false (gtk_widget_get_visible (get_row (sheet, "let")));
  g_assert_null (app_find (GTK_WIDGET (sheet->form), GTK_TYPE_LABEL, "s-two"));
  toggle (sheet, "code", "出租");
  g_assert_true (gtk_widget_get_visible (get_row (sheet, "let")));
  g_assert_nonnull (app_find (GTK_WIDGET (sheet->form), GTK_TYPE_LABEL, "s-two"));
  type (sheet, "let", "商铺");
  with = wg_form_dup_result (sheet->form);
  g_assert_cmpstr (wg_record_get_text (with, "let"), ==, "商铺");
  toggle (sheet, "code", "自住");
  g_assert_false (gtk_widget_get_visible (get_row (sheet, "let")));
  without = wg_form_dup_result (sheet->form);
  g_assert_null (wg_record_get_text (without, "let"));
  toggle (sheet, "code", "出租");
  assert_value (sheet, "let", "商铺");
}

/* Nothing is blamed before it was touched; saving blames all and goes to the first. */
static void
test_findings (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();
  const char *missing = T ("Missing: please fill it in");

  g_assert_false (shows (sheet, "text", missing));
  type (sheet, "word", "x");
  g_assert_false (shows (sheet, "text", missing));
  g_assert_false (wg_form_check (sheet->form));
  g_assert_true (shows (sheet, "text", missing));
  g_assert_cmpstr (wg_form_get_focus (sheet->form), ==, "text");
  type (sheet, "text", "好的");
  g_assert_false (shows (sheet, "text", missing));
}

/* A refusal stands at its field until the field is changed. */
static void
test_refused (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();

  wg_form_refuse (sheet->form, "phone", "号码已停用");
  g_assert_true (shows (sheet, "phone", "号码已停用"));
  type (sheet, "text", "东楼");
  g_assert_true (shows (sheet, "phone", "号码已停用"));
  type (sheet, "phone", "13912345678");
  g_assert_false (shows (sheet, "phone", "号码已停用"));
  wg_form_refuse (sheet->form, "nothing-here", "整条退回");
  g_assert_nonnull (app_find (GTK_WIDGET (sheet->form), GTK_TYPE_LABEL, "整条退回"));
}

/* Personal values are hidden and cannot be changed unseen; what was typed in a draft is not. */
static void
test_masked (void)
{
  g_autoptr (WgRecord) record = wg_record_new (&kind), draft = NULL;
  g_autoptr (Sheet) sheet = NULL, drafted = NULL;
  g_autofree char *show = g_strdup_printf (T ("Show: %s"), "t-phone");

  wg_record_set_text (record, "phone", "13812345678");
  wg_record_set_text (record, "citizen", NUMBER);
  record->ver = 3;
  draft = wg_record_edit (record);
  wg_record_set_text (draft, "phone", "13912345678");

  sheet = sheet_new (record, record, TRUE);
  g_assert_null (app_find (get_row (sheet, "phone"), GTK_TYPE_ENTRY, NULL));
  g_assert_true (shows (sheet, "phone", "138****5678"));
  g_assert_false (wg_form_row_is_masked (WG_FORM_ROW (get_row (sheet, "text"))));
  app_click (get_row (sheet, "phone"), show);
  g_assert_cmpstr (sheet->reveal, ==, "phone");
  g_assert_true (wg_form_row_is_masked (WG_FORM_ROW (get_row (sheet, "phone"))));
  wg_form_unmask (sheet->form, "phone");
  g_assert_nonnull (app_find (get_row (sheet, "phone"), GTK_TYPE_ENTRY, "t-phone"));
  g_assert_true (wg_form_row_is_masked (WG_FORM_ROW (get_row (sheet, "citizen"))));
  assert_value (sheet, "citizen", NUMBER);

  drafted = sheet_new (record, draft, TRUE);
  g_assert_false (wg_form_row_is_masked (WG_FORM_ROW (get_row (drafted, "phone"))));
  g_assert_true (wg_form_row_is_masked (WG_FORM_ROW (get_row (drafted, "citizen"))));
}

/* Sex and birth follow from the number, and what the user says stands. */
static void
test_follows (void)
{
  const WgKind *resident = wg_kind_find ("resident");
  g_autoptr (WgRecord) record = wg_record_new (resident);
  g_autoptr (Sheet) sheet = NULL;

  wg_record_set_text (record, WG_FIELD_GRID, "370502001001001");
  wg_record_set_text (record, "name", "王小明");
  wg_record_set_text (record, "id_kind", "111");
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  sheet = sheet_new (record, record, FALSE);
  type (sheet, "id_no", NUMBER);
  assert_value (sheet, "sex", "2");
  assert_value (sheet, "birth", "1949-12-31");
  toggle (sheet, "sex", "男");
  g_assert_true (shows (sheet, "sex", T (wg_issue_code_to_string (WG_ISSUE_DIFFERS))));
}

static void
test_focus_and_scroll (void)
{
  g_autoptr (Sheet) sheet = sheet_new_empty ();

  wg_form_set_focus (sheet->form, "phone");
  g_assert_cmpstr (wg_form_get_focus (sheet->form), ==, "phone");
  /* Whoever types stays where he is. */
  type (sheet, "phone", "1");
  g_assert_cmpstr (wg_form_get_focus (sheet->form), ==, "phone");
  wg_form_set_scroll (sheet->form, 200);
  app_draw (sheet->window);
  g_assert_cmpfloat (wg_form_get_scroll (sheet->form), ==, 200);
}

/* Of every kind: nothing below 48 px, nothing without a name, also on a telephone. */
static void
test_targets (void)
{
  g_autoptr (Sheet) every = sheet_new_empty ();

  app_check_targets (every->window);
  for (const WgKind *const *each = wg_kind_list (); *each != NULL; each++)
    {
      g_autoptr (WgRecord) record = wg_record_new (*each);
      g_autoptr (Sheet) sheet = sheet_new (record, record, FALSE);

      app_check_targets (sheet->window);
      app_picture (sheet->window, (*each)->name);
    }
}

static void
lay_out (void)
{
  for (guint i = 0; fields[i].name != NULL; i++)
    fields[i].offset = G_STRUCT_OFFSET (WgRecord, cells) + i * sizeof (WgCell);
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  lay_out ();
  g_test_add_func ("/app/form/every-type", test_every_type);
  g_test_add_func ("/app/form/cleared", test_cleared);
  g_test_add_func ("/app/form/text", test_text);
  g_test_add_func ("/app/form/number", test_number);
  g_test_add_func ("/app/form/date", test_date);
  g_test_add_func ("/app/form/phone", test_phone);
  g_test_add_func ("/app/form/citizen", test_citizen);
  g_test_add_func ("/app/form/code", test_code);
  g_test_add_func ("/app/form/long-and-unknown", test_long_and_unknown);
  g_test_add_func ("/app/form/set-and-flag", test_set_and_flag);
  g_test_add_func ("/app/form/place", test_place);
  g_test_add_func ("/app/form/record", test_record);
  g_test_add_func ("/app/form/shown-when", test_shown_when);
  g_test_add_func ("/app/form/findings", test_findings);
  g_test_add_func ("/app/form/refused", test_refused);
  g_test_add_func ("/app/form/masked", test_masked);
  g_test_add_func ("/app/form/follows", test_follows);
  g_test_add_func ("/app/form/focus-and-scroll", test_focus_and_scroll);
  g_test_add_func ("/app/form/targets", test_targets);
  return g_test_run ();
}
