-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tables of an MBTiles file with our labels; never run by the program, which only reads packs, but the
-- statements of tiles.sql are checked against them.
CREATE TABLE metadata (name TEXT, value TEXT);
CREATE TABLE tiles (
  zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB,
  UNIQUE (zoom_level, tile_column, tile_row));
CREATE TABLE wangge_label (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
  minzoom REAL NOT NULL, maxzoom REAL NOT NULL, rank INTEGER NOT NULL) STRICT;
