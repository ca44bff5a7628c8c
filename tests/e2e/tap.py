# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs test functions in order and says what came of them in TAP."""
import sys
import time
import traceback


class Skip(Exception):
    """What this machine cannot do, with the reason."""


def run(tests, before):
    """@tests: (name, function), in order; @before: called with the name, gives what the function
    gets, as a context manager. The others need what the first one leaves: without it they are not
    run. With names on the command line only those are run. Gives the exit code."""
    wanted = [name for name, _ in tests if not sys.argv[1:] or name in sys.argv[1:]]
    print(f"1..{len(wanted)}", flush=True)
    failed = 0
    number = 0
    for name, function in tests:
        if name not in wanted:
            continue
        number += 1
        begun = time.monotonic()
        try:
            with before(name) as given:
                function(given)
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception:  # each fault of a test is one failed test, whatever it is
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for row in traceback.format_exc().splitlines():
                print(f"# {row}", flush=True)
        print(f"# {name}: {time.monotonic() - begun:.1f} s", flush=True)
        if failed and number == 1:
            print(f"Bail out! nothing can be tested without {name}", flush=True)
            break
    return 1 if failed else 0
