-- What the tests write into packs of their own.

-- :name make-metadata
CREATE TABLE metadata (name TEXT, value TEXT)

-- :name make-tiles
CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)

-- :name tell
INSERT INTO metadata (name, value) VALUES (:name, :value)

-- :name put
INSERT INTO tiles (zoom_level, tile_column, tile_row, tile_data) VALUES (:zoom, :x, :row, :bytes)

-- :name leave-wal
PRAGMA journal_mode = DELETE
