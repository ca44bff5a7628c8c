#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs one part of the measurements and prints its table: bench.py PART
"""Whatever is compared runs in turn, so that a disturbance of the machine meets both. Files lie beside the
build, on its disk: a temporary folder may be memory. Environment: BENCH_BUILD the build folder, BENCH_QUICK=1
a tenth of the runs; more in bench_platform.py."""

import json
import os
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

import bench_kit
import bench_platform
from bench_kit import BUILD, Peer, Table, ask, enrol, program, quantile, runs, start_platform

SOURCE = pathlib.Path(__file__).resolve().parents[2]


# ---------------------------------------------------------------------------------------------
# tap: from the tap to the commit


def bench_tap(folder):
    store = Peer(*program("bench-tap", folder / "store"))
    for kind in ("daily", "general"):
        store.ask(kind)
    (key,) = store.ask("key")
    # Both engines go on from a copy of this very file, five years and all.
    subprocess.run(program("bench-raw-cipher", "export", folder / "store/store.db", key, folder / "plain.db", "-"), check=True)
    subprocess.run(program("bench-raw-cipher", "export", folder / "store/store.db", key, folder / "cipher.db", key), check=True)
    peers = {
        "store": store,
        "plain": Peer(*program("bench-raw-plain", "tap", folder / "plain.db", "-")),
        "cipher": Peer(*program("bench-raw-cipher", "tap", folder / "cipher.db", key)),
    }
    times, cpu = ({(peer, kind): [] for peer in peers for kind in ("daily", "general")} for _ in range(2))
    for i in range(runs(2000) + 50):
        for kind in ("daily", "general"):
            for name, peer in peers.items():
                took_us, busy_us = peer.ask(kind)
                if i >= 50:
                    times[name, kind].append(float(took_us) / 1000)
                    cpu[name, kind].append(float(busy_us) / 1000)
    for peer in peers.values():
        peer.close()
    table = Table("Tap to durable (ms): the store's thread, against plain SQLite writing the same rows")
    for kind in ("daily", "general"):
        ours, plain, cipher = (times[name, kind] for name in ("store", "plain", "cipher"))
        tail, other = quantile(ours, 0.99), quantile(plain, 0.99)
        table.add(f"{kind} event", ours, "ms", plain)
        table.add("  p99 against p99", [tail], "ms", [other], "<= 50, <= 1.5x", tail <= 50 and tail <= 1.5 * other)
        table.add("  SQLCipher writing the same rows", cipher, "ms", plain)
        table.add("  processor time", cpu["store", kind], "ms", cpu["plain", kind])
        table.add("  processor time, SQLCipher alone", cpu["cipher", kind], "ms", cpu["plain", kind])
    table.show()


# ---------------------------------------------------------------------------------------------
# home: unlock to usable home


def bench_home(folder):
    # The second store's key takes next to no derivation: what is left is the store's own time.
    stores = {"": folder / "store", "cheap": folder / "cheap"}
    subprocess.run(program("bench-home", "make", stores[""]), check=True)
    subprocess.run(program("bench-home", "make", stores["cheap"]), check=True, env=dict(os.environ, WANGGE_KDF_TEST="1"))
    taken = {(how, kind): [] for how in ("warm", "cold") for kind in stores}
    for i in range(runs(20) + 1):
        for how, kind in taken:
            values = [float(word) for word in ask(program("bench-home", how, stores[kind]))]
            if i > 0:
                taken[how, kind].append(values)
    table = Table("Unlock to usable home (ms): 3,300 events, 5,000 persons, the district's reference rows")
    names = ("unlock", "reference tables", "today", "counts", "dots", "drafts, classes, queue")
    for how in ("warm", "cold"):
        total = [sum(row[1:7]) for row in taken[how, ""]]
        table.add(f"{how} file, all of it", total, "ms", None, "<= 1500", statistics.median(total) <= 1500)
        table.add("  key derivation alone", [row[0] for row in taken[how, ""]], "ms")
        table.add("  without derivation", [sum(row[1:7]) for row in taken[how, "cheap"]], "ms")
        for i, name in enumerate(names):
            table.add(f"    {name}", [row[i + 1] for row in taken[how, "cheap"]], "ms")
    table.show()
    print(f"  ({taken['warm', ''][0][7]:.0f} rows of today, {taken['warm', ''][0][8]:.0f} dots on the map)")


# ---------------------------------------------------------------------------------------------
# load: the first load of a grid, whole: session, rows, index, commit

LOAD_HOUSEHOLDS = 1480  # with their residents a little over 5,000 rows


class Line(threading.Thread):
    """A proxy to the platform that lets @rate bytes a second down and, @cuts times, breaks every
    connection: each time a further share of what a whole load brings has come through."""

    def __init__(self, url, rate=None, cuts=()):
        super().__init__(daemon=True)
        self.target = url.rsplit("/", 1)[1].split(":")
        self.rate, self.cuts, self.down, self.free_at = rate, list(cuts), 0, 0.0
        self.n_cut = 0
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            client, _ = self.server.accept()
            upstream = socket.create_connection((self.target[0], int(self.target[1])))
            for source, sink, is_down in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(target=self.carry, args=(source, sink, is_down), daemon=True).start()

    def carry(self, source, sink, is_down):
        try:
            while data := source.recv(1460):
                if is_down and not self.let_pass(len(data)):
                    # A reset, as when a radio cell is left: what was under way is gone.
                    for end in (source, sink):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def let_pass(self, n):
        """Waits until @n bytes have room on the line; false: it broke."""
        with self.lock:
            self.down += n
            if self.cuts and self.down >= self.cuts[0]:
                self.cuts.pop(0)
                self.n_cut += 1
                return False
            if not self.rate:
                return True
            now = time.monotonic()
            self.free_at = max(self.free_at, now) + n / self.rate
            wait = self.free_at - now
        time.sleep(wait)
        return True


def first_load(folder, platform, data, url, worker, **line):
    """Enrols a new tablet of @worker over a line and loads its grid; seconds, bytes down, cuts, residents, processor."""
    field = str(BUILD / "src/field/wangge-field")
    between = Line(url, **line)
    environment = dict(os.environ, WANGGE_SECRET="84730152", WANGGE_KDF_TEST="1")
    subprocess.run([field, "enrol", "--folder", str(folder), "--code", enrol(platform, data, url, worker),
                    "--url", between.url, "--json"], check=True, stdout=subprocess.DEVNULL, env=environment)
    began, before, busy = time.monotonic(), between.down, os.times()
    subprocess.run([field, "sync", "--wait", "--wait-time", "300", "--folder", str(folder), "--json"],
                   check=True, stdout=subprocess.DEVNULL, env=environment)
    taken, after = time.monotonic() - began, os.times()
    cpu = after.children_user + after.children_system - busy.children_user - busy.children_system
    loaded = subprocess.run([field, "record", "list", "resident", "--limit", "100000", "--folder", str(folder), "--json"],
                            check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    return taken, between.down - before, between.n_cut, len(json.loads(loaded)), cpu


def bench_load(folder):
    platform, data, service, url = start_platform(folder)
    client = Peer(*program("bench-push", url))
    client.ask("enrol " + enrol(platform, data, url, "w0001"))
    _, rows, failed, _ = client.ask(f"records 0 {LOAD_HOUSEHOLDS}")
    if failed != "0":
        raise SystemExit(f"{failed} pushes were refused")
    client.close()
    quiet = [first_load(folder / f"tablet{i}", platform, data, url, "w0001") for i in range(runs(10))]
    whole = quiet[0][1]
    slow = [
        first_load(folder / f"cut{i}", platform, data, url, "w0001", rate=250_000,
                   cuts=[whole * (n + 1) // 6 for n in range(5)])
        for i in range(3)
    ]
    service.terminate()
    service.wait()
    table = Table(f"First load of a grid of {rows} rows (s): from the start of the program to all of it searchable")
    seconds = [value[0] for value in quiet]
    table.add("loopback", seconds, "s", None, "<= 2", statistics.median(seconds) <= 2)
    table.add("  processor time of the terminal", [value[4] for value in quiet], "s")
    seconds = [value[0] for value in slow]
    table.add(f"2 Mbit/s, cut {slow[0][2]} times", seconds, "s", None, "<= 120", statistics.median(seconds) <= 120)
    table.show()
    print(f"  ({whole // 1024} KiB on the wire, {quiet[0][3]} residents in the list)")
    if any(value[2] != 5 or value[3] != quiet[0][3] for value in slow):
        raise SystemExit("a line was not cut five times, or rows are missing")


# ---------------------------------------------------------------------------------------------
# start: first picture and memory, against GNOME Text Editor


def bench_start(folder):
    store = folder / "store"
    subprocess.run(program("bench-home", "make", store), check=True)
    secret = folder / "secret"
    secret.write_text("bench passphrase 1\n")
    wangge = [str(BUILD / "src/app/wangge"), "--folder", str(store)]
    programs = {
        "wangge": wangge,
        "editor": ["gnome-text-editor", "--standalone"],
        "home": [*wangge, "--secret-file", str(secret)],
    }
    taken = {name: [] for name in programs}
    for i in range(runs(12) + 2):
        for name, command in programs.items():
            values = [float(word) for word in ask(program("bench-window", *command))]
            if i >= 2:
                taken[name].append([*values[:4], values[4] / 1024, values[5] / 1024])
    table = Table("Start-up and memory: wangge with an enrolled store, against gnome-text-editor in the same root")
    names = (("window mapped", "ms"), ("first window painted", "ms"), ("processor time until then", "ms"),
             ("processor time, 2 s later", "ms"), ("resident memory", "MiB"), ("proportional memory", "MiB"))
    for i, (name, unit) in enumerate(names):
        ours, theirs = ([row[i] for row in taken[side]] for side in ("wangge", "editor"))
        ratio = statistics.median(ours) / statistics.median(theirs)
        table.add(name, ours, unit, theirs, "<= 1.3x" if i == 1 else "", ratio <= 1.3 if i == 1 else None)
    for i in (4, 5):
        table.add(f"{names[i][0]}, unlocked", [row[i] for row in taken["home"]], "MiB", [row[i] for row in taken["editor"]])
    table.show()


# ---------------------------------------------------------------------------------------------
# map: frames while panning


def bench_map(folder):
    table = Table("Map pan, 5,000 events (ms of work a frame)")
    for renderer in ("cairo", "ngl"):
        for grids in (170, 600):
            command = program("bench-map", grids, 5000, runs(600))
            # with-display forbids OpenGL where nobody asks for it.
            disabled = "gl,vulkan" if renderer == "cairo" else ""
            words = ask(command, env=dict(os.environ, GSK_RENDERER=renderer, GDK_DISABLE=disabled))
            values = [float(word) for word in words]
            table.add(f"{renderer}, {grids} grids", values, "ms", None, "p95 <= 16", quantile(values, 0.95) <= 16)
    table.show()


def main():
    parts = {"tap": bench_tap, "home": bench_home, "load": bench_load, "start": bench_start, "map": bench_map}
    parts.update(bench_platform.PARTS)
    if len(sys.argv) != 2 or sys.argv[1] not in parts:
        raise SystemExit("usage: bench.py " + "|".join(parts))
    os.environ.setdefault("WG_DATA_SOURCE_DIR", str(SOURCE / "data"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=BUILD))
    bench_kit.begin(sys.argv[1])
    try:
        parts[sys.argv[1]](folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
