/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Households of one grid and who lives in them, all invented: citizen numbers begin with a region
 * that does not exist, telephones with zeros that ring nowhere. */
#include "core/wg-calendar.h"
#include "core/wg-id.h"
#include "core/wg-numbers.h"
#include "sample/wg-sample-names.h"

typedef struct
{
  WgChance chance;
  gint64 now_ms;
  int this_year;
  guint n_people;
  const WgGrid *grid;
  GPtrArray *records;
} Source;

typedef enum
{
  MAN = 1,
  WOMAN = 2,
} Sex;

static gint64
get_wall_ms (gpointer data)
{
  return ((Source *) data)->now_ms++;
}

static void
fill_random (gpointer data, guint8 *out, gsize n)
{
  Source *source = data;

  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) wg_chance_next (&source->chance);
}

static char *
make_id (Source *source)
{
  WgPorts ports = { get_wall_ms, get_wall_ms, fill_random, "sample", source };

  return wg_id_new (&ports);
}

static WgRecord *
begin (Source *source, const char *kind)
{
  WgRecord *record = wg_record_new (wg_kind_find (kind));

  record->id = make_id (source);
  wg_record_set_text (record, WG_FIELD_GRID, source->grid->code);
  return record;
}

static void
set_phone (Source *source, WgRecord *record)
{
  g_autofree char *phone =
      g_strdup_printf ("000000%05d", wg_chance_int (&source->chance, 0, 99999));

  wg_record_set_text (record, "phone", phone);
}

/* Sex and date of birth follow from the number (wg_record_normalize()). */
static void
set_number (Source *source, WgRecord *record, Sex sex, int age)
{
  int sequence = (int) (source->n_people++ % 500) * 2 + (sex == MAN ? 1 : 0);
  g_autofree char *number = g_strdup_printf ("000000%04d%02d%02d%03d?", source->this_year - age,
                                             wg_chance_int (&source->chance, 1, 12),
                                             wg_chance_int (&source->chance, 1, 28), sequence);

  number[WG_CITIZEN_NUMBER_LENGTH - 1] = wg_citizen_number_get_check (number);
  wg_record_set_text (record, "id_kind", "111");
  wg_record_set_text (record, "id_no", number);
}

/* @relation: code of GB/T 4761 to the head. */
static WgRecord *
make_person (Source *source, const WgRecord *home, Sex sex, int age, const char *relation)
{
  WgChance *chance = &source->chance;
  gboolean tenant = g_strcmp0 (wg_record_get_text (home, "tenure"), "2") == 0;
  g_autofree char *name = wg_sample_name_person (chance);
  g_autofree char *address = wg_record_dup_title (home, FALSE);
  WgRecord *person = begin (source, "resident");

  wg_record_set_text (person, "name", name);
  set_number (source, person, sex, age);
  wg_record_set_text (person, "nation", wg_chance_int (chance, 0, 49) == 0 ? "03" : "01");
  wg_record_set_text (person, "pop_type", tenant ? "20" : "10");
  wg_record_set_text (person, "inflow_reason", tenant ? "01" : NULL);
  wg_record_set_text (person, "status", wg_chance_int (chance, 0, 9) == 0 ? "2" : "1");
  wg_record_set_text (person, "household", home->id);
  wg_record_set_text (person, "relation", relation);
  wg_record_set_text (person, "live_addr", address);
  if (age >= 16)
    set_phone (source, person);
  wg_record_normalize (person);
  return person;
}

static void
add (Source *source, WgRecord *record)
{
  g_ptr_array_add (source->records, wg_record_seal (record));
}

/* A couple, perhaps with children, perhaps with one of their parents; or one alone. */
static void
add_family (Source *source, WgRecord *home)
{
  WgChance *chance = &source->chance;
  Sex sex = wg_chance_int (chance, 0, 2) == 0 ? WOMAN : MAN;
  int age = wg_chance_int (chance, 26, 78), n = 1;
  WgRecord *head = make_person (source, home, sex, age, "0");

  wg_record_set_text (home, "head", head->id);
  wg_record_set_text (home, "contact", wg_record_get_text (head, "name"));
  wg_record_set_text (home, "phone", wg_record_get_text (head, "phone"));
  add (source, head);
  if (wg_chance_int (chance, 0, 3) > 0)
    {
      add (source, make_person (source, home, sex == MAN ? WOMAN : MAN,
                                age + wg_chance_int (chance, -4, 4), "1"));
      n++;
    }
  for (int i = wg_chance_int (chance, 0, 2); i > 0 && age < 60; i--, n++)
    {
      Sex child = wg_chance_int (chance, 0, 1) ? MAN : WOMAN;
      int younger = wg_chance_int (chance, 22, 34);
      add (source,
           make_person (source, home, child, MAX (0, age - younger), child == MAN ? "2" : "3"));
    }
  if (age < 62 && wg_chance_int (chance, 0, 5) == 0)
    {
      add (source, make_person (source, home, WOMAN, age + wg_chance_int (chance, 21, 30), "5"));
      n++;
    }
  wg_record_set_int (home, "size", n);
}

/* Each dwelling once: two doors on each of eight floors of two entrances. */
static void
add_household (Source *source, guint nth)
{
  int draw = wg_chance_int (&source->chance, 0, 19);
  const char *tenure = draw == 0 ? "3" : draw < 4 ? "2" : "1";
  g_autofree char *building = g_strdup_printf ("%u号楼", 1 + nth / 32);
  g_autofree char *unit = g_strdup_printf ("%u", 1 + nth / 16 % 2);
  g_autofree char *room = g_strdup_printf ("%u0%u", 1 + nth / 2 % 8, 1 + nth % 2);
  WgRecord *home = begin (source, "household");
  guint at = source->records->len;

  wg_record_set_text (home, "place", source->grid->community);
  wg_record_set_text (home, "building", building);
  wg_record_set_text (home, "unit", unit);
  wg_record_set_text (home, "room", room);
  wg_record_set_text (home, "tenure", tenure);
  if (draw < 4 && draw > 0)
    wg_record_set_text (home, "rent_use", "02");
  if (draw > 0)
    add_family (source, home);
  g_ptr_array_insert (source->records, (int) at, wg_record_seal (home));
}

/**
 * wg_sample_records_new:
 * @grid: a grid of a sample district
 * @n: how many households
 * @at_ms: Unix ms; ages and ids follow from it
 * @seed: another seed gives other people
 *
 * Makes households and residents as a grid head could have recorded them. A household comes
 * before its members, who name it; it names its head.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (element-type WgRecord): sealed records
 */
GPtrArray *
wg_sample_records_new (const WgGrid *grid, guint n, gint64 at_ms, guint64 seed)
{
  Source source = { .chance = { seed ^ g_str_hash (grid->code) }, .now_ms = at_ms, .grid = grid };
  int month, day;

  wg_local_date (at_ms, &source.this_year, &month, &day);
  source.this_year--; /* so that nobody is born later in this year */
  source.records = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_record_unref);
  for (guint i = 0; i < n; i++)
    add_household (&source, i);
  return source.records;
}
