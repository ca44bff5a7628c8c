#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What desktops read of us is valid: desktop files, metainfo, schema, D-Bus and systemd units, icons, Flatpak.
"""Uses desktop-file-validate, appstreamcli, glib-compile-schemas and flatpak-builder. Files that are made from
a .in file are looked at after the few substitutions meson makes."""

import configparser
import json
import os
import re
import shutil
import subprocess
import tempfile
import xml.dom.minidom

import lint
from lint import Problem

ID = "io.github.wangge.Wangge"


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def filled(tree, path, folder):
    """A copy of the file with meson's @names@ filled in, its .in ending dropped."""
    text = re.sub(r"@bindir@", "/usr/bin", tree.read(path))
    text = re.sub(r"@\w+@", "1", text)
    copy = os.path.join(folder, os.path.basename(path).removesuffix(".in"))
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text)
    return copy


def check_desktop(tree, path, folder):
    ran = run("desktop-file-validate", "--warn-kde", filled(tree, path, folder))
    if ran.returncode or ran.stdout.strip():
        yield ran.stdout.strip().replace(folder + "/", "")


def check_metainfo(tree, path, folder):
    ran = run("appstreamcli", "validate", "--no-net", "--no-color", filled(tree, path, folder), env=os.environ | {"LC_ALL": "C.UTF-8"})
    if ran.returncode:
        yield ran.stdout.strip() + ran.stderr.strip()


def check_schema(tree, path, folder):
    filled(tree, path, folder)
    ran = run("glib-compile-schemas", "--strict", "--dry-run", folder)
    if ran.returncode:
        yield ran.stderr.strip()


def check_service(tree, path, folder):
    """D-Bus service files: the name is the file's, the program starts as a service."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    try:
        parser.read(filled(tree, path, folder), encoding="utf-8")
        section = parser["D-BUS Service"]
        name, command = section["Name"], section["Exec"]
    except (configparser.Error, KeyError) as error:
        yield f"not a D-Bus service file: {error}"
        return
    if os.path.basename(path) not in (name + ".service", name + ".service.in"):
        yield f"the name {name} is not the file's"
    if "--gapplication-service" not in command:
        yield "the command lacks --gapplication-service"


def check_unit(tree, path, _folder):
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    try:
        parser.read_string(tree.read(path))
    except configparser.Error as error:
        yield f"not a systemd unit: {error}"
        return
    for section, key in (("Unit", "Description"), ("Service", "ExecStart"), ("Install", "WantedBy")):
        if not parser.has_option(section, key):
            yield f"no {key}= in [{section}]"


def check_icon(tree, path, _folder):
    try:
        svg = xml.dom.minidom.parse(tree.path(path)).documentElement
    except Exception as error:  # any parser's complaint is the finding
        yield f"not XML: {error}"
        return
    if svg.tagName != "svg" or svg.getAttribute("width") != svg.getAttribute("height"):
        yield "not a square SVG"


def check_flatpak(tree, path, _folder):
    try:
        manifest = json.loads(tree.read(path))
    except ValueError as error:
        yield f"not JSON: {error}"
        return
    if manifest.get("id") != ID:
        yield f"its id is not {ID}"
    for module in manifest.get("modules", []):
        for source in module.get("sources", []):
            if source.get("type") == "archive" and not re.fullmatch(r"[0-9a-f]{64}", source.get("sha256", "")):
                yield f"{module['name']}: an archive without its sha256"
    if shutil.which("flatpak-builder"):
        ran = run("flatpak-builder", "--show-manifest", tree.path(path))
        if ran.returncode:
            yield ran.stderr.strip()


RULES = [
    (re.compile(r"data/.*\.desktop(\.in)?$"), check_desktop),
    (re.compile(r"data/.*\.metainfo\.xml(\.in)?$"), check_metainfo),
    (re.compile(r"data/.*\.gschema\.xml(\.in)?$"), check_schema),
    (re.compile(r"data/(?!platform/)[^/]*\.service(\.in)?$"), check_service),
    (re.compile(r"data/platform/.*\.service(\.in)?$"), check_unit),
    (re.compile(r"data/icons/.*\.svg$"), check_icon),
    (re.compile(rf"flatpak/{re.escape(ID)}\.json$"), check_flatpak),
]


def check(tree):
    problems = []
    for path in tree.files("data", "flatpak"):
        for pattern, rule in RULES:
            if pattern.search(path):
                with tempfile.TemporaryDirectory() as folder:
                    problems += [Problem(path, 1, text) for text in rule(tree, path, folder)]
    return problems


DESKTOP = "[Desktop Entry]\nType=Application\nName=A\nExec=a\n"
SERVICE = "[D-BUS Service]\nName=a.b.C\nExec=@bindir@/a --gapplication-service\n"
SCHEMA = '<schemalist><schema id="a.b" path="/a/b/"><key name="k" type="b"><default>{}</default></key></schema></schemalist>'
UNIT = "[Unit]\nDescription=a\n[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=multi-user.target\n"
FLATPAK = f'{{"id": "{ID}", "runtime": "org.gnome.Platform", "runtime-version": "48", "sdk": "org.gnome.Sdk", "modules": []}}'
SELF_TEST = [
    (
        "valid",
        {
            "data/a.desktop.in": DESKTOP,
            "data/a.b.C.service.in": SERVICE,
            "data/a.gschema.xml": SCHEMA.format("true"),
            "data/platform/a.service": UNIT,
            "data/icons/a.svg": '<svg width="16" height="16"/>',
            f"flatpak/{ID}.json": FLATPAK,
        },
        0,
    ),
    ("desktop", {"data/a.desktop.in": DESKTOP.replace("Type=Application\n", "")}, 1),
    ("metainfo", {"data/a.metainfo.xml.in": "<component><id>a</id></component>"}, 1),
    ("schema", {"data/a.gschema.xml": SCHEMA.format("perhaps")}, 1),
    ("service name", {"data/a.b.D.service.in": SERVICE}, 1),
    ("service command", {"data/a.b.C.service.in": SERVICE.replace(" --gapplication-service", "")}, 1),
    ("unit", {"data/platform/a.service": UNIT.replace("ExecStart=/bin/a\n", "")}, 1),
    ("icon", {"data/icons/a.svg": '<svg width="16" height="9"/>'}, 1),
    ("manifest id", {f"flatpak/{ID}.json": FLATPAK.replace(ID, "a.b.C")}, 1),
]

if __name__ == "__main__":
    lint.main(check, SELF_TEST)
