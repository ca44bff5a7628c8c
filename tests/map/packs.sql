-- What the tests write into packs of their own, with columns in another spelling than usual.

-- :name make-metadata
CREATE TABLE metadata (Name TEXT, VALUE TEXT)

-- :name make-tiles
CREATE TABLE tiles (ZOOM_LEVEL INTEGER, tile_column INTEGER, tile_row INTEGER, Tile_Data BLOB)

-- :name tell
INSERT INTO metadata (name, value) VALUES (:name, :value)

-- :name put
INSERT INTO tiles (zoom_level, tile_column, tile_row, tile_data) VALUES (:zoom, :x, :row, :bytes)

-- :name leave-wal
PRAGMA journal_mode = DELETE
