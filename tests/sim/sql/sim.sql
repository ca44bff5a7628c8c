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
SELECT m.rec, m.ver, e.body FROM member m JOIN event e ON e.id = m.rec
WHERE m.scope = :scope AND m.removed = 0 ORDER BY m.rec;

-- :name sim-platform-conflicts
SELECT op_id, field FROM conflict ORDER BY op_id, field;

-- :name sim-platform-photos
SELECT r.sha, r.rec, coalesce (b.state, 'none') AS state FROM blob_ref r
LEFT JOIN blob b ON b.sha = r.sha ORDER BY r.sha, r.rec;

-- :name sim-terminal-bases
SELECT id, ver, base FROM record
WHERE kind = 'event' AND base IS NOT NULL AND removed = 0 ORDER BY id;

-- :name sim-terminal-outbox
SELECT op_id, coalesce (seq, 0) AS seq, rec, state, coalesce (line, '') AS line FROM outbox ORDER BY n;

-- :name sim-terminal-scopes
SELECT name FROM scope ORDER BY name;
