-- SPDX-License-Identifier: GPL-3.0-or-later
-- The operation log, events with their steps and history.

-- :name op-add
-- :together
INSERT INTO op (replica, seq, op_id, kind, rec, line, hash, result, received_ms, at_ms, clock)
VALUES (:replica, :seq, :op_id, :kind, :rec, :line, :hash, :result, :received_ms, :at_ms, :clock);

-- :name op-get
SELECT hash, result FROM op WHERE replica = :replica AND seq = :seq;

-- :name op-of-replica
-- :long
SELECT seq, line, hash FROM op WHERE replica = :replica ORDER BY seq;

-- :name op-count
SELECT count(*) AS n FROM op;

-- :name hist-add
-- :together
INSERT INTO hist (rec, ver, op_id, replica, seq) VALUES (:rec, :ver, :op_id, :replica, :seq);

-- :name hist-of-op
SELECT h.ver, o.line FROM hist h LEFT JOIN op o ON o.replica = h.replica AND o.seq = h.seq
WHERE h.rec = :rec AND h.op_id = :op_id;

-- :name hist-of-record
SELECT h.ver, h.op_id, h.replica, h.seq, o.kind, o.at_ms, o.received_ms, o.clock, r.worker
FROM hist h JOIN op o ON o.replica = h.replica AND o.seq = h.seq JOIN replica r ON r.id = h.replica
WHERE h.rec = :rec ORDER BY h.ver;

-- :name event-get
-- :locks
SELECT ver, grid_code, org_code, accepted_ms, accept_left_ms, flags, body FROM event WHERE id = :id;

-- :name event-add
-- :together
INSERT INTO event (id, ver, grid_code, org_code, level, class_code, state, step_no, reporter,
  event_no, received_ms, accepted_ms, accept_left_ms, flags, body)
VALUES (:id, :ver, :grid_code, :org_code, :level, :class_code, :state, :step_no, :reporter,
  :event_no, :received_ms, :accepted_ms, :accept_left_ms, :flags, :body);

-- :name event-update
UPDATE event SET ver = :ver, level = :level, class_code = :class_code, state = :state,
  step_no = :step_no, event_no = :event_no, accepted_ms = :accepted_ms,
  accept_left_ms = :accept_left_ms, flags = :flags, body = :body
WHERE id = :id AND ver = CAST(:ver AS BIGINT) - 1;

-- :name event-find
SELECT id FROM event WHERE id = :text OR event_no = :text LIMIT 1;

-- :name event-all
SELECT id, ver, grid_code, org_code, level, class_code, state, step_no, reporter, event_no,
  received_ms, flags, body
FROM event WHERE (CAST(:state AS BIGINT) < 0 OR state = :state) AND (:org_code = '' OR org_code = :org_code)
ORDER BY received_ms, id;

-- :name event-count
SELECT CAST(state AS TEXT) AS state, count(*) AS n FROM event GROUP BY state ORDER BY state;

-- :name step-add
-- :together
INSERT INTO event_step (event, seq, action, actor, role, at_ms, from_state, to_state, op_id)
VALUES (:event, :seq, :action, :actor, :role, :at_ms, :from_state, :to_state, :op_id);

-- :name step-fold
-- :long
SELECT e.id AS event, s.seq, s.action, s.role, s.from_state, s.to_state, e.state, e.step_no,
  s.seq = (SELECT max(seq) FROM event_step WHERE event = e.id) AS last
FROM event e LEFT JOIN event_step s ON s.event = e.id ORDER BY e.id, s.seq;

-- :name conflict-left
-- The first version's own table for conflicts of events; now only read to be emptied.
SELECT count(*) AS n FROM conflict WHERE resolved_ms IS NULL;

-- :name conflict-old
-- :long
SELECT c.op_id, c.field, c.rec, c.created_ms, o.replica, o.line, o.at_ms, o.clock, r.worker, w.name
FROM conflict c JOIN op o ON o.op_id = c.op_id JOIN replica r ON r.id = o.replica
LEFT JOIN worker w ON w.id = r.worker
WHERE c.resolved_ms IS NULL ORDER BY c.created_ms, c.op_id, o.replica, c.field;

-- :name conflict-moved
UPDATE conflict SET resolved_ms = :now_ms WHERE op_id = :op_id AND resolved_ms IS NULL;
