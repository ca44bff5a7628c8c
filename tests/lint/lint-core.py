#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The core is pure: libwg-core.a calls nothing that reads a clock, chance, a file, the network or the locale.
"""Every undefined symbol of the archive must be on the list below, or begin with g_ and not be one of GLib's
impure functions. A new name here is a decision: can its result differ between two runs with the same input?

usage: lint-core.py ARCHIVE | --self-test"""

import os
import re
import subprocess
import sys
import tempfile

LIBC = set(
    """memcpy memmove memset memcmp memchr strlen strnlen strcmp strncmp strchr strrchr strstr strspn strcspn
    strpbrk strcpy stpcpy qsort bsearch abs labs abort __stack_chk_fail __assert_fail
    sin cos tan asin acos atan atan2 sinh cosh exp log log2 log10 pow sqrt cbrt hypot floor ceil round trunc
    lround llround lrint fmod fabs fmin fmax ldexp frexp isnan isinf sincos tanh atanh asinh nearbyint rint
    __memcpy_chk __memmove_chk __memset_chk __strcpy_chk __ctype_b_loc snprintf __snprintf_chk""".split()
)
# snprintf and g_strdup_printf follow LC_NUMERIC for %f: fixed text goes through g_ascii_formatd (see docs).
GENERATED = re.compile(r"^(__asan|__ubsan|__sanitizer|__gcov|__gcc|__stack_chk|__tls|_GLOBAL_OFFSET|__odr_asan|__lsan)")
PURE_GLIB = re.compile(r"^(_?g_)")
IMPURE_GLIB = re.compile(
    r"^g_(get_(real|monotonic|current)_time|date_time_new_now|date_time_new_from_unix_local|date_time_to_local|"
    r"time_zone_new_local|date_set_time|random_|rand_new$|uuid_string_random|getenv|setenv|get_environ|listenv|"
    r"thread|mutex|rec_mutex|rw_lock|cond_|async_queue|once_init|main_|idle_|timeout_|source_|spawn|file_|fopen|"
    r"open|stat|access|mkdir|mkdtemp|mkstemp|unlink|remove|rename|dir_open|get_home|get_user|get_tmp|get_host|"
    r"socket|io_channel|usleep|get_language|dgettext|dpgettext|get_charset|str_to_ascii|utf8_collate|ascii_dtostr_l|"
    r"print$|printerr|log_set|settings|dbus|network|subprocess|task_)"
)
# g_once_init_enter is how G_DEFINE_QUARK and G_DEFINE_TYPE start: same result every time.
ALLOWED_GLIB = re.compile(r"^g_once_init_(enter|leave)(_pointer|_impl)?$")


def wrong_symbols(archive):
    """Pairs of object file and undefined symbol that the core must not use."""
    listed = subprocess.run(["nm", "-A", archive], capture_output=True, text=True, check=True).stdout
    defined, used = set(), []
    for row in listed.splitlines():
        found = re.match(r"^.*?:(?:([^:]+):)?\s*([0-9a-f]*)\s+(\w)\s+(\S+)$", row)
        if not found:
            continue
        member, _, kind, name = found.groups()
        if kind in "Uwv":
            used.append((member or archive, name))
        else:
            defined.add(name)
    for member, name in used:
        if name in defined or name in LIBC or GENERATED.match(name) or ALLOWED_GLIB.match(name):
            continue
        if PURE_GLIB.match(name) and not IMPURE_GLIB.match(name):
            continue
        yield member, name


def archive_of(folder, code):
    source, made, archive = (os.path.join(folder, name) for name in ("a.c", "a.o", "a.a"))
    with open(source, "w", encoding="utf-8") as file:
        file.write(code)
    subprocess.run(["cc", "-c", "-o", made, source], check=True)
    subprocess.run(["ar", "rcs", archive, made], check=True)
    return archive


SELF_TEST = [
    ("pure", "double sin (double); int g_strcmp0 (); double f (double x) { return sin (x) + g_strcmp0 (); }", []),
    ("clock", "long time (long *); long f (void) { return time (0); }", ["time"]),
    ("chance", "int g_random_int (); int f (void) { return g_random_int (); }", ["g_random_int"]),
    ("environment", "char *getenv (const char *); char *f (void) { return getenv (\"A\"); }", ["getenv"]),
    ("thread", "void *g_thread_new (); void *f (void) { return g_thread_new (); }", ["g_thread_new"]),
    ("file", "int open (); int g_file_get_contents (); int f (void) { return open () + g_file_get_contents (); }",
     ["open", "g_file_get_contents"]),
    ("own", "int wg_b (void) { return 1; } int wg_c (void); int f (void) { return wg_b () + wg_c (); }", ["wg_c"]),
]


def self_test():
    failures = 0
    for name, code, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            found = [symbol for _, symbol in wrong_symbols(archive_of(folder, code))]
        good = sorted(found) == sorted(expected)
        failures += not good
        print(f"{'ok' if good else 'not ok'} - {name}: {found}, expected {expected}")
    return failures


def main():
    if sys.argv[1] == "--self-test":
        sys.exit(1 if self_test() else 0)
    wrong = list(wrong_symbols(sys.argv[1]))
    for member, name in wrong:
        print(f"{member}: calls {name}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
