-- Settings and small facts by name.
-- :name meta_get
-- :indexed
SELECT value FROM meta WHERE name = :name
-- :name meta_set
-- :indexed
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
-- :name meta_delete
-- :indexed
DELETE FROM meta WHERE name = :name
