#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal as its user meets it: real windows, real platform, in Chinese, through AT-SPI."""
import json

from field_world import SECRET, wait_until
from person import (BACK, DAILY, EVENTS, GENERAL_CLASS, MAJOR_CLASS, MAP, QUEUE, SETTINGS, SYNC_BACK_S,
                    TILE, TODAY, check_names, go, is_draft, is_page, main, report, row, row_with, rows,
                    sync_now, wait_home, words)


def line(world):
    """One of each level without a network; it comes back, and each is in force without a tap."""
    world.terminal.set(hold_seconds=4)
    world.terminal.take_picture()
    screen = world.terminal.start()
    wait_home(screen)
    screen.wait_text("同步：离线")
    screen.press(TILE, "button")
    row(screen, "日常", DAILY, "已存本机，可撤销")
    row(screen, "日常", DAILY, "待平台确认，已存本机")
    assert report(screen, 2, GENERAL_CLASS, picture=True) == 5
    row(screen, "一般", GENERAL_CLASS, "已存本机")
    assert report(screen, 3, MAJOR_CLASS) == 3
    screen.wait_text("未送达：请电话报告")
    screen.press(BACK, "button")
    row(screen, "较大", MAJOR_CLASS, "已存本机")
    screen.wait_text("同步：离线 · 待上传 3")
    go(screen, QUEUE)
    screen.wait_text("待上传 3 项")
    check_names(screen, "the full queue")
    go(screen, TODAY)

    world.platform.start()
    for level, name in (("较大", MAJOR_CLASS), ("日常", DAILY), ("一般", GENERAL_CLASS)):
        row(screen, level, name, "已生效", limit_s=SYNC_BACK_S)
    screen.wait_text("同步：已同步")
    held = {event["level"]: event for event in world.platform.events()}
    assert sorted(held) == [1, 2, 3], held
    shown = json.loads(world.platform.run("show", held[2]["id"], "--json"))
    assert [photo["state"] for photo in shown["photos"]] == ["whole"], shown["photos"]
    assert "3" not in screen.wait_for(is_page(QUEUE), "toggle button").get_name()


def returned(world):
    """The sub-centre returns an event with a reason; it is mended in place and accepted."""
    world.platform.start()
    screen = world.terminal.start()
    wait_home(screen)
    report(screen, 2, GENERAL_CLASS, text="楼后新搭一间")
    row(screen, GENERAL_CLASS, "已生效")
    event = world.platform.events()[0]
    world.platform.run("return", event["id"], "--reason", "位置不清，请写明几号楼")
    sync_now(screen)
    row(screen, GENERAL_CLASS, "位置不清，请写明几号楼", "退回补正")
    screen.wait_text("退回 1 件：请改后重报")
    screen.press(row_with(GENERAL_CLASS, "退回补正"), "button")
    screen.wait_text("退回：位置不清，请写明几号楼")
    check_names(screen, "a returned event")
    screen.press("补正并重报", "button")
    screen.wait_text("位置不清，请写明几号楼")
    screen.wait(lambda: screen.text_of("文字说明") == "楼后新搭一间", "the words reported before")
    screen.enter("文字说明", "3 号楼后新搭一间")
    screen.press("重报", "button")
    wait_until(lambda: words(world.platform.events()[0]) == "3 号楼后新搭一间", "the mended words")
    assert world.platform.events()[0]["state"] == 10
    assert len(world.platform.events()) == 1
    world.platform.run("accept", event["id"])
    screen.press(BACK, "button")
    sync_now(screen)
    row(screen, GENERAL_CLASS, "已立案待派遣", "已生效")


def undo(world):
    """Within the hold a daily event can be taken back, and nothing of it is ever sent."""
    world.platform.start()
    screen = world.terminal.start()
    wait_home(screen)
    screen.press(TILE, "button")
    row(screen, DAILY, "可撤销")
    screen.press("撤销", "button")
    screen.wait_text("已撤销，没有上报")
    screen.wait(lambda: not rows(screen, DAILY, "可撤销"), "the end of the row")
    go(screen, QUEUE)
    screen.wait_for("没有待上传", "label")
    report_marker(world, screen)
    assert [event["level"] for event in world.platform.events()] == [2]


def report_marker(world, screen):
    """Something that must arrive: whatever was before it would have arrived, too."""
    go(screen, TODAY)
    report(screen, 2, GENERAL_CLASS)
    wait_until(lambda: world.platform.events(), "the marker", SYNC_BACK_S)


def twice(world):
    """The finger that bounces makes one event."""
    screen = world.terminal.start()
    wait_home(screen)
    screen.double_click(TILE, "button")
    row(screen, DAILY, "可撤销")
    screen.wait_text("今日 (1)")
    go(screen, QUEUE)
    screen.press("全部上传", "button")
    world.platform.start()
    wait_until(lambda: world.platform.events(), "the event", SYNC_BACK_S)
    screen.wait_text("同步：已同步")
    assert len(world.platform.events()) == 1


def send_all(world):
    """Send all ends the holds: what could still be undone for ten minutes goes now."""
    world.terminal.set(hold_seconds=600)
    world.platform.start()
    screen = world.terminal.start()
    wait_home(screen)
    screen.wait_text("同步：已同步")
    screen.press(TILE, "button")
    row(screen, DAILY, "可撤销")
    go(screen, QUEUE)
    screen.wait_text("前可撤销")
    assert world.platform.events() == []
    screen.press("全部上传", "button")
    screen.wait_text("全部同步")
    assert [event["level"] for event in world.platform.events()] == [1]


def hand(world):
    """The tiles change their edge with the working hand."""
    screen = world.terminal.start()
    wait_home(screen)
    on_right = screen.x_of(TILE, "button")
    go(screen, SETTINGS)
    screen.press("左手", "toggle button")
    go(screen, TODAY)
    wait_home(screen)
    screen.wait(lambda: screen.x_of(TILE, "button") < on_right - 200, "the tiles at the left")
    go(screen, SETTINGS)
    screen.press("右手", "toggle button")
    go(screen, TODAY)
    wait_home(screen)
    screen.wait(lambda: screen.x_of(TILE, "button") == on_right, "the tiles at the right again")


def lock(world):
    """Locked by the menu; a wrong PIN is counted, the right one opens what was there."""
    screen = world.terminal.start()
    wait_home(screen)
    screen.press(TILE, "button")
    row(screen, DAILY)
    screen.press("主菜单", "toggle button")
    # GTK 4.18 tells no names of the items of a menu: the first one locks.
    screen.press("", "menu item")
    screen.wait_for("PIN 或口令")
    screen.wait_gone(TILE)
    check_names(screen, "unlock")
    for key in "123456":
        screen.press(key, "button")
    screen.press("解锁", "button")
    screen.wait_text("PIN 或口令不对。还可试 9 次。")
    for key in SECRET:
        screen.press(key, "button")
    screen.press("解锁", "button")
    wait_home(screen)
    row(screen, DAILY)


def bad_photo(world):
    """A file that is no picture is told, and the form is as it was."""
    world.terminal.put_file("broken.jpg", b"this is no picture\n" * 40)
    screen = world.terminal.start()
    wait_home(screen)
    screen.press("一般事件", "button")
    screen.press(GENERAL_CLASS, "toggle button")
    screen.enter("文字说明", "楼后新搭一间")
    screen.press("拍照或选照片", "button")
    screen.wait_text("这张图片不能用：文件不是图片，请另选一个")
    use = screen.wait_for("用此照片", "button")
    assert not screen.can_be_pressed(use)
    check_names(screen, "the photo page")
    world.terminal.take_picture("whole.jpg")
    screen.wait(lambda: screen.can_be_pressed(screen.find("用此照片", "button")), "the whole picture")
    screen.press(BACK, "button")
    screen.wait_text(GENERAL_CLASS)
    assert screen.text_of("文字说明") == "楼后新搭一间"
    assert screen.is_checked(screen.wait_for(GENERAL_CLASS, "toggle button"))
    assert screen.find("移除照片 1") is None


def draft(world):
    """Killed while typing: after the next start the form is there again, and it can be reported."""
    screen = world.terminal.start()
    wait_home(screen)
    screen.press("一般事件", "button")
    screen.press(GENERAL_CLASS, "toggle button")
    screen.wait_for(is_draft, "button")  # seen behind the form: what was chosen is on disk
    written = world.terminal.log_changed()
    screen.enter("文字说明", "三单元门口")
    wait_until(written, "the draft on disk")
    world.terminal.kill()

    world.platform.start()
    screen = world.terminal.start(unlocked=False)
    for key in SECRET:
        screen.press(key, "button")
    screen.press("解锁", "button")
    wait_home(screen)
    screen.press(is_draft, "button")
    screen.wait(lambda: screen.text_of("文字说明") == "三单元门口", "the words typed")
    assert screen.is_checked(screen.wait_for(GENERAL_CLASS, "toggle button"))
    screen.press("上报", "button")
    row(screen, GENERAL_CLASS, "已生效")
    assert words(world.platform.events()[0]) == "三单元门口"
    screen.wait(lambda: screen.find(is_draft) is None, "the draft's end")


def names(world):
    """Every page and form: whatever can be used has a name, and all of it is Chinese."""
    screen = world.terminal.start()
    wait_home(screen)
    screen.press(TILE, "button")
    row(screen, DAILY)
    for title in (TODAY, MAP, EVENTS, QUEUE, SETTINGS):
        go(screen, title)
        screen.wait(lambda: screen.is_checked(screen.find(is_page(title), "toggle button")), title)
        check_names(screen, title)
    screen.press("查看…", "button")
    screen.wait_text("队列预留空间")
    check_names(screen, "device health")
    screen.press("关闭", "button")
    go(screen, TODAY)
    for button, ready in (("一般事件", "拍照或选照片"), ("较大事件 · 先打电话", "受威胁人数")):
        screen.press(button, "button")
        screen.wait_text(ready)
        check_names(screen, button)
        screen.press("查找", "button")
        screen.enter("查找类别", "jgqs")
        screen.wait_text("井盖缺失")
        check_names(screen, "classes")
        screen.press(BACK, "button")
        screen.wait_text(ready)
        screen.press("关闭", "button")
        screen.wait_gone(ready)


if __name__ == "__main__":
    main(line, returned, undo, twice, send_all, hand, lock, bad_photo, draft, names)
