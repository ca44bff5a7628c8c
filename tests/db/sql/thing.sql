-- Statements of the db tests.
-- :name thing_add
-- Adds one.
INSERT INTO thing (id, name, size, weight, body) VALUES (:id, :name, :size, :weight, :body)
-- :name thing_list
-- :indexed
SELECT id, name, size, weight, body FROM thing WHERE id >= :first ORDER BY id
-- :name thing_count
SELECT count (*) AS n, coalesce (sum (size), 0) AS total FROM thing
-- :name thing_delete
DELETE FROM thing WHERE id = :id
-- :name thing_scan
SELECT id FROM thing WHERE size = :size
-- :name part_add
INSERT INTO part (thing) VALUES (:thing)
-- :name broken
SELECT nothing FROM nowhere
-- :name two
SELECT 1 AS a; SELECT 2 AS b
