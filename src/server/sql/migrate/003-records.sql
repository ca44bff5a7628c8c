-- SPDX-License-Identifier: GPL-3.0-or-later
-- Records by table (residents, households …), what became of each change, conflicts of them.

-- body is the "f" of the pull row.
CREATE TABLE record (
  id TEXT PRIMARY KEY,
  ver INTEGER NOT NULL,
  kind TEXT NOT NULL,
  grid_code TEXT NOT NULL,
  org_code TEXT NOT NULL,
  natural_key TEXT,
  voided INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX record_by_key ON record (kind, natural_key) WHERE natural_key IS NOT NULL;

-- Every change of a field that met the record: who, when, what stood there, what was wanted, what
-- became of it. written: the record changed. Nothing of it is ever deleted.
CREATE TABLE record_change (
  rec TEXT NOT NULL,
  op_id TEXT NOT NULL,
  field TEXT NOT NULL,
  ver INTEGER NOT NULL,
  actor TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  suspect INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  written INTEGER NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  PRIMARY KEY (rec, op_id, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_change_by_field ON record_change (rec, field, ver) WHERE written = 1;

-- Conflicts; the id is that of the operation that came later. body is the "f" of the pull row.
CREATE TABLE dispute (
  id TEXT PRIMARY KEY,
  ver INTEGER NOT NULL,
  rec TEXT NOT NULL,
  org_code TEXT NOT NULL,
  opened_ms INTEGER NOT NULL,
  settled_ms INTEGER,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX dispute_by_rec ON dispute (rec) WHERE settled_ms IS NULL;
