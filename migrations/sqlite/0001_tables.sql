-- Tables of the embedded database. Names and columns are those that every back end carries.
--
-- A row that another program inserts may leave out everything: the triggers of 0002 complete it. Checks and triggers
-- use nothing newer than SQLite 3.38, so that an older `sqlite3` on the same machine can write here too.

-- One database holds one project. Another epoch means: the history before it was lost, list everything again.
CREATE TABLE orchestration_projects (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  epoch TEXT NOT NULL,
  next_event_seq INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Rows. `claimed_…` is what the document says of itself: an alias at most, never trusted.
-- `row_version` is also the number of the newest revision; `documents_version` that of the newest one with documents.
-- `hash` (tracking) and `content_hash` are empty while a change by plain SQL lies in no document yet.

CREATE TABLE orchestration_sprints (
  id TEXT NOT NULL PRIMARY KEY DEFAULT (
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
  ) CONSTRAINT id_is_a_lower_case_uuid CHECK (
    id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*'
  ),
  project_id TEXT NOT NULL DEFAULT '' REFERENCES orchestration_projects (id),
  sprint_code TEXT,
  title TEXT,
  status TEXT CHECK (status IN ('planning', 'active', 'on_hold', 'completed', 'cancelled')),
  priority TEXT CHECK (priority IN ('P0', 'P1', 'P2', 'P3')),
  phase TEXT,
  position REAL,
  assignee TEXT,
  owner TEXT,
  starts_on TEXT CHECK (starts_on IS date(starts_on, '+0 days')),
  ends_on TEXT CHECK (ends_on IS date(ends_on, '+0 days')),
  completed_on TEXT CHECK (completed_on IS date(completed_on, '+0 days')),
  estimate_hours REAL,
  actual_hours REAL,
  progress REAL,
  tags TEXT CHECK (json_type(tags) = 'array'),
  depends_on TEXT CHECK (json_type(depends_on) = 'array'),
  blocks TEXT CHECK (json_type(blocks) = 'array'),
  goal TEXT,
  category TEXT,
  component TEXT,
  claimed_code TEXT,
  claimed_hash TEXT,
  file_path TEXT,
  row_version INTEGER NOT NULL DEFAULT 1,
  documents_version INTEGER NOT NULL DEFAULT 0,
  head_revision TEXT,
  hash TEXT,
  content_hash TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  deleted_at TEXT,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND length(metadata) <= 8388608),
  CONSTRAINT row_is_too_long CHECK (
    length(coalesce(sprint_code, '')) + length(coalesce(title, '')) + length(coalesce(phase, ''))
      + length(coalesce(assignee, '')) + length(coalesce(owner, '')) + length(coalesce(tags, ''))
      + length(coalesce(depends_on, '')) + length(coalesce(blocks, '')) + length(coalesce(goal, ''))
      + length(coalesce(category, '')) + length(coalesce(component, '')) + length(coalesce(claimed_code, ''))
      + length(coalesce(claimed_hash, '')) <= 2097152
  )
) STRICT;

CREATE TABLE orchestration_tasks (
  id TEXT NOT NULL PRIMARY KEY DEFAULT (
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
  ) CONSTRAINT id_is_a_lower_case_uuid CHECK (
    id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*'
  ),
  project_id TEXT NOT NULL DEFAULT '' REFERENCES orchestration_projects (id),
  sprint_id TEXT REFERENCES orchestration_sprints (id) DEFERRABLE INITIALLY DEFERRED,
  task_code TEXT,
  title TEXT,
  status TEXT CHECK (status IN ('pending', 'in_progress', 'review', 'blocked', 'completed', 'cancelled')),
  priority TEXT CHECK (priority IN ('P0', 'P1', 'P2', 'P3')),
  phase TEXT,
  position REAL,
  assignee TEXT,
  owner TEXT,
  starts_on TEXT CHECK (starts_on IS date(starts_on, '+0 days')),
  ends_on TEXT CHECK (ends_on IS date(ends_on, '+0 days')),
  completed_on TEXT CHECK (completed_on IS date(completed_on, '+0 days')),
  estimate_hours REAL,
  actual_hours REAL,
  progress REAL,
  tags TEXT CHECK (json_type(tags) = 'array'),
  depends_on TEXT CHECK (json_type(depends_on) = 'array'),
  blocks TEXT CHECK (json_type(blocks) = 'array'),
  goal TEXT,
  category TEXT,
  component TEXT,
  claimed_code TEXT,
  claimed_sprint TEXT,
  claimed_hash TEXT,
  file_path TEXT,
  row_version INTEGER NOT NULL DEFAULT 1,
  documents_version INTEGER NOT NULL DEFAULT 0,
  head_revision TEXT,
  hash TEXT,
  content_hash TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  deleted_at TEXT,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND length(metadata) <= 8388608),
  agent_config TEXT CHECK (agent_config IS NULL OR (json_valid(agent_config) AND length(agent_config) <= 8388608)),
  CONSTRAINT row_is_too_long CHECK (
    length(coalesce(task_code, '')) + length(coalesce(title, '')) + length(coalesce(phase, ''))
      + length(coalesce(assignee, '')) + length(coalesce(owner, '')) + length(coalesce(tags, ''))
      + length(coalesce(depends_on, '')) + length(coalesce(blocks, '')) + length(coalesce(goal, ''))
      + length(coalesce(category, '')) + length(coalesce(component, '')) + length(coalesce(claimed_code, ''))
      + length(coalesce(claimed_sprint, '')) + length(coalesce(claimed_hash, '')) <= 2097152
  )
) STRICT;

CREATE TABLE agent_profiles (
  id TEXT NOT NULL PRIMARY KEY DEFAULT (
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
  ) CONSTRAINT id_is_a_lower_case_uuid CHECK (
    id GLOB '????????-????-????-????-????????????' AND id NOT GLOB '*[^0-9a-f-]*'
  ),
  project_id TEXT NOT NULL DEFAULT '' REFERENCES orchestration_projects (id),
  agent_code TEXT,
  name TEXT,
  role TEXT,
  title TEXT,
  status TEXT CHECK (status IN ('active', 'inactive', 'archived')),
  tags TEXT CHECK (json_type(tags) = 'array'),
  goal TEXT,
  category TEXT,
  skills TEXT CHECK (json_type(skills) = 'array'),
  capabilities TEXT CHECK (json_type(capabilities) = 'array'),
  constraints TEXT CHECK (json_type(constraints) = 'array'),
  tools TEXT CHECK (json_type(tools) = 'array'),
  claimed_code TEXT,
  file_path TEXT,
  row_version INTEGER NOT NULL DEFAULT 1,
  documents_version INTEGER NOT NULL DEFAULT 0,
  head_revision TEXT,
  hash TEXT,
  content_hash TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  deleted_at TEXT,
  metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND length(metadata) <= 8388608),
  CONSTRAINT row_is_too_long CHECK (
    length(coalesce(agent_code, '')) + length(coalesce(name, '')) + length(coalesce(role, ''))
      + length(coalesce(title, '')) + length(coalesce(tags, '')) + length(coalesce(goal, ''))
      + length(coalesce(category, '')) + length(coalesce(skills, '')) + length(coalesce(capabilities, ''))
      + length(coalesce(constraints, '')) + length(coalesce(tools, '')) + length(coalesce(claimed_code, '')) <= 2097152
  )
) STRICT;

-- A code is unique without case among live rows; the backlog is a place like a sprint.
CREATE UNIQUE INDEX orchestration_sprints_code ON orchestration_sprints (lower(sprint_code)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX orchestration_tasks_code ON orchestration_tasks (lower(task_code), coalesce(sprint_id, ''))
  WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX agent_profiles_code ON agent_profiles (lower(agent_code)) WHERE deleted_at IS NULL;
CREATE INDEX orchestration_tasks_sprint ON orchestration_tasks (sprint_id) WHERE deleted_at IS NULL;

-- Look-up by code of what was deleted, and by alias; both are few.
CREATE INDEX orchestration_sprints_deleted ON orchestration_sprints (lower(sprint_code)) WHERE deleted_at IS NOT NULL;
CREATE INDEX orchestration_tasks_deleted ON orchestration_tasks (lower(task_code)) WHERE deleted_at IS NOT NULL;
CREATE INDEX agent_profiles_deleted ON agent_profiles (lower(agent_code)) WHERE deleted_at IS NOT NULL;
CREATE INDEX orchestration_sprints_alias ON orchestration_sprints (lower(claimed_code))
  WHERE lower(claimed_code) <> lower(sprint_code);
CREATE INDEX orchestration_tasks_alias ON orchestration_tasks (lower(claimed_code))
  WHERE lower(claimed_code) <> lower(task_code);
CREATE INDEX agent_profiles_alias ON agent_profiles (lower(claimed_code))
  WHERE lower(claimed_code) <> lower(agent_code);

-- Every text that was ever stored, by the digest of its bytes.
CREATE TABLE orchestration_blobs (
  sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
  bytes BLOB NOT NULL
) STRICT;

-- The history. A revision by plain SQL is a column patch until somebody lays it over the documents before it;
-- then its documents are added, and nothing of it changes. Its tracking hash is then not stored but computed.
CREATE TABLE orchestration_revisions (
  entity_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  id TEXT NOT NULL DEFAULT (
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
  ),
  parent TEXT,
  tracking_hash TEXT,
  patch TEXT CHECK (patch IS NULL OR json_valid(patch)),
  author TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('file', 'cli', 'mcp', 'sql', 'merge')),
  clone_id TEXT,
  correlation_id TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  PRIMARY KEY (entity_id, n)
) STRICT, WITHOUT ROWID;

-- The key answers by itself which revisions have a text whose canonical digest begins with these bytes.
CREATE TABLE orchestration_revision_documents (
  entity_id TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('sprint', 'task', 'agent_config', 'agent_profile', 'attachment')),
  name TEXT NOT NULL,
  canonical BLOB NOT NULL CHECK (length(canonical) = 32),
  n INTEGER NOT NULL,
  blob BLOB NOT NULL REFERENCES orchestration_blobs (sha256) DEFERRABLE INITIALLY DEFERRED,
  file_path TEXT NOT NULL,
  PRIMARY KEY (entity_id, role, name, canonical, n),
  FOREIGN KEY (entity_id, n) REFERENCES orchestration_revisions (entity_id, n) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- The documents of the newest revision that has any.
CREATE TABLE orchestration_documents (
  entity_id TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  head_revision TEXT NOT NULL,
  blob BLOB NOT NULL,
  canonical BLOB NOT NULL,
  file_path TEXT NOT NULL,
  PRIMARY KEY (entity_id, role, name)
) STRICT, WITHOUT ROWID;

-- The feed: dense, numbered in the transaction of the change.
CREATE TABLE orchestration_events (
  seq INTEGER NOT NULL PRIMARY KEY,
  project_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  event_id TEXT NOT NULL DEFAULT (
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
  ),
  event_type TEXT NOT NULL,
  entity_type TEXT,
  entity_id TEXT,
  correlation_id TEXT,
  causation_id TEXT,
  session_key TEXT,
  agent_id TEXT,
  actor TEXT NOT NULL,
  emitted_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  payload TEXT NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE INDEX orchestration_events_entity ON orchestration_events (entity_id, seq);

-- `content_key` digests everything that collided: while nobody has decided, the same collision is recorded once.
CREATE TABLE orchestration_conflicts (
  seq INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  content_key BLOB NOT NULL,
  kind TEXT NOT NULL,
  entity_id TEXT,
  role TEXT,
  name TEXT,
  file_path TEXT NOT NULL,
  field TEXT,
  base_value TEXT,
  file_value TEXT,
  row_value TEXT,
  kept BLOB,
  state TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
  row_author TEXT,
  created_at TEXT NOT NULL,
  resolved_at TEXT,
  resolved_by TEXT,
  resolution TEXT
) STRICT;
CREATE UNIQUE INDEX orchestration_conflicts_content ON orchestration_conflicts (content_key) WHERE resolution IS NULL;

CREATE TABLE orchestration_clones (
  id TEXT NOT NULL PRIMARY KEY,
  first_seen_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What each clone last left on disk; empty digests say that it left no file.
CREATE TABLE orchestration_sync_state (
  clone_id TEXT NOT NULL REFERENCES orchestration_clones (id),
  entity_id TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  revision TEXT NOT NULL,
  raw BLOB,
  blob BLOB,
  canonical BLOB,
  head TEXT,
  file_path TEXT NOT NULL,
  PRIMARY KEY (clone_id, entity_id, role, name)
) STRICT, WITHOUT ROWID;

-- Attempts to commit, so that one whose answer was lost can be looked up; only the newest are kept.
CREATE TABLE sync_runs (
  seq INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  clone_id TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  committed_at TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (json_valid(outcome))
) STRICT;

-- One row that is filled and emptied within a transaction. `handled` says that the writer keeps the history by itself;
-- a program that writes rows with plain SQL may leave its name in `actor` and is else recorded as `sql`.
-- The other columns are what a trigger hands to the one that records.
CREATE TABLE orchestration_context (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  handled INTEGER NOT NULL DEFAULT 0 CHECK (handled IN (0, 1)),
  actor TEXT,
  correlation_id TEXT CHECK (
    correlation_id GLOB '????????-????-????-????-????????????' AND correlation_id NOT GLOB '*[^0-9a-f-]*'
  ),
  entity_type TEXT,
  entity_id TEXT,
  n INTEGER,
  parent TEXT,
  before TEXT,
  after TEXT,
  changes TEXT,
  at TEXT
) STRICT;
INSERT INTO orchestration_context (one) VALUES (1);
