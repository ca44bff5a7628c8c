#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What the platform logs are ids, numbers and texts of errors: no person, no words of an event.
"""Every argument of a log call in src/server and src/db must be one of the expressions below. An error's message counts:
it names fields and ids, and the db layer takes no values into it (tests/db/test-postgres.c looks)."""

import re

import csource
import lint
from lint import Problem

CALL = re.compile(r"\bg_(?:message|warning|critical|info|debug|error|log)\s*\(")
ALLOWED = [
    r"(\w+)?error->message",
    r"g_strerror\s*\(errno\)",
    r"self->name|db->name|name|column",
    r"request->sha|sha|group->len",
    r"request->status|request->caller\.replica|request->route->(path|method)",
    r"g_get_monotonic_time\s*\(\) - request->begun_us",
    r"self->route->path",
    r"\(guint64\) files\.rlim_cur",
    r'"[^"]*"|G_GINT64_FORMAT|G_LOG_LEVEL_\w+|\d+',
]
ALLOWED = re.compile(rf"^(?:{'|'.join(ALLOWED)})$")
CHOICE = re.compile(r"^(.+?)\s*\?\s*(.+?)\s*:\s*(.+)$", re.DOTALL)
TEXT = re.compile(r'^(?:"(?:\\.|[^"\\])*"|G_G\w+FORMAT|\s)+$')


def arguments(text, start):
    """What stands between the parentheses that open before @start, split at its commas."""
    depth, parts, part, i = 1, [], "", start
    while depth:
        found = re.compile(r'"(?:\\.|[^"\\])*"').match(text, i)
        if found:
            part += found.group()
            i = found.end()
            continue
        c = text[i]
        depth += (c == "(") - (c == ")")
        if depth == 1 and c == "," or not depth:
            parts.append(" ".join(part.split()))
            part = ""
        else:
            part += c
        i += 1
    return parts


def allowed(part):
    if TEXT.match(part) or ALLOWED.match(part):
        return True
    choice = CHOICE.match(part)
    return bool(choice) and allowed(choice.group(2)) and allowed(choice.group(3))


def check(tree):
    problems = []
    for path in tree.files("src/server", "src/db", ends=".c"):
        text = tree.read(path)
        blanked = csource.blank_comments(text)
        for found in CALL.finditer(blanked):
            for part in arguments(text, found.end()):
                if not allowed(part):
                    problems.append(Problem(path, lint.line_of(text, found.start()), f"'{part}' in a log"))
    return problems


SELF_TEST = [
    ("ids", {"src/server/a.c": 'g_message ("%s: %s", self->route ? self->route->path : "request", error->message);\n'}, 0),
    ("number", {"src/server/a.c": 'g_message ("a" G_GINT64_FORMAT "b", g_get_monotonic_time () - request->begun_us);\n'}, 0),
    ("other folder", {"src/app/a.c": 'g_message ("%s", worker->name);\n'}, 0),
    ("a person", {"src/server/a.c": 'g_message ("%s", worker->name);\n'}, 1),
    ("words", {"src/server/a.c": 'g_warning ("%s %s",\n  event->title, event->id);\n'}, 2),
    ("in a choice", {"src/db/a.c": 'g_warning ("%s", x ? line->text : "-");\n'}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
