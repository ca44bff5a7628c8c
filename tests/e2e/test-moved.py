#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A worker gets another grid, or loses every right, while operations wait on the tablet.
import json
import os

import wangge
from wangge import check


def grids_of(platform, worker):
    """The worker's grid and another one of the same town."""
    workers = {row["id"]: row for row in json.loads(platform.run("list", "workers", "--json"))}
    own = workers[worker]["grid_code"]
    others = sorted(row["id"] for row in json.loads(platform.run("list", "grids", "--json")) if row["id"] != own)
    return own, next(code for code in others if code.startswith(own[:9]))


def pass_time(platform, terminal):
    """When an operation was made is known to the latency of its push: work enough that a slow one does not matter."""
    for _ in range(3):
        platform.run("check")
        terminal.ok("check")


def resident(terminal, name):
    return terminal.ok(
        "record", "create", "resident", "--set", f"name={name}", "--set", "id_kind=000", "--set", "pop_type=10",
        "--set", "status=1",
    )["id"]


def blobs(terminal):
    return [name for _, _, names in os.walk(os.path.join(terminal.folder, "blobs")) for name in names]


def moved_while_operations_wait(platform):
    own, other = grids_of(platform, "w0001")
    terminal = wangge.Terminal(platform, "w0001")
    terminal.ok("sync")
    photo = wangge.picture(os.path.join(terminal.folder, "photo.jpg"))
    seen = terminal.log("general", "0202", "--photo", photo)
    terminal.ok("sync", "--wait")
    check(blobs(terminal), "the photo is here")
    people = [resident(terminal, "样本甲"), None]
    terminal.ok("sync", "--wait")
    terminal.ok("record", "patch", "resident", people[0], "--set", "phone=13000000001")
    people[1] = resident(terminal, "样本乙")
    before = [terminal.log("general", "0202") for _ in range(3)]
    pass_time(platform, terminal)
    platform.run("worker", "move", "w0001", other)
    late = terminal.log("general", "0205")  # the tablet does not know yet
    status = terminal.expect(4, "sync", "--wait")
    check(status["refused"] == 1 and status["waiting"] == 0, [r for r in terminal.ok("queue") if r["truth"] == "refused"])
    found = platform.events()
    check(all(len(found[i]) == 1 for i in before), "what was made before the move is taken")
    check(late not in found, "what was made after it is not")
    here = terminal.events()
    check(list(here) == [late], "of the former grid only the refused word is left")
    check(terminal.ok("record", "list", "resident") == [], "nobody of the former grid")
    for person in people:
        check("13000000001" in platform.run("show", person) or person == people[1], "what was made before the move is taken")
    check(blobs(terminal) == [], "photos of the former grid")
    check(os.path.getsize(os.path.join(terminal.folder, "store.db")) > 0 and terminal.ok("check")["well"], "invariants")
    refused = json.loads(platform.run("list", "refused", "--json"))
    check([row["rec"] for row in refused] == [late] and refused[0]["code"] == "not-in-scope", refused)
    check(refused[0]["line"]["set"]["description"] == "路面积水，行人绕行", refused)
    platform.run("settle", refused[0]["op_id"], "--reason", "已由现任网格长登记")
    check(json.loads(platform.run("list", "refused", "--json")) == [], "settled")
    kinds = [row["kind"] for row in terminal.ok("queue")]
    check("scope.dropped" in kinds, kinds)
    terminal.ok("dismiss", [row["op"] for row in terminal.ok("queue") if row["truth"] == "refused"][0])
    fresh = terminal.log("general", "0202")
    terminal.ok("sync", "--wait")
    check(platform.events()[fresh][0]["grid_code"] == other, "reports go on in the new grid")
    # and back again: everything is told anew
    platform.run("worker", "move", "w0001", own)
    terminal.ok("sync", "--wait")
    check(set(before + [seen]) <= set(terminal.events()), "the grid's events are back")
    check({row["id"] for row in terminal.ok("record", "list", "resident")} >= set(people), "and its people")
    check(terminal.ok("check")["well"], "invariants")
    platform.run("check")
    terminal.close()


def disabled_while_operations_wait(platform):
    terminal = wangge.Terminal(platform, "w0002")
    other = wangge.Terminal(platform, "w0003")
    terminal.ok("sync")
    other.ok("sync")
    before = [terminal.log("general", "0202") for _ in range(3)]
    pass_time(platform, terminal)
    platform.run("worker", "disable", "w0002")
    late = terminal.log("general", "0205")
    terminal.expect(4, "sync", "--wait")
    found = platform.events()
    check(all(len(found[i]) == 1 for i in before) and late not in found, "judged by when it was made")
    check(list(terminal.events()) == [late], "nothing else is left")
    other.ok("sync", "--wait")
    check(other.ok("check")["well"], "a name less")
    try:
        platform.code("w0002")
    except wangge.Failed:
        pass
    else:
        raise wangge.Failed("a disabled worker gets no tablet")
    platform.run("worker", "enable", "w0002")
    terminal.expect(4, "sync", "--wait")
    check(set(before) <= set(terminal.events()), "the grid is back")
    fresh = terminal.log("general", "0202")
    terminal.expect(4, "sync", "--wait")
    check(fresh in platform.events(), "and so are the rights")
    platform.run("check")
    for wrong in (("move", "w0002"), ("move", "nobody", "1"), ("disable", "nobody"), ("promote", "w0002")):
        try:
            platform.run("worker", *wrong)
        except wangge.Failed:
            continue
        raise wangge.Failed(f"worker {wrong} should fail")
    terminal.close()
    other.close()


wangge.main(moved_while_operations_wait, disabled_while_operations_wait)
