#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Two daemons on one PostgreSQL behind the proxies whose configuration is kept in data/platform: each is replaced while
# terminals work, one by kill -9 as well; nobody meets an error, nothing is lost or double.
"""The kept files are used as they are but for addresses and certificates, and each is checked whole by its own program
first. Daemon 1 reaches the database directly, daemon 2 through PgBouncer in transaction mode."""
import concurrent.futures
import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading

import wangge
from wangge import Failed, check

KEPT = os.path.join(os.environ["WG_DATA_SOURCE_DIR"], "platform")
SERVER = os.environ["WG_TEST_POSTGRES"]
SOCKETS = re.search(r"host=([^&]+)", SERVER).group(1)
TERMINALS, EVENTS = 4, 6


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def wait_for(condition, what):
    """Looks again until it is so; the run's own time limit ends a wait for nothing."""
    pause = threading.Event()
    for _ in range(1200):
        if condition():
            return
        pause.wait(0.05)
    raise Failed(f"waited in vain for {what}")


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def kept(name, *changes):
    """A kept file with other addresses; each must have stood there."""
    with open(os.path.join(KEPT, name), encoding="utf-8") as file:
        text = file.read()
    for old, new in changes:
        check(old in text, f"{name} does not say {old!r}")
        text = text.replace(old, new)
    return text


def query(sql, database="postgres"):
    subprocess.run(["psql", "-q", "-h", SOCKETS, "-U", "wangge", "-d", database, "-c", sql], check=True)


class Daemon:
    def __init__(self, cluster, address):
        self.cluster, self.address, self.port, self.process = cluster, address, free_port(), None

    def start(self):
        command = [wangge.PLATFORM, "serve", "--data", self.cluster.folder, "--database", self.address, "--behind-proxy"]
        self.process = subprocess.Popen(
            [*command, "--listen", f"127.0.0.1:{self.port}", "--rate", "0"], stdout=subprocess.PIPE, text=True,
            env=wangge.environment())
        check(self.process.stdout.readline(), "a daemon did not start")

    def stop(self, kill=False):
        if self.process:
            (self.process.kill if kill else self.process.terminate)()
            code = self.process.wait(60)
            self.process.stdout.close()
            self.process = None
            check(kill or code == 0, f"a daemon ended with {code}")


class Cluster(wangge.Platform):
    """A platform in PostgreSQL with two daemons; what terminals reach is a proxy."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="wangge-platform-")
        self.name = f"cluster_{os.getpid()}"
        self.address = f"postgresql:///{self.name}?host={SOCKETS}&user=wangge"
        query(f"CREATE DATABASE {self.name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        self.pool_port, self.pool, self.proxy, self.port = free_port(), None, None, 0
        self.run("init", "--sample")
        self.start_pool()
        self.daemons = [Daemon(self, self.address),
                        Daemon(self, f"postgresql://wangge@127.0.0.1:{self.pool_port}/wangge")]
        for daemon in self.daemons:
            daemon.start()

    def run(self, *arguments):
        return super().run(*arguments, "--database", self.address)

    def spawn(self, *command):
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_pool(self):
        self.write("users", '"wangge" ""\n')
        path = self.write("pgbouncer.ini", kept(
            "pgbouncer.ini", ("host=/run/postgresql dbname=wangge", f"host={SOCKETS} dbname={self.name}"),
            ("listen_port = 6432", f"listen_port = {self.pool_port}"), ("auth_type = scram-sha-256", "auth_type = trust"),
            ("/etc/pgbouncer/userlist.txt", os.path.join(self.folder, "users"))))
        self.pool = self.spawn("pgbouncer", "-q", path)
        wait_for(lambda: answers(self.pool_port), "PgBouncer")

    def certificate(self):
        """For checking the files whole, and never served."""
        key, pem = os.path.join(self.folder, "a.key"), os.path.join(self.folder, "a.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "2", "-subj", "/CN=platform.example", "-keyout", key, "-out", pem], check=True, capture_output=True)
        with open(pem, "a", encoding="ascii") as joined, open(key, encoding="ascii") as file:
            joined.write(file.read())
        return key, pem

    def servers(self):
        return [(f"127.0.0.1:{kept_port}", f"127.0.0.1:{daemon.port}") for kept_port, daemon in zip((8737, 8738), self.daemons)]

    def start_haproxy(self):
        _, pem = self.certificate()
        admin = ("/run/haproxy/admin.sock", os.path.join(self.folder, "admin.sock"))
        whole = self.write("whole.cfg", kept("haproxy.cfg", ("/etc/haproxy/wangge.pem", pem), admin))
        ran = subprocess.run(["haproxy", "-c", "-f", whole], capture_output=True, text=True, check=False)
        check(ran.returncode == 0 and "WARNING" not in ran.stderr, ran.stderr)
        self.port = free_port()
        path = self.write("haproxy.cfg", kept(
            "haproxy.cfg", admin, *self.servers(),
            ("bind :443 ssl crt /etc/haproxy/wangge.pem alpn h2,http/1.1 ssl-min-ver TLSv1.2", f"bind 127.0.0.1:{self.port}")))
        self.proxy = self.spawn("haproxy", "-db", "-f", path)
        wait_for(lambda: answers(self.port), "HAProxy")

    def start_nginx(self):
        key, pem = self.certificate()
        frame = ("daemon off;\npid %s/nginx.pid;\nerror_log /dev/null;\nevents {}\nhttp {\naccess_log off;\n" % self.folder
                 + "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in
                           ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + "%s\n}\n")
        whole = self.write("whole.conf", frame % kept(
            "nginx.conf", ("/etc/nginx/wangge.pem", pem), ("/etc/nginx/wangge.key", key),
            ("listen 443 ssl", f"listen 127.0.0.1:{free_port()} ssl")))
        ran = subprocess.run(["nginx", "-t", "-q", "-e", "stderr", "-c", whole], capture_output=True, text=True, check=False)
        check(ran.returncode == 0 and "warn" not in ran.stderr, ran.stderr)
        self.port = free_port()
        path = self.write("nginx.conf", frame % kept(
            "nginx.conf", *self.servers(), ("listen 443 ssl;", f"listen 127.0.0.1:{self.port};"),
            ("  ssl_certificate /etc/nginx/wangge.pem;\n  ssl_certificate_key /etc/nginx/wangge.key;\n", "")))
        self.proxy = self.spawn("nginx", "-e", "stderr", "-c", path)
        wait_for(lambda: answers(self.port), "nginx")

    def stop_proxy(self):
        if self.proxy:
            self.proxy.terminate()
            self.proxy.wait(60)
            self.proxy = None

    def close(self):
        self.stop_proxy()
        for daemon in self.daemons:
            daemon.stop(kill=True)
        self.pool.terminate()
        self.pool.wait(60)
        query(f"DROP DATABASE {self.name} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status


def work(cluster, number, code, go_on):
    """One terminal: logs and sends until it has enough and the daemons were all replaced."""
    terminal = wangge.Terminal(cluster, f"w{number:04}", code)
    terminal.ok("sync")
    ids = []
    while len(ids) < EVENTS or not go_on.is_set():
        ids.append(terminal.log(*(("general", "0205") if len(ids) % 3 else ("major", "0305"))))
        terminal.ok("sync", "--wait")
    events = terminal.events()
    check(all(events[i]["truth"] == "applied" for i in ids), f"terminal {number}")
    check(terminal.ok("check")["well"], f"terminal {number}")
    terminal.close()
    return ids


def ask(cluster, go_on, seen):
    """What any client meets meanwhile."""
    while not go_on.is_set():
        seen.append(cluster.get("/v1/hello"))


def under_load(cluster, replace):
    """@replace is called while terminals work, with the growing list of what another client is answered; everything must
    be there once, and no error have been met."""
    before = cluster.events()
    codes = [cluster.code(f"w{number:04}") for number in range(1, TERMINALS + 1)]
    done = threading.Event()
    seen = []
    with concurrent.futures.ThreadPoolExecutor(TERMINALS + 1) as pool:
        jobs = [pool.submit(work, cluster, number, code, done) for number, code in enumerate(codes, 1)]
        asking = pool.submit(ask, cluster, done, seen)
        try:
            replace(seen)
        finally:
            done.set()
        ids = [i for job in jobs for i in job.result()]
    asking.result()
    print(f"# {len(ids)} events, {len(seen)} other requests")
    check(set(seen) == {200}, f"answers {sorted(set(seen))}")
    found = cluster.events()
    check(len(found) == len(before) + len(ids) and all(len(found.get(i, [])) == 1 for i in ids), "lost or double")
    cluster.run("check")


def ready(cluster, daemon):
    """Whether HAProxy has seen that the daemon is there again."""
    with socket.socket(socket.AF_UNIX) as admin:
        admin.connect(os.path.join(cluster.folder, "admin.sock"))
        admin.sendall(b"show stat\n")
        text = b"".join(iter(lambda: admin.recv(65536), b"")).decode()
    number = cluster.daemons.index(daemon) + 1
    return any(row.startswith(f"platform,daemon{number},") and ",UP," in row for row in text.splitlines())


def behind_haproxy(cluster):
    cluster.start_haproxy()
    for daemon in cluster.daemons:
        wait_for(lambda: ready(cluster, daemon), "a daemon that HAProxy finds ready")

    def upgrade(_):
        for daemon in cluster.daemons:
            daemon.stop()
            daemon.start()
            wait_for(lambda: ready(cluster, daemon), "a daemon that HAProxy finds ready")

    under_load(cluster, upgrade)
    check(cluster.get("/metrics") == 404, "metrics for everybody")
    cluster.stop_proxy()


def behind_nginx(cluster):
    cluster.start_nginx()

    def upgrade(seen):
        for daemon in cluster.daemons:
            daemon.stop()
            daemon.start()
            wait_for(lambda: cluster.get("/readyz", daemon.port) == 200, "a daemon that is ready")
            # What had found it closed is through.
            so_far = len(seen)
            wait_for(lambda: len(seen) > so_far + 20, "the requests under way")

    under_load(cluster, upgrade)
    check(cluster.get("/metrics") == 404, "metrics for everybody")
    cluster.stop_proxy()


def killed(cluster):
    """kill -9 of either daemon: what was answered is there, what was not is sent again through the other."""
    cluster.start_haproxy()
    terminal = wangge.Terminal(cluster, "w0009")
    terminal.ok("sync")
    ids = []
    for daemon in cluster.daemons * 3:
        wait_for(lambda: ready(cluster, daemon), "a daemon that HAProxy finds ready")
        ids.append(terminal.log("general", "0205"))
        sending = subprocess.Popen(terminal.command("sync", "--wait"), stdout=subprocess.DEVNULL, env=wangge.environment())
        daemon.stop(kill=True)
        sending.wait(60)
        daemon.start()
    terminal.ok("sync", "--wait")
    found = cluster.events()
    check(all(len(found.get(i, [])) == 1 for i in ids), "lost or double")
    cluster.run("check")
    terminal.close()
    cluster.stop_proxy()


wangge.main(behind_haproxy, behind_nginx, killed, make=Cluster)
