# SPDX-License-Identifier: GPL-3.0-or-later
# What the lints share: the tree they look at, how they report, and how each proves that it can fail.
"""A lint is a module with

    check(tree) -> list of Problem
    SELF_TEST = [(name, {path: text, ...}, number of problems expected), ...]

and ends with `lint.main(check, SELF_TEST)`. Run as `lint-x.py --source DIR [--build DIR]` it looks at the
project; as `lint-x.py --self-test` it looks at small made-up trees with planted violations."""

import argparse
import os
import sys
import tempfile
from collections import namedtuple

Problem = namedtuple("Problem", "path line text")

# Folders that are not the project's text.
PRUNED = {".git", ".dev", "build", "__pycache__", ".flatpak-builder"}


class Tree:
    """The files of a source folder, by path relative to it, with / between parts."""

    def __init__(self, source, build=None, build_source=None):
        self.source = source
        self.build = build
        self.build_source = build_source or source

    def files(self, *folders, ends=""):
        """All files below the folders (default: everything) whose name ends so, sorted."""
        found = []
        for folder in folders or [""]:
            top = os.path.join(self.source, folder)
            for here, below, names in os.walk(top):
                below[:] = sorted(name for name in below if name not in PRUNED)
                for name in names:
                    if name.endswith(ends):
                        found.append(os.path.relpath(os.path.join(here, name), self.source))
        return sorted(found)

    def path(self, relative):
        return os.path.join(self.source, relative)

    def exists(self, relative):
        return os.path.exists(self.path(relative))

    def read(self, relative):
        with open(self.path(relative), encoding="utf-8") as file:
            return file.read()


def line_of(text, offset):
    """The line number, from 1, of an offset in a text."""
    return text.count("\n", 0, offset) + 1


def run_self_test(check, cases):
    failures = 0
    for name, files, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                full = os.path.join(folder, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            problems = check(Tree(folder))
        good = len(problems) == expected
        failures += not good
        print(f"{'ok' if good else 'not ok'} - {name}: {len(problems)} problems, expected {expected}")
        if not good:
            for problem in problems:
                print(f"#   {problem.path}:{problem.line}: {problem.text}")
    if not any(expected for _, _, expected in cases):
        print("not ok - no case plants a violation")
        failures += 1
    return failures


def main(check, self_test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", default=".")
    parser.add_argument("--build")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        sys.exit(1 if run_self_test(check, self_test) else 0)
    problems = check(Tree(options.source, options.build))
    for problem in problems:
        print(f"{problem.path}:{problem.line}: {problem.text}")
    if problems:
        print(f"{len(problems)} problems")
    sys.exit(1 if problems else 0)
