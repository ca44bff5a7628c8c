-- The outbox: numbers, lines and results of operations.
-- :name outbox_last
-- The last number given and its hash, were it pruned or not.
-- :indexed
SELECT seq, hash FROM outbox WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1
-- :name outbox_add
INSERT INTO outbox (seq, op_id, rec, kind, action, level, state, line, hash, content, made_ms, boot,
                    mono_ms, hold_until_ms)
VALUES (:seq, :op_id, :rec, :kind, :action, :level, :state, :line, :hash, :content, :made_ms, :boot,
        :mono_ms, :hold_until_ms)
-- :name outbox_add_held
INSERT INTO outbox (op_id, rec, kind, action, level, state, content, made_ms, boot, mono_ms,
                    hold_until_ms)
VALUES (:op_id, :rec, :kind, :action, :level, 'held', :content, :made_ms, :boot, :mono_ms,
        :hold_until_ms)
-- :name outbox_release
-- :indexed
UPDATE outbox SET seq = :seq, line = :line, hash = :hash, content = NULL, state = 'saved',
                  hold_until_ms = 0
WHERE n = :n AND state = 'held'
-- :name outbox_set_content
-- :indexed
UPDATE outbox SET content = :content, level = :level WHERE rec = :rec AND state = 'held'
-- :name outbox_undo
-- :indexed
UPDATE outbox SET state = 'undone', hold_until_ms = 0 WHERE rec = :rec AND state = 'held'
-- :name outbox_due
-- Held ones whose time has come, in the order of the taps.
-- :indexed
SELECT n, op_id, rec, content, made_ms, boot, mono_ms FROM outbox
WHERE state = 'held' AND hold_until_ms <= :now_ms ORDER BY hold_until_ms, n
-- :name outbox_held_of
-- :indexed
SELECT n, op_id, rec, content, made_ms, boot, mono_ms FROM outbox WHERE rec = :rec AND state = 'held'
-- :name outbox_next_release
-- :indexed
SELECT coalesce (min (hold_until_ms), 0) AS at_ms FROM outbox
WHERE state = 'held' AND hold_until_ms >= 0
-- :name outbox_first_waiting
-- :indexed
SELECT coalesce (min (seq), 0) AS seq FROM outbox WHERE state IN ('saved', 'sending', 'received')
-- :name outbox_from
-- :indexed
SELECT seq, rec, line, state FROM outbox WHERE seq >= :seq ORDER BY seq LIMIT :limit
-- :name outbox_get_seq
-- :indexed
SELECT n, rec, hash, line, state FROM outbox WHERE seq = :seq
-- :name outbox_has_major
-- :indexed
SELECT EXISTS (SELECT 1 FROM outbox
               WHERE state IN ('saved', 'sending', 'received') AND seq > 0 AND level >= 3) AS has
-- :name outbox_set_sending
-- :indexed
UPDATE outbox SET state = 'sending' WHERE seq BETWEEN :first AND :last AND state IN ('saved', 'received')
-- :name outbox_sending
-- :indexed
SELECT rec FROM outbox
WHERE state IN ('saved', 'sending', 'received') AND seq > 0 AND state = 'sending'
-- :name outbox_reset_sending
-- :indexed
UPDATE outbox SET state = 'saved'
WHERE state IN ('saved', 'sending', 'received') AND seq > 0 AND state = 'sending'
-- :name outbox_renumber
-- :indexed
UPDATE outbox SET seq = :seq, line = :line, hash = :hash WHERE n = :n
-- :name outbox_reset_received
-- :indexed
UPDATE outbox SET state = 'saved'
WHERE state IN ('saved', 'sending', 'received') AND seq > 0 AND state = 'received'
-- :name outbox_set_received
-- :indexed
UPDATE outbox SET state = 'received'
WHERE state IN ('saved', 'sending', 'received') AND seq <= :last AND state <> 'received'
-- :name outbox_unresolved_upto
-- :indexed
SELECT rec FROM outbox
WHERE state IN ('saved', 'sending', 'received') AND seq <= :last AND state <> 'received'
-- :name outbox_set_result
-- :indexed
UPDATE outbox SET state = :state, ver = :ver, code = :code, field = :field, detail = :detail
WHERE seq = :seq AND state IN ('saved', 'sending', 'received')
-- :name outbox_above
-- :indexed
SELECT rec FROM outbox WHERE seq > :seq
-- :name outbox_rewind
-- Results of the lost timeline are void; what the author has settled stays settled.
-- :indexed
UPDATE outbox SET state = 'saved', ver = 0, code = NULL, field = NULL, detail = NULL
WHERE seq > :seq AND state IN ('sending', 'received', 'applied', 'conflict', 'refused')
-- :name outbox_dismiss
-- :indexed
UPDATE outbox SET state = 'dismissed' WHERE op_id = :op_id AND state = 'refused'
-- :name outbox_get_op
-- :indexed
SELECT rec, state, kind FROM outbox WHERE op_id = :op_id
-- :name outbox_set_redone
-- :indexed
UPDATE outbox SET state = 'redone'
WHERE rec = :rec AND state IN ('refused', 'conflict') AND state = 'refused'
-- :name outbox_prunable
-- Settled, in a verified backup of the platform, and old: in number order.
-- :indexed
SELECT n, seq, hash, rec, state, made_ms FROM outbox
WHERE seq > 0 AND seq <= :durable ORDER BY seq LIMIT :limit
-- :name outbox_prunable_undone
-- :indexed
SELECT rec FROM outbox WHERE made_ms < :before AND state = 'undone' ORDER BY made_ms
-- :name outbox_delete_undone_of
-- Of a record that is let go: nobody else has it, and it says what that said.
-- :indexed
DELETE FROM outbox WHERE rec = :rec AND state = 'undone'
-- :name outbox_delete_undone
-- :indexed
DELETE FROM outbox WHERE made_ms < :before AND state = 'undone'
-- :name outbox_delete
-- :indexed
DELETE FROM outbox WHERE n = :n
-- :name outbox_list_refused
-- :indexed
SELECT o.seq, o.op_id, o.rec, o.kind, o.action, o.level, o.state, o.made_ms, o.hold_until_ms, o.code,
       o.field, o.detail, coalesce (e.title, l.title, d.title) AS title, e.n_photos,
       coalesce (e.id, l.id, d.id) IS NOT NULL AS here
FROM outbox o LEFT JOIN event e ON e.id = o.rec LEFT JOIN listing l ON l.id = o.rec
LEFT JOIN dispute d ON d.id = o.rec
WHERE o.state IN ('refused', 'conflict') AND o.n > 0 ORDER BY o.n DESC LIMIT :limit
-- :name outbox_list_held
-- :indexed
SELECT o.seq, o.op_id, o.rec, o.kind, o.action, o.level, o.state, o.made_ms, o.hold_until_ms, o.code,
       o.field, o.detail, coalesce (e.title, l.title, d.title) AS title, e.n_photos,
       coalesce (e.id, l.id, d.id) IS NOT NULL AS here
FROM outbox o LEFT JOIN event e ON e.id = o.rec LEFT JOIN listing l ON l.id = o.rec
LEFT JOIN dispute d ON d.id = o.rec
WHERE o.state = 'held' AND o.hold_until_ms >= 0 ORDER BY o.hold_until_ms DESC LIMIT :limit
-- :name outbox_list_waiting
-- :indexed
SELECT o.seq, o.op_id, o.rec, o.kind, o.action, o.level, o.state, o.made_ms, o.hold_until_ms, o.code,
       o.field, o.detail, coalesce (e.title, l.title, d.title) AS title, e.n_photos,
       coalesce (e.id, l.id, d.id) IS NOT NULL AS here
FROM outbox o LEFT JOIN event e ON e.id = o.rec LEFT JOIN listing l ON l.id = o.rec
LEFT JOIN dispute d ON d.id = o.rec
WHERE o.state IN ('saved', 'sending', 'received') AND o.seq > 0 ORDER BY o.seq LIMIT :limit
-- :name outbox_list_sent
-- :indexed
SELECT o.seq, o.op_id, o.rec, o.kind, o.action, o.level, o.state, o.made_ms, o.hold_until_ms, o.code,
       o.field, o.detail, coalesce (e.title, l.title, d.title) AS title, e.n_photos,
       coalesce (e.id, l.id, d.id) IS NOT NULL AS here
FROM outbox o LEFT JOIN event e ON e.id = o.rec LEFT JOIN listing l ON l.id = o.rec
LEFT JOIN dispute d ON d.id = o.rec
WHERE o.made_ms >= :since AND o.state IN ('applied', 'dismissed', 'redone')
ORDER BY o.made_ms DESC, o.n DESC LIMIT :limit
-- :name outbox_all
-- For the invariants and the rescue.
SELECT n, seq, op_id, rec, kind, state, line, hash, content, ver FROM outbox ORDER BY n
-- :name outbox_one
-- :indexed
SELECT n, seq, op_id, rec, kind, state, line, hash, content, ver FROM outbox WHERE n = :n
-- :name outbox_max
-- :indexed
SELECT coalesce (max (n), 0) AS n FROM outbox
-- :name outbox_numbered
-- The chain in its order.
-- :indexed
SELECT n, seq, op_id, rec, line, hash FROM outbox WHERE seq > 0 ORDER BY seq
