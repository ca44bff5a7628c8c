#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Named SQL statements and the C that runs them match: no name twice, none unused, no text outside a statement.
"""A statement in src/<layer>/sql/*.sql starts with `-- :name <id>`; C of the same layer names it in a string.
Files in a folder `migrate` hold plain SQL. That each statement is right SQL is checked by lint-sql."""

import re

import lint
from lint import Problem

NAME = re.compile(r"^-- :name ([a-z0-9][a-z0-9_.-]*)[ \t]*$", re.MULTILINE)


def statements(text):
    """Pairs of name and SQL, and the text before the first name."""
    parts = NAME.split(text)
    return parts[0], list(zip(parts[1::2], parts[2::2]))


def bare(sql):
    return re.sub(r"--[^\n]*", "", sql).strip()


def check(tree):
    problems = []
    layers = sorted({path.split("/")[1] for path in tree.files("src", ends=".sql")})
    for layer in layers:
        # A name may be put together from two literals only by writing it out in a comment beside.
        code = "".join(tree.read(path) for path in tree.files(f"src/{layer}", ends=(".c", ".h")))
        seen = {}
        for path in tree.files(f"src/{layer}", ends=".sql"):
            if "/migrate/" in path:
                continue
            text = tree.read(path)
            before, found = statements(text)
            if bare(before):
                problems.append(Problem(path, 1, "SQL before the first `-- :name`"))
            for name, sql in found:
                line = lint.line_of(text, text.index(f"-- :name {name}"))
                if name in seen:
                    problems.append(Problem(path, line, f"'{name}' is also in {seen[name]}"))
                seen[name] = path
                if not bare(sql):
                    problems.append(Problem(path, line, f"'{name}' is empty"))
                if f'"{name}"' not in code:
                    problems.append(Problem(path, line, f"'{name}' is used nowhere in src/{layer}"))
    return problems


SQL = "-- :name add\nINSERT INTO a VALUES (:a);\n-- :name get\nSELECT 1;\n"
C = 'f ("add"); f ("get");\n'
SELF_TEST = [
    ("match", {"src/store/sql/a.sql": SQL, "src/store/a.c": C}, 0),
    ("migration", {"src/store/sql/migrate/001.sql": "CREATE TABLE a (a);\n"}, 0),
    ("unused", {"src/store/sql/a.sql": SQL, "src/store/a.c": 'f ("add");\n', "src/app/b.c": 'f ("get");\n'}, 1),
    ("twice", {"src/store/sql/a.sql": SQL, "src/store/sql/b.sql": "-- :name get\nSELECT 2;\n", "src/store/a.c": C}, 1),
    ("no name", {"src/store/sql/a.sql": "SELECT 1;\n" + SQL, "src/store/a.c": C}, 1),
    ("empty", {"src/store/sql/a.sql": SQL.replace("SELECT 1;", "-- later"), "src/store/a.c": C}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
