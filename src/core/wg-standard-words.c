/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that make a record look like a major event: safety, environment, public order. */
#include "core/wg-standard.h"

#include <string.h>

/* Told as having happened, these are major by the table: 安全, 环保, 综治 and what endangers life.
 */
static const char *const MAJOR[] = {
  "火灾",       "着火",     "起火",     "失火",       "冒烟",     "浓烟",     "爆炸",
  "爆燃",       "燃气泄漏", "煤气泄漏", "天然气泄漏", "气体泄漏", "原油泄漏", "漏气",
  "漏油",       "泄漏",     "中毒",     "触电",       "坍塌",     "塌陷",     "倒塌",
  "坠落",       "坠楼",     "高空抛物", "溺水",       "落水",     "被困",     "伤亡",
  "死亡",       "重伤",     "昏迷",     "危化品",     "液化气罐", "有限空间", "管道破裂",
  "管线占压",   "井盖缺失", "井盖丢失", "没有井盖",   "偷排",     "直排",     "危废",
  "油泥",       "倾倒废",   "死鱼",     "刺鼻",       "异味气体", "秸秆焚烧", "持刀",
  "斗殴",       "打架",     "伤人",     "砸车",       "自杀",     "轻生",     "跳楼",
  "自焚",       "走失",     "失踪",     "肇事",       "肇祸",     "失控",     "吸毒",
  "邪教",       "传销",     "非法集资", "聚集",       "集访",     "上访",     "围堵",
  "堵路",       "拉横幅",   "罢工",     "讨薪",       "群体性",   "邪教宣传", "违规用气",
  "下水道堵塞", "爆管",     "炸药",     "雷管",       "烟花爆竹", "疫情",
};

/* Right before such a word: it is prevented, or denied. */
static const char *const BEFORE[] = {
  "防",     "防范",   "防止", "预防",   "防控",   "反",     "抵制", "远离",
  "杜绝",   "拒绝",   "严禁", "禁止",   "避免",   "无",     "未",   "没有",
  "未发生", "未发现", "未见", "没发生", "没发现", "不存在", "谨防", "警惕",
};

/* Right after it: it is talked about. */
static const char *const AFTER[] = {
  "宣传", "知识", "演练", "预防", "防范", "应急演练", "应急预案", "防控",
  "讲座", "培训", "案例", "禁放", "人口", "登记",     "注销",     "证明",
};

static gboolean
ends_with_any (const char *start, const char *end, const char *const *words, gsize n)
{
  gsize length = (gsize) (end - start);

  for (gsize i = 0; i < n; i++)
    {
      gsize size = strlen (words[i]);
      if (size <= length && memcmp (end - size, words[i], size) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
begins_with_any (const char *text, const char *const *words, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_has_prefix (text, words[i]))
      return TRUE;
  return FALSE;
}

static gboolean
tells (const char *text, const char *word)
{
  for (const char *at = strstr (text, word); at != NULL; at = strstr (at + 1, word))
    if (!ends_with_any (text, at, BEFORE, G_N_ELEMENTS (BEFORE)) &&
        !begins_with_any (at + strlen (word), AFTER, G_N_ELEMENTS (AFTER)))
      return TRUE;
  return FALSE;
}

/**
 * wg_standard_text_looks_major:
 * @text: (nullable): words of a daily or general record
 *
 * Tells whether words speak of something that the table counts as major, so that the
 * terminal asks "is it a major event?". It only asks: one question too many costs a
 * second, one missed event of safety, environment or public order costs five points and
 * perhaps a life. Words of prevention and denial right beside ("防范非法集资", "火灾演练",
 * "未发现泄漏") do not count.
 *
 * Thread: any.
 * Errors: none.
 * Source: 考核细则 1 扣分 4; ux.md 3 (1)
 *
 * Returns: %TRUE if it is worth asking
 */
gboolean
wg_standard_text_looks_major (const char *text)
{
  if (text == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (MAJOR); i++)
    if (tells (text, MAJOR[i]))
      return TRUE;
  return FALSE;
}
