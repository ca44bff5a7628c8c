#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Counts the results meson wrote down for one run: prints `N passed, N failed`, fails if any failed or none ran.
"""usage: tally.py BUILD-FOLDER"""

import glob
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP", "IGNORED"}


def read_results(folder):
    results = []
    for path in glob.glob(f"{folder}/meson-logs/testlog*.json"):
        with open(path, encoding="utf-8") as lines:
            results += [json.loads(line)["result"] for line in lines if line.strip()]
    return results


def main():
    results = read_results(sys.argv[1])
    passed = sum(result in PASSED for result in results)
    skipped = sum(result in SKIPPED for result in results)
    failed = len(results) - passed - skipped
    note = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{note}", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
