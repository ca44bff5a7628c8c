/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Households (户): the dwelling and those who live in it; its members name it (resident.household).
 */
#include "core/kinds/wg-kinds.h"

static const WgSection SECTIONS[] = {
  { "dwelling", N_ ("Dwelling") },
  { "people", N_ ("People") },
  { "care", N_ ("Safety and care") },
  { NULL },
};

/* clang-format off */
WgField wg_kind_household_fields[] = {
  WG_KIND_OWN_FIELDS,
  /* name          title                               type             flags           min   max code list           source                       class   section     when */
  { "place",       N_ ("Compound or village"),         WG_FIELD_TEXT,   R | L | Q | K,    1,  100, NULL,         LATER, "GB/T 31000 小区(单位)名称",   ASK,    "dwelling" },
  { "building",    N_ ("Building"),                    WG_FIELD_TEXT,   R | L | K,        1,   20, NULL,         LATER, "domain 5.5",                ASK,    "dwelling" },
  { "unit",        N_ ("Entrance"),                    WG_FIELD_TEXT,   R | L | K,        1,   10, NULL,         LATER, "domain 5.5",                ASK,    "dwelling" },
  { "room",        N_ ("Room or house number"),        WG_FIELD_TEXT,   R | L | K,        1,   20, NULL,         LATER, "domain 5.5",                ASK,    "dwelling" },
  { "tenure",      N_ ("Use of the dwelling"),         WG_FIELD_CODE,   R | L | H,        1,    1, "tenure",     LATER, "domain 5.5",                NEWEST, "dwelling" },
  { "rent_use",    N_ ("Let as"),                      WG_FIELD_CODE,   H,                2,    2, "rent_use",   LATER, "GB/T 31000 出租用途",         NEWEST, "dwelling", "tenure=2" },
  { "hukou_no",    N_ ("Household register number"),   WG_FIELD_ID,     P | Q,            0,    9, NULL,         LATER, "GB/T 31000 户号",            ASK,    "people" },
  { "head",        N_ ("Head of the household"),       WG_FIELD_RECORD, 0,                0,    0, "resident",   LATER, "GB/T 31000 户主",            ASK,    "people" },
  { "contact",     N_ ("Contact person"),              WG_FIELD_TEXT,   P | L | Q,        0,   50, NULL,         LATER, "GB/T 31000 户主姓名",         NEWEST, "people" },
  { "phone",       N_ ("Phone"),                       WG_FIELD_PHONE,  P | L | Q | H,    0,   20, NULL,         LATER, "GB/T 31000 户主联系方式",     NEWEST, "people" },
  { "size",        N_ ("People living here"),          WG_FIELD_INT,    H,                0,   99, NULL,         LATER, "domain 5.5",                NEWEST, "people" },
  { "hazards",     N_ ("Hazards seen"),                WG_FIELD_CODES,  H,                2,   10, "hazard",     LATER, "GB/T 31000 安全隐患类型",     SET,    "care" },
  { "aid",         N_ ("Aid received"),                WG_FIELD_CODES,  P,                2,   10, "aid",        LATER, "domain 5.5",                SET,    "care" },
  { "note",        N_ ("Note"),                        WG_FIELD_TEXT,   P | M,            0,  500, NULL,         LATER, "domain 5.5",                NEWEST, "care" },
  { NULL },
};
/* clang-format on */

WgKind wg_kind_household = {
  .name = "household",
  .title = N_ ("Household"),
  .title_fields = "place building unit room",
  .writers = WG_ROLE_WORKER,
  .fields = wg_kind_household_fields,
  .sections = SECTIONS,
  .about = N_ ("A dwelling and those who live in it; it may stand empty."),
};
