# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal written a second time, from docs/sync-protocol.md alone, so that a test can say whatever it likes.

It shares no line with the product: it is what a stranger with an editor would make. What it sends is right unless it is
asked to be wrong.
"""
import base64
import ctypes
import ctypes.util
import hashlib
import http.client
import json
import os
import secrets
import time

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
ZSTD = ctypes.CDLL(ctypes.util.find_library("zstd"))
ZSTD.ZSTD_compressBound.restype = ZSTD.ZSTD_compress.restype = ctypes.c_size_t
ZSTD.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
ZSTD.ZSTD_compress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
SODIUM.sodium_init()

START = "0" * 64
LINES = {"Content-Type": "application/x-ndjson; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
HOUR_MS, DAY_MS = 3600_000, 24 * 3600_000


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def zstd(data):
    room = ZSTD.ZSTD_compressBound(len(data))
    out = ctypes.create_string_buffer(room)
    n = ZSTD.ZSTD_compress(out, room, data, len(data), 3)
    return out.raw[:n]


def uuid7(at_ms=None):
    at = int(at_ms if at_ms is not None else time.time() * 1000)
    bits = at << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Key:
    """Ed25519."""

    def __init__(self):
        self.public, self.secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_keypair(self.public, self.secret)

    def sign(self, text):
        text = text.encode() if isinstance(text, str) else text
        signature = ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_detached(signature, None, text, ctypes.c_ulonglong(len(text)), self.secret)
        return text64(signature.raw)

    def sign_fields(self, domain, *fields):
        return self.sign(domain + "\n" + "".join(f"{len(field.encode())}:{field}\n" for field in fields))


class Bundle:
    """A file for the platform: parts sealed to its key, signed with ours."""

    def __init__(self, client, platform_key, **header):
        box, self.key = ctypes.create_string_buffer(32), secrets.token_bytes(32)
        assert SODIUM.crypto_sign_ed25519_pk_to_curve25519(box, platform_key) == 0
        sealed = ctypes.create_string_buffer(80)
        SODIUM.crypto_box_seal(sealed, self.key, ctypes.c_ulonglong(32), box)
        self.client, self.id = client, uuid7()
        top = dump({"kind": "push", "replica": client.replica, "epoch": client.epoch, "id": self.id,
                    "to": hashlib.sha256(platform_key).hexdigest()[:16], "made": client.clock(), "operations": 0, "photos": 0,
                    **header}).encode()
        self.state = ctypes.create_string_buffer(52)
        stream = ctypes.create_string_buffer(24)
        SODIUM.crypto_secretstream_xchacha20poly1305_init_push(self.state, stream, self.key)
        self.data = b"WGBUNDL1" + len(top).to_bytes(4, "little") + top + sealed.raw + stream.raw

    def add(self, part, data, tag=0):
        plain = part.encode() + data
        size = (len(plain) + 17).to_bytes(4, "little")
        frame = ctypes.create_string_buffer(len(plain) + 17)
        SODIUM.crypto_secretstream_xchacha20poly1305_push(self.state, frame, None, plain, ctypes.c_ulonglong(len(plain)), size,
                                                          ctypes.c_ulonglong(4), ctypes.c_ubyte(tag))
        self.data += size + frame.raw
        return self

    def end(self, key=None):
        text = b"wg-bundle-v1\n" + hashlib.sha256(self.data).digest()
        return self.add("E", bytes64((key or self.client.key).sign(text)), 3).data


def open_bundle(client, data):
    """Parts of an answer: (type, bytes)."""
    box_public, box_secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    SODIUM.crypto_sign_ed25519_pk_to_curve25519(box_public, client.key.public)
    SODIUM.crypto_sign_ed25519_sk_to_curve25519(box_secret, client.key.secret)
    at = 12 + int.from_bytes(data[8:12], "little")
    key, state = ctypes.create_string_buffer(32), ctypes.create_string_buffer(52)
    assert SODIUM.crypto_box_seal_open(key, data[at:at + 80], ctypes.c_ulonglong(80), box_public, box_secret) == 0
    SODIUM.crypto_secretstream_xchacha20poly1305_init_pull(state, data[at + 80:at + 104], key)
    at, parts = at + 104, []
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "little")
        plain = ctypes.create_string_buffer(size)
        tag, n = ctypes.c_ubyte(), ctypes.c_ulonglong()
        assert SODIUM.crypto_secretstream_xchacha20poly1305_pull(
            state, plain, ctypes.byref(n), ctypes.byref(tag), data[at + 4:at + 4 + size], ctypes.c_ulonglong(size),
            data[at:at + 4], ctypes.c_ulonglong(4)) == 0
        parts.append((plain.raw[:1].decode(), plain.raw[1:n.value]))
        at += 4 + size
    return parts


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def rows(self):
        return [json.loads(line) for line in self.body.decode().splitlines()]

    @property
    def problem(self):
        """Name of the problem, else nothing."""
        if not self.headers.get("Content-Type", "").startswith("application/problem+json"):
            return None
        return self.json["type"].removeprefix("urn:wangge:problem:")

    def __repr__(self):
        return f"{self.status} {self.problem or ''} {self.body[:300]!r}"


class Client:
    """One device with one replica of one worker. @clock: gives the time in ms, else the machine's."""

    def __init__(self, port, worker, clock=None):
        self.port, self.worker = port, worker
        self.clock = clock or (lambda: int(time.time() * 1000))
        self.key = Key()
        self.line = None
        self.token = self.device = self.replica = self.epoch = self.platform_key = None
        self.seq, self.head = 0, START
        self.boot, self.mono = secrets.token_hex(8), 10**11

    # --- exchange -------------------------------------------------------------------------------

    def send(self, method, path, body=None, headers=None, token=True):
        """One exchange on a line that is kept; a line that was closed meanwhile is opened once more."""
        headers = dict(headers or {})
        if token and self.token:
            headers["Authorization"] = "Bearer " + self.token
        for again in (True, False):
            try:
                if self.line is None:
                    self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.line.request(method, path, body, headers)
                got = self.line.getresponse()
                return Answer(got.status, got.headers, got.read())
            except (http.client.HTTPException, ConnectionError, BrokenPipeError):
                self.close()
                if not again:
                    raise
        return None

    def close(self):
        if self.line is not None:
            self.line.close()
            self.line = None

    # --- who ------------------------------------------------------------------------------------

    def try_enrol(self, code):
        ask = {"code": code, "pub": text64(self.key.public.raw), "alg": "ed25519", "device": {"model": "样例", "os": "x"},
               "app": "stranger/1", "nonce": text64(secrets.token_bytes(16))}
        ask["sig"] = self.key.sign_fields("wg-enrol-v1", code, ask["pub"], "ed25519", "样例", "x", "stranger/1", ask["nonce"])
        answer = self.send("POST", "/v1/enrol", dump(ask).encode(), JSON, token=False)
        if answer.status == 201:
            self.platform_key = bytes64(answer.json["platform_keys"]["sign"])
            self.device, self.replica, self.epoch = (answer.json[name] for name in ("device_id", "replica", "epoch"))
        return answer

    def nonce(self):
        answer = self.send("POST", "/v1/session/challenge", dump({"device_id": self.device}).encode(), JSON, token=False)
        return answer.json["nonce"] if answer.status == 200 else None

    def try_session(self, nonce=None, key=None):
        nonce = nonce or self.nonce()
        ask = {"device_id": self.device, "replica": self.replica, "nonce": nonce}
        ask["sig"] = (key or self.key).sign_fields("wg-session-v1", self.device, self.replica, nonce)
        answer = self.send("POST", "/v1/session", dump(ask).encode(), JSON, token=False)
        if answer.status == 200:
            self.token = answer.json["token"]
        return answer

    def join(self, code):
        answer = self.try_enrol(code)
        assert answer.status == 201, answer
        answer = self.try_session()
        assert answer.status == 200, answer
        return self

    # --- up -------------------------------------------------------------------------------------

    def operation(self, kind, rec=None, grid=None, at=None, **more):
        """An operation without its number. @at: when it was made, on the platform's clock, else now."""
        now = self.clock()
        at = now if at is None else at
        operation = {"op_id": uuid7(), "schema": 1, "kind": kind, "rec": rec or uuid7(), "scope": f"g:{grid}",
                     "actor": self.worker, "at": at, "boot": self.boot, "mono": self.mono - (now - at)}
        operation.update(more)
        return {name: value for name, value in operation.items() if value is not None}

    def report(self, grid, level=2, place=None, **more):
        """A good event."""
        set_ = {"level": level, "class_std": "dyq-2018.1", "class_code": "0101" if level == 1 else "0202", "title": "样例事件",
                "description": "路面积水，行人绕行", "occurred_ms": self.clock() - 60000, "reported_ms": self.clock(),
                "address": "样例路 1 号", "origin": "01", "grid_code": grid}
        if level == 1:
            set_.update(self_handled=True, handle_note="已处理")
        set_.update(place or {})
        at = more.pop("at", None)
        set_.update(more)
        return self.operation("event.create", None, grid, at, set=set_)

    def step(self, rec, grid, action, state, step_no, at=None, **more):
        return self.operation("event.step", rec, grid, at, expect={"state": state, "step_no": step_no},
                              step={"action": action, **more})

    def resident(self, grid, at=None, **more):
        set_ = {"grid_code": grid, "name": "样例居民", "id_kind": "000", "pop_type": "10", "status": "1", **more}
        return self.operation("resident.create", None, grid, at, set=set_)

    def household(self, grid, at=None, **more):
        set_ = {"grid_code": grid, "place": "样例小区", "building": "3号楼", "unit": "2", "room": secrets.token_hex(4),
                "tenure": "1", **more}
        return self.operation("household.create", None, grid, at, set=set_)

    def lines(self, operations):
        """Numbers them from here and chains them; gives the lines, the first number and the head before."""
        first, before = self.seq + 1, self.head
        lines = []
        for operation in operations:
            self.seq += 1
            line = dump({"t": "op", "op_id": operation["op_id"], "seq": self.seq,
                         **{name: value for name, value in operation.items() if name != "op_id"}})
            self.head = hashlib.sha256((self.head + line).encode()).hexdigest()
            lines.append(line)
        return lines, first, before

    def body(self, operations, **header):
        """A push of new operations; @header replaces members of it before it is signed."""
        lines, first, before = self.lines(operations)
        return self.frame(lines, first, before, **header)

    def frame(self, lines, first, before, head=None, sig=None, **header):
        top = dump({"t": "push", "v": 1, "replica": self.replica, "epoch": self.epoch, "first": first, "prev": before,
                    "now": {"at": self.clock(), "boot": self.boot, "mono": self.mono}, "n": len(lines), **header})
        if head is None:
            head = before
            for line in lines:
                head = hashlib.sha256((head + line).encode()).hexdigest()
        end = dump({"t": "end", "head": head, "sig": sig or self.key.sign(f"wg-push-v1\n{top}\n{head}")})
        return "".join(text + "\n" for text in [top, *lines, end]).encode()

    def push(self, operations, packed=True):
        body = self.body(operations)
        headers = dict(LINES)
        if packed and len(body) > 512:
            body, headers["Content-Encoding"] = zstd(body), "zstd"
        return self.send("POST", "/v1/sync/push", body, headers)

    def results(self, operations):
        """Pushes in batches of what a push may hold; "ok", "conflict" or the code of the refusal of each, in order."""
        told = []
        for at in range(0, len(operations), 200):
            part = operations[at:at + 200]
            answer = self.push(part)
            assert answer.status == 200, answer
            given = answer.json["results"]
            assert len(given) == len(part), (len(given), len(part))
            told += [row["code"] if row["r"] == "rejected" else row["r"] for row in given]
        return told

    def ok(self, *operations):
        """Gives the records of operations that must be taken."""
        told = self.results(operations)
        assert set(told) <= {"ok"}, told
        return [operation["rec"] for operation in operations]

    # --- down -----------------------------------------------------------------------------------

    def pull(self, cursor=None):
        """All pages: rows by kind, and what the first page said of scopes."""
        cursor, rows, scopes = dict(cursor or {}), [], None
        while True:
            answer = self.send("POST", "/v1/sync/pull", dump({"cursor": cursor, "max_rows": 500}).encode(),
                               {**JSON, "Accept-Encoding": "identity"})
            assert answer.status == 200, answer
            page = answer.rows
            scopes = scopes or page[0]["scopes"]
            rows += [row for row in page if row["t"] in ("row", "gone")]
            cursor = page[-1]["cursor"]
            if not page[-1]["more"]:
                return rows, scopes

    def upload(self, data, sha=None, offset=0, length=None):
        sha = sha or hashlib.sha256(data).hexdigest()
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset),
                   "Upload-Length": str(len(data) if length is None else length)}
        return self.send("PATCH", f"/v1/blobs/{sha}", data, headers)

    def download(self, sha):
        return self.send("GET", f"/v1/blobs/{sha}")


def picture():
    """Bytes that begin like a JPEG, never twice the same."""
    return PICTURE + os.urandom(32)
