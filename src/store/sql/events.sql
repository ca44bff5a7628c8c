-- Events: lists, counts, the map, lookalikes.
-- :name event_get
-- :indexed
SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body, r.base
FROM event e JOIN record r ON r.id = e.id WHERE e.id = :id
-- :name event_list_today
-- Those that need the worker on top.
-- :indexed
SELECT id, truth, hold_until_ms, n_waiting, n_photos, mine, body FROM (
  SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body, e.made_ms,
         e.needs_me
  FROM event e JOIN record r ON r.id = e.id WHERE e.needs_me = 1
  UNION ALL
  SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body, e.made_ms,
         e.needs_me
  FROM event e JOIN record r ON r.id = e.id
  WHERE e.listed = 1 AND e.made_ms >= :since AND e.needs_me = 0)
ORDER BY needs_me DESC, made_ms DESC, id LIMIT :limit OFFSET :offset
-- :name event_list_returned
-- :indexed
SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body
FROM event e JOIN record r ON r.id = e.id WHERE e.needs_me = 1
ORDER BY e.made_ms DESC, e.id LIMIT :limit OFFSET :offset
-- :name event_list_open
-- :indexed
SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body
FROM event e JOIN record r ON r.id = e.id WHERE e.listed = 1 AND e.is_open = 1
ORDER BY e.made_ms DESC, e.id LIMIT :limit OFFSET :offset
-- :name event_list_all
-- :indexed
SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body
FROM event e JOIN record r ON r.id = e.id WHERE e.listed = 1 AND e.made_ms >= 0
ORDER BY e.made_ms DESC, e.id LIMIT :limit OFFSET :offset
-- :name event_dots
-- :indexed
SELECT id, lon, lat, level, state, truth FROM event
WHERE listed = 1 AND made_ms >= :since AND lon IS NOT NULL AND lat IS NOT NULL
ORDER BY made_ms DESC, id
-- :name event_near
-- :indexed
SELECT e.id, e.truth, e.hold_until_ms, e.n_waiting, e.n_photos, e.mine, r.body
FROM event e JOIN record r ON r.id = e.id
WHERE e.listed = 1 AND e.lat BETWEEN :south AND :north AND e.lon BETWEEN :west AND :east
  AND e.occurred_ms BETWEEN :since AND :until AND e.id <> :id
-- :name event_count_today
-- :indexed
SELECT count (*) AS n FROM event WHERE listed = 1 AND made_ms >= :since
-- :name event_count_returned
-- :indexed
SELECT count (*) AS n FROM event
WHERE needs_me = 1 AND made_ms >= 0 AND (truth <> 'conflict' OR (mine = 1 AND state = :returned))
-- :name event_count_disputed
-- :indexed
SELECT count (*) AS n FROM event WHERE needs_me = 1 AND made_ms >= 0 AND truth = 'conflict'
-- :name outbox_count_held
-- :indexed
SELECT count (*) AS n, coalesce (min (made_ms), 0) AS oldest_ms FROM outbox
WHERE state = 'held' AND hold_until_ms >= 0
-- :name outbox_count_waiting
-- :indexed
SELECT count (*) AS n, coalesce (min (made_ms), 0) AS oldest_ms FROM outbox
WHERE state IN ('saved', 'sending', 'received') AND seq > 0
-- :name outbox_count_refused
-- :indexed
SELECT count (*) AS n FROM outbox
WHERE state IN ('refused', 'conflict') AND n > 0 AND state = 'refused'
-- :name attachment_count_waiting
-- :indexed
SELECT count (*) AS n FROM attachment a WHERE a.state IN ('here', 'ready')
  AND (a.state = 'ready' OR EXISTS (SELECT 1 FROM photo p WHERE p.sha256 = a.sha256))
-- :name event_refusal
-- The oldest refused operation of a record that its author has not settled. One in conflict is
-- none: whoever may choose settles it in the conflict.
-- :indexed
SELECT op_id, code, field, detail, line FROM outbox
WHERE rec = :rec AND state IN ('refused', 'conflict') AND state = 'refused' ORDER BY n LIMIT 1
-- :name class_use_add
-- :indexed
INSERT INTO class_use (class, level, n, last_ms) VALUES (:class, :level, 1, :now_ms)
ON CONFLICT (level, class) DO UPDATE SET n = n + 1, last_ms = excluded.last_ms
-- :name class_use_top
-- :indexed
SELECT class FROM class_use WHERE level = :level ORDER BY n DESC, last_ms DESC, class LIMIT :limit
