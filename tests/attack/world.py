# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform as a process, on either database, with a wall clock that a test holds where it wants it."""
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import wangge  # noqa: E402
from client import Client  # noqa: E402
from wangge import Failed, Skip, check  # noqa: E402

START_MS = 1781757000000  # 2026-06-18, a Thursday, 12:30 in Shanghai
SERVER = os.environ.get("WG_TEST_POSTGRES")


class Clock:
    """Shared with every program that is started under it."""

    def __init__(self, folder):
        path = os.path.join(folder, "clock")
        with open(path, "wb") as file:
            file.write(struct.pack("=q", START_MS))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 8)
        self.environment = {"LD_PRELOAD": os.environ["WG_TEST_CLOCK_SHIM"], "WG_TEST_CLOCK_FILE": path}

    def __call__(self):
        return struct.unpack("=q", self.map[:8])[0]

    def set(self, at_ms):
        self.map[:8] = struct.pack("=q", at_ms)

    def advance(self, ms):
        self.set(self() + ms)


class Platform(wangge.Platform):
    """On PostgreSQL where the test was given one. @held: its clock is ours."""

    def __init__(self, *init, held=False):
        self.scratch = tempfile.mkdtemp(prefix="wangge-attack-")
        self.clock = Clock(self.scratch) if held else None
        self.database = None
        if SERVER:
            sockets = re.search(r"host=([^&]+)", SERVER).group(1)
            name = f"attack_{os.getpid()}"
            subprocess.run(["psql", "-q", "-h", sockets, "-U", "wangge", "-d", "postgres", "-c",
                            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"], check=True)
            self.database = f"postgresql:///{name}?host={sockets}&user=wangge"
        super().__init__(*init)

    def environment(self):
        return wangge.environment(**self.clock.environment) if self.clock else wangge.environment()

    def call(self, *arguments):
        """Exit code and both outputs of a command."""
        more = ["--database", self.database] if self.database else []
        ran = subprocess.run([wangge.PLATFORM, *arguments, "--data", self.folder, *more], capture_output=True, text=True,
                             env=self.environment(), check=False)
        return ran.returncode, ran.stdout, ran.stderr

    def run(self, *arguments):
        code, out, err = self.call(*arguments)
        if code:
            raise Failed(f"wangge-platform {' '.join(arguments)}: {code} {err}")
        return out

    def start(self):
        more = ["--database", self.database] if self.database else []
        self.process = subprocess.Popen(
            [wangge.PLATFORM, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}", "--rate", "0", *more],
            stdout=subprocess.PIPE, text=True, env=self.environment())
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def put(self, name, text):
        """A file beside the platform."""
        path = os.path.join(self.scratch, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def client(self, worker):
        return Client(self.port, worker, self.clock).join(self.code(worker))

    def memory_kib(self):
        """Largest resident size of the daemon so far, and the present one."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            text = file.read()
        return tuple(int(re.search(rf"{name}:\s+(\d+)", text).group(1)) for name in ("VmHWM", "VmRSS"))

    def close(self):
        super().close()
        shutil.rmtree(self.scratch, ignore_errors=True)


__all__ = ["Client", "Failed", "Platform", "START_MS", "Skip", "check"]
