#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The units of systemd: understood whole, hardened, and starting the program with options it knows.
"""test-units.py PROGRAM UNIT...: by systemd-analyze, once as they are and once spoilt, to show that it can tell."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Exposure in tenths, as systemd-analyze counts it; 1.3 when this was written.
EXPOSURE = 15


def analyze(*arguments):
    ran = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def faults(program, name, text):
    """What is wrong with a unit, in words."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        changed = re.sub(r"^ExecStart=\S+/wangge-platform ", f"ExecStart={program} ", text, flags=re.MULTILINE)
        if changed == text:
            return ["does not start the program"]
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        found = []
        at = path.replace("@.", "@8738.")
        if at != path:
            os.symlink(path, at)
        code, output = analyze("verify", "--man=no", "--generators=no", at)
        # Units of other packages need not be here.
        output = [row for row in output.splitlines() if name.split(".")[0].rstrip("@") in row]
        if code or output:
            found.append("\n".join(output) or f"verify: {code}")
        code, output = analyze("security", "--offline=yes", f"--threshold={EXPOSURE}", "--no-pager", path)
        if code:
            found.append(output.strip().splitlines()[-1])
        words = re.search(r"^ExecStart=\S+ (\S+) (.*)$", text, re.MULTILINE)
        known = subprocess.run([program, words.group(1), "--help"], capture_output=True, text=True, check=False).stdout
        found += [f"{option} is no option" for option in re.findall(r"--[a-z-]+", words.group(2)) if option not in known]
        return found


def spoilt(text):
    yield "no hardening", re.sub(r"^(Protect|Restrict|Private|SystemCall|Capability|NoNew|Lock|Memory|UMask|User).*\n", "", text, flags=re.MULTILINE)
    yield "unknown word", text.replace("[Service]\n", "[Service]\nProtectEverything=yes\n")
    yield "unknown option", text.replace("--behind-proxy", "--behind-a-proxy")


def main():
    program, units = os.path.abspath(sys.argv[1]), sys.argv[2:]
    if not shutil.which("systemd-analyze"):
        print("1..0 # SKIP systemd-analyze is not here")
        return
    number, lines = 0, []
    for path in units:
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = faults(program, name, text)
        number += 1
        lines.append(f"{'not ' * bool(found)}ok {number} {name}")
        lines += [f"# {row}" for fault in found for row in fault.splitlines()]
        for what, other in spoilt(text):
            number += 1
            lines.append(f"{'' if faults(program, name, other) else 'not '}ok {number} {name} with {what} is refused")
    print(f"1..{number}", *lines, sep="\n")
    raise SystemExit(any(line.startswith("not") for line in lines))


main()
