# SPDX-License-Identifier: GPL-3.0-or-later
# The measurements of the platform: push, steady, memory, day, office, soak.
"""Environment beside that of bench.py: BENCH_TERMINALS how many terminals bring a day (600), BENCH_SOAK_S how long
the soak lasts (3600), BENCH_SOAK_RATE its operations a second (60). WG_TEST_POSTGRES names the server to use."""

import atexit
import base64
import collections
import json
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request

from bench_kit import BUILD, QUICK, Peer, Table, ask, cpu_seconds, program, runs

TABLETS = 32
GRIDS = 170
# MiB of pages that the daemon's connections to its file may keep: 16 readers and the writer.
PAGES = 17 * 32


class Platform:
    """One daemon with its database, and the program that plays its terminals."""

    def __init__(self, folder, name, engine="SQLite", tls=False):
        self.program, self.data, self.engine = str(BUILD / "src/server/wangge-platform"), folder / name, engine
        shutil.copytree(sample(folder, engine), self.data)
        self.database = ["--database", make_database("bench_" + name, "bench_sample")] if engine == "PostgreSQL" else []
        listen, scheme, environment = ["--listen", "127.0.0.1:0"], "http", dict(os.environ)
        if tls:
            pem = self.data / "tls.pem"
            key = self.data / "tls.key"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                            "2", "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
                           check=True, capture_output=True)
            listen, scheme = [*listen, "--tls-cert", str(pem), "--tls-key", str(key)], "https"
            environment["BENCH_CA"] = str(pem)
        self.service = subprocess.Popen([self.program, "serve", "--data", str(self.data), *self.database, "--rate", "0", *listen],
                                        stdout=subprocess.PIPE, text=True)
        atexit.register(self.service.kill)
        self.url = f"{scheme}://{self.service.stdout.readline().strip()}"
        self.client = Peer(*program("bench-push", self.url), environment=environment)

    def run(self, *arguments):
        return subprocess.run([self.program, *arguments, "--data", str(self.data), *self.database], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def enrol(self, n):
        """Tablets of the grids' workers in turn; a worker may have several."""
        for i in range(n):
            text = self.run("enrol", f"w{i % GRIDS + 1:04}", "--url", self.url, "--json")
            self.client.ask("enrol " + json.loads(text)["code"])

    def ask(self, line):
        """What the client answered, with the processor seconds of daemon and database server meanwhile."""
        before = cpu_seconds(self.service.pid), postgres_seconds()
        answer = self.client.ask(line)
        return answer, cpu_seconds(self.service.pid) - before[0], postgres_seconds() - before[1]

    def status(self, name):
        for line in pathlib.Path(f"/proc/{self.service.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise SystemExit(f"the daemon has ended, or has no {name}")

    def metric(self, name):
        with urllib.request.urlopen(self.url + "/metrics") as answer:
            text = answer.read().decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])

    def stop(self):
        self.client.close()
        atexit.unregister(self.service.kill)
        self.service.terminate()
        if self.service.wait():
            raise SystemExit(f"the daemon ended with {self.service.returncode}")

    def key(self):
        text = (self.data / "platform.key").read_text().strip()
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()

    def export(self, path):
        """The database in plain, as it is now."""
        path.unlink(missing_ok=True)
        subprocess.run(program("bench-raw-cipher", "export", self.data / "platform.db", self.key(), path, "-"), check=True)
        return path


def sample(folder, engine):
    """The folder of a platform with the sample district that nobody has spoken to, made once for each engine."""
    made = folder / f"sample_{engine.lower()}"
    if not made.exists():
        database = ["--database", make_database("bench_sample")] if engine == "PostgreSQL" else []
        subprocess.run([str(BUILD / "src/server/wangge-platform"), "init", "--sample", "--data", str(made), *database], check=True,
                       stdout=subprocess.DEVNULL)
    return made


def make_database(name, template="template0"):
    """Its address."""
    server = os.environ["WG_TEST_POSTGRES"]
    subprocess.run(["psql", "-qX", "-d", server, "-c", f"DROP DATABASE IF EXISTS {name}", "-c",
                    f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'"], check=True, stderr=subprocess.DEVNULL)
    return server.replace("/postgres?", f"/{name}?")


def postgres_seconds():
    """Processor seconds of every process of the database server; the namespace has no other one."""
    total = 0.0
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() == "postgres":
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                total += sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


# ---------------------------------------------------------------------------------------------
# push: batches and clients, HTTP and TLS, both engines, beside raw inserts of the same rows

CELLS = [(batch, clients) for batch in (1, 50, 500) for clients in (1, 8, 32)]
KINDS = [(engine, scheme) for engine in ("SQLite", "PostgreSQL") for scheme in ("HTTP", "TLS")]
GOALS = {"SQLite": 10000, "PostgreSQL": 8000}
REPLAYED = {1: 800, 50: 10000, 500: 10000}

Push = collections.namedtuple("Push", "rate p50 p99 daemon server client")


def operations(batch, clients):
    return runs({1: 300 if clients == 1 else 800, 50: 5000 if clients == 1 else 8000, 500: 5000 if clients == 1 else 8000}[batch])


def push_once(platform, batch, clients):
    n = max(operations(batch, clients), batch * clients)
    answer, daemon, server = platform.ask(f"push {batch} {clients} {n}")
    if answer[8] != "0":
        raise SystemExit(f"{answer[8]} pushes were refused")
    n = int(answer[3])
    return Push(n / float(answer[4]), float(answer[6]), float(answer[7]), daemon / n * 1e6, server / n * 1e6, float(answer[5]) / n * 1e6)


def bench_push(folder):
    platforms = {}
    for engine, scheme in KINDS:
        platforms[engine, scheme] = Platform(folder, f"{engine}_{scheme}".lower(), engine, scheme == "TLS")
        platforms[engine, scheme].enrol(TABLETS)
        platforms[engine, scheme].client.ask("push 50 4 1000")
    taken = {(kind, cell): [] for kind in KINDS for cell in CELLS}
    for turn in range(3):
        for cell in CELLS:
            # TLS once: it differs by what it costs, which is told apart.
            for kind in KINDS if turn == 0 else [kind for kind in KINDS if kind[1] == "HTTP"]:
                taken[kind, cell].append(push_once(platforms[kind], *cell))
    file = platforms["SQLite", "HTTP"]
    pulls = [file.client.ask(f"pull {i % TABLETS}") for i in range(runs(12))]
    for platform in platforms.values():
        platform.stop()
    plain = file.export(folder / "plain.db")
    alone = {(name, batch): [] for batch in REPLAYED for name in ("SQLite", "SQLCipher", "PostgreSQL")}
    for _ in range(3):
        for name, batch in alone:
            alone[name, batch].append(replay(folder, plain, name, file.key(), batch))
    report_push(taken, alone)
    report_pull(plain, file, pulls)


def replay(folder, plain, name, key, batch):
    """Operations a second of the bare engine, for as many as one run of pushes has."""
    n = runs(REPLAYED[batch])
    if name == "PostgreSQL":
        seconds, n = ask(program("bench-raw-postgres", plain, make_database("bench_replay", "bench_sample"), batch, n))
    else:
        engine, used = ("bench-raw-plain", "-") if name == "SQLite" else ("bench-raw-cipher", key)
        seconds, n = ask(program(engine, "replay", plain, folder / "replay.db", used, batch, n))
        for file in folder.glob("replay.db*"):
            file.unlink()
    return int(n) / float(seconds)


def report_push(taken, alone):
    table = Table("Push (operations a second), against the same rows written by the engine alone on one connection")
    for engine, scheme in KINDS:
        for batch, clients in CELLS:
            rates = [push.rate for push in taken[(engine, scheme), (batch, clients)]]
            goal = GOALS[engine] if batch == 50 and clients > 1 and scheme == "HTTP" else 0
            table.add(f"{engine}, {scheme}, batches of {batch}, {clients} clients", rates, "/s", alone[engine, batch],
                      f">= {goal:,}" if goal else "", statistics.median(rates) >= goal if goal else None)
    for (name, batch), values in alone.items():
        table.add(f"{name} alone, {batch} a transaction", values, "/s")
    table.show()
    table = Table("… what an operation costs (µs of processor time: daemon, + database server, + client) and when a push is answered")
    for (engine, scheme), (batch, clients) in taken:
        values = [statistics.median(column) for column in zip(*taken[(engine, scheme), (batch, clients)])]
        push = Push(*values)
        table.add(f"{engine}, {scheme}, batches of {batch}, {clients} clients: {push.daemon:.0f} + {push.server:.0f} + {push.client:.0f} µs; answered p50",
                  [push.p50], "ms")
        table.rows[-1] = (*table.rows[-1][:3], f"{push.p99:.4g}", *table.rows[-1][4:])
    table.show()


def report_pull(plain, platform, pulls):
    table = Table("First pull (rows a second): pages of 500 over HTTP, against the same rows read by the engine alone")
    rates, alone, cipher = [], [], []
    for answer in pulls:
        rates.append(int(answer[1]) / float(answer[2]))
        seconds, rows, _ = ask(program("bench-raw-plain", "feed", plain, "-", answer[5]))
        alone.append(int(rows) / float(seconds))
        seconds, rows, _ = ask(program("bench-raw-cipher", "feed", platform.data / "platform.db", platform.key(), answer[5]))
        cipher.append(int(rows) / float(seconds))
    table.add("first pull", rates, "rows/s", alone)
    table.add("engine alone, SQLCipher", cipher, "rows/s", alone)
    table.show()
    print(f"  ({pulls[0][1]} rows in {pulls[0][4]} pages, {int(pulls[0][3]) // 1024} KiB on the wire)")


# ---------------------------------------------------------------------------------------------
# steady: how long a push waits at the rate of a city


def bench_steady(folder):
    table = Table("Push at 240 operations a second: from when it was due to its answer, after the commit")
    for engine in GOALS:
        platform = Platform(folder, "steady_" + engine.lower(), engine)
        platform.enrol(TABLETS)
        platform.client.ask("push 50 4 1000")
        for batch in (1, 5, 50):
            answer, daemon, server = platform.ask(f"steady 240 {batch} {TABLETS} {runs(20)}")
            if answer[8] != "0":
                raise SystemExit(f"{answer[8]} pushes were refused")
            p99 = float(answer[7])
            seconds = float(answer[4])
            table.add(f"{engine}, batches of {batch}: {(daemon + server) / seconds:.0%} of a processor; p50", [float(answer[6])], "ms",
                      None, "p99 < 300 ms", p99 < 300)
            table.rows[-1] = (*table.rows[-1][:3], f"{p99:.4g}", *table.rows[-1][4:])
        platform.stop()
    table.show()


# ---------------------------------------------------------------------------------------------
# memory: what an open connection costs the daemon

HELD = 500


def bench_memory(folder):
    table = Table(f"Memory of the daemon for each of {HELD} connections, idle after a request")
    for tls in (False, True):
        platform = Platform(folder, "memory_tls" if tls else "memory", tls=tls)
        platform.enrol(TABLETS)
        platform.client.ask("push 50 8 4000")
        values = []
        for _ in range(3):
            before = platform.status("VmRSS")
            platform.client.ask(f"hold {HELD}")
            values.append((platform.status("VmRSS") - before) / HELD)
            platform.client.ask("release")
        # Later rounds find the memory of the first still with the process.
        table.add("TLS" if tls else "HTTP", [values[0]], "KiB")
        table.add("  the daemon as a whole then", [platform.status("VmRSS") / 1024], "MiB")
        table.add("  … more after two more rounds", [sum(values[1:]) * HELD / 1024], "MiB")
        platform.stop()
    table.show()


# ---------------------------------------------------------------------------------------------
# day: a district's terminals bring a day, a tenth of the requests cut off

DAY = dict(events=10, edits=5, photos=5, cut=10)


def count(plain):
    """What must be there once and only once."""
    database = sqlite3.connect(plain)
    return {name: database.execute(sql).fetchone()[0] for name, sql in (
        ("operations", "SELECT count(*) FROM op"),
        ("operations by their ids", "SELECT count(DISTINCT op_id) FROM op"),
        ("operations applied", "SELECT count(*) FROM op WHERE result NOT LIKE '%rejected%'"),
        ("events", "SELECT count(*) FROM event"),
        ("versions of events", "SELECT coalesce(sum(ver), 0) FROM event"),
        ("versions in the history", "SELECT count(*) FROM hist h JOIN event e ON e.id = h.rec"),
        ("steps", "SELECT count(*) FROM event_step"),
        ("members of scopes", "SELECT count(*) FROM member WHERE kind = 'event' AND removed = 0"),
        ("photos, whole", "SELECT count(*) FROM blob WHERE state = 'whole'"),
    )}


def bring_day(folder, terminals, clients, photo_bytes):
    """Seconds until all is applied, and until the photos are there, cuts, what is missing or too much, daemon's CPU."""
    platform = Platform(folder, "day")
    before = count(platform.export(folder / "day.db"))
    platform.enrol(terminals)
    answer, daemon, _ = platform.ask("day {} {} {events} {edits} {photos} {} {cut}".format(terminals, clients, photo_bytes, **DAY))
    platform.stop()
    platform.run("check")
    found = count(platform.export(folder / "day.db"))
    made = terminals * DAY["events"]
    changed = made + terminals * DAY["edits"]
    expected = dict(zip(found, (changed, changed, changed, made, changed, changed, made, 2 * made, terminals * DAY["photos"])))
    off = {name: found[name] - before[name] - expected[name] for name in found}
    lost, doubled = -sum(min(0, n) for n in off.values()), sum(max(0, n) for n in off.values())
    if lost or doubled or int(answer[5]):
        print(f"  off: {off}")
    return float(answer[2]), float(answer[3]), int(answer[4]), int(answer[5]) + lost, doubled, daemon


def bench_day(folder):
    terminals = int(os.environ.get("BENCH_TERMINALS", 60 if QUICK else 600))
    applied, whole, cut, lost, doubled, daemon = bring_day(folder, terminals, 32, 200_000)
    table = Table(f"A day of {terminals} terminals: {DAY['events']} events, {DAY['edits']} edits, {DAY['photos']} photos of 200 kB each;"
                  f" {cut} requests cut off")
    table.add("all operations answered", [applied], "s", None, "<= 600", applied <= 600)
    table.add("all photos there", [whole], "s", None, "<= 600", whole <= 600)
    table.add("processor time of the daemon", [daemon], "s")
    table.add("lost", [lost], "", None, "0", lost == 0)
    table.add("doubled", [doubled], "", None, "0", doubled == 0)
    table.show()
    if lost or doubled:
        raise SystemExit("something was lost or doubled")


# ---------------------------------------------------------------------------------------------
# office: many terminals come home at once, on one line

LINE = 20_000_000  # bits a second, both ways together


def bench_office(folder):
    inside = "BENCH_INSIDE" in os.environ
    if not inside and subprocess.run(["unshare", "-rn", "tc", "qdisc", "show"], stdout=subprocess.DEVNULL, check=False).returncode:
        print("skipped: network namespaces and tc are needed")
        return
    if not inside:
        subprocess.run(["unshare", "-rn", sys.executable, *sys.argv], check=True, env=dict(os.environ, BENCH_INSIDE="1"))
        return
    for command in ("ip link set lo mtu 1500 up",
                    f"tc qdisc add dev lo root tbf rate {LINE}bit burst 64kb latency 300ms"):
        subprocess.run(command.split(), check=True)
    terminals, photo_bytes = 30 if QUICK else 150, 100_000
    applied, whole, cut, lost, doubled, _ = bring_day(folder, terminals, terminals, photo_bytes)
    least = terminals * DAY["photos"] * photo_bytes * 8 / LINE
    table = Table(f"{terminals} terminals at once on one line of {LINE // 1_000_000} Mbit/s: {DAY['events']} events, {DAY['edits']} edits,"
                  f" {DAY['photos']} photos of 100 kB each; {cut} requests cut off")
    table.add("all operations answered", [applied], "s")
    table.add("all photos there, against the line's own time for them", [whole], "s", [least])
    table.add("lost", [lost], "", None, "0", lost == 0)
    table.add("doubled", [doubled], "", None, "0", doubled == 0)
    table.show()
    if lost or doubled:
        raise SystemExit("something was lost or doubled")


# ---------------------------------------------------------------------------------------------
# soak: nothing grows

Sample = collections.namedtuple("Sample", "seconds operations p99 resident pages descriptors threads log file")


def look(platform, began, done, p99):
    sizes = [file.stat().st_size if file.exists() else 0 for file in (platform.data / "platform.db-wal", platform.data / "platform.db")]
    return Sample(time.monotonic() - began, done, p99, platform.status("VmRSS") / 1024,
                  platform.metric("wg_sqlite_bytes") / 2**20, len(os.listdir(f"/proc/{platform.service.pid}/fd")), platform.status("Threads"), sizes[0] / 2**20, sizes[1])


def bench_soak(folder):
    lasts, rate = int(os.environ.get("BENCH_SOAK_S", 360 if QUICK else 3600)), int(os.environ.get("BENCH_SOAK_RATE", 60))
    step = max(5, min(60, lasts // 20))
    platform = Platform(folder, "soak")
    platform.enrol(TABLETS)
    began, done, samples = time.monotonic(), 0, []
    while time.monotonic() - began < lasts:
        answer = platform.client.ask(f"steady {rate} 5 {TABLETS} {step}")
        if answer[8] != "0":
            raise SystemExit(f"{answer[8]} pushes were refused")
        done += int(answer[3])
        platform.client.ask(f"pull {len(samples) % TABLETS}")
        samples.append(look(platform, began, done, float(answer[7])))
        print("  {0.seconds:5.0f} s {0.operations:7} operations  p99 {0.p99:6.1f} ms  {0.resident:6.1f} MiB, {0.pages:5.1f} in pages  {0.descriptors} descriptors"
              "  {0.threads} threads  log {0.log:.1f} MiB".format(samples[-1]), flush=True)
    platform.stop()
    platform.run("check")
    report_soak(samples, rate)


def growth(samples):
    """Bytes of the file for an operation."""
    return (samples[-1].file - samples[0].file) / max(1, samples[-1].operations - samples[0].operations)


def report_soak(samples, rate):
    warm, last = samples[len(samples) // 4:], samples[-1]
    half = len(warm) // 2
    table = Table(f"Soak: {last.seconds / 60:.0f} minutes at {rate} operations a second, {last.operations:,} operations;"
                  " the end against the end of the first quarter")
    # What SQLite keeps of a growing file grows up to its limit; everything else stays as it is. A sample may lie
    # right behind a pull, so that the halves are compared by their medians.
    rest = [one.resident - one.pages for one in warm]
    before, after = statistics.median(rest[:half]), statistics.median(rest[half:])
    flat = after <= before * 1.05 + 2
    table.add("resident memory", [last.resident], "MiB", [warm[0].resident])
    table.add("  … of it what SQLite holds", [last.pages], "MiB", [warm[0].pages], f"<= {PAGES}", last.pages <= PAGES)
    table.add("  … the rest, median of the second half against the first", [after], "MiB", [before], "<= 1.05x + 2 MiB", flat)
    same = last.descriptors <= warm[0].descriptors + 2
    table.add("descriptors", [last.descriptors], "", [warm[0].descriptors], "<= + 2", same)
    table.add("threads", [last.threads], "", [warm[0].threads])
    highest = max(one.log for one in samples)
    table.add("the log, at its largest", [highest], "MiB", None, "<= 64", highest <= 64)
    early, late = growth(warm[: half + 1]), growth(warm[half:])
    table.add("file, bytes an operation, second half against first", [late], "B", [early], "<= 1.1x", late <= early * 1.1)
    table.add("p99 of a push, worst minute", [max(one.p99 for one in samples)], "ms")
    table.show()
    if not flat or last.pages > PAGES or not same or highest > 64:
        raise SystemExit("something grows")


PARTS = {"push": bench_push, "steady": bench_steady, "memory": bench_memory, "day": bench_day, "office": bench_office,
         "soak": bench_soak}
