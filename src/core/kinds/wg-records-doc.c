/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run by the build: docs/records.md from the tables of kinds; a test compares the two. */
#include <stdio.h>
#include <string.h>

#include "core/wg-codes.h"
#include "core/wg-patch.h"

static const char *
name_type (const WgField *field)
{
  static const char *const names[] = {
    [WG_FIELD_TEXT] = "text",
    [WG_FIELD_CODE] = "code",
    [WG_FIELD_ID] = "id",
    [WG_FIELD_INT] = "whole number",
    [WG_FIELD_ENUM] = "code number",
    [WG_FIELD_REAL] = "number",
    [WG_FIELD_DEGREE] = "degrees",
    [WG_FIELD_FLAG] = "yes or no",
    [WG_FIELD_TIME] = "time, ms",
    [WG_FIELD_HASHES] = "photos",
    [WG_FIELD_CODES] = "set of codes",
    [WG_FIELD_DATE] = "date",
    [WG_FIELD_PHONE] = "phone",
    [WG_FIELD_CITIZEN] = "citizen number",
    [WG_FIELD_RECORD] = "record",
  };

  return names[field->type];
}

static void
add_limits (GString *out, const WgField *field)
{
  if (field->min == 0 && field->max == 0)
    return;
  if (field->min == field->max)
    g_string_append_printf (out, ", %d", (int) field->max);
  else
    g_string_append_printf (out, ", %d to %d", (int) field->min, (int) field->max);
}

static void
add_word (GString *out, const char *word)
{
  g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", word);
}

static char *
join_flags (const WgField *field)
{
  static const struct
  {
    WgFieldFlags flag;
    const char *word;
  } words[] = {
    { WG_FIELD_REQUIRED, "required" }, { WG_FIELD_PERSONAL, "personal" },
    { WG_FIELD_LISTED, "listed" },     { WG_FIELD_SEARCH, "searched" },
    { WG_FIELD_KEY, "key" },           { WG_FIELD_HALF_YEARLY, "half-yearly" },
    { WG_FIELD_PAST, "not ahead" },    { WG_FIELD_MULTILINE, "lines" },
  };
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (field->flags & words[i].flag)
      add_word (out, words[i].word);
  return g_string_free (out, FALSE);
}

static void
write_field (GString *out, const WgField *field)
{
  g_autofree char *flags = join_flags (field);

  g_string_append_printf (out, "| `%s` | %s | %s", field->name, field->title, name_type (field));
  if (field->type == WG_FIELD_RECORD)
    g_string_append_printf (out, " `%s`", field->codes);
  else if (field->codes != NULL)
    g_string_append_printf (out, " of `%s`", field->codes);
  add_limits (out, field);
  g_string_append_printf (out, " | %s | %s | %s | %s |\n",
                          wg_conflict_class_to_string (field->conflict), flags,
                          field->when != NULL ? field->when : "", field->source);
}

static void
write_fields (GString *out, const WgKind *kind, const char *section)
{
  g_string_append (out, "| field | title | type | class | flags | only when | source |\n"
                        "|---|---|---|---|---|---|---|\n");
  for (const WgField *field = kind->fields; field->name != NULL; field++)
    if (g_strcmp0 (field->section, section) == 0)
      write_field (out, field);
  g_string_append_c (out, '\n');
}

static void
write_kind (GString *out, const WgKind *kind)
{
  g_string_append_printf (out, "## %s (`%s`)\n\n%s\n\n", kind->title, kind->name, kind->about);
  g_string_append_printf (out, "Its words: `%s`.", kind->title_fields);
  if (kind->closed != NULL)
    g_string_append_printf (out, " Nobody need confirm it any more when `%s`.", kind->closed);
  g_string_append (out, "\n\n");
  for (const WgSection *section = kind->sections; section->name != NULL; section++)
    {
      g_string_append_printf (out, "### %s\n\n", section->title);
      write_fields (out, kind, section->name);
    }
}

static void
write_codes (GString *out, const WgKind *kind, GHashTable *told)
{
  for (const WgField *field = kind->fields; field->name != NULL; field++)
    {
      const WgCodes *codes =
          field->type == WG_FIELD_RECORD ? NULL : wg_codes_get_builtin (field->codes);
      gsize n;

      if (codes == NULL || !g_hash_table_add (told, (gpointer) field->codes))
        continue;
      const WgCode *rows = wg_codes_get_rows (codes, &n);
      g_string_append_printf (out, "| `%s` | %s | ", field->codes, wg_codes_get_version (codes));
      for (gsize i = 0; i < n; i++)
        g_string_append_printf (out, "%s%s %s", i > 0 ? ", " : "", rows[i].code, rows[i].name);
      g_string_append (out, " |\n");
    }
}

static char *
write_page (void)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  GString *out = g_string_new (
      "# Records by table\n\n"
      "Written by the build from the tables in `src/core/kinds`; a test compares this page with "
      "them. Form, checks, lists, search, patches, JSON and this page follow from a table; a new "
      "kind is a table of its own.\n\n"
      "Class says what happens when two people changed a field without knowing of each other: "
      "`ask` keeps the platform's value until a person has chosen, `newest` takes the later "
      "observation, `set` adds and removes one by one, `server` is written by the platform "
      "alone, `once` keeps the first value. Personal fields are masked until somebody reveals "
      "them. Those marked half-yearly are looked at in each half-year.\n\n"
      "## Every kind\n\n");

  write_fields (out, wg_kind_list ()[0], NULL);
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    write_kind (out, *kind);
  g_string_append (out, "## Code lists\n\n| list | version | codes |\n|---|---|---|\n");
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    write_codes (out, *kind, told);
  return g_string_free (out, FALSE);
}

/* wg-records-doc: prints the page. wg-records-doc PAGE: 1 when PAGE is another. */
int
main (int argc, char *argv[])
{
  g_autofree char *page = write_page ();
  g_autofree char *stored = NULL;

  if (argc < 2)
    return fputs (page, stdout) < 0; /* as it is, whatever the locale */
  if (g_file_get_contents (argv[1], &stored, NULL, NULL) && strcmp (stored, page) == 0)
    return 0;
  g_printerr ("%s is not what the tables say: run wg-records-doc > %s\n", argv[1], argv[1]);
  return 1;
}
