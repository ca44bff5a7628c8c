#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A tablet whose clock is off: what the platform writes down is right to the second, and it is told.
import os
import time

import wangge
from wangge import check

HOUR_S = 3600
SLACK_MS = 2000  # what a call over loopback may take


def now_ms():
    return int(time.time() * 1000)


def off_by(terminal, seconds):
    """From now on the tablet's wall clock is off; its clock since boot is not."""
    terminal.more = {"LD_PRELOAD": os.environ["WG_TEST_CLOCK_SHIM"], "WG_TEST_CLOCK_SHIFT_S": str(seconds)}


def report(terminal):
    """Gives the event's id, and between what times it was reported."""
    before = now_ms()
    event = terminal.log("general", "0205", "--at", "118.5382,37.5443,8")
    return event, before, now_ms()


def check_times(platform, reported, what):
    event, before, after = reported
    rows = platform.events()[event]
    check(len(rows) == 1, rows)
    fields = rows[0]["body"]["f"]
    for name in ("occurred_ms", "reported_ms", "fix_ms"):
        check(before - SLACK_MS <= fields[name] <= after + SLACK_MS,
              f"{what}: {name} is off by {fields[name] - before} ms: {fields}")
    return fields


def check_health(terminal, seconds):
    skew = terminal.run("status")[1]["health"]["clock_skew_ms"]
    check(abs(skew - seconds * 1000) <= SLACK_MS, f"off by {seconds} s, and device health says {skew} ms")


def eight_hours(platform):
    """Fast or slow: corrected by the clock since boot, and not in doubt."""
    for number, hours in enumerate((8, -8)):
        terminal = wangge.Terminal(platform, f"w001{number}")
        off_by(terminal, hours * HOUR_S)
        terminal.ok("sync")
        reported = report(terminal)
        terminal.ok("sync")
        fields = check_times(platform, reported, f"{hours} h")
        check(not fields.get("clock_suspect"), f"{hours} h: in doubt: {fields}")
        check_health(terminal, hours * HOUR_S)
        shown = terminal.ok("show", reported[0])
        check(shown["truth"] == "applied", shown)
        terminal.close()


def two_days(platform):
    """More than a day: corrected as well, and said on the record."""
    for number, hours in enumerate((48, -48)):
        terminal = wangge.Terminal(platform, f"w002{number}")
        off_by(terminal, hours * HOUR_S)
        terminal.ok("sync")
        reported = report(terminal)
        terminal.ok("sync")
        fields = check_times(platform, reported, f"{hours} h")
        check(fields.get("clock_suspect") is True, f"{hours} h: not in doubt: {fields}")
        check_health(terminal, hours * HOUR_S)
        terminal.close()


def set_right_before_the_sync(platform):
    """Reported with the clock off, sent with it set: the clock since boot tells when it was."""
    terminal = wangge.Terminal(platform, "w0030")
    off_by(terminal, 8 * HOUR_S)
    terminal.ok("sync")
    reported = report(terminal)
    terminal.more = {}
    terminal.ok("sync")
    check_times(platform, reported, "set right")
    check_health(terminal, 0)
    terminal.close()


wangge.main(eight_hours, two_days, set_right_before_the_sync)
