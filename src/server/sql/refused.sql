-- SPDX-License-Identifier: GPL-3.0-or-later
-- What authors without the right sent, until the sub-centre has settled it.

-- :name refused-add
INSERT INTO refused (org_code, op_id, replica, seq, worker, scope, rec, code, received_ms)
VALUES (:org_code, :op_id, :replica, :seq, :worker, :scope, :rec, :code, :received_ms)
ON CONFLICT DO NOTHING;

-- :name refused-open
SELECT r.op_id, r.org_code, r.worker, r.scope, r.rec, r.code, r.replica, r.seq, r.received_ms,
  o.at_ms, o.line
FROM refused r JOIN op o ON o.replica = r.replica AND o.seq = r.seq
WHERE r.settled_ms IS NULL AND (:org_code = '' OR r.org_code = :org_code)
ORDER BY r.received_ms, r.op_id;

-- :name refused-settle
UPDATE refused SET settled_ms = :now_ms, settled_by = :actor
WHERE op_id = :op_id AND settled_ms IS NULL;

-- :name refused-count
SELECT count(*) AS n FROM refused WHERE settled_ms IS NULL;
