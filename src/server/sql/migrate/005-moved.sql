-- SPDX-License-Identifier: GPL-3.0-or-later
-- A replica that goes on where another one's log had two ends; and what became of the operations of
-- those before it, so that each of them counts once.
ALTER TABLE replica ADD COLUMN moved_from TEXT;
ALTER TABLE replica ADD COLUMN moved_head TEXT;

CREATE TABLE moved_op (
  replica TEXT NOT NULL,
  op_id TEXT NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (replica, op_id)
) STRICT, WITHOUT ROWID;
