#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad networks that are real: two network namespaces and a cable between them, narrow (tbf), losing packets at random
# (nftables), or pulled out again and again. wangge-field on one side, the daemon on the other; everything arrives.
import json
import os
import random
import subprocess
import sys
import threading
import time

import wangge
from wangge import check

INSIDE = "--inside"
HERE, THERE = "10.73.0.1", "10.73.0.2"


def run(*command, name=None):
    ran = subprocess.run([*(["nsenter", f"--net=/proc/{name}/ns/net"] if name else []), *command], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise wangge.Failed(f"{' '.join(command)}: {ran.stderr.strip()}")
    return ran.stdout


class Cable:
    """A pair of interfaces; the daemon's end lies in a namespace of its own."""

    def __init__(self):
        self.other = subprocess.Popen(["unshare", "-n", "sleep", "1000"])
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.other.pid}/ns/net") == own:
            pass
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(self.other.pid))
        run("ip", "addr", "add", f"{HERE}/24", "dev", "near")
        run("ip", "link", "set", "near", "up", "gso_max_size", "1600", "gso_max_segs", "1")
        for command in (("link", "set", "lo", "up"), ("addr", "add", f"{THERE}/24", "dev", "far"),
                        ("link", "set", "far", "up", "gso_max_size", "1600", "gso_max_segs", "1")):
            run("ip", *command, name=self.other.pid)

    def narrow(self, kbit):
        """Both directions; buffers as a line has them."""
        for name, device in ((None, "near"), (self.other.pid, "far")):
            run("tc", "qdisc", "replace", "dev", device, "root", "tbf", "rate", f"{kbit}kbit", "burst", "3200", "latency", "600ms", name=name)

    def lose(self, percent):
        """Of a hundred packets so many, at the receiver: what the sender drops itself TCP notices at once."""
        for name in (None, self.other.pid):
            run("nft", f"table inet bad {{ chain in {{ type filter hook input priority 0; iif != lo numgen random mod 100 < {percent} drop; }} ; }}", name=name)

    def clear(self):
        for name, device in ((None, "near"), (self.other.pid, "far")):
            subprocess.run([*(["nsenter", f"--net=/proc/{name}/ns/net"] if name else []), "tc", "qdisc", "del", "dev", device, "root"], check=False,
                           stderr=subprocess.DEVNULL)
            subprocess.run([*(["nsenter", f"--net=/proc/{name}/ns/net"] if name else []), "nft", "flush", "ruleset"], check=False)
        run("ip", "link", "set", "near", "up")

    def pull(self, out):
        run("ip", "link", "set", "near", "down" if out else "up")

    def close(self):
        self.other.kill()
        self.other.wait()


class Platform(wangge.Platform):
    """On the far end of the cable, with a certificate, as outside of loopback it must."""

    def __init__(self):
        self.cable = Cable()
        super().__init__()

    def start(self):
        key, pem = os.path.join(self.folder, "a.key"), os.path.join(self.folder, "a.pem")
        if not os.path.exists(pem):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                            "/CN=platform.example", "-keyout", key, "-out", pem], check=True, capture_output=True)
        self.process = subprocess.Popen(
            ["nsenter", f"--net=/proc/{self.cable.other.pid}/ns/net", wangge.PLATFORM, "serve", "--data", self.folder, "--listen",
             f"{THERE}:{self.port or 8460}", "--rate", "0", "--tls-cert", pem, "--tls-key", key, "--url", self.url],
            stdout=subprocess.PIPE, text=True, env=wangge.environment())
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    @property
    def url(self):
        return f"https://{THERE}:{self.port or 8460}"

    def terminal(self, worker):
        """Enrolled by the ticket, which has the pin."""
        terminal = wangge.Terminal.__new__(wangge.Terminal)
        terminal.platform, terminal.worker, terminal.more = self, worker, {}
        terminal.folder = os.path.join(self.folder, f"tablet-{worker}")
        terminal.ok("enrol", "--qr", json.loads(self.run("enrol", worker, "--json"))["qr"])
        return terminal

    def close(self):
        super().close()
        self.cable.close()


def through(terminal, name, limit_s):
    """Rounds until all is there, as the sync thread would; gives the seconds and the calls."""
    begun, tries = time.monotonic(), 0
    while True:
        tries += 1
        code, status = terminal.run("sync", "--wait", "--wait-time", str(limit_s))
        if code == 0 and status["all_synced"] and status["photos_waiting"] == 0:
            return time.monotonic() - begun, tries
        check(code in (0, 1, 3), f"{name}: {code} {status}")
        check(time.monotonic() - begun < limit_s, f"{name}: not through after {limit_s} s: {status}")


def arrives(platform, worker, name, photos, limit_s, meanwhile=None):
    """A first load, then events and photos."""
    terminal = platform.terminal(worker)
    over = threading.Event()
    thread = threading.Thread(target=meanwhile, args=(over,)) if meanwhile else None
    if thread:
        thread.start()
    try:
        first_s, first = through(terminal, name, limit_s)
        told = [terminal.log("major", "0205")]
        for i in range(photos):
            path = wangge.picture(os.path.join(platform.folder, f"{worker}-{i}.jpg"), width=800 + i)
            told.append(terminal.log("general", "0202", "--photo", path))
        then_s, then = through(terminal, name, limit_s)
    finally:
        over.set()
        if thread:
            thread.join()
        platform.cable.clear()
    found = platform.events()
    check(all(len(found.get(event, [])) == 1 for event in told), f"{name}: not each exactly once")
    check(terminal.ok("check")["well"] and json.loads(platform.run("stats"))["photos_missing"] == 0, "whole")
    print(f"# {name}: first load with the map {first_s:.1f} s ({first} calls), then {len(told)} events with {photos} photos "
          f"{then_s:.1f} s ({then} calls)", flush=True)
    terminal.close()


def two_megabits(platform):
    platform.cable.narrow(2000)
    arrives(platform, "w0001", "2 Mbit/s", 3, 300)


def two_megabits_and_loss(platform):
    platform.cable.narrow(2000)
    platform.cable.lose(5)
    arrives(platform, "w0002", "2 Mbit/s, 5 % lost", 3, 500)


def thirty_percent_lost(platform):
    platform.cable.lose(30)
    arrives(platform, "w0003", "30 % lost", 1, 900)


def sixty_four_kilobits(platform):
    platform.cable.narrow(64)
    arrives(platform, "w0004", "64 kbit/s", 1, 900)


def pulled_out(platform):
    """The cable is out for some seconds and in for some, again and again."""
    seed = random.randrange(1 << 30)
    print(f"# seed {seed}")
    chance = random.Random(seed)

    def pull(over):
        while not over.wait(chance.uniform(0.5, 4)):
            platform.cable.pull(True)
            over.wait(chance.uniform(0.2, 3))
            platform.cable.pull(False)
        platform.cable.pull(False)

    platform.cable.narrow(2000)
    arrives(platform, "w0005", "2 Mbit/s, pulled out every few seconds", 3, 600, pull)


def may():
    """Why there is no network of our own here; nothing when there is."""
    script = ("ip link set lo up && ip link add near type veth peer name far && ip link set near up gso_max_size 1600 gso_max_segs 1 && "
              "tc qdisc add dev near root tbf rate 64kbit burst 3200 latency 600ms && nft 'table inet t { chain c { type filter hook input priority 0; numgen random mod 100 < 1 drop; } ; }'")
    ran = subprocess.run(["unshare", "-rn", "sh", "-c", script], capture_output=True, text=True, check=False)
    return None if ran.returncode == 0 else ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "unshare failed"


os.environ["PATH"] += ":/usr/sbin:/sbin"
if INSIDE in sys.argv:
    wangge.main(two_megabits, two_megabits_and_loss, thirty_percent_lost, sixty_four_kilobits, pulled_out, make=Platform)
else:
    reason = may()
    if reason:
        print(f"1..0 # SKIP no network namespaces, tbf or nftables: {reason}")
    else:
        os.execvp("unshare", ["unshare", "-rn", sys.executable, os.path.abspath(__file__), INSIDE])
