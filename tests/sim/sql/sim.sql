-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the oracle of the simulation reads, of the platform's database and of a terminal's.

-- :name sim-platform-ops
SELECT o.replica, o.seq, o.op_id, o.kind, o.rec, o.line, o.result, r.worker
FROM op o JOIN replica r ON r.id = o.replica ORDER BY o.replica, o.seq;

-- :name sim-platform-hist
SELECT h.rec, h.ver, o.op_id, o.kind, o.line, o.result FROM hist h
JOIN op o ON o.replica = h.replica AND o.seq = h.seq ORDER BY h.rec, h.ver;

-- :name sim-platform-event
SELECT ver, body FROM event WHERE id = :id;

-- :name sim-platform-members
SELECT m.rec, m.ver, coalesce (e.body, r.body, d.body) AS body FROM member m
LEFT JOIN event e ON e.id = m.rec LEFT JOIN record r ON r.id = m.rec
LEFT JOIN dispute d ON m.kind = 'conflict' AND d.id = m.rec
WHERE m.scope = :scope AND m.removed = 0 AND m.kind IN ('event', 'resident', 'household', 'conflict')
ORDER BY m.rec;

-- :name sim-platform-record
SELECT ver, body FROM record WHERE id = :id;

-- :name sim-platform-changes
SELECT rec, op_id, field, ver, verdict FROM record_change ORDER BY rec, ver, op_id, field;

-- :name sim-platform-disputes
SELECT id, ver, rec, body FROM dispute ORDER BY id;

-- :name sim-platform-photos
SELECT r.sha, r.rec, coalesce (b.state, 'none') AS state FROM blob_ref r
LEFT JOIN blob b ON b.sha = r.sha ORDER BY r.sha, r.rec;

-- :name sim-terminal-bases
SELECT id, ver, base FROM record
WHERE kind IN ('event', 'resident', 'household', 'conflict') AND base IS NOT NULL AND removed = 0
ORDER BY id;

-- :name sim-terminal-outbox
SELECT op_id, coalesce (seq, 0) AS seq, rec, state, coalesce (line, '') AS line FROM outbox ORDER BY n;

-- :name sim-terminal-scopes
SELECT name FROM scope ORDER BY name;
