# SPDX-License-Identifier: GPL-3.0-or-later
"""All rows of an encrypted database, read beside the programs that write it."""
import ctypes
import ctypes.util
import hashlib

SQLITE = ctypes.CDLL(ctypes.util.find_library("sqlcipher"))
for name in ("sqlite3_column_text", "sqlite3_column_name", "sqlite3_errmsg"):
    getattr(SQLITE, name).restype = ctypes.c_char_p
ROW, DONE, READONLY = 100, 101, 1


class Database:
    """@key: 32 bytes."""

    def __init__(self, path, key):
        self.handle = ctypes.c_void_p()
        assert SQLITE.sqlite3_open_v2(path.encode(), ctypes.byref(self.handle), READONLY, None) == 0
        self.rows(f"PRAGMA key = \"x'{key.hex()}'\"")
        self.rows("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")

    def rows(self, sql):
        statement = ctypes.c_void_p()
        if SQLITE.sqlite3_prepare_v2(self.handle, sql.encode(), -1, ctypes.byref(statement), None) != 0:
            raise OSError(SQLITE.sqlite3_errmsg(self.handle).decode())
        n, found = SQLITE.sqlite3_column_count(statement), []
        while (code := SQLITE.sqlite3_step(statement)) == ROW:
            found.append(tuple(SQLITE.sqlite3_column_text(statement, i) for i in range(n)))
        SQLITE.sqlite3_finalize(statement)
        if code != DONE:
            raise OSError(SQLITE.sqlite3_errmsg(self.handle).decode())
        return found

    def digest(self, table, without=()):
        columns = [row[1].decode() for row in self.rows(f"PRAGMA table_info({table})") if row[1].decode() not in without]
        rows = self.rows(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(columns)}")
        return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()

    def tables(self):
        return [row[0].decode() for row in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]

    def close(self):
        SQLITE.sqlite3_close_v2(self.handle)
