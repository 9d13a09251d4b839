-- Tables and triggers of a database that several clones share. Names and columns are those of the embedded database,
-- and so is the number of this step: what led there in the steps before it never existed here.
--
-- One schema holds one project. Whoever makes it has `search_path` point at it alone; the functions below keep that.

-- Which step the schema has reached.
CREATE TABLE orchestration_schema (
  version bigint NOT NULL
);

-- Another epoch means: the history before it was lost, list everything again.
CREATE TABLE orchestration_projects (
  id uuid NOT NULL PRIMARY KEY,
  name text NOT NULL,
  epoch uuid NOT NULL,
  next_event_seq bigint NOT NULL DEFAULT 1
);

-- A day as documents write it, and nothing else that the server would take for one (`tomorrow`, `1/2/2026`).
CREATE FUNCTION orchestration_is_date(day text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    THEN make_date(left(day, 4)::integer, substr(day, 6, 2)::integer, right(day, 2)::integer) IS NOT NULL
    ELSE day IS NULL END
$$;

-- Rows. `claimed_…` is what the document says of itself: an alias at most, never trusted.
-- `row_version` is also the number of the newest revision; `documents_version` that of the newest one with documents.
-- `hash` (tracking) and `content_hash` are empty while a change by plain SQL lies in no document yet.
-- Codes and paths are compared byte by byte, whatever the language of the server.

CREATE TABLE orchestration_sprints (
  id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES orchestration_projects (id),
  sprint_code text COLLATE "C",
  title text,
  status text CHECK (status IN ('planning', 'active', 'on_hold', 'completed', 'cancelled')),
  priority text CHECK (priority IN ('P0', 'P1', 'P2', 'P3')),
  phase text,
  position double precision CHECK (abs(position) < 'Infinity'),
  assignee text,
  owner text,
  starts_on text CHECK (orchestration_is_date(starts_on)),
  ends_on text CHECK (orchestration_is_date(ends_on)),
  completed_on text CHECK (orchestration_is_date(completed_on)),
  estimate_hours double precision CHECK (abs(estimate_hours) < 'Infinity'),
  actual_hours double precision CHECK (abs(actual_hours) < 'Infinity'),
  progress double precision CHECK (abs(progress) < 'Infinity'),
  tags jsonb CHECK (jsonb_typeof(tags) = 'array'),
  depends_on jsonb CHECK (jsonb_typeof(depends_on) = 'array'),
  blocks jsonb CHECK (jsonb_typeof(blocks) = 'array'),
  goal text,
  category text,
  component text,
  claimed_code text COLLATE "C",
  claimed_hash text,
  file_path text COLLATE "C",
  row_version bigint NOT NULL DEFAULT 1,
  documents_version bigint NOT NULL DEFAULT 0,
  head_revision uuid,
  hash text,
  content_hash text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at timestamptz,
  metadata jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(metadata::text) <= 8388608),
  CONSTRAINT row_is_too_long CHECK (
    octet_length(coalesce(sprint_code, '')) + octet_length(coalesce(title, ''))
      + octet_length(coalesce(phase, '')) + octet_length(coalesce(assignee, ''))
      + octet_length(coalesce(owner, '')) + octet_length(coalesce(tags::text, ''))
      + octet_length(coalesce(depends_on::text, '')) + octet_length(coalesce(blocks::text, ''))
      + octet_length(coalesce(goal, '')) + octet_length(coalesce(category, ''))
      + octet_length(coalesce(component, '')) + octet_length(coalesce(claimed_code, ''))
      + octet_length(coalesce(claimed_hash, '')) <= 2097152
  )
);

CREATE TABLE orchestration_tasks (
  id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES orchestration_projects (id),
  sprint_id uuid REFERENCES orchestration_sprints (id) DEFERRABLE INITIALLY DEFERRED,
  task_code text COLLATE "C",
  title text,
  status text CHECK (status IN ('pending', 'in_progress', 'review', 'blocked', 'completed', 'cancelled')),
  priority text CHECK (priority IN ('P0', 'P1', 'P2', 'P3')),
  phase text,
  position double precision CHECK (abs(position) < 'Infinity'),
  assignee text,
  owner text,
  starts_on text CHECK (orchestration_is_date(starts_on)),
  ends_on text CHECK (orchestration_is_date(ends_on)),
  completed_on text CHECK (orchestration_is_date(completed_on)),
  estimate_hours double precision CHECK (abs(estimate_hours) < 'Infinity'),
  actual_hours double precision CHECK (abs(actual_hours) < 'Infinity'),
  progress double precision CHECK (abs(progress) < 'Infinity'),
  tags jsonb CHECK (jsonb_typeof(tags) = 'array'),
  depends_on jsonb CHECK (jsonb_typeof(depends_on) = 'array'),
  blocks jsonb CHECK (jsonb_typeof(blocks) = 'array'),
  goal text,
  category text,
  component text,
  claimed_code text COLLATE "C",
  claimed_sprint text,
  claimed_hash text,
  file_path text COLLATE "C",
  row_version bigint NOT NULL DEFAULT 1,
  documents_version bigint NOT NULL DEFAULT 0,
  head_revision uuid,
  hash text,
  content_hash text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at timestamptz,
  metadata jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(metadata::text) <= 8388608),
  agent_config jsonb CHECK (octet_length(agent_config::text) <= 8388608),
  CONSTRAINT row_is_too_long CHECK (
    octet_length(coalesce(task_code, '')) + octet_length(coalesce(title, ''))
      + octet_length(coalesce(phase, '')) + octet_length(coalesce(assignee, ''))
      + octet_length(coalesce(owner, '')) + octet_length(coalesce(tags::text, ''))
      + octet_length(coalesce(depends_on::text, '')) + octet_length(coalesce(blocks::text, ''))
      + octet_length(coalesce(goal, '')) + octet_length(coalesce(category, ''))
      + octet_length(coalesce(component, '')) + octet_length(coalesce(claimed_code, ''))
      + octet_length(coalesce(claimed_sprint, '')) + octet_length(coalesce(claimed_hash, '')) <= 2097152
  )
);

CREATE TABLE agent_profiles (
  id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
  project_id uuid NOT NULL REFERENCES orchestration_projects (id),
  agent_code text COLLATE "C",
  name text,
  role text,
  title text,
  status text CHECK (status IN ('active', 'inactive', 'archived')),
  tags jsonb CHECK (jsonb_typeof(tags) = 'array'),
  goal text,
  category text,
  skills jsonb CHECK (jsonb_typeof(skills) = 'array'),
  capabilities jsonb CHECK (jsonb_typeof(capabilities) = 'array'),
  constraints jsonb CHECK (jsonb_typeof(constraints) = 'array'),
  tools jsonb CHECK (jsonb_typeof(tools) = 'array'),
  claimed_code text COLLATE "C",
  file_path text COLLATE "C",
  row_version bigint NOT NULL DEFAULT 1,
  documents_version bigint NOT NULL DEFAULT 0,
  head_revision uuid,
  hash text,
  content_hash text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at timestamptz,
  metadata jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(metadata::text) <= 8388608),
  CONSTRAINT row_is_too_long CHECK (
    octet_length(coalesce(agent_code, '')) + octet_length(coalesce(name, '')) + octet_length(coalesce(role, ''))
      + octet_length(coalesce(title, '')) + octet_length(coalesce(tags::text, ''))
      + octet_length(coalesce(goal, '')) + octet_length(coalesce(category, ''))
      + octet_length(coalesce(skills::text, '')) + octet_length(coalesce(capabilities::text, ''))
      + octet_length(coalesce(constraints::text, '')) + octet_length(coalesce(tools::text, ''))
      + octet_length(coalesce(claimed_code, '')) <= 2097152
  )
);

-- A code is unique without case among live rows; the backlog is a place like a sprint. The names tell what is wrong.
CREATE UNIQUE INDEX orchestration_sprints_code_is_taken ON orchestration_sprints (lower(sprint_code))
  WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX orchestration_tasks_code_is_taken ON orchestration_tasks
  (lower(task_code), coalesce(sprint_id, '00000000-0000-0000-0000-000000000000')) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX agent_profiles_code_is_taken ON agent_profiles (lower(agent_code)) WHERE deleted_at IS NULL;
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
  sha256 bytea NOT NULL PRIMARY KEY CHECK (octet_length(sha256) = 32),
  bytes bytea NOT NULL
);

-- The history. A revision by plain SQL is a column patch until somebody lays it over the documents before it;
-- then its documents are added, and nothing of it changes. Its tracking hash is then not stored but computed.
CREATE TABLE orchestration_revisions (
  entity_id uuid NOT NULL,
  n bigint NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  parent uuid,
  tracking_hash text,
  patch jsonb,
  author text NOT NULL,
  source text NOT NULL CHECK (source IN ('file', 'cli', 'mcp', 'sql', 'merge')),
  clone_id uuid,
  correlation_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (entity_id, n)
);

-- The key answers by itself which revisions have a text whose canonical digest begins with these bytes.
CREATE TABLE orchestration_revision_documents (
  entity_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('sprint', 'task', 'agent_config', 'agent_profile', 'attachment')),
  name text COLLATE "C" NOT NULL,
  canonical bytea NOT NULL CHECK (octet_length(canonical) = 32),
  n bigint NOT NULL,
  blob bytea NOT NULL REFERENCES orchestration_blobs (sha256) DEFERRABLE INITIALLY DEFERRED,
  file_path text COLLATE "C" NOT NULL,
  PRIMARY KEY (entity_id, role, name, canonical, n),
  FOREIGN KEY (entity_id, n) REFERENCES orchestration_revisions (entity_id, n) DEFERRABLE INITIALLY DEFERRED
);

-- The documents of the newest revision that has any.
CREATE TABLE orchestration_documents (
  entity_id uuid NOT NULL,
  role text NOT NULL,
  name text COLLATE "C" NOT NULL,
  head_revision uuid NOT NULL,
  blob bytea NOT NULL,
  canonical bytea NOT NULL,
  file_path text COLLATE "C" NOT NULL,
  PRIMARY KEY (entity_id, role, name)
);

-- The feed: dense, numbered when the transaction of the change commits. Until then the number of an event is negative
-- and tells only which came first; nobody else ever sees it.
CREATE TABLE orchestration_events (
  seq bigint NOT NULL PRIMARY KEY,
  project_id uuid NOT NULL,
  epoch uuid NOT NULL,
  event_id uuid NOT NULL DEFAULT gen_random_uuid(),
  event_type text NOT NULL,
  entity_type text,
  entity_id uuid,
  correlation_id uuid,
  causation_id uuid,
  session_key text,
  agent_id text,
  actor text NOT NULL,
  emitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  payload jsonb NOT NULL
);
CREATE INDEX orchestration_events_entity ON orchestration_events (entity_id, seq);
CREATE SEQUENCE orchestration_events_order;

-- `content_key` digests everything that collided: while nobody has decided, the same collision is recorded once.
CREATE TABLE orchestration_conflicts (
  seq bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
  id uuid NOT NULL UNIQUE,
  content_key bytea NOT NULL,
  kind text NOT NULL,
  entity_id uuid,
  role text,
  name text,
  file_path text NOT NULL,
  field text,
  base_value text,
  file_value text,
  row_value text,
  kept bytea,
  state text NOT NULL CHECK (state IN ('open', 'resolved')),
  row_author text,
  created_at timestamptz NOT NULL,
  resolved_at timestamptz,
  resolved_by text,
  resolution text,
  clone_id uuid
);
CREATE UNIQUE INDEX orchestration_conflicts_content ON orchestration_conflicts (content_key) WHERE resolution IS NULL;

CREATE TABLE orchestration_clones (
  id uuid NOT NULL PRIMARY KEY,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL
);

-- What each clone last left on disk; empty digests say that it left no file.
CREATE TABLE orchestration_sync_state (
  clone_id uuid NOT NULL REFERENCES orchestration_clones (id),
  entity_id uuid NOT NULL,
  role text NOT NULL,
  name text COLLATE "C" NOT NULL,
  revision uuid NOT NULL,
  raw bytea,
  blob bytea,
  canonical bytea,
  head text,
  file_path text COLLATE "C" NOT NULL,
  sprint_id uuid,
  PRIMARY KEY (clone_id, entity_id, role, name)
);

-- Attempts to commit, so that one whose answer was lost can be looked up; only the newest are kept.
CREATE TABLE sync_runs (
  seq bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
  id uuid NOT NULL UNIQUE,
  clone_id uuid NOT NULL,
  correlation_id uuid NOT NULL,
  actor text NOT NULL,
  committed_at timestamptz NOT NULL,
  outcome jsonb NOT NULL
);

-- What keeps the history when another program writes rows with plain SQL.
--
-- Settings of the transaction take the place of a context, so that it holds behind a pooler too:
--   instep.handled = on     the writer keeps the history by itself (our own bulk commits);
--   instep.actor            whom the history names, instead of the user and the program that are connected;
--   instep.correlation_id   what the events belong to.
-- A program sets them with `SET LOCAL` or `set_config(…, true)`; when the transaction ends, they are gone.
--
-- Before a row is written, it gets whatever only this database may say of it; after it, the change is told. Nothing is
-- told before, because a row that is not written after all (`ON CONFLICT DO NOTHING`) must leave no trace.

CREATE FUNCTION orchestration_row_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
  at timestamptz := clock_timestamp();
BEGIN
  IF TG_TABLE_NAME = 'orchestration_tasks' THEN
    IF NEW.agent_config IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.agent_config IS DISTINCT FROM OLD.agent_config)
      AND (jsonb_typeof(NEW.agent_config) <> 'object' OR jsonb_path_exists(NEW.agent_config,
        'strict $.**{32} ? (@.type() == "object" || @.type() == "array")')) THEN
      RAISE EXCEPTION 'agent_config is a JSON object, at most 32 deep, or NULL';
    END IF;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.metadata <> '{}' THEN
      RAISE EXCEPTION 'metadata repeats what documents say: change the document';
    END IF;
    NEW.project_id := (SELECT id FROM orchestration_projects ORDER BY id LIMIT 1);
    NEW.row_version := 1;
    NEW.documents_version := 0;
    NEW.head_revision := gen_random_uuid();
    NEW.hash := NULL;
    NEW.content_hash := NULL;
    NEW.file_path := NULL;
    NEW.created_at := at;
    NEW.updated_at := at;
    NEW.deleted_at := CASE WHEN NEW.deleted_at IS NULL THEN NULL ELSE at END;
    RETURN NEW;
  END IF;
  IF NEW.id <> OLD.id THEN
    RAISE EXCEPTION 'an id never changes';
  END IF;
  IF NEW.metadata IS DISTINCT FROM OLD.metadata THEN
    RAISE EXCEPTION 'metadata repeats what documents say: change the document';
  END IF;
  NEW.project_id := OLD.project_id;
  NEW.row_version := OLD.row_version;
  NEW.documents_version := OLD.documents_version;
  NEW.head_revision := OLD.head_revision;
  NEW.hash := OLD.hash;
  NEW.content_hash := OLD.content_hash;
  NEW.file_path := OLD.file_path;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := OLD.updated_at;
  NEW.deleted_at := CASE WHEN NEW.deleted_at IS NULL THEN NULL ELSE coalesce(OLD.deleted_at, at) END;
  IF NEW IS DISTINCT FROM OLD THEN
    NEW.row_version := OLD.row_version + 1;
    NEW.head_revision := gen_random_uuid();
    NEW.hash := NULL;
    NEW.content_hash := NULL;
    NEW.updated_at := at;
  END IF;
  RETURN NEW;
END $$;

-- What differs between a row before and after, by the words of the fields.
CREATE FUNCTION orchestration_changes(was jsonb, now jsonb)
RETURNS TABLE (field text, before jsonb, after jsonb) LANGUAGE sql IMMUTABLE AS $$
  SELECT * FROM (
    SELECT
      CASE key WHEN 'claimed_code' THEN 'code' WHEN 'claimed_sprint' THEN 'sprint'
        WHEN 'claimed_hash' THEN 'tracking_hash' WHEN 'deleted_at' THEN 'deleted' ELSE key END AS field,
      CASE WHEN key = 'deleted_at' AND was IS NOT NULL THEN to_jsonb(was -> key <> 'null')
        ELSE coalesce(was -> key, 'null') END AS before,
      CASE WHEN key = 'deleted_at' THEN to_jsonb(value <> 'null') ELSE value END AS after
    FROM jsonb_each(now)
    WHERE key NOT IN ('id', 'project_id', 'file_path', 'row_version', 'documents_version', 'head_revision', 'hash',
      'content_hash', 'created_at', 'updated_at', 'metadata')
  ) said WHERE before <> after
$$;

-- What the event is called that tells of a change.
CREATE FUNCTION orchestration_word(kind text, is_new boolean, field text, after jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN is_new THEN 'created'
    WHEN field = 'deleted' THEN CASE WHEN after = 'true' THEN 'deleted' ELSE 'restored' END
    WHEN field IN ('sprint_code', 'task_code', 'agent_code', 'sprint_id') THEN 'moved'
    WHEN field = 'agent_config' AND after = 'null' THEN 'agent_config_cleared'
    WHEN kind <> 'task' THEN CASE WHEN field = 'status' THEN 'status_changed' ELSE 'updated' END
    WHEN field = 'status' THEN CASE after
      WHEN '"in_progress"' THEN 'started' WHEN '"blocked"' THEN 'blocked' ELSE 'status_updated' END
    WHEN field = 'assignee' THEN 'assigned'
    WHEN field = 'priority' THEN 'priority_changed'
    WHEN field = 'progress' THEN 'progress_updated'
    ELSE 'updated' END
$$;

-- Writes the revision and the events of a row that another program wrote: one event tells all changes that are called
-- the same.
CREATE FUNCTION orchestration_row_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
  kind text := CASE TG_TABLE_NAME
    WHEN 'orchestration_sprints' THEN 'sprint' WHEN 'orchestration_tasks' THEN 'task' ELSE 'agent' END;
  who text := coalesce(nullif(current_setting('instep.actor', true), ''), session_user
    || coalesce(' (' || nullif(current_setting('application_name'), '') || ')', ''));
  about uuid := nullif(current_setting('instep.correlation_id', true), '')::uuid;
  is_new boolean := TG_OP = 'INSERT';
  was jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  now jsonb := to_jsonb(NEW);
BEGIN
  INSERT INTO orchestration_revisions
    (entity_id, n, id, parent, patch, author, source, correlation_id, created_at)
  SELECT NEW.id, NEW.row_version, NEW.head_revision, CASE WHEN NOT is_new THEN OLD.head_revision END,
    jsonb_object_agg(field, CASE field
      WHEN 'agent_config' THEN jsonb_build_object('from', before, 'to', after) ELSE after END),
    who, 'sql', about, NEW.updated_at
  FROM orchestration_changes(was, now);
  INSERT INTO orchestration_events
    (seq, project_id, epoch, event_type, entity_type, entity_id, correlation_id, actor, emitted_at, payload)
  SELECT -nextval('orchestration_events_order'), p.id, p.epoch, 'orchestration.' || kind || '.' || e.word, kind,
    NEW.id, about, who, NEW.updated_at, jsonb_build_object('changes', e.changes)
  FROM orchestration_projects p, (
    SELECT min(field) AS first, word, coalesce(
      jsonb_object_agg(field, jsonb_build_object('from', before, 'to', after))
        FILTER (WHERE field <> 'deleted' OR word <> 'created'), '{}') AS changes
    FROM (
      SELECT field, before, after, orchestration_word(kind, is_new, field, after) AS word
      FROM orchestration_changes(was, now)
    ) named GROUP BY word ORDER BY 1
  ) e WHERE p.id = NEW.project_id;
  RETURN NULL;
END $$;

-- A row is never taken away: it becomes a tombstone.
CREATE FUNCTION orchestration_row_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE format('UPDATE %s SET deleted_at = coalesce(deleted_at, now()) WHERE id = $1', TG_RELID::regclass)
    USING OLD.id;
  RETURN NULL;
END $$;

-- Numbers all events of a transaction at once, when it commits: the first of them that asks does it for all. The
-- counter is the last row that a transaction takes, so that nobody waits for it who holds it, and a feed that is read
-- up to a number has no gap before it. Then the doorbell rings, once.
CREATE FUNCTION orchestration_events_number() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
  numbered bigint := coalesce(nullif(current_setting('instep.numbered', true), '')::bigint, 0);
  many bigint;
  lowest bigint;
  next bigint;
BEGIN
  IF NEW.seq >= numbered AND numbered <> 0 THEN
    RETURN NULL;
  END IF;
  SELECT count(*), min(seq) INTO many, lowest FROM orchestration_events WHERE seq < 0;
  UPDATE orchestration_projects SET next_event_seq = next_event_seq + many WHERE id = NEW.project_id
    RETURNING next_event_seq INTO next;
  UPDATE orchestration_events e SET seq = next - many - 1 + o.place
  FROM (SELECT seq, row_number() OVER (ORDER BY seq DESC) AS place FROM orchestration_events WHERE seq < 0) o
  WHERE e.seq = o.seq;
  PERFORM set_config('instep.numbered', lowest::text, true);
  PERFORM orchestration_ring(NEW.project_id, NEW.epoch, next - 1);
  RETURN NULL;
END $$;

-- Wakes whoever listens; what happened is read from the feed.
-- `ALTER DATABASE … SET instep.doorbell = off` silences it.
CREATE FUNCTION orchestration_ring(project uuid, epoch uuid, seq bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('instep.doorbell', true) IS DISTINCT FROM 'off' THEN
    PERFORM pg_notify('instep', project || ':' || epoch || ':' || seq);
  END IF;
  RETURN seq;
END $$;

CREATE FUNCTION orchestration_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% %', TG_TABLE_NAME, TG_ARGV[0];
END $$;

CREATE TRIGGER orchestration_sprints_written BEFORE INSERT OR UPDATE ON orchestration_sprints FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_written();
CREATE TRIGGER orchestration_sprints_inserted AFTER INSERT ON orchestration_sprints FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_told();
CREATE TRIGGER orchestration_sprints_updated AFTER UPDATE ON orchestration_sprints FOR EACH ROW
  WHEN (NEW.row_version <> OLD.row_version AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_row_told();
CREATE TRIGGER orchestration_sprints_deleted BEFORE DELETE ON orchestration_sprints FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_deleted();

CREATE TRIGGER orchestration_tasks_written BEFORE INSERT OR UPDATE ON orchestration_tasks FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_written();
CREATE TRIGGER orchestration_tasks_inserted AFTER INSERT ON orchestration_tasks FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_told();
CREATE TRIGGER orchestration_tasks_updated AFTER UPDATE ON orchestration_tasks FOR EACH ROW
  WHEN (NEW.row_version <> OLD.row_version AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_row_told();
CREATE TRIGGER orchestration_tasks_deleted BEFORE DELETE ON orchestration_tasks FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_deleted();

CREATE TRIGGER agent_profiles_written BEFORE INSERT OR UPDATE ON agent_profiles FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_written();
CREATE TRIGGER agent_profiles_inserted AFTER INSERT ON agent_profiles FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_told();
CREATE TRIGGER agent_profiles_updated AFTER UPDATE ON agent_profiles FOR EACH ROW
  WHEN (NEW.row_version <> OLD.row_version AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_row_told();
CREATE TRIGGER agent_profiles_deleted BEFORE DELETE ON agent_profiles FOR EACH ROW
  WHEN (current_setting('instep.handled', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION orchestration_row_deleted();

CREATE CONSTRAINT TRIGGER orchestration_events_numbered AFTER INSERT ON orchestration_events
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq < 0) EXECUTE FUNCTION orchestration_events_number();

-- History is never rewritten, by nobody.

CREATE TRIGGER orchestration_blobs_insert_guard BEFORE INSERT ON orchestration_blobs
  WHEN (pg_trigger_depth() = 0 AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_refuse('is written by the program and its triggers only');
CREATE TRIGGER orchestration_blobs_guard BEFORE UPDATE OR DELETE ON orchestration_blobs
  EXECUTE FUNCTION orchestration_refuse('is append-only');

CREATE TRIGGER orchestration_revisions_insert_guard BEFORE INSERT ON orchestration_revisions
  WHEN (pg_trigger_depth() = 0 AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_refuse('is written by the program and its triggers only');
CREATE TRIGGER orchestration_revisions_guard BEFORE UPDATE OR DELETE ON orchestration_revisions
  EXECUTE FUNCTION orchestration_refuse('is append-only');

CREATE TRIGGER orchestration_revision_documents_insert_guard BEFORE INSERT ON orchestration_revision_documents
  WHEN (pg_trigger_depth() = 0 AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_refuse('is written by the program and its triggers only');
CREATE TRIGGER orchestration_revision_documents_guard BEFORE UPDATE OR DELETE ON orchestration_revision_documents
  EXECUTE FUNCTION orchestration_refuse('is append-only');

CREATE TRIGGER orchestration_events_insert_guard BEFORE INSERT ON orchestration_events
  WHEN (pg_trigger_depth() = 0 AND current_setting('instep.handled', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION orchestration_refuse('is written by the program and its triggers only');
CREATE TRIGGER orchestration_events_update_guard BEFORE UPDATE ON orchestration_events FOR EACH ROW WHEN (OLD.seq > 0)
  EXECUTE FUNCTION orchestration_refuse('is append-only');
CREATE TRIGGER orchestration_events_delete_guard BEFORE DELETE ON orchestration_events
  EXECUTE FUNCTION orchestration_refuse('is append-only');

-- Nothing is emptied without a trace.

CREATE TRIGGER orchestration_projects_truncate_guard BEFORE TRUNCATE ON orchestration_projects
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_sprints_truncate_guard BEFORE TRUNCATE ON orchestration_sprints
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_tasks_truncate_guard BEFORE TRUNCATE ON orchestration_tasks
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER agent_profiles_truncate_guard BEFORE TRUNCATE ON agent_profiles
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_blobs_truncate_guard BEFORE TRUNCATE ON orchestration_blobs
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_revisions_truncate_guard BEFORE TRUNCATE ON orchestration_revisions
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_revision_documents_truncate_guard BEFORE TRUNCATE ON orchestration_revision_documents
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_documents_truncate_guard BEFORE TRUNCATE ON orchestration_documents
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_events_truncate_guard BEFORE TRUNCATE ON orchestration_events
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_conflicts_truncate_guard BEFORE TRUNCATE ON orchestration_conflicts
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_clones_truncate_guard BEFORE TRUNCATE ON orchestration_clones
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
CREATE TRIGGER orchestration_sync_state_truncate_guard BEFORE TRUNCATE ON orchestration_sync_state
  EXECUTE FUNCTION orchestration_refuse('cannot be truncated: delete rows instead');
