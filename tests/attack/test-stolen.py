#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A tablet that was stolen: nobody's name, number, phone or address is found in any file of it once it is locked; what
# a search for its PIN costs; and a tablet that is damaged: noticed, and what waits is rescued without a byte being changed.
import ctypes
import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
import time

import client
import wangge
from wangge import check

PAGE = 4096
PEOPLE = [("欧阳样例甲", "000000199001010018", "13900001111", "样例小区三号楼二单元一零一"),
          ("司马样例乙", "000000198505050027", "13900002222", "样例新村七排四号")]
WORDS = ["欧阳样例甲", "司马样例乙", "oyylj", "smyly", "ouyangyanglijia", "样例小区三号楼", "样例新村七排", "路面积水", "路口东侧", "样例公司甲",
         "000000199001010018", "000000198505050027", "13900001111", "13900002222", "样例报告人", "改过的住址"]


def spellings(word):
    return {word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), json.dumps(word)[1:-1].encode()}


def files(folder):
    return sorted(os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def search(folders):
    """Where a word of the sample persons stands in the open, in a file's name or content."""
    found = []
    for folder in folders:
        for path in files(folder):
            content = read(path) + path.encode()
            found += [(os.path.relpath(path, folder), word) for word in WORDS for text in spellings(word) if text in content]
    return found


class Tablet:
    """A terminal whose temporary and home folders are its own, so that nothing is overlooked."""

    def __init__(self, platform, worker):
        self.around = tempfile.mkdtemp(prefix="wangge-stolen-")
        self.terminal = wangge.Terminal(platform, worker)
        self.terminal.more = {"TMPDIR": self.around, "HOME": self.around, "XDG_CACHE_HOME": self.around, "XDG_CONFIG_HOME": self.around,
                              "XDG_DATA_HOME": self.around, "XDG_RUNTIME_DIR": self.around, "SQLITE_TMPDIR": self.around}

    def folders(self):
        return [self.terminal.folder, self.around]

    def close(self):
        self.terminal.close()
        shutil.rmtree(self.around)


def nothing_in_the_open(platform):
    tablet = Tablet(platform, "w0001")
    terminal = tablet.terminal
    terminal.ok("sync")
    photo = wangge.picture(os.path.join(platform.folder, "stolen.jpg"))
    told = []
    for name, number, phone, address in PEOPLE:
        person = terminal.ok("record", "create", "resident", "--set", f"name={name}", "--set", "id_kind=111", "--set", f"id_no={number}",
                             "--set", f"phone={phone}", "--set", f"live_addr={address}", "--set", "workplace=样例公司甲", "--set", "pop_type=10",
                             "--set", "status=1")["id"]
        told.append(person)
    terminal.log("general", "0205", "--photo", photo)
    check(search(tablet.folders()) == [], "what waits stands in the open")
    terminal.ok("sync", "--wait")
    terminal.ok("record", "patch", "resident", told[0], "--set", "live_addr=改过的住址")
    check(len(terminal.ok("record", "list", "resident", "--search", "oy")) == 1, "the search finds nobody")
    terminal.ok("record", "show", "resident", told[0], "--reveal", "--reason", "上门核对")
    terminal.ok("bundle", "export", os.path.join(tablet.around, "stick.wgb"))
    terminal.ok("sync", "--wait")
    terminal.log("general", "0205")  # and one that is held in the log of the database
    process = subprocess.Popen(terminal.command("record", "list", "resident"), stdout=subprocess.DEVNULL,
                               env=wangge.environment(**terminal.more))
    process.kill()  # a start that was torn down leaves nothing either
    process.wait()
    found = search(tablet.folders())
    check(found == [], f"in the open: {found}")
    sealed = [path for path in files(terminal.folder) if "/packs/" not in path and not path.endswith("/reserve")]  # public maps; zeros
    content = b"".join(read(path) for path in sealed)
    check(b"SQLite format" not in content and b"JFIF" not in content, "a file is not sealed")
    check(client.zstd(content[:1 << 20])[:4] and len(client.zstd(content)) > len(content) * 0.6, "what is sealed has a shape")
    # The search itself: it does find what is there.
    with open(os.path.join(tablet.around, "leak"), "w", encoding="utf-16-le") as file:
        file.write(PEOPLE[0][0])
    check(search(tablet.folders()) == [("leak", PEOPLE[0][0])], "this search cannot find anything")
    print(f"# {len(files(terminal.folder))} files, {len(content) >> 10} KiB, {len(WORDS)} words in {sum(len(spellings(w)) for w in WORDS)} spellings")
    tablet.close()


def no_core(platform):
    """A program that crashes with the store open leaves no picture of its memory."""
    tablet = Tablet(platform, "w0002")
    tablet.terminal.ok("sync")
    script = 'ulimit -c unlimited; cd "$0"; exec "$@"'
    process = subprocess.Popen(["bash", "-c", script, tablet.around, *tablet.terminal.command("sync", "--wait")], stdout=subprocess.DEVNULL,
                               env=wangge.environment(**tablet.terminal.more))
    limits = f"/proc/{process.pid}/limits"
    core = None
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/comm", encoding="utf-8") as file:
                name = file.read().strip()
            if name == os.path.basename(wangge.FIELD)[:15]:
                with open(limits, encoding="ascii") as file:
                    core = next(line for line in file if line.startswith("Max core file size")).split()[4]
                if core == "0":
                    break
        except OSError:
            break
    process.kill()
    process.wait()
    check(core == "0", f"a core of {core} bytes would be written")
    check(not [path for path in files(tablet.around) if "core" in os.path.basename(path)], "a core")
    tablet.close()


def price_of_a_pin(platform):
    """The cost of one try, from the file that a tablet really writes."""
    folder = tempfile.mkdtemp(prefix="wangge-pin-")
    environment = {name: value for name, value in wangge.environment(WANGGE_SECRET="907154").items() if name != "WANGGE_KDF_TEST"}
    ran = subprocess.run([wangge.FIELD, "enrol", "--folder", os.path.join(folder, "t"), "--code", platform.code("w0003"), "--url", platform.url,
                          "--json"], env=environment, capture_output=True, text=True, check=False)
    check(ran.returncode == 0, ran.stderr)
    key = read(os.path.join(folder, "t", "wangge.key"))
    passes, kib = 4, 128 * 1024
    wanted = passes.to_bytes(4, "little") + kib.to_bytes(4, "little")
    check(wanted in key, "the key file does not name four passes over 128 MiB")
    out, times = ctypes.create_string_buffer(32), []
    for _ in range(3):
        begun = time.process_time()
        check(client.SODIUM.crypto_pwhash(out, ctypes.c_ulonglong(32), b"123456", ctypes.c_ulonglong(6), bytes(16), ctypes.c_ulonglong(passes),
                                          ctypes.c_size_t(kib * 1024), 2) == 0, "Argon2id")
        times.append(time.process_time() - begun)
    cost = min(times)
    check(cost > 0.02, f"one try costs only {cost} s")
    print(f"# one try {cost:.3f} s of one core and 128 MiB; 10^6 PINs of six digits: {cost * 1e6 / 86400:.1f} core-days at most, half of it on average; "
          f"ten characters of a-z0-9: {cost * 36**10 / 86400 / 365:.1e} core-years")
    begun = time.monotonic()
    ran = subprocess.run([wangge.FIELD, "unlock", "--folder", os.path.join(folder, "t"), "--json"], env={**environment, "WANGGE_SECRET": "111111"},
                         capture_output=True, text=True, check=False)
    check(ran.returncode == 5, ran.stdout)
    print(f"# through the program: {time.monotonic() - begun:.2f} s, and ten of them at most")
    shutil.rmtree(folder)


# --- damage ------------------------------------------------------------------------------------


def snapshot(folder):
    return {os.path.relpath(path, folder): hashlib.sha256(read(path)).hexdigest() for path in files(folder)}


def copy_of(terminal, name):
    other = wangge.Terminal.__new__(wangge.Terminal)
    other.platform, other.worker, other.more = terminal.platform, terminal.worker, {}
    other.folder = os.path.join(os.path.dirname(terminal.folder), f"{os.path.basename(terminal.folder)}-{name}")
    shutil.copytree(terminal.folder, other.folder)
    return other


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes((byte[0] ^ 0x10,)))


def rescue(terminal, code=None):
    """Runs it; gives what it said, the lines and the photos. Nothing in the tablet may change."""
    before = snapshot(terminal.folder)
    out = tempfile.mkdtemp(prefix="wangge-rescue-")
    got, said = terminal.run("rescue", os.path.join(out, "lines"))
    check(got == (6 if code is None and (said["lost"] or said["photos_lost"] or got == 6) else code or 0), f"exit {got}: {said}")
    after = snapshot(terminal.folder)
    check(before == after, f"the damaged tablet was written to: {[n for n in after if before.get(n) != after[n]]}")
    path, lines, photos = os.path.join(out, "lines"), [], {}
    if os.path.exists(path):
        lines = read(path).decode().splitlines()
    if os.path.isdir(path + ".photos"):
        photos = {name: read(os.path.join(path + ".photos", name)) for name in os.listdir(path + ".photos")}
    shutil.rmtree(out)
    return said, lines, photos


def damaged_and_rescued(platform):
    terminal = wangge.Terminal(platform, "w0004")
    terminal.ok("sync")
    terminal.log("general", "0205", "--photo", wangge.picture(os.path.join(platform.folder, "sent.jpg"), width=640))
    terminal.ok("sync", "--wait")
    photo = read(wangge.picture(os.path.join(platform.folder, "waiting.jpg"), width=700))
    events = [terminal.log("general", "0202", "--photo", os.path.join(platform.folder, "waiting.jpg"))]
    events += [terminal.log("general", "0205") for _ in range(40)]
    said, whole, photos = rescue(terminal, 0)
    check(said == {"lines": 42, "waiting": 41, "lost": 0, "photos": 1, "photos_lost": 0}, said)
    check([json.loads(line)["seq"] for line in whole] == list(range(1, 43)), "the chain has a gap")
    (name, got), = photos.items()
    check(hashlib.sha256(got).hexdigest() + ".jpg" == name and got[:2] == photo[:2], "another photo")
    chance, worst, n = random.Random(7), 0, 0
    size = os.path.getsize(os.path.join(terminal.folder, "store.db"))
    places = [0, 20, PAGE - 1] + [chance.randrange(PAGE, size) for _ in range(9)]
    for at in places:
        hurt = copy_of(terminal, f"at-{at}")
        flip(os.path.join(hurt.folder, "store.db"), at)
        code, found = hurt.run("check")
        check(code == 6 or at // PAGE > 0 and code == 0, f"a byte at {at}: {code} {found}")  # a free page may be hurt unseen
        if code == 6:
            n += 1
            said, lines, photos = rescue(hurt)
            check(set(lines) <= set(whole), "a line that was never written")
            check(said["lines"] == len(lines) and (said["lost"] + len(lines) == 42 or len(lines) == 0), said)
            check(got in photos.values(), f"the photo: {said}")
            check(at >= PAGE or lines == whole, f"the first page hurt at {at}: {said}")
            worst = max(worst, 42 - len(lines))
        hurt.close()
    check(n >= 6, f"only {n} of {len(places)} were noticed")
    # The first page not there at all; and all that only lead to others, or hold nothing of ours.
    for what, first, every in (("first", 0, size), ("half", 0, 2 * PAGE)):
        hurt = copy_of(terminal, what)
        with open(os.path.join(hurt.folder, "store.db"), "r+b") as file:
            for at in range(first, size, every):
                file.seek(at)
                file.write(os.urandom(PAGE))
        check(hurt.run("check")[0] == 6, "not noticed")
        said, lines, photos = rescue(hurt, 6)
        check(set(lines) <= set(whole) and (lines == whole or what == "half") and got in photos.values(), f"{what}: {said}")
        print(f"# {'the first page' if what == 'first' else 'every second page'} gone: {len(lines)} of 42 operations rescued")
        hurt.close()
    # Several pages at once, and a photo.
    hurt = copy_of(terminal, "much")
    for at in range(PAGE * 12 + 100, size, PAGE * 9):
        flip(os.path.join(hurt.folder, "store.db"), at)
    check(hurt.run("check")[0] == 6, "not noticed")
    said, lines, _ = rescue(hurt)
    check(set(lines) <= set(whole), "a line that was never written")
    print(f"# {n} of {len(places)} single bytes hurt something; at most {worst} of 42 operations were lost; every ninth page hurt: {len(lines)} of 42 rescued")
    hurt.close()
    hurt = copy_of(terminal, "photo")
    path = next(path for path in files(os.path.join(hurt.folder, "blobs")) if name[:-4] in path and "thumb" not in path)
    flip(path, os.path.getsize(path) // 2)
    said, lines, photos = rescue(hurt, 6)
    check(said["photos_lost"] == 1 and photos == {} and lines == whole, said)
    hurt.close()
    # Nothing of the database at all: the photos come out by the key alone.
    hurt = copy_of(terminal, "gone")
    with open(os.path.join(hurt.folder, "store.db"), "r+b") as file:
        file.write(os.urandom(size))
    said, lines, photos = rescue(hurt, 6)
    check(lines == [] and said["photos"] == 2 and got in photos.values(), said)
    check(hurt.run("rescue", os.path.join(hurt.folder, "..", "x"))[0] == 6, "code")
    hurt.close()
    wrong = subprocess.run(terminal.command("rescue", os.path.join(platform.folder, "x")), env=wangge.environment(WANGGE_SECRET="somebody-else"),
                           capture_output=True, text=True, check=False)
    check(wrong.returncode == 5, wrong.stdout)
    # What was rescued goes up as it is: the platform takes the very lines from the whole tablet, once.
    terminal.ok("sync", "--wait")
    found = platform.events()
    check(all(len(found.get(event, [])) == 1 for event in events), "not each exactly once")
    terminal.close()


wangge.main(nothing_in_the_open, no_core, price_of_a_pin, damaged_and_rescued)
