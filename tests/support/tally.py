#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Counts the results meson wrote down for one run: prints `N passed, N failed`, fails if any failed or none ran.
"""usage: tally.py BUILD-FOLDER | --self-test"""

import glob
import json
import os
import sys
import tempfile

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP", "IGNORED"}


def read_results(folder):
    results = []
    for path in glob.glob(f"{folder}/meson-logs/testlog*.json"):
        with open(path, encoding="utf-8") as lines:
            results += [json.loads(line)["result"] for line in lines if line.strip()]
    return results


def tally(results):
    """The line to print and the exit status."""
    passed = sum(result in PASSED for result in results)
    skipped = sum(result in SKIPPED for result in results)
    failed = len(results) - passed - skipped
    note = f", {skipped} skipped" if skipped else ""
    return f"{passed} passed, {failed} failed{note}", 1 if failed or not passed else 0


SELF_TEST = [
    (["OK", "OK", "EXPECTEDFAIL"], ("3 passed, 0 failed", 0)),
    (["OK", "SKIP"], ("1 passed, 0 failed, 1 skipped", 0)),
    (["OK", "FAIL", "TIMEOUT", "ERROR", "UNEXPECTEDPASS", "INTERRUPT"], ("1 passed, 5 failed", 1)),
    (["SKIP"], ("0 passed, 0 failed, 1 skipped", 1)),
    ([], ("0 passed, 0 failed", 1)),
]


def self_test():
    failures = 0
    for results, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(f"{folder}/meson-logs")
            with open(f"{folder}/meson-logs/testlog.json", "w", encoding="utf-8") as log:
                log.writelines(json.dumps({"name": "a", "result": result}) + "\n" for result in results)
            found = tally(read_results(folder))
        failures += found != expected
        print(f"{'ok' if found == expected else 'not ok'} - {results}: {found}")
    return 1 if failures else 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    line, status = tally(read_results(sys.argv[1]))
    print(line, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
