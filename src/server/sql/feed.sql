-- SPDX-License-Identifier: GPL-3.0-or-later
-- The change feed: scopes, members and what a page carries.

-- :name scope-get
-- :locks
SELECT seq, n, sum FROM scope WHERE id = :id;

-- :name scope-put
INSERT INTO scope (id, seq, n, sum) VALUES (:id, :seq, :n, :sum)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, n = excluded.n, sum = excluded.sum;

-- :name scope-make
INSERT INTO scope (id, seq, n, sum) VALUES (:id, 0, 0, 0) ON CONFLICT DO NOTHING;

-- :name scope-all
SELECT id, seq, n, sum FROM scope ORDER BY id;

-- :name member-get
SELECT ver, removed FROM member WHERE scope = :scope AND rec = :rec;

-- :name member-put
-- :together
INSERT INTO member (scope, rec, kind, ver, seq, removed)
VALUES (:scope, :rec, :kind, :ver, :seq, :removed)
ON CONFLICT (scope, rec) DO UPDATE SET kind = excluded.kind, ver = excluded.ver,
  seq = excluded.seq, removed = excluded.removed;

-- :name member-of-record
SELECT scope FROM member WHERE rec = :rec AND kind = :kind AND removed = 0 ORDER BY scope;

-- :name member-of-scope
-- :long
SELECT rec, ver, seq, removed FROM member WHERE scope = :scope;

-- :name member-dangling
SELECT m.scope, m.rec FROM member m
LEFT JOIN event e ON m.kind = 'event' AND e.id = m.rec
LEFT JOIN ref_row f ON f.kind = m.kind AND f.id = m.rec
LEFT JOIN record r ON r.kind = m.kind AND r.id = m.rec
LEFT JOIN dispute d ON m.kind = 'conflict' AND d.id = m.rec
WHERE m.removed = 0 AND coalesce(e.ver, f.ver, r.ver, d.ver, -1) <> m.ver
LIMIT 1;

-- :name feed-page
SELECT m.seq, m.rec, m.kind, m.ver, m.removed, coalesce(e.body, f.body, r.body, d.body) AS body
FROM member m
LEFT JOIN event e ON m.kind = 'event' AND e.id = m.rec
LEFT JOIN ref_row f ON f.kind = m.kind AND f.id = m.rec
LEFT JOIN record r ON r.kind = m.kind AND r.id = m.rec
LEFT JOIN dispute d ON m.kind = 'conflict' AND d.id = m.rec
WHERE m.scope = :scope AND m.seq > :after
ORDER BY m.seq LIMIT :max;
