-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is read from an offline map (MBTiles 1.3).

-- :name metadata
SELECT name, value FROM metadata WHERE name IS NOT NULL

-- :name zooms
SELECT min (zoom_level) AS low, max (zoom_level) AS high FROM tiles

-- :name sample-tile
SELECT tile_data FROM tiles LIMIT 1

-- :name tile
-- :indexed
SELECT tile_data FROM tiles WHERE zoom_level = :zoom AND tile_column = :x AND tile_row = :row

-- :name has-labels
SELECT count (*) AS n FROM sqlite_schema WHERE name = 'wangge_label'

-- :name labels
SELECT kind, name, lon, lat, minzoom, maxzoom, rank FROM wangge_label ORDER BY rank, id
