#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Every named statement of a layer is right SQL on an empty newest database, and finds its rows by an index
# where it says so.
"""The files in the folder `migrate` beside a .sql file, run in order, make its database; each `-- :name <id>`
is then prepared on it. A statement with a line `-- :indexed` must not read a whole table: its query plan may
not contain a SCAN, other than along an index up to a LIMIT.

Debian's SQLCipher and SQLite are of the same version; double-quoted strings are refused as SQLCipher does."""

import os
import re
import sqlite3

import lint
from lint import Problem

NAME = re.compile(r"^-- :name ([a-z0-9][a-z0-9_-]*)[ \t]*\n", re.MULTILINE)
PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")


def bare(sql):
    """The SQL without comments and strings, to look for words in."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", sql)


def open_newest(tree, folder):
    """An empty database of the newest version for a folder of statements, and the problems met on the way."""
    base = sqlite3.connect(":memory:", isolation_level=None)
    base.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DML, False)
    base.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DDL, False)
    base.execute("PRAGMA foreign_keys = ON")
    foreign = f"tests/lint/foreign-{'-'.join(part for part in folder.split('/')[1:] if part != 'sql')}.sql"
    for path in tree.files(f"{folder}/migrate", ends=".sql") or [foreign] * tree.exists(foreign):
        try:
            base.executescript(tree.read(path))
        except sqlite3.Error as error:
            return base, [Problem(path, 1, str(error))]
    return base, []


def scans(plan, sql):
    for row in plan:
        detail = row[3]
        if not re.match(r"SCAN (?!CONSTANT ROW|\d+ CONSTANT ROW|\()", detail):
            continue
        if "VIRTUAL TABLE INDEX" in detail:
            continue
        if re.search(r"USING (COVERING )?INDEX|USING INTEGER PRIMARY KEY", detail) and re.search(r"\bLIMIT\b", sql):
            continue
        yield detail


def wrong_in(base, sql):
    values = {name: None for name in PARAMETER.findall(bare(sql))}
    define = re.match(r"\s*(CREATE|ALTER|DROP)\b", bare(sql), re.IGNORECASE)
    try:
        base.execute(sql if define else "EXPLAIN " + sql, values)
    except (sqlite3.Error, sqlite3.Warning) as error:
        yield str(error)
        return
    if re.search(r"^-- :indexed\b", sql, re.MULTILINE):
        plan = base.execute("EXPLAIN QUERY PLAN " + sql, values).fetchall()
        for detail in scans(plan, bare(sql).upper()):
            yield f"reads a whole table: {detail}"


def migrated(tree):
    """Folders with migrations: those are run even when no statement needs them."""
    return {path.split("/migrate/")[0] for path in tree.files("src", ends=".sql") if "/migrate/" in path}


def check(tree):
    problems = []
    paths = [path for path in tree.files("src", ends=".sql") if "/migrate/" not in path]
    for folder in sorted({os.path.dirname(path) for path in paths} | migrated(tree)):
        base, wrong = open_newest(tree, folder)
        problems += wrong
        for path in paths if not wrong else []:
            if os.path.dirname(path) != folder:
                continue
            text = tree.read(path)
            marks = list(NAME.finditer(text))
            ends = [mark.start() for mark in marks[1:]] + [len(text)]
            for mark, end in zip(marks, ends):
                for what in wrong_in(base, text[mark.end() : end]):
                    problems.append(Problem(path, lint.line_of(text, mark.start()), f"{mark.group(1)}: {what}"))
        base.close()
    return problems


START = "CREATE TABLE a (id TEXT PRIMARY KEY, n INTEGER, t TEXT) STRICT;\nCREATE INDEX a_n ON a (n);\n"
MIGRATE = {"src/s/sql/migrate/001.sql": START, "src/s/sql/migrate/002.sql": "ALTER TABLE a ADD COLUMN later INTEGER;\n"}


def statement(sql):
    return MIGRATE | {"src/s/sql/a.sql": "-- a file\n-- :name it\n" + sql}


SELF_TEST = [
    ("right", statement("-- why\nSELECT later FROM a WHERE id = :id AND t <> ':x';\n"), 0),
    ("indexed", statement("-- :indexed\nSELECT n FROM a WHERE n > :n;\n"), 0),
    ("along an index", statement("-- :indexed\nSELECT * FROM a ORDER BY n LIMIT :limit;\n"), 0),
    ("unknown column", statement("SELECT gone FROM a;\n"), 1),
    ("unknown table", statement("DELETE FROM b WHERE id = :id;\n"), 1),
    ("double quotes", statement('SELECT n FROM a WHERE t = "x";\n'), 1),
    ("two statements", statement("DELETE FROM a; DELETE FROM a;\n"), 1),
    ("a scan", statement("-- :indexed\nSELECT n FROM a WHERE t = :t;\n"), 1),
    ("a scan of an index", statement("-- :indexed\nSELECT count (*) FROM a;\n"), 1),
    ("foreign", {"tests/lint/foreign-s.sql": "CREATE TABLE f (a);\n", "src/s/sql/a.sql": "-- :name it\nSELECT a FROM f\n"}, 0),
    ("foreign part", {"tests/lint/foreign-s-p.sql": "CREATE TABLE f (a);\n", "src/s/sql/p/a.sql": "-- :name it\nSELECT a FROM f\n"}, 0),
    ("defined before", {"src/s/sql/a.sql": "-- :name new\nCREATE TABLE f (a)\n\n-- :name it\nSELECT a FROM f\n"}, 0),
    ("bad migration", MIGRATE | {"src/s/sql/migrate/003.sql": "ALTER TABLE b ADD COLUMN x;\n"}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
