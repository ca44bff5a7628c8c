#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Constructs that are not used here, each with where and why.
"""SQL lives in .sql files: outside src/db no C string holds a statement, and nothing runs SQL made at run
time. The rest of the table speaks for itself."""

import re

import csource
import lint
from lint import Problem

# (what, folders it is banned from, folders excepted, reason). Matched against C without comments and strings.
CODE = [
    (r"\bsqlite3_(exec|prepare\w*|mprintf|snprintf|get_table)\b", ["src"], ["src/db"], "SQL runs through src/db"),
    (r"\bPQ(exec|prepare|send)\w*\b", ["src"], ["src/db"], "SQL runs through src/db"),
    (r"\bg_main_context_iteration\b", ["src"], [], "never wait by spinning the main loop"),
    (r"\b(system|popen|gets|strcpy|strcat|sprintf|vsprintf)\b *\(", ["src"], [], "unsafe call"),
    (r"\b(g_usleep|sleep|usleep|nanosleep)\b *\(", ["tests"], ["tests/support", "tests/bench"], "no timed sleeps in tests"),
    (r"g_steal_pointer \(&(\w+)\)\);\s*return \1 == NULL", ["src", "tests"], [], "always TRUE: the error was stolen just before"),
]
# Matched against the strings of C outside src/db.
SQL = re.compile(
    r"\b(SELECT\s.*\bFROM\b|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM|"
    r"(CREATE|DROP|ALTER)\s+(TABLE|INDEX|VIEW|TRIGGER)|PRAGMA\s+\w+)"
)
# Matched against every line of source, comments included.
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*')
COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', re.DOTALL)


def within(path, folders):
    return any(path.startswith(folder + "/") for folder in folders)


def strip_comments(text):
    return COMMENT.sub(lambda found: found.group(1) or re.sub(r"[^\n]", " ", found.group(0)), text)


def check_c(path, text):
    blanked = csource.blank_comments(text)
    for pattern, folders, excepted, reason in CODE:
        if within(path, folders) and not within(path, excepted):
            for found in re.finditer(pattern, blanked):
                yield found.start(), f"{found.group(0).strip(' (')}: {reason}"
    if within(path, ["src"]) and not within(path, ["src/db"]):
        for found in STRING.finditer(strip_comments(text)):
            whole = re.sub(r'"\s*"', "", found.group(0))
            if SQL.search(whole):
                yield found.start(), "SQL in a C string; it belongs into a .sql file"


def check(tree):
    problems = []
    for path in tree.files("src", "tests", "ui", ends=(".c", ".h", ".blp", ".sql", ".py")):
        if path.startswith("tests/lint/"):
            continue
        text = tree.read(path)
        wrong = [(found.start(), f"{found.group(0)} left behind") for found in MARKS.finditer(text)]
        if path.endswith((".c", ".h")):
            wrong += check_c(path, text)
        problems += [Problem(path, lint.line_of(text, start), what) for start, what in wrong]
    return problems


SELF_TEST = [
    ("clean", {"src/store/a.c": 'f ("select a grid from the list"); /* SELECT x FROM y */\n'}, 0),
    ("db may", {"src/db/a.c": 'sqlite3_exec (db, "PRAGMA user_version", 0, 0, 0);\n'}, 0),
    ("exec elsewhere", {"src/store/a.c": "sqlite3_exec (db, sql, 0, 0, 0);\n"}, 1),
    ("SQL in a string", {"src/server/a.c": 'q = g_strdup_printf ("SELECT a " "FROM %s", t);\n'}, 1),
    ("SQL over two lines", {"src/app/a.c": 'f ("UPDATE event "\n   "SET a = 1");\n'}, 1),
    ("spinning", {"src/app/a.c": "while (x) g_main_context_iteration (NULL, TRUE);\n"}, 1),
    ("sleep in a test", {"tests/store/a.c": "g_usleep (1000);\n"}, 1),
    ("sleep in a helper", {"tests/support/a.c": "g_usleep (1000);\n"}, 0),
    ("stolen error", {"src/a/b.c": "if (l)\n  g_propagate_error (e, g_steal_pointer (&l));\nreturn l == NULL;\n"}, 1),
    ("left behind", {"ui/a.blp": "// TODO later\n"}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
