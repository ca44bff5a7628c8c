-- Version 1 of the test's file.
CREATE TABLE thing (
  id INTEGER PRIMARY KEY,
  name TEXT,
  size INTEGER NOT NULL DEFAULT 0,
  weight REAL,
  body BLOB
) STRICT;
CREATE TABLE part (thing INTEGER NOT NULL REFERENCES thing (id)) STRICT;
