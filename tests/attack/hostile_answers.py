# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hostile or broken server may answer, as data: by stage of a round, the name and what is done to the true answer.

A script gets the true answer (status, headers as a dict, body) and gives the raw bytes that go out instead; a generator
gives them in pieces, for as long as somebody reads.
"""
import json

from client import dump, uuid7, zstd

EPOCH = "01960000-0000-7000-8000-0000000000ff"
HTML = b"<html><head><meta http-equiv=refresh content='0;url=http://portal.example'></head><body>Sign in</body></html>"
STAGES = {  # stage → method and beginning of the path
    "hello": ("GET", "/v1/hello"), "challenge": ("POST", "/v1/session/challenge"), "session": ("POST", "/v1/session"),
    "push": ("POST", "/v1/sync/push"), "pull": ("POST", "/v1/sync/pull"), "head": ("HEAD", "/v1/blobs/"),
    "patch": ("PATCH", "/v1/blobs/"), "get": ("GET", "/v1/blobs/"),
}


def raw(status, headers, body, length=None):
    head = f"HTTP/1.1 {status} x\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def kept(true, without=(), **more):
    """The true headers but for those that the frame says."""
    drop = {"content-length", "transfer-encoding", "connection", "date", *without}
    return {**{name: value for name, value in true[1].items() if name.lower() not in drop},
            **{name.replace("_", "-"): value for name, value in more.items()}}


def problem(status, name, **more):
    def script(true):
        body = dump({"type": f"urn:wangge:problem:{name}", "title": "x", "status": status, **more}).encode()
        return raw(status, kept(true, ("content-encoding",), Content_Type="application/problem+json"), body)
    return script


def body(make, status=None, **headers):
    """The true head with another body."""
    def script(true):
        return raw(status or true[0], kept(true, **headers), make(true[2]) if callable(make) else make)
    return script


def bomb(_):
    blocks = 16384
    return bytes.fromhex("28b52ffd0058") + b"".join(((i == blocks - 1) | 2 | 128 * 1024 << 3).to_bytes(3, "little") + b"\0"
                                                      for i in range(blocks))


def endless(true):
    yield raw(200, kept(true), b"", 1 << 40)
    while True:
        yield b" " * 65536


def endless_chunks(true):
    yield "".join(f"{name}: {value}\r\n" for name, value in kept(true).items()).join(
        ("HTTP/1.1 200 x\r\n", "Transfer-Encoding: chunked\r\n\r\n")).encode()
    while True:
        yield b"10000\r\n" + b" " * 65536 + b"\r\n"


def two_lengths(true):
    return raw(true[0], kept(true, Content_Length="3"), true[2], len(true[2]) + 1)


def chunk_cut(true):
    head = "".join(f"{name}: {value}\r\n" for name, value in kept(true).items())
    return f"HTTP/1.1 200 x\r\n{head}Transfer-Encoding: chunked\r\n\r\n{len(true[2]) + 9:x}\r\n".encode() + true[2]


def endless_headers(_):
    yield b"HTTP/1.1 200 x\r\n"
    while True:
        yield b"X-Y: " + b"z" * 1000 + b"\r\n"


def endless_continue(_):
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100


# What fits every stage. Not one of these is the platform's word.
GENERIC = [
    ("closed", lambda true: b""), ("garbage", lambda true: b"\0\1\2\3" * 100), ("HTTP/0.9", lambda true: true[2] or b"{}"),
    ("a status of ours", lambda true: b"HTTP/1.1 999 x\r\n\r\n"), ("a portal", lambda true: raw(200, {"Content-Type": "text/html"}, HTML)),
    ("a portal with our header", lambda true: raw(200, kept(true, Content_Type="text/html"), HTML)),
    ("a redirect", lambda true: raw(302, {"Location": "http://127.0.0.1:9/v1/hello"}, b"")),
    ("a redirect with our header", lambda true: raw(307, kept(true, Location="/v1/hello"), b"")),
    ("another's proxy", lambda true: raw(407, {"Proxy-Authenticate": "Basic"}, b"")), ("502", lambda true: raw(502, {"Content-Type": "text/html"}, HTML)),
    ("no epoch", lambda true: raw(true[0], kept(true, ("wangge-epoch",)), true[2])),
    ("an empty epoch", lambda true: raw(true[0], kept(true, Wangge_Epoch=""), true[2])),
    ("an epoch of 10 kB", lambda true: raw(true[0], kept(true, Wangge_Epoch="a" * 10_000), true[2])),
    ("a cut", lambda true: raw(true[0], kept(true), true[2][: len(true[2]) // 2], len(true[2]) + 5)),
    ("a length below 0", lambda true: raw(true[0], kept(true), true[2], -5)), ("a length of words", lambda true: raw(true[0], kept(true, Content_Length="ten"), true[2])),
    ("a length too short", lambda true: raw(true[0], kept(true), true[2], max(len(true[2]) - 7, 0))), ("two lengths", two_lengths), ("a chunk cut", chunk_cut),
    ("500", problem(500, "failed")), ("418", problem(418, "teapot")), ("a pause for ever", lambda true: raw(
        503, kept(true, Content_Type="application/problem+json", Retry_After="99999999999999999999"),
        b'{"type":"urn:wangge:problem:maintenance","title":"x","status":503}')),
    ("429", problem(429, "rate")), ("401", problem(401, "token-expired")), ("400", problem(400, "malformed")),
    ("a problem of 100 kB", problem(400, "malformed", detail="水" * 30_000)), ("a problem that is none", body(b"[]", 409, Content_Type="application/problem+json")),
    ("a gap far ahead", problem(409, "gap", expected=2**53 - 1)), ("a gap below 0", problem(409, "gap", expected=-1)),
    ("an order to erase, unsigned", problem(403, "device-revoked", wipe={"device_id": uuid7(), "nonce": "AAECAwQFBgcICQoLDA0ODw", "sig": "A" * 86})),
    ("an order to erase, half", problem(403, "device-revoked", wipe={})),
    ("headers of 300 kB", lambda true: b"HTTP/1.1 200 x\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 3000) for i in range(100)) + b"\r\n"),
    ("headers without end", endless_headers), ("a body without end", endless), ("chunks without end", endless_chunks), ("100 without end", endless_continue),
]
# What fits every stage whose answer is text.
TEXT = [
    ("nothing", body(b"")), ("a bomb", body(bomb, Content_Encoding="zstd")), ("no zstd", body(b"x" * 100, Content_Encoding="zstd")),
    ("half a zstd", body(lambda true: zstd(b"x" * 5000)[:-2], Content_Encoding="zstd")), ("gzip", body(b"\x1f\x8b\x08" + bytes(100), Content_Encoding="gzip")),
    ("6 MiB", body(b" " * (6 << 20))), ("depth", body(b'{"a":' * 50_000)), ("a list", body(b"[]\n")), ("null", body(b"null\n")), ("a text", body(b'"x"\n')),
    ("not UTF-8", body(lambda true: b'{"\xff":1}\n')), ("a zero", body(lambda true: true[:20] + b"\0" + true[20:])),
    ("a mark in front", body(lambda true: b"\xef\xbb\xbf" + true)), ("something behind", body(lambda true: true + b"{}x")),
    ("an empty object", body(b"{}\n")), ("a type of ours", lambda true: raw(true[0], kept(true, Content_Type="text/plain"), true[2])),
]


def edit(**changes):
    """Members of the true JSON, or of its first line, replaced; "…" takes one away."""
    def change(true):
        lines = true.decode().split("\n")
        value = json.loads(lines[0])
        for name, wanted in changes.items():
            value[name] = wanted(value.get(name)) if callable(wanted) else wanted
            if value[name] == "…":
                del value[name]
        return "\n".join([dump(value), *lines[1:]]).encode()
    return body(change)


def rows(change):
    """The lines of a page, changed as a list."""
    def make(true):
        return "".join(dump(line) + "\n" for line in change([json.loads(line) for line in true.decode().splitlines()])).encode()
    return body(make)


def of_row(**changes):
    """Members of the first row of a record."""
    def change(lines):
        at = next(i for i, line in enumerate(lines) if line["t"] == "row" and line["k"] == "event")
        for name, wanted in changes.items():
            lines[at][name] = wanted(lines[at][name]) if callable(wanted) else wanted
        return lines
    return rows(change)


def of_end(**changes):
    def change(lines):
        for name, wanted in changes.items():
            lines[-1][name] = wanted(lines[-1].get(name)) if callable(wanted) else wanted
        return lines
    return rows(change)


def of_digest(**digest):
    """A digest for each scope, of a page that is the last; the true one, with more behind it, may have none."""
    def change(lines):
        lines[-1].update(more=False, digest={scope: digest for scope in lines[-1]["cursor"]})
        return lines
    return rows(change)


def both(lines, **changes):
    """Members of the head of a page."""
    lines[0].update(changes)
    return lines


YEAR_40000 = 1200102220800000
# Content of an event that no version of the platform can mean, and what a later one may well.
IMPOSSIBLE = {
    "a longitude of 900": {"lon": 900}, "a latitude of 90.5": {"lat": 90.5}, "a latitude that is a text": {"lat": "NaN"},
    "half a position": {"lat": None}, "a state below 0": {"state": -7}, "a state of words": {"state": "closed"},
    "a level of 2.5": {"level": 2.5}, "a level of 5,000,000,000": {"level": 5 * 10**9}, "a version below 0 inside": {"ver": -1},
    "another version inside": {"ver": 10**6}, "a time of the year 40000": {"occurred_ms": YEAR_40000},
    "a time before 1970": {"reported_ms": -1}, "due in the year 40000": {"due_accept_ms": YEAR_40000},
    "fewer than nobody": {"involved_count": -1}, "an accuracy below 0": {"fix_accuracy_m": -5},
    "a photo that is a path": {"photos": ["../../../../x"]}, "a title of 9,000 bytes": {"title": "甲" * 3000},
    "a title that clears the screen": {"title": "\x1b[2Jx"}, "a description without end": {"description": "x" * 60_000},
}
STEPS = {
    "a step in the year 40000": {"at": YEAR_40000}, "a step of words": {"seq": "x"}, "a step's photo that is a path": {"photos": ["../x"]},
    "words without end at a step": {"opinion": "x" * 60_000},
}
LATER = {"state": 7, "level": 99, "fix_source": 9, "class_code": "9z99", "class_std": "another-2031.1", "lon": 10.5, "lat": 10.5,
         "title": "后来的版本" * 20, "step_no": 10**7, "mood": {"glad": [1, 2]}}


FOREIGN = {"t": "row", "s": "g:370502005001001", "q": 5, "k": "event", "id": uuid7(), "v": 1, "f": {"title": "x"}, "steps": []}
SPECIAL = {
    "hello": [("another protocol", edit(protocol=99)), ("no epoch inside", edit(epoch="…")), ("a clock of words", edit(server_time="x"))],
    "challenge": [("no nonce", edit(nonce="…")), ("an empty nonce", edit(nonce="")), ("a nonce of 100 kB", edit(nonce="A" * 100_000)),
                  ("a nonce that is none", edit(nonce="***")), ("a nonce of numbers", edit(nonce=5))],
    "session": [("no token", edit(token="…")), ("a token with lines", edit(token="a\r\nX: y")), ("a token of 100 kB", edit(token="a" * 100_000)),
                ("an end of words", edit(exp="x")), ("scopes of numbers", edit(scopes=[1, 2])), ("a schema to come", edit(schema={"min_push": 99, "min_pull": 99, "max": 99}))],
    "push": [("no results", edit(results="…")), ("none of them", edit(results=[])), ("one too few", edit(results=lambda old: old[:-1])),
             ("one twice", edit(results=lambda old: old[:-1] + old[:1])), ("one more", edit(results=lambda old: old + [{"seq": 10**6, "r": "ok", "ver": 1}])),
             ("a number below", edit(results=lambda old: [{**row, "seq": row["seq"] - 1000} for row in old])),
             ("a number ahead", edit(results=lambda old: [{**row, "seq": row["seq"] + 1000} for row in old])),
             ("a result of ours", edit(results=lambda old: [{**row, "r": "maybe"} for row in old])),
             ("a version below 0", edit(results=lambda old: [{**row, "ver": -1} for row in old])),
             ("a last number below", edit(last_seq=0)), ("a last number far ahead", edit(last_seq=2**53 - 1)), ("another last hash", edit(last_hash="ab" * 32)),
             ("a hash that is none", edit(last_hash="x")), ("another epoch inside", edit(epoch=EPOCH)), ("safe what is not there", edit(durable_seq=2**53 - 1)),
             ("safe below 0", edit(durable_seq=-1)), ("forked, without a place", problem(409, "replica-forked")),
             ("too large", problem(413, "too-large"))],
    "pull": [("another's row", rows(lambda lines: lines[:1] + [FOREIGN] + lines[1:])), ("a row of no scope", of_row(s="x")),
             ("another row's name", of_row(id="../../x")), ("a version of 0", of_row(v=0)), ("a version below 0", of_row(v=-7)), ("a number of 0", of_row(q=0)),
             ("a number behind the end", of_row(q=10**9)), ("numbers backwards", rows(lambda lines: lines[:1] + lines[-2:0:-1] + lines[-1:])),
             ("a row twice", rows(lambda lines: lines[:2] + lines[1:])), ("no content", of_row(f=None)), ("content of numbers", of_row(f=5)),
             ("a title of numbers", of_row(f=lambda old: {**old, "title": 5})),
             ("steps that are none", of_row(steps=[{"seq": "x"}])), ("steps of words", of_row(steps="x")), ("a kind of numbers", of_row(k=5)),
             ("a line of ours", rows(lambda lines: lines[:1] + [{"t": "order", "do": "erase"}] + lines[1:])),
             ("no end", rows(lambda lines: lines[:-1])), ("two ends", rows(lambda lines: lines + lines[-1:])), ("no head", rows(lambda lines: lines[1:])),
             ("two heads", rows(lambda lines: lines[:1] + lines)), ("nothing but the end", rows(lambda lines: lines[-1:])),
             ("more for ever", rows(lambda lines: [lines[0], {**{k: v for k, v in lines[-1].items() if k != "digest"}, "more": True}])),
             ("a cursor back", of_end(cursor=lambda old: {scope: 0 for scope in old})),
             ("a cursor of another", of_end(cursor=lambda old: {**old, "g:370502005001001": 5})), ("no cursor", of_end(cursor=None)),
             ("a count that is none", of_digest(n=-1, x="0" * 16)),
             ("a sum that is none", of_digest(n=1, x="z")), ("no digest", of_end(digest=None)),
             ("another epoch inside", rows(lambda lines: both(lines, epoch=EPOCH))), ("scopes of words", rows(lambda lines: both(lines, scopes="x"))),
             ("safe what is not there", rows(lambda lines: both(lines, durable_seq=2**53 - 1))),
             *((name, of_row(f=lambda old, value=value: {**old, "lon": 118.5, "lat": 37.4, **value})) for name, value in IMPOSSIBLE.items()),
             *((name, of_row(steps=[{"seq": 1, "action": "note", "at": 1, "from": 10, "to": 10, **value}])) for name, value in STEPS.items()),
             ("2,000 rows", rows(lambda lines: lines[:1] + lines[1:2] * 2000 + lines[-1:]))],
    "head": [("more than there is", lambda true: raw(204, kept(true, Upload_Offset=str(1 << 50)), b"")),
             ("less than nothing", lambda true: raw(204, kept(true, Upload_Offset="-5"), b"")), ("words", lambda true: raw(204, kept(true, Upload_Offset="x"), b"")),
             ("nowhere", lambda true: raw(204, kept(true, ("upload-offset",)), b""))],
    "patch": [("an offset far ahead", problem(409, "offset", offset=1 << 50)), ("an offset below 0", problem(409, "offset", offset=-1)),
              ("not the photo", problem(422, "hash-mismatch")), ("unknown", problem(404, "unknown-blob")), ("more than was sent", lambda true: raw(204, kept(true, Upload_Offset=str(1 << 50)), b""))],
    "get": [("other bytes", body(lambda true: bytes(len(true)))), ("one bit", body(lambda true: true[:100] + bytes([true[100] ^ 1]) + true[101:])),
            ("fewer bytes", body(lambda true: true[:1000])), ("another range", lambda true: raw(206, kept(true, Content_Range="bytes 500-600/700"), true[2][:100])),
            ("more bytes", body(lambda true: true + b"x"))],
}


# What a later version of the platform may say: taken, kept as it is.
LATER_VERSION = of_row(v=lambda old: old + 1, f=lambda old: {**old, **LATER, "ver": old["ver"] + 1},
                       steps=[{"seq": 1, "action": "dance", "at": 1, "from": 7, "to": 99, "role": "poet"}])


# Pages with true rows that never come to an end.
ENDLESS = [
    ("a cursor far ahead", of_end(cursor=lambda old: {scope: 2**53 - 1 for scope in old}, more=True)),
    ("a cursor to and fro", of_end(cursor=lambda old: {scope: number + TURN.pop(0) for scope, number in old.items()}, more=True)),
]
TURN = [1000, 500] * 5000


def whole(change, begin="grid"):
    """A page with the rows of the grid from the start, or with all, whatever was asked for."""
    script = rows(change)
    script.begin = begin
    return script


def counted(lines, n=10**9, x="0" * 16, **members):
    """A last page of these lines whose digest fits nothing."""
    lines[-1].update(more=False, **members)
    lines[-1]["digest"] = {scope: {"n": n, "x": x} for scope in lines[-1]["cursor"]}
    return lines


def told(lines):
    """Head and end of a page without its rows."""
    return [lines[0], lines[-1]]


def turned(lines):
    """Nothing, under the true digest of the scope beside."""
    digest = lines[-1].get("digest", {})  # a page with more behind it has none
    lines[-1]["digest"] = dict(zip(digest, [*list(digest.values())[1:], *list(digest.values())[:1]]))
    return told(lines)


def gone(lines):
    return [lines[0], *({name: row[name] for name in ("s", "q", "k", "id")} | {"t": "gone"} for row in lines[1:-1]), lines[-1]]


def events(**changes):
    """Each event's row with other members; records of other kinds are left out."""
    def change(lines):
        made = [{**row, **{name: make(row[name]) for name, make in changes.items()}} for row in lines[1:-1]
                if row["t"] == "row" and row["k"] == "event"]
        return [lines[0], *made, lines[-1]]
    return change


def of_another_scope(lines):
    """The events told under the district's scope, newer."""
    district = next(scope for scope in lines[-1]["cursor"] if scope.startswith("ref:"))
    made = newer(lines)
    return [made[0], *({**row, "s": district, "q": n} for n, row in enumerate(made[1:-1], 1)), made[-1]]


def uncounted(lines):
    if not lines[-1]["more"]:
        lines[-1]["digest"].popitem()
    return lines


def counted_elsewhere(lines):
    if not lines[-1]["more"]:
        lines[-1]["digest"]["g:370502005001001"] = {"n": 5, "x": "0" * 16}
    return lines


def of_another_worker(lines):
    text = dump(lines).replace('"w:w0001"', '"w:w0002"')
    return json.loads(text)


def to_be_continued(change):
    def script(lines):
        lines = change(lines)
        lines[-1].update(cursor={scope: number + 1 for scope, number in lines[-1]["cursor"].items()}, more=True)
        lines[-1].pop("digest", None)
        return lines
    return script


def newer(lines):
    return events(v=lambda old: old + 1000, f=lambda old: {**old, "title": "改了", "ver": old["ver"] + 1000})(lines)


# Pages that can be read and yet are not so. Of each: whether it may change what is shown until the true platform answers.
# Nothing of them may take away what is shown, and nothing of them is left afterwards.
MISFITS = [
    ("nothing, counted wrong", False, rows(lambda lines: counted(told(lines)))),
    ("nothing, with the digest of another scope", False, rows(turned)),
    ("nothing, and more to come", False, rows(to_be_continued(told))),
    ("nothing, from the start", False, rows(lambda lines: counted(told(lines), cursor={scope: 0 for scope in lines[-1]["cursor"]}))),
    ("everything, counted wrong", False, whole(counted)),
    ("half of it, counted wrong", False, whole(lambda lines: counted(lines[:len(lines) // 2] + lines[-1:]))),
    ("half of it, and more to come", False, whole(to_be_continued(lambda lines: lines[:len(lines) // 2] + lines[-1:]))),
    ("all gone, counted wrong", False, whole(lambda lines: counted(gone(lines)))),
    ("all gone, and more to come", False, whole(to_be_continued(gone))),
    ("newer, counted wrong", True, whole(lambda lines: counted(newer(lines)))),
    ("newer, and more to come", True, whole(to_be_continued(newer))),
    ("newer, under another scope", True, whole(lambda lines: counted(of_another_scope(lines)))),
    ("other kinds", False, whole(lambda lines: counted(events(k=lambda _: "lamp-post")(lines)))),
    ("no scopes", False, rows(lambda lines: counted(both(told(lines), scopes={"keep": [], "add": [], "drop": []}), cursor={}))),
    ("one scope fewer", False, rows(lambda lines: both(lines, scopes={**lines[0]["scopes"], "keep": lines[0]["scopes"]["keep"][1:]}))),
    ("a scope without a digest", False, rows(uncounted)),
    ("a digest of a scope of others", False, rows(counted_elsewhere)),
    ("another worker's page", False, whole(lambda lines: of_another_worker(counted(lines)))),
    ("all scopes dropped", False, rows(lambda lines: counted(both(told(lines), scopes={
        "keep": [], "add": [], "drop": [*lines[0]["scopes"]["keep"], *lines[0]["scopes"]["add"]]}), cursor={}))),
    ("an answer of before", False, whole(lambda lines: lines, "all")),
]
# Pages that fit in themselves: the word of whoever holds the platform's key. What they take away comes back.
BELIEVED = [
    ("nothing, counted 0", rows(lambda lines: counted(told(lines), 0))),
    ("all gone, counted 0", whole(lambda lines: counted(gone(lines), 0))),
]


def answers():
    """(stage, name, script), by stage in the order of a round."""
    for stage in STAGES:
        told = GENERIC + (TEXT if stage in ("hello", "challenge", "session", "push", "pull") else []) + SPECIAL.get(stage, [])
        if stage == "get":  # the right bytes are right whoever brings them: their name is their hash
            told = [row for row in told if row[0] not in ("no epoch", "an empty epoch", "an epoch of 10 kB", "HTTP/0.9",
                                                           "a length too short", "two lengths", "a chunk cut")]
        if stage == "head":  # has no body
            told = [row for row in told if row[0] not in ("a cut", "a length below 0", "a body without end", "chunks without end",
                                                           "a length too short", "two lengths", "a chunk cut", "HTTP/0.9")]
        yield from ((stage, name, script) for name, script in told)
