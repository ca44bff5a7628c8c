#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# po/POTFILES.in lists exactly the files that have something to translate.
import re

import csource
import lint
from lint import Problem

LIST = "po/POTFILES.in"
CALLS = re.compile(r"(?<![\w])(_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2?) ?\(\s*x*[\"\w]")


def has_strings(tree, path):
    if not path.endswith((".c", ".h")):
        return True
    text = re.sub(r"^[ \t]*#[ \t]*define.*(?:\\\n.*)*", "", tree.read(path), flags=re.MULTILINE)
    return bool(CALLS.search(csource.blank_comments(text)))


def check(tree):
    wanted = {path for path in tree.files("src", ends=(".c", ".h")) if has_strings(tree, path)}
    wanted |= set(tree.files("ui", ends=".blp"))
    wanted |= set(tree.files("data", ends=(".desktop.in", ".metainfo.xml.in")))
    listed = []
    for number, row in enumerate(tree.read(LIST).splitlines(), 1):
        if row.strip() and not row.startswith("#"):
            listed.append((number, row.strip()))
    problems = []
    names = [name for _, name in listed]
    for number, name in listed:
        if not tree.exists(name):
            problems.append(Problem(LIST, number, f"{name} does not exist"))
        elif name not in wanted:
            problems.append(Problem(LIST, number, f"{name} has nothing to translate"))
        if names.count(name) > 1:
            problems.append(Problem(LIST, number, f"{name} is listed twice"))
    for name in sorted(wanted - set(names)):
        problems.append(Problem(LIST, 1, f"{name} has something to translate and is not listed"))
    return problems


SELF_TEST = [
    ("complete", {LIST: "# all\nsrc/a.c\nui/b.blp\n", "src/a.c": 'f (_("a"));\n', "src/c.c": "f (1);\n", "ui/b.blp": ""}, 0),
    ("C missing", {LIST: "", "src/a.c": '{ N_("a") }\n'}, 1),
    ("only in a comment", {LIST: "", "src/a.c": '/* _("a") */\n'}, 0),
    ("Blueprint missing", {LIST: "", "ui/a.blp": ""}, 1),
    ("gone", {LIST: "src/a.c\n"}, 1),
    ("needless", {LIST: "src/a.c\n", "src/a.c": "f (1);\n"}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
