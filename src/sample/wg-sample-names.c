/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invented names, put together from syllables; data in Chinese, not messages. */
#include "sample/wg-sample-names.h"

static const char *const SURNAMES[] = {
  "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高",
  "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧"
};
static const char *const GIVEN[] = { "安", "博", "晨", "德", "恩", "方", "刚", "海", "佳", "凯",
                                     "岚", "敏", "宁", "鹏", "琪", "然", "珊", "涛", "文", "欣",
                                     "扬", "泽", "志", "卓", "雨", "月", "云", "竹", "青", "禾" };
static const char *const TOWN_FIRST[] = { "安", "清", "锦", "春", "和", "明", "景", "瑞",
                                          "云", "康", "嘉", "宁", "华", "泰", "祥", "映" };
static const char *const TOWN_SECOND[] = { "澜", "苑", "庭", "湖", "堤", "林", "桥", "坪" };
static const char *const VILLAGE_FIRST[] = { "柳", "槐", "枣", "杨", "芦", "苇", "盐", "荻",
                                             "埠", "渠", "榆", "桑", "蒲", "雁", "鹤", "棉" };
static const char *const VILLAGE_SECOND[] = { "庄", "屯", "台", "坨", "埝", "洼", "渡", "岭" };
static const char *const STREET_FIRST[] = { "安", "清", "锦", "春", "和", "明", "景",
                                            "瑞", "云", "康", "嘉", "宁", "华", "泰",
                                            "祥", "映", "澄", "沛", "润", "启" };
static const char *const STREET_SECOND[] = { "澜", "苑", "涵", "霖", "堤", "杉", "荷", "坪",
                                             "榕", "霞", "茗", "棠", "舟", "帆", "汀" };
static const char *const DIGITS[] = { "", "一", "二", "三", "四", "五", "六", "七", "八", "九" };

/**
 * wg_sample_number_name:
 * @number: 1 to 99
 *
 * Writes a number in Chinese, as in 第十二网格.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the number's name
 */
char *
wg_sample_number_name (int number)
{
  int tens = number / 10;

  g_assert (number >= 1 && number <= 99);
  return g_strconcat (tens > 1 ? DIGITS[tens] : "", tens > 0 ? "十" : "", DIGITS[number % 10],
                      NULL);
}

/**
 * wg_sample_name_person:
 * @chance: a state
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): surname and two syllables
 */
char *
wg_sample_name_person (WgChance *chance)
{
  const char *surname = SURNAMES[wg_chance_int (chance, 0, G_N_ELEMENTS (SURNAMES) - 1)];
  const char *first = GIVEN[wg_chance_int (chance, 0, G_N_ELEMENTS (GIVEN) - 1)];
  const char *second = GIVEN[wg_chance_int (chance, 0, G_N_ELEMENTS (GIVEN) - 1)];

  return g_strconcat (surname, first, second, NULL);
}

/**
 * wg_sample_name_community:
 * @nth: which, below 128
 * @rural: %TRUE for a village
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): a name ending in 社区 or 村
 */
char *
wg_sample_name_community (guint nth, gboolean rural)
{
  guint spread = (nth * 37 + 5) % 128; /* 37 and 128 have no common factor: each once */

  if (rural)
    return g_strconcat (VILLAGE_FIRST[spread % 16], VILLAGE_SECOND[spread / 16], "村", NULL);
  return g_strconcat (TOWN_FIRST[spread % 16], TOWN_SECOND[spread / 16], "社区", NULL);
}

/**
 * wg_sample_name_street:
 * @nth: which, below 600
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): a name ending in 路 or 街
 */
char *
wg_sample_name_street (guint nth)
{
  guint spread = (nth * 77 + 11) % 300;

  return g_strconcat (STREET_FIRST[spread % 20], STREET_SECOND[spread / 20],
                      nth < 300 ? "路" : "街", NULL);
}
