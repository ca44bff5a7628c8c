-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the platform reads of an offline map (MBTiles) that it is given to hand out.
CREATE TABLE metadata (name TEXT, value TEXT);
