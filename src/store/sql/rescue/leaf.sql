-- One page by itself, when the pages that lead to it cannot be read: columns in the order of the outbox.
-- :name leaf
CREATE TABLE leaf (n INTEGER PRIMARY KEY, seq, op_id, rec, kind, action, level, state, line, hash, content)
-- :name leaf_rows
SELECT n, seq, op_id, rec, state, line, content FROM leaf
