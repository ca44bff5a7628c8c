#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Without a network: a file to the platform, its answer back. Twice, half, at the wrong office, and after the network
# was faster, the platform holds the same (I21).
import json
import os
import shutil
import subprocess
import tempfile

import wangge
from wangge import check

FOLDER = tempfile.mkdtemp(prefix="wangge-stick-")


def path(name):
    return os.path.join(FOLDER, name)


def carry(platform, bundle, answer):
    return json.loads(platform.run("bundle", "import", bundle, "--answer", answer))


def refused(platform, code, why, bundle):
    """Nothing is applied, no answer is written, and the reason is said."""
    before = platform.run("stats")
    ran = subprocess.run(
        [wangge.PLATFORM, "bundle", "import", bundle, "--answer", path("none"), "--data", platform.folder],
        capture_output=True, text=True, env=wangge.environment(), check=False,
    )
    check(ran.returncode in ((code,) if code else (1, 4)) and why in ran.stderr, f"{ran.returncode} {ran.stderr}")
    check(not os.path.exists(path("none")) and not os.path.exists(path("none.part")), "an answer to nothing")
    check(platform.run("stats") == before, "something was applied")


def logged(platform, terminal):
    """Three events, one with a photo, one refused because the platform accepted it meanwhile."""
    photo = wangge.picture(path(f"{terminal.worker}.jpg"), width=700 + int(terminal.worker[1:]))
    return [terminal.log("major", "0205"), terminal.log("general", "0202", "--photo", photo), terminal.log("daily", "0110")]


def all_there(platform, terminal, told):
    found = platform.events()
    check(all(len(found.get(i, [])) == 1 for i in told), "each exactly once")
    here = terminal.events()
    check(all(here[i]["truth"] == "applied" for i in told), here)
    check(terminal.ok("check")["well"], "invariants")
    checked = json.loads(platform.run("check"))
    check(checked["good"], checked)
    check(json.loads(platform.run("stats"))["photos_missing"] == 0, "photos")


def there_and_back(platform):
    terminal = wangge.Terminal(platform, "w0001")
    terminal.ok("sync")
    other = wangge.Terminal(platform, "w0001")  # another tablet of the same grid tells the platform something
    other.ok("sync")
    told = logged(platform, terminal)
    platform.stop()
    out = terminal.ok("bundle", "export", path("a.wgb"))
    check(out == {"operations": 3, "photos": 1}, out)
    check({terminal.events()[i]["truth"] for i in told} == {"saved"}, "exporting settles nothing")
    with open(path("a.wgb"), "rb") as file:
        content = file.read()
    check("路面积水".encode() not in content, "readable by anybody")
    said = carry(platform, path("a.wgb"), path("a-answer.wgb"))
    check(said["operations"] == 3 and said["refused"] == 0 and said["photos"] == 1 and not said["again"], said)
    taken = terminal.ok("bundle", "import", path("a-answer.wgb"))
    check(taken["operations"] == 3 and taken["photos"] == 1 and taken["rows"] >= 3, taken)
    all_there(platform, terminal, told)
    # the same file again, and the same answer again
    again = carry(platform, path("a.wgb"), path("b-answer.wgb"))
    check(again["operations"] == 3 and again["photos"] == 1, again)
    check(terminal.ok("bundle", "import", path("a-answer.wgb"))["rows"] == 0, "rows come once")
    terminal.ok("bundle", "import", path("b-answer.wgb"))
    all_there(platform, terminal, told)
    platform.start()
    status = terminal.ok("sync", "--wait")
    check(status["all_synced"] and status["photos_waiting"] == 0, status)
    all_there(platform, terminal, told)
    terminal.close()
    other.close()


def network_was_faster(platform):
    terminal = wangge.Terminal(platform, "w0002")
    terminal.ok("sync")
    told = logged(platform, terminal)
    terminal.ok("bundle", "export", path("c.wgb"))
    told.append(terminal.log("general", "0205"))
    terminal.ok("sync", "--wait")
    operations = json.loads(platform.run("stats"))["operations"]
    said = carry(platform, path("c.wgb"), path("c-answer.wgb"))
    check(said["operations"] == 3, said)
    check(json.loads(platform.run("stats"))["operations"] == operations, "known already")
    check(terminal.ok("bundle", "import", path("c-answer.wgb"))["rows"] == 0, "the network brought them")
    all_there(platform, terminal, told)
    # and mixed: the stick first, then the network, then the old answer
    told += logged(platform, terminal)
    terminal.ok("bundle", "export", path("d.wgb"))
    carry(platform, path("d.wgb"), path("d-answer.wgb"))
    told.append(terminal.log("general", "0205"))
    terminal.ok("sync", "--wait")
    terminal.ok("bundle", "import", path("d-answer.wgb"))
    all_there(platform, terminal, told)
    terminal.close()


def damaged_and_foreign(platform):
    terminal = wangge.Terminal(platform, "w0003")
    terminal.ok("sync")
    told = logged(platform, terminal)
    terminal.ok("bundle", "export", path("e.wgb"))
    with open(path("e.wgb"), "rb") as file:
        content = file.read()
    for at in [0, 5, 11, 60, 300, 420, 500, len(content) // 2, len(content) - 100, len(content) - 1]:
        with open(path("bad.wgb"), "wb") as file:
            file.write(content[:at])
        refused(platform, 1, "", path("bad.wgb"))
        with open(path("bad.wgb"), "wb") as file:
            file.write(content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1:])
        refused(platform, None, "", path("bad.wgb"))
    with open(path("bad.wgb"), "wb") as file:
        file.write(content + b"more")
    refused(platform, 1, "", path("bad.wgb"))
    office = wangge.Platform()
    try:
        refused(office, 4, "another office", path("e.wgb"))
        stranger = wangge.Terminal(office, "w0003")
        stranger.ok("sync")
        stranger.log("general", "0202")
        stranger.ok("bundle", "export", path("f.wgb"))
        refused(platform, 4, "", path("f.wgb"))
        carry(office, path("f.wgb"), path("f-answer.wgb"))
        check("another tablet" in terminal.expect(4, "bundle", "import", path("f-answer.wgb"))["error"]["message"], "whose")
        check("no answer" in terminal.expect(4, "bundle", "import", path("e.wgb"))["error"]["message"], "which way")
        stranger.close()
    finally:
        office.close()
    carry(platform, path("e.wgb"), path("e-answer.wgb"))
    with open(path("e-answer.wgb"), "rb") as file:
        answer = file.read()
    for at in [3, 200, len(answer) // 2, len(answer) - 1]:
        with open(path("bad.wgb"), "wb") as file:
            file.write(answer[:at])
        check("damaged" in terminal.expect(4, "bundle", "import", path("bad.wgb"))["error"]["message"], "half")
    check({terminal.events()[i]["truth"] for i in told} == {"saved"}, "half an answer settles nothing")
    refused(platform, 4, "", path("e-answer.wgb"))
    device = terminal.ok("status")["device"]
    platform.run("revoke", device, "--keep-data")
    refused(platform, 4, "", path("e.wgb"))
    platform.run("unlock", device)
    terminal.ok("bundle", "import", path("e-answer.wgb"))
    all_there(platform, terminal, told)
    terminal.close()


def restored_meanwhile(platform):
    """The platform was restored between two sticks: it says so in its answer, and the next stick brings all."""
    terminal = wangge.Terminal(platform, "w0004")
    terminal.ok("sync")
    platform.run("backup", path("backup.db"))
    told = logged(platform, terminal)
    terminal.ok("sync", "--wait")
    platform.stop()
    platform.run("restore", path("backup.db"))
    told += logged(platform, terminal)
    terminal.ok("bundle", "export", path("g.wgb"))
    said = carry(platform, path("g.wgb"), path("g-answer.wgb"))
    check(said["again"] and said["operations"] == 0, said)
    check(terminal.expect(4, "bundle", "import", path("g-answer.wgb"))["again"], "to be exported anew")
    out = terminal.ok("bundle", "export", path("h.wgb"))
    check(out["operations"] == 6, out)
    carry(platform, path("h.wgb"), path("h-answer.wgb"))
    terminal.ok("bundle", "import", path("h-answer.wgb"))
    all_there(platform, terminal, told)
    platform.start()
    terminal.ok("sync", "--wait")
    all_there(platform, terminal, told)
    terminal.close()


def handed_in(platform):
    """By a desk of the tablet's town over the network; not by another one, nor by another tablet."""
    people = json.loads(platform.run("list", "workers", "--json"))
    town = next(person["org_code"] for person in people if person["id"] == "w0005")
    clerks = [person for person in people if person["role"] == "clerk"]
    terminal = wangge.Terminal(platform, "w0005")
    desk = wangge.Terminal(platform, next(person["id"] for person in clerks if person["org_code"] == town))
    stranger = wangge.Terminal(platform, next(person["id"] for person in clerks if person["org_code"] != town))
    terminal.ok("sync")
    told = logged(platform, terminal)
    terminal.ok("bundle", "export", path("h.wgb"))
    for other in (stranger, terminal):
        said = other.expect(4, "bundle", "hand-in", path("h.wgb"), path("none"))["error"]["message"]
        check("no-right" in said and not os.path.exists(path("none")), said)
    for _ in range(2):
        check(desk.ok("bundle", "hand-in", path("h.wgb"), path("h-answer.wgb")) == {"answer": path("h-answer.wgb")}, "answer")
    taken = terminal.ok("bundle", "import", path("h-answer.wgb"))
    check(taken["operations"] == 3 and taken["photos"] == 1, taken)
    all_there(platform, terminal, told)
    with open(path("h.wgb"), "r+b") as file:
        file.truncate(os.path.getsize(path("h.wgb")) // 2)
    desk.expect(4, "bundle", "hand-in", path("h.wgb"), path("none"))


try:
    wangge.main(there_and_back, network_was_faster, handed_in, damaged_and_foreign, restored_meanwhile)
finally:
    shutil.rmtree(FOLDER)
