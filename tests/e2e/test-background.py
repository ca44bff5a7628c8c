# SPDX-License-Identifier: GPL-3.0-or-later
# The terminal without its window: it sends what waits, starts with the session, and asks to be unlocked.
import os
import shutil
import subprocess
import time

import gi

from wangge import SECRET, Failed, Terminal, check, environment, main

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

TERMINAL = os.environ["WG_TEST_TERMINAL"]
APP = "io.github.wangge.Wangge"
PATH = "/io/github/wangge/Wangge"
LIMIT_S = 120
NOTIFICATIONS = """<node><interface name='org.freedesktop.Notifications'>
<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>
<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>
<method name='CloseNotification'><arg type='u' direction='in'/></method>
<method name='GetCapabilities'><arg type='as' direction='out'/></method>
<method name='GetServerInformation'><arg type='s' direction='out'/><arg type='s' direction='out'/>
<arg type='s' direction='out'/><arg type='s' direction='out'/></method>
</interface></node>"""


def wait(condition, what):
    """Runs the main loop, for we are a bus service as well, until the condition holds."""
    ends = time.monotonic() + LIMIT_S
    tick = GLib.timeout_add(50, lambda: True)
    try:
        while not condition():
            check(time.monotonic() < ends, f"waited too long: {what}")
            GLib.MainContext.default().iteration(True)
    finally:
        GLib.source_remove(tick)


class Session:
    """Our session bus, and what a desktop would offer on it."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.shown = []
        node = Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS)
        self.bus.register_object_with_closures2(
            "/org/freedesktop/Notifications", node.interfaces[0], self.on_call, None, None)
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                  GLib.Variant("(su)", ("org.freedesktop.Notifications", 0)))

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        if method == "Notify":
            self.shown.append((parameters[3], parameters[4]))
            invocation.return_value(GLib.Variant("(u)", (1,)))
        elif method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (["body", "actions"],)))
        elif method == "GetServerInformation":
            invocation.return_value(GLib.Variant("(ssss)", ("test", "test", "1", "1.2")))
        else:
            invocation.return_value(None)

    def call(self, name, path, interface, method, parameters=None):
        return self.bus.call_sync(name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, 30000, None)

    def owner(self):
        """Process id of the terminal on the bus, or 0."""
        bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
        try:
            return self.call(*bus, "GetConnectionUnixProcessID", GLib.Variant("(s)", (APP,)))[0]
        except GLib.Error:
            return 0

    def windows(self):
        xml = self.call(APP, f"{PATH}/window", "org.freedesktop.DBus.Introspectable", "Introspect")[0]
        return len(Gio.DBusNodeInfo.new_for_xml(xml).nodes)

    def activate(self, action):
        self.call(APP, PATH, "org.gtk.Actions", "Activate", GLib.Variant("(sava{sv})", (action, [], {})))


class Tablet:
    """The terminal with a window in the default folder of this session, enrolled."""

    def __init__(self, platform, worker):
        self.field = Terminal(platform, worker)
        home = os.path.join(os.environ["XDG_DATA_HOME"], "wangge")
        shutil.move(self.field.folder, home)
        self.field.folder = home
        self.keyfile = os.path.join(os.environ["XDG_CONFIG_HOME"], "glib-2.0", "settings", "keyfile")
        self.autostart = os.path.join(os.environ["XDG_CONFIG_HOME"], "autostart", f"{APP}.desktop")
        self.secret_file = os.path.join(os.environ["XDG_CONFIG_HOME"], "secret")
        with open(self.secret_file, "w", encoding="ascii") as file:
            file.write(SECRET)
        self.process = None

    def start(self):
        more = {"GSETTINGS_BACKEND": "keyfile", "G_DEBUG": "fatal-criticals"}
        self.process = subprocess.Popen([TERMINAL, "--secret-file", self.secret_file], env=environment(**more))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def setting(self, name):
        if not os.path.exists(self.keyfile):
            return None
        with open(self.keyfile, encoding="utf-8") as file:
            pairs = [line.strip().split("=", 1) for line in file if "=" in line]
        return dict(pairs).get(name)

    def is_open(self):
        """Whether the program has the store open: it holds the lock of its folder."""
        folder = f"/proc/{self.process.pid}/fd"
        return any(os.path.realpath(os.path.join(folder, name)).endswith("/wangge/store.db-wal") for name in os.listdir(folder))

    def set(self, name, value):
        settings = GLib.KeyFile()
        settings.load_from_file(self.keyfile, GLib.KeyFileFlags.NONE)
        settings.set_string("io/github/wangge/Wangge", name, value)
        settings.save_to_file(self.keyfile)


def serve_by_name(session):
    """What the installed D-Bus service file does, with the program of the build folder."""
    folder = os.path.join(os.environ["XDG_DATA_HOME"], "dbus-1", "services")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(os.environ["WG_TEST_SERVICE_FILE"]), encoding="utf-8") as file:
        lines = file.read().splitlines()
    exe = [line for line in lines if line.startswith("Exec=")]
    check(len(exe) == 1 and exe[0].endswith("/wangge --gapplication-service"), lines)
    with open(os.path.join(folder, f"{APP}.service"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines).replace(exe[0], f"Exec={TERMINAL} --gapplication-service") + "\n")
    bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
    more = {"GSETTINGS_BACKEND": "keyfile", "WANGGE_KDF_TEST": "1", "LC_ALL": "C.UTF-8",
            "GSETTINGS_SCHEMA_DIR": os.environ["GSETTINGS_SCHEMA_DIR"]}
    session.call(*bus, "UpdateActivationEnvironment", GLib.Variant("(a{ss})", (more,)))
    session.call(*bus, "ReloadConfig")
    session.call(*bus, "StartServiceByName", GLib.Variant("(su)", (APP, 0)))


def without_a_window(platform):
    """Source: issue 2 section 2, ux.md T12."""
    session = Session()
    tablet = Tablet(platform, "w0001")
    tablet.field.ok("sync")
    platform.stop()
    event = tablet.field.log("general", "0205")

    # Signed in, unlocked: the queue is counted, and the next session starts us.
    tablet.start()
    wait(lambda: tablet.setting("waiting") == "1", "the count of what waits")
    with open(tablet.autostart, encoding="utf-8") as file:
        check("Exec=wangge --gapplication-service\n" in file.read(), "the entry of the session")
    tablet.kill()

    # The next session: locked, no window, one notification with the number.
    wait(lambda: session.owner() == 0, "the killed one to leave the bus")
    serve_by_name(session)
    service = session.owner()
    check(service != 0, "nobody answers to the name")
    wait(lambda: session.shown, "the notification")
    check(len(session.shown) == 1 and "1" in session.shown[0][1], session.shown)
    check(session.owner() == service, "the service is gone")
    os.kill(service, 15)
    wait(lambda: session.owner() == 0, "the service to end")

    # Unlocked, window closed, network away for a while: it sends without a tap, and then ends.
    tablet.start()
    wait(lambda: session.owner() == tablet.process.pid and session.windows() == 1, "the window")
    wait(lambda: tablet.is_open(), "the store")
    session.activate("quit")
    wait(lambda: session.windows() == 0, "the window to close")
    check(tablet.process.poll() is None and session.owner() == tablet.process.pid, "it ended with a queue")
    platform.start()
    wait(lambda: tablet.process.poll() is not None, "it to send everything and end")
    check(tablet.process.returncode == 0, tablet.process.returncode)
    check(len(platform.events().get(event, [])) == 1, "not exactly once at the platform")
    check(tablet.setting("waiting") in (None, "0"), tablet.setting("waiting"))

    # Who does not want it is not started with the session any more.
    tablet.set("background", "false")
    tablet.start()
    wait(lambda: session.owner() == tablet.process.pid, "the terminal")
    wait(lambda: not os.path.exists(tablet.autostart), "the entry of the session to go")
    session.activate("quit")
    check(tablet.process.wait(60) == 0, f"the terminal ended with {tablet.process.returncode}")
    tablet.field.close()


if __name__ == "__main__":
    if "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        raise Failed("run me under tests/support/with-display")
    main(without_a_window)
