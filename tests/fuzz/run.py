#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the fuzz targets with clang, in a folder below the build folder, and runs each for a while.
"""usage: run.py SOURCE BUILD SECONDS-EACH|RUNS [TARGET…]   (results as TAP)

With RUNS (`4000x`) the inputs are the same each time, for a build that must say the same twice; with seconds they are new.
"""

import concurrent.futures
import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

WIRE = "tests/fixtures/wire"
# target: where its first inputs are, and how long an input may be
TARGETS = {
    "operation": ([f"{WIRE}/operation-*", f"{WIRE}/push.ndjson"], 65536),
    "record": ([f"{WIRE}/record*", f"{WIRE}/conflict*"], 65536),
    "push": ([f"{WIRE}/push.ndjson"], 65536),
    "pull": ([f"{WIRE}/pull-page*"], 65536),
    "problem": ([f"{WIRE}/problem-*"], 4096),
    "bundle": ([], 4096),
    "messages": ([f"{WIRE}/*"], 8192),
    "import": ([], 16384),
    "zstd": ([], 65536),
    "qr": ([f"{WIRE}/enrol-ticket.txt"], 1024),
    "csv": (["data/standards/*.csv", "data/standards/*/*.csv"], 65536),
    "nmea": ([], 1024),
    "wkb": ([], 4096),
    "map": ([], 65536),
}
# These take that many times as long for an input.
SLOW = {"map": 100, "csv": 10, "messages": 10}
NMEA = "$GPGGA,123519,3725.872,N,11835.081,E,1,08,0.9,8.4,M,7.7,M,,*7B\n$GPRMC,123519,A,3725.872,N,11835.081,E,022.4,084.4,230326,,*1F\n"
GEOJSON = """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"370502001001001","name":"a",
"kind":"city","org_code":"370502001"},"geometry":{"type":"Polygon","coordinates":[[[118.5,37.4],[118.6,37.4],[118.6,37.5],[118.5,37.4]]]}}]}"""
IMPORT = """{"orgs":[{"code":"370502001","name":"a","short_name":"a","level":3,"parent":"370502"}],"grids":[],"workers":[]}"""
WKB = bytes.fromhex("4750000100000000" "0103000000010000000400000000000000000000000000000000000000"
                    "000000000000f03f0000000000000000000000000000f03f000000000000f03f00000000000000000000000000000000")
# A header or none, parts of a bundle (type, length, bytes), and which byte is hurt how: see feed_made_bundle().
BUNDLE_HEADER = (b'{"kind":"push","replica":"019cac8a-4040-7000-8000-000000000001","epoch":"a",'
                 b'"id":"019cac8a-4040-7000-8000-0000000000b1","to":"0123456789abcdef","made":0,"operations":1,"photos":0}')
BUNDLES = [header + b"\nP\x04push" b"B\x05photo" b"L\x00" + hurt for header in (b"", BUNDLE_HEADER)
           for hurt in (b"\0\0\0", b"\x20\0\x01", b"\x80\x01\x80")] + [b"WGBUNDL1\x02\0\0\0{}"]
# An empty frame, and one of a few bytes, as zstd writes them.
ZSTD = [bytes.fromhex("28b52ffd2000010000"), bytes.fromhex("28b52ffd0448690000746573742074657374206279746573")]


def small_map(path):
    """An MBTiles file of one vector tile."""
    base = sqlite3.connect(path)
    base.executescript(
        "CREATE TABLE metadata (name TEXT, value TEXT);"
        "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);"
        "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);"
    )
    base.executemany("INSERT INTO metadata VALUES (?, ?)", [
        ("name", "a"), ("format", "pbf"), ("minzoom", "1"), ("maxzoom", "2"), ("bounds", "118,37,119,38"),
        ("center", "118.5,37.5,1"), ("json", '{"vector_layers":[{"id":"road","fields":{}}]}')])
    tile = bytes.fromhex("1a0a0a04726f6164288020780a")
    base.execute("INSERT INTO tiles VALUES (1, 1, 1, ?)", [gzip.compress(tile, mtime=0)])
    base.commit()
    base.close()


def seed(source, folder, target):
    """The folder of first inputs of a target."""
    seeds = os.path.join(folder, target, "seeds")
    shutil.rmtree(seeds, ignore_errors=True)
    os.makedirs(seeds)
    found = subprocess.run(["bash", "-c", "shopt -s nullglob; printf '%s\\n' " + " ".join(TARGETS[target][0])],
                           cwd=source, capture_output=True, text=True, check=True).stdout.split()
    for path in found:
        shutil.copy(os.path.join(source, path), os.path.join(seeds, os.path.basename(path)))
    made = {"import": [GEOJSON.encode(), IMPORT.encode()], "zstd": ZSTD, "bundle": BUNDLES, "nmea": [NMEA.encode()], "wkb": [WKB]}
    for number, text in enumerate(made.get(target, [])):
        with open(os.path.join(seeds, f"seed-{number}"), "wb") as file:
            file.write(text)
    if target == "map":
        small_map(os.path.join(seeds, "small.mbtiles"))
    return seeds


def write_words(source, path):
    """The members and values of all fixtures, as a dictionary of libFuzzer."""
    words = set()
    for name in os.listdir(os.path.join(source, WIRE)):
        with open(os.path.join(source, WIRE, name), encoding="utf-8") as file:
            words |= set(re.findall(r'"([a-z0-9_.:-]{1,24})"', file.read()))
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f'"\\"{word}\\""\n' for word in sorted(words))


def build(source, folder):
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        subprocess.run(
            ["meson", "setup", folder, source, "-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false"],
            env={**os.environ, "CC": "ccache clang-19" if shutil.which("ccache") else "clang-19"},
            stdout=subprocess.DEVNULL, check=True)
    ran = subprocess.run(["ninja", "-C", folder, "tests/fuzz/wg-fuzz"], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"cannot build the targets:\n{ran.stdout[-4000:]}{ran.stderr[-4000:]}")


def fuzz(source, folder, target, effort):
    """(how it ended, one line about it)"""
    work = os.path.join(folder, target)
    corpus = os.path.join(work, "corpus")
    kept = os.path.join(source, "tests/fuzz/corpus", target)
    os.makedirs(corpus, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        ran = subprocess.run(
            [os.path.join(folder, "tests/fuzz/wg-fuzz"), *effort, "-timeout=20",
             "-rss_limit_mb=1024", f"-max_len={TARGETS[target][1]}", f"-artifact_prefix={work}/", "-print_final_stats=1",
             f"-dict={folder}/words.dict", corpus, seed(source, folder, target)] + ([kept] if os.path.isdir(kept) else []),
            env={**os.environ, "WG_FUZZ_TARGET": target, "WG_FUZZ_FOLDER": scratch, "G_DEBUG": "fatal-criticals",
                 "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"},
            capture_output=True, text=True, errors="replace", check=False)
    runs = re.findall(r"stat::number_of_executed_units: (\d+)", ran.stderr)
    cover = re.findall(r"cov: (\d+)", ran.stderr)
    line = f"{runs[-1] if runs else 0} inputs, {cover[-1] if cover else 0} edges"
    if ran.returncode:
        print(ran.stderr[-6000:], file=sys.stderr)
    return ran.returncode == 0 and bool(runs), line


def main():
    source, folder = sys.argv[1], os.path.join(sys.argv[2], "fuzz")
    runs, same = sys.argv[3].removesuffix("x"), sys.argv[3].endswith("x")
    targets = sys.argv[4:] or list(TARGETS)
    if shutil.which("clang-19") is None:
        print("1..0 # SKIP clang-19 with its fuzzer is not installed")
        return 0
    build(source, folder)
    write_words(source, os.path.join(folder, "words.dict"))

    def effort(target):
        if not same:
            return [f"-max_total_time={runs}"]
        shutil.rmtree(os.path.join(folder, target), ignore_errors=True)
        return ["-seed=1", f"-runs={int(runs) // SLOW.get(target, 1)}"]

    print(f"1..{len(targets)}", flush=True)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(fuzz, source, folder, target, effort(target)) for target in targets]
        for number, (target, job) in enumerate(zip(targets, jobs), 1):
            good, line = job.result()
            bad += not good
            print(f"{'ok' if good else 'not ok'} {number} {target}\n# {target}: {line}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
