#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The tree is as clang-format 19 and the Blueprint formatter leave it; `./dev format` applies both.
import re
import shutil
import subprocess

import lint
from lint import Problem

STYLE = "BasedOnStyle: GNU\nAlwaysBreakAfterReturnType: AllDefinitions\nColumnLimit: 100\n"


def check_c(tree):
    paths = tree.files("src", "tests", ends=(".c", ".h"))
    if not paths:
        return []
    command = ["clang-format-19", "--dry-run", "--ferror-limit=1", "-Werror", *map(tree.path, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.findall(r"^(\S+?):(\d+):\d+: error: (.*)$", ran.stderr, re.MULTILINE)
    if ran.returncode and not found:
        return [Problem("src", 1, ran.stderr.strip())]
    start = len(tree.source.rstrip("/")) + 1
    return [Problem(path[start:], line, text) for path, line, text in found]


def check_blueprint(tree):
    problems = []
    for path in tree.files("ui", ends=".blp"):
        command = ["blueprint-compiler", "format", tree.path(path)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            problems.append(Problem(path, 1, "not as `blueprint-compiler format` leaves it"))
    return problems


def check(tree):
    missing = [tool for tool in ("clang-format-19", "blueprint-compiler") if not shutil.which(tool)]
    if missing:
        return [Problem(tool, 1, "not installed") for tool in missing]
    return check_c(tree) + check_blueprint(tree)


GOOD_C = "int\nf (void)\n{\n  return 1;\n}\n"
GOOD_BLP = "using Gtk 4.0;\n\nLabel {\n  label: 'a';\n}\n"
SELF_TEST = [
    ("formatted", {".clang-format": STYLE, "src/a.c": GOOD_C, "ui/a.blp": GOOD_BLP}, 0),
    ("C by hand", {".clang-format": STYLE, "src/a.c": "int f(void) { return 1; }\n"}, 1),
    ("a test by hand", {".clang-format": STYLE, "tests/a.c": GOOD_C.replace("  return", "\treturn")}, 1),
    ("Blueprint by hand", {".clang-format": STYLE, "ui/a.blp": GOOD_BLP.replace("  label", "label")}, 1),
    (
        "a folder of tables",
        {".clang-format": STYLE, "src/t/.clang-format": "DisableFormat: true\n", "src/t/a.c": "int  a;\n"},
        0,
    ),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
