#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Shell scripts pass shellcheck, stop at the first error, and can be executed.
import os
import re
import subprocess

import lint
from lint import Problem


def is_script(tree, path):
    with open(tree.path(path), "rb") as file:
        return bool(re.match(rb"#!.*\b(ba)?sh\n", file.readline()))


def check(tree):
    problems = []
    paths = [path for path in tree.files("tests", "data", ".ci") + ["dev"] if tree.exists(path)]
    for path in [path for path in paths if is_script(tree, path)]:
        ran = subprocess.run(["shellcheck", "-f", "gcc", tree.path(path)], capture_output=True, text=True, check=False)
        for line, text in re.findall(r"^[^:\n]*:(\d+):\d+: (.*)$", ran.stdout, re.MULTILINE):
            problems.append(Problem(path, line, text))
        if not re.search(r"^set -eu", tree.read(path), re.MULTILINE):
            problems.append(Problem(path, 1, "no `set -eu…`"))
        if tree.exists(".git") and not os.access(tree.path(path), os.X_OK):
            problems.append(Problem(path, 1, "not executable"))
    return problems


GOOD = '#!/usr/bin/env bash\nset -euo pipefail\necho "$1"\n'
SELF_TEST = [
    ("good", {"dev": GOOD, "tests/a/b": GOOD, "tests/a/c.py": "#!/usr/bin/env python3\n"}, 0),
    ("unquoted", {"dev": GOOD.replace('"$1"', "$1")}, 1),
    ("goes on after an error", {".ci/run": GOOD.replace("set -euo pipefail\n", "")}, 1),
    ("not executable", {"dev": GOOD, ".git": ""}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
