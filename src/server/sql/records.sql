-- SPDX-License-Identifier: GPL-3.0-or-later
-- Records by table, what became of changes of them and of events, conflicts.

-- :name record-get
-- :locks
SELECT ver, kind, org_code, body FROM record WHERE id = :id;

-- :name record-add
-- :together
INSERT INTO record (id, ver, kind, grid_code, org_code, natural_key, voided, body)
VALUES (:id, :ver, :kind, :grid_code, :org_code, :natural_key, :voided, :body);

-- :name record-update
UPDATE record SET ver = :ver, natural_key = :natural_key, voided = :voided, body = :body
WHERE id = :id AND ver = CAST(:ver AS BIGINT) - 1;

-- :name record-double
SELECT id FROM record
WHERE kind = :kind AND natural_key = :natural_key AND id < :id AND voided = 0
ORDER BY id LIMIT 1;

-- :name record-count
SELECT kind, count(*) AS n FROM record GROUP BY kind ORDER BY kind;

-- :name change-add
-- :together
INSERT INTO record_change (rec, op_id, field, ver, actor, at_ms, suspect, verdict, written,
  old_value, new_value)
VALUES (:rec, :op_id, :field, :ver, :actor, :at_ms, :suspect, :verdict, :written, :old_value,
  :new_value)
ON CONFLICT DO NOTHING;

-- :name change-last
SELECT c.actor, c.at_ms, c.suspect, w.name FROM record_change c
LEFT JOIN worker w ON w.id = c.actor
WHERE c.rec = :rec AND c.field = :field AND c.written = 1 ORDER BY c.ver DESC LIMIT 1;

-- :name change-of-record
SELECT op_id, field, ver, actor, at_ms, suspect, verdict, written, old_value, new_value
FROM record_change WHERE rec = :rec ORDER BY ver, op_id, field;

-- :name dispute-get
-- :locks
SELECT ver, rec, org_code, body FROM dispute WHERE id = :id;

-- :name dispute-add
INSERT INTO dispute (id, ver, rec, org_code, opened_ms, body)
VALUES (:id, :ver, :rec, :org_code, :opened_ms, :body);

-- :name dispute-update
UPDATE dispute SET ver = :ver, settled_ms = :settled_ms, body = :body
WHERE id = :id AND ver = CAST(:ver AS BIGINT) - 1;

-- :name dispute-of-record
SELECT id FROM dispute WHERE rec = :rec AND settled_ms IS NULL ORDER BY id;

-- :name dispute-open
SELECT id, ver, rec, org_code, opened_ms, body FROM dispute
WHERE settled_ms IS NULL AND (:org_code = '' OR org_code = :org_code) ORDER BY opened_ms, id;

-- :name dispute-shown
SELECT id, ver, opened_ms, body FROM dispute
WHERE rec = :rec AND settled_ms IS NULL ORDER BY opened_ms, id;

-- :name dispute-count
SELECT count(*) AS n FROM dispute WHERE settled_ms IS NULL;

-- :name record-check
-- :long
-- Each record with the version that its history led to.
SELECT r.id, r.ver, r.kind, r.natural_key, r.voided, r.body,
  (SELECT max(h.ver) FROM hist h WHERE h.rec = r.id) AS last
FROM record r ORDER BY r.id;

-- :name change-lost
-- A value that was kept back and stands in no conflict.
SELECT c.rec, c.field FROM record_change c LEFT JOIN dispute d ON d.id = c.op_id
WHERE c.verdict = 'conflict' AND d.id IS NULL LIMIT 1;

-- :name dispute-check
-- :long
SELECT id, settled_ms, body FROM dispute ORDER BY id;
