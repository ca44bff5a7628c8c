#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may do what, when, to what: every seat of rights-seats.csv with every line of rights-actions.csv, and every moment
# around the end of an assignment, a token, a device, against the daemon over HTTP.
import csv
import hashlib
import itertools
import json
import os

from client import DAY_MS, HOUR_MS, JSON, Bundle, Key, dump, open_bundle, picture, uuid7
from world import Client, Failed, Platform, check, wangge

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES = {"W": "worker", "C": "clerk", "P": "dispatcher", "H": "handler", "L": "leader", "S": "supervisor", "D": "district",
         "K": "assessor", "U": "auditor", "M": "admin"}
GRIDS = {"A1": "370502001001001", "A2": "370502001001002", "B1": "370502002001001"}
UNITS = {"A": "370502001", "B": "370502002", "X": None, "Z": "370502"}
PATH = {10: [], 11: ["return"], 12: ["refuse"], 20: ["accept"], 30: ["accept", "dispatch"], 70: [], 80: ["close"]}
BY = {"return": "c-a", "refuse": "c-a", "accept": "c-a", "dispatch": "p-a", "close": "c-a"}


def table(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


ACTIONS, SEATS = table("rights-actions.csv"), {row["seat"]: row for row in table("rights-seats.csv")}


def scope_code(text):
    """g:A1 → g:370502001001001."""
    kind, _, code = text.partition(":")
    return f"{kind}:{GRIDS.get(code) or UNITS[code]}"


class World:
    def __init__(self):
        self.platform = platform = Platform(held=True)
        self.n = self.bad = 0
        try:
            self.fill(platform)
        except BaseException:
            platform.close()
            raise

    def fill(self, platform):
        workers = json.loads(platform.run("list", "workers", "--json"))
        UNITS["X"] = next(row["org_code"] for row in workers if row["role"] == "handler" and not row["org_code"][6:9].isdigit())
        lines = ["id,name,role,org_code,grid_code"]
        lines += [f"{row['seat']},样例,{ROLES[row['role']]},{UNITS[row['unit']]},{GRIDS.get(row['grid'], '')}"
                  for row in SEATS.values()]
        platform.run("import", platform.put("workers.csv", "\n".join(lines) + "\n"))
        self.seats = {name: platform.client(name) for name in SEATS}

    def close(self):
        self.platform.close()

    def judge(self, what, expected, got):
        self.n += 1
        if expected != got:
            self.bad += 1
            print(f"# {what}: {got} instead of {expected}", flush=True)

    def done(self, least):
        print(f"# {self.n} cases")
        n, bad, self.n, self.bad = self.n, self.bad, 0, 0
        check(n >= least, f"only {n} cases")
        check(bad == 0, f"{bad} of {n} cases are not as the table says")

    def make_events(self, wanted):
        """@wanted: (state, level) of each; gives (record, step number) of each."""
        author, made = self.seats["author"], []
        operations = [author.report(GRIDS["A1"], level) for _, level in wanted]
        made = author.ok(*operations)
        numbers = [1] * len(wanted)
        for turn in range(2):
            by = {}
            for i, (state, _) in enumerate(wanted):
                if len(PATH[state]) > turn:
                    by.setdefault(PATH[state][turn], []).append(i)
            for action in ("return", "refuse", "accept", "dispatch", "close"):
                seat = self.seats[BY[action]]
                before = {"close": 70, "dispatch": 20}.get(action, 10)
                seat.ok(*[step_of(seat, action, made[i], before, numbers[i], wanted[i][1], None) for i in by.get(action, [])])
                for i in by.get(action, []):
                    numbers[i] += 1
        return list(zip(made, numbers))


def step_of(seat, action, rec, state, number, level, other):
    more = {"opinion": "样例意见"}
    if action == "change-level":
        more["new_value"] = "2" if level == 3 else "3"
    if action == "change-class":
        more["new_value"] = "0203"
    if action == "duplicate":
        more["duplicate_of"] = other
    if action == "dispatch":
        more["lead_org"] = UNITS["X"]
    return seat.step(rec, GRIDS["A1"], action, state, number, **more)


def expected_of(row, name):
    """From the tables alone."""
    seat = SEATS[name]
    if name in {"authors": ("author", "second"), "reporter": ("author",)}.get(row["only"], ()):
        return "ok"
    if seat["covers"] != "yes":
        return row["outside"]
    may = seat["role"] in row["may"].split() and (row["only"] != "author" or name == "author")
    return "ok" if may else row["else"]


def operation_of(world, row, name, target):
    """The operation of a line of the table by a seat, on what was made for it."""
    seat, action, grid = world.seats[name], row["action"], GRIDS["A1"]
    kind, _, act = action.partition(".")
    if action in ("report", "attach"):
        return seat.report(grid, int(row["level"]), duplicate_of=target[0] if action == "attach" else None)
    if action == "patch":
        return seat.operation("event.patch", target[0], grid, set={"title": ["样例事件", "改过的标题"]})
    if act == "create":
        return getattr(seat, kind)(grid)
    if act == "patch":
        field = "phone"
        return seat.operation(action, target[0], grid, set={field: [None, "13000000009"]})
    if act in ("void", "reveal"):
        return seat.operation(action, target[0], grid, reason="样例理由", fields=["phone"] if act == "reveal" else None)
    if act == "confirm":
        return seat.operation(action, target[0], grid)
    if act == "resolve":
        return seat.operation(action, target[0], grid, expect={"ver": 1},
                              choose={"title" if row["level"] else "name": "mine"})
    return step_of(seat, action, target[0], int(row["state"]), target[1], int(row["level"]), target[2])


def make_conflicts(world, n):
    """Two heads of one grid changed the same name without knowing of each other."""
    one, two, grid = world.seats["author"], world.seats["second"], GRIDS["A1"]
    people = one.ok(*[one.resident(grid, name=f"样例居民{i}") for i in range(n)])
    one.ok(*[one.operation("resident.patch", rec, grid, set={"name": [f"样例居民{i}", "先改"]}) for i, rec in enumerate(people)])
    later = [two.operation("resident.patch", rec, grid, set={"name": [f"样例居民{i}", "后改"]}) for i, rec in enumerate(people)]
    check(set(two.results(later)) == {"conflict"}, "no conflict")
    return [operation["op_id"] for operation in later]


def make_event_conflicts(world, n):
    """The reporter changed the same title twice without knowing of it."""
    author, grid = world.seats["author"], GRIDS["A1"]
    events = [rec for rec, _ in world.make_events([(10, 2)] * n)]
    author.ok(*[author.operation("event.patch", rec, grid, set={"title": ["样例事件", "先改的标题"]}) for rec in events])
    later = [author.operation("event.patch", rec, grid, set={"title": ["样例事件", "后改的标题"]}) for rec in events]
    check(set(author.results(later)) == {"conflict"}, "no conflict")
    return [operation["op_id"] for operation in later]


def make_targets(world, cases):
    """What each case is done to: a thing of its own where it will change it, one for all that are refused."""
    other = world.make_events([(10, 2)])[0][0]
    targets, shared, order = {}, {}, []
    for index, (row, name) in enumerate(cases):
        own = expected_of(row, name) == "ok"
        key = (row["action"], row["state"], row["level"], index if own else None)
        if key not in shared:
            shared[key] = None
            order.append((key, row))
        targets[index] = key
    events = [(key, row) for key, row in order if row["level"] and row["state"] not in ("", "0")]
    made = world.make_events([(int(row["state"]), int(row["level"])) for _, row in events])
    for (key, _), (rec, number) in zip(events, made):
        shared[key] = (rec, number, other)
    author = world.seats["author"]
    for kind in ("resident", "household"):
        keys = [key for key, row in order if row["action"].startswith(kind)]
        for key, rec in zip(keys, author.ok(*[getattr(author, kind)(GRIDS["A1"]) for _ in keys])):
            shared[key] = (rec,)
    for level, make in (("", make_conflicts), ("2", make_event_conflicts)):
        keys = [key for key, row in order if row["action"] == "conflict.resolve" and row["level"] == level]
        for key, rec in zip(keys, make(world, len(keys))):
            shared[key] = (rec,)
    for key, row in order:
        if row["state"] == "0":
            shared[key] = (other,)
    return {index: shared[key] for index, key in targets.items()}


def who_may(world):
    """Every seat with every action."""
    cases = list(itertools.product(ACTIONS, SEATS))
    targets = make_targets(world, cases)
    for name in SEATS:
        mine = [i for i, case in enumerate(cases) if case[1] == name]
        told = world.seats[name].results([operation_of(world, *cases[i], targets[i]) for i in mine])
        for i, got in zip(mine, told):
            row = cases[i][0]
            world.judge(f"{name} {row['action']} in {row['state']} level {row['level']}", expected_of(row, name), got)
    world.done(1500)


def forged(world):
    """A right that somebody else has, borrowed: another's name, another grid written on the line."""
    author, apart, clerk = world.seats["author"], world.seats["apart"], world.seats["c-b"]
    (rec, number), (person,) = world.make_events([(10, 2)])[0], author.ok(author.resident(GRIDS["A1"]))
    for name, seat in world.seats.items():
        if name == "author":
            continue
        lines = [seat.report(GRIDS["A1"]), seat.step(rec, GRIDS["A1"], "note", 10, number, opinion="x"), seat.resident(GRIDS["A1"]),
                 seat.operation("resident.reveal", person, GRIDS["A1"], reason="x", fields=["phone"])]
        for operation in lines:
            operation["actor"] = "author"
        for operation, got in zip(lines, seat.results(lines)):
            world.judge(f"{name} as another {operation['kind']}", "no-right", got)
    for seat, grid in ((apart, GRIDS["B1"]), (clerk, GRIDS["B1"]), (world.seats["beside"], GRIDS["A2"])):
        lines = [seat.step(rec, grid, "note", 10, number, opinion="x"),
                 seat.operation("event.patch", rec, grid, set={"title": ["样例事件", "x"]}),
                 seat.operation("resident.patch", person, grid, set={"phone": [None, "13000000001"]}),
                 seat.operation("resident.void", person, grid, reason="x"), seat.operation("resident.confirm", person, grid),
                 seat.operation("resident.reveal", person, grid, reason="x", fields=["phone"])]
        for operation, got in zip(lines, seat.results(lines)):
            world.judge(f"{seat.worker} from the own scope {operation['kind']}", "not-in-scope", got)
        made = seat.report(GRIDS["A1"])
        made["scope"] = f"g:{grid}"
        world.judge(f"{seat.worker} report under the own scope", "not-in-scope", seat.results([made])[0])
    code, _, err = world.platform.call("import", world.platform.put(
        "system.csv", f"id,name,role,org_code,grid_code\nsys1,x,system,{UNITS['Z']},\n"))
    world.judge(f"a worker with the role of the machine: {err}", True, code != 0)
    world.done(100)


def what_goes_down(world):
    """Pages and photos: each seat asks for every scope there is."""
    author, everything = world.seats["author"], [f"w:{name}" for name in SEATS]
    everything += [scope_code(text) for text in ("g:A1", "g:A2", "g:B1", "t:A", "t:B", "t:X", "t:Z", "o:A", "o:B", "o:X", "o:Z")]
    photos = {}
    for level in (2, 3):
        data = picture()
        sha = hashlib.sha256(data).hexdigest()
        author.ok(author.report(GRIDS["A1"], level, photos=[sha]))
        check(author.upload(data).status == 204, "upload")
        photos[level] = sha
    for name, seat in SEATS.items():
        client = world.seats[name]
        allowed = {"ref:370502", f"w:{name}"} | ({scope_code(seat["down"])} if seat["down"] != "-" else set())
        rows, scopes = client.pull({scope: 0 for scope in everything})
        world.judge(f"{name} drop", sorted(set(everything) - allowed), sorted(scopes["drop"]))
        world.judge(f"{name} keep and add", sorted(allowed), sorted(scopes["keep"] + scopes["add"]))
        world.judge(f"{name} rows", True, {row["s"] for row in rows} <= allowed)
        persons = [row for row in rows if row["k"] in ("resident", "household")]
        world.judge(f"{name} persons", seat["grid"] == "A1", bool(persons))
        world.judge(f"{name} persons of others", True, all(row["f"]["grid_code"] == GRIDS[seat["grid"]] for row in persons))
        events = [row for row in rows if row["k"] == "event" and row["t"] == "row"]
        sees = seat["down"] in ("g:A1", "t:A", "o:Z")
        world.judge(f"{name} events", sees, bool(events))
        if seat["down"] == "o:Z":
            world.judge(f"{name} only major events", True, all(max(row["f"]["level"], row["f"].get("level_reported", 0)) >= 3
                                                               for row in events))
        conflicts = [row for row in rows if row["k"] == "conflict"]
        world.judge(f"{name} conflicts", name in ("author", "second") or seat["down"] == "t:A", bool(conflicts))
        for level, sha in photos.items():
            may = sees and (level == 3 or seat["down"] != "o:Z")
            for method in ("GET", "HEAD"):
                world.judge(f"{name} {method} photo of level {level}", 200 if may else 404,
                            client.send(method, f"/v1/blobs/{sha}").status)
            if name != "author":
                world.judge(f"{name} PATCH photo", 404, client.upload(b"\xff\xd8\xff\xe0x", sha).status)
    for path in ("/v1/sync/state", "/v1/blobs/" + photos[2], "/v1/hello"):
        stranger = Client(world.platform.port, "nobody", world.platform.clock)
        world.judge(f"nobody {path}", 200 if path == "/v1/hello" else 401, stranger.send("GET", path).status)
        stranger.close()
    world.done(300)


def import_bundle(world, client, data):
    path, answer = os.path.join(world.platform.scratch, "in.wgb"), os.path.join(world.platform.scratch, "out.wgb")
    with open(path, "wb") as file:
        file.write(data)
    code, out, err = world.platform.call("bundle", "import", path, "--answer", answer)
    if code:
        return code, err, []
    with open(answer, "rb") as file:
        return 0, json.loads(out), open_bundle(client, file.read())


def by_stick(world):
    """The same by a USB stick: the way gives no right."""
    (rec, number), (person,) = world.make_events([(10, 2)])[0], world.seats["author"].ok(world.seats["author"].resident(GRIDS["A1"]))
    foreign = picture()
    rows = {row["action"]: row for row in ACTIONS if row["action"] in ("resident.create", "resident.reveal") or
            (row["action"], row["level"]) == ("report", "2")}
    n_notes = 0
    for name, seat in SEATS.items():
        client = world.seats[name]
        operations = [client.report(GRIDS["A1"]), client.resident(GRIDS["A1"]),
                      client.operation("resident.reveal", person, GRIDS["A1"], reason="样例理由", fields=["phone"]),
                      client.step(rec, GRIDS["A1"], "note", 10, number + n_notes, opinion="x")]
        expected = [expected_of(rows[action], name) for action in ("report", "resident.create", "resident.reveal")]
        expected.append(expected_of(next(row for row in ACTIONS if row["action"] == "note"), name))
        bundle = Bundle(client, client.platform_key).add("Q", dump({"cursor": {scope_code(text): 0 for text in ("g:A1", "t:A", "o:Z")}}).encode())
        bundle.add("P", client.body(operations)).add("B", hashlib.sha256(foreign).hexdigest().encode() + foreign)
        code, said, parts = import_bundle(world, client, bundle.end())
        check(code == 0, said)
        results = next(json.loads(data)["results"] for part, data in parts if part == "A")
        got = [row["code"] if row["r"] == "rejected" else row["r"] for row in results]
        world.judge(f"{name} by stick", expected, got)
        n_notes += got[-1] == "ok"
        scopes = {json.loads(line)["s"] for part, data in parts if part == "L" for line in data.decode().splitlines()
                  if json.loads(line)["t"] in ("row", "gone")}
        allowed = {"ref:370502", f"w:{name}"} | ({scope_code(seat["down"])} if seat["down"] != "-" else set())
        world.judge(f"{name} pages by stick", True, scopes <= allowed)
        world.judge(f"{name} photo by stick", 0, said["photos"])
    client, other = world.seats["author"], world.seats["second"]
    alien = Bundle(client, client.platform_key, replica=other.replica).add("P", client.body([client.report(GRIDS["A1"])]))
    client.seq, client.head = client.seq - 1, client.send("GET", "/v1/sync/state").json["last_hash"]
    world.judge("a bundle in another's name", 1, import_bundle(world, client, alien.end())[0] and 1)
    inside = Bundle(other, other.platform_key).add("P", client.body([client.report(GRIDS["A1"])]))
    client.seq -= 1
    client.head = client.send("GET", "/v1/sync/state").json["last_hash"]
    world.judge("another's push in the own bundle", 1, import_bundle(world, other, inside.end())[0] and 1)
    world.done(80)


def answer_of(world, desk, data, token=True):
    return world.seats[desk].send("POST", "/v1/bundles", data, {"Content-Type": "application/octet-stream"}, token)


def may_take(desk, unit):
    """From the tables alone: the clerks and dispatchers of a unit take what its own people bring."""
    return SEATS[desk]["role"] in "CP" and SEATS[desk]["down"] == f"t:{unit}"


def by_office(world):
    """Tablets of four units, their files handed in by every seat: POST /v1/bundles gives the hand that carries no other right."""
    for owner in ("author", "apart", "h-x", "d-z"):
        client, unit = world.platform.client(owner), SEATS[owner]["unit"]
        made = client.operation("resident.create", None, GRIDS["A1"], set=client.resident(GRIDS["A1"])["set"])
        expected = "ok" if owner == "author" else "no-right" if owner == "d-z" else "not-in-scope"
        bundle = Bundle(client, client.platform_key)
        bundle.add("Q", dump({"cursor": {scope_code(text): 0 for text in ("g:A1", "t:A", "o:Z")}}).encode())
        data = bundle.add("P", client.body([made])).end()
        taken = False
        for desk in sorted(SEATS, key=lambda name: may_take(name, unit)):  # those who may not come first
            answer = answer_of(world, desk, data)
            may = may_take(desk, unit)
            world.judge(f"{desk} hands in of {owner}", (200, None) if may else (403, "no-right"), (answer.status, answer.problem))
            taken |= may
            last = client.send("GET", "/v1/sync/state").json["last_seq"]
            world.judge(f"{desk} hands in of {owner}: operations taken", int(taken), last)
            if not may or answer.status != 200:
                continue
            parts = open_bundle(client, answer.body)
            (result,) = next(json.loads(part)["results"] for kind, part in parts if kind == "A")
            world.judge(f"{owner} through {desk}", expected, result.get("code", result["r"]))
            scopes = {json.loads(line)["s"] for kind, part in parts if kind == "L" for line in part.decode().splitlines()
                      if json.loads(line)["t"] in ("row", "gone")}
            down = SEATS[owner]["down"]
            allowed = {"ref:370502", f"w:{owner}"} | ({scope_code(down)} if down != "-" else set())
            world.judge(f"pages for {owner} through {desk}", True, scopes <= allowed)
        world.judge(f"nobody hands in of {owner}", 401, answer_of(world, "c-a", data, token=False).status)
    world.done(250)


def by_office_in_time(world):
    """Around the end of a desk, of a tablet, and of the tablet's place; files for and of somebody else."""
    platform, clock = world.platform, world.platform.clock
    lines = ["id,name,role,org_code,grid_code", f"carrier,样例,worker,{UNITS['A']},{GRIDS['A1']}", f"desk,样例,clerk,{UNITS['A']},"]
    platform.run("import", platform.put("carrier.csv", "\n".join(lines) + "\n"))
    tablet, world.seats["desk"] = platform.client("carrier"), platform.client("desk")

    def hand_in(what, desk, expected, client=tablet, **header):
        before = client.seq, client.head
        data = Bundle(client, header.pop("key", client.platform_key), **header).add("P", client.body([client.report(GRIDS["A1"])])).end()
        answer = answer_of(world, desk, data)
        world.judge(what, expected, answer.problem or answer.status)
        if answer.status != 200:
            client.seq, client.head = before

    hand_in("in its place", "desk", 200)
    hand_in("in another's name", "desk", "no-right", replica=uuid7())
    hand_in("for another office", "desk", "no-right", key=Key().public.raw)
    clock.advance(1000)
    platform.run("worker", "move", "carrier", GRIDS["B1"])
    hand_in("of one who went to another town", "desk", "no-right")
    hand_in("at the other town's desk", "c-b", 200)
    platform.run("worker", "move", "carrier", GRIDS["A1"])
    hand_in("of one who came back", "desk", 200)
    clock.advance(1000)
    platform.run("worker", "disable", "desk")
    hand_in("at a desk that is closed", "desk", "no-right")
    platform.run("worker", "enable", "desk")
    hand_in("at a desk that is open again", "desk", 200)
    clock.advance(12 * HOUR_MS - 2001)
    hand_in("a moment before its token ends", "desk", 200)
    clock.advance(1)
    hand_in("with a token that has ended", "desk", "token-expired")
    check(world.seats["desk"].try_session().status == 200 and tablet.try_session().status == 200, "a session")
    platform.run("revoke", tablet.device, "--keep-data")
    hand_in("of a tablet that was shut out", "desk", "no-right")
    platform.run("unlock", tablet.device)
    hand_in("of one that was let in again", "desk", 200)
    platform.run("revoke", world.seats["desk"].device, "--keep-data")
    hand_in("at a desk that was shut out", "desk", "token-expired")
    del world.seats["desk"]
    for seat in world.seats.values():
        check(seat.try_session().status == 200, "a session")
    world.done(13)


def held(client, **more):
    return dump({"replica": client.replica, "last_seq": client.seq, "last_hash": client.head, "durable_seq": 0,
                 "epoch": client.epoch, **more}).encode()


def moved_logs(world):
    """POST /v1/sync/move: everybody may for the own log and nobody for another's; the new name has the rights of the old one."""
    rows = {row["action"]: row for row in ACTIONS if row["action"] == "resident.create" or (row["action"], row["level"]) == ("report", "2")}
    other = world.seats["second"]
    for name in SEATS:
        client = world.platform.client(name)
        operations = [client.report(GRIDS["A1"]), client.resident(GRIDS["A1"])]
        expected = [expected_of(rows[action], name) for action in ("report", "resident.create")]
        world.judge(f"{name} before the move", expected, client.results(operations))

        def move(**more):
            return client.send("POST", "/v1/sync/move", held(client, **more), JSON)

        old = client.replica
        world.judge(f"{name} moves what is the same", old, move().json.get("replica"))
        for what, replica in (("another's log", other.replica), ("a log that is not", uuid7())):
            answer = move(replica=replica, last_hash="ab" * 32)
            world.judge(f"{name} moves {what}", (403, "no-right"), (answer.status, answer.problem))
        new = move(last_hash="ab" * 32).json["replica"]
        world.judge(f"{name} moves the own log", True, new not in (old, other.replica))
        world.judge(f"{name} asks again", new, move(last_hash="ab" * 32).json["replica"])
        stranger = client.send("POST", "/v1/sync/move", held(client), JSON, token=False)
        world.judge("nobody moves", 401, stranger.status)
        client.replica, client.seq, client.head = new, 0, "0" * 64
        check(client.try_session().status == 200, "a session of the new name")
        operations.append(client.report(GRIDS["A1"]))
        world.judge(f"{name} after the move", expected + expected[:1], client.results(operations))
        rows_down, scopes = client.pull({"g:" + GRIDS["A1"]: 0, "t:" + UNITS["A"]: 0, "w:second": 0})
        allowed = {"ref:370502", f"w:{name}"} | ({scope_code(SEATS[name]["down"])} if SEATS[name]["down"] != "-" else set())
        world.judge(f"{name} after the move: scopes", sorted(allowed), sorted(scopes["keep"] + scopes["add"]))
        world.judge(f"{name} after the move: rows", True, {row["s"] for row in rows_down} <= allowed)
        client.close()
    world.done(300)


def moved_in_time(world):
    """Ten moves of a device in a day; none with a token that ended, none by a device that was shut out."""
    platform, clock = world.platform, world.platform.clock
    client = platform.client("author")
    client.ok(client.report(GRIDS["A1"]))

    def move(i):
        answer = client.send("POST", "/v1/sync/move", held(client, last_hash=hashlib.sha256(b"%d" % i).hexdigest()), JSON)
        return answer.problem or answer.status

    first = clock()
    for i in range(10):
        world.judge(f"move {i + 1} of a day", 200, move(i))
    world.judge("one more", "rate", move(10))
    world.judge("a known one", 200, move(3))
    for after, expected in ((DAY_MS - 1, "rate"), (DAY_MS, 200)):
        clock.set(first + after)
        check(client.try_session().status == 200, "a session")
        world.judge(f"after {after} ms", expected, move(11))
    clock.advance(12 * HOUR_MS)
    world.judge("with a token that has ended", "token-expired", move(12))
    check(client.try_session().status == 200, "a session")
    platform.run("revoke", client.device, "--keep-data")
    world.judge("of a device that was shut out", "token-expired", move(13))
    answer = client.try_session()
    world.judge("and it gets no other", "device-revoked", answer.problem)
    for seat in world.seats.values():
        check(seat.try_session().status == 200, "a session")
    world.done(17)


# --- time --------------------------------------------------------------------------------------


def all_of(client, grid, event, person, conflict, at):
    """One of each kind of act on a grid, made at that moment."""
    return [client.report(grid, at=at), client.step(event[0], grid, "note", 10, event[1], at, opinion="x"),
            client.resident(grid, at), client.household(grid, at), client.operation("resident.confirm", person, grid, at),
            client.operation("resident.patch", person, grid, at, set={"needs": {"add": ["01"], "del": []}}),
            client.operation("resident.reveal", person, grid, at, reason="x", fields=["phone"]),
            *([client.operation("conflict.resolve", conflict, grid, at, expect={"ver": 1}, choose={"name": "theirs"})]
              if conflict else [])]


def moments(world):
    """Around the end of one assignment and the beginning of the next, to the millisecond, received late and later."""
    platform, clock = world.platform, world.platform.clock
    lines = ["id,name,role,org_code,grid_code", f"mover,样例,worker,{UNITS['A']},{GRIDS['A1']}"]
    platform.run("import", platform.put("mover.csv", "\n".join(lines) + "\n"))
    fast, slow, late = (platform.client("mover") for _ in range(3))
    author, beside = world.seats["author"], world.seats["beside"]
    event = {"A1": world.make_events([(10, 2)] * 12), "A2": None}
    people = {"A1": author.ok(author.resident(GRIDS["A1"]))[0], "A2": beside.ok(beside.resident(GRIDS["A2"]))[0]}
    event["A2"] = [(rec, 1) for rec in beside.ok(*[beside.report(GRIDS["A2"]) for _ in range(12)])]
    clock.advance(HOUR_MS)
    changes = []
    for command in (("move", "mover", GRIDS["A2"]), ("disable", "mover"), ("enable", "mover")):
        clock.advance(HOUR_MS)
        platform.run("worker", *command)
        changes.append(clock())
        clock.advance(1000)
    moved, gone, back = changes
    held = {"A1": lambda at: at < moved, "A2": lambda at: moved <= at < gone or at >= back}
    times = [at + step for at in changes for step in (-1, 0, 1)]

    def try_all(client, at_times, judge):
        for at, grid in itertools.product(at_times, ("A1", "A2")):
            operations = all_of(client, GRIDS[grid], event[grid].pop() if judge(grid, at) == "ok" else event[grid][0],
                                people[grid], None, at)
            for operation, got in zip(operations, client.results(operations)):
                world.judge(f"{operation['kind']} in {grid} made {at - moved} ms after the move", judge(grid, at), got)

    try_all(fast, times, lambda grid, at: "ok" if held[grid](at) else "not-in-scope")
    # A fortnight after the move, less a millisecond; then a fortnight.
    ends = {"A1": moved, "A2": gone}

    def late_by(now):
        def judge(grid, at):
            if not held[grid](at):
                return "not-in-scope"
            return "ok" if (grid == "A2" and at >= back) or now < ends[grid] + 14 * DAY_MS else "too-old"
        return judge

    for client, now in ((slow, moved + 14 * DAY_MS - 1), (late, moved + 14 * DAY_MS), (late, gone + 14 * DAY_MS - 1),
                        (late, gone + 14 * DAY_MS)):
        clock.set(now)
        check(client.try_session().status == 200, "a session")
        try_all(client, (moved - 1, gone - 1) if now < gone else (gone - 1, gone), late_by(now))
    world.done(150)
    for seat in world.seats.values():  # their tokens ended meanwhile
        check(seat.try_session().status == 200, "a session")


def conflict_of_one_who_left(world):
    """An author settles a conflict for as long as there is any right; disabled, not any more."""
    platform, clock = world.platform, world.platform.clock
    lines = ["id,name,role,org_code,grid_code", f"party,样例,worker,{UNITS['A']},{GRIDS['A1']}"]
    platform.run("import", platform.put("party.csv", "\n".join(lines) + "\n"))
    party, author, grid = platform.client("party"), world.seats["author"], GRIDS["A1"]

    def conflicts(n):
        people = author.ok(*[author.resident(grid, name=f"甲乙{i}") for i in range(n)])
        author.ok(*[author.operation("resident.patch", rec, grid, set={"name": [f"甲乙{i}", "先改"]}) for i, rec in enumerate(people)])
        mine = [party.operation("resident.patch", rec, grid, set={"name": [f"甲乙{i}", "后改"]}) for i, rec in enumerate(people)]
        check(set(party.results(mine)) == {"conflict"}, "no conflict")
        return [operation["op_id"] for operation in mine]

    def choice(rec, at=None):
        return party.operation("conflict.resolve", rec, grid, at, expect={"ver": 1}, choose={"name": "theirs"})

    open_ones = conflicts(6)
    clock.advance(HOUR_MS)
    platform.run("worker", "disable", "party")
    gone = clock()
    clock.advance(1000)
    for at, expected in ((gone - 1, "ok"), (gone, "no-right"), (gone + 1, "no-right")):
        world.judge(f"choice {at - gone} ms after the end", expected, party.results([choice(open_ones.pop(), at)])[0])
    rows, scopes = party.pull({f"g:{grid}": 0, "w:party": 0, "t:" + UNITS["A"]: 0})
    world.judge("persons go down to one who was disabled", [], [row["k"] for row in rows if row["k"] not in
                                                                 ("org", "grid", "worker", "standard", "calendar", "pack")])
    world.judge("and the grid is dropped", True, f"g:{grid}" in scopes["drop"])
    platform.run("worker", "enable", "party")
    world.judge("again", ["ok"], party.results([choice(open_ones.pop())]))
    world.done(6)


def photo_of_one_who_left(world):
    """One's own photo belongs to the grid: it may still be brought, not fetched any more."""
    platform, clock = world.platform, world.platform.clock
    lines = ["id,name,role,org_code,grid_code", f"snapper,样例,worker,{UNITS['A']},{GRIDS['A1']}"]
    platform.run("import", platform.put("snapper.csv", "\n".join(lines) + "\n"))
    client, data, waiting = platform.client("snapper"), picture(), picture()
    sha, late = (hashlib.sha256(part).hexdigest() for part in (data, waiting))
    client.ok(client.report(GRIDS["A1"], photos=[sha, late]))
    check(client.upload(data).status == 204, "upload")
    world.judge("own photo", 200, client.download(sha).status)
    clock.advance(1000)
    platform.run("worker", "move", "snapper", GRIDS["A2"])
    world.judge("own photo after the move", 404, client.download(sha).status)
    world.judge("how far one that waits is", 204, client.send("HEAD", f"/v1/blobs/{late}").status)
    world.judge("one that waits still comes up", 204, client.upload(waiting).status)
    platform.run("worker", "disable", "snapper")
    world.judge("after the end", 404, client.download(late).status)
    world.done(5)


def tokens_and_codes(world):
    """What opens the door ends to the millisecond: code, nonce, token."""
    platform, clock = world.platform, world.platform.clock
    for after, expected in ((1800_000 - 1, 201), (1800_000, 404), (1800_001, 404)):
        client, code = Client(platform.port, "author", clock), platform.code("author")
        clock.advance(after)
        world.judge(f"a code of {after} ms", expected, client.try_enrol(code).status)
        client.close()
    client, code = Client(platform.port, "author", clock), platform.code("author")
    client.try_enrol(code)
    thief = Client(platform.port, "author", clock)
    world.judge("a used code with another key", "code-used", thief.try_enrol(code).problem)
    for after, expected in ((60_000 - 1, 200), (60_000, 401), (60_001, 401)):
        nonce = client.nonce()
        clock.advance(after)
        world.judge(f"a nonce of {after} ms", expected, client.try_session(nonce).status)
    nonce = client.nonce()
    world.judge("a nonce once", 200, client.try_session(nonce).status)
    world.judge("a nonce twice", 401, client.try_session(nonce).status)
    world.judge("signed by another key", "bad-signature", client.try_session(key=thief.key).problem)
    for after, expected in ((12 * HOUR_MS - 1, 200), (12 * HOUR_MS, 401), (12 * HOUR_MS + 1, 401)):
        check(client.try_session().status == 200, "a session")
        clock.advance(after)
        world.judge(f"a token of {after} ms", expected, client.send("GET", "/v1/sync/state").status)
    check(client.try_session().status == 200, "a session")
    world.judge("end it", 204, client.send("DELETE", "/v1/session").status)
    world.judge("an ended token", 401, client.send("GET", "/v1/sync/state").status)
    for wrong in ("", "x", client.token[:-1], client.token + "A", "Ä", "a" * 8000):
        answer = client.send("GET", "/v1/sync/state", None, {"Authorization": f"Bearer {wrong}".encode()}, token=False)
        world.judge(f"token {wrong[:10]!r}", 401, answer.status)
    world.done(18)


def revoked(world):
    """From the moment on no door is open to the device; unlocked, all are."""
    platform = world.platform
    client = platform.client("author")
    data = picture()
    sha = hashlib.sha256(data).hexdigest()
    client.ok(client.report(GRIDS["A1"], photos=[sha]))
    client.upload(data)
    events = len(platform.events())

    def doors(status):
        told = {"push": client.push([client.report(GRIDS["A1"])]), "pull": client.send("POST", "/v1/sync/pull", b'{"cursor":{}}', JSON),
                "state": client.send("GET", "/v1/sync/state"), "photo": client.download(sha), "upload": client.upload(b"x", sha)}
        for name, answer in told.items():
            world.judge(f"{name}", status, answer.status)
        client.seq, client.head = client.seq - 1, head

    head = client.head
    platform.run("revoke", client.device, "--keep-data")
    doors(401)  # its sessions ended
    answer = client.try_session()
    world.judge("session", ("device-revoked", None), (answer.problem, answer.json.get("wipe")))
    bundle = Bundle(client, client.platform_key).add("P", client.body([client.report(GRIDS["A1"])])).end()
    client.seq, client.head = client.seq - 1, head
    world.judge("bundle", 4, import_bundle(world, client, bundle)[0])
    world.judge("nothing came in", events, len(platform.events()))
    platform.run("unlock", client.device)
    check(client.try_session().status == 200, "unlocked")
    client.ok(client.report(GRIDS["A1"]))
    platform.run("revoke", client.device)
    answer = client.try_session()
    world.judge("the order to erase", client.device, answer.json["wipe"]["device_id"])
    world.done(9)


def whole(world):
    """After all that the platform passes its own check, and nothing that was refused has left a trace."""
    platform = world.platform
    check(json.loads(platform.run("check"))["good"], "check")
    for event in json.loads(platform.run("list", "events", "--json")):
        check(event["grid_code"] in GRIDS.values(), event)


wangge.main(who_may, forged, what_goes_down, by_stick, by_office, by_office_in_time, moved_logs, moved_in_time, moments, conflict_of_one_who_left, photo_of_one_who_left,
            tokens_and_codes, revoked, whole, make=World)
