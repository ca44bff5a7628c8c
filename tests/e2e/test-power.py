#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Power goes in the middle of saving and of sync, on tablet and platform, as real programs: what was not synced is kept,
# lost or torn. What was told is there once, what the platform acknowledged it never forgets, and every file is whole.
# A disk that says it has synced and has not must lose something here, or this test could not fail.
import json
import os
import random
import subprocess
import sys
import tempfile

import wangge
from wangge import Failed, check

CUTS = int(sys.argv[1])
PORTION = 300  # on one tablet and platform: everything that they hold is looked at after each loss
SHIM = os.environ["WG_TEST_POWER_SHIM"]
DEAD = 97
LOG = ["log", "--level", "general", "--class", "0205", "--text", "路面积水，行人绕行", "--address", "路口东侧"]


class Disk:
    """Power for programs that write into one folder."""

    def __init__(self, chance, lies=False):
        self.chance, self.lies, self.calls = chance, lies, {}
        self.n = {"cut": 0, "end": 0, "kept": 0, "lost": 0, "torn": 0}
        handle, self.said = tempfile.mkstemp(prefix="wangge-power-")
        os.close(handle)

    def environment(self, folder, at):
        open(self.said, "w", encoding="ascii").close()
        more = {"LD_PRELOAD": SHIM, "WG_TEST_POWER_DIR": os.path.realpath(folder), "WG_TEST_POWER_AT": str(at),
                "WG_TEST_POWER_SEED": str(self.chance.randrange(1 << 60)), "WG_TEST_POWER_SAY": self.said}
        return {**more, "WG_TEST_POWER_LIES": "-wal"} if self.lies else more

    def moment(self, what):
        """Of the calls that such a program makes, more often of the last ones; beyond them is the end of the program."""
        n = self.calls.get(what)
        return self.chance.randrange(1 if self.chance.random() < 0.4 else n * 3 // 4, n + 6) if n else 0

    def count(self, what):
        with open(self.said, encoding="ascii") as file:
            word, calls, kept, lost, torn = file.read().split()
        self.n[word] += 1
        for name, number in zip(("kept", "lost", "torn"), (kept, lost, torn)):
            self.n[name] += int(number)
        if word == "end":
            self.calls[what] = int(calls)
        return word

    def close(self):
        os.unlink(self.said)


def run(disk, terminal, *arguments):
    """Exit code and what was told by a program whose power goes somewhere, at the latest when it ends."""
    ran = subprocess.run(terminal.command(*arguments), capture_output=True, text=True, check=False,
                         env=wangge.environment(**disk.environment(terminal.folder, disk.moment(arguments[0]))))
    check(ran.returncode >= 0, f"died of signal {-ran.returncode}: {ran.stderr}")
    word = disk.count(arguments[0])
    check((ran.returncode == DEAD) == (word == "cut"), f"{word}: exit {ran.returncode} {ran.stderr}")
    try:
        return ran.returncode, json.loads(ran.stdout) if ran.stdout else None
    except ValueError:
        return ran.returncode, None


class Told:
    """What people and programs were told, kept apart from both."""

    def __init__(self):
        self.saved, self.acknowledged = set(), set()


def serve(disk, platform):
    """The platform, whose power goes at some call of it."""
    platform.process = subprocess.Popen(
        [wangge.PLATFORM, "serve", "--data", platform.folder, "--listen", f"127.0.0.1:{platform.port}", "--rate", "0"],
        stdout=subprocess.PIPE, text=True, env=wangge.environment(**disk.environment(platform.folder, disk.moment("serve"))))
    return bool(platform.process.stdout.readline())


def end_of(disk, platform):
    platform.stop()
    disk.count("serve")


def look(terminal):
    """After power came back: the store opens and is whole."""
    check(terminal.ok("check")["well"], "the tablet's store is not whole")


def note(terminal, told):
    """Everything that was told is there; what the tablet shows as applied, the platform has acknowledged."""
    mine = terminal.events()
    lost = told.saved - set(mine)
    check(not lost, f"told as saved and lost: {sorted(lost)}")
    told.acknowledged |= {i for i, event in mine.items() if event["truth"] == "applied"}


def tablet(platform, disk, terminal, told):
    code, said = run(disk, terminal, *LOG)
    if said and "id" in said:
        told.saved.add(said["id"])
    look(terminal)
    if disk.chance.random() < 0.5:
        run(disk, terminal, "sync")
        look(terminal)
        note(terminal, told)


def both(platform, disks, terminal, told):
    """The platform's power goes while a tablet sends; then the tablet's."""
    platform.stop()
    if serve(disks[1], platform):
        terminal.run("sync")
        if disks[0].chance.random() < 0.5:
            run(disks[0], terminal, "sync")
    end_of(disks[1], platform)
    look(terminal)
    note(terminal, told)
    platform.start()
    check(json.loads(platform.run("check"))["good"], "the platform is not whole")
    forgotten = told.acknowledged - set(platform.events())
    check(not forgotten, f"acknowledged and forgotten: {sorted(forgotten)}")


def whole(platform, terminal, told):
    terminal.ok("sync", "--wait", "--wait-time", "60")
    look(terminal)
    note(terminal, told)
    mine, found = terminal.events(), platform.events()
    check(all(event["truth"] == "applied" for event in mine.values()), "something is not applied")
    check(all(len(rows) == 1 for rows in found.values()), "something is there twice")
    lost = set(mine) - set(found)
    check(not lost, f"the platform lacks {sorted(lost)}")


def cuts(platform, number, seed, most, lies=False):
    chance = random.Random(seed)
    disks, told = (Disk(chance, lies), Disk(chance, lies)), Told()
    terminal = wangge.Terminal(platform, f"w{number:04}")
    terminal.ok("sync")
    try:
        while sum(disk.n["cut"] + disk.n["end"] for disk in disks) < most:
            tablet(platform, disks[0], terminal, told)
            if chance.random() < 0.5:
                both(platform, disks, terminal, told)
        whole(platform, terminal, told)
    finally:
        for name, disk in zip(("tablet", "platform"), disks):
            print(f"# {name}: " + ", ".join(f"{n} {word}" for word, n in disk.n.items()), flush=True)
            disk.close()
    print(f"# {len(told.saved)} told as saved, {len(told.acknowledged)} acknowledged, 0 lost, 0 double", flush=True)
    terminal.close()


def power_goes(_):
    seed = int(os.environ.get("WG_TEST_SEED", random.randrange(1 << 30)))
    print(f"# WG_TEST_SEED={seed}")
    for done in range(0, CUTS, PORTION):
        platform = wangge.Platform()
        try:
            cuts(platform, 1, seed + done, min(PORTION, CUTS - done))
        finally:
            platform.close()


def disk_that_lies(_):
    """The same with syncs that are none: it must come to light."""
    platform = wangge.Platform()
    try:
        cuts(platform, 2, 7, 400, lies=True)
    except Failed as found:
        print(f"# found: {str(found)[:150]}")
    else:
        raise Failed("a disk that does not sync loses nothing here: this test cannot fail")
    finally:
        platform.close()


wangge.main(power_goes, disk_that_lies)
