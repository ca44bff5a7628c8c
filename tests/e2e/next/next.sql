-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a next version might add; each thing that the lint sql-migrations lets through.
ALTER TABLE event ADD COLUMN next_note TEXT;
ALTER TABLE op ADD COLUMN next_mark INTEGER NOT NULL DEFAULT 0;
CREATE INDEX next_op ON op (rec, received_ms);
CREATE TABLE next_thing (
  id TEXT PRIMARY KEY,
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX next_thing_by_time ON next_thing (made_ms);
