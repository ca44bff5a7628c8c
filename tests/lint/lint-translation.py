#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# zh_CN is complete: no message of today's source is untranslated or fuzzy, and the file is well formed.
"""The messages are taken from the source anew, so a translation that has fallen behind fails, too."""

import os
import re
import subprocess
import tempfile

import lint
from lint import Problem

KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "g_dcgettext:2", "g_dngettext:2,3", "g_dpgettext2:2c,3", "ngettext:1,2"]
PO = "po/zh_CN.po"


def run(*command, cwd=None):
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def template(tree, folder):
    """Writes the .pot of today's source; None when there is nothing to translate."""
    pot = os.path.join(folder, "wangge.pot")
    names = [row.strip() for row in tree.read("po/POTFILES.in").splitlines() if row.strip() and row[0] != "#"]
    options = ["--from-code=UTF-8", "--package-name=wangge", "-o", pot] + [f"--keyword={word}" for word in KEYWORDS]
    for language, chosen in (
        ("C", [name for name in names if name.endswith((".blp", ".c", ".h"))]),
        (None, [name for name in names if not name.endswith((".blp", ".c", ".h"))]),
    ):
        if chosen:
            join = ["-j"] if os.path.exists(pot) else []
            force = [f"--language={language}"] if language else []
            ran = run("xgettext", *options, *join, *force, *chosen, cwd=tree.source)
            if ran.returncode:
                raise RuntimeError(ran.stderr)
    return pot if os.path.exists(pot) else None


def messages(text):
    """The first msgid of each entry msgattrib prints, the header left out."""
    return [found for found in re.findall(r'^msgid (".*"(?:\n".*")*)', text, re.MULTILINE) if found != '""']


def check(tree):
    problems = []
    ran = run("msgfmt", "--check", "--check-accelerators=_", "-o", os.devnull, tree.path(PO))
    if ran.returncode:
        problems.append(Problem(PO, 1, ran.stderr.strip()))
        return problems
    with tempfile.TemporaryDirectory() as folder:
        pot = template(tree, folder)
        if pot is None:
            return problems
        merged = os.path.join(folder, "merged.po")
        ran = run("msgmerge", "--quiet", "--no-fuzzy-matching", "-o", merged, tree.path(PO), pot)
        if ran.returncode:
            return [Problem(PO, 1, ran.stderr.strip())]
        for option, what in (("--untranslated", "not translated"), ("--only-fuzzy", "fuzzy")):
            listed = run("msgattrib", option, "--no-obsolete", merged).stdout
            problems += [Problem(PO, 1, f"{what}: {text}") for text in messages(listed)]
    return problems


HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: zh_CN\\n"\n\n'
SOURCE = {"po/POTFILES.in": "src/a.c\nui/b.blp\n", "src/a.c": 'f (_("Grid %d"));\n', "ui/b.blp": "label: _('Map');\n"}
GRID = '#, c-format\nmsgid "Grid %d"\nmsgstr "网格 %d"\n\n'
MAP = 'msgid "Map"\nmsgstr "地图"\n'
BLP = {"ui/b.blp": 'label: _("Map");\n'}
SELF_TEST = [
    ("complete", SOURCE | BLP | {PO: HEAD + GRID + MAP}, 0),
    ("C missing", SOURCE | BLP | {PO: HEAD + MAP}, 1),
    ("Blueprint missing", SOURCE | BLP | {PO: HEAD + GRID}, 1),
    ("fuzzy", SOURCE | BLP | {PO: HEAD + GRID + "#, fuzzy\n" + MAP}, 1),
    ("empty", SOURCE | BLP | {PO: HEAD + GRID + MAP.replace("地图", "")}, 1),
    ("wrong format", SOURCE | BLP | {PO: HEAD + GRID.replace("网格 %d", "网格 %s") + MAP}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
