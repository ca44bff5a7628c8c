#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 at random moments of saving and of sync, on real files: what was told is there once, and only once.
import json
import random
import subprocess
import sys
import time

import wangge
from wangge import check

KILLS = int(sys.argv[1])


def kill_somewhere(command, span):
    """Output of a process that was ended at a random moment of its usual life."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=wangge.environment())
    try:
        output, _ = process.communicate(timeout=random.uniform(0, span))
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    return output, process.returncode


def usual_time(run):
    start = time.monotonic()
    run()
    return (time.monotonic() - start) * 1.6


def killed_tablet(platform, worker, kills):
    """Kills one tablet's programs so often; gives how many events were told and saved."""
    terminal = wangge.Terminal(platform, worker)
    terminal.ok("sync")
    log = ["log", "--level", "general", "--class", "0205", "--text", "路面积水，行人绕行", "--address", "路口东侧"]
    told = [terminal.ok(*log)["id"]]
    log_time = usual_time(lambda: told.append(terminal.ok(*log)["id"]))
    sync_time = usual_time(lambda: terminal.ok("sync"))
    n_killed = n_tries = 0
    while n_killed < kills:
        output, code = kill_somewhere(terminal.command(*log), log_time)
        if output:
            told.append(json.loads(output)["id"])
        n_killed += code == -9
        _, code = kill_somewhere(terminal.command("sync"), sync_time)
        n_killed += code == -9
        n_tries += 2
        check(n_tries < 4 * kills + 40, f"only {n_killed} of {n_tries} were killed")
    terminal.ok("sync", "--wait")
    check(terminal.ok("check")["well"], "invariants")
    mine = terminal.events()
    found = {i: rows for i, rows in platform.events().items() if i in mine}
    check(all(mine[i]["truth"] == "applied" for i in told), "something told is not applied")
    check(set(found) == set(mine), "terminal and platform differ")
    check(all(len(rows) == 1 for rows in found.values()), "something is there twice")
    terminal.close()
    return len(told), len(mine), n_tries


def killed_terminal(platform):
    """A tablet of its own for each few hundred kills: what it holds must not slow its start."""
    seed = random.randrange(1 << 30)
    random.seed(seed)
    print(f"# seed {seed}")
    left, number, sums = KILLS, 0, (0, 0, 0)
    while left > 0:
        number += 1
        kills = min(left, 250)
        sums = tuple(map(sum, zip(sums, killed_tablet(platform, f"w{100 + number:04}", kills))))
        left -= kills
        print(f"# {KILLS - left} kills in {sums[2]} starts, {sums[0]} told, {sums[1]} saved, 0 lost, 0 double", flush=True)


def killed_platform(platform):
    terminal = wangge.Terminal(platform, "w0002")
    terminal.ok("sync")
    told = []
    for _ in range(max(KILLS // 10, 3)):
        told += [terminal.log("general", "0205") for _ in range(3)]
        process = subprocess.Popen(terminal.command("sync"), stdout=subprocess.DEVNULL, env=wangge.environment())
        try:
            process.wait(timeout=random.uniform(0, 0.3))
        except subprocess.TimeoutExpired:
            pass
        platform.stop(kill=True)
        process.wait()
        platform.start()
    print(f"# {max(KILLS // 10, 3)} kills of the platform, {len(told)} told", flush=True)
    terminal.ok("sync", "--wait")
    found = platform.events()
    check(all(len(found.get(i, [])) == 1 for i in told), "lost or double after the platform was killed")
    check(all(event["truth"] == "applied" for event in terminal.events().values()), "not applied")
    platform.run("check")
    terminal.close()


wangge.main(killed_terminal, killed_platform)
