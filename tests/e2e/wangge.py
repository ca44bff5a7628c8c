# SPDX-License-Identifier: GPL-3.0-or-later
# A platform and terminals without a window as processes, for the tests beside it; results as TAP.
import json
import os
import shutil
import subprocess
import tempfile
import traceback

PLATFORM = os.environ["WG_TEST_PLATFORM"]
FIELD = os.environ["WG_TEST_FIELD"]
SECRET = "84730152"


def environment(**more):
    return {**os.environ, "WANGGE_SECRET": SECRET, "WANGGE_KDF_TEST": "1", "LC_ALL": "C.UTF-8", **more}


class Failed(Exception):
    pass


class Skip(Exception):
    """What this machine cannot do, with the reason."""


class Platform:
    """The daemon with the sample district, in a folder of its own."""

    def __init__(self, *init):
        self.folder = tempfile.mkdtemp(prefix="wangge-platform-")
        self.process = None
        self.port = 0
        self.run("init", "--sample", *init)
        self.start()

    def run(self, *arguments):
        ran = subprocess.run(
            [PLATFORM, *arguments, "--data", self.folder], capture_output=True, text=True, env=environment(), check=False
        )
        if ran.returncode:
            raise Failed(f"wangge-platform {' '.join(arguments)}: {ran.returncode} {ran.stderr}")
        return ran.stdout

    def start(self):
        self.process = subprocess.Popen(
            [PLATFORM, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}", "--rate", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self, kill=False):
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def code(self, worker):
        return json.loads(self.run("enrol", worker, "--json"))["code"]

    def events(self):
        """id → rows; more than one row for an id would be a double."""
        found = {}
        for event in json.loads(self.run("list", "events", "--json")):
            found.setdefault(event["id"], []).append(event)
        return found


class Terminal:
    """One enrolled folder."""

    def __init__(self, platform, worker, code=None):
        self.platform = platform
        self.worker = worker
        self.more = {}  # in the environment of its program
        self.folder = tempfile.mkdtemp(prefix="wangge-field-")
        os.rmdir(self.folder)
        self.ok("enrol", "--code", code or platform.code(worker), "--url", platform.url)

    def command(self, *arguments):
        return [FIELD, *arguments, "--folder", self.folder, "--json"]

    def run(self, *arguments):
        """Exit code and what was printed."""
        ran = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, env=environment(**self.more), check=False
        )
        if ran.returncode < 0:
            raise Failed(f"wangge-field {' '.join(arguments)} died of signal {-ran.returncode}: {ran.stderr}")
        return ran.returncode, json.loads(ran.stdout) if ran.stdout else None

    def expect(self, code, *arguments):
        got, output = self.run(*arguments)
        if got != code:
            raise Failed(f"wangge-field {' '.join(arguments)}: exit {got} instead of {code}: {output}")
        return output

    def ok(self, *arguments):
        return self.expect(0, *arguments)

    def log(self, level, class_code, *more):
        return self.ok("log", "--level", level, "--class", class_code, "--text", "路面积水，行人绕行", "--address", "路口东侧", *more)["id"]

    def events(self, which="all"):
        return {event["id"]: event for event in self.ok("list", "--which", which)}

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def check(condition, what):
    if not condition:
        raise Failed(what)


def picture(path, width=1200, height=900):
    import gi

    gi.require_version("GdkPixbuf", "2.0")
    from gi.repository import GdkPixbuf

    pixbuf = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, width, height)
    pixbuf.fill(0x336699FF)
    pixbuf.savev(path, "jpeg", [], [])
    return path


def attempt(number, name, test):
    """Runs one test and tells how it ended; gives whether it is good."""
    try:
        test()
        print(f"ok {number} {name}", flush=True)
    except Skip as reason:
        print(f"ok {number} {name} # SKIP {reason}", flush=True)
    except Exception:  # whatever it was, the others run and the reason is shown
        traceback.print_exc()  # to standard error, which is shown when a test fails
        print(f"not ok {number} {name}", flush=True)
        return False
    return True


def main(*tests, init=(), make=Platform):
    """Each test gets a platform of the whole run."""
    print(f"1..{len(tests)}", flush=True)
    platform = make(*init)
    bad = 0
    try:
        for number, test in enumerate(tests, 1):
            bad += not attempt(number, test.__name__.replace("_", "-"), lambda t=test: t(platform))
    finally:
        platform.close()
    raise SystemExit(1 if bad else 0)
