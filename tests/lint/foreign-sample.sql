-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tables of a GeoPackage and of MBTiles as GDAL writes them, as far as the sample layer reads them.
CREATE TABLE gpkg_contents (table_name TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL);
CREATE TABLE gpkg_ogr_contents (table_name TEXT PRIMARY KEY, feature_count INTEGER);
CREATE TABLE unit (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE water (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE arterial (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE street (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE place (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
CREATE TABLE metadata (name TEXT, value TEXT);
