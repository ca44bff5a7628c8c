-- Version 1: one worker's store on one tablet.
-- What the user made lives in outbox, attachment and draft; the rest can be had again by a pull.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A record as the platform last said (base) and as it is shown (body = base plus what waits).
-- stale: of an earlier timeline or a failed digest, any row replaces it. removed: in no scope any
-- more, kept for its operations.
CREATE TABLE record (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  ver INTEGER NOT NULL DEFAULT 0 CHECK (ver >= 0),
  base TEXT CHECK (base IS NULL OR json_valid (base)),
  body TEXT NOT NULL CHECK (json_valid (body)),
  stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1)),
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;
CREATE INDEX record_kind ON record (kind, id);

CREATE TABLE scope (
  name TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL DEFAULT 0 CHECK (cursor >= 0)
) STRICT, WITHOUT ROWID;

-- Which records a scope holds, with the version it told last: what the digest is made of.
CREATE TABLE member (
  scope TEXT NOT NULL,
  rec TEXT NOT NULL,
  number INTEGER NOT NULL,
  ver INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 1 CHECK (seen IN (0, 1)),
  PRIMARY KEY (scope, rec)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_rec ON member (rec);
CREATE INDEX member_unseen ON member (scope, rec) WHERE seen = 0;

-- What lists, map and counts need of an event, always derived from its record and operations.
CREATE TABLE event (
  id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  class TEXT,
  level INTEGER NOT NULL,
  state INTEGER NOT NULL,
  title TEXT,
  lon REAL,
  lat REAL,
  occurred_ms INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  mine INTEGER NOT NULL CHECK (mine IN (0, 1)),
  truth TEXT NOT NULL,
  hold_until_ms INTEGER NOT NULL DEFAULT 0,
  n_waiting INTEGER NOT NULL DEFAULT 0,
  n_photos INTEGER NOT NULL DEFAULT 0,
  listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  needs_me INTEGER NOT NULL CHECK (needs_me IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX event_made ON event (made_ms DESC, id) WHERE listed = 1;
CREATE INDEX event_open ON event (made_ms DESC, id) WHERE listed = 1 AND is_open = 1;
CREATE INDEX event_needs_me ON event (made_ms DESC, id) WHERE needs_me = 1;
CREATE INDEX event_place ON event (lat, lon, occurred_ms) WHERE listed = 1;

-- Operations. Held and undone ones have no number and no line yet, only what they would say; a line
-- never changes once it is made.
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY,
  seq INTEGER UNIQUE,
  op_id TEXT NOT NULL UNIQUE,
  rec TEXT,
  kind TEXT NOT NULL,
  action TEXT,
  level INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('held', 'undone', 'saved', 'sending', 'received', 'applied',
                                       'conflict', 'refused', 'dismissed', 'redone')),
  line TEXT,
  hash TEXT,
  content TEXT CHECK (content IS NULL OR json_valid (content)),
  made_ms INTEGER NOT NULL,
  boot TEXT NOT NULL,
  mono_ms INTEGER NOT NULL,
  hold_until_ms INTEGER NOT NULL DEFAULT 0,
  ver INTEGER NOT NULL DEFAULT 0,
  code TEXT,
  field TEXT,
  detail TEXT,
  CHECK ((seq IS NULL) = (state IN ('held', 'undone'))),
  CHECK ((line IS NULL) = (seq IS NULL)),
  CHECK ((hash IS NULL) = (seq IS NULL)),
  CHECK ((content IS NOT NULL) = (seq IS NULL))
) STRICT;
CREATE INDEX outbox_rec ON outbox (rec, n);
CREATE INDEX outbox_held ON outbox (hold_until_ms) WHERE state = 'held';
CREATE INDEX outbox_waiting ON outbox (seq) WHERE state IN ('saved', 'sending', 'received');
CREATE INDEX outbox_refused ON outbox (n) WHERE state IN ('refused', 'conflict');
CREATE INDEX outbox_redo ON outbox (rec) WHERE state IN ('refused', 'conflict');
CREATE INDEX outbox_made ON outbox (made_ms DESC);

-- Photos. here: not yet wanted by the platform; ready: an applied operation names it; sent: both
-- sides have it; absent: named by an event, not fetched yet; damaged: the file cannot be opened.
CREATE TABLE attachment (
  sha256 TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  taken_ms INTEGER NOT NULL DEFAULT 0,
  added_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('here', 'ready', 'sent', 'absent', 'damaged')),
  level INTEGER NOT NULL DEFAULT 0,
  sent_bytes INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_ready ON attachment (level DESC, added_ms, sha256) WHERE state = 'ready';
CREATE INDEX attachment_absent ON attachment (added_ms DESC, sha256) WHERE state = 'absent';
CREATE INDEX attachment_waiting ON attachment (state) WHERE state IN ('here', 'ready');
CREATE INDEX attachment_old ON attachment (added_ms);

CREATE TABLE photo (
  rec TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (rec, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_file ON photo (sha256);

CREATE TABLE draft (
  id TEXT PRIMARY KEY,
  form TEXT NOT NULL,
  subject TEXT,
  body TEXT NOT NULL CHECK (json_valid (body)),
  focus TEXT,
  scroll REAL NOT NULL DEFAULT 0,
  changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_changed ON draft (changed_ms DESC);

-- How often the worker chose a class, kept in the transaction that makes the event.
CREATE TABLE class_use (
  class TEXT NOT NULL,
  level INTEGER NOT NULL,
  n INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (level, class)
) STRICT, WITHOUT ROWID;
