-- SPDX-License-Identifier: GPL-3.0-or-later
-- The platform's tables. Times are Unix ms UTC, ids text, JSON text that SQL never looks into.
-- Tables with a long column are without WITHOUT ROWID: in SQLite a row there that is longer than a
-- quarter of a page takes a page of its own.

-- Settings of this platform: district, signing key, counters, version of the reference data.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who and with what: workers, their assignments over time, devices, replicas, codes and sessions.
CREATE TABLE worker (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  org_code TEXT NOT NULL,
  grid_code TEXT,
  active INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

CREATE TABLE assign (
  worker TEXT NOT NULL,
  scope TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER,
  role TEXT NOT NULL,
  PRIMARY KEY (worker, scope, from_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  public_key TEXT NOT NULL UNIQUE,
  model TEXT,
  os TEXT,
  app TEXT,
  state TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
  enrolled_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE replica (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL REFERENCES device (id),
  worker TEXT NOT NULL REFERENCES worker (id),
  last_seq INTEGER NOT NULL DEFAULT 0,
  last_hash TEXT NOT NULL,
  last_at_ms INTEGER NOT NULL DEFAULT 0,
  durable_seq INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX replica_by_device ON replica (device, worker);

CREATE TABLE enrolment (
  code_hash TEXT PRIMARY KEY,
  worker TEXT NOT NULL REFERENCES worker (id),
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER,
  public_key TEXT,
  replica TEXT REFERENCES replica (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE challenge (
  nonce TEXT PRIMARY KEY,
  device TEXT NOT NULL REFERENCES device (id),
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  replica TEXT NOT NULL REFERENCES replica (id),
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_replica ON session (replica);

-- Wrong codes typed, per address.
CREATE TABLE throttle (
  address TEXT PRIMARY KEY,
  since_ms INTEGER NOT NULL,
  n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The log: every operation as it came, with its answer.
CREATE TABLE op (
  replica TEXT NOT NULL,
  seq INTEGER NOT NULL,
  op_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  rec TEXT,
  line TEXT NOT NULL,
  hash TEXT NOT NULL,
  result TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  clock TEXT NOT NULL CHECK (clock IN ('exact', 'estimated', 'suspect')),
  PRIMARY KEY (replica, seq)
) STRICT;

-- What each version of a record came from. The key is a safety net against lost updates.
CREATE TABLE hist (
  rec TEXT NOT NULL,
  ver INTEGER NOT NULL,
  op_id TEXT NOT NULL,
  replica TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (rec, ver)
) STRICT, WITHOUT ROWID;

-- Events: body is the pull row {"f":…,"steps":[…]}; the steps are the truth, state is their fold.
CREATE TABLE event (
  id TEXT PRIMARY KEY,
  ver INTEGER NOT NULL,
  grid_code TEXT NOT NULL,
  org_code TEXT NOT NULL,
  level INTEGER NOT NULL,
  class_code TEXT NOT NULL,
  state INTEGER NOT NULL,
  step_no INTEGER NOT NULL,
  reporter TEXT NOT NULL,
  event_no TEXT UNIQUE,
  received_ms INTEGER NOT NULL,
  accepted_ms INTEGER,
  accept_left_ms INTEGER,
  flags TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL
) STRICT;
CREATE INDEX event_open ON event (org_code, state, received_ms) WHERE state < 70;

CREATE TABLE event_step (
  event TEXT NOT NULL,
  seq INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  from_state INTEGER NOT NULL,
  to_state INTEGER NOT NULL,
  op_id TEXT NOT NULL,
  PRIMARY KEY (event, seq)
) STRICT, WITHOUT ROWID;

-- A value that two authors changed without seeing each other's; kept until somebody decides.
CREATE TABLE conflict (
  op_id TEXT NOT NULL,
  field TEXT NOT NULL,
  rec TEXT NOT NULL,
  base TEXT,
  theirs TEXT,
  mine TEXT,
  created_ms INTEGER NOT NULL,
  resolved_ms INTEGER,
  PRIMARY KEY (op_id, field)
) STRICT, WITHOUT ROWID;

-- Reference rows as they go down: kind org, grid, worker, standard, calendar, pack.
CREATE TABLE ref_row (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  ver INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;

-- The change feed: numbers are given inside the writing transaction, per scope.
CREATE TABLE scope (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  n INTEGER NOT NULL,
  sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  scope TEXT NOT NULL,
  rec TEXT NOT NULL,
  kind TEXT NOT NULL,
  ver INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  PRIMARY KEY (scope, rec)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX member_by_seq ON member (scope, seq);
CREATE INDEX member_by_rec ON member (rec);

-- Photos: which records and replicas name a hash, and what has arrived.
CREATE TABLE blob_ref (
  sha TEXT NOT NULL,
  rec TEXT NOT NULL,
  replica TEXT NOT NULL,
  PRIMARY KEY (sha, rec, replica)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (
  sha TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  replica TEXT,
  state TEXT NOT NULL CHECK (state IN ('part', 'whole')),
  kind TEXT,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_parts ON blob (replica) WHERE state = 'part';

-- Administrative acts and reads, chained like the operations.
CREATE TABLE audit (
  n INTEGER PRIMARY KEY,
  line TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
