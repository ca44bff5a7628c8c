# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does at the terminal, in Chinese: pages, rows, reports; and the first set-up.

Each test of a program has a platform and an enrolled tablet of its own: copies of what the first
one made.
"""
import contextlib
import os
import re
import sys
import tempfile

from field_world import SECRET, World, wait_until
import tap

TODAY, MAP, EVENTS, QUEUE, SETTINGS = "今日", "地图", "事件", "队列", "设置"
DAILY = "入户走访"
TILE = f"一点即记：{DAILY}"
GENERAL_CLASS = "私搭乱建"
MAJOR_CLASS = "井盖缺失"
BACK = "后退"
SYNC_BACK_S = 75  # the network is back: 60 s to begin, and a while to send

# --- pages and rows ---------------------------------------------------------------------------------


def is_page(title):
    """A page's button is named after it, with the number of its badge."""
    return lambda name: re.fullmatch(rf"{title}(，\d+)?", name) is not None


def go(screen, title):
    screen.press(is_page(title), "toggle button")


def wait_home(screen):
    screen.wait_for(TILE, "button")


def row_with(*parts):
    """A row of a list whose name has all of @parts."""
    return lambda name: name.count("，") >= 3 and all(part in name for part in parts)


def row(screen, *parts, limit_s=None):
    return screen.wait(lambda: screen.find(row_with(*parts)), f"a row with {parts}", limit_s)


def rows(screen, *parts):
    return list(screen.find_all(row_with(*parts), "button"))


def is_draft(name):
    return name.startswith("草稿：一般事件")


def words(event):
    return event["body"]["f"].get("description")


def report(screen, level, name, picture=False, text=None):
    """Reports an event; gives how many presses it took."""
    presses = ["一般事件" if level == 2 else "较大事件 · 先打电话", name]
    screen.press(presses[0], "button")
    screen.press(name, "toggle button")
    if picture:
        presses += ["拍照或选照片", "用此照片"]
        screen.press(presses[-2], "button")
        screen.press(presses[-1], "button")
    if text is not None:
        screen.enter("文字说明", text)
    presses.append("上报")
    screen.press("上报", "button")
    return len(presses)


def sync_now(screen):
    """What came down is looked for every few minutes; who does not want to wait presses this."""
    go(screen, QUEUE)
    screen.press("全部上传", "button")
    go(screen, TODAY)


def enrol(world):
    world.platform.init()
    set_up(world)


def set_up(world):
    """First set-up: a mistyped PIN is told, then the district and its map arrive."""
    world.platform.start()
    ticket = world.platform.enrol()
    screen = world.terminal.start(unlocked=False)
    screen.enter("平台地址", ticket["url"])
    screen.enter("登记码", ticket["code"])
    screen.enter("PIN 或口令", SECRET)
    screen.enter("再输一次", "907155")
    check_names(screen, "first set-up")
    screen.press("开始设置", "button")
    screen.wait_text("两次输入的 PIN 或口令不一致")
    screen.enter("再输一次", SECRET)
    screen.press("开始设置", "button")
    wait_home(screen)
    screen.wait_text("明澜社区第一网格")
    screen.wait_text("同步：已同步")
    wait_until(lambda: os.listdir(os.path.join(world.terminal.store, "packs")), "the map pack")
    check_names(screen, "today")
    return screen


# --- looking at all of it --------------------------------------------------------------------------

# Words that are the same in Chinese: names of things, units, the platform's address, codes.
SAME = re.compile(r"PIN|Wi-Fi|[Ww]angge|GTK|libadwaita|http|[0-9a-f-]{36}|[A-Z0-9]{4}-")


def check_names(screen, where):
    nameless = screen.nameless()
    assert not nameless, f"{where}: without a name: {nameless}"
    english = [text for text in screen.texts()
               if re.search(r"[A-Za-z]{3,}", SAME.sub("", text.split(": ", 1)[1]))]
    assert not english, f"{where}: not Chinese: {english}"


# --- running ------------------------------------------------------------------------------------------


class Worlds:
    """What each test gets: the first one a bare world, the others copies of what it left."""

    def __init__(self, folder):
        self.folder = folder
        self.first = None

    @contextlib.contextmanager
    def __call__(self, name):
        if self.first is None:
            world = World(os.path.join(self.folder, "first"))
        else:
            world = self.first.copy(os.path.join(self.folder, name))
        try:
            yield world
            self.first = self.first or world
        finally:
            world.end()


def main(*tests):
    """Sets a tablet up, then runs the tests, or those named on the command line."""
    if sys.argv[1:] and "enrol" not in sys.argv[1:]:
        sys.argv.insert(1, "enrol")
    with tempfile.TemporaryDirectory(prefix="wangge-e2e-") as folder:
        sys.exit(tap.run([(test.__name__, test) for test in (enrol, *tests)], Worlds(folder)))
