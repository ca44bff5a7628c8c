#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The project speaks of itself alone: no path or account of somebody's machine, no key, no fixed package mirror.
import re

import lint
from lint import Problem

TEXT = (
    ".c", ".h", ".py", ".blp", ".css", ".sql", ".md", ".xml", ".in", ".build", ".options", ".json", ".jsonl",
    ".yml", ".yaml", ".po", ".txt", ".csv", ".service", ".conf", ".supp", "dev", "run", "with-display",
)
PATTERNS = [
    (r"(?<![\w.$}~/-])/(home|Users)/(?!\.|<|\$|%)[\w-]+", "a path in somebody's home"),
    (r"(?<![\w.$}~/-])/(root|work|workspace|mnt)/[\w.-]+", "a path of one machine"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    (r"https?://(deb|ftp[\w.]*|security)\.debian\.org", "a fixed package mirror"),
    (r"https?://(registry\.npmjs|pypi|proxy\.golang|crates)\.\w+", "a package registry"),
]


def check(tree):
    problems = []
    for path in tree.files(ends=TEXT):
        if path.startswith("tests/lint/lint-words"):
            continue
        text = tree.read(path)
        for pattern, what in PATTERNS:
            for found in re.finditer(pattern, text):
                problems.append(Problem(path, lint.line_of(text, found.start()), f"{what}: {found.group(0)}"))
    return problems


SELF_TEST = [
    ("clean", {"docs/a.md": "see ~/x, $HOME/home/x, https://x.example/home/a and src/root/a\n"}, 0),
    ("home", {"docs/a.md": "look in /home/someone/x\n"}, 1),
    ("machine", {"src/a.c": 'open ("/root/x");\n'}, 1),
    ("mirror", {"dev": "deb http://deb.debian.org/debian x main\n"}, 1),
    ("key", {"tests/a.txt": "-----BEGIN PRIVATE KEY-----\n"}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
