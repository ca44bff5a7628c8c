#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The platform's migrations only add, so that a daemon of the version before goes on while the next one's has migrated.
"""From the second file on a migration may make tables and indices, and add columns that the statements of the version
before can leave out: without NOT NULL, or with a default; without a rule that its writes could break. What is to go
goes in the version after the one that has stopped using it, and not before this lint is changed for it."""

import re

import lint
from lint import Problem

FOLDER = "src/server/sql/migrate"
TABLE = re.compile(r"CREATE TABLE (\w+) \(.*\)[^)]*", re.IGNORECASE | re.DOTALL)
INDEX = re.compile(r"CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \(.*\)[^)]*", re.IGNORECASE | re.DOTALL)
COLUMN = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (\w+) (.*)", re.IGNORECASE | re.DOTALL)
RULES = re.compile(r"\b(UNIQUE|CHECK|REFERENCES|PRIMARY|GENERATED)\b", re.IGNORECASE)


def statements(text):
    """Each statement with its offset; comments are blank."""
    bare = re.sub(r"--[^\n]*", lambda found: " " * len(found.group(0)), text)
    at = 0
    for part in bare.split(";"):
        words = part.strip()
        if words:
            yield at + part.index(words[0]), " ".join(words.split())
        at += len(part) + 1


def fault(sql, made):
    """Why the version before might not bear it; nothing when it does."""
    if found := TABLE.fullmatch(sql):
        made.add(found.group(1))
        return None
    if found := INDEX.fullmatch(sql):
        if found.group(1) and found.group(3) not in made:
            return f"a unique index on {found.group(3)}, which the version before writes"
        return None
    if found := COLUMN.fullmatch(sql):
        rest = found.group(3)
        if re.search(r"\bNOT NULL\b", rest, re.IGNORECASE) and not re.search(r"\bDEFAULT\b", rest, re.IGNORECASE):
            return f"the version before writes {found.group(1)} without {found.group(2)}: give it a default"
        if rule := RULES.search(rest):
            return f"{rule.group(0)}: the version before does not know that rule"
        return None
    return "only CREATE TABLE, CREATE INDEX and ALTER TABLE … ADD COLUMN: the version before is still at work"


def check(tree):
    problems = []
    for path in tree.files(FOLDER, ends=".sql"):
        if path.rsplit("/", 1)[1].startswith("001-"):
            continue
        text, made = tree.read(path), set()
        for at, sql in statements(text):
            if why := fault(sql, made):
                problems.append(Problem(path, lint.line_of(text, at), why))
    return problems


def planted(sql, number="002"):
    return {f"{FOLDER}/{number}-x.sql": "-- what; it is for\n" + sql}


SELF_TEST = [
    ("what only adds", planted("ALTER TABLE a ADD COLUMN b TEXT;\nALTER TABLE a ADD COLUMN c INTEGER NOT NULL DEFAULT 0;\n"
                               "CREATE TABLE d (id TEXT PRIMARY KEY) STRICT;\nCREATE UNIQUE INDEX e ON d (id);\n"
                               "CREATE INDEX f ON a (b) WHERE b IS NOT NULL;\n"), 0),
    ("the first", planted("DROP TABLE a;", "001"), 0),
    ("a column that must be written", planted("ALTER TABLE a ADD COLUMN b TEXT NOT NULL;"), 1),
    ("a rule on a column", planted("ALTER TABLE a ADD COLUMN b TEXT UNIQUE;\nALTER TABLE a ADD COLUMN c INTEGER CHECK (c > 0);"), 2),
    ("a unique index on an old table", planted("CREATE UNIQUE INDEX b ON a (c);"), 1),
    ("what takes away or changes", planted("DROP TABLE a;\nALTER TABLE a DROP COLUMN b;\nALTER TABLE a RENAME TO c;\n"
                                           "UPDATE a SET b = 1;\nDROP INDEX d;"), 5),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
