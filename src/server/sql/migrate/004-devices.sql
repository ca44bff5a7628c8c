-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a terminal said of itself at its last contact; whether a revoked one is to erase itself, and
-- when it was told.
ALTER TABLE replica ADD COLUMN app TEXT;
ALTER TABLE replica ADD COLUMN n_waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE replica ADD COLUMN n_photos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN wipe INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN wipe_told_ms INTEGER;
