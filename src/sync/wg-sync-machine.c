/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync machine: no clock, chance, thread or network in here (protocol.md 3.9). */
#include "sync/wg-sync-machine.h"

#define RECOVERIES_MAX 2
#define HEALS_MAX 3

static const char *const STAGE_NAMES[WG_N_STAGE] = {
  [WG_STAGE_IDLE] = "idle",        [WG_STAGE_HELLO] = "hello",     [WG_STAGE_SESSION] = "session",
  [WG_STAGE_MOVE] = "move",        [WG_STAGE_STATE] = "state",     [WG_STAGE_PUSH] = "push",
  [WG_STAGE_PULL] = "pull",        [WG_STAGE_UPLOAD] = "upload",   [WG_STAGE_DOWNLOAD] = "download",
  [WG_STAGE_BACKOFF] = "back-off", [WG_STAGE_FOREIGN] = "foreign", [WG_STAGE_FORKED] = "forked",
  [WG_STAGE_REVOKED] = "revoked",  [WG_STAGE_WIPED] = "wiped",
};

/**
 * wg_sync_stage_to_string:
 * @stage: a stage
 *
 * The stage's name for logs and for JSON.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a word
 */
const char *
wg_sync_stage_to_string (WgSyncStage stage)
{
  return STAGE_NAMES[stage];
}

/**
 * wg_sync_stage_is_resting:
 * @stage: a stage
 *
 * Tells whether a round is over in this stage: nothing happens until the next start.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE between rounds
 */
gboolean
wg_sync_stage_is_resting (WgSyncStage stage)
{
  return stage == WG_STAGE_IDLE || stage >= WG_STAGE_BACKOFF;
}

static WgSyncEffects
end_round (WgSyncMachine *machine, WgSyncStage stage)
{
  if (stage == WG_STAGE_IDLE)
    machine->failures = 0;
  else
    machine->failures++;
  machine->stage = stage;
  return WG_EFFECT_NOTIFY | WG_EFFECT_TIMER |
         (stage == WG_STAGE_IDLE ? 0 : WG_EFFECT_RESET_SENDING);
}

/* The way broke. When something had gone through before, what is left is tried as if it were the
 * first time: a long load over a line that breaks often must not wait longer each time. */
static WgSyncEffects
lose_way (WgSyncMachine *machine, const WgSyncEvent *event)
{
  if (machine->moved || event->kept)
    machine->failures = 0;
  return end_round (machine, WG_STAGE_BACKOFF);
}

static WgSyncEffects
start_round (WgSyncMachine *machine)
{
  if (machine->batch == 0)
    machine->batch = WG_SYNC_BATCH_START;
  machine->recoveries = 0;
  machine->heals = 0;
  machine->renewed = FALSE;
  machine->other_epoch = FALSE;
  machine->too_old = FALSE;
  machine->moved = FALSE;
  machine->replaced = FALSE;
  machine->stage = WG_STAGE_HELLO;
  return WG_EFFECT_NOTIFY;
}

static WgSyncEffects
recover (WgSyncMachine *machine)
{
  if (++machine->recoveries > RECOVERIES_MAX)
    return end_round (machine, WG_STAGE_BACKOFF);
  machine->other_epoch = FALSE;
  machine->stage = WG_STAGE_STATE;
  return WG_EFFECT_RESET_SENDING;
}

/* A stage that works came to its end. */
static WgSyncEffects
go_on (WgSyncMachine *machine, const WgSyncEvent *event)
{
  switch (machine->stage)
    {
    case WG_STAGE_HELLO:
      machine->stage = event->has_token ? WG_STAGE_PUSH : WG_STAGE_SESSION;
      if (event->has_token && machine->other_epoch)
        return recover (machine);
      return 0;
    case WG_STAGE_SESSION:
      machine->stage = WG_STAGE_PUSH;
      return machine->other_epoch ? recover (machine) : 0;
    case WG_STAGE_MOVE: /* the token is of the replica that we were */
      machine->stage = WG_STAGE_SESSION;
      return WG_EFFECT_FORGET_TOKEN | WG_EFFECT_NOTIFY;
    case WG_STAGE_STATE:
      machine->stage = WG_STAGE_PUSH;
      return 0;
    case WG_STAGE_PUSH:
      machine->stage = machine->too_old ? WG_STAGE_UPLOAD : WG_STAGE_PULL;
      return 0;
    case WG_STAGE_PULL:
      machine->stage = event->has_major ? WG_STAGE_PUSH : WG_STAGE_UPLOAD;
      return 0;
    case WG_STAGE_UPLOAD:
      machine->stage = event->has_major ? WG_STAGE_PUSH : WG_STAGE_DOWNLOAD;
      return 0;
    case WG_STAGE_DOWNLOAD:
      return end_round (machine, WG_STAGE_IDLE);
    default:
      return 0;
    }
}

/* One exchange went well and the stage goes on, unless something major came up meanwhile. */
static WgSyncEffects
go_again (WgSyncMachine *machine, const WgSyncEvent *event)
{
  machine->moved |= event->kind == WG_SYNC_EVENT_MORE;
  if (machine->stage == WG_STAGE_PUSH)
    {
      if (event->round_trip_ms < WG_SYNC_FAST_MS)
        machine->batch *= 2;
      if (event->max_ops > 0)
        machine->batch = (guint) MIN ((gint64) machine->batch, event->max_ops);
      machine->batch = CLAMP (machine->batch, 1, WG_SYNC_BATCH_MAX);
      return WG_EFFECT_NOTIFY;
    }
  if (event->has_major)
    machine->stage = WG_STAGE_PUSH;
  return WG_EFFECT_NOTIFY;
}

/* Once a round: what was sent under the old numbers is sent again under others. */
static WgSyncEffects
leave_replica (WgSyncMachine *machine)
{
  if (machine->replaced)
    return end_round (machine, WG_STAGE_FORKED);
  machine->replaced = TRUE;
  machine->stage = WG_STAGE_MOVE;
  return WG_EFFECT_RESET_SENDING;
}

static WgSyncEffects
renew_session (WgSyncMachine *machine)
{
  WgSyncEffects effects = WG_EFFECT_FORGET_TOKEN;

  if (machine->renewed || machine->stage == WG_STAGE_SESSION)
    return effects | end_round (machine, WG_STAGE_BACKOFF);
  machine->renewed = TRUE;
  machine->stage = WG_STAGE_SESSION;
  return effects | WG_EFFECT_RESET_SENDING;
}

static WgSyncEffects
shrink (WgSyncMachine *machine)
{
  gboolean smaller = machine->stage == WG_STAGE_PUSH && machine->batch > 1;

  if (!smaller)
    return end_round (machine, WG_STAGE_BACKOFF);
  machine->batch /= 2;
  return WG_EFFECT_RESET_SENDING;
}

static WgSyncEffects
step_too_old (WgSyncMachine *machine)
{
  machine->too_old = TRUE;
  if (machine->stage != WG_STAGE_PULL)
    return end_round (machine, WG_STAGE_BACKOFF);
  machine->stage = WG_STAGE_UPLOAD; /* what is here still goes up */
  return WG_EFFECT_NOTIFY;
}

static WgSyncEffects
step_working (WgSyncMachine *machine, const WgSyncEvent *event)
{
  switch (event->kind)
    {
    case WG_SYNC_EVENT_DONE:
      return go_on (machine, event);
    case WG_SYNC_EVENT_MORE:
      return go_again (machine, event);
    case WG_SYNC_EVENT_HEALED:
      return ++machine->heals > HEALS_MAX ? end_round (machine, WG_STAGE_BACKOFF)
                                          : go_again (machine, event);
    case WG_SYNC_EVENT_TIMEOUT:
      if (machine->stage == WG_STAGE_PUSH && machine->batch > 1)
        machine->batch /= 2;
      return lose_way (machine, event);
    case WG_SYNC_EVENT_OFFLINE:
      return lose_way (machine, event);
    case WG_SYNC_EVENT_FOREIGN:
      return end_round (machine, WG_STAGE_FOREIGN);
    case WG_SYNC_EVENT_NO_TOKEN:
      return renew_session (machine);
    case WG_SYNC_EVENT_REVOKED:
      return WG_EFFECT_FORGET_TOKEN | WG_EFFECT_MARK_REVOKED |
             end_round (machine, WG_STAGE_REVOKED);
    case WG_SYNC_EVENT_WIPE: /* nothing of the queue is touched any more */
      machine->stage = WG_STAGE_WIPED;
      return WG_EFFECT_FORGET_TOKEN | WG_EFFECT_WIPE | WG_EFFECT_NOTIFY;
    case WG_SYNC_EVENT_TOO_OLD:
      return step_too_old (machine);
    case WG_SYNC_EVENT_EPOCH:
      if (machine->stage == WG_STAGE_HELLO || machine->stage == WG_STAGE_SESSION)
        {
          machine->other_epoch = TRUE;
          return go_on (machine, event);
        }
      return recover (machine);
    case WG_SYNC_EVENT_GAP:
      return recover (machine);
    case WG_SYNC_EVENT_FORKED:
      return leave_replica (machine);
    case WG_SYNC_EVENT_TOO_LARGE:
      return shrink (machine);
    case WG_SYNC_EVENT_CANCELLED: /* nobody's fault */
      machine->stage = WG_STAGE_IDLE;
      return WG_EFFECT_RESET_SENDING | WG_EFFECT_NOTIFY;
    case WG_SYNC_EVENT_BUSY:
    case WG_SYNC_EVENT_FAILED:
    default:
      return end_round (machine, WG_STAGE_BACKOFF);
    }
}

/**
 * wg_sync_machine_step:
 * @machine: the state; changed in place
 * @event: what happened
 *
 * One step. A stage that works means: do one exchange of it and come back with what happened.
 * Between rounds only %WG_SYNC_EVENT_START counts, during a round it does not.
 *
 * Thread: any; pure.
 * Errors: none.
 * Source: protocol.md 3.9
 *
 * Returns: what is to be done besides
 */
WgSyncEffects
wg_sync_machine_step (WgSyncMachine *machine, const WgSyncEvent *event)
{
  if (machine->stage == WG_STAGE_WIPED)
    return 0;
  if (wg_sync_stage_is_resting (machine->stage))
    return event->kind == WG_SYNC_EVENT_START ? start_round (machine) : 0;
  if (event->kind == WG_SYNC_EVENT_START)
    return 0;
  return step_working (machine, event);
}
