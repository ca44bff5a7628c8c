/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's role in the loop, as a bit set for the transition table. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_ROLE_WORKER = 1 << 0,     /* W 网格长 */
  WG_ROLE_CLERK = 1 << 1,      /* C 分中心受理 */
  WG_ROLE_DISPATCHER = 1 << 2, /* P 分中心派遣 */
  WG_ROLE_HANDLER = 1 << 3,    /* H 部门处置 */
  WG_ROLE_LEADER = 1 << 4,     /* L 单位领导 */
  WG_ROLE_SUPERVISOR = 1 << 5, /* S 网格监督员 */
  WG_ROLE_DISTRICT = 1 << 6,   /* D 区级中心 */
  WG_ROLE_ASSESSOR = 1 << 7,   /* K 考核组 */
  WG_ROLE_AUDITOR = 1 << 8,
  WG_ROLE_ADMIN = 1 << 9,
  WG_ROLE_SYSTEM = 1 << 10, /* timers of the platform */
} WgRole;

const char *wg_role_to_string (WgRole role); /* "worker" … */
gboolean wg_role_from_string (const char *name, WgRole *out_role);

G_END_DECLS
