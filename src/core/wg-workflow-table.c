/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of transitions, row numbers as in protocol.md 4.1. */
#include "core/wg-workflow.h"

#define W WG_ROLE_WORKER
#define C WG_ROLE_CLERK
#define P WG_ROLE_DISPATCHER
#define H WG_ROLE_HANDLER
#define L WG_ROLE_LEADER
#define S WG_ROLE_SUPERVISOR
#define D WG_ROLE_DISTRICT
#define Y WG_ROLE_SYSTEM

#define DAILY (1u << WG_EVENT_LEVEL_DAILY)
#define UPPER                                                                                      \
  (1u << WG_EVENT_LEVEL_GENERAL | 1u << WG_EVENT_LEVEL_MAJOR | 1u << WG_EVENT_LEVEL_GRAVE)
#define ALL (DAILY | UPPER)
#define TOWN (DAILY | 1u << WG_EVENT_LEVEL_GENERAL)
#define DISTRICT (1u << WG_EVENT_LEVEL_MAJOR | 1u << WG_EVENT_LEVEL_GRAVE)

#define WORDS WG_GUARD_OPINION
#define AUTHOR WG_GUARD_AUTHOR
#define OTHER WG_GUARD_DUPLICATE_OF
#define VALUE WG_GUARD_NEW_VALUE
#define LOWER WG_GUARD_DISTRICT_LOWERS
#define FOUR_EYES WG_GUARD_NOT_HANDLER
#define SPOT WG_GUARD_SELF_HANDLED
#define LEAD WG_GUARD_LEAD_ORG

/**
 * WG_TRANSITIONS:
 *
 * The whole life of an event. What is not in the table cannot happen. Guards that need
 * more than the event and the request are the platform's: who belongs to which town and
 * grid, how often something was asked, and how much time has passed. Where the rules want
 * a leader's consent (rows 13, 16, 17) it is a note of the leader in the event's file.
 *
 * Source: protocol.md 4.1; domain.md 5.2; 考核办法 三(一)2
 */
const WgTransition WG_TRANSITIONS[] = {
  /* action, from state, to state, levels, roles, step kind, guards, offline */
  /* 1 */
  { WG_ACTION_REPORT, 0, 70, DAILY, W, 1, SPOT | AUTHOR, TRUE },
  /* 2 */
  { WG_ACTION_REPORT, 0, 10, UPPER, W | D, 1, AUTHOR, TRUE },
  /* a known matter once more: kept, linked, not counted */
  { WG_ACTION_ATTACH, 0, 13, ALL, W | D, 1, OTHER | AUTHOR, TRUE },
  /* 3 */
  { WG_ACTION_WITHDRAW, 10, 13, ALL, W | D, 0, WORDS | AUTHOR, TRUE },
  /* 4 */
  { WG_ACTION_RETURN, 10, 11, ALL, C, 4, WORDS, FALSE },
  /* 5 */
  { WG_ACTION_SUPPLEMENT, 11, 10, ALL, W | D, 2, AUTHOR, TRUE },
  /* 6 */
  { WG_ACTION_EXPIRE, 11, 12, ALL, Y, 0, 0, FALSE },
  /* 7 */
  { WG_ACTION_REFUSE, 10, 12, ALL, C, 5, WORDS, FALSE },
  { WG_ACTION_APPEAL, 12, 10, ALL, W | D, 0, WORDS | AUTHOR, FALSE },
  /* 8 */
  { WG_ACTION_DUPLICATE, 10, 13, ALL, C, 26, OTHER, FALSE },
  { WG_ACTION_DUPLICATE, 20, 13, ALL, C, 26, OTHER, FALSE },
  /* 9 */
  { WG_ACTION_CHANGE_LEVEL, 10, 10, ALL, C | D, 6, WORDS | VALUE | LOWER, FALSE },
  { WG_ACTION_CHANGE_LEVEL, 20, 20, ALL, C | D, 6, WORDS | VALUE | LOWER, FALSE },
  { WG_ACTION_CHANGE_CLASS, 10, 10, ALL, C | D, 7, WORDS | VALUE, FALSE },
  { WG_ACTION_CHANGE_CLASS, 20, 20, ALL, C | D, 7, WORDS | VALUE, FALSE },
  /* 10 */
  { WG_ACTION_ACCEPT, 10, 20, ALL, C, 3, 0, FALSE },
  /* 11 */
  { WG_ACTION_DISPATCH, 20, 30, ALL, P | D, 8, LEAD, FALSE },
  { WG_ACTION_DISPATCH, 31, 30, ALL, P | D, 8, LEAD, FALSE },
  /* 12 */
  { WG_ACTION_SIGN, 30, 40, ALL, H | Y, 9, 0, FALSE },
  /* 13 */
  { WG_ACTION_SEND_BACK, 30, 31, ALL, H, 10, WORDS, FALSE },
  { WG_ACTION_SEND_BACK, 40, 31, ALL, H, 10, WORDS, FALSE },
  /* 14 */
  { WG_ACTION_REASSIGN, 40, 40, ALL, H, 11, 0, FALSE },
  /* 15 */
  { WG_ACTION_ASK_ASSIST, 40, 40, ALL, H, 12, 0, FALSE },
  { WG_ACTION_ANSWER_ASSIST, 40, 40, ALL, H, 13, WORDS, FALSE },
  /* 16 */
  { WG_ACTION_ASK_EXTENSION, 40, 42, ALL, H, 16, WORDS, FALSE },
  { WG_ACTION_DECIDE_EXTENSION, 42, 40, TOWN, P, 16, WORDS, FALSE },
  { WG_ACTION_DECIDE_EXTENSION, 42, 40, DISTRICT, D, 16, WORDS, FALSE },
  /* 17 */
  { WG_ACTION_SUSPEND, 40, 41, ALL, P | D, 15, WORDS, FALSE },
  /* 18 */
  { WG_ACTION_RESUME, 41, 40, ALL, H | P | Y, 0, 0, FALSE },
  /* 19 */
  { WG_ACTION_HANDLED, 40, 50, ALL, H, 14, WORDS, TRUE },
  { WG_ACTION_HANDLED, 51, 50, ALL, H, 14, WORDS, TRUE },
  /* 20 */
  { WG_ACTION_VERIFIED, 50, 60, ALL, W | S, 18, WORDS | FOUR_EYES, TRUE },
  /* 21 */
  { WG_ACTION_NOT_VERIFIED, 50, 51, ALL, W | S, 19, WORDS, TRUE },
  /* 22 */
  { WG_ACTION_VERIFY_OVERDUE, 50, 50, ALL, Y, 0, 0, FALSE },
  /* 23 */
  { WG_ACTION_EVALUATE, 60, 70, ALL, C | D | Y, 20, 0, FALSE },
  /* 24 */
  { WG_ACTION_CLOSE, 70, 80, ALL, C | Y, 24, 0, FALSE },
  /* 25 */
  { WG_ACTION_REOPEN, 70, 20, ALL, S | D | C, 25, WORDS, FALSE },
  { WG_ACTION_REOPEN, 80, 20, ALL, S | D | C, 25, WORDS, FALSE },
  /* 26 */
  { WG_ACTION_FALSE, 10, 10, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 11, 11, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 12, 12, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 13, 13, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 20, 20, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 30, 30, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 31, 31, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 40, 40, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 41, 41, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 42, 42, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 50, 50, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 51, 51, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 60, 60, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 70, 70, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_FALSE, 80, 80, ALL, S | D, 27, WORDS, FALSE },
  { WG_ACTION_OMITTED, 10, 10, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 11, 11, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 12, 12, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 13, 13, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 20, 20, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 30, 30, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 31, 31, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 40, 40, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 41, 41, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 42, 42, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 50, 50, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 51, 51, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 60, 60, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 70, 70, ALL, S | D, 28, WORDS, FALSE },
  { WG_ACTION_OMITTED, 80, 80, ALL, S | D, 28, WORDS, FALSE },
  /* 27 */
  { WG_ACTION_URGE, 10, 10, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 11, 11, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 20, 20, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 30, 30, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 31, 31, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 40, 40, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 41, 41, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 42, 42, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 50, 50, ALL, S | D, 21, WORDS, FALSE },
  { WG_ACTION_URGE, 10, 10, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 11, 11, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 20, 20, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 30, 30, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 31, 31, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 40, 40, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 41, 41, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 42, 42, ALL, L, 22, WORDS, FALSE },
  { WG_ACTION_URGE, 50, 50, ALL, L, 22, WORDS, FALSE },
  /* words and photos at any time, by anybody who works on the event */
  { WG_ACTION_NOTE, 10, 10, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 11, 11, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 12, 12, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 13, 13, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 20, 20, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 30, 30, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 31, 31, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 40, 40, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 41, 41, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 42, 42, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 50, 50, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 51, 51, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 60, 60, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 70, 70, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
  { WG_ACTION_NOTE, 80, 80, ALL, W | C | P | H | L | S | D, 0, 0, TRUE },
};
const gsize WG_N_TRANSITIONS = G_N_ELEMENTS (WG_TRANSITIONS);
