#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A server that means harm, or is somebody else's, between wangge-field and the real platform: every answer of
# hostile_answers.py in its stage. Nothing wrong is applied, nothing is lost, the memory stays bounded, the error is said.
import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
import time

import hostile_answers
from world import Platform, check, wangge

EVERY = int(sys.argv[1])  # each so manieth answer of a stage, and always its own ones
LIMIT_KIB, LIMIT_S = 192 * 1024, 40


class Handler(http.server.BaseHTTPRequestHandler):
    """Hands each exchange on to the platform; where a script fits, its answer goes out instead."""

    protocol_version = "HTTP/1.1"

    def exchange(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        stage, script = self.server.rule
        mine, order = self.find_stage(), list(hostile_answers.STAGES)
        hostile = stage and mine and order.index(mine) >= order.index(stage)
        if hostile and mine != stage:
            self.close_connection = True  # behind a hostile answer nothing true follows that would hide what it did
            return
        if hostile and stage == "patch":
            true = (204, {"Wangge-Epoch": self.server.epoch, "Upload-Offset": "0"}, b"")  # the platform gets none of it
        elif hostile and hasattr(script, "begin"):
            true = self.ask_from(script.begin)
        else:
            true = self.ask(data)
        if not hostile:
            self.wfile.write(hostile_answers.raw(true[0], hostile_answers.kept(true), true[2],
                                                 int(true[1].get("Content-Length", len(true[2])))))
            return
        self.server.hits += 1
        self.close_connection = True
        answer = script(true)
        try:
            for piece in [answer] if isinstance(answer, bytes) else answer:
                self.wfile.write(piece)
        except OSError:
            pass

    def ask(self, data, headers=None):
        """The platform's answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        line.request(self.command, self.path, data, {**dict(self.headers), "Accept-Encoding": "identity", **(headers or {})})
        got = line.getresponse()
        true = (got.status, dict(got.headers), got.read())
        line.close()
        self.server.epoch = true[1].get("Wangge-Epoch")
        if true[0] < 300:
            self.server.kept[self.find_stage()] = true
        if self.find_stage() == "pull" and true[0] == 200:
            self.server.cursor = json.loads(true[2].splitlines()[-1])["cursor"]
        return true

    def ask_from(self, begin):
        """A page from another place than the one that was asked for."""
        cursor = {scope: 0 if begin == "all" or scope.startswith("g:") else number for scope, number in self.server.cursor.items()}
        data = hostile_answers.dump({"cursor": cursor, "max_rows": 500}).encode()
        return self.ask(data, {"Content-Length": str(len(data))})

    def find_stage(self):
        for stage, (method, path) in hostile_answers.STAGES.items():
            if self.command == method and (self.path == path or path.endswith("/") and self.path.startswith(path)):
                return stage
        return None

    do_GET = do_POST = do_HEAD = do_PATCH = do_DELETE = exchange

    def log_message(self, *_):
        pass


class World:
    def __init__(self):
        self.platform = Platform()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.port, self.server.rule, self.server.hits = self.platform.port, (None, None), 0
        self.server.kept = {}  # stage → the last true answer
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.n, self.highest, self.slowest, self.told = 0, 0, 0, []
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.rule("get", lambda true: b"")  # the map is to stay away for now
        self.terminal = wangge.Terminal(self, "w0001")
        self.terminal.run("sync")

    def code(self, worker):
        return self.platform.code(worker)

    def rule(self, stage, script):
        self.server.rule, self.server.hits = (stage, script), 0

    def close(self):
        self.server.shutdown()
        self.platform.close()

    def sync(self):
        """Exit code, what was printed, largest resident size in KiB, seconds."""
        begun = time.monotonic()
        process = subprocess.Popen(self.terminal.command("sync"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=wangge.environment())
        watch = threading.Timer(LIMIT_S, process.kill)
        watch.start()
        output = process.stdout.read()
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
        check(process.returncode >= 0, f"{self.server.hits} hits, died of signal {-process.returncode}: {errors}")
        return process.returncode, json.loads(output), usage.ru_maxrss, time.monotonic() - begun

    def held(self):
        """What the tablet holds: every line of its outbox byte by byte, what became of each, and what it shows."""
        out = os.path.join(self.platform.scratch, "lines")
        self.terminal.ok("rescue", out)
        with open(out, "rb") as file:
            lines = file.read()
        queue = [{name: row.get(name) for name in ("op", "seq", "truth", "refusal")} for row in self.terminal.ok("queue")]
        for row in queue:
            row["truth"] = {"sending": "saved"}.get(row["truth"], row["truth"])
        shown = {i: {name: event[name] for name in ("state", "title", "level", "waiting")} for i, event in self.terminal.events().items()}
        return lines, queue, shown

    def packs(self):
        folder = os.path.join(self.terminal.folder, "packs")
        return [name for name in os.listdir(folder) if name.endswith(".mbtiles")] if os.path.isdir(folder) else []

    def stage(self, stage):
        """Every answer of a stage; the tablet holds the same before and after."""
        before, n = self.held(), 0
        told = [(name, script) for at, name, script in hostile_answers.answers() if at == stage]
        swapped = [(f"the answer to {other}", lambda true, answer=answer: hostile_answers.raw(answer[0], hostile_answers.kept(answer), answer[2]))
                   for other, answer in self.server.kept.items() if other not in (stage, None)]
        for index, (name, script) in enumerate(told + swapped):
            special = any(name == row[0] for row in hostile_answers.SPECIAL.get(stage, []) + swapped)
            if index % EVERY and not special:
                continue
            if sys.argv[2:] and name not in sys.argv[2:] and stage not in sys.argv[2:]:
                continue
            self.rule(stage, script)
            code, said, kib, seconds = self.sync()
            what = f"{stage}: {name}"
            check(self.server.hits > 0, f"{what}: nobody asked: {said}")
            if stage == "get":  # the map alone: nothing else waits for it
                check(not self.packs(), f"{what}: taken for the map")
            else:
                check(said.get("state") != "idle" or not said.get("all_synced"), f"{what}: taken for the platform's word: {said}")
                check(code != 0 and (said.get("message") or "error" in said), f"{what}: not a word: {code} {said}")
            check(kib < LIMIT_KIB, f"{what}: {kib} KiB")
            check(seconds < LIMIT_S, f"{what}: {seconds:.0f} s")
            if sys.argv[2:]:
                print(f"# {what}: {code} {said} {'' if self.held() == before else 'CHANGED'}")
            self.told.append(f"{what}: {code} {said.get('message')}")
            self.highest, self.slowest, n = max(self.highest, kib), max(self.slowest, seconds), n + 1
        self.rule(None, None)
        after = self.held()
        for kind, old, new in zip(("lines", "queue", "events"), before, after):
            check(old == new, f"{stage}: {kind} changed: {old}\n{new}")
        check(self.terminal.ok("check")["well"], "invariants")
        self.n += n
        print(f"# {stage}: {n} answers, at most {self.highest} KiB and {self.slowest:.1f} s")


def download(world):
    world.stage("get")


def hello(world):
    photo = wangge.picture(os.path.join(world.platform.scratch, "photo.jpg"))
    world.events = [world.terminal.log("major", "0205"), world.terminal.log("general", "0202", "--photo", photo),
                    world.terminal.log("general", "0202")]
    world.stage("hello")


def challenge(world):
    world.stage("challenge")


def session(world):
    world.stage("session")


def push(world):
    world.stage("push")


def upload(world):
    """The operations are through; the photo is not."""
    world.rule("patch", lambda true: b"")
    world.sync()
    world.stage("head")


def parts(world):
    world.stage("patch")


def pull(world):
    other = world.platform.client("w0001")
    world.more = other.ok(other.report("370502001001001"), other.report("370502001001001"))
    world.stage("pull")


def endless_pages(world):
    """True rows in pages that never end: the round ends all the same."""
    for name, script in hostile_answers.ENDLESS:
        world.rule("pull", script)
        code, said, kib, seconds = world.sync()
        check(code != 0 and said.get("message") and kib < LIMIT_KIB and 0 < world.server.hits < 20, f"{name}: {world.server.hits} {said}")


def later_version(world):
    """Values of no list are kept and told as they are; the true platform's row takes their place afterwards."""
    world.rule("pull", hostile_answers.LATER_VERSION)
    world.sync()
    wanted = {name: hostile_answers.LATER[name] for name in ("state", "level", "title")}
    strange = [i for i, event in world.terminal.events().items() if {name: event[name] for name in wanted} == wanted]
    check(len(strange) == 1 and strange[0] in world.events + world.more, f"{strange}: {world.terminal.events()}")
    check(world.terminal.ok("check")["well"], "invariants")
    world.strange = strange[0]


def whole(world):
    """The true platform again: everything arrives, once."""
    world.rule(None, None)
    status = world.terminal.ok("sync", "--wait", "--wait-time", "60")
    check(status["all_synced"] and status["waiting"] == 0 and status["photos_waiting"] == 0, status)
    found = world.platform.events()
    check(all(len(found.get(i, [])) == 1 for i in world.events + world.more), "not each exactly once")
    here = world.terminal.events()
    check(all(here[i]["truth"] == "applied" for i in world.events), here)
    check(set(world.more) <= set(here), "what the platform had to say did not come")
    check(here[world.strange]["state"] == 10 and here[world.strange]["level"] < 4, "the later version's row stayed")
    check(json.loads(world.platform.run("stats"))["photos_missing"] == 0 and json.loads(world.platform.run("check"))["good"], "platform")
    check(world.terminal.ok("check")["well"], "invariants")
    check(world.n >= (200 if EVERY == 1 else 100), f"only {world.n} answers")
    print(f"# {world.n} answers, at most {world.highest} KiB and {world.slowest:.1f} s")


def refuse_one(world):
    """The clerk was faster."""
    world.platform.run("accept", world.events[1], "--reason", "属实")
    world.terminal.run("withdraw", world.events[1], "--opinion", "重复")
    before, answer = world.held(), world.server.kept["push"]
    world.rule("push", lambda true: hostile_answers.raw(answer[0], hostile_answers.kept(answer), answer[2]))
    code, said, *_ = world.sync()
    check(code != 0 and world.held() == before, f"the answer to a push of before was taken: {said}")
    world.rule(None, None)
    world.terminal.run("sync")


def misfits(world):
    """Pages that can be read and whose digest does not fit: nothing that is shown goes, nothing of ours is touched, and the
    true platform's next answer mends what they changed."""
    refuse_one(world)
    world.terminal.log("general", "0202", "--hold", "600")
    world.terminal.run("sync")
    before = world.held()
    check({"refused", "held"} <= {row["truth"] for row in before[1]}, before[1])
    for name, may_change, script in hostile_answers.MISFITS:
        for _ in range(3):
            world.rule("pull", script)
            code, said, kib, _ = world.sync()
            check(world.server.hits > 0 and kib < LIMIT_KIB, f"{name}: {world.server.hits} hits, {kib} KiB")
            check(name == "all scopes dropped" or code != 0 and (said.get("message") or "error" in said), f"{name}: taken for the platform's word: {code} {said}")
            now = world.held()
            if sys.argv[2:]:
                print(f"# {name}: {code} {said} {'' if now == before else 'CHANGED'}")
            check(now[:2] == before[:2], f"{name}: what was recorded changed: {before[:2]}\n{now[:2]}")
            check(set(now[2]) == set(before[2]), f"{name}: {set(before[2]) ^ set(now[2])} went or came")
            check(may_change or now == before, f"{name}: {before}\n{now}")
        mend(world, name, before)
    print(f"# {len(hostile_answers.MISFITS)} pages that do not fit")


def mend(world, name, before):
    """The true platform answers once."""
    check(world.terminal.ok("check")["well"], f"{name}: invariants")
    world.rule(None, None)
    world.sync()
    now, found = world.held(), world.platform.events()
    check(now == before, f"{name}: the true platform does not mend it: {before}\n{now}")
    check(all(now[2][i]["state"] == found[i][0]["state"] for i in found if i in now[2]), f"{name}: not the platform's state")
    check(world.terminal.ok("check")["well"], f"{name}: invariants afterwards")


def believed(world):
    """Pages whose digest fits what they tell: they take away what is the platform's, and nothing of ours."""
    before = world.held()
    for name, script in hostile_answers.BELIEVED:
        world.rule("pull", script)
        _, _, kib, _ = world.sync()
        now = world.held()
        check(world.server.hits > 0 and kib < LIMIT_KIB, f"{name}: {world.server.hits} hits, {kib} KiB")
        check(now[:2] == before[:2], f"{name}: what was recorded changed: {before[:2]}\n{now[:2]}")
        check(set(now[2]) < set(before[2]), f"{name}: nothing went: {now[2]}")
        mend(world, name, before)
    world.terminal.close()


wangge.main(download, hello, challenge, session, push, upload, parts, pull, later_version, endless_pages, whole, misfits, believed, make=World)
