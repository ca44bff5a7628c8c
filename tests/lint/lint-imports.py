#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the layers apart: every #include in src must be allowed by the table in docs/architecture.md.
"""The table is the fenced block that starts with ```layers. A line `store: core wire db` says which folders
`store` may use; a line `<gtk/ adwaita>: map app` says which folders may include headers so named (by prefix).
Headers named in no line of the second kind are free for all."""

import re

import lint
from lint import Problem

PAGE = "docs/architecture.md"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def read_table(text):
    block = re.search(r"^```layers\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if not block:
        return None, None
    layers, outside = {}, {}
    for row in block.group(1).splitlines():
        row = row.split("#")[0].strip()
        if not row:
            continue
        left, _, right = row.partition(":")
        if left.startswith("<"):
            for prefix in left.strip("<> ").split():
                outside[prefix] = right.split()
        else:
            layers[left.strip()] = right.split()
    return layers, outside


def problem_of(path, folder, kind, header, layers, outside):
    top = header.split("/")[0]
    if kind == '"' and "/" in header:
        if top == folder or top in layers.get(folder, []):
            return None
        return f'{folder} may not include "{header}" (see {PAGE})'
    if kind == '"' and not header.startswith("wg-config.h"):
        return f'include "{header}" with its folder'
    for prefix, users in outside.items():
        if header.startswith(prefix) and folder not in users:
            return f"{folder} may not include <{header}>: only {', '.join(users)} may"
    return None


def check(tree):
    if not tree.exists(PAGE):
        return [Problem(PAGE, 1, "missing")]
    layers, outside = read_table(tree.read(PAGE))
    if not layers:
        return [Problem(PAGE, 1, "no ```layers block")]
    problems = []
    for path in tree.files("src", ends=(".c", ".h")):
        parts = path.split("/")
        folder = parts[1] if len(parts) > 2 else ""
        if folder not in layers:
            problems.append(Problem(path, 1, f"folder '{folder}' is not in the table of {PAGE}"))
            continue
        text = tree.read(path)
        for found in INCLUDE.finditer(text):
            wrong = problem_of(path, folder, found.group(1), found.group(2), layers, outside)
            if wrong:
                problems.append(Problem(path, lint.line_of(text, found.start()), wrong))
    for name, uses in layers.items():
        for used in uses:
            if used not in layers:
                problems.append(Problem(PAGE, 1, f"'{name}' uses unknown folder '{used}'"))
            elif name in layers[used]:
                problems.append(Problem(PAGE, 1, f"'{name}' and '{used}' use each other"))
    return problems


TABLE = "# x\n```layers\ncore:\ndb: core\napp: core # not db\n<gtk/ adwaita>: app\n<sqlite3.h>: db\n```\n"
SELF_TEST = [
    (
        "allowed",
        {
            PAGE: TABLE,
            "src/app/wg-a.c": '#include "app/wg-a.h"\n#include "core/wg-b.h"\n#include <gtk/gtk.h>\n',
            "src/db/wg-d.c": "#include <sqlite3.h>\n#include <glib.h>\n",
        },
        0,
    ),
    ("upward", {PAGE: TABLE, "src/core/wg-a.c": '#include "app/wg-a.h"\n'}, 1),
    ("sideways", {PAGE: TABLE, "src/app/wg-a.c": '#include "db/wg-a.h"\n'}, 1),
    ("foreign header", {PAGE: TABLE, "src/core/wg-a.c": "# include <gtk/gtk.h>\n#include <sqlite3.h>\n"}, 2),
    ("bare header", {PAGE: TABLE, "src/core/wg-a.c": '#include "wg-b.h"\n'}, 1),
    ("unknown folder", {PAGE: TABLE, "src/util/wg-a.c": "\n"}, 1),
    ("circle", {PAGE: "```layers\na: b\nb: a\n```\n"}, 2),
    ("no table", {PAGE: "nothing\n"}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
