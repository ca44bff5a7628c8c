-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is read from an offline map (MBTiles 1.3). A column is named here as the file spells it, if
-- it is not named anew.

-- :name metadata
SELECT name AS name, value AS value FROM metadata WHERE name IS NOT NULL

-- :name zooms
SELECT min (zoom_level) AS low, max (zoom_level) AS high FROM tiles

-- :name sample-tile
SELECT tile_data AS tile_data FROM tiles LIMIT 1

-- :name tile
-- :indexed
SELECT tile_data AS tile_data FROM tiles WHERE zoom_level = :zoom AND tile_column = :x AND tile_row = :row

-- :name has-labels
SELECT count (*) AS n FROM sqlite_schema WHERE name = 'wangge_label'

-- :name labels
SELECT kind AS kind, name AS name, lon AS lon, lat AS lat, minzoom AS minzoom, maxzoom AS maxzoom,
  rank AS rank
FROM wangge_label ORDER BY rank, id
