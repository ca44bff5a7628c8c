-- SPDX-License-Identifier: GPL-3.0-or-later
-- Operations that were refused because their author has lost the right: the sub-centre's to settle.
CREATE TABLE refused (
  org_code TEXT NOT NULL,
  op_id TEXT NOT NULL,
  replica TEXT NOT NULL,
  seq INTEGER NOT NULL,
  worker TEXT NOT NULL,
  scope TEXT NOT NULL,
  rec TEXT,
  code TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  settled_ms INTEGER,
  settled_by TEXT,
  PRIMARY KEY (org_code, op_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_open ON refused (org_code, received_ms) WHERE settled_ms IS NULL;
