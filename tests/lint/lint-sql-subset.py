#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The platform's SQL stays inside what SQLite and PostgreSQL, and engines that speak its protocol, have in common.
"""Every file under src/server/sql, statements and migrations, but not the folder `pack`: that reads a file format
which is SQLite's. What is refused, and why, stands in the table below; docs/platform.md tells the rules in words.

`-- :locks` in a statement lets the PostgreSQL engine end it with FOR UPDATE, so the statement must be a SELECT from
one table that such an ending fits. `-- :together` lets it send many rows in one command, so the statement must be an
INSERT of one row of parameters, each once, and none behind it, and no key joins two such tables."""

import re

import lint
from lint import Problem

FOLDER = "src/server/sql"
NAME = re.compile(r"^-- :name ([a-z0-9][a-z0-9_-]*)[ \t]*\n", re.MULTILINE)
LOCKS = re.compile(r"^-- :locks\b", re.MULTILINE)
TOGETHER = re.compile(r"^-- :together\b", re.MULTILINE)

REFUSED = [
    (r"\b(SMALL|BIG)?SERIAL\b|\bIDENTITY\b|\bSEQUENCE\b|\bnextval\b|\bAUTOINCREMENT\b", "numbers are given by us"),
    (r"\bTRIGGER\b|\b(FUNCTION|PROCEDURE)\b|\bDO\s+\$", "logic is in C"),
    (r"\bLISTEN\b|\bNOTIFY\b|advisory|\bLOCK\s+TABLE\b", "missing in distributed engines"),
    (r"\bDEFERRABLE\b|\bEXCLUDE\b|\bINHERITS\b|\bGIST\b|\bGIN\b", "missing in distributed engines"),
    (r"\bSKIP\s+LOCKED\b|\bFOR\s+(UPDATE|SHARE|NO\s+KEY)\b", "SQLite has none: mark the statement `-- :locks`"),
    (r"\bRECURSIVE\b|\bLATERAL\b", "not in the subset"),
    (r"\bAS\s*(NOT\s+)?(MATERIALIZED\s*)?\(\s*(INSERT|UPDATE|DELETE)\b", "a WITH that writes: PostgreSQL alone has it"),
    (r"\bjsonb?_\w+\s*\(|->|@>|\bjsonb?\b", "JSON is text that SQL never looks into"),
    (r"\bPRAGMA\b|(?<!WITHOUT )\browid\b|\bGLOB\b|\bMATCH\b|\bREGEXP\b|\bINDEXED\s+BY\b", "SQLite alone has it"),
    (r"\b(INSERT|UPDATE)\s+OR\b|\bREPLACE\s+INTO\b", "SQLite alone has it: say ON CONFLICT"),
    (r"\b(ifnull|iif|strftime|datetime|unixepoch|printf|format|group_concat|total|typeof|instr|changes|random|randomblob|zeroblob)\s*\(",
     "SQLite alone has this function"),
    (r"\b(now|to_char|string_agg|array_agg|greatest|least|unnest|generate_series|date_trunc)\s*\(",
     "PostgreSQL alone has this function"),
    (r"\bI?LIKE\b", "they disagree about capitals"),
    (r"\bIS\s+(?!NOT\b|NULL\b)|\bIS\s+NOT\s+(?!NULL\b)", "IS is for NULL only"),
    (r"==|::|\|\|\s*NULL", "not in both: = and CAST (… AS …)"),
    (r"\bLIMIT\s+[^\s;]+\s*,", "say LIMIT … OFFSET …"),
    (r"\b(max|min)\s*\([^()]*,", "of several values SQLite alone has it"),
    (r"\bFROM\s*\((?:[^()]|\([^()]*\))*\)(?!\s*(?:AS\s+)?[a-z])", "a query in FROM needs a name"),
    (r'"[^"]*"?|`|\[', "plain names only"),
    (r"\bCOLLATE\b", "text is compared by its bytes"),
    (r"\b(VARCHAR|CHAR|NUMERIC|DECIMAL|BOOLEAN|TIMESTAMP|DATE|UUID|BYTEA)\b", "types: TEXT INTEGER REAL BLOB; in CAST also BIGINT"),
    (r"\bTRUE\b|\bFALSE\b", "flags are 0 and 1"),
]
REFUSED = [(re.compile(pattern, re.IGNORECASE), why) for pattern, why in REFUSED]
UNLOCKABLE = re.compile(r"\b(JOIN|GROUP|DISTINCT|UNION|LIMIT|HAVING|OVER)\b|\bcount\s*\(|\bFROM\s+\w+(\s+\w+)?\s*,", re.IGNORECASE)
ONE_ROW = re.compile(r"\s*INSERT INTO \w+ \([\w\s,]+\)\s+VALUES \((:\w+(?:,\s*:\w+)*)\)[^:]*", re.IGNORECASE)
DEFINITION = re.compile(r"\b(?:CREATE|ALTER)\s+TABLE\s+(\w+)[^;]*", re.IGNORECASE)
KEY = re.compile(r"\bREFERENCES\s+(\w+)", re.IGNORECASE)


def bare(sql):
    """The same length without comments and texts, so that offsets stay."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", lambda found: " " * len(found.group()), sql)


def is_one_row(sql):
    found = ONE_ROW.fullmatch(sql)
    names = re.findall(r"\w+", found.group(1)) if found else []
    return bool(names) and len(names) == len(set(names))


def wrong_marks(text):
    marks = list(NAME.finditer(text))
    for mark, end in zip(marks, [mark.start() for mark in marks[1:]] + [len(text)]):
        sql = text[mark.end() : end]
        plain = bare(sql)
        if TOGETHER.search(sql) and not is_one_row(plain):
            yield mark.start(), f"{mark.group(1)}: `-- :together` is for an INSERT of one row of parameters"
        if LOCKS.search(sql) and (not re.match(r"\s*SELECT\b", plain, re.IGNORECASE) or UNLOCKABLE.search(plain)):
            yield mark.start(), f"{mark.group(1)}: `-- :locks` is for a plain SELECT from one table"


def gathered(text):
    """Tables of the statements whose rows travel together."""
    for sql in NAME.split(text)[2::2]:
        if TOGETHER.search(sql):
            yield from re.findall(r"INSERT INTO (\w+)", bare(sql), re.IGNORECASE)


def wrong_keys(plain, tables):
    """Rows of two such tables may come in the other order."""
    for found in DEFINITION.finditer(plain):
        for key in KEY.finditer(found.group()):
            if found.group(1) in tables and key.group(1) in tables - {found.group(1)}:
                yield found.start() + key.start(), f"{found.group(1)}: a key into {key.group(1)}, and rows of both are `-- :together`"


def check(tree):
    problems = []
    files = [path for path in tree.files(FOLDER, ends=".sql") if not path.startswith(f"{FOLDER}/pack/")]
    tables = {table for path in files for table in gathered(tree.read(path))}
    for path in files:
        text = tree.read(path)
        plain = bare(text)
        problems += [Problem(path, lint.line_of(text, at), why) for at, why in wrong_keys(plain, tables)]
        for pattern, why in REFUSED:
            for found in pattern.finditer(plain):
                problems.append(Problem(path, lint.line_of(text, found.start()), f"{found.group().strip()}: {why}"))
        problems += [Problem(path, lint.line_of(text, at), why) for at, why in wrong_marks(text)]
    return problems


def one(sql):
    return {f"{FOLDER}/a.sql": "-- :name it\n" + sql + ";\n"}


SELF_TEST = [
    ("right", one("INSERT INTO a (b) VALUES (:b) ON CONFLICT (b) DO UPDATE SET b = excluded.b RETURNING b"), 0),
    ("in a comment", one("-- SERIAL\nSELECT a FROM b WHERE c = 'LIKE' AND d IS NOT NULL AND e IS NULL"), 0),
    ("named query", one("SELECT count(*) AS n FROM (SELECT DISTINCT (a) FROM b) c"), 0),
    ("lock", one("-- :locks\nSELECT a FROM b WHERE c = :c"), 0),
    ("pack", {f"{FOLDER}/pack/a.sql": "-- :name it\nSELECT ifnull(a, 1) FROM b;\n"}, 0),
    ("migration", {f"{FOLDER}/migrate/002-a.sql": "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);\n"}, 1),
    ("lock of a join", one("-- :locks\nSELECT a FROM b JOIN c ON c.id = b.id"), 1),
    ("lock of two", one("-- :locks\nSELECT a FROM b x, c y"), 1),
    ("lock of a write", one("-- :locks\nDELETE FROM b"), 1),
    ("rows", one("-- :together\nINSERT INTO a (b, c)\nVALUES (:b,\n  :c)\nON CONFLICT (b) DO UPDATE SET c = excluded.c"), 0),
    ("rows with a constant", one("-- :together\nINSERT INTO a (b, c) VALUES (:b, 1)"), 1),
    ("rows with a parameter behind", one("-- :together\nINSERT INTO a (b) VALUES (:b) ON CONFLICT (b) DO UPDATE SET c = :c"), 1),
    ("rows with one twice", one("-- :together\nINSERT INTO a (b, c) VALUES (:b, :b)"), 1),
    ("a key between rows", {f"{FOLDER}/b.sql": "CREATE TABLE a (b TEXT);\nCREATE TABLE c (b TEXT REFERENCES a (b));\n",
                            **one("-- :together\nINSERT INTO a (b) VALUES (:b);\n-- :name other\n-- :together\nINSERT INTO c (b) VALUES (:b)")}, 1),
    ("a key to others", {f"{FOLDER}/b.sql": "CREATE TABLE c (b TEXT REFERENCES a (b));\n", **one("-- :together\nINSERT INTO c (b) VALUES (:b)")}, 0),
    ("rows of a write", one("-- :together\nUPDATE a SET b = :b"), 1),
] + [
    (f"refused: {sql}", one(sql), 1)
    for sql in (
        "CREATE TABLE a (b SERIAL)", "CREATE TRIGGER a", "LISTEN a", "SELECT pg_advisory_lock(1)", "LOCK TABLE a",
        "SELECT a FROM b FOR UPDATE", "WITH a AS (DELETE FROM b RETURNING c) SELECT c FROM a", "SELECT a -> 'b' FROM c",
        "SELECT json_extract(a, :b) FROM c", "INSERT OR IGNORE INTO a VALUES (1)", "SELECT ifnull(a, 0) FROM b",
        "SELECT a FROM b WHERE c LIKE :d", "SELECT a FROM b WHERE c IS :d", "SELECT a FROM b WHERE c IS NOT :d",
        "SELECT a FROM b WHERE c == 1", "SELECT a FROM b LIMIT 1, 2", "SELECT max(a, b) FROM c",
        "SELECT count(*) FROM (SELECT a FROM b)", 'SELECT "a" FROM b', "SELECT a FROM b ORDER BY a COLLATE NOCASE",
        "SELECT a::text FROM b", "SELECT a FROM b WHERE c = TRUE", "SELECT rowid FROM a", "SELECT now()",
        "CREATE TABLE a (b BOOLEAN)", "WITH RECURSIVE a AS (SELECT 1 AS n) SELECT n FROM a",
    )
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
