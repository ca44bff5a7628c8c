-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tables as ogr2ogr makes them in a GeoPackage and an MBTiles file; never run by the program, but the
-- statements of pack.sql are checked against them.
CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE);
CREATE TABLE unit (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE water (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE arterial (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE street (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE place (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE metadata (name TEXT, value TEXT);
CREATE TABLE wangge_label (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
  minzoom REAL NOT NULL, maxzoom REAL NOT NULL, rank INTEGER NOT NULL) STRICT;
