# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does at the terminal, through AT-SPI: find by name, press, type, wait until it shows.

Waiting never sleeps for a fixed time: the main context runs until the condition holds or the limit
is reached, and then the test fails with a list of what is on the screen.
"""
import os
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

LIMIT_S = 60
# Under the sanitizers and valgrind everything takes its time.
PATIENCE = int(os.environ.get("WANGGE_TEST_TIMEOUT_FACTOR", "1"))


class NotThere(AssertionError):
    """Something did not appear in time."""


class Screen:
    """The windows of one program."""

    def __init__(self, program):
        self.program = program
        Atspi.init()
        Atspi.set_timeout(5000 * PATIENCE, 20000 * PATIENCE)

    # --- looking -----------------------------------------------------------------------------

    def application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_name() == self.program:
                return child
        return None

    def nodes(self, root=None):
        """All nodes that are shown, parents before children; a node that vanishes is passed over."""
        root = root or self.application()
        if root is None:
            return
        todo = [root]
        while todo:
            node = todo.pop()
            try:
                states = node.get_state_set()
                if node.get_role() != Atspi.Role.APPLICATION and not states.contains(
                        Atspi.StateType.VISIBLE):
                    continue
                yield node
                children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
            except GLib.Error:
                continue
            todo.extend(child for child in reversed(children) if child is not None)

    def nodes_where(self, condition, root=None):
        """The shown nodes for which @condition(node) holds; one that vanishes meanwhile is passed over."""
        for node in self.nodes(root):
            try:
                if condition(node):
                    yield node
            except GLib.Error:
                continue

    def find_all(self, name, role=None, root=None):
        """The shown nodes of this accessible name (a string, or a function of it) and role."""
        matches = name if callable(name) else (lambda text: text == name)
        return self.nodes_where(
            lambda node: (role is None or node.get_role_name() == role) and matches(node.get_name() or ""), root)

    def find(self, name, role=None, root=None):
        """The first of them, or None."""
        return next(self.find_all(name, role, root), None)

    def find_where(self, condition, root=None):
        """The first shown node for which @condition(node) holds, or None."""
        return next(self.nodes_where(condition, root), None)

    def names(self, role):
        """The names of all shown nodes of this role."""
        out = []
        for node in self.nodes_where(lambda node: node.get_role_name() == role):
            try:
                out.append(node.get_name() or "")
            except GLib.Error:
                continue
        return out

    def texts(self):
        """Every name on the screen, for messages."""
        out = []
        for node in self.nodes():
            try:
                if node.get_name():
                    out.append(f"{node.get_role_name()}: {node.get_name()}")
            except GLib.Error:
                continue
        return out

    # --- waiting -----------------------------------------------------------------------------

    def wait(self, condition, what, limit_s=None):
        """Runs the main context until @condition gives something true, and returns that."""
        context = GLib.MainContext.default()
        deadline = time.monotonic() + (limit_s or LIMIT_S) * PATIENCE
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                shown = "\n  ".join(self.texts())
                raise NotThere(f"{what} did not appear; on the screen:\n  {shown}")
            wake = GLib.timeout_add(40, lambda: GLib.SOURCE_REMOVE)
            context.iteration(True)
            if context.find_source_by_id(wake) is not None:
                GLib.source_remove(wake)

    def wait_for(self, name, role=None, limit_s=None):
        return self.wait(lambda: self.find(name, role), f"{role or 'node'} {name!r}", limit_s)

    def wait_text(self, part, limit_s=None):
        """A node whose name or text contains @part."""
        return self.wait(lambda: self.find(lambda text: part in text), f"text {part!r}", limit_s)

    def wait_gone(self, name, role=None, limit_s=None):
        self.wait(lambda: self.find(name, role) is None, f"the end of {name!r}", limit_s)

    # --- doing -------------------------------------------------------------------------------

    def press(self, name, role=None, limit_s=None):
        """Presses a button (or whatever has an action) by its name, once it can be pressed."""

        matches = name if callable(name) else (lambda text: text == name)

        def ready():
            return self.find_where(
                lambda node: matches(node.get_name() or "")
                and (role is None or node.get_role_name() == role)
                and node.get_state_set().contains(Atspi.StateType.SENSITIVE)
                and node.get_action_iface() is not None and node.get_action_iface().get_n_actions() > 0)

        node = self.wait(ready, f"{role or 'button'} {name!r} that can be pressed", limit_s)
        assert node.get_action_iface().do_action(0), f"{name!r} did not take the press"
        return node

    def enter(self, name, text, limit_s=None):
        """Puts @text into the entry of this name; a row and its label may have the name, too."""

        def editable():
            return self.find_where(lambda node: node.get_name() == name and self._editable(node))

        node = self.wait(editable, f"entry {name!r}", limit_s)
        assert node.get_editable_text_iface().set_text_contents(text), f"{name!r} took no text"
        return node

    @staticmethod
    def _editable(node):
        return (node.get_editable_text_iface() is not None
                and node.get_state_set().contains(Atspi.StateType.EDITABLE))

    def text_of(self, name):
        """What stands in the entry of this name now."""
        node = self.find_where(lambda node: node.get_name() == name and self._editable(node))
        if node is None:
            return None
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    @staticmethod
    def can_be_pressed(node):
        return node is not None and node.get_state_set().contains(Atspi.StateType.SENSITIVE)

    @staticmethod
    def is_checked(node):
        """Whether a toggle or check button is in."""
        states = node.get_state_set()
        return states.contains(Atspi.StateType.CHECKED) or states.contains(Atspi.StateType.PRESSED)

    def double_click(self, name, role=None):
        """A finger that bounces: two real clicks of the pointer, one right after the other. (A press
        through AT-SPI that follows another within a quarter of a second is swallowed by GTK.)"""
        node = self.wait_for(name, role)
        box = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        window = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", self.program],
                                stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]
        subprocess.run(["xdotool", "mousemove", "--window", window, str(box.x + box.width // 2),
                        str(box.y + box.height // 2), "click", "--repeat", "2", "--delay", "90", "1"],
                       check=True)

    def x_of(self, name, role=None):
        """The left edge of a node in its window, px."""
        node = self.wait_for(name, role)
        return node.get_component_iface().get_extents(Atspi.CoordType.WINDOW).x

    # --- accessibility ----------------------------------------------------------------------

    def nameless(self):
        """Shown nodes that can take the focus and have neither a name nor a labelled-by relation."""
        bad = []
        for node in self.nodes():
            try:
                states = node.get_state_set()
                if not states.contains(Atspi.StateType.FOCUSABLE) or node.get_name():
                    continue
                # What scrolls takes the focus to be scrolled by keys; GTK gives that role no name.
                if node.get_role_name() in ("frame", "dialog", "application", "filler", "scroll pane"):
                    continue
                labelled = any(r.get_relation_type() == Atspi.RelationType.LABELLED_BY
                               for r in node.get_relation_set())
                parent = node.get_parent()
                inside_named = parent is not None and parent.get_name()
                if not labelled and not inside_named and not self._is_sheet(node):
                    bad.append(self._path(node))
            except GLib.Error:
                continue
        return bad

    @staticmethod
    def _is_sheet(node):
        """The bare sheet that libadwaita puts between a dialog, which has the name, and its content."""
        while node is not None and node.get_role_name() == "panel" and not node.get_name():
            node = node.get_parent()
        return node is not None and node.get_role_name() == "dialog"

    def _path(self, node):
        """Where a node is: roles and names from the window down to it, and what is in it."""
        parts = []
        inside = [child.get_name() for child in self.nodes(node) if child.get_name()][:3]
        while node is not None and node.get_role() != Atspi.Role.APPLICATION:
            parts.append(f"{node.get_role_name()} {node.get_name()}".strip())
            node = node.get_parent()
        return f"{' / '.join(reversed(parts))} with {inside}"
