/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Residents (实有人口): the common block of GB/T 31000 and what a grid head keeps up. */
#include "core/kinds/wg-kinds.h"
#include "core/wg-numbers.h"

static const WgSection SECTIONS[] = {
  { "identity", N_ ("Who it is") },
  { "living", N_ ("Living here") },
  { "contact", N_ ("Contact and work") },
  { NULL },
};

/* clang-format off */
WgField wg_kind_resident_fields[] = {
  WG_KIND_OWN_FIELDS,
  /* name            title                              type              flags             min  max code list              source                       class   section     when */
  { "name",          N_ ("Name"),                       WG_FIELD_TEXT,    R | P | L | Q,      2,  50, NULL,            LATER, "GB/T 31000 姓名",             ASK,    "identity" },
  { "id_kind",       N_ ("Kind of document"),           WG_FIELD_CODE,    R,                  3,   3, "id_kind",       LATER, "GA/T 517",                  ASK,    "identity" },
  { "id_no",         N_ ("Citizen number"),             WG_FIELD_CITIZEN, R | P | Q | K,      0,   0, NULL,            LATER, "GB 11643",                  ASK,    "identity", "id_kind=111" },
  { "doc_no",        N_ ("Document number"),            WG_FIELD_ID,      R | P | Q | K,      4,  30, NULL,            LATER, "GB/T 31000 证件号码",         ASK,    "identity", "id_kind=114 115 414 511 516 554" },
  { "sex",           N_ ("Sex"),                        WG_FIELD_CODE,    L,                  1,   1, "sex",           LATER, "GB/T 2261.1",               ASK,    "identity" },
  { "birth",         N_ ("Date of birth"),              WG_FIELD_DATE,    P | L | PAST,       0,   0, NULL,            LATER, "GB/T 31000 出生日期",         ASK,    "identity" },
  { "nation",        N_ ("Ethnic group"),               WG_FIELD_CODE,    0,                  2,   2, "nation",        LATER, "GB/T 3304",                 ASK,    "identity" },
  { "pop_type",      N_ ("Kind of population"),         WG_FIELD_CODE,    R | L,              2,   2, "pop_type",      LATER, "GB/T 31000 人口类型",         NEWEST, "living" },
  { "inflow_reason", N_ ("Reason for coming"),          WG_FIELD_CODE,    0,                  2,   2, "inflow_reason", LATER, "GB/T 31000 流入原因",         NEWEST, "living", "pop_type=20" },
  { "status",        N_ ("Present state"),              WG_FIELD_CODE,    R | L | H,          1,   1, "live_status",   LATER, "domain 5.4",                NEWEST, "living" },
  { "household",     N_ ("Household lived in"),         WG_FIELD_RECORD,  PART,               0,   0, "household",     LATER, "domain 5.5",                ASK,    "living" },
  { "relation",      N_ ("Relation to the head"),       WG_FIELD_CODE,    L,                  1,   1, "relation",      LATER, "GB/T 4761",                 ASK,    "living" },
  { "live_addr",     N_ ("Present address"),            WG_FIELD_TEXT,    P | Q | H,          0,  80, NULL,            LATER, "GB/T 31000 现住门(楼)详址",   NEWEST, "living" },
  { "phone",         N_ ("Phone"),                      WG_FIELD_PHONE,   P | L | Q | H,      0,  20, NULL,            LATER, "GB/T 31000 联系方式",         NEWEST, "contact" },
  { "workplace",     N_ ("Place of work"),              WG_FIELD_TEXT,    P | H,              0, 100, NULL,            LATER, "GB/T 31000 服务处所",         NEWEST, "contact" },
  { "needs",         N_ ("Services wished for"),        WG_FIELD_CODES,   P,                  2,  10, "service_need",  LATER, "考核细则 服务群众",            SET,    "contact" },
  { NULL },
};
/* clang-format on */

static const char *
get_good_number (const WgRecord *record)
{
  const char *number = wg_record_get_text (record, "id_no");
  WgCitizenNumberFault fault;

  if (number == NULL)
    return NULL;
  fault = wg_citizen_number_check (number);
  return fault == WG_CITIZEN_NUMBER_GOOD || fault == WG_CITIZEN_NUMBER_DIVISION ? number : NULL;
}

/* Sex and date of birth follow from the number when they are not given. */
static void
complete (WgRecord *record)
{
  const char *number = get_good_number (record);

  if (number == NULL)
    return;
  if (wg_record_get_text (record, "sex") == NULL)
    wg_record_set_text (record, "sex", wg_citizen_number_get_sex (number));
  if (wg_record_get_text (record, "birth") == NULL)
    {
      g_autofree char *birth = wg_citizen_number_get_birth (number);
      wg_record_set_text (record, "birth", birth);
    }
}

/* Cards with a wrong sex exist; the difference is shown until somebody has looked. */
static void
check (const WgRecord *record, GPtrArray *issues)
{
  const char *number = get_good_number (record);
  const char *sex = wg_record_get_text (record, "sex");
  const char *birth = wg_record_get_text (record, "birth");

  if (number == NULL)
    return;
  g_autofree char *expected = wg_citizen_number_get_birth (number);
  if (sex != NULL && g_strcmp0 (sex, wg_citizen_number_get_sex (number)) != 0)
    wg_issues_add (issues, "sex", WG_ISSUE_DIFFERS, FALSE);
  if (birth != NULL && g_strcmp0 (birth, expected) != 0)
    wg_issues_add (issues, "birth", WG_ISSUE_DIFFERS, FALSE);
}

WgKind wg_kind_resident = {
  .name = "resident",
  .title = N_ ("Resident"),
  .title_fields = "name",
  .closed = "status=3 4",
  .writers = WG_ROLE_WORKER,
  .fields = wg_kind_resident_fields,
  .sections = SECTIONS,
  .complete = complete,
  .check = check,
  .about = N_ ("A person who lives in the grid, registered there or not."),
};
