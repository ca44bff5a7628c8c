#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A tablet that was lost: the list of devices, the order to erase itself, the lease that ends without a contact.
import json
import os
import subprocess

import wangge
from wangge import check

DAY_S = 86400


def devices(platform):
    return {row["id"]: row for row in json.loads(platform.run("devices", "--json"))}


def listed(platform):
    terminal = wangge.Terminal(platform, "w0001")
    terminal.ok("sync")
    device = terminal.ok("status")["device"]
    row = devices(platform)[device]
    check(row["worker"] == "w0001" and row["state"] == "active" and row["app"].startswith("wangge-field/"), row)
    check(row["n_waiting"] == 0 and row["seen_ms"] > 0 and row["lease_until_ms"] - row["seen_ms"] == 7 * DAY_S * 1000, row)
    photo = wangge.picture(os.path.join(terminal.folder, "photo.jpg"))
    terminal.log("general", "0202", "--photo", photo)
    terminal.ok("sync")
    check(devices(platform)[device]["n_photos"] == 1, "told at the pull, before the photo went up")
    terminal.ok("sync")
    check(devices(platform)[device]["n_photos"] == 0, "and after it")
    check(platform.run("devices").count("\n") == 2, "a head and a line")
    terminal.close()


def erased(platform):
    terminal = wangge.Terminal(platform, "w0002")
    terminal.ok("sync")
    device = terminal.ok("status")["device"]
    terminal.log("general", "0202")
    platform.run("revoke", device)
    check(devices(platform)[device]["state"] == "wipe-ordered", "not told yet")
    status = terminal.expect(4, "sync")
    check(status["state"] == "wiped", status)
    check(not os.path.exists(terminal.folder), os.listdir(os.path.dirname(terminal.folder)))
    check(devices(platform)[device]["state"] == "wiped", "told")
    terminal.expect(1, "status")
    os.unlink(terminal.folder + ".wiped")


def shut_out_only(platform):
    terminal = wangge.Terminal(platform, "w0003")
    terminal.ok("sync")
    device = terminal.ok("status")["device"]
    event = terminal.log("general", "0202")
    platform.run("revoke", device, "--keep-data")
    check(terminal.expect(4, "sync")["state"] == "revoked", "shut out")
    platform.run("unlock", device)
    terminal.ok("sync")
    check(event in platform.events(), "nothing was lost")
    terminal.close()


def later(terminal, days, *arguments):
    """Exit code and output of a command in a machine whose boot clock has gone on for that long."""
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--time", "--boottime", str(days * DAY_S), *terminal.command(*arguments)],
        capture_output=True, text=True, env=wangge.environment(), check=False,
    )
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else ran.stderr


def lease_ends(platform):
    terminal = wangge.Terminal(platform, "w0004")
    platform.run("lease", "3")
    terminal.ok("sync")
    event = terminal.log("general", "0202")
    code, output = later(terminal, 2, "status")
    if not isinstance(output, dict):
        print(f"# no time namespace here: {output}")
        platform.run("lease", "7")
        return
    check(later(terminal, 2, "list")[0] == 0, "in time")
    code, output = later(terminal, 3, "list", "--which", "all")
    check(code == 5 and "sync first" in output["error"]["message"], output)
    check(later(terminal, 3, "log", "--level", "general", "--class", "0202")[0] == 5, "nothing is taken either")
    code, output = later(terminal, 3, "status")
    check(code == 0 and output["waiting"] == 1, output)
    check(later(terminal, 3, "sync", "--wait")[0] == 0, "a contact opens it")
    check(later(terminal, 3, "list")[0] == 0, "again")
    check(event in platform.events(), "what waited is there")
    check("7" in platform.run("lease", "7"), "as before")
    for wrong in ("0", "91", "x"):
        try:
            platform.run("lease", wrong)
        except wangge.Failed:
            continue
        raise wangge.Failed(f"lease {wrong} should fail")
    terminal.close()


wangge.main(listed, erased, shut_out_only, lease_ends)
