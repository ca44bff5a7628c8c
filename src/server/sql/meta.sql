-- SPDX-License-Identifier: GPL-3.0-or-later
-- Settings, counters, the audit chain and reference rows.

-- :name meta-get
SELECT value FROM meta WHERE key = :key;

-- :name meta-set
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- :name meta-drop
DELETE FROM meta WHERE key = :key;

-- :name meta-lock
-- :locks
SELECT value FROM meta WHERE key = :key;

-- :name meta-count
INSERT INTO meta (key, value) VALUES (:key, '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)
RETURNING value;

-- :name audit-last
SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1;

-- :name audit-add
INSERT INTO audit (n, line, hash) VALUES (:n, :line, :hash);

-- :name audit-all
-- :long
SELECT n, line, hash FROM audit ORDER BY n;

-- :name ref-get
SELECT ver, body FROM ref_row WHERE kind = :kind AND id = :id;

-- :name ref-put
INSERT INTO ref_row (kind, id, ver, body) VALUES (:kind, :id, :ver, :body)
ON CONFLICT (kind, id) DO UPDATE SET ver = excluded.ver, body = excluded.body;

-- :name ref-of-kind
SELECT id, ver, body FROM ref_row WHERE kind = :kind ORDER BY id;

-- :name ref-count
SELECT kind, count(*) AS n FROM ref_row GROUP BY kind ORDER BY kind;
