/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code lists as data. */
#include "core/wg-codes.h"

#include "core/wg-codes-text.h"
#include "core/wg-core-error.h"
#include "core/wg-csv.h"

struct _WgCodes
{
  WgCsv *csv;   /* owned; the texts of @rows live in it */
  GArray *rows; /* owned: WgCode */
};

static gboolean
is_word (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '-' && *at != '_')
      return FALSE;
  return text[0] != '\0';
}

static gboolean
read_row (WgCodes *codes, guint at, GError **error)
{
  WgCode row = {
    .code = wg_csv_get (codes->csv, at, "code"),
    .name = wg_csv_get (codes->csv, at, "name"),
    .note = wg_csv_get (codes->csv, at, "note"),
  };

  if (!is_word (row.code))
    wg_csv_set_error (codes->csv, at, "code", "letters and digits only", error);
  else if (wg_codes_find (codes, row.code) != NULL)
    wg_csv_set_error (codes->csv, at, "code", "stands twice", error);
  else if (row.name[0] == '\0')
    wg_csv_set_error (codes->csv, at, "name", "missing", error);
  else
    {
      g_array_append_val (codes->rows, row);
      return TRUE;
    }
  return FALSE;
}

/**
 * wg_codes_new_from_csv:
 * @csv: text with "# list:" and "# version:" lines and the columns code, name and,
 *   if wanted, note
 * @error: return location for an error
 *
 * Reads a code list. The order of the file is kept: it is that of menus.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_PARSE, naming line and column.
 * Source: domain.md 5.1, 5.2
 *
 * Returns: (transfer full) (nullable): the list
 */
WgCodes *
wg_codes_new_from_csv (const char *csv, GError **error)
{
  static const char *const columns[] = { "code", "name", NULL };

  g_return_val_if_fail (csv != NULL, NULL);

  g_autoptr (WgCodes) codes = g_new0 (WgCodes, 1);
  codes->rows = g_array_new (FALSE, FALSE, sizeof (WgCode));
  codes->csv = wg_csv_new (csv, error);
  if (codes->csv == NULL || !wg_csv_require_columns (codes->csv, columns, error))
    return NULL;
  if (wg_codes_get_list (codes) == NULL || wg_codes_get_version (codes) == NULL)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE,
                           "line 1, column 1: '# list:' or '# version:' is missing; add both");
      return NULL;
    }
  for (guint i = 0; i < wg_csv_get_n_rows (codes->csv); i++)
    if (!read_row (codes, i, error))
      return NULL;
  return g_steal_pointer (&codes);
}

/**
 * wg_codes_free:
 * @codes: (nullable) (transfer full): a list
 *
 * Frees it with its rows.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_codes_free (WgCodes *codes)
{
  if (codes == NULL)
    return;
  g_array_unref (codes->rows);
  wg_csv_free (codes->csv);
  g_free (codes);
}

/**
 * wg_codes_get_list:
 * @codes: a list
 *
 * Gets the name by which fields refer to the list (#WgField.codes).
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the name
 */
const char *
wg_codes_get_list (const WgCodes *codes)
{
  return wg_csv_get_note (codes->csv, "list");
}

/**
 * wg_codes_get_version:
 * @codes: a list
 *
 * Gets the version of the list.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the version
 */
const char *
wg_codes_get_version (const WgCodes *codes)
{
  return wg_csv_get_note (codes->csv, "version");
}

/**
 * wg_codes_get_rows:
 * @codes: a list
 * @out_n: (out): number of rows
 *
 * Gets all values in the order of the file.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (array length=out_n): the rows
 */
const WgCode *
wg_codes_get_rows (const WgCodes *codes, gsize *out_n)
{
  *out_n = codes->rows->len;
  return &g_array_index (codes->rows, WgCode, 0);
}

/**
 * wg_codes_find:
 * @codes: a list
 * @code: (nullable): a value
 *
 * Finds a value. One that is not found is shown as "code (unknown)", never dropped.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 5.24
 *
 * Returns: (transfer none) (nullable): its row
 */
const WgCode *
wg_codes_find (const WgCodes *codes, const char *code)
{
  for (guint i = 0; i < codes->rows->len; i++)
    {
      const WgCode *row = &g_array_index (codes->rows, WgCode, i);
      if (g_strcmp0 (row->code, code) == 0)
        return row;
    }
  return NULL;
}

static gpointer
read_builtin (gpointer data)
{
  GHashTable *lists =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) wg_codes_free);

  for (const char *const *text = WG_CODES_TEXT; *text != NULL; text++)
    {
      g_autoptr (GError) error = NULL;
      WgCodes *codes = wg_codes_new_from_csv (*text, &error);
      if (codes == NULL)
        g_error ("code lists: %s", error->message); /* a test reads them all */
      g_hash_table_insert (lists, (gpointer) wg_codes_get_list (codes), codes);
    }
  return lists;
}

/**
 * wg_codes_get_builtin:
 * @list: (nullable): name of a list
 *
 * Gives a list of data/standards/codes as it came with the program.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the list, for ever; %NULL when there is none
 */
const WgCodes *
wg_codes_get_builtin (const char *list)
{
  static GOnce once = G_ONCE_INIT;

  if (list == NULL)
    return NULL;
  return g_hash_table_lookup (g_once (&once, read_builtin, NULL), list);
}
