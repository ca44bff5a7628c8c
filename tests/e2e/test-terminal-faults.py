#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong at the terminal, and how its user gets on: refusals, photos, rules that change."""
import json
import os
import time

import tap
from field_world import wait_until
from person import (GENERAL_CLASS, MAJOR_CLASS, QUEUE, SETTINGS, SYNC_BACK_S, TODAY, check_names, go, main, report,
                    row, sync_now, wait_home, words)

GENERAL_CODE = "0201"
USE = "用此照片"
OTHER_CLASS, OTHER_CODE = "道路积水", "0205"
NO_LONGER = "不在现行列表中：请重选"


def refused(world):
    """The platform refuses the first of three: the others go, this one tells why, where, and is mended."""
    screen = world.terminal.start()
    wait_home(screen)
    report(screen, 2, GENERAL_CLASS, text="楼后新搭一间")
    row(screen, GENERAL_CLASS, "已存本机")
    report(screen, 2, OTHER_CLASS, text="路口积水没过脚面")
    screen.press("不是，继续", "button")
    row(screen, OTHER_CLASS, "已存本机")
    report(screen, 3, MAJOR_CLASS)
    screen.press("后退", "button")
    row(screen, MAJOR_CLASS, "已存本机")
    world.platform.retire(GENERAL_CODE)
    world.platform.start()
    sync_now(screen)
    row(screen, OTHER_CLASS, "已生效", limit_s=SYNC_BACK_S)
    row(screen, MAJOR_CLASS, "已生效")
    row(screen, GENERAL_CLASS, f"类别：{NO_LONGER}", "被退回")
    taken = {event["body"]["f"]["class_code"] for event in world.platform.events()}
    assert GENERAL_CODE not in taken and len(taken) == 2, taken

    go(screen, QUEUE)
    screen.wait_text("1 项被退回，等您处理")
    screen.wait_text(f"类别：{NO_LONGER}")
    check_names(screen, "the queue with a refusal")
    screen.press("改后重报", "button")
    screen.wait_for(NO_LONGER, "alert")  # at the class
    screen.wait_for(f"类别：{NO_LONGER}", "label")  # on top
    screen.wait(lambda: screen.text_of("文字说明") == "楼后新搭一间", "the words reported before")
    check_names(screen, "a refused event")
    screen.press(OTHER_CLASS, "toggle button")
    screen.press("重报", "button")
    wait_until(lambda: len(world.platform.events()) == 3, "the mended event", SYNC_BACK_S)
    mended = [event for event in world.platform.events() if words(event) == "楼后新搭一间"]
    assert [event["body"]["f"]["class_code"] for event in mended] == [OTHER_CODE], mended
    screen.wait_text("全部同步")
    go(screen, TODAY)
    assert screen.find(lambda text: "被退回" in text) is None


def photos(world):
    """A cut picture, one of 50 million pixels, one whose file is gone before or after it was chosen."""
    terminal = world.terminal
    whole = terminal.take_picture("older.jpg", 0x206020FF)
    terminal.put_file("cut.jpg", whole[:len(whole) * 2 // 3])
    screen = terminal.start()
    wait_home(screen)
    screen.press("一般事件", "button")
    screen.press(OTHER_CLASS, "toggle button")
    screen.enter("文字说明", "路口积水没过脚面")
    screen.press("拍照或选照片", "button")
    screen.wait_text("这张图片不能用：照片不完整或已损坏，请重拍")
    assert not screen.can_be_pressed(screen.wait_for(USE, "button"))
    check_names(screen, "a cut picture")

    # The camera writes 50 megapixels: made small, and used.
    terminal.take_picture("large.jpg", 0x602020FF, 8660, 5774)
    screen.wait(lambda: screen.can_be_pressed(screen.find(USE, "button")), "the large picture")
    screen.press(USE, "button")
    screen.wait_for("移除照片 1", "button")

    # The file goes away after it was chosen: what is seen is what is used.
    screen.press("拍照或选照片", "button")
    terminal.take_picture("newest.jpg", 0x606020FF)
    screen.wait(lambda: len(recent(screen)) == 4, "four pictures to choose from")
    screen.wait(lambda: screen.can_be_pressed(screen.find(USE, "button")), "the newest picture")
    terminal.remove_file("newest.jpg")
    screen.press(USE, "button")
    screen.wait_for("移除照片 2", "button")

    # Before it was chosen: said, and another one can be used.
    screen.press("拍照或选照片", "button")
    screen.wait(lambda: len(recent(screen)) == 3, "three pictures to choose from")
    terminal.remove_file("older.jpg")
    recent(screen)[-1].get_action_iface().do_action(0)
    screen.wait_text("这张图片不能用：照片文件不见了，请重拍")
    assert not screen.can_be_pressed(screen.wait_for(USE, "button"))
    screen.press("后退", "button")
    screen.wait(lambda: screen.text_of("文字说明") == "路口积水没过脚面", "the words typed before")
    assert screen.find("移除照片 3") is None
    screen.press("上报", "button")
    row(screen, OTHER_CLASS, "已存本机")

    world.platform.start()
    sync_now(screen)
    row(screen, OTHER_CLASS, "已生效", limit_s=SYNC_BACK_S)
    event = world.platform.events()[0]["id"]
    wait_until(lambda: states_of(world, event) == ["whole", "whole"], "both photos at the platform")


def clock(world):
    """Eight hours fast: the user is told on top and in device health; the platform knows the time."""
    shim = os.environ["WG_TEST_CLOCK_SHIM"]
    world.platform.start()
    screen = world.terminal.start(LD_PRELOAD=shim, WG_TEST_CLOCK_SHIFT_S=str(8 * 3600))
    wait_home(screen)
    before = int(time.time() * 1000)
    report(screen, 2, OTHER_CLASS)
    row(screen, OTHER_CLASS, "已生效", limit_s=SYNC_BACK_S)
    after = int(time.time() * 1000)
    fields = world.platform.events()[0]["body"]["f"]
    assert before <= fields["reported_ms"] <= after, (before, fields, after)
    assert not fields.get("clock_suspect"), fields
    screen.wait_text("本机时钟快了 8 小时：请校准")
    go(screen, SETTINGS)
    screen.press("查看…", "button")
    screen.wait_text("快了 8 小时：请校准时钟")
    check_names(screen, "device health with a wrong clock")


def recent(screen):
    """The small pictures that can be chosen."""
    return list(screen.find_all(lambda name: name.endswith("的照片"), "button"))


def states_of(world, event):
    return [photo["state"] for photo in json.loads(world.platform.run("show", event, "--json"))["photos"]]


if __name__ == "__main__":
    main(refused, photos, clock)
