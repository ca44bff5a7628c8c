#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A disk that is really full: a small tmpfs of our own, in a mount namespace of our own.
import os
import subprocess
import sys
import tempfile

import wangge
from wangge import check

INSIDE = "--inside"
KIB, MIB = 1024, 1024 * 1024
RESERVE = 8 * MIB
STEPS = 32  # of 64 KiB


class Disk:
    """A file system of @size bytes, and a file that takes what is left of it."""

    def __init__(self, size):
        self.folder = tempfile.mkdtemp(prefix="wangge-disk-")
        self.filler = os.path.join(self.folder, "filler")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.folder], check=True)

    def free(self):
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def fill(self, leave):
        """Other files take all but @leave bytes."""
        with open(self.filler, "ab") as file:
            while self.free() > leave:
                file.write(bytes(min(self.free() - leave, MIB)))
                file.flush()

    def give_back(self, size):
        os.truncate(self.filler, os.path.getsize(self.filler) - size)

    def clear(self):
        os.remove(self.filler)

    def terminal(self, platform, worker):
        tempfile.tempdir, before = self.folder, tempfile.tempdir
        try:
            return wangge.Terminal(platform, worker)
        finally:
            tempfile.tempdir = before

    def close(self):
        subprocess.run(["umount", "-l", self.folder], check=True)
        os.rmdir(self.folder)


def log(terminal, photo=None):
    more = ["--photo", photo] if photo else []
    code, output = terminal.run("log", "--level", "general", "--class", "0205", "--text", "路面积水，行人绕行",
                                "--address", "路口东侧", *more)
    return (output["id"], None) if code == 0 else (None, (code, output["error"]["message"]))


def log_until_full(terminal, photo):
    """Gives the events that were saved, and what was said in the end."""
    saved = []
    for number in range(400):
        event, said = log(terminal, photo if number % 2 else None)
        if said:
            return saved, said
        saved.append(event)
    raise wangge.Failed("400 events, and the disk is still not full")


def has_reserve(terminal):
    return os.path.exists(os.path.join(terminal.folder, "reserve"))


def check_same(terminal, saved):
    held = terminal.events()
    check(sorted(held) == sorted(saved), f"{len(saved)} were saved, {len(held)} are there")


def events_and_photos(platform):
    """Saved until nothing goes any more; after space was made everything goes on, nothing is lost."""
    disk = Disk(96 * MIB)
    terminal = disk.terminal(platform, "w0041")
    photo = wangge.picture(os.path.join(tempfile.gettempdir(), "wangge-full.jpg"))
    terminal.ok("sync")
    check(has_reserve(terminal), "no reserve to begin with")

    # Others fill the disk: the reserve goes, and the event is saved all the same.
    saved = []
    disk.fill(0)
    event, said = log(terminal)
    check(event, f"the reserve did not carry an event: {said}")
    saved.append(event)
    check(not has_reserve(terminal), "an event was saved on a full disk, and the reserve still stands")

    # The reserve is used up, too.
    disk.fill(64 * KIB)
    more, said = log_until_full(terminal, photo)
    saved += more
    check(said[0] == 1 and "no space left, free some and try again" in said[1], f"does not say what to mend: {said}")

    # A little space, and all that was said to be saved is there and goes out, the rest is not.
    disk.give_back(2 * MIB)
    check_same(terminal, saved)
    queue = [row for row in terminal.ok("queue") if row["truth"] == "saved"]
    check(len(queue) == len(saved), f"{len(saved)} were saved, {len(queue)} wait")

    status = terminal.ok("sync")
    check(status["waiting"] == 0, status)
    check_same(terminal, saved)

    disk.clear()
    event, said = log(terminal, photo)
    check(event, f"there is space again: {said}")
    saved.append(event)
    status = terminal.ok("sync", "--wait")
    check(status["all_synced"] and status["photos_waiting"] == 0, status)
    found = platform.events()
    check(all(len(found.get(event, [])) == 1 for event in saved), "not each exactly once at the platform")
    check_same(terminal, saved)
    check({event["truth"] for event in terminal.events().values()} == {"applied"}, "not all applied")
    check(terminal.ok("check")["well"], "invariants")
    check(has_reserve(terminal), "the reserve was not made anew")
    os.remove(photo)
    disk.close()


def packs(terminal):
    folder = os.path.join(terminal.folder, "packs")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def map_pack(platform):
    """The disk gets full in the middle of the map: events come first, the map comes when it fits."""
    disk = Disk(96 * MIB)
    terminal = disk.terminal(platform, "w0042")
    disk.fill(600 * KIB)
    event, said = None, None
    code, output = terminal.run("sync")
    check(not [name for name in packs(terminal) if name.endswith(".mbtiles")], f"it fitted: {packs(terminal)}")
    check(has_reserve(terminal), "the reserve went for a map")
    event, said = log(terminal)
    check(event, f"no event beside half a map: {said} after {code} {output}")
    terminal.run("sync")
    check(len(platform.events().get(event, [])) == 1, "the event waits for the map")

    disk.clear()
    terminal.ok("sync", "--wait")
    check(len(packs(terminal)) == 1 and packs(terminal)[0].endswith(".mbtiles"), packs(terminal))
    check(terminal.ok("check")["well"], "invariants")
    disk.close()


def steps_of_the_terminal(platform):
    """64 KiB more are free each time, from nothing on: each command is refused with the reason or holds, nothing between."""
    disk = Disk(64 * MIB)
    terminal = disk.terminal(platform, "w0043")
    photo = wangge.picture(os.path.join(tempfile.gettempdir(), "wangge-steps.jpg"))
    terminal.ok("sync")
    saved, refused = [], 0
    disk.fill(0)
    terminal.run("log", "--level", "general", "--class", "0205", "--text", "x", "--address", "x")  # the reserve goes
    disk.give_back(2 * MIB)
    saved = list(terminal.events())
    disk.fill(0)
    for step in range(STEPS):
        disk.fill(0)
        disk.give_back(step * 64 * KIB)
        event, said = log(terminal, photo if step % 2 else None)
        if event:
            saved.append(event)
        else:
            refused += 1
            check(said[0] == 1 and "no space left" in said[1], f"step {step}: {said}")
        code, status = terminal.run("sync")
        check(code in (0, 1, 3), f"step {step}: {code} {status}")
        code, held = terminal.run("list", "--which", "all")  # not a byte free: it may have to say so
        if code == 0:
            check(sorted(event["id"] for event in held) == sorted(saved), f"step {step}: {len(saved)} saved, {len(held)} there")
        check(code in (0, 1), f"step {step}: {code} {held}")
    check(refused > 0 and len(saved) > 3, f"{refused} refused, {len(saved)} saved: no edge was met")
    disk.clear()
    terminal.ok("sync", "--wait")
    found = platform.events()
    check(all(len(found.get(event, [])) == 1 for event in saved), "not each exactly once at the platform")
    check_same(terminal, saved)
    check(terminal.ok("check")["well"], "invariants")
    print(f"# terminal: {refused} refused, {len(saved)} saved in {STEPS} steps")
    os.remove(photo)
    disk.close()


def steps_of_the_platform(_):
    """The daemon's own disk: what was acknowledged is there, the rest waits on the tablet, and it goes on by itself."""
    disk = Disk(64 * MIB)
    tempfile.tempdir, before = disk.folder, tempfile.tempdir
    try:
        platform = wangge.Platform()
    finally:
        tempfile.tempdir = before
    terminal = wangge.Terminal(platform, "w0044")
    terminal.ok("sync", "--wait")
    photo = wangge.picture(os.path.join(tempfile.gettempdir(), "wangge-steps.jpg"))
    told, failed = [], 0
    disk.fill(0)
    for step in range(STEPS):
        disk.fill(0)
        disk.give_back(step * 64 * KIB)
        for _ in range(4):
            told.append(terminal.log("general", "0205", *(["--photo", photo] if step % 4 == 1 else [])))
        code, status = terminal.run("sync")
        check(code in (0, 1, 3), f"step {step}: {code} {status}")
        failed += code != 0
        check(platform.process.poll() is None, "the daemon is gone")
        disk.give_back(256 * KIB)  # for the command that looks; the daemon keeps what it can get
        applied = [i for i, event in terminal.events().items() if event["truth"] in ("applied", "no-photo")]
        found = platform.events()
        check(all(len(found.get(i, [])) == 1 for i in applied), f"step {step}: acknowledged and not there, or twice")
    check(0 < failed < STEPS, f"{failed} of {STEPS} rounds met a full disk: no edge was met")
    disk.clear()
    status = terminal.ok("sync", "--wait")
    check(status["waiting"] == 0 and status["photos_waiting"] == 0, status)
    found = platform.events()
    check(all(len(found.get(i, [])) == 1 for i in told), "not each exactly once")
    platform.run("check")
    print(f"# platform: {failed} of {STEPS} rounds met a full disk, {len(told)} events")
    terminal.close()
    platform.close()
    os.remove(photo)
    disk.close()


def may_mount():
    """Why this machine gives no file system of our own; nothing when it does."""
    tried = subprocess.run(["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /tmp"],
                           capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else tried.stderr.strip().replace("\n", " ") or "unshare failed"


if sys.argv[1:2] == [INSIDE]:
    wangge.main(*([steps_of_the_terminal, steps_of_the_platform] if "steps" in sys.argv else [events_and_photos, map_pack]))
else:
    reason = may_mount()
    if reason:
        print(f"1..0 # SKIP no small file system: {reason}")
    else:
        os.execvp("unshare", ["unshare", "-rm", sys.executable, os.path.abspath(__file__), INSIDE, *sys.argv[1:]])
