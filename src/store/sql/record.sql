-- Records, and the index row of an event that is derived from one.
-- :name record_get
-- :indexed
SELECT kind, ver, base, body, stale, removed FROM record WHERE id = :id
-- :name record_any
-- :indexed
SELECT EXISTS (SELECT 1 FROM record WHERE id = :id) AS has
-- :name record_kind_of
-- The kind in the row, else that of an operation.
-- :indexed
SELECT kind FROM record WHERE id = :id
UNION ALL SELECT kind FROM outbox WHERE rec = :id LIMIT 1
-- :name record_set_body
-- Keeps what the platform said.
-- :indexed
INSERT INTO record (id, kind, body) VALUES (:id, :kind, :body)
ON CONFLICT (id) DO UPDATE SET body = excluded.body
-- :name record_set_base
-- :indexed
INSERT INTO record (id, kind, ver, base, body) VALUES (:id, :kind, :ver, :base, :body)
ON CONFLICT (id) DO UPDATE SET ver = excluded.ver, base = excluded.base, body = excluded.body,
                               stale = 0, removed = 0
-- :name record_set_removed
-- :indexed
UPDATE record SET removed = 1 WHERE id = :id
-- :name record_clear_base
-- :indexed
UPDATE record SET base = NULL WHERE id = :id
-- :name record_delete
-- :indexed
DELETE FROM record WHERE id = :id
-- :name record_list_kind
-- :indexed
SELECT id, body FROM record WHERE kind = :kind ORDER BY id
-- :name record_list_numbered
-- Records of a kind in the order in which the platform last told them.
-- :indexed
SELECT r.id, r.body, max (m.number) AS number FROM record r JOIN member m ON m.rec = r.id
WHERE r.kind = :kind GROUP BY r.id ORDER BY number
-- :name record_unpulled
-- Made here in a grid, in force at the platform, and not told of by it yet.
-- :indexed
SELECT id FROM record r WHERE base IS NULL AND id > '' AND removed = 0
  AND json_extract (body, '$.grid_code') = :grid
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.rec = r.id)
-- :name record_ids
-- For the invariants: every event.
-- :indexed
SELECT id FROM record WHERE kind = 'event' ORDER BY id
-- :name record_set_stale
UPDATE record SET stale = 1 WHERE base IS NOT NULL
-- :name event_set
-- :indexed
INSERT INTO event (id, class, level, state, title, lon, lat, occurred_ms, made_ms, mine, truth,
                   hold_until_ms, n_waiting, n_photos, listed, is_open, needs_me)
VALUES (:id, :class, :level, :state, :title, :lon, :lat, :occurred_ms, :made_ms, :mine, :truth,
        :hold_until_ms, :n_waiting, :n_photos, :listed, :is_open, :needs_me)
ON CONFLICT (id) DO UPDATE SET
  class = excluded.class, level = excluded.level, state = excluded.state, title = excluded.title,
  lon = excluded.lon, lat = excluded.lat, occurred_ms = excluded.occurred_ms,
  made_ms = excluded.made_ms, mine = excluded.mine, truth = excluded.truth,
  hold_until_ms = excluded.hold_until_ms, n_waiting = excluded.n_waiting,
  n_photos = excluded.n_photos, listed = excluded.listed, is_open = excluded.is_open,
  needs_me = excluded.needs_me
-- :name record_operations
-- What one record's operations say, in their order.
-- :indexed
SELECT n, seq, op_id, kind, state, line, content, made_ms, boot, mono_ms, hold_until_ms, ver
FROM outbox WHERE rec = :rec ORDER BY n
