#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Keeps files and functions small, and every source file with its licence and its sentence on top.
"""A file has at most 800 lines, a function at most 100; the first line of a C file or header is its SPDX
licence and the second a comment saying what the file is; a header says #pragma once."""

import csource
import lint
from lint import Problem

FILE_LINES = 800
FUNCTION_LINES = 100
LICENCE = "/* SPDX-License-Identifier: GPL-3.0-or-later */"


def check(tree):
    problems = []
    for path in tree.files("src", "tests", "ui", ends=(".c", ".h", ".py", ".blp", ".sql")):
        text = tree.read(path)
        lines = text.split("\n")
        if len(lines) - 1 > FILE_LINES:
            problems.append(Problem(path, FILE_LINES, f"{len(lines) - 1} lines; {FILE_LINES} at most"))
        if not path.endswith((".c", ".h")):
            continue
        if lines[0] != LICENCE:
            problems.append(Problem(path, 1, f"the first line is not {LICENCE}"))
        elif len(lines) < 2 or not lines[1].startswith("/* "):
            problems.append(Problem(path, 2, "the second line is not a comment that says what the file is"))
        if path.endswith(".h") and "#pragma once" not in lines:
            problems.append(Problem(path, 1, "no #pragma once"))
        for function in csource.functions(text):
            if function.length > FUNCTION_LINES:
                wrong = f"{function.name} has {function.length} lines; {FUNCTION_LINES} at most"
                problems.append(Problem(path, function.line, wrong))
    return problems


TOP = LICENCE + "\n/* A file. */\n"
SELF_TEST = [
    ("small", {"src/a/a.c": TOP + "int\nf (void)\n{\n  return 1;\n}\n"}, 0),
    ("long function", {"src/a/a.c": TOP + "int\nf (void)\n{\n" + "  g ();\n" * 98 + "}\n"}, 1),
    ("brace in a string", {"src/a/a.c": TOP + 'int\nf (void)\n{\n  g ("}\\n{");\n}\n'}, 0),
    ("long file", {"src/a/a.c": TOP + "\n" * 799}, 1),
    ("no licence", {"src/a/a.c": "/* A file. */\n"}, 1),
    ("no sentence", {"src/a/a.c": LICENCE + "\n\n"}, 1),
    ("no guard", {"src/a/a.h": TOP}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
