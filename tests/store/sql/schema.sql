-- The schema as it stands.
-- :name schema
SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name
-- As a program leaves it that cannot read the conflict.
-- :name unread
DELETE FROM dispute
