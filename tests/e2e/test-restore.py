#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The restore drill: a platform is destroyed and comes back from a backup; what was acknowledged meanwhile comes again
# from the terminals, each operation exactly once.
import json
import os
import shutil
import subprocess
import tempfile

import wangge
from wangge import check

N_TERMINALS = 4


def logged(terminals, told, photo=None):
    for terminal in terminals:
        told.append(terminal.log("general", "0202", *(["--photo", photo] if photo else [])))
        told.append(terminal.log("daily", "0110"))
        terminal.ok("sync", "--wait")


def destroyed(platform, keep):
    """Everything but the key, which is kept elsewhere, and what @keep names."""
    platform.stop(kill=True)
    for name in os.listdir(platform.folder):
        if name not in ["platform.key", *keep]:
            path = os.path.join(platform.folder, name)
            (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)


def all_there_once(platform, terminals, told):
    for terminal in terminals:
        status = terminal.ok("sync", "--wait")
        check(status["all_synced"] and status["photos_waiting"] == 0, status)
    found = platform.events()
    check(sorted(found) == sorted(told), f"{len(told)} told, {len(found)} there")
    check(all(len(rows) == 1 for rows in found.values()), "something is there twice")
    checked = json.loads(platform.run("check"))
    check(checked["good"] and checked["operations"] == len(told), checked)
    stats = json.loads(platform.run("stats"))
    check(stats["photos_missing"] == 0, stats)
    for terminal in terminals:
        check(all(event["truth"] == "applied" for event in terminal.events().values()), "not applied")
        check(terminal.ok("check")["well"], "invariants")


def destroyed_and_restored(platform):
    folder = tempfile.mkdtemp(prefix="wangge-backup-")
    backup = os.path.join(folder, "backup.db")
    terminals = [wangge.Terminal(platform, f"w{i:04d}") for i in range(1, N_TERMINALS + 1)]
    for terminal in terminals:
        terminal.ok("sync")
    photo = wangge.picture(os.path.join(folder, "photo.jpg"))
    told = []
    logged(terminals, told, photo)
    platform.run("backup", backup)
    logged(terminals, told, wangge.picture(os.path.join(folder, "late.jpg"), width=1000))
    epoch = json.loads(platform.run("stats"))["epoch"]
    # photos are lost as well; the map pack comes from its own file
    destroyed(platform, [])
    refused(platform, "serve", "no platform")
    said = platform.run("restore", backup)
    check("photos" in said or "照片" in said, said)
    again = json.loads(platform.run("stats"))
    check(again["epoch"] != epoch and again["operations"] == len(told) // 2, again)
    platform.start()
    all_there_once(platform, terminals, told)
    # an older backup once more: everything since is still held by the terminals
    platform.stop()
    platform.run("restore", backup)
    platform.start()
    all_there_once(platform, terminals, told)
    check(any(name.startswith("platform.db.replaced-") for name in os.listdir(platform.folder)), "what stood there is kept")
    for terminal in terminals:
        terminal.close()
    shutil.rmtree(folder)


def refused(platform, command, why, *arguments):
    ran = subprocess.run(
        [wangge.PLATFORM, command, *arguments, "--data", platform.folder], capture_output=True, text=True,
        env=wangge.environment(), check=False, timeout=60,
    )
    check(ran.returncode == 1 and why in ran.stderr, f"{command}: {ran.returncode} {ran.stderr}")


def bad_backups_change_nothing(platform):
    folder = tempfile.mkdtemp(prefix="wangge-backup-")
    good = os.path.join(folder, "good.db")
    bad = os.path.join(folder, "bad.db")
    platform.run("backup", good)
    refused(platform, "restore", "stop that first", good)
    platform.stop()
    before = platform.run("stats")
    with open(good, "rb") as file:
        content = file.read()
    for damage, why in (
        (content[: len(content) // 2], ""),
        (content[:5000] + bytes([content[5000] ^ 1]) + content[5001:], ""),
        (b"", ""),
        (b"no database at all" * 300, ""),
    ):
        with open(bad, "wb") as file:
            file.write(damage)
        refused(platform, "restore", why, bad)
        check(platform.run("stats") == before, "a refused restore changed something")
    # a database that was copied without the command backup may lack its log
    shutil.copy(os.path.join(platform.folder, "platform.db"), bad)
    refused(platform, "restore", "not made by the command backup", bad)
    # a backup that was put in place by hand would be served under the old epoch
    kept = os.path.join(folder, "kept.db")
    os.rename(os.path.join(platform.folder, "platform.db"), kept)
    shutil.copy(good, os.path.join(platform.folder, "platform.db"))
    refused(platform, "serve", "is a backup", "--listen", "127.0.0.1:0")
    os.replace(kept, os.path.join(platform.folder, "platform.db"))
    check(platform.run("stats") == before, "as before")
    platform.start()
    shutil.rmtree(folder)


wangge.main(destroyed_and_restored, bad_backups_change_nothing)
