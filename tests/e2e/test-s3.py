#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Photos in an object store: up through the platform, down through it, and what becomes of them when the store is down,
# slow, refuses, fails, breaks off, or says yes and keeps nothing.
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile

import s3
import wangge
from wangge import check

STORE = s3.Store()
WORK = tempfile.mkdtemp(prefix="wangge-s3-")


def put_settings(platform, text, mode=0o600):
    path = os.path.join(platform.folder, "s3.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    platform.stop()
    return path


def says(platform, *arguments):
    """A command that must fail, and what it says."""
    ran = subprocess.run([wangge.PLATFORM, *arguments, "--data", platform.folder], capture_output=True, text=True,
                         env=wangge.environment(), check=False)
    check(ran.returncode == 1, f"{arguments}: {ran.returncode} {ran.stdout}")
    return ran.stderr


def photo(n):
    """A picture like no other."""
    return wangge.picture(os.path.join(WORK, f"{n}.jpg"), width=700 + n)


def missing(platform):
    return json.loads(platform.run("stats"))["photos_missing"]


def make_map():
    """A small map in raster tiles."""
    path = os.path.join(WORK, "small.mbtiles")
    with sqlite3.connect(path) as base:
        base.executescript("""CREATE TABLE metadata (name TEXT, value TEXT);
            CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
            INSERT INTO metadata VALUES ('format', 'png'), ('name', '样例'), ('bounds', '118.4,37.3,118.6,37.5'), ('minzoom', '0'),
              ('maxzoom', '1'), ('datum', 'wgs84');
            INSERT INTO tiles VALUES (0, 0, 0, x'89504e470d0a1a0a');""")
    base.close()
    return os.path.basename(path)


def forget_copies(platform):
    """As on another machine."""
    shutil.rmtree(os.path.join(platform.folder, "blobs", "copies"))


def settings_are_read_with_care(platform):
    put_settings(platform, STORE.settings(), mode=0o644)
    check("chmod 600" in says(platform, "stats"), "a secret that all can read")
    put_settings(platform, STORE.settings(url="http://192.0.2.1/photos"))
    check("https" in says(platform, "stats"), "photos over a plain line")
    put_settings(platform, STORE.settings(url="https://s3.example"))
    check("BUCKET" in says(platform, "stats"), "no bucket")
    put_settings(platform, STORE.settings(secret=""))
    check("secret" in says(platform, "stats"), "no secret")
    put_settings(platform, STORE.settings())
    platform.start()


def up_and_down(platform):
    sender = wangge.Terminal(platform, "w0001")
    sender.ok("sync")
    sender.log("general", "0202", "--photo", photo(1))
    status = sender.ok("sync", "--wait")
    check(status["photos_waiting"] == 0 and len(STORE.objects) == 1, (status, list(STORE.objects)))
    (name,) = STORE.objects
    folder = os.path.join(platform.folder, "blobs")
    check(os.listdir(os.path.join(folder, "copies")) == [name], "a copy")
    check(not os.path.exists(os.path.join(folder, name[:2])), "only a copy")
    # another tablet of the same worker, another machine, and the store fails at first
    forget_copies(platform)
    reader = wangge.Terminal(platform, "w0001")
    for fault in ("cut-get", "500"):
        STORE.fault = fault
        check(reader.run("sync")[0] != 0, f"synced with {fault}")
    STORE.fault = None
    reader.ok("sync", "--wait")
    check(STORE.asked[-1][0] == "GET" and os.listdir(os.path.join(folder, "copies")) == [name], STORE.asked)
    # from the copy
    n = len(STORE.asked)
    wangge.Terminal(platform, "w0001").ok("sync", "--wait")
    check(len(STORE.asked) == n, "fetched again")
    # what the store gives must be what its name says
    forget_copies(platform)
    kept, STORE.objects[name] = STORE.objects[name], bytes(len(STORE.objects[name]))
    check(wangge.Terminal(platform, "w0001").run("sync")[0] != 0, "took something else")
    STORE.objects[name] = kept
    check(not STORE.refused, STORE.refused)


def never_acknowledged_before_it_is_stored(platform):
    sender = wangge.Terminal(platform, "w0002")
    sender.ok("sync")
    for n, fault in enumerate(("403", "500", "cut-body", "cut-answer", "forgets", "down"), 10):
        before = len(STORE.objects)
        sender.log("general", "0202", "--photo", photo(n))
        STORE.fault = fault
        if fault == "down":
            STORE.stop()
        for _ in range(2):
            _, status = sender.run("sync")
            check(status["photos_waiting"] == 1 and missing(platform) == 1, f"{fault}: {status}")
        STORE.fault = None
        if fault == "down":
            STORE.start()
        # nothing is sent again: the bytes are at the platform, only the store lacks them
        status = sender.ok("sync", "--wait")
        check(status["photos_waiting"] == 0 and missing(platform) == 0, f"{fault}: {status}")
        check(len(STORE.objects) == before + 1, f"{fault}: {len(STORE.objects)}")


def slow_store_holds_up_nobody(platform):
    senders = [wangge.Terminal(platform, f"w{n:04d}") for n in range(3, 9)]
    other = wangge.Terminal(platform, "w0009")
    for n, sender in enumerate(senders, 30):
        sender.ok("sync")
        sender.log("general", "0202", "--photo", photo(n))
    STORE.fault = "slow"
    waiting = [subprocess.Popen(sender.command("sync"), stdout=subprocess.PIPE, env=wangge.environment())
               for sender in senders]
    for _ in senders:
        check(STORE.waiting.acquire(timeout=60), "no photo came")
    # more photos wait than the platform has threads for connections
    other.ok("sync")
    other.log("general", "0202")
    check(other.ok("sync")["all_synced"], "held up")
    STORE.go_on.set()
    for process in waiting:
        process.communicate()
        check(process.returncode != 0, "acknowledged")
    STORE.fault = None
    for sender in senders:
        check(sender.ok("sync", "--wait")["photos_waiting"] == 0, "not sent")
    check(missing(platform) == 0, "missing")


def wrong_secret(platform):
    sender = wangge.Terminal(platform, "w0010")
    sender.ok("sync")
    put_settings(platform, STORE.settings(secret="another"))
    platform.start()
    sender.log("general", "0202", "--photo", photo(50))
    _, status = sender.run("sync")
    check(status["photos_waiting"] == 1 and "SignatureDoesNotMatch" in STORE.refused, (status, STORE.refused))
    put_settings(platform, STORE.settings())
    platform.start()
    check(sender.ok("sync", "--wait")["photos_waiting"] == 0, "not sent")


def checked_backed_up_and_restored(platform):
    check(json.loads(platform.run("check", "--read-photos"))["photos"] >= len(STORE.objects), "check")
    name, content = next(iter(STORE.objects.items()))
    STORE.objects[name] = bytes(len(content))
    check(name in says(platform, "check", "--read-photos"), "damaged")
    platform.run("check")  # by size alone it is there
    del STORE.objects[name]
    check(name in says(platform, "check"), "lost")
    STORE.stop()
    check("photo store" in says(platform, "check"), "a store that is down is no store without photos")
    STORE.start()
    STORE.objects[name] = content
    backup = os.path.join(WORK, "backup.db")
    platform.run("backup", backup)
    platform.stop()
    STORE.stop()
    says(platform, "restore", backup)
    STORE.start()
    del STORE.objects[name]
    said = platform.run("restore", backup)
    check("1" in said, said)
    check(missing(platform) == 1, "the lost one is asked for again")
    platform.start()


def older_files_stay(platform):
    """An object store that comes later: what is in the folder is served from there."""
    later = wangge.Platform()
    sender = wangge.Terminal(later, "w0001")
    sender.ok("sync")
    sender.log("general", "0202", "--photo", photo(60))
    sender.ok("sync", "--wait")
    put_settings(later, STORE.settings())
    later.start()
    n = len(STORE.asked)
    wangge.Terminal(later, "w0001").ok("sync", "--wait")
    later.run("check", "--read-photos")
    check(not [asked for asked in STORE.asked[n:] if asked[0] == "GET"], STORE.asked[n:])
    later.close()


def over_tls(_):
    """A bucket behind an authority of one's own: nobody else is believed, and hears neither keys nor photos."""
    ours, other = s3.Authority(WORK, "ours"), s3.Authority(WORK, "other")
    store, platform = s3.Store(ours), wangge.Platform()
    sender = wangge.Terminal(platform, "w0001")
    sender.ok("sync")
    put_settings(platform, store.settings(ca=ours.ca))
    platform.start()
    sender.log("general", "0202", "--photo", photo(70))
    check(sender.ok("sync", "--wait")["photos_waiting"] == 0 and len(store.objects) == 1, store.asked)
    forget_copies(platform)
    wangge.Terminal(platform, "w0001").ok("sync", "--wait")
    check({method for method, _, _ in store.asked} >= {"PUT", "GET"} and not store.refused, (store.asked, store.refused))
    pack = make_map()
    platform.run("import", os.path.join(WORK, pack))
    check(len(store.objects) == 2, f"the map is not in the bucket: {list(store.objects)}")
    forget_copies(platform)
    reader = wangge.Terminal(platform, "w0001")
    reader.ok("sync", "--wait")
    (got,) = os.listdir(os.path.join(reader.folder, "packs"))
    with open(os.path.join(WORK, pack), "rb") as one, open(os.path.join(reader.folder, "packs", got), "rb") as copy:
        check(one.read() == copy.read(), "another map")
    sender.log("general", "0202", "--photo", photo(71))
    n, url = len(store.asked), store.settings().split("url=")[1].split("\n")[0]
    for what, settings, word in (("another authority", store.settings(ca=other.ca), "certificate"),
                                 ("those of the system", store.settings(), "certificate"),
                                 ("another name", store.settings(url=url.replace("127.0.0.1", "localhost"), ca=ours.ca), "certificate"),
                                 ("none", store.settings(ca=os.path.join(WORK, "no-such.pem")), "CA cert")):
        put_settings(platform, settings)
        said = says(platform, "check")
        check("photo store" in said and word in said, f"{what}: {said}")
        platform.start()
        _, status = sender.run("sync")
        check(status["photos_waiting"] == 1, f"{what}: {status}")
    check(len(store.asked) == n, "somebody who was not believed was asked")
    put_settings(platform, store.settings(ca=ours.ca))
    platform.start()
    check(sender.ok("sync", "--wait")["photos_waiting"] == 0 and missing(platform) == 0, "not sent")
    platform.close()
    store.stop()


try:
    wangge.main(settings_are_read_with_care, up_and_down, never_acknowledged_before_it_is_stored,
                slow_store_holds_up_nobody, wrong_secret, checked_backed_up_and_restored, older_files_stay, over_tls)
finally:
    shutil.rmtree(WORK)
