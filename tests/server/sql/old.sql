-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the first version wrote, for the test of what becomes of it.

-- :name old-conflict-add
INSERT INTO conflict (op_id, field, rec, base, theirs, mine, created_ms)
VALUES (:op_id, :field, :rec, :base, :theirs, :mine, :created_ms);
