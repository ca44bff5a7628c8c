#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Two tablets of one grid change the same resident, or the same event, without knowing of each other: nothing is
# lost, somebody chooses, and both ends are equal again.
import json

import wangge
from wangge import check


def create(terminal, name, *more):
    return terminal.ok(
        "record", "create", "resident", "--set", f"name={name}", "--set", "id_kind=000", "--set", "pop_type=10",
        "--set", "status=1", *more,
    )["id"]


def revealed(terminal, record):
    shown = terminal.ok("record", "show", "resident", record, "--reveal", "--reason", "核对")
    return shown["record"]


def synced(terminal):
    """A round after which nothing waits and the digest has matched, whatever needs a person."""
    code, status = terminal.run("sync", "--wait")
    check(code in (0, 4) and status["all_synced"] and status["waiting"] == 0, (code, status))
    return status


def conflict_is_made_and_settled(platform):
    one, two = wangge.Terminal(platform, "w0001"), wangge.Terminal(platform, "w0001")
    synced(one)
    record = create(one, "张三丰", "--set", "phone=13000000000")
    synced(one)
    synced(two)
    check(revealed(two, record)["name"] == "张三丰", "it has come down")
    one.ok("record", "patch", "resident", record, "--set", "name=张三封", "--set", "needs=01")
    two.ok("record", "patch", "resident", record, "--set", "name=张君宝", "--set", "needs=03", "--set", "phone=13000000002")
    synced(one)
    synced(two)
    synced(one)
    for terminal in (one, two):
        shown = revealed(terminal, record)
        check(shown["name"] == "张三封" and shown["needs"] == ["01", "03"] and shown["phone"] == "13000000002", shown)
        found = terminal.ok("conflicts", "list")
        check(len(found) == 1 and not found[0]["settled"], found)
        fields = {field["field"]: field for field in found[0]["fields"]}
        check(list(fields) == ["name"], fields)
        check([fields["name"][side] for side in ("base", "theirs", "mine")] == ["张三丰", "张三封", "张君宝"], fields)
        listed = {row["id"]: row for row in terminal.ok("record", "list", "resident", "--which", "needing-me")}
        check(listed[record]["conflicts"] == 1 and listed[record]["title"] == "张**", listed)
    conflict = found[0]["id"]
    check(len(json.loads(platform.run("list", "conflicts", "--json"))) == 1, "the platform has it open")
    one.expect(2, "conflicts", "resolve", conflict)
    one.expect(4, "conflicts", "resolve", conflict, "--choose", "phone=mine")
    one.ok("conflicts", "resolve", conflict, "--choose", "all=mine")
    synced(one)
    synced(two)
    check(json.loads(platform.run("list", "conflicts", "--json")) == [], "settled at the platform")
    shown = json.loads(platform.run("show", record))
    check({"conflict", "resolved"} <= {change["verdict"] for change in shown["changes"]}, shown["changes"])
    for terminal in (one, two):
        check(terminal.ok("conflicts", "list") == [], "nothing is open")
        settled = terminal.ok("conflicts", "list", "--which", "all")
        check([row["settled"] for row in settled] == [True], "it is kept")
        check(terminal.ok("record", "list", "resident", "--which", "needing-me") == [], "nothing needs anybody")
        check(terminal.ok("check")["well"], "invariants")
    check(revealed(one, record) == revealed(two, record) and revealed(one, record)["name"] == "张君宝", "both ends are equal")
    synced(one)
    synced(two)
    platform.run("check")
    one.close()
    two.close()


def event_is_mended_on_two_tablets(platform):
    one, two = wangge.Terminal(platform, "w0001"), wangge.Terminal(platform, "w0001")
    synced(one)
    event = one.ok(
        "log", "--level", "general", "--class", "0307", "--text", "便道护栏损坏", "--address", "路口东侧", "--at",
        "118.5358,37.5461,8",
    )["id"]
    synced(one)
    synced(two)
    one.ok("mend", event, "--address", "路口西侧", "--at", "118.5360,37.5461,5")
    two.ok("mend", event, "--address", "路口北侧", "--at", "118.5358,37.5470,9", "--text", "便道护栏损坏，影响通行")
    for terminal in (one, two, one):
        synced(terminal)
    for terminal in (one, two):
        shown = terminal.ok("show", event)
        check(shown["truth"] == "conflict" and "refusal" not in shown, shown)
        found = terminal.ok("conflicts", "list")
        check([(row["kind"], row["record"]) for row in found] == [("event", event)], found)
        fields = {field["field"]: field for field in found[0]["fields"]}
        check(list(fields) == ["lon", "address"], "a place is one value")
        place = fields["lon"]
        check((place["theirs"]["lon"], place["theirs"]["fix_accuracy_m"]) == (118.536, 5), place)
        check((place["mine"]["lon"], place["mine"]["lat"], place["base"]["lat"]) == (118.5358, 37.547, 37.5461), place)
    conflict = found[0]["id"]
    check([row["id"] for row in json.loads(platform.run("list", "conflicts", "--json"))] == [conflict], "open there")
    shown = json.loads(platform.run("show", event))
    check([row["id"] for row in shown["conflicts"]] == [conflict], shown["conflicts"])
    two.ok("conflicts", "resolve", conflict, "--choose", "lon=mine", "--choose", "address=theirs")
    synced(two)
    synced(one)
    body = json.loads(platform.run("show", event))["body"]["f"]
    check((body["lon"], body["lat"], body["fix_accuracy_m"]) == (118.5358, 37.547, 9), body)
    check((body["address"], body["description"]) == ("路口西侧", "便道护栏损坏，影响通行"), body)
    check(json.loads(platform.run("list", "conflicts", "--json")) == [], "settled at the platform")
    for terminal in (one, two):
        check(terminal.ok("show", event)["truth"] == "applied", "over")
        check(terminal.ok("conflicts", "list") == [], "nothing is open")
        check(terminal.ok("check")["well"], "invariants")
        synced(terminal)
        terminal.close()
    platform.run("check")


def records_are_found_confirmed_and_voided(platform):
    terminal = wangge.Terminal(platform, "w0003")
    synced(terminal)
    house = terminal.ok(
        "record", "create", "household", "--set", "place=安泰小区", "--set", "building=3号楼", "--set", "unit=2",
        "--set", "room=101", "--set", "tenure=1",
    )["id"]
    member = create(terminal, "单雄信", "--set", f"household={house}")
    create(terminal, "曾国藩")
    terminal.expect(4, "record", "create", "resident", "--set", "name=无", "--set", "id_kind=111", "--set", "pop_type=10")
    terminal.expect(2, "record", "create", "resident", "--set", "colour=red")
    terminal.expect(2, "record", "list", "tree")
    found = terminal.ok("record", "list", "resident", "--search", "sxx")
    check([row["title"] for row in found] == ["单**"], found)
    members = terminal.ok("record", "list", "resident", "--of", house)
    check([row["id"] for row in members] == [member], members)
    check("record" not in terminal.ok("record", "show", "resident", member), "hidden until revealed")
    terminal.expect(4, "record", "show", "resident", member, "--reveal")
    terminal.ok("record", "confirm", "resident", member)
    terminal.expect(4, "record", "void", "resident", member)
    terminal.ok("record", "void", "resident", member, "--reason", "登记重复")
    synced(terminal)
    left = terminal.ok("record", "list", "resident")
    check(member not in [row["id"] for row in left], "a void record is in no list")
    check(all(row["truth"] == "applied" for row in left), left)
    check(terminal.ok("check")["well"], "invariants")
    terminal.close()


def sample_people_come_down(platform):
    terminal = wangge.Terminal(platform, "w0005")
    synced(terminal)
    houses = terminal.ok("record", "list", "household")
    people = terminal.ok("record", "list", "resident")
    check(len(houses) == 3 and len(people) >= 3, (houses, people))
    check(all(row["truth"] == "applied" and row["confirmed"] for row in houses + people), people)
    check(all(row["title"].endswith("**") and row["fields"]["id_no"].count("*") == 15 for row in people), people)
    check(terminal.ok("record", "list", "resident", "--which", "unconfirmed") == [], "each was looked at when it was made")
    check(revealed(terminal, people[0]["id"])["id_no"].startswith("00"), "nobody's number")
    synced(terminal)
    terminal.close()


wangge.main(
    conflict_is_made_and_settled,
    event_is_mended_on_two_tablets,
    records_are_found_confirmed_and_voided,
    sample_people_come_down,
    init=("--households", "3"),
)
