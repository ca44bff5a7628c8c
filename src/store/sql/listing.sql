-- Records by table: their index row, words, links; conflicts.
-- :name listing_set
-- :indexed
INSERT INTO listing (id, kind, grid, title, sort, natural_key, confirmed_ms, truth, n_waiting,
                     n_conflicts, listed, is_open, needs_me)
VALUES (:id, :kind, :grid, :title, :sort, :natural_key, :confirmed_ms, :truth, :n_waiting,
        :n_conflicts, :listed, :is_open, :needs_me)
ON CONFLICT (id) DO UPDATE SET
  grid = excluded.grid, title = excluded.title, sort = excluded.sort,
  natural_key = excluded.natural_key, confirmed_ms = excluded.confirmed_ms, truth = excluded.truth,
  n_waiting = excluded.n_waiting, n_conflicts = excluded.n_conflicts, listed = excluded.listed,
  is_open = excluded.is_open, needs_me = excluded.needs_me
-- :name word_clear
-- :indexed
DELETE FROM word WHERE rec = :rec
-- :name word_add
-- :indexed
INSERT INTO word (kind, word, rec) VALUES (:kind, :word, :rec) ON CONFLICT DO NOTHING
-- :name link_clear
-- :indexed
DELETE FROM link WHERE rec = :rec
-- :name link_add
-- :indexed
INSERT INTO link (target, field, rec) VALUES (:target, :field, :rec) ON CONFLICT DO NOTHING
-- :name listing_get
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM listing l JOIN record r ON r.id = l.id WHERE l.id = :id
-- :name listing_all
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM listing l JOIN record r ON r.id = l.id WHERE l.kind = :kind AND l.listed = 1
ORDER BY l.sort, l.id LIMIT :limit OFFSET :offset
-- :name listing_of_grid
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM listing l JOIN record r ON r.id = l.id
WHERE l.kind = :kind AND l.grid = :grid AND l.listed = 1
ORDER BY l.sort, l.id LIMIT :limit OFFSET :offset
-- :name listing_unconfirmed
-- Those nobody has looked at for longest come first.
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM listing l JOIN record r ON r.id = l.id
WHERE l.kind = :kind AND l.is_open = 1 AND l.confirmed_ms < :before
ORDER BY l.confirmed_ms, l.id LIMIT :limit OFFSET :offset
-- :name listing_needing_me
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM listing l JOIN record r ON r.id = l.id WHERE l.kind = :kind AND l.needs_me = 1
ORDER BY l.sort, l.id LIMIT :limit OFFSET :offset
-- :name listing_search
-- Words that begin with what was typed, within one of the lists.
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM listing l JOIN record r ON r.id = l.id
WHERE l.id IN (SELECT rec FROM word WHERE kind = :kind AND word >= :from AND word < :to)
  AND l.listed = 1 AND l.is_open >= :is_open AND l.confirmed_ms < :before
  AND l.needs_me >= :needs_me
ORDER BY l.sort, l.id LIMIT :limit OFFSET :offset
-- :name listing_linked
-- :indexed
SELECT l.id, l.kind, l.truth, l.n_waiting, l.n_conflicts, l.needs_me, r.body, r.ver
FROM link k JOIN listing l ON l.id = k.rec JOIN record r ON r.id = l.id
WHERE k.target = :target AND k.field = :field AND l.kind = :kind AND l.listed = 1
ORDER BY l.sort, l.id LIMIT :limit OFFSET :offset
-- :name listing_double
-- :indexed
SELECT id FROM listing WHERE kind = :kind AND natural_key = :natural_key AND id <> :id AND listed = 1
ORDER BY id LIMIT 1
-- :name listing_count
-- :indexed
SELECT count (*) AS n FROM listing WHERE kind = :kind AND is_open = 1 AND confirmed_ms >= 0
-- :name listing_count_unconfirmed
-- :indexed
SELECT count (*) AS n FROM listing WHERE kind = :kind AND is_open = 1 AND confirmed_ms < :before
-- :name listing_count_needing_me
-- :indexed
SELECT count (*) AS n FROM listing WHERE kind = :kind AND needs_me = 1
-- :name listing_ids
-- For the invariants: every record by table.
-- :indexed
SELECT id FROM record WHERE kind = :kind ORDER BY id
-- :name dispute_set
-- :indexed
INSERT INTO dispute (id, rec, title, opened_ms, truth, settled)
VALUES (:id, :rec, :title, :opened_ms, :truth, :settled)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, truth = excluded.truth,
  settled = excluded.settled
-- :name dispute_unread
-- Conflicts about a kind that the program which pulled them did not know.
-- :indexed
SELECT r.id FROM record r WHERE r.kind = 'conflict' AND r.base IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.id = r.id) ORDER BY r.id
-- :name dispute_get
-- :indexed
SELECT d.id, d.truth, r.body, r.ver FROM dispute d JOIN record r ON r.id = d.id WHERE d.id = :id
-- :name dispute_open
-- :indexed
SELECT d.id, d.truth, r.body, r.ver FROM dispute d JOIN record r ON r.id = d.id
WHERE d.settled = 0 ORDER BY d.opened_ms DESC, d.id LIMIT :limit OFFSET :offset
-- :name dispute_all
-- :indexed
SELECT d.id, d.truth, r.body, r.ver FROM dispute d JOIN record r ON r.id = d.id
WHERE d.opened_ms >= 0 ORDER BY d.opened_ms DESC, d.id LIMIT :limit OFFSET :offset
-- :name dispute_of_record
-- :indexed
SELECT d.id, d.truth, r.body, r.ver FROM dispute d JOIN record r ON r.id = d.id
WHERE d.rec = :rec AND d.settled = 0 ORDER BY d.opened_ms, d.id
-- :name dispute_count
-- :indexed
SELECT count (*) AS n FROM dispute WHERE settled = 0 AND opened_ms >= 0
-- :name dispute_count_of_record
-- :indexed
SELECT count (*) AS n FROM dispute WHERE rec = :rec AND settled = 0
-- :name outbox_settle
-- Its conflict is settled: the operation is over.
-- :indexed
UPDATE outbox SET state = 'applied' WHERE op_id = :op_id AND state = 'conflict'
