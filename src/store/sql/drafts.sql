-- Drafts: forms as they stand.
-- :name draft_save
-- :indexed
INSERT INTO draft (id, form, subject, body, focus, scroll, changed_ms)
VALUES (:id, :form, :subject, :body, :focus, :scroll, :changed_ms)
ON CONFLICT (id) DO UPDATE SET form = excluded.form, subject = excluded.subject,
  body = excluded.body, focus = excluded.focus, scroll = excluded.scroll,
  changed_ms = excluded.changed_ms
-- :name draft_get
-- :indexed
SELECT id, form, subject, body, focus, scroll, changed_ms FROM draft WHERE id = :id
-- :name draft_list
-- :indexed
SELECT id, form, subject, body, focus, scroll, changed_ms FROM draft
WHERE changed_ms >= 0 ORDER BY changed_ms DESC, id
-- :name draft_delete_of
DELETE FROM draft WHERE subject = :subject
-- :name draft_delete
-- :indexed
DELETE FROM draft WHERE id = :id
