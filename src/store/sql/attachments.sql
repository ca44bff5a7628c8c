-- Photos: where each stands on its way.
-- :name attachment_get
-- :indexed
SELECT bytes, taken_ms, state, level, sent_bytes FROM attachment WHERE sha256 = :sha256
-- :name attachment_add
-- One that was awaited from the platform is there on both sides; a damaged one is whole again.
-- :indexed
INSERT INTO attachment (sha256, bytes, taken_ms, added_ms, state)
VALUES (:sha256, :bytes, :taken_ms, :now_ms, 'here')
ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes,
  state = CASE attachment.state WHEN 'absent' THEN 'sent' WHEN 'damaged' THEN 'here'
          ELSE attachment.state END
-- :name attachment_expect
-- :indexed
INSERT INTO attachment (sha256, bytes, added_ms, state) VALUES (:sha256, 0, :made_ms, 'absent')
ON CONFLICT (sha256) DO NOTHING
-- :name attachment_set_ready
-- :indexed
UPDATE attachment SET state = 'ready', level = max (level, :level)
WHERE sha256 = :sha256 AND state = 'here'
-- :name attachment_set_sent
-- :indexed
UPDATE attachment SET state = 'sent', sent_bytes = bytes WHERE sha256 = :sha256
-- :name attachment_set_offset
-- :indexed
UPDATE attachment SET sent_bytes = :offset WHERE sha256 = :sha256
-- :name attachment_set_damaged
-- :indexed
UPDATE attachment SET state = 'damaged' WHERE sha256 = :sha256
-- :name attachment_reset_sent
-- After the platform was restored: what it says it lacks is offered again.
UPDATE attachment SET state = 'ready', sent_bytes = 0
WHERE state = 'sent' AND EXISTS (SELECT 1 FROM photo p JOIN event e ON e.id = p.rec
                                 WHERE p.sha256 = attachment.sha256 AND e.mine = 1)
-- :name attachment_ready
-- :indexed
SELECT sha256, bytes, sent_bytes, level FROM attachment
WHERE state = 'ready' AND level >= 0 ORDER BY level DESC, added_ms, sha256
-- :name attachment_unsent
-- What a file for the platform carries: photos that it waits for, and those of operations that it
-- may lack.
-- :indexed
SELECT sha256 FROM attachment a WHERE a.state IN ('here', 'ready')
  AND (a.state = 'ready' OR EXISTS (SELECT 1 FROM photo p WHERE p.sha256 = a.sha256))
-- :name attachment_absent
-- :indexed
SELECT sha256 FROM attachment WHERE state = 'absent' AND added_ms >= 0
ORDER BY added_ms DESC, sha256
-- :name attachment_loose
-- Named by nothing any more: what the platform has at once, what was taken for a form that was thrown
-- away when it is old, and never what the platform waits for. Drafts are few.
SELECT sha256 FROM attachment a
WHERE (state IN ('sent', 'absent', 'damaged') OR (state = 'here' AND added_ms < :before))
  AND NOT EXISTS (SELECT 1 FROM photo p WHERE p.sha256 = a.sha256)
  AND NOT EXISTS (SELECT 1 FROM draft d WHERE instr (d.body, a.sha256) > 0)
-- :name attachment_delete
-- :indexed
DELETE FROM attachment WHERE sha256 = :sha256
-- :name attachment_sum
SELECT coalesce (sum (bytes), 0) AS bytes FROM attachment WHERE state <> 'absent'
-- :name photo_set
-- :indexed
INSERT INTO photo (rec, sha256) VALUES (:rec, :sha256) ON CONFLICT DO NOTHING
-- :name photo_clear
-- :indexed
DELETE FROM photo WHERE rec = :rec
-- :name photo_records
-- :indexed
SELECT rec FROM photo WHERE sha256 = :sha256 ORDER BY rec
-- :name photo_count_waiting
-- :indexed
SELECT count (*) AS n FROM photo p JOIN attachment a ON a.sha256 = p.sha256
WHERE p.rec = :rec AND a.state IN ('here', 'ready')
