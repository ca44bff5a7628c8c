/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pinyin initials by ICU, one character at a time: whole names are read wrongly
 * (王重阳 as zhong), and the surname has a reading of its own (单 shan, 曾 zeng). */
#include "store/wg-pinyin.h"

#include <string.h>

#include <unicode/utrans.h>

#define BRIEF 6     /* up to so many characters every one may begin a word */
#define MAX_WORD 12 /* characters of a word that are kept: nobody types more */
#define TAIL 4      /* people know the last digits of a number */

/* What ICU gives for a character: its reading elsewhere and as a surname. */
typedef struct
{
  char *reading, *surname;
} Reading;

typedef struct
{
  GMutex lock;
  UTransliterator *plain, *names; /* %NULL when ICU has no data for it */
  GHashTable *readings;           /* gunichar -> Reading */
} Pinyin;

/* Surnames that ICU reads as the common word. */
static const struct
{
  const char *character, *reading;
} SURNAMES[] = {
  { "缪", "miao" }, { "朴", "piao" }, { "祭", "zhai" }, { "吕", "lv" },
  { "覃", "qin" },  { "繁", "po" },   { "冼", "xian" }, { "尉", "yu" },
};

static UTransliterator *
open_transliterator (const char *id)
{
  UErrorCode fault = U_ZERO_ERROR;
  UChar name[64];
  gsize n = strlen (id);

  for (gsize i = 0; i <= n; i++)
    name[i] = (UChar) id[i];
  UTransliterator *self = utrans_openU (name, -1, UTRANS_FORWARD, NULL, 0, NULL, &fault);
  if (U_FAILURE (fault))
    {
      g_warning ("ICU: no %s: %s", id, u_errorName (fault));
      return NULL;
    }
  return self;
}

static gpointer
make_pinyin (gpointer data)
{
  Pinyin *self = g_new0 (Pinyin, 1);

  g_mutex_init (&self->lock);
  self->plain = open_transliterator ("Han-Latin; Latin-ASCII; Lower");
  self->names = open_transliterator ("Han-Latin/Names; Latin-ASCII; Lower");
  self->readings = g_hash_table_new (NULL, NULL);
  return self;
}

/* For the life of the process: the readings of a few thousand characters. */
static Pinyin *
get_pinyin (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_pinyin, NULL);
}

static char *
transliterate (const UTransliterator *rules, gunichar c)
{
  char narrow[8];
  UChar text[64] = { 0 };
  int32_t length = 0, limit;
  UErrorCode fault = U_ZERO_ERROR;
  g_autofree gunichar2 *wide = NULL;
  glong n;

  narrow[g_unichar_to_utf8 (c, narrow)] = '\0';
  wide = g_utf8_to_utf16 (narrow, -1, NULL, &n, NULL);
  for (glong i = 0; i < n; i++)
    text[length++] = wide[i];
  limit = length;
  if (rules != NULL)
    utrans_transUChars (rules, text, &length, G_N_ELEMENTS (text) - 1, 0, &limit, &fault);
  if (rules == NULL || U_FAILURE (fault))
    return g_strdup (narrow);
  char *latin = g_utf16_to_utf8 ((const gunichar2 *) text, limit, NULL, NULL, NULL);
  return latin != NULL ? g_strstrip (latin) : g_strdup (narrow);
}

static const char *
find_surname (gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SURNAMES); i++)
    if (g_utf8_get_char (SURNAMES[i].character) == c)
      return SURNAMES[i].reading;
  return NULL;
}

static const Reading *
get_reading (gunichar c)
{
  Pinyin *self = get_pinyin ();
  Reading *reading;

  g_mutex_lock (&self->lock);
  reading = g_hash_table_lookup (self->readings, GUINT_TO_POINTER (c));
  if (reading == NULL)
    {
      const char *known = find_surname (c);
      reading = g_new0 (Reading, 1);
      reading->reading = transliterate (self->plain, c);
      reading->surname = known != NULL ? g_strdup (known) : transliterate (self->names, c);
      g_hash_table_insert (self->readings, GUINT_TO_POINTER (c), reading);
    }
  g_mutex_unlock (&self->lock);
  return reading;
}

static gboolean
is_han (gunichar c)
{
  return g_unichar_get_script (c) == G_UNICODE_SCRIPT_HAN;
}

/* One initial for each character of @text; with @surname the first one is read as such. */
static char *
make_initials (const char *text, gboolean surname)
{
  GString *initials = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_han (c))
        {
          const Reading *reading = get_reading (c);
          g_string_append_c (initials,
                             surname && at == text ? reading->surname[0] : reading->reading[0]);
        }
      else if (g_unichar_isalnum (c))
        g_string_append_unichar (initials, g_unichar_tolower (c));
    }
  return g_string_free (initials, FALSE);
}

/**
 * wg_pinyin_dup_sort:
 * @text: UTF-8
 *
 * Gives the text as it stands in an alphabet: readings in full, the first as a surname.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): ASCII for Chinese, the rest in lower case
 */
char *
wg_pinyin_dup_sort (const char *text)
{
  GString *sort = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_han (c))
        g_string_append_printf (sort, "%s ",
                                at == text ? get_reading (c)->surname : get_reading (c)->reading);
      else
        g_string_append_unichar (sort, g_unichar_tolower (c));
    }
  return g_string_free (sort, FALSE);
}

/**
 * wg_pinyin_dup_query:
 * @text: what somebody typed, UTF-8
 *
 * Makes it comparable with words: lower case, narrow, without blanks.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): text, perhaps empty
 */
char *
wg_pinyin_dup_query (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  GString *query = g_string_new (NULL);

  for (const char *at = normal != NULL ? normal : ""; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (!g_unichar_isspace (c))
        g_string_append_unichar (query, g_unichar_tolower (c));
    }
  return g_string_free (query, FALSE);
}

static void
add_word (GHashTable *words, const char *word)
{
  if (word[0] != '\0')
    g_hash_table_add (words, g_strdup (word));
}

/* Of a name each character may be the beginning; of a long text, where letters, digits and Chinese
 * meet: "安泰小区3号楼2单元" by 安, 3, 号, 2 and 单. */
static gboolean
may_begin (const char *text, const char *at, gboolean brief)
{
  if (brief || at == text)
    return TRUE;
  gunichar here = g_utf8_get_char (at);
  gunichar before = g_utf8_get_char (g_utf8_prev_char (at));
  return is_han (here) != is_han (before) || g_unichar_isdigit (here) != g_unichar_isdigit (before);
}

static void
add_text (GHashTable *words, const char *text)
{
  g_autofree char *plain = wg_pinyin_dup_query (text);
  g_autofree char *surname = NULL;
  gboolean brief = g_utf8_strlen (plain, -1) <= BRIEF;

  for (const char *at = plain; *at != '\0'; at = g_utf8_next_char (at))
    {
      g_autofree char *part = NULL, *initials = NULL;

      if (!may_begin (plain, at, brief))
        continue;
      part = g_utf8_substring (at, 0, MIN (g_utf8_strlen (at, -1), MAX_WORD));
      initials = make_initials (part, FALSE);
      add_word (words, part);
      add_word (words, initials);
    }
  surname = make_initials (plain, TRUE);
  if (brief)
    add_word (words, surname);
}

static void
add_number (GHashTable *words, const char *number)
{
  g_autofree char *plain = wg_pinyin_dup_query (number);
  gsize length = strlen (plain);

  add_word (words, plain);
  if (length > TAIL)
    add_word (words, plain + length - TAIL);
}

/**
 * wg_pinyin_words:
 * @record: a record
 *
 * Collects the words of its search fields: parts of texts and the initials of each, of
 * numbers the whole and the last four characters.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (element-type utf8): words in lower case, each once
 */
GPtrArray *
wg_pinyin_words (const WgRecord *record)
{
  g_autoptr (GHashTable) words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    {
      if (!(field->flags & WG_FIELD_SEARCH) || !wg_field_is_set (field, record))
        continue;
      const char *text = wg_record_get_text (record, field->name);
      if (field->type == WG_FIELD_TEXT)
        add_text (words, text);
      else
        add_number (words, text);
    }
  return g_hash_table_steal_all_keys (words); /* with the function that frees them */
}
