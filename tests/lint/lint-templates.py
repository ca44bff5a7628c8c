#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Each template in ui/ has its class in src/, under the same file name, and the reverse.
import os
import re

import lint
from lint import Problem

TEMPLATE = re.compile(r"^template \$(\w+)", re.MULTILINE)
SETS = re.compile(r'gtk_widget_class_set_template_from_resource \([^;]*?/([\w-]+)\.ui"', re.DOTALL)


def check(tree):
    problems = []
    blueprints = {os.path.basename(path)[:-4]: path for path in tree.files("ui", ends=".blp")}
    sources = {os.path.basename(path)[:-2]: path for path in tree.files("src/app", "src/map", ends=".c")}
    for name, path in blueprints.items():
        found = TEMPLATE.search(tree.read(path))
        if not found:
            continue
        if name not in sources:
            problems.append(Problem(path, 1, f"no {name}.c in src has this template's class"))
            continue
        text = tree.read(sources[name])
        if not re.search(rf"G_DEFINE_\w+\s*\(\s*{found.group(1)}\s*,", text):
            problems.append(Problem(path, 1, f"{sources[name]} does not define {found.group(1)}"))
        if name not in SETS.findall(text):
            problems.append(Problem(sources[name], 1, f"does not use the template {path}"))
    for name, path in sources.items():
        for used in SETS.findall(tree.read(path)):
            if used not in blueprints or not TEMPLATE.search(tree.read(blueprints[used])):
                problems.append(Problem(path, 1, f"its template {used}.blp is not in ui"))
    return problems


C = 'G_DEFINE_FINAL_TYPE (WgA, wg_a, GTK_TYPE_BOX)\n gtk_widget_class_set_template_from_resource (w,\n  "/x/wg-a.ui");\n'
BLP = "using Gtk 4.0;\n\ntemplate $WgA: Box {}\n"
SELF_TEST = [
    ("pair", {"src/app/wg-a.c": C, "ui/app/wg-a.blp": BLP}, 0),
    ("no class", {"ui/app/wg-a.blp": BLP}, 1),
    ("other class", {"src/app/wg-a.c": C.replace("WgA", "WgB"), "ui/app/wg-a.blp": BLP}, 1),
    ("no template", {"src/app/wg-a.c": C}, 1),
    ("not used", {"src/app/wg-a.c": C.split("\n", maxsplit=1)[0], "ui/app/wg-a.blp": BLP}, 1),
    ("menu only", {"ui/app/menu.blp": "using Gtk 4.0;\n\nmenu a {}\n"}, 0),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
