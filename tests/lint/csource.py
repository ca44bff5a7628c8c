# SPDX-License-Identifier: GPL-3.0-or-later
# Reads C as clang-format leaves it here: a definition has its name and its braces in the first column.
"""functions(text) finds the function definitions of a .c file without a C parser; the format lint is what
makes that reliable."""

import re
from collections import namedtuple

Function = namedtuple("Function", "name head signature parameters returns static start line length")

DEFINITION = re.compile(r"^((?:[A-Za-z_][\w \t*,()]*\n)+)(\w+) \(([^{};]*)\)\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)


def blank_comments(text):
    """The text with comments and string contents turned into spaces, line ends and offsets kept."""

    def blank(found):
        word = found.group(0)
        if word[0] in "\"'":
            return word[0] + "x" * (len(word) - 2) + word[-1]
        return re.sub(r"[^\n]", " ", word)

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.DOTALL)


def parameter_names(text):
    """Names of the parameters in the text between the brackets of a definition."""
    names = []
    depth, part = 0, ""
    for char in text + ",":
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            pointer = re.search(r"\(\*\s*(\w+)", part)
            plain = re.findall(r"\w+", re.sub(r"\[[^\]]*\]|G_GNUC_\w+", "", part))
            if pointer:
                names.append(pointer.group(1))
            elif plain and plain != ["void"] and "..." not in part:
                names.append(plain[-1])
            elif "..." in part:
                names.append("...")
            part = ""
        else:
            part += char
    return names


def functions(text):
    blanked = blank_comments(text)
    found = []
    for match in DEFINITION.finditer(blanked):
        head = match.group(1).strip()
        found.append(
            Function(
                name=match.group(2),
                head=head,
                signature=match.group(3),
                parameters=parameter_names(match.group(3)),
                returns=re.sub(r"\b(static|inline|G_GNUC_\w+(\s*\([^)]*\))?)\s*", "", head).strip(),
                static="static" in head.split(),
                start=match.start(),
                line=text.count("\n", 0, match.start(2)) + 1,
                length=match.group(0).count("\n") + 1,
            )
        )
    return found
