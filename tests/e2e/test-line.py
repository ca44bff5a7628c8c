#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The main line: logged without a network, sent when it is back, decided, returned, mended, accepted.
import json
import os

import wangge
from wangge import check


def logged_offline_then_applied(platform):
    terminal = wangge.Terminal(platform, "w0001")
    terminal.ok("sync")
    photo = wangge.picture(os.path.join(terminal.folder, "photo.jpg"))
    platform.stop()
    ids = [
        terminal.log("daily", "0110"),
        terminal.log("general", "0202", "--photo", photo),
        terminal.log("major", "0205", "--at", "118.5021,37.4312,8"),
    ]
    status = terminal.expect(3, "sync")
    check(status["state"] == "offline" and status["waiting"] == 3, status)
    check({event["truth"] for event in terminal.events().values()} == {"saved"}, "something is claimed without a receipt")
    platform.start()
    status = terminal.ok("sync", "--wait")
    check(status["all_synced"] and status["photos_waiting"] == 0, status)
    events = terminal.events()
    check([events[i]["truth"] for i in ids] == ["applied"] * 3, events)
    found = platform.events()
    check([len(found.get(i, [])) for i in ids] == [1, 1, 1], "not each exactly once at the platform")
    check(events[ids[0]]["state"] == 70, "a daily event is handled on the spot")
    check(terminal.ok("check")["well"], "invariants")
    shown = json.loads(platform.run("show", ids[1], "--json"))
    check("photo" in json.dumps(shown), shown)
    terminal.close()


def returned_mended_accepted(platform):
    terminal = wangge.Terminal(platform, "w0002")
    terminal.ok("sync")
    event = terminal.log("general", "0205")
    terminal.ok("sync")
    platform.run("return", event, "--reason", "请补充具体位置")
    terminal.ok("sync")
    returned = terminal.events("returned")
    check(list(returned) == [event] and returned[event]["state"] == 11, returned)
    shown = terminal.ok("show", event)
    check(any(step["action"] == "return" and step["opinion"] == "请补充具体位置" for step in shown["steps"]), shown)
    terminal.ok("mend", event, "--address", "路口东侧三十米，公交站后")
    terminal.ok("sync")
    check(terminal.events()[event]["state"] == 10, "mended and reported again")
    check(terminal.events("returned") == {}, "nothing needs the worker any more")
    platform.run("accept", event, "--reason", "属实")
    terminal.ok("sync")
    shown = terminal.ok("show", event)
    check(shown["state"] == 20 and shown["event_no"], shown)
    check(shown["event"]["address"] == "路口东侧三十米，公交站后", shown)
    terminal.close()


def withdrawn_and_held(platform):
    terminal = wangge.Terminal(platform, "w0003")
    terminal.ok("sync")
    held = terminal.log("daily", "0110", "--hold", "600")
    check(terminal.events()[held]["truth"] == "held", "held")
    terminal.ok("sync")
    check(held not in platform.events(), "a held event is not sent")
    terminal.ok("withdraw", held)
    event = terminal.log("general", "0205")
    terminal.ok("sync")
    terminal.ok("withdraw", event, "--opinion", "误报")
    terminal.ok("sync")
    check(terminal.events()[event]["state"] == 13, "withdrawn is void")
    check(held not in platform.events(), "an undone event leaves no trace")
    terminal.close()


def refused_is_kept_and_settled(platform):
    terminal = wangge.Terminal(platform, "w0004")
    terminal.ok("sync")
    event = terminal.log("general", "0205")
    terminal.ok("sync")
    platform.run("accept", event, "--reason", "属实")
    terminal.ok("mend", event, "--address", "受理以后才改")
    status = terminal.expect(4, "sync")
    check(status["refused"] == 1, status)
    refused = [row for row in terminal.ok("queue") if row["truth"] == "refused"]
    check(len(refused) == 1 and refused[0]["refusal"]["code"], refused)
    terminal.ok("dismiss", refused[0]["op"])
    check(terminal.ok("sync")["refused"] == 0, "settled")
    terminal.close()


def two_tablets_of_one_worker(platform):
    one = wangge.Terminal(platform, "w0005")
    two = wangge.Terminal(platform, "w0005")
    one.ok("sync")
    two.ok("sync")
    ids = [tablet.log("general", "0205") for tablet in (one, two) * 5]
    two.ok("sync")
    one.ok("sync")
    two.ok("sync")
    for tablet in (one, two):
        events = tablet.events()
        check(all(events[i]["truth"] == "applied" for i in ids), "both see all")
        check(tablet.ok("check")["well"], "invariants")
    found = platform.events()
    check(all(len(found[i]) == 1 for i in ids), "each exactly once")
    one.close()
    two.close()


def secret_and_damage(platform):
    terminal = wangge.Terminal(platform, "w0006")
    terminal.ok("sync")
    event = terminal.log("general", "0205")
    line = os.path.join(terminal.folder, "lines")
    check(terminal.ok("rescue", line)["lines"] == 1, "rescue of a whole store")
    with open(line, encoding="utf-8") as file:
        operation = json.loads(file.read())
    check(operation["rec"] == event and operation["seq"] == 1, operation)
    with open(os.path.join(terminal.folder, "new"), "w", encoding="utf-8") as file:
        file.write("another secret 9x\n")
    terminal.ok("change-secret", "--new-secret-file", file.name)
    terminal.expect(5, "unlock")
    terminal.ok("unlock", "--secret-file", file.name)
    with open(os.path.join(terminal.folder, "store.db"), "r+b") as file:
        file.seek(0)
        file.write(os.urandom(4096))
    terminal.expect(6, "unlock", "--secret-file", os.path.join(terminal.folder, "new"))
    terminal.close()


wangge.main(
    logged_offline_then_applied,
    returned_mended_accepted,
    withdrawn_and_held,
    refused_is_kept_and_settled,
    two_tablets_of_one_worker,
    secret_and_damage,
)
