#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The next version's daemon beside this one's, on one database, while terminals work with both: nobody meets an error,
# nothing is lost or double; afterwards this version's program says in words that it is too old.
"""The next version is the same program with one migration more (tests/e2e/next). The daemon that was there first goes on
with tables that another has changed under it. With WG_TEST_POSTGRES the database is PostgreSQL's, else the file."""
import concurrent.futures
import json
import os
import re
import subprocess
import tempfile
import threading

import wangge
from wangge import Failed, check

NEXT = os.environ["WG_TEST_PLATFORM_NEXT"]
SERVER = os.environ.get("WG_TEST_POSTGRES")
TERMINALS, EVENTS = 4, 3


SOCKETS = re.search(r"host=([^&]+)", SERVER).group(1) if SERVER else None


def query(sql):
    subprocess.run(["psql", "-q", "-h", SOCKETS, "-U", "wangge", "-d", "postgres", "-c", sql], check=True)


class Place(wangge.Platform):
    """A database and a folder; who serves it comes later."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="wangge-platform-")
        self.port, self.process, self.more, self.name = 0, None, [], f"upgrade_{os.getpid()}"
        if SERVER:
            query(f"CREATE DATABASE {self.name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
            self.more = ["--database", f"postgresql:///{self.name}?host={SOCKETS}&user=wangge"]
        self.run("init", "--sample")

    def run(self, *arguments, program=None):
        ran = self.attempt(*arguments, program=program)
        check(ran.returncode == 0, f"{arguments}: {ran.returncode} {ran.stderr}")
        return ran.stdout

    def attempt(self, *arguments, program=None):
        return subprocess.run([program or wangge.PLATFORM, *arguments, "--data", self.folder, *self.more],
                              capture_output=True, text=True, env=wangge.environment(), check=False)


    def close(self):
        super().close()
        if SERVER:
            query(f"DROP DATABASE {self.name} WITH (FORCE)")


class Daemon:
    """One of several; what a terminal reaches through it."""

    def __init__(self, place, program):
        self.process = subprocess.Popen(
            [program, "serve", "--data", place.folder, *place.more, "--listen", "127.0.0.1:0", "--rate", "0"],
            stdout=subprocess.PIPE, text=True, env=wangge.environment())
        line = self.process.stdout.readline()
        if not line:
            raise Failed("a daemon did not start")
        self.url = "http://" + line.strip()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(60)
        self.process.stdout.close()
        check(code == 0, f"a daemon ended with {code}")


class Through:
    """The platform as one of its daemons shows it."""

    def __init__(self, daemon):
        self.url = daemon.url


def work(daemon, number, code, go_on, under_way):
    terminal = wangge.Terminal(Through(daemon), f"w{number:04}", code)
    terminal.ok("sync")
    ids = []
    while len(ids) < EVENTS or not go_on.is_set():
        ids.append(terminal.log("general", "0205"))
        check(terminal.ok("sync")["all_synced"], f"terminal {number}")
        under_way.release()
    check(all(terminal.events()[i]["truth"] == "applied" for i in ids), f"terminal {number}")
    check(terminal.ok("check")["well"], f"terminal {number}")
    terminal.close()
    return ids


def both_versions(_):
    place = Place()
    old = Daemon(place, wangge.PLATFORM)
    codes = [place.code(f"w{number:04}") for number in range(1, 2 * TERMINALS + 1)]
    done, under_way = threading.Event(), threading.Semaphore(0)
    with concurrent.futures.ThreadPoolExecutor(2 * TERMINALS) as pool:
        jobs = [pool.submit(work, old, n + 1, codes[n], done, under_way) for n in range(TERMINALS)]
        try:
            for _ in range(TERMINALS):
                check(under_way.acquire(timeout=100), "a terminal stopped")
            new = Daemon(place, NEXT)  # migrates while the other serves
            jobs += [pool.submit(work, new, n + 1, codes[n], done, under_way) for n in range(TERMINALS, 2 * TERMINALS)]
            for _ in range(2 * TERMINALS * EVENTS):
                check(under_way.acquire(timeout=100), "a terminal stopped")
        finally:
            done.set()
        ids = [i for job in jobs for i in job.result()]
    too_old(place)
    old.stop()
    found = {event["id"]: event for event in json.loads(place.run("list", "events", "--json", program=NEXT))}
    check(sorted(found) == sorted(ids), f"{len(ids)} told, {len(found)} there")
    check(json.loads(place.run("check", program=NEXT))["good"], "check")
    new.stop()
    place.close()


def too_old(place):
    """Nothing of this version's opens what the next has changed; who had it open goes on."""
    for command in (["stats"], ["check"], ["serve", "--listen", "127.0.0.1:0"], ["enrol", "w0001"]):
        ran = place.attempt(*command)
        check(ran.returncode == 1 and "update the program" in ran.stderr, f"{command}: {ran.returncode} {ran.stderr}")


class Nothing:
    """No platform of the whole run: each test makes its own."""

    def __init__(self, *_):
        pass

    def close(self):
        pass


wangge.main(both_versions, make=Nothing)
