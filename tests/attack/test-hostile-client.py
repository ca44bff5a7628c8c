#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A client that means harm against the daemon: whatever it sends, nothing wrong is applied (the database is compared), the
# memory stays bounded, and an honest terminal is answered all the while.
import concurrent.futures
import hashlib
import json
import os
import resource
import socket
import threading
import time

from client import JSON, LINES, Client, bytes64, dump, picture, uuid7, zstd
from database import Database
from world import Platform, Skip, check, wangge

GRID, OTHER = "370502001001001", "370502001001002"
TOKENS = ("challenge", "session", "throttle", "enrolment")  # come and go by themselves
SENT = ("op", "replica", "refused")  # what was said and refused stays as such
ROOM_KIB = 256 * 1024  # 2,000 connections, 16 readers and bodies of 4 MiB under way
FLOOD = 3000


class Honest(threading.Thread):
    """A terminal at work beside the attack; every request must be answered."""

    def __init__(self, platform):
        super().__init__(daemon=True)
        self.client = platform.client("w0002")
        self.over, self.n, self.slowest, self.failed = threading.Event(), 0, 0, []

    def run(self):
        while not self.over.wait(0.02):
            begun = time.monotonic()
            try:
                status = self.client.send("GET", "/v1/sync/state").status
            except OSError as error:
                status = repr(error)
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.n += 1
            if status != 200:
                self.failed.append(status)

    def end(self):
        self.over.set()
        self.join()
        print(f"# honest terminal: {self.n} requests, slowest {self.slowest:.2f} s, {len(self.failed)} failed")
        check(not self.failed and self.n > 50, self.failed[:5])


class World:
    def __init__(self):
        self.platform = Platform()
        try:
            self.fill()
        except BaseException:
            self.platform.close()
            raise

    def fill(self):
        platform = self.platform
        with open(os.path.join(platform.folder, "platform.key"), encoding="ascii") as file:
            self.database = Database(os.path.join(platform.folder, "platform.db"), bytes64(file.read().strip()))
        self.client, self.victim = platform.client("w0001"), platform.client("w0003")
        self.event, self.person = self.client.ok(self.client.report(GRID), self.client.resident(GRID))
        self.begun_kib = platform.memory_kib()[1]
        self.honest = Honest(platform)
        self.honest.start()
        self.slow = Slow(platform.port)
        self.slow.start()

    def close(self):
        self.database.close()
        self.platform.close()

    def snapshot(self, without=()):
        return {table: self.database.digest(table, ("seen_ms", "n_waiting", "n_photos", "app") if table == "replica" else ())
                for table in self.database.tables() if table not in TOKENS + tuple(without)}

    def same(self, before, what, without=()):
        after = self.snapshot(without)
        changed = [table for table in after if before.get(table) != after[table]]
        check(not changed, f"{what} changed {changed}")

    def alive(self):
        check(self.platform.process.poll() is None, "the daemon is gone")


# --- bytes of HTTP -----------------------------------------------------------------------------

END = b"\r\n\r\n"


def exchange(port, data, timeout=15):
    """What comes back for these bytes: the status of the first answer, 0 when it was closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as line:
        got = b""
        try:
            line.sendall(data)
            while b"\r\n" not in got:
                piece = line.recv(4096)
                if not piece:
                    break
                got += piece
        except OSError:  # it was closed, or nothing came for so long
            pass
    return int(got.split(b" ")[1]) if got.startswith(b"HTTP/1.") else 0


def frames(world):
    """(what, bytes, statuses that are right); 0: the line is closed."""
    token = world.client.token.encode()
    who = b"Host: x\r\nAuthorization: Bearer " + token + b"\r\n"
    lines = b"Content-Type: application/x-ndjson\r\n"
    body = world.client.frame([], world.client.seq + 1, world.client.head)
    push, state = b"POST /v1/sync/push HTTP/1.1\r\n" + who + lines, b"GET /v1/sync/state HTTP/1.1\r\n" + who
    blob = b"/v1/blobs/" + b"a" * 64

    def sized(n, head=push, content=body):
        return head + b"Content-Length: " + n + END + content

    n = b"%d" % len(body)
    yield from (
        ("authorization twice", state + b"Authorization: Bearer " + token + END, (400,)),
        ("authorization twice, one empty", state + b"Authorization:" + END, (400, 401)),
        ("type twice", sized(n, push + lines), (400,)),
        ("length twice, the same", sized(n, push + b"Content-Length: " + n + b"\r\n"), (400, 0)),
        ("length twice, two", sized(n, push + b"Content-Length: 1\r\n"), (400, 0)),
        ("encoding twice", sized(n, push + b"Content-Encoding: zstd\r\nContent-Encoding: identity\r\n"), (400,)),
        ("offset twice", sized(b"1", b"PATCH " + blob + b" HTTP/1.1\r\n" + who + b"Content-Type: application/offset+octet-stream\r\n"
                               b"Upload-Offset: 0\r\nUpload-Offset: 5\r\nUpload-Length: 9\r\n", b"x"), (400,)),
        ("host twice", state + b"Host: y" + END, (400, 200)),
        ("length and chunks", sized(n, push + b"Transfer-Encoding: chunked\r\n"), (400, 0)),
        ("another encoding of transfer", push + b"Transfer-Encoding: gzip" + END + body, (400, 411, 501, 0)),
        ("a length too short", sized(b"5"), (400,)),
        ("a length too long", sized(b"%d" % (len(body) + 50)), (0, 400)),
        ("a length below 0", sized(b"-5"), (400, 0)),
        ("a length of 2^64", sized(b"18446744073709551616"), (400, 413, 0)),
        ("a length of 2^63", sized(b"9223372036854775808"), (400, 413, 0)),
        ("a length of a terabyte", sized(b"1099511627776"), (413,)),
        ("a length with a sign", sized(b"+" + n), (400, 0)),
        ("a length in hex", sized(b"0x10"), (400, 0)),
        ("a length with words", sized(b"ten"), (400, 0)),
        ("a length, a comma", sized(n + b", " + n), (400, 0)),
        ("no length", push + END, (400, 411, 0)),
        ("a chunk without end", push + b"Transfer-Encoding: chunked" + END + b"FFFFFFFFFFFFFFFFF\r\n", (400, 413, 0)),
        ("a chunk of words", push + b"Transfer-Encoding: chunked" + END + b"zz\r\nx", (400, 0)),
        ("a chunk below 0", push + b"Transfer-Encoding: chunked" + END + b"-1\r\nx", (400, 0)),
        ("a chunk with 100 kB beside it", push + b"Transfer-Encoding: chunked" + END + b"1;" + b"a" * 100_000 + b"\r\nx", (400, 413, 431, 0)),
        ("chunks of 3 MiB", push + b"Transfer-Encoding: chunked" + END + b"300000\r\n" + b"x" * 0x300000 + b"\r\n0\r\n\r\n", (413, 0)),
        ("a header of 20 kB", state + b"X: " + b"a" * 20_000 + END, (431, 0)),
        ("600 headers", state + b"".join(b"X-%d: a\r\n" % i for i in range(600)) + b"Y: z" + END, (431, 200, 0)),
        ("a line of 20 kB", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x" + END, (404, 414, 431, 0)),
        ("a header folded", state + b"X: a\r\n b: c" + END, (200, 400, 0)),
        ("a zero in a header", state + b"X: a\0b" + END, (400, 200, 0)),
        ("a zero in the token", b"GET /v1/sync/state HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + b"\0x" + END, (400, 401, 0)),
        ("a blank before the colon", b"GET /v1/sync/state HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer " + token + END, (400, 401, 0)),
        ("no host", b"GET /v1/sync/state HTTP/1.1\r\nAuthorization: Bearer " + token + END, (200, 400)),
        ("no version", b"GET /v1/hello\r\n\r\n", (200, 400, 505, 0)),
        ("a version of ours", b"GET /v1/hello HTTP/9.9\r\nHost: x" + END, (400, 505, 0)),
        ("the next version", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 404, 405, 505, 0)),
        ("TLS to a plain port", bytes.fromhex("1603010200010001fc0303") + bytes(300), (400, 0)),
        ("zeros", bytes(5000), (400, 0)),
        ("a method of ours", b"BREW /v1/hello HTTP/1.1\r\nHost: x" + END, (400, 405, 501)),
        ("TRACE", b"TRACE /v1/hello HTTP/1.1\r\nHost: x" + END, (405, 400, 501)),
        ("CONNECT", b"CONNECT x:443 HTTP/1.1\r\nHost: x" + END, (404, 405, 400, 501)),
        ("up and away", b"GET /v1/blobs/../../../../etc/passwd HTTP/1.1\r\n" + who + END, (404,)),
        ("up and away, hidden", b"GET /v1/blobs/%2e%2e%2f%2e%2e%2fplatform.key HTTP/1.1\r\n" + who + END, (404,)),
        ("a zero in the path", b"GET /v1/blobs/" + b"a" * 63 + b"%00 HTTP/1.1\r\n" + who + END, (404, 400)),
        ("a hash in capitals", b"GET /v1/blobs/" + b"A" * 64 + b" HTTP/1.1\r\n" + who + END, (404,)),
        ("a hash too long", b"GET " + blob + b"a HTTP/1.1\r\n" + who + END, (404,)),
        ("two slashes", b"GET //v1//sync/state HTTP/1.1\r\n" + who + END, (404,)),
        ("another's address", b"GET http://other.example/v1/sync/state HTTP/1.1\r\n" + who + END, (404, 200, 400)),
        ("another protocol", b"GET /v1/hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket" + END, (200, 400)),
        ("metrics of another", b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1" + END, (200, 404, 403)),
        ("a type of ours", sized(n, b"POST /v1/sync/push HTTP/1.1\r\n" + who + b"Content-Type: text/html\r\n"), (415,)),
        ("an encoding of ours", sized(n, push + b"Content-Encoding: br\r\n"), (415, 400)),
        ("no zstd", sized(n, push + b"Content-Encoding: zstd\r\n"), (400,)),
        ("a range behind the end", b"GET " + blob + b" HTTP/1.1\r\n" + who + b"Range: bytes=99999999999-" + END, (404, 416)),
        ("two requests in one", state + END + state + END, (200,)),
        ("a push inside a body", sized(b"%d" % (len(push) + 20), push, push + b"x" * 20), (400,)),
    )


def http(world):
    """Every framing of a request that one could think of."""
    before, cases = world.snapshot(), list(frames(world))
    with concurrent.futures.ThreadPoolExecutor(20) as pool:  # some of them wait until the daemon ends them
        told = list(pool.map(lambda case: exchange(world.platform.port, case[1]), cases))
    world.alive()
    for (what, _, right), status in zip(cases, told):
        check(status in right, f"{what}: {status}, not one of {right}")
    print(f"# {len(cases)} requests")
    for what, head, piece in (("headers", b"GET /v1/hello HTTP/1.1\r\n", b"X-%d: aaaaaaaaaaaaaaaa\r\n"), ("a line", b"GET /", b"%d")):
        check(endless(world.platform.port, head, piece) < 1 << 20, f"{what} without end are read on and on")
    world.same(before, "a request")


def endless(port, head, piece):
    """How many bytes are taken before somebody says stop."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        n = 0
        try:
            line.sendall(head)
            while n < 1 << 20:
                n += line.send(b"".join(piece % i for i in range(n, n + 64)))
        except (ConnectionError, BrokenPipeError, TimeoutError):
            pass
    return n


# --- bodies ------------------------------------------------------------------------------------


def rle_bomb(blocks, window=0x58):
    """A zstd frame of blocks of 128 KiB zeros, four bytes each."""
    out = bytes.fromhex("28b52ffd") + bytes((0x00, window))
    size = 128 * 1024
    for i in range(blocks):
        out += ((i == blocks - 1) | 1 << 1 | size << 3).to_bytes(3, "little") + b"\0"
    return out


def bodies(world):
    """(what, path, headers, body, statuses). All with a good token; what could be a push is signed."""
    client = world.client

    def push(lines, **more):
        return client.frame(lines, client.seq + 1, client.head, **more)

    def line(**more):
        operation = {**client.operation("event.step", world.event, GRID, expect={"state": 10, "step_no": 1},
                                        step={"action": "note", "opinion": "x"}), **more}
        return dump({"t": "op", "seq": client.seq + 1, **operation})

    good, packed = line(), {**LINES, "Content-Encoding": "zstd"}
    deep, dummy = "[" * 30_000 + "]" * 30_000, "{" + '"a":{' * 5_000 + "}" * 5_001
    yield from ((what, "/v1/sync/push", packed, body, (400, 413)) for what, body in (
        ("2 GiB of zeros", rle_bomb(16384)), ("3 MiB of zeros in a hundred bytes", rle_bomb(24)), ("4 MiB and more", rle_bomb(33)),
        ("a window of 2 GiB", rle_bomb(4, 0xA8)), ("a bomb twice", rle_bomb(100) * 2), ("a frame cut", zstd(push([good]))[:-3]),
        ("something behind a frame", zstd(push([good])) + b"x"), ("a frame to be skipped", bytes.fromhex("502a4d18ff000000") + bytes(255)),
        ("a frame in a frame", zstd(zstd(push([good])))), ("a size that is a lie", bytes.fromhex("28b52ffde0ffffffffffffff7f010000"))))
    yield from ((what, "/v1/sync/push", LINES, body, (400, 413)) for what, body in (
        ("depth", push([line(step=json.loads("[" * 40 + "]" * 40))])), ("great depth", push([good[:-1] + ',"x":' + deep + "}"])),
        ("depth of the header", dummy.encode() + b"\n" + push([good])), ("a name twice", push([good[:-1] + ',"seq":1}'])),
        ("a name twice, hidden", push([good[:-1] + ',"\\u0073eq":1}'])), ("no number", push([good[:-1] + ',"x":NaN}'])),
        ("a number without end", push([good[:-1] + ',"x":1e999}'])), ("2^53", push([line(at=2**53 + 1)])),
        ("not UTF-8", push([good]).replace(b"note", b"n\xffte")), ("a zero", push([good]).replace(b"note", b"n\0te")),
        ("half a pair", push([good[:-1] + ',"x":"\\ud800"}'])), ("a mark in front", b"\xef\xbb\xbf" + push([good])),
        ("an empty line", push([good]).replace(b"\n", b"\n\n")), ("CR LF", push([good]).replace(b"\n", b"\r\n")),
        ("no last line end", push([good])[:-1]), ("half a push", push([good])[:200]), ("nothing", b""),
        ("no operation", push([])), ("more than told", push([good], n=5)), ("fewer than told", push([good], n=0)),
        ("501 operations", push([line(seq=client.seq + 1 + i) for i in range(501)])), ("a line of 70 kB", push([line(x="a" * 70_000)])),
        ("2 MiB", push([line(seq=client.seq + 1 + i, x="a" * 60_000) for i in range(40)])), ("another version", push([good], v=2)),
        ("JSON for lines", b"[1,2,3]"), ("not an object", push(["7"])), ("a list", push(["[]"])), ("no id", push([line(op_id="x")])),
        ("a number that is a text", push([line(seq="1")]))))
    yield from ((what, "/v1/sync/pull", JSON, body, right) for what, body, right in (
        ("depth", deep.encode(), (400,)), ("no cursor", b"{}", (200, 400)), ("a cursor of words", b'{"cursor":{"g:1":"x"}}', (400,)),
        ("a cursor below 0", b'{"cursor":{"g:%s":-5}}' % GRID.encode(), (200, 400)),
        ("a cursor far ahead", b'{"cursor":{"g:%s":9007199254740991}}' % GRID.encode(), (200,)),
        ("3,000 scopes", dump({"cursor": {f"g:{i}": 0 for i in range(3000)}}).encode(), (200, 400, 413)),
        ("10,000 scopes", dump({"cursor": {f"g:{i:015}": 0 for i in range(10000)}}).encode(), (413,)),
        ("no rows", b'{"cursor":{},"max_rows":0}', (200, 400)), ("rows below 0", b'{"cursor":{},"max_rows":-1}', (200, 400)),
        ("all rows", b'{"cursor":{},"max_rows":9007199254740991}', (200, 400)), ("SQL", dump({"cursor": {"g:' OR 1=1 --": 0}}).encode(), (200, 400))))
    yield from ((what, path, JSON, body, (400, 401, 404, 413)) for path in ("/v1/enrol", "/v1/session", "/v1/session/challenge")
                for what, body in (("depth", deep[:60_000].encode()), ("nothing", b""), ("an empty object", b"{}"), ("no object", b"null"),
                                   ("64 KiB of one name", b'{"' + b"a" * 65_000 + b'":1}'), ("SQL", b'{"device_id":"\' OR 1=1 --"}')))


def content(world):
    """Bombs, depth, doubles, cuts; each refused as a whole."""
    before, n = world.snapshot(), 0
    for what, path, headers, body, right in bodies(world):
        status = world.client.send("POST", path, body, headers).status
        world.alive()
        check(status in right, f"{path} {what}: {status}, not one of {right}")
        n += 1
    world.same(before, "a body")
    print(f"# {n} bodies")


# --- chains ------------------------------------------------------------------------------------


def chains(world):
    """Replay, fork, gap, and somebody else's name on the push."""
    client, victim = world.client, world.victim
    note = [client.step(world.event, GRID, "note", 10, 1, opinion="x")]
    start = (client.seq, client.head)
    body = client.body(note)
    first = client.send("POST", "/v1/sync/push", body, LINES)
    check(first.json["results"][0]["r"] == "ok", first)
    before = world.snapshot()
    for _ in range(3):
        again = client.send("POST", "/v1/sync/push", body, LINES)
        check(again.status == 200 and again.json["results"] == first.json["results"], again)
    other = client.report(GRID)

    def say(what, data, status, problem, by=client):
        answer = by.send("POST", "/v1/sync/push", data, LINES)
        check(answer.status == status and answer.problem in problem, f"{what}: {answer}")
        world.same(before, what)
        return answer

    end = (client.seq, client.head)

    def make(seq, previous, operations, **more):
        client.seq, client.head = seq, previous
        data = client.body(operations, **more)
        client.seq, client.head = end
        return data

    fork = say("a fork", make(*start, [other]), 409, ("replica-forked",))
    check((fork.json["last_seq"], fork.json["last_hash"]) == end, fork)
    say("another beginning", make(0, "0" * 64, [other]), 409, ("replica-forked",))
    gap = say("a gap", make(end[0] + 5, end[1], [other]), 409, ("gap",))
    check(gap.json["expected"] == end[0] + 1, gap)
    say("another head before", make(end[0], "ab" * 32, [other]), 409, ("replica-forked",))
    say("a wrong head", make(*end, [other], head="cd" * 32), 400, ("chain-broken", "bad-signature"))
    say("another's signature", make(*end, [other], sig=victim.key.sign("x")), 400, ("bad-signature",))
    say("a signature of zeros", make(*end, [other], sig="A" * 86), 400, ("bad-signature",))
    say("another platform's time", make(*end, [other], epoch=uuid7()), 409, ("epoch-changed",))
    good = make(*end, [other])
    say("a line changed on the way", good.replace("路面积水".encode(), "路面结冰".encode()), 400, ("chain-broken", "bad-signature"))
    say("a header changed on the way", good.replace(b'"boot":"', b'"boot":"x', 1), 400, ("chain-broken", "bad-signature"))
    say("the lines turned round", turned(client, end), 400, ("chain-broken", "malformed"))
    say("another's replica", make(*end, [other], replica=victim.replica), 403, ("no-right",))
    say("another's push", good, 403, ("no-right",), victim)
    answer = victim.send("POST", "/v1/sync/push", good, {**LINES, "Authorization": "Bearer " + "a" * 43}, token=False)
    check(answer.status == 401, answer)
    world.same(before, "an unknown token")
    client.seq, client.head = end
    client.ok(client.report(GRID))


def turned(client, end):
    client.seq, client.head = end
    lines, first, before = client.lines([client.report(GRID), client.report(GRID)])
    client.seq, client.head = end
    return client.frame(lines[::-1], first, before)


def operations(world):
    """Good pushes with bad operations: each is a refusal of its own, and changes nothing else."""
    client, victim = world.client, world.victim
    theirs = victim.ok(victim.report("370502001002001"), victim.resident("370502001002001"))
    now = client.clock()
    before = world.snapshot(SENT + ("audit",))

    def changed(operation, **more):
        operation.update(more)
        return operation

    def field(**more):
        return client.report(GRID, **more)

    wrong = [
        ("another actor", changed(client.report(GRID), actor="w0003")), ("no actor", changed(client.report(GRID), actor="")),
        ("an actor of ours", changed(client.report(GRID), actor="platform")), ("another grid", client.report(OTHER)),
        ("another grid's scope", changed(client.report(GRID), scope=f"g:{OTHER}")), ("the town's scope", changed(client.report(GRID), scope="t:370502001")),
        ("no grid", client.report("999999999999999")), ("another's event", client.step(theirs[0], GRID, "withdraw", 10, 1, opinion="x")),
        ("another's person", client.operation("resident.void", theirs[1], GRID, reason="x")),
        ("a person as a household", client.operation("household.void", world.person, GRID, reason="x")),
        ("an event as a person", client.operation("resident.void", world.event, GRID, reason="x")),
        ("nobody's event", client.step(uuid7(), GRID, "note", 10, 1, opinion="x")), ("the record twice", changed(client.report(GRID), rec=world.event)),
        ("a kind of ours", client.operation("event.delete", world.event, GRID)), ("a kind of records of ours", client.operation("admin.create", None, GRID, set={})),
        ("a schema to come", changed(client.report(GRID), schema=999)), ("a state", field(state=80)), ("a number", field(event_no="370502202601010000001")),
        ("a version", field(ver=7)), ("a time of receipt", field(received_ms=1)), ("a reporter", field(reporter="w0003")),
        ("a field of ours", field(admin=True)), ("a level of ours", field(level=9)), ("no class", field(class_code="9999")),
        ("a standard of ours", field(class_std="x")), ("a text of 60 kB", field(description="水" * 20_000)),
        ("a place on the moon", field(lon=500.0, lat=91.0)), ("a photo that is no hash", field(photos=["../../platform.key"])),
        ("300 photos", field(photos=["ab" * 32] * 300)), ("a state it is not in", client.step(world.event, GRID, "supplement", 11, 1, opinion="x")),
        ("a step it had", client.step(world.event, GRID, "note", 10, 99, opinion="x")), ("the machine's step", client.step(world.event, GRID, "expire", 10, 1)),
        ("a step of ours", client.step(world.event, GRID, "delete", 10, 1)), ("a duplicate of itself", client.step(world.event, GRID, "duplicate", 10, 1, duplicate_of=world.event)),
        ("who confirmed", client.operation("resident.patch", world.person, GRID, set={"confirmed_by": [None, "w0003"]})),
        ("back to life", client.operation("resident.patch", world.person, GRID, set={"voided": [None, True]})),
        ("into another grid", client.operation("resident.patch", world.person, GRID, set={"grid_code": [GRID, OTHER]})),
        ("a citizen number that is none", client.resident(GRID, id_kind="111", id_no="110105194912310021")),
        ("time below 0", changed(client.report(GRID), at=-1)), ("boot time below 0", changed(client.report(GRID), mono=-5)),
        ("a reveal without a reason", client.operation("resident.reveal", world.person, GRID, fields=["phone"])),
        ("a reveal of what is not there", client.operation("resident.reveal", world.person, GRID, reason="x", fields=["secret"])),
        ("a conflict that is none", client.operation("conflict.resolve", uuid7(), GRID, expect={"ver": 1}, choose={"name": "mine"})),
        ("no content", client.operation("event.create", None, GRID, set={"grid_code": GRID})),
        ("SQL", client.operation("resident.patch", world.person, GRID, set={"name'; DROP TABLE event; --": [None, "x"]})),
    ]
    told = client.results([operation for _, operation in wrong])
    for (what, _), got in zip(wrong, told):
        check(got not in ("ok", "conflict"), f"{what}: {got}")
    world.same(before, "an operation", SENT + ("audit",))
    check(client.results([wrong[0][1]])[0] == "no-right", "the same once more")

    # Times that are a lie are taken as what they can be: nothing lies ahead of the platform's clock.
    day = 86_400_000
    lies = [client.report(GRID, at=now) for _ in range(4)]
    for operation, at, mono, boot in zip(lies, (now + 400 * day, 2**53 - 1, 0, now), (0, 0, 0, 2**53 - 1), ("x", "y", "z", client.boot)):
        operation.update(at=at, mono=mono, boot=boot)
        operation["set"].update(reported_ms=min(at, 4 * 10**12), occurred_ms=min(max(at, 1), 4 * 10**12))
    events = world.platform.events()
    told = client.results(lies)
    after = world.platform.events()
    for operation, got in zip(lies, told):
        if got == "ok":
            fields = after[operation["rec"]][0]["body"]["f"]
            limit = client.clock() + 1000
            check(fields["reported_ms"] <= limit and fields["occurred_ms"] <= limit, f"taken as said: {fields}")
            far = abs(operation["at"] - now) > day
            check(not far or fields.get("clock_suspect"), f"not in doubt: {fields}")
        else:
            check(got == "invalid-field", got)
    check(len(after) - len(events) == told.count("ok"), "counted")

    # An operation's id once more under another number: known, and nothing happens; with other words it
    # is another operation, and refused.
    again = client.report(GRID)
    client.ok(again)
    before = world.snapshot(SENT)
    check(client.results([again]) == ["ok"], "an id once more")
    again["set"]["description"] = "另一句话"
    check(client.results([again]) == ["duplicate-record"], "an id once more, other words")
    world.same(before, "an id once more", SENT)
    print(f"# {len(wrong) + len(lies)} operations")


def photos(world):
    """Uploads that lie about name, length, offset or content; no file is left of them."""
    client = world.client
    data = picture() + os.urandom(2000)
    sha, page, huge = hashlib.sha256(data).hexdigest(), b"<html>" + os.urandom(100), "ef" * 32
    client.ok(client.report(GRID, photos=[sha, hashlib.sha256(page).hexdigest(), huge]))
    before = world.snapshot()
    stream = {"Content-Type": "application/offset+octet-stream"}

    def say(what, right, answer):
        check(answer.status in right, f"{what}: {answer}")

    for what, offset, length, right in (("ahead", "5", "9000", (409,)), ("below 0", "-1", "9000", (400,)), ("words", "x", "9000", (400,)),
                                        ("no length", "0", "", (400,)), ("a length of 0", "0", "0", (400, 413)),
                                        ("a length of 1 GiB", "0", str(1 << 30), (413,)), ("a length below 0", "0", "-7", (400, 413)),
                                        ("2^64", "18446744073709551616", "9000", (400, 409))):
        headers = {**stream, "Upload-Offset": offset, **({"Upload-Length": length} if length else {})}
        say(what, right, client.send("PATCH", f"/v1/blobs/{sha}", data, headers))
    say("nobody's photo", (404,), client.upload(data, "12" * 32))
    say("of another tablet", (404,), world.victim.upload(data, sha))
    say("other bytes", (422,), client.upload(data[:-1] + b"x", sha))
    say("no picture", (415, 422, 400), client.upload(page))
    say("longer than told", (400, 409, 413, 422), client.send("PATCH", f"/v1/blobs/{sha}", data * 2, {**stream, "Upload-Offset": "0", "Upload-Length": str(len(data))}))
    left = [name for name in os.listdir(os.path.join(world.platform.folder, "blobs")) if name not in ("part",)]
    print(f"# {len(left)} photos and packs")
    say("the right one", (204,), client.upload(data))
    say("it comes back", (200,), client.download(sha))
    check(client.download(sha).body == data, "other bytes come back")
    for value in ("bytes=99999999999-", "bytes=-", "bytes=5-2", "bytes=0-1,5-9", "lines=0-", "bytes=-9223372036854775809"):
        answer = client.send("GET", f"/v1/blobs/{sha}", None, {"Range": value})
        check(answer.status in (200, 206, 416), answer)
    world.same(before, "an upload", ("blob",))


def codes(world):
    """Guessing enrolment codes is stopped long before it pays."""
    stranger, told = Client(world.platform.port, "w0001"), []
    code = world.platform.code("w0001")
    for i in range(40):
        told.append(stranger.try_enrol(f"0000-0000-{i:04}-0").status)
    check(set(told) <= {400, 404, 429} and told[-1] == 429, told)
    check(told.count(404) <= 20, told)
    check(stranger.try_enrol(code).status == 429, "a good code among guesses")
    stranger.close()


# --- many and slow -----------------------------------------------------------------------------


def open_lines(port, n):
    lines = []
    try:
        for _ in range(n):
            lines.append(socket.create_connection(("127.0.0.1", port), timeout=5))
    except OSError:
        pass
    return lines


def closed(line):
    """Whether the daemon has ended it."""
    line.setblocking(False)
    try:
        while True:
            if not line.recv(4096):
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def many_and_slow(world):
    """Thousands of lines that say nothing, headers and bodies that come a byte a second: all are ended, nobody else waits."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < FLOOD + 500:
        raise Skip(f"only {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before, port = world.snapshot(), world.platform.port
    begun, idle, slow = time.monotonic(), open_lines(port, FLOOD), world.slow
    print(f"# {len(idle)} idle lines")
    check(len(idle) == FLOOD, "could not open them")
    fresh, pause = world.platform.client("w0004"), threading.Event()
    while (left := [line for line in idle if not closed(line)]) and time.monotonic() - begun < 30:
        pause.wait(0.5)
        check(fresh.send("GET", "/v1/sync/state").status == 200, "a new terminal")
    check(not left, f"{len(left)} idle lines are still open")
    print(f"# all ended within {time.monotonic() - begun:.0f} s")
    slow.join(60)
    check(not slow.is_alive() and not slow.open, f"{len(slow.open)} slow lines are still open after {slow.spent:.0f} s")
    print(f"# {len(slow.lines)} slow lines ended within {slow.spent:.0f} s")
    for line in idle:
        line.close()
    client = world.platform.client("w0005")
    check(client.send("GET", "/v1/sync/state").status == 200, "a terminal that comes after it")
    world.same({**before, **{name: world.snapshot()[name] for name in ("device", "replica", "audit")}}, "a line")


class Slow(threading.Thread):
    """Lines whose headers or bodies come some bytes a second, until the daemon has ended each."""

    HEADS = [(b"GET /v1/hello HTTP/1.1\r\n", b"X-a: b\r\n"),
             (b"POST /v1/session/challenge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n", b" "),
             (b"POST /v1/session/challenge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")]
    def __init__(self, port):
        super().__init__(daemon=True)
        self.lines, self.spent = open_lines(port, 150), 0
        self.open = set(range(len(self.lines)))
        for i, line in enumerate(self.lines):
            line.sendall(self.HEADS[i % 3][0])

    def run(self):
        begun, pause = time.monotonic(), threading.Event()
        while self.open and self.spent < 55:
            pause.wait(1)
            for i in sorted(self.open):
                try:
                    if closed(self.lines[i]):
                        raise ConnectionError
                    self.lines[i].setblocking(True)
                    self.lines[i].send(self.HEADS[i % 3][1])
                except OSError:
                    self.open.discard(i)
            self.spent = time.monotonic() - begun
        for line in self.lines:
            line.close()


def whole(world):
    """The honest terminal was answered all the while, the memory stayed within its bounds, the database is whole."""
    world.honest.end()
    highest, now = world.platform.memory_kib()
    print(f"# memory: {world.begun_kib} KiB at the beginning, {highest} KiB at most, {now} KiB in the end")
    check(highest < world.begun_kib + ROOM_KIB, f"{highest} KiB")
    check(json.loads(world.platform.run("check"))["good"], "check")
    world.client.ok(world.client.report(GRID))


wangge.main(http, content, chains, operations, photos, many_and_slow, codes, whole, make=World)
