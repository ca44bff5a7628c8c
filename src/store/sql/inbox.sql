-- The inbox: scopes, cursors, membership.
-- :name scope_list
SELECT name, cursor FROM scope ORDER BY name
-- :name scope_set
-- :indexed
INSERT INTO scope (name, cursor) VALUES (:name, :cursor)
ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor
-- :name scope_delete
-- :indexed
DELETE FROM scope WHERE name = :name
-- :name scope_reset_all
UPDATE scope SET cursor = 0
-- :name member_set
-- :indexed
INSERT INTO member (scope, rec, number, ver) VALUES (:scope, :rec, :number, :ver)
ON CONFLICT (scope, rec) DO UPDATE SET number = excluded.number, ver = excluded.ver, seen = 1
-- :name member_delete
-- :indexed
DELETE FROM member WHERE scope = :scope AND rec = :rec
-- :name member_any
-- :indexed
SELECT EXISTS (SELECT 1 FROM member WHERE rec = :rec) AS has
-- :name member_elsewhere
-- :indexed
SELECT EXISTS (SELECT 1 FROM member WHERE rec = :rec AND scope <> :scope AND ver = :ver) AS has
-- :name member_list
-- :indexed
SELECT rec, ver FROM member WHERE scope = :scope
-- :name member_told
-- Since the scope was told again from the start, if it was.
-- :indexed
SELECT rec, ver FROM member WHERE scope = :scope AND seen <> 0
-- :name member_set_unseen
-- :indexed
UPDATE member SET seen = 0 WHERE scope = :scope
-- :name member_set_unseen_all
UPDATE member SET seen = 0
-- :name member_set_gone
-- :indexed
UPDATE member SET seen = 0 WHERE scope = :scope AND rec = :rec
-- :name member_of_other_version
-- Scopes of a record of which none tells the version that stands.
-- :indexed
SELECT m.scope FROM member m WHERE m.rec = :rec
  AND NOT EXISTS (SELECT 1 FROM member n JOIN record r ON r.id = n.rec
                  WHERE n.rec = :rec AND n.ver = r.ver)
-- :name member_unseen
-- :indexed
SELECT rec FROM member WHERE scope = :scope AND seen = 0 ORDER BY rec
-- :name member_set_stale
-- The scope is told again from the start: any row of it wins.
-- :indexed
UPDATE record SET stale = 1 WHERE id IN (SELECT rec FROM member WHERE scope = :scope)
  AND base IS NOT NULL
