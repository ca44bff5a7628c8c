#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What the simulator is made of: no call that waits, reads a clock or touches a file goes past it, and no planted bug
# is in a program that is shipped.
"""usage: check-links.py WRAPS MUTANT_PROGRAM LIBRARY… -- PROGRAM…"""

import re
import subprocess
import sys

LED = re.compile(
    r"^(g_(cond|mutex|rec_mutex|rw_lock)_\w+|g_thread_(pool_\w+|new|try_new|join|self|yield)|g_usleep|usleep|sleep|nanosleep|"
    r"g_async_queue_(pop|timeout_pop|push)|g_get_(monotonic|real)_time|clock_gettime|time|gettimeofday|getrandom|"
    r"g_random_\w+|open(at)?64|close|g_close|read|write|pread64|pwrite64|lseek64|fsync|fdatasync|ftruncate64|fstat64|"
    r"l?stat64|statvfs64|flock|rename|renameat2?|unlink|posix_fallocate64|mkdir|rmdir|fopen64|chmod|"
    r"g_(un)?link|g_remove|g_rmdir|g_mkdir\w*|g_dir_(open|read_name|close)|g_file_(get|set)_contents\w*|g_file_test|"
    r"g_file_(copy|create|read|replace)|g_mkstemp\w*|g_mapped_file_new\w*)$"
)
# The picture of a code, which the simulated desk does not ask for.
OUTSIDE = {"g_file_set_contents"}


def symbols(option, path):
    rows = subprocess.run(["nm", *option, path], capture_output=True, text=True, check=True).stdout.splitlines()
    return {row.split()[-1] for row in rows if row.strip() and not row.endswith(":")}


def main():
    wraps_path, mutants, *rest = sys.argv[1:]
    libraries, programs = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    with open(wraps_path, encoding="utf-8") as file:
        wraps = set(file.read().split())
    bad = [f"{name} goes past the simulator (wraps.txt)"
           for library in libraries
           for name in sorted(symbols(["-u"], library))
           if LED.match(name) and name not in wraps | OUTSIDE]
    bad += [f"{program} has planted bugs" for program in programs if "wg_mutant" in symbols([], program)]
    if "wg_mutant" not in symbols([], mutants):
        bad.append(f"{mutants} has none: this test could not fail")
    print("\n".join(sorted(set(bad))))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
