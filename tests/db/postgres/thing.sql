-- Statements of the second engine's tests.
-- :name thing-add
-- :together
INSERT INTO thing (id, name, size, weight, body) VALUES (:id, :name, :size, :weight, :body);
-- :name thing-list
SELECT id, name, size, weight, body, size > 7 AS is_big FROM thing WHERE id >= :first ORDER BY id;
-- :name thing-count
SELECT count(*) AS n FROM thing;
-- :name thing-get
-- :locks
SELECT size FROM thing WHERE id = :id;
-- :name thing-grow
UPDATE thing SET size = size + 1 WHERE id = :id;
-- :name broken
SELECT nothing FROM nowhere;
-- :name two
SELECT 1 AS a; SELECT 2 AS b;
-- :name odd-parameter
SELECT id FROM thing WHERE :size < 0;
-- :name odd-column
SELECT sum(size) AS total FROM thing;
-- :name thing-all
-- :long
SELECT id, name, size, weight, body FROM thing WHERE id >= :first ORDER BY id;
-- :name thing-many
INSERT INTO thing (id, name, size, weight, body)
SELECT t.id + :n, t.name, t.size, t.weight, t.body FROM thing t;
-- :name thing-keep
-- :together
INSERT INTO thing (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING;
-- :name thing-commands
-- Rows of one command have its number.
SELECT count(DISTINCT CAST(cmin AS TEXT)) AS n FROM thing WHERE id >= :first;
-- :name together-read
-- :together
SELECT id FROM thing;
-- :name together-constant
-- :together
INSERT INTO thing (id, size) VALUES (:id, 7);
