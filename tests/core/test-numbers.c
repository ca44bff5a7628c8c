/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of people: answers known from the standard and from public examples. */
#include "core/wg-numbers.h"

static void
test_citizen (void)
{
  static const struct
  {
    const char *number;
    WgCitizenNumberFault fault;
  } cases[] = {
    { "11010519491231002X", WG_CITIZEN_NUMBER_GOOD }, /* the standard's own */
    { "440524188001010014", WG_CITIZEN_NUMBER_GOOD }, /* the standard's own */
    { "932682198501010017", WG_CITIZEN_NUMBER_GOOD }, /* foreign permanent residence */
    { "81000019980902013X", WG_CITIZEN_NUMBER_GOOD }, /* residence permit of Hong Kong */
    { "201511221897205960", WG_CITIZEN_NUMBER_DATE },
    { "110105194912310021", WG_CITIZEN_NUMBER_CHECK },
    { "11010519491231002x", WG_CITIZEN_NUMBER_FORM }, /* not tidied */
    { "1101051949123100", WG_CITIZEN_NUMBER_FORM },
    { "11010519490229002X", WG_CITIZEN_NUMBER_DATE }, /* no leap year */
    { "110105184912310021", WG_CITIZEN_NUMBER_DATE },
    { "", WG_CITIZEN_NUMBER_FORM },
    { "X1010519491231002X", WG_CITIZEN_NUMBER_FORM },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (wg_citizen_number_check (cases[i].number), ==, cases[i].fault);
}

static void
test_tidy (void)
{
  static const struct
  {
    const char *text, *number;
  } cases[] = {
    { "110105491231002", "11010519491231002X" },
    { "11010519491231002x", "11010519491231002X" },
    { " 1101 0519 4912 3100 2X ", "11010519491231002X" },
    { "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X" },
    { "44052418800101001", "44052418800101001" }, /* neither: as it is */
    { "张三", "张三" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *number = wg_citizen_number_tidy (cases[i].text);
      g_assert_cmpstr (number, ==, cases[i].number);
    }
  /* Sequences 996 to 999 were kept for those born before 1900. */
  g_autofree char *old = wg_citizen_number_tidy ("110105491231996");
  g_assert_cmpstr (old, ==, "110105184912319965");
}

static void
test_facts (void)
{
  g_autofree char *birth = wg_citizen_number_get_birth ("11010519491231002X");

  g_assert_cmpstr (birth, ==, "1949-12-31");
  g_assert_cmpstr (wg_citizen_number_get_sex ("11010519491231002X"), ==, "2");
  g_assert_cmpstr (wg_citizen_number_get_sex ("440524188001010014"), ==, "1");
}

/* The check character finds each wrong digit and each exchange of neighbours. */
static void
test_every_slip (void)
{
  const char *good = "11010519491231002X";

  for (int i = 0; i < 17; i++)
    for (char digit = '0'; digit <= '9'; digit++)
      {
        g_autofree char *number = g_strdup (good);
        number[i] = digit;
        g_assert_true ((wg_citizen_number_get_check (number) == 'X') == (digit == good[i]));
      }
  for (int i = 0; i < 16; i++)
    {
      g_autofree char *number = g_strdup (good);
      number[i] = good[i + 1];
      number[i + 1] = good[i];
      g_assert_true ((wg_citizen_number_get_check (number) == 'X') == (good[i] == good[i + 1]));
    }
}

static void
test_invented (void)
{
  char number[] = "00000019900101001?";

  number[17] = wg_citizen_number_get_check (number);
  g_assert_cmpint (wg_citizen_number_check (number), ==, WG_CITIZEN_NUMBER_DIVISION);
}

static void
test_phone (void)
{
  static const char *const usual[] = { "13805460000", "0546-8331234", "8331234", "05468331234" };
  static const char *const strange[] = { "12345678901", "1380546000", "0546-83", "110", "-" };
  static const char *const typed[] = { "138 0546 0000", "+86 138-0546-0000", "008613805460000",
                                       "１３８０５４６００００" };

  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    g_assert_true (wg_phone_is_usual (usual[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (strange); i++)
    g_assert_false (wg_phone_is_usual (strange[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autofree char *phone = wg_phone_tidy (typed[i]);
      g_assert_cmpstr (phone, ==, "13805460000");
    }
}

static void
test_mask (void)
{
  g_autofree char *name = wg_mask_name ("段正淳");
  g_autofree char *number = wg_mask_number ("51343620000320711X");
  g_autofree char *phone = wg_mask_phone ("18049531999");
  g_autofree char *alone = wg_mask_name ("段");
  g_autofree char *brief = wg_mask_phone ("8331234");
  g_autofree char *none = wg_mask_number (NULL);

  g_assert_cmpstr (name, ==, "段**");
  g_assert_cmpstr (number, ==, "5***************1X");
  g_assert_cmpstr (phone, ==, "180****1999");
  g_assert_cmpstr (alone, ==, "*");
  g_assert_cmpstr (brief, ==, "*******");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/numbers/citizen/known-answer", test_citizen);
  g_test_add_func ("/core/numbers/citizen/tidy", test_tidy);
  g_test_add_func ("/core/numbers/citizen/facts", test_facts);
  g_test_add_func ("/core/numbers/citizen/every-slip", test_every_slip);
  g_test_add_func ("/core/numbers/citizen/invented", test_invented);
  g_test_add_func ("/core/numbers/phone", test_phone);
  g_test_add_func ("/core/numbers/mask/known-answer", test_mask);
  return g_test_run ();
}
