#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Every function with a header has a GTK-Doc block above its definition that tells what a caller must know.
"""The block names the function, every parameter as `@name:`, has a line `Thread:`, has `Errors:` (then @error
needs no more) where there is a GError, and `Returns:` unless nothing is returned. Parameters of a static function are its own business; so are `main`,
and the functions that a macro such as G_DEFINE_TYPE writes."""

import re

import csource
import lint
from lint import Problem


def wrong_in_block(function, block):
    if block is None:
        yield "has no GTK-Doc block"
        return
    if not re.match(rf"/\*\*\n \* {function.name}:", block):
        yield f"its block does not begin with '{function.name}:'"
    fails = "GError **" in function.signature
    for name in function.parameters:
        if not (fails and name == "error") and not re.search(rf"^ \* @{re.escape(name)}:", block, re.MULTILINE):
            yield f"its block does not explain @{name}"
    for word in ["Thread:"] + ["Errors:"] * fails:
        if not re.search(rf"\b{word} \S", block):
            yield f"its block has no '{word}'"
    if function.returns != "void" and not re.search(r"^ \* Returns:", block, re.MULTILINE):
        yield "its block has no 'Returns:'"


def block_above(text, start):
    """The comment that ends right above an offset, or None."""
    above = text[:start].rstrip("\n")
    begin = above.rfind("/*")
    if not above.endswith("*/") or not above.startswith("/**\n", begin):
        return None
    return above[begin:]


def check(tree):
    problems = []
    for path in tree.files("src", ends=".c"):
        text = tree.read(path)
        for function in csource.functions(text):
            if function.static or function.name == "main":
                continue
            for wrong in wrong_in_block(function, block_above(text, function.start)):
                problems.append(Problem(path, function.line, f"{function.name}: {wrong}"))
    return problems


GOOD = """/**
 * wg_a_b:
 * @self: (nullable): an a
 * @each: called for each
 * @error: where to put an error
 *
 * Does it.
 *
 * Thread: any. Cost: none.
 * Errors: none.
 *
 * Returns: (transfer full): a thing
 */
WgThing *
wg_a_b (WgA *self,
        void (*each) (int, void *),
        GError **error)
{
  return x;
}
"""
SELF_TEST = [
    ("complete", {"src/a/a.c": GOOD}, 0),
    ("static needs none", {"src/a/a.c": "static int\nf (int a)\n{\n  return a;\n}\n"}, 0),
    ("no block", {"src/a/a.c": "void\nwg_f (int a)\n{\n}\n"}, 1),
    ("plain comment", {"src/a/a.c": "/* f */\nvoid\nwg_f (int a)\n{\n}\n"}, 1),
    ("parameter missing", {"src/a/a.c": GOOD.replace(" * @each: called for each\n", "")}, 1),
    ("no thread", {"src/a/a.c": GOOD.replace("Thread:", "")}, 1),
    ("no errors", {"src/a/a.c": GOOD.replace("Errors: none.", "")}, 1),
    ("no returns", {"src/a/a.c": GOOD.replace("Returns:", "Gives:")}, 1),
    ("other name", {"src/a/a.c": GOOD.replace(" * wg_a_b:", " * wg_a_c:")}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
