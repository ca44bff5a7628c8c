-- SPDX-License-Identifier: GPL-3.0-or-later
-- Photos and packs: who names them, what has arrived.

-- :name blob-ref-add
-- :together
INSERT INTO blob_ref (sha, rec, replica) VALUES (:sha, :rec, :replica) ON CONFLICT DO NOTHING;

-- :name blob-named-by
-- By this replica, or by one before it on the same device, for the same worker.
SELECT count(*) AS n FROM (SELECT 1 FROM blob_ref b JOIN replica r ON r.id = b.replica
  JOIN replica mine ON mine.device = r.device AND mine.worker = r.worker
  WHERE b.sha = :sha AND mine.id = :replica LIMIT 1) b;

-- :name blob-scopes
SELECT DISTINCT m.scope FROM blob_ref b JOIN member m ON m.rec = b.rec
WHERE b.sha = :sha AND m.kind = 'event' AND m.removed = 0;

-- :name blob-get
SELECT size, replica, state, kind FROM blob WHERE sha = :sha;

-- :name blob-begin
INSERT INTO blob (sha, size, replica, state, changed_ms)
VALUES (:sha, :size, :replica, 'part', :changed_ms)
ON CONFLICT (sha) DO UPDATE SET size = excluded.size, replica = excluded.replica,
  changed_ms = excluded.changed_ms WHERE blob.state = 'part';

-- :name blob-finish
INSERT INTO blob (sha, size, replica, state, kind, changed_ms)
VALUES (:sha, :size, :replica, 'whole', :kind, :changed_ms)
ON CONFLICT (sha) DO UPDATE SET size = excluded.size, state = 'whole', kind = excluded.kind,
  changed_ms = excluded.changed_ms;

-- :name blob-drop-part
DELETE FROM blob WHERE sha = :sha AND state = 'part';

-- :name blob-unfinished
SELECT CAST(coalesce(sum(size), 0) AS BIGINT) AS size FROM blob
WHERE replica = :replica AND state = 'part' AND sha <> :sha;

-- :name blob-old-parts
SELECT sha FROM blob WHERE state = 'part' AND changed_ms < :before_ms;

-- :name blob-whole
SELECT sha, size, kind FROM blob WHERE state = 'whole' ORDER BY sha;

-- :name blob-of-record
SELECT b.sha, w.size, coalesce(w.state, 'missing') AS state FROM
  (SELECT DISTINCT sha FROM blob_ref WHERE rec = :rec) b LEFT JOIN blob w ON w.sha = b.sha
ORDER BY b.sha;

-- :name blob-missing
SELECT count(*) AS n FROM (SELECT DISTINCT b.sha FROM blob_ref b
  LEFT JOIN blob w ON w.sha = b.sha AND w.state = 'whole' WHERE w.sha IS NULL) m;

-- :name blob-forget
DELETE FROM blob WHERE sha = :sha;
