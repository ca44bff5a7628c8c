-- SPDX-License-Identifier: GPL-3.0-or-later
-- Replicas that go on where another one's log had two ends.

-- :name moved-find
SELECT n.id FROM replica o JOIN replica n ON n.device = o.device AND n.worker = o.worker
WHERE o.id = :old AND n.moved_from = o.id AND n.moved_head = :head;

-- :name moved-count
SELECT count(*) AS n FROM replica o JOIN replica n ON n.device = o.device
WHERE o.id = :old AND n.moved_from IS NOT NULL AND n.created_ms > :since_ms;

-- :name moved-count-device
SELECT count(*) AS n FROM replica
WHERE device = :device AND moved_from IS NOT NULL AND created_ms > :since_ms;

-- A name that was given after the backup that was restored; no log ends in @id.
-- :name moved-adopt
INSERT INTO replica (id, device, worker, last_hash, created_ms, moved_from, moved_head)
SELECT CAST(:id AS TEXT), device, worker, CAST(:last_hash AS TEXT), CAST(:created_ms AS BIGINT), id,
  CAST(:id AS TEXT)
FROM replica WHERE device = :device ORDER BY created_ms, id LIMIT 1;

-- :name moved-keep-device
INSERT INTO moved_op (replica, op_id, result)
SELECT CAST(:id AS TEXT), o.op_id, o.result FROM op o JOIN replica r ON r.id = o.replica
WHERE r.device = :device ON CONFLICT DO NOTHING;

-- :name moved-add
INSERT INTO replica (id, device, worker, last_hash, created_ms, moved_from, moved_head)
SELECT CAST(:id AS TEXT), device, worker, CAST(:last_hash AS TEXT), CAST(:created_ms AS BIGINT), id,
  CAST(:head AS TEXT)
FROM replica WHERE id = :old;

-- :name moved-keep-own
INSERT INTO moved_op (replica, op_id, result)
SELECT CAST(:id AS TEXT), op_id, result FROM op WHERE replica = :old ON CONFLICT DO NOTHING;

-- :name moved-keep-older
INSERT INTO moved_op (replica, op_id, result)
SELECT CAST(:id AS TEXT), op_id, result FROM moved_op WHERE replica = :old ON CONFLICT DO NOTHING;

-- :name moved-result
SELECT result FROM moved_op WHERE replica = :replica AND op_id = :op_id;
