/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync machine by table: each state with each event, and the walks that rounds take. */
#include "sync/wg-sync-machine.h"

/* State, event -> state; @major: a major operation waits, @token: the session holds. */
typedef struct
{
  WgSyncStage from;
  WgSyncEventKind event;
  gboolean token, major;
  WgSyncStage to;
  WgSyncEffects effects; /* all of these */
} Row;

static const Row ROWS[] = {
  { WG_STAGE_IDLE, WG_SYNC_EVENT_START, 0, 0, WG_STAGE_HELLO, WG_EFFECT_NOTIFY },
  { WG_STAGE_BACKOFF, WG_SYNC_EVENT_START, 0, 0, WG_STAGE_HELLO, WG_EFFECT_NOTIFY },
  { WG_STAGE_FOREIGN, WG_SYNC_EVENT_START, 0, 0, WG_STAGE_HELLO, WG_EFFECT_NOTIFY },
  { WG_STAGE_REVOKED, WG_SYNC_EVENT_START, 0, 0, WG_STAGE_HELLO, WG_EFFECT_NOTIFY },
  { WG_STAGE_FORKED, WG_SYNC_EVENT_START, 0, 0, WG_STAGE_HELLO, WG_EFFECT_NOTIFY },
  { WG_STAGE_IDLE, WG_SYNC_EVENT_DONE, 0, 0, WG_STAGE_IDLE, 0 },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_START, 0, 0, WG_STAGE_PUSH, 0 },

  { WG_STAGE_HELLO, WG_SYNC_EVENT_DONE, 0, 0, WG_STAGE_SESSION, 0 },
  { WG_STAGE_HELLO, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_PUSH, 0 },
  { WG_STAGE_HELLO, WG_SYNC_EVENT_EPOCH, 1, 0, WG_STAGE_STATE, 0 },
  { WG_STAGE_HELLO, WG_SYNC_EVENT_EPOCH, 0, 0, WG_STAGE_SESSION, 0 },
  { WG_STAGE_SESSION, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_PUSH, 0 },
  { WG_STAGE_SESSION, WG_SYNC_EVENT_EPOCH, 1, 0, WG_STAGE_STATE, 0 },
  { WG_STAGE_STATE, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_PUSH, 0 },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_MORE, 1, 0, WG_STAGE_PUSH, WG_EFFECT_NOTIFY },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_PULL, 0 },
  { WG_STAGE_PULL, WG_SYNC_EVENT_MORE, 1, 0, WG_STAGE_PULL, WG_EFFECT_NOTIFY },
  { WG_STAGE_PULL, WG_SYNC_EVENT_HEALED, 1, 0, WG_STAGE_PULL, WG_EFFECT_NOTIFY },
  { WG_STAGE_PULL, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_UPLOAD, 0 },
  { WG_STAGE_UPLOAD, WG_SYNC_EVENT_MORE, 1, 0, WG_STAGE_UPLOAD, WG_EFFECT_NOTIFY },
  { WG_STAGE_UPLOAD, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_DOWNLOAD, 0 },
  { WG_STAGE_DOWNLOAD, WG_SYNC_EVENT_MORE, 1, 0, WG_STAGE_DOWNLOAD, WG_EFFECT_NOTIFY },
  { WG_STAGE_DOWNLOAD, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_IDLE, WG_EFFECT_TIMER },

  /* A major waits: between pages and pieces it goes first. */
  { WG_STAGE_PULL, WG_SYNC_EVENT_MORE, 1, 1, WG_STAGE_PUSH, 0 },
  { WG_STAGE_PULL, WG_SYNC_EVENT_DONE, 1, 1, WG_STAGE_PUSH, 0 },
  { WG_STAGE_UPLOAD, WG_SYNC_EVENT_MORE, 1, 1, WG_STAGE_PUSH, 0 },
  { WG_STAGE_UPLOAD, WG_SYNC_EVENT_DONE, 1, 1, WG_STAGE_PUSH, 0 },
  { WG_STAGE_DOWNLOAD, WG_SYNC_EVENT_MORE, 1, 1, WG_STAGE_PUSH, 0 },

  { WG_STAGE_PUSH, WG_SYNC_EVENT_NO_TOKEN, 0, 0, WG_STAGE_SESSION, WG_EFFECT_FORGET_TOKEN },
  { WG_STAGE_UPLOAD, WG_SYNC_EVENT_NO_TOKEN, 0, 0, WG_STAGE_SESSION, WG_EFFECT_FORGET_TOKEN },
  { WG_STAGE_SESSION, WG_SYNC_EVENT_NO_TOKEN, 0, 0, WG_STAGE_BACKOFF, WG_EFFECT_FORGET_TOKEN },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_EPOCH, 1, 0, WG_STAGE_STATE, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_PULL, WG_SYNC_EVENT_EPOCH, 1, 0, WG_STAGE_STATE, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_GAP, 1, 0, WG_STAGE_STATE, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_FORKED, 1, 0, WG_STAGE_MOVE, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_PULL, WG_SYNC_EVENT_FORKED, 1, 0, WG_STAGE_MOVE, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_STATE, WG_SYNC_EVENT_FORKED, 1, 0, WG_STAGE_MOVE, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_MOVE, WG_SYNC_EVENT_DONE, 1, 0, WG_STAGE_SESSION, WG_EFFECT_FORGET_TOKEN },
  { WG_STAGE_SESSION, WG_SYNC_EVENT_REVOKED, 0, 0, WG_STAGE_REVOKED, WG_EFFECT_MARK_REVOKED },
  { WG_STAGE_PULL, WG_SYNC_EVENT_REVOKED, 1, 0, WG_STAGE_REVOKED, WG_EFFECT_MARK_REVOKED },
  { WG_STAGE_PULL, WG_SYNC_EVENT_TOO_OLD, 1, 0, WG_STAGE_UPLOAD, WG_EFFECT_NOTIFY },
  { WG_STAGE_SESSION, WG_SYNC_EVENT_TOO_OLD, 1, 0, WG_STAGE_BACKOFF, WG_EFFECT_TIMER },
  { WG_STAGE_PUSH, WG_SYNC_EVENT_TOO_LARGE, 1, 0, WG_STAGE_PUSH, WG_EFFECT_RESET_SENDING },
  { WG_STAGE_PULL, WG_SYNC_EVENT_TOO_LARGE, 1, 0, WG_STAGE_BACKOFF, WG_EFFECT_TIMER },
};

/* What ends a round wherever it strikes. */
static const struct
{
  WgSyncEventKind event;
  WgSyncStage to;
} ENDS[] = {
  { WG_SYNC_EVENT_OFFLINE, WG_STAGE_BACKOFF }, { WG_SYNC_EVENT_TIMEOUT, WG_STAGE_BACKOFF },
  { WG_SYNC_EVENT_FAILED, WG_STAGE_BACKOFF },  { WG_SYNC_EVENT_BUSY, WG_STAGE_BACKOFF },
  { WG_SYNC_EVENT_FOREIGN, WG_STAGE_FOREIGN }, { WG_SYNC_EVENT_CANCELLED, WG_STAGE_IDLE },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ROWS); i++)
    {
      const Row *row = &ROWS[i];
      WgSyncMachine machine = { .stage = row->from, .batch = WG_SYNC_BATCH_START };
      WgSyncEvent event = { .kind = row->event, .has_token = row->token, .has_major = row->major };
      WgSyncEffects effects = wg_sync_machine_step (&machine, &event);

      if (machine.stage != row->to || (effects & row->effects) != row->effects)
        g_error ("row %" G_GSIZE_FORMAT ": %s with event %d led to %s with %x", i,
                 wg_sync_stage_to_string (row->from), row->event,
                 wg_sync_stage_to_string (machine.stage), effects);
    }
}

static void
test_faults_end_everywhere (void)
{
  for (WgSyncStage stage = WG_STAGE_HELLO; stage <= WG_STAGE_DOWNLOAD; stage++)
    for (gsize i = 0; i < G_N_ELEMENTS (ENDS); i++)
      {
        WgSyncMachine machine = { .stage = stage, .batch = 1 };
        WgSyncEvent event = { .kind = ENDS[i].event };
        WgSyncEffects effects = wg_sync_machine_step (&machine, &event);

        g_assert_cmpint (machine.stage, ==, ENDS[i].to);
        g_assert_true (effects & WG_EFFECT_RESET_SENDING);
        g_assert_cmpuint (machine.failures, ==, ENDS[i].event == WG_SYNC_EVENT_CANCELLED ? 0 : 1);
      }
}

static WgSyncStage
step (WgSyncMachine *machine, WgSyncEvent event)
{
  wg_sync_machine_step (machine, &event);
  return machine->stage;
}

static void
test_batch (void)
{
  WgSyncMachine machine = { 0 };

  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
  g_assert_cmpuint (machine.batch, ==, 16);
  machine.stage = WG_STAGE_PUSH;
  for (guint expected = 32; expected <= 256; expected *= 2)
    {
      step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_MORE, .round_trip_ms = 100 });
      g_assert_cmpuint (machine.batch, ==, expected);
    }
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_MORE, .round_trip_ms = 100 });
  g_assert_cmpuint (machine.batch, ==, WG_SYNC_BATCH_MAX);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_MORE, .round_trip_ms = 100 });
  g_assert_cmpuint (machine.batch, ==, WG_SYNC_BATCH_MAX);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_MORE, .round_trip_ms = 9000 });
  g_assert_cmpuint (machine.batch, ==, WG_SYNC_BATCH_MAX); /* slow: no larger */
  step (&machine,
        (WgSyncEvent) { .kind = WG_SYNC_EVENT_MORE, .round_trip_ms = 9000, .max_ops = 40 });
  g_assert_cmpuint (machine.batch, ==, 40);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_TOO_LARGE });
  g_assert_cmpuint (machine.batch, ==, 20);
  g_assert_cmpint (machine.stage, ==, WG_STAGE_PUSH);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_TIMEOUT });
  g_assert_cmpuint (machine.batch, ==, 10);
  g_assert_cmpint (machine.stage, ==, WG_STAGE_BACKOFF);
  machine = (WgSyncMachine) { .stage = WG_STAGE_PUSH, .batch = 1 };
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_TOO_LARGE }), ==,
                   WG_STAGE_BACKOFF);
}

static void
test_token_renewed_once (void)
{
  WgSyncMachine machine = { 0 };

  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_DONE, .has_token = TRUE });
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_NO_TOKEN }), ==,
                   WG_STAGE_SESSION);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_DONE, .has_token = TRUE });
  g_assert_cmpint (machine.stage, ==, WG_STAGE_PUSH);
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_NO_TOKEN }), ==,
                   WG_STAGE_BACKOFF);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START }); /* a new round may again */
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_DONE, .has_token = TRUE });
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_NO_TOKEN }), ==,
                   WG_STAGE_SESSION);
}

static void
test_loops_end (void)
{
  static const WgSyncEventKind again[] = { WG_SYNC_EVENT_EPOCH, WG_SYNC_EVENT_GAP,
                                           WG_SYNC_EVENT_HEALED };

  for (gsize i = 0; i < G_N_ELEMENTS (again); i++)
    {
      WgSyncMachine machine = { 0 };
      guint n = 0;

      step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
      while (!wg_sync_stage_is_resting (machine.stage))
        {
          gboolean strikes = machine.stage == WG_STAGE_PULL;

          g_assert_cmpuint (++n, <, 50);
          step (&machine, (WgSyncEvent) { .kind = strikes ? again[i] : WG_SYNC_EVENT_DONE,
                                          .has_token = TRUE });
        }
      g_assert_cmpint (machine.stage, ==, WG_STAGE_BACKOFF);
      g_assert_cmpuint (machine.failures, ==, 1);
    }
}

/* A line that breaks often does not make a long load wait longer each time, as long as something
 * goes through in each round; a platform in trouble gets its pauses all the same. */
static void
test_broken_while_moving (void)
{
  static const struct
  {
    gboolean more, kept;
    WgSyncEventKind fault;
    guint failures; /* after five such rounds */
  } rows[] = {
    { FALSE, FALSE, WG_SYNC_EVENT_OFFLINE, 5 }, { FALSE, FALSE, WG_SYNC_EVENT_TIMEOUT, 5 },
    { TRUE, FALSE, WG_SYNC_EVENT_OFFLINE, 1 },  { TRUE, FALSE, WG_SYNC_EVENT_TIMEOUT, 1 },
    { FALSE, TRUE, WG_SYNC_EVENT_OFFLINE, 1 },  { TRUE, FALSE, WG_SYNC_EVENT_BUSY, 5 },
    { TRUE, FALSE, WG_SYNC_EVENT_FAILED, 5 },   { TRUE, FALSE, WG_SYNC_EVENT_FOREIGN, 5 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      WgSyncMachine machine = { 0 };

      for (guint round = 0; round < 5; round++)
        {
          step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
          machine.stage = WG_STAGE_PULL;
          if (rows[i].more)
            step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_MORE });
          step (&machine, (WgSyncEvent) { .kind = rows[i].fault, .kept = rows[i].kept });
          g_assert_true (wg_sync_stage_is_resting (machine.stage));
        }
      g_assert_cmpuint (machine.failures, ==, rows[i].failures);
    }
}

/* A new name is taken once a round; who then is told again that he is another must rest. */
static void
test_moved_once (void)
{
  WgSyncMachine machine = { 0 };

  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
  machine.stage = WG_STAGE_PUSH;
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_FORKED }), ==,
                   WG_STAGE_MOVE);
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_DONE }), ==,
                   WG_STAGE_SESSION);
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_DONE }), ==,
                   WG_STAGE_PUSH);
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_FORKED }), ==,
                   WG_STAGE_FORKED);
  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
  machine.stage = WG_STAGE_PUSH;
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_FORKED }), ==,
                   WG_STAGE_MOVE);
  g_assert_cmpint (step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_FORKED }), ==,
                   WG_STAGE_FORKED);
}

/* A program that is too old still pushes and sends its photos. */
static void
test_too_old_still_pushes (void)
{
  WgSyncMachine machine = { 0 };
  guint pushes = 0, pulls = 0;

  step (&machine, (WgSyncEvent) { .kind = WG_SYNC_EVENT_START });
  while (!wg_sync_stage_is_resting (machine.stage))
    {
      WgSyncEvent event = { .kind = WG_SYNC_EVENT_DONE, .has_token = TRUE };

      pushes += machine.stage == WG_STAGE_PUSH;
      if (machine.stage == WG_STAGE_PULL)
        {
          pulls++;
          event.kind = WG_SYNC_EVENT_TOO_OLD;
        }
      event.has_major = machine.stage == WG_STAGE_UPLOAD && pushes == 1;
      step (&machine, event);
    }
  g_assert_cmpint (machine.stage, ==, WG_STAGE_IDLE);
  g_assert_true (machine.too_old);
  g_assert_cmpuint (pushes, ==, 2);
  g_assert_cmpuint (pulls, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync/machine/table", test_table);
  g_test_add_func ("/sync/machine/faults-end-everywhere", test_faults_end_everywhere);
  g_test_add_func ("/sync/machine/batch", test_batch);
  g_test_add_func ("/sync/machine/token-renewed-once", test_token_renewed_once);
  g_test_add_func ("/sync/machine/loops-end", test_loops_end);
  g_test_add_func ("/sync/machine/moved-once", test_moved_once);
  g_test_add_func ("/sync/machine/broken-while-moving", test_broken_while_moving);
  g_test_add_func ("/sync/machine/too-old-still-pushes", test_too_old_still_pushes);
  return g_test_run ();
}
