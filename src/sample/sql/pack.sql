-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is read from the collected layers (a GeoPackage) and added to the pack (MBTiles).

-- :name count-all
SELECT coalesce (sum (feature_count), 0) AS n FROM gpkg_ogr_contents

-- :name count-layer
SELECT coalesce (sum (feature_count), 0) AS n FROM gpkg_ogr_contents WHERE table_name = :layer

-- :name bounds
SELECT min (min_x) AS west, min (min_y) AS south, max (max_x) AS east, max (max_y) AS north
FROM gpkg_contents WHERE min_x IS NOT NULL

-- :name read-unit
SELECT name, geom FROM unit WHERE name IS NOT NULL ORDER BY fid

-- :name read-water
SELECT name, geom FROM water WHERE name IS NOT NULL ORDER BY fid

-- :name read-arterial
SELECT name, geom FROM arterial WHERE name IS NOT NULL ORDER BY fid

-- :name read-street
SELECT name, geom FROM street WHERE name IS NOT NULL ORDER BY fid

-- :name read-place
SELECT name, geom FROM place WHERE name IS NOT NULL ORDER BY fid

-- :name make-labels
CREATE TABLE IF NOT EXISTS wangge_label (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
  minzoom REAL NOT NULL, maxzoom REAL NOT NULL, rank INTEGER NOT NULL) STRICT

-- :name add-label
INSERT INTO wangge_label (kind, name, lon, lat, minzoom, maxzoom, rank)
VALUES (:kind, :name, :lon, :lat, :minzoom, :maxzoom, :rank)

-- :name clear-metadata
DELETE FROM metadata WHERE name = :name

-- :name add-metadata
INSERT INTO metadata (name, value) VALUES (:name, :value)

-- :name leave-wal
PRAGMA journal_mode = DELETE
