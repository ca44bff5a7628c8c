#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records at the terminal: a family with a member added and changed, one confirmed by one tap, a conflict made by a
second tablet."""
import json
import os
import subprocess

from field_world import SECRET, World, wait_until
from person import BACK, QUEUE, SYNC_BACK_S, check_names, go, main, set_up, sync_now, wait_home

FIELD = os.environ["WG_TEST_FIELD"]
RECORDS = "台账"
NAME = "欧阳锋"
MASKED = "欧**"


class Second:
    """Another tablet of the same worker, without a window."""

    def __init__(self, world):
        self.folder = os.path.join(world.folder, "second")
        ticket = world.platform.enrol()
        self.run("enrol", "--code", ticket["code"], "--url", ticket["url"])

    def run(self, *arguments):
        done = subprocess.run([FIELD, *arguments, "--folder", self.folder, "--json"], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "WANGGE_SECRET": SECRET, "WANGGE_KDF_TEST": "1"}, check=False)
        assert done.returncode in (0, 4), (arguments, done.returncode, done.stdout)
        return json.loads(done.stdout) if done.stdout else None


def search(screen, words):
    screen.enter("查找台账", words)


def open_found(screen, kind, words):
    """Opens the only record that is found, at once: the list may change under the finger."""
    search(screen, "zzzz")
    screen.wait_for("没有找到", "label")
    search(screen, words)
    screen.press(lambda name: name.startswith(f"{kind}, "), "button")


def record_row(*parts):
    return lambda name: all(part in name for part in parts)


def open_member(screen, name):
    """From the family's page; that one is gone when its rows are."""
    screen.press(record_row("人口, " + name), "button")
    screen.wait(lambda: screen.find(record_row("人口, " + name), "button") is None, "the end of the family's page")


def choose(screen, label, *, page=None):
    screen.press(label, "button" if page else "toggle button")


def save(screen):
    """Until the form is wholly gone: the next one has fields of the same names."""
    screen.press("保存", "button")
    screen.wait_gone("保存", "button")


def add_household(screen):
    go(screen, RECORDS)
    screen.press("户", "toggle button")
    screen.press("新增户", "button")
    screen.enter("小区或村", "望海新村")
    screen.enter("楼栋", "9号楼")
    screen.enter("单元", "1单元")
    screen.enter("室或门牌", "902")
    choose(screen, "自住")
    check_names(screen, "the form of a household")
    save(screen)
    open_found(screen, "户", "whxc")
    screen.wait_text("本半年已核")


def add_member(screen):
    """What is missing is told at its field; the number gives sex and birth."""
    screen.press("新增人口", "button")
    screen.enter("姓名", NAME)
    screen.press("保存", "button")
    screen.wait_for("未填：请补上", "alert")
    choose(screen, "居民身份证")
    screen.enter("公民身份号码", "999999195001010157")
    choose(screen, "户籍人口")
    choose(screen, "在住")
    save(screen)


def life(world):
    """Added without a network, changed, read by a tap; then the platform has all of it."""
    screen = world.terminal.start()
    wait_home(screen)
    add_household(screen)
    add_member(screen)
    screen.wait(lambda: screen.find(record_row("人口, " + MASKED)), "the member")
    check_names(screen, "the family page")
    open_member(screen, MASKED)
    screen.press("更改", "button")
    screen.enter("联系电话", "138 0000 0009")
    check_names(screen, "the form of a resident")
    save(screen)
    screen.wait_text("138****0009")
    assert screen.find(NAME) is None, "masked"
    screen.press("显示：姓名", "button")
    screen.wait_for(NAME)
    screen.press(BACK, "button")
    screen.wait_for(record_row("人口, " + MASKED), "button")
    screen.wait_gone(NAME)
    screen.press(BACK, "button")
    go(screen, QUEUE)
    check_names(screen, "the queue with records")

    world.platform.start()
    screen.wait_text("全部同步", SYNC_BACK_S)
    second = Second(world)
    second.run("sync", "--wait")
    found = second.run("record", "list", "resident", "--search", "oyf")
    assert [row["title"] for row in found] == [MASKED], found
    assert found[0]["confirmed"], found


def family(world):
    """Last half-year's family: one tap confirms who lives there, and a kill right behind it changes nothing."""
    world.platform.stop()
    old = World(os.path.join(world.folder, "old"))
    try:
        confirm_families(old)
    finally:
        old.end()


def due_members(second):
    """Those of each household that nobody has looked at in this half-year, counted."""
    households = second.run("record", "list", "household", "--limit", "20")
    return {row["id"]: [member["confirmed"] for member in second.run("record", "list", "resident", "--of", row["id"])]
            for row in households}, {row["id"]: row["confirmed"] for row in households}


def confirm_families(world):
    old_clock = {"LD_PRELOAD": os.environ["WG_TEST_CLOCK_SHIM"], "WG_TEST_CLOCK_SHIFT_S": str(-200 * 86400)}
    world.platform.init("--households", "2", **old_clock)
    screen = set_up(world)
    second = Second(world)
    second.run("sync", "--wait")
    members, confirmed = due_members(second)
    assert len(members) == 2 and all(members.values()), members
    assert not any(confirmed.values()) and not any(any(flags) for flags in members.values()), (members, confirmed)

    go(screen, RECORDS)
    screen.press("户", "toggle button")
    screen.press("本半年未核（2）", "toggle button")
    screen.press(lambda name: name.startswith("无变化："), "button")
    screen.wait_for("本半年未核（1）", "toggle button")
    world.terminal.kill()
    screen = world.terminal.start()
    wait_home(screen)
    go(screen, QUEUE)
    screen.wait_text("全部同步", SYNC_BACK_S)
    second.run("sync", "--wait")
    members, confirmed = due_members(second)
    assert sorted(confirmed.values()) == [False, True], confirmed
    for household, flags in members.items():
        assert set(flags) == {confirmed[household]}, (members, confirmed)

    # A search within the list that was chosen, not instead of it.
    go(screen, RECORDS)
    screen.press("户", "toggle button")
    screen.press("本半年未核（1）", "toggle button")
    left = screen.wait(lambda: len(found := households(screen)) == 1 and found, "the household that is left")
    place = left[0].split(", ")[1].split(" ")[0]
    search(screen, place)
    screen.wait(lambda: len(households(screen)) == 1, "the same, found")
    screen.press("本半年未核（1）", "toggle button")
    screen.wait(lambda: len(households(screen)) == 2, "both, found")


def households(screen):
    """The names of their rows."""
    return [name for name in screen.names("button") if name.startswith("户, ")]


def conflict(world):
    """Two tablets change one name: two columns, who and when; it stays until one is chosen."""
    world.platform.start()
    screen = world.terminal.start()
    wait_home(screen)
    second = Second(world)
    add_household(screen)
    add_member(screen)
    screen.wait(lambda: screen.find(record_row("人口, " + MASKED)), "the member")
    screen.press(BACK, "button")
    go(screen, QUEUE)
    screen.wait_text("全部同步", SYNC_BACK_S)
    second.run("sync", "--wait")
    member = second.run("record", "list", "resident", "--search", "oyf")[0]["id"]
    second.run("record", "patch", "resident", member, "--set", "name=欧阳克")
    second.run("sync", "--wait")

    go(screen, RECORDS)
    screen.press("人口", "toggle button")
    open_found(screen, "人口", "oyf")
    screen.press("更改", "button")
    dialog = screen.wait_for(MASKED, "dialog")
    screen.wait(lambda: screen.find("显示：姓名", "button", dialog), "the masked name").get_action_iface().do_action(0)
    screen.enter("姓名", "欧阳春")
    save(screen)
    screen.press(BACK, "button")
    sync_now(screen)
    go(screen, QUEUE)
    screen.press(lambda name: name.startswith("有冲突，请核对"), "button", SYNC_BACK_S)
    screen.wait_for("平台现有")
    screen.wait_for("后到")
    check_names(screen, "a conflict")
    settle = screen.wait_for("按所选处理", "button")
    assert not screen.can_be_pressed(settle)
    screen.press("显示：姓名", "button")
    screen.wait_for("欧阳克")
    screen.wait_for("欧阳春")
    screen.press("姓名：后到", "toggle button")
    screen.press("按所选处理", "button")
    screen.press(BACK, "button")

    def settled():
        second.run("sync", "--wait")
        return second.run("conflicts", "list") == []

    wait_until(settled, "the choice at the second tablet", SYNC_BACK_S)
    shown = second.run("record", "show", "resident", member, "--reveal", "--reason", "核对")
    assert shown["record"]["name"] == "欧阳春", shown
    sync_now(screen)
    go(screen, QUEUE)
    screen.wait(lambda: screen.find(lambda name: name.startswith("两处不一致")) is None, "the end of the conflict")


if __name__ == "__main__":
    main(life, conflict, family)
