# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform with the sample district and a terminal, both real, both in folders of their own.

What a test may do from outside: start and stop the platform (that is the network), ask it what it
holds, decide on an event as the sub-centre does, start the terminal, kill it, put a picture where
a camera would.
"""
import json
import os
import shutil
import signal
import subprocess

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib  # noqa: E402

from screen import Screen  # noqa: E402

PLATFORM = os.environ["WG_TEST_PLATFORM"]
TERMINAL = os.environ["WG_TEST_TERMINAL"]
WORKER = "w0001"
SECRET = "907154"
STANDARD = os.path.join(os.environ["WG_DATA_SOURCE_DIR"], "standards", "event-classes.csv")
SCHEMA = "io/github/wangge/Wangge"
PLACE = "118.5382,37.5443,8"  # in the worker's own grid


class Platform:
    """The district's platform on a loopback port that stays the same."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.address = "127.0.0.1:0"

    def run(self, command, *arguments, **environment):
        """One command of the administrator; gives what it printed."""
        done = subprocess.run([PLATFORM, command, *arguments, "--data", self.folder],
                              stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **environment})
        return done.stdout

    def init(self, *arguments, **environment):
        self.run("init", "--sample", *arguments, **environment)

    def start(self):
        """Gives the first line it prints only once it serves."""
        self.process = subprocess.Popen(
            [PLATFORM, "serve", "--data", self.folder, "--listen", self.address],
            stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address, "the platform did not start"

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(30) == 0, "the platform did not end well"
            self.process.stdout.close()
            self.process = None

    def enrol(self):
        return json.loads(self.run("enrol", WORKER, "--json"))

    def change_class(self, code, old, new):
        """Imports the event standard with @old replaced by @new in the line of a class."""
        with open(STANDARD, encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        changed = [line.replace(old, new, 1) if line.startswith(code + ",") else line for line in lines]
        assert changed != lines, f"{code} has no {old!r}"
        path = os.path.join(self.folder, "standard.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(changed)
        self.run("import", path)

    def retire(self, code):
        """A class that ended long ago."""
        self.change_class(code, ",20180730,,", ",20180730,20200101,")

    def events(self):
        """What the platform has applied."""
        return json.loads(self.run("list", "events", "--json"))


class Terminal:
    """One tablet: its folder, its settings, its camera's folder."""

    def __init__(self, folder):
        self.folder = folder
        self.store = os.path.join(folder, "store")
        self.config = os.path.join(folder, "config")
        self.pictures = os.path.join(folder, "pictures")
        self.secret_file = os.path.join(folder, "secret")
        self.process = None
        self.screen = None
        os.makedirs(self.config, exist_ok=True)
        os.makedirs(self.pictures, exist_ok=True)
        with open(self.secret_file, "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        with open(os.path.join(self.config, "user-dirs.dirs"), "w", encoding="utf-8") as file:
            file.write(f'XDG_PICTURES_DIR="{self.pictures}"\n')

    def set(self, **settings):
        """Puts settings in place before a start."""
        folder = os.path.join(self.config, "glib-2.0", "settings")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "keyfile"), "w", encoding="utf-8") as file:
            file.write(f"[{SCHEMA}]\n")
            for name, value in settings.items():
                file.write(f"{name.replace('_', '-')}={value}\n")

    def start(self, unlocked=True, **more):
        """Starts the terminal; @unlocked: with the secret in a file, else it asks; @more: into its
        environment."""
        environment = dict(os.environ, XDG_CONFIG_HOME=self.config, GSETTINGS_BACKEND="keyfile",
                           G_DEBUG="fatal-criticals", WANGGE_POSITION=f"fixed:{PLACE}", **more)
        arguments = [TERMINAL, "--folder", self.store]
        if unlocked:
            arguments += ["--secret-file", self.secret_file]
        self.process = subprocess.Popen(arguments, env=environment)
        self.screen = Screen("wangge")
        return self.screen

    def kill(self):
        """As a battery that falls out."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)
            self.process = None

    def end(self):
        """Ends it as the session does; it must not have crashed before."""
        if self.process is None:
            return
        code = self.process.poll()
        self.kill()
        assert code is None, f"the terminal ended by itself with {code}"

    def log_changed(self):
        """A function that tells whether the store has written since now."""
        path = os.path.join(self.store, "store.db-wal")

        def stamp():
            status = os.stat(path)
            return status.st_mtime_ns, status.st_size

        before = stamp()
        return lambda: stamp() != before

    def take_picture(self, name="camera.jpg", colour=0x3060A0FF, width=1600, height=1200):
        """What a camera program does: a whole file appears in the folder of pictures."""
        picture = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, width, height)
        picture.fill(colour)
        ok, data = picture.save_to_bufferv("jpeg", ["quality"], ["90"])
        assert ok
        self.put_file(name, data)
        return data

    def remove_file(self, name):
        os.remove(os.path.join(self.pictures, name))

    def put_file(self, name, data):
        path = os.path.join(self.pictures, "." + name)
        with open(path, "wb") as file:
            file.write(data)
        os.rename(path, os.path.join(self.pictures, name))


class World:
    """A platform and an enrolled terminal, to be copied for each test."""

    def __init__(self, folder):
        self.folder = folder
        self.platform = Platform(os.path.join(folder, "platform"))
        self.terminal = Terminal(os.path.join(folder, "tablet"))

    def copy(self, folder):
        """The same platform at the same address, the same tablet; the old one must be at rest."""
        shutil.copytree(self.folder, folder)
        world = World(folder)
        world.platform.address = self.platform.address
        return world

    def end(self):
        try:
            self.terminal.end()
        finally:
            self.terminal.kill()
            self.platform.stop()


def wait_until(condition, what, limit_s=60):
    """Waits for something outside the screen."""
    Screen("wangge").wait(condition, what, limit_s)


__all__ = ["GLib", "Platform", "SECRET", "Terminal", "World", "wait_until"]
