#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Many terminals at once against one daemon: each event of each is there once, and each terminal knows it.
import concurrent.futures
import sys
import time

import wangge
from wangge import check

TERMINALS, EVENTS = int(sys.argv[1]), int(sys.argv[2])


def one_terminal(platform, number, code):
    terminal = wangge.Terminal(platform, f"w{number:04}", code)
    terminal.ok("sync")
    ids = [terminal.log(*(("general", "0205") if i % 3 else ("daily", "0110"))) for i in range(EVENTS)]
    terminal.ok("sync", "--wait")
    events = terminal.events()
    check(all(events[i]["truth"] == "applied" for i in ids), f"terminal {number}")
    check(terminal.ok("check")["well"], f"terminal {number}")
    terminal.close()
    return ids


def all_terminals(platform):
    codes = [platform.code(f"w{number:04}") for number in range(1, TERMINALS + 1)]
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(one_terminal, platform, number, code) for number, code in enumerate(codes, 1)]
        ids = [i for job in jobs for i in job.result()]
    print(f"# {TERMINALS} terminals, {len(ids)} events, {time.monotonic() - start:.1f} s")
    found = platform.events()
    check(len(set(ids)) == TERMINALS * EVENTS and all(len(found.get(i, [])) == 1 for i in ids), "lost or double")
    platform.run("check")


wangge.main(all_terminals)
