#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The words of the notice and of the states stand verbatim in zh_CN, each where the screens look it up.
"""The notice (2018, no. 66) names the events, the six steps and the people; the sync protocol names the states of
truth. A translation that says the same in other words is wrong: the worker compares the screen with the paper."""
import re

import lint
from lint import Problem

PO = "po/zh_CN.po"
# msgid: the words it must be translated with, wholly
EXACT = {
    "Daily event": "日常事件",
    "General event": "一般事件",
    "Major event": "较大事件",
    "City grid": "城市网格",
    "Commercial grid": "商业网格",
    "Rural grid": "农村网格",
    "Plant-area grid": "厂区网格",
    "Collect and report": "采集上报",
    "Accept and file": "受理立案",
    "Dispatch": "指挥派遣",
    "Handle": "任务处置",
    "Verify and feed back": "核查反馈",
    "Supervise and evaluate": "监督评价",
    "Return": "退回",
    "Supplement": "补正",
    "Withdraw": "撤回",
    "Do not accept": "不予受理",
    "Saved on this tablet": "已存本机",
    "Being sent": "正在上传",
    "Received by the platform": "平台已收",
    "In force": "已生效",
    "Conflict to be checked": "有冲突待核对",
    "Sent back": "被退回",
    "Photos to follow": "缺照片",
    "Undo": "撤销",
    "Add More": "补充",
    "Other Class": "改类别",
    "Mend and Report Again": "改后重报",
    "Queue": "队列",
}
# words that must stand somewhere
PRESENT = ["网格长", "分中心", "处置标准", "待上传", "今日", "未送达：请电话报告", "值班电话", "重报"]
# words that look right and are not the notice's
BANNED = ["网格员", "一般性事件", "重要事件", "派发", "提交成功", "已提交", "工单"]


def translations(text):
    """(line, msgid, msgstr) of each entry without context, plural forms and obsolete ones left out."""
    found = []
    for part in re.finditer(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', text, re.MULTILINE):
        before = text[: part.start()].rsplit("\n", 2)[-2:]
        if any(row.startswith("msgctxt") for row in before):
            continue
        msgid, msgstr = ("".join(re.findall(r'"(.*)"', group)) for group in part.groups())
        found.append((lint.line_of(text, part.start()), msgid, msgstr))
    return found


def check(tree):
    text = tree.read(PO)
    problems = []
    entries = {msgid: (line, msgstr) for line, msgid, msgstr in translations(text)}
    for msgid, wanted in EXACT.items():
        line, msgstr = entries.get(msgid, (1, None))
        if msgstr != wanted:
            problems.append(Problem(PO, line, f"“{msgid}” must be {wanted}, is {msgstr}"))
    said = "\n".join(msgstr for _, msgstr in entries.values())
    problems += [Problem(PO, 1, f"{word} stands nowhere") for word in PRESENT if word not in said]
    for line, _, msgstr in translations(text):
        problems += [Problem(PO, line, f"{word} is not the notice's word") for word in BANNED if word in msgstr]
    return problems


WHOLE = "".join(f'msgid "{msgid}"\nmsgstr "{msgstr}"\n\n' for msgid, msgstr in EXACT.items())
WHOLE += "".join(f'msgid "x{number}"\nmsgstr "{word}"\n\n' for number, word in enumerate(PRESENT))
SELF_TEST = [
    ("whole", {PO: WHOLE}, 0),
    ("other words", {PO: WHOLE.replace('"已生效"', '"已提交生效"')}, 2),
    ("missing", {PO: WHOLE.replace('msgid "Return"', 'msgid "Turn"')}, 1),
    ("only with a context", {PO: WHOLE.replace('msgid "Return"', 'msgctxt "x"\nmsgid "Return"')}, 1),
    ("only obsolete", {PO: WHOLE.replace('msgid "Undo"\nmsgstr "撤销"', '#~ msgid "Undo"\n#~ msgstr "撤销"')}, 1),
    ("nowhere", {PO: WHOLE.replace("分中心", "中心")}, 1),
    ("foreign word", {PO: WHOLE + 'msgid "worker"\nmsgstr "网格员"\n'}, 1),
    ("over two rows", {PO: WHOLE.replace('"采集上报"', '""\n"采集"\n"上报"')}, 0),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
