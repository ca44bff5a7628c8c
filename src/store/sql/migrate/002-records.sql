-- Version 2: records by table (residents, households …) and conflicts.

-- What lists, search and counts need of such a record, derived from the record and its operations.
-- title: personal fields hidden, for the queue. sort: how it is found in an alphabet. listed: not
-- void. open: somebody has to look at it in each half-year.
CREATE TABLE listing (
  id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  grid TEXT NOT NULL,
  title TEXT NOT NULL,
  sort TEXT NOT NULL,
  natural_key TEXT,
  confirmed_ms INTEGER NOT NULL,
  truth TEXT NOT NULL,
  n_waiting INTEGER NOT NULL,
  n_conflicts INTEGER NOT NULL,
  listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  needs_me INTEGER NOT NULL CHECK (needs_me IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_sort ON listing (kind, sort, id) WHERE listed = 1;
CREATE INDEX listing_grid ON listing (kind, grid, sort, id) WHERE listed = 1;
CREATE INDEX listing_round ON listing (kind, confirmed_ms, id) WHERE is_open = 1;
CREATE INDEX listing_needs_me ON listing (kind, sort, id) WHERE needs_me = 1;
CREATE INDEX listing_key ON listing (kind, natural_key) WHERE natural_key IS NOT NULL;

-- Words by whose beginning a record is found: parts of names, pinyin initials, ends of numbers.
CREATE TABLE word (
  kind TEXT NOT NULL,
  word TEXT NOT NULL,
  rec TEXT NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
  PRIMARY KEY (kind, word, rec)
) STRICT, WITHOUT ROWID;
CREATE INDEX word_rec ON word (rec);

-- Which records name which others in a field: the members of a household.
CREATE TABLE link (
  target TEXT NOT NULL,
  field TEXT NOT NULL,
  rec TEXT NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
  PRIMARY KEY (target, field, rec)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_rec ON link (rec);

-- Conflicts: one operation that met other values.
CREATE TABLE dispute (
  id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  rec TEXT NOT NULL,
  title TEXT,
  opened_ms INTEGER NOT NULL,
  truth TEXT NOT NULL,
  settled INTEGER NOT NULL CHECK (settled IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX dispute_open ON dispute (opened_ms DESC, id) WHERE settled = 0;
CREATE INDEX dispute_rec ON dispute (rec) WHERE settled = 0;
CREATE INDEX dispute_made ON dispute (opened_ms DESC, id);

-- Made here, and not told of by the platform yet: few.
CREATE INDEX record_unpulled ON record (id) WHERE base IS NULL;
