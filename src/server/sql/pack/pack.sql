-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is read from a map pack (MBTiles) that is imported.

-- :name pack-metadata
SELECT value FROM metadata WHERE name = :name;
