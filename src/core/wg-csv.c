/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading CSV text: quoting of RFC 4180, every fault named by line and column. */
#include "core/wg-csv.h"

#include <string.h>

#include "core/wg-core-error.h"

/* One record: its cells, and the line where it begins. */
typedef struct
{
  GPtrArray *cells;
  guint line;
} Row;

struct _WgCsv
{
  GHashTable *notes; /* owned: name -> value */
  GPtrArray *rows;   /* owned: Row; the first is the header */
};

/* Where the reader stands; lines and columns count from 1, columns in characters. */
typedef struct
{
  const char *at;
  guint line, column;
} Reader;

static void
free_row (gpointer data)
{
  Row *row = data;

  g_ptr_array_unref (row->cells);
  g_free (row);
}

static void
set_fault (const Reader *reader, const char *problem, GError **error)
{
  g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE, "line %u, column %u: %s", reader->line,
               reader->column, problem);
}

static void
advance (Reader *reader)
{
  if (*reader->at == '\n')
    {
      reader->line++;
      reader->column = 1;
      reader->at++;
    }
  else
    {
      reader->column++;
      reader->at = g_utf8_next_char (reader->at);
    }
}

static gboolean
is_line_end (const char *at)
{
  return *at == '\n' || (at[0] == '\r' && at[1] == '\n');
}

static void
skip_line_end (Reader *reader)
{
  if (*reader->at == '\r')
    advance (reader);
  if (*reader->at == '\n')
    advance (reader);
}

/* Inside quotes everything counts; two quotes are one. */
static gboolean
read_quoted (Reader *reader, GString *cell, GError **error)
{
  Reader start = *reader;

  advance (reader);
  while (*reader->at != '\0')
    {
      if (*reader->at == '"')
        {
          advance (reader);
          if (*reader->at != '"')
            {
              if (*reader->at == '\0' || *reader->at == ',' || is_line_end (reader->at))
                return TRUE;
              set_fault (reader, "text after the closing quote; double the quotes inside", error);
              return FALSE;
            }
        }
      g_string_append_unichar (cell, g_utf8_get_char (reader->at));
      advance (reader);
    }
  set_fault (&start, "this quote is never closed", error);
  return FALSE;
}

static gboolean
read_bare (Reader *reader, GString *cell, GError **error)
{
  while (*reader->at != '\0' && *reader->at != ',' && !is_line_end (reader->at))
    {
      if (*reader->at == '"' || *reader->at == '\r')
        {
          set_fault (reader, "a quote or a bare carriage return; put the whole cell in quotes",
                     error);
          return FALSE;
        }
      g_string_append_unichar (cell, g_utf8_get_char (reader->at));
      advance (reader);
    }
  return TRUE;
}

static Row *
read_row (Reader *reader, GError **error)
{
  Row *row = g_new (Row, 1);

  row->cells = g_ptr_array_new_with_free_func (g_free);
  row->line = reader->line;
  while (TRUE)
    {
      g_autoptr (GString) cell = g_string_new (NULL);
      gboolean read =
          *reader->at == '"' ? read_quoted (reader, cell, error) : read_bare (reader, cell, error);
      if (!read)
        {
          free_row (row);
          return NULL;
        }
      g_ptr_array_add (row->cells, g_strdup (cell->str));
      if (*reader->at != ',')
        break;
      advance (reader);
    }
  skip_line_end (reader);
  return row;
}

/* "# name: value" lines above the header; other comment lines are for people alone. */
static void
read_notes (Reader *reader, GHashTable *notes)
{
  while (*reader->at == '#' || is_line_end (reader->at))
    {
      const char *start = reader->at;
      while (*reader->at != '\0' && !is_line_end (reader->at))
        advance (reader);
      g_autofree char *line = g_strndup (start, (gsize) (reader->at - start));
      char *colon = strchr (line, ':');
      if (line[0] == '#' && colon != NULL)
        {
          *colon = '\0';
          g_hash_table_replace (notes, g_strdup (g_strstrip (line + 1)),
                                g_strdup (g_strstrip (colon + 1)));
        }
      skip_line_end (reader);
    }
}

static gboolean
read_rows (WgCsv *csv, Reader *reader, GError **error)
{
  while (*reader->at != '\0')
    {
      if (is_line_end (reader->at))
        {
          skip_line_end (reader);
          continue;
        }
      Row *row = read_row (reader, error);
      if (row == NULL)
        return FALSE;
      g_ptr_array_add (csv->rows, row);
      const Row *header = g_ptr_array_index (csv->rows, 0);
      if (row->cells->len != header->cells->len)
        {
          g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE,
                       "line %u, column 1: %u cells; the header has %u", row->line, row->cells->len,
                       header->cells->len);
          return FALSE;
        }
    }
  if (csv->rows->len == 0)
    {
      set_fault (reader, "no header row", error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_header (const WgCsv *csv, GError **error)
{
  const Row *header = g_ptr_array_index (csv->rows, 0);

  for (guint i = 0; i < header->cells->len; i++)
    {
      const char *name = g_ptr_array_index (header->cells, i);
      if (name[0] == '\0' || wg_csv_find_column (csv, name) != (int) i)
        {
          g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE,
                       "line %u, column 1: column name '%s' is empty or stands twice", header->line,
                       name);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * wg_csv_new:
 * @text: the whole table, UTF-8
 * @error: return location for an error
 *
 * Reads a table: lines "# name: value" first, then a header row, then rows with as many
 * cells as the header. Quoting as in RFC 4180; lines may end in LF or CR LF; a byte order
 * mark and empty lines are skipped.
 *
 * Thread: any. Cost: one pass.
 * Errors: %WG_CORE_ERROR_PARSE, with line and column in the message.
 * Source: RFC 4180 2
 *
 * Returns: (transfer full) (nullable): the table
 */
WgCsv *
wg_csv_new (const char *text, GError **error)
{
  Reader reader = { text, 1, 1 };
  const char *end;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, &end))
    {
      while (reader.at < end)
        advance (&reader);
      set_fault (&reader, "no UTF-8; save the file as UTF-8", error);
      return NULL;
    }
  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    reader.at += 3;

  g_autoptr (WgCsv) csv = g_new (WgCsv, 1);
  csv->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  csv->rows = g_ptr_array_new_with_free_func (free_row);
  read_notes (&reader, csv->notes);
  if (!read_rows (csv, &reader, error) || !check_header (csv, error))
    return NULL;
  return g_steal_pointer (&csv);
}

/**
 * wg_csv_free:
 * @csv: (nullable) (transfer full): a table
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_csv_free (WgCsv *csv)
{
  if (csv == NULL)
    return;
  g_hash_table_unref (csv->notes);
  g_ptr_array_unref (csv->rows);
  g_free (csv);
}

/**
 * wg_csv_get_note:
 * @csv: a table
 * @name: name of a note above the header, e.g. "version"
 *
 * Gets the value of a "# name: value" line.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the value
 */
const char *
wg_csv_get_note (const WgCsv *csv, const char *name)
{
  return g_hash_table_lookup (csv->notes, name);
}

/**
 * wg_csv_get_n_rows:
 * @csv: a table
 *
 * Counts the rows, the header not among them.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: number of rows
 */
guint
wg_csv_get_n_rows (const WgCsv *csv)
{
  return csv->rows->len - 1;
}

/**
 * wg_csv_get_line:
 * @csv: a table
 * @row: a row, from 0
 *
 * Gets the line of the text on which a row begins.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: line, from 1
 */
guint
wg_csv_get_line (const WgCsv *csv, guint row)
{
  g_return_val_if_fail (row < wg_csv_get_n_rows (csv), 0);
  return ((const Row *) g_ptr_array_index (csv->rows, row + 1))->line;
}

/**
 * wg_csv_find_column:
 * @csv: a table
 * @name: name of a column
 *
 * Finds a column by its name in the header.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the column from 0, or -1
 */
int
wg_csv_find_column (const WgCsv *csv, const char *name)
{
  const Row *header = g_ptr_array_index (csv->rows, 0);

  for (guint i = 0; i < header->cells->len; i++)
    if (strcmp (g_ptr_array_index (header->cells, i), name) == 0)
      return (int) i;
  return -1;
}

/**
 * wg_csv_require_columns:
 * @csv: a table
 * @names: (array zero-terminated=1): names of columns
 * @error: return location for an error
 *
 * Checks that the header has all of @names; further columns are welcome.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_PARSE, naming the first that is missing.
 *
 * Returns: %TRUE if all are there
 */
gboolean
wg_csv_require_columns (const WgCsv *csv, const char *const *names, GError **error)
{
  const Row *header = g_ptr_array_index (csv->rows, 0);

  for (; *names != NULL; names++)
    if (wg_csv_find_column (csv, *names) < 0)
      {
        g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE,
                     "line %u, column 1: the header lacks '%s'; add that column", header->line,
                     *names);
        return FALSE;
      }
  return TRUE;
}

/**
 * wg_csv_get:
 * @csv: a table
 * @row: a row, from 0
 * @column: name of a column
 *
 * Gets one cell.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): its text; empty if there is no such column
 */
const char *
wg_csv_get (const WgCsv *csv, guint row, const char *column)
{
  g_return_val_if_fail (row < wg_csv_get_n_rows (csv), "");

  int at = wg_csv_find_column (csv, column);
  const Row *cells = g_ptr_array_index (csv->rows, row + 1);
  return at >= 0 ? g_ptr_array_index (cells->cells, at) : "";
}

/**
 * wg_csv_get_int:
 * @csv: a table
 * @row: a row, from 0
 * @column: name of a column
 * @min: smallest allowed
 * @max: largest allowed
 * @out_value: (out): the number; 0 if the cell is empty
 * @error: return location for an error
 *
 * Reads a cell as a whole number. An empty cell is 0, whatever the limits.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_PARSE, naming line and column.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_csv_get_int (const WgCsv *csv,
                guint row,
                const char *column,
                gint64 min,
                gint64 max,
                gint64 *out_value,
                GError **error)
{
  const char *text = wg_csv_get (csv, row, column);

  if (text[0] == '\0')
    {
      *out_value = 0;
      return TRUE;
    }
  if (g_ascii_string_to_signed (text, 10, min, max, out_value, NULL))
    return TRUE;
  wg_csv_set_error (csv, row, column, "not a whole number within its limits", error);
  return FALSE;
}

/**
 * wg_csv_set_error:
 * @csv: a table
 * @row: the row at fault, from 0
 * @column: name of the column at fault
 * @mend: what is wrong or how to mend it
 * @error: return location for an error
 *
 * Reports that a cell does not mean anything; line, column and value are named.
 *
 * Thread: any.
 * Errors: sets %WG_CORE_ERROR_PARSE.
 */
void
wg_csv_set_error (const WgCsv *csv, guint row, const char *column, const char *mend, GError **error)
{
  g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE, "line %u, column '%s': '%s': %s",
               wg_csv_get_line (csv, row), column, wg_csv_get (csv, row, column), mend);
}
