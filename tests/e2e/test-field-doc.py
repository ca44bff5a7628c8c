#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The examples of docs/wangge-field.md, run as they stand there; … stands for anything.
import os
import re
import subprocess
import sys
import tempfile

import wangge
from wangge import check

PAGE = sys.argv[1]


def read_examples():
    """Command, expected output, exit code."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    found = []
    for block in re.findall(r"^```example\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            ended = re.search(r"^\[exit (\d+)\]\n", output, re.MULTILINE)
            code = int(ended.group(1)) if ended else 0
            found.append((command, re.sub(r"^\[exit \d+\]\n", "", output, flags=re.MULTILINE), code))
    return found


def as_pattern(expected):
    return ".*".join(re.escape(part) for part in expected.rstrip("\n").split("…"))


def examples_of_the_page(platform):
    examples = read_examples()
    check(len(examples) >= 9, "the page has lost its examples")
    folder = tempfile.mkdtemp()
    os.rmdir(folder)
    env = wangge.environment(
        CODE=platform.code("w0001"), URL=platform.url, FOLDER=folder, PATH=os.path.dirname(wangge.FIELD) + ":" + os.environ["PATH"]
    )
    for command, expected, code in examples:
        ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=env, check=False)
        check(ran.returncode == code, f"{command}: exit {ran.returncode}: {ran.stdout}{ran.stderr}")
        check(re.fullmatch(as_pattern(expected), ran.stdout.rstrip("\n")), f"{command}:\n{ran.stdout}\nis not\n{expected}")


def every_command_is_on_the_page(platform):
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    listed = subprocess.run([wangge.FIELD, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z-]+) {2,}", listed.split("Commands:")[1], re.MULTILINE)
    check(len(commands) >= 15, listed)
    for command in commands:
        check(f"| `{command}" in text, f"{command} is not on the page")
    for option in set(re.findall(r"--[a-z-]+", listed)) - {"--help", "--version", "--limit"}:
        check(option in text, f"{option} is not on the page")


wangge.main(examples_of_the_page, every_command_is_on_the_page)
