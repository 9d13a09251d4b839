-- What keeps the history when another program writes rows with plain SQL.
--
-- A row's trigger puts the row before and after into the context; that fires the one trigger that compares them and
-- writes the revision and the events; then the row gets back whatever only this database may say of it.
-- `handled` keeps the triggers from watching their own work, and from repeating that of our own bulk commits.
-- Guards stand BEFORE, because INSERT OR REPLACE takes rows away without firing a trigger.

-- A change is `[field, what the event is called, from, to]`; one event tells all changes that are called the same.
CREATE TRIGGER orchestration_context_record AFTER UPDATE OF after ON orchestration_context
  WHEN NEW.after IS NOT NULL BEGIN
  UPDATE orchestration_context SET at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z', changes = (
    SELECT json_group_array(json_array(field, CASE
      WHEN NEW.n = 1 THEN 'created'
      WHEN field = 'deleted' THEN iif(after = 'true', 'deleted', 'restored')
      WHEN field IN ('sprint_code', 'task_code', 'agent_code', 'sprint_id') THEN 'moved'
      WHEN NEW.entity_type <> 'task' THEN iif(field = 'status', 'status_changed', 'updated')
      WHEN field = 'status' THEN CASE after
        WHEN '"in_progress"' THEN 'started' WHEN '"blocked"' THEN 'blocked' ELSE 'status_updated' END
      WHEN field = 'assignee' THEN 'assigned'
      WHEN field = 'priority' THEN 'priority_changed'
      WHEN field = 'progress' THEN 'progress_updated'
      ELSE 'updated' END, json(before), json(after)))
    FROM (
      SELECT field, coalesce(max(iif(is_new, NULL, said)), 'null') AS before, max(iif(is_new, said, NULL)) AS after
      FROM (
        SELECT is_new, key AS field, CASE
          WHEN type IN ('true', 'false') THEN type
          WHEN type = 'real' AND value = CAST(value AS INTEGER) THEN CAST(CAST(value AS INTEGER) AS TEXT)
          WHEN type = 'text' AND json_valid(value) AND key IN
            ('tags', 'depends_on', 'blocks', 'skills', 'capabilities', 'constraints', 'tools') THEN json(value)
          ELSE json_quote(value) END AS said
        FROM (
          SELECT 0 AS is_new, key, value, type FROM json_each(NEW.before)
          UNION ALL SELECT 1, key, value, type FROM json_each(NEW.after)
        )
      )
      GROUP BY field
    )
    WHERE before <> after
  );
  INSERT INTO orchestration_revisions
    (entity_id, n, parent, patch, author, source, correlation_id, created_at)
  SELECT c.entity_id, c.n, c.parent,
    (SELECT json_group_object(value ->> 0, json(value -> 3)) FROM json_each(c.changes)),
    coalesce(c.actor, 'sql'), 'sql', c.correlation_id, c.at
  FROM orchestration_context c WHERE c.changes <> '[]';
  INSERT INTO orchestration_events
    (seq, project_id, epoch, event_type, entity_type, entity_id, correlation_id, actor, emitted_at, payload)
  SELECT p.next_event_seq - 1 + row_number() OVER (ORDER BY e.at), p.id, p.epoch,
    'orchestration.' || c.entity_type || '.' || e.word, c.entity_type, c.entity_id, c.correlation_id,
    coalesce(c.actor, 'sql'), c.at, json_object('changes', json(e.changes))
  FROM orchestration_projects p, orchestration_context c, (
    SELECT min(key) AS at, value ->> 1 AS word,
      json_group_object(value ->> 0, json_object('from', json(value -> 2), 'to', json(value -> 3)))
        FILTER (WHERE value ->> 0 <> 'deleted' OR value ->> 1 <> 'created') AS changes
    FROM json_each((SELECT changes FROM orchestration_context)) GROUP BY value ->> 1
  ) e;
  UPDATE orchestration_projects SET
    next_event_seq = max(next_event_seq, 1 + coalesce((SELECT max(seq) FROM orchestration_events), 0));
END;

CREATE TRIGGER orchestration_sprints_insert_guard BEFORE INSERT ON orchestration_sprints
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'this id exists: update its row')
    WHERE EXISTS (SELECT 1 FROM orchestration_sprints WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'this sprint_code is taken') WHERE EXISTS (
    SELECT 1 FROM orchestration_sprints
    WHERE deleted_at IS NULL AND lower(sprint_code) = lower(NEW.sprint_code)
  );
  SELECT RAISE(ABORT, 'metadata repeats what a document says: change the document')
    WHERE NEW.metadata <> '{}';
END;

CREATE TRIGGER orchestration_sprints_update_guard BEFORE UPDATE ON orchestration_sprints
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'an id never changes') WHERE NEW.id <> OLD.id;
  SELECT RAISE(ABORT, 'this sprint_code is taken') WHERE NEW.deleted_at IS NULL AND EXISTS (
    SELECT 1 FROM orchestration_sprints
    WHERE id <> OLD.id AND deleted_at IS NULL AND lower(sprint_code) = lower(NEW.sprint_code)
  );
  SELECT RAISE(ABORT, 'metadata repeats what a document says: change the document')
    WHERE NEW.metadata IS NOT OLD.metadata;
END;

CREATE TRIGGER orchestration_sprints_inserted AFTER INSERT ON orchestration_sprints
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_context SET handled = 1, entity_type = 'sprint', entity_id = NEW.id, n = 1, parent = NULL,
    before = '{}',
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')),
      'sprint_code', NEW.sprint_code, 'title', NEW.title, 'status', NEW.status, 'priority', NEW.priority,
      'phase', NEW.phase, 'position', NEW.position, 'assignee', NEW.assignee, 'owner', NEW.owner,
      'starts_on', NEW.starts_on, 'ends_on', NEW.ends_on, 'completed_on', NEW.completed_on,
      'estimate_hours', NEW.estimate_hours, 'actual_hours', NEW.actual_hours, 'progress', NEW.progress,
      'tags', NEW.tags, 'depends_on', NEW.depends_on, 'blocks', NEW.blocks, 'goal', NEW.goal,
      'category', NEW.category, 'component', NEW.component, 'code', NEW.claimed_code,
      'tracking_hash', NEW.claimed_hash);
  UPDATE orchestration_sprints SET
    project_id = (SELECT id FROM orchestration_projects), row_version = 1, documents_version = 0,
    head_revision = (SELECT id FROM orchestration_revisions WHERE entity_id = NEW.id AND n = 1),
    hash = NULL, content_hash = NULL, file_path = NULL, created_at = c.at, updated_at = c.at,
    deleted_at = iif(NEW.deleted_at IS NULL, NULL, c.at)
  FROM orchestration_context c WHERE orchestration_sprints.id = NEW.id;
  UPDATE orchestration_context SET handled = 0, after = NULL;
END;

CREATE TRIGGER orchestration_sprints_updated AFTER UPDATE ON orchestration_sprints
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_context SET handled = 1, entity_type = 'sprint', entity_id = OLD.id, n = OLD.row_version + 1,
    parent = OLD.head_revision,
    before = json_object('deleted', json(iif(OLD.deleted_at IS NULL, 'false', 'true')),
      'sprint_code', OLD.sprint_code, 'title', OLD.title, 'status', OLD.status, 'priority', OLD.priority,
      'phase', OLD.phase, 'position', OLD.position, 'assignee', OLD.assignee, 'owner', OLD.owner,
      'starts_on', OLD.starts_on, 'ends_on', OLD.ends_on, 'completed_on', OLD.completed_on,
      'estimate_hours', OLD.estimate_hours, 'actual_hours', OLD.actual_hours, 'progress', OLD.progress,
      'tags', OLD.tags, 'depends_on', OLD.depends_on, 'blocks', OLD.blocks, 'goal', OLD.goal,
      'category', OLD.category, 'component', OLD.component, 'code', OLD.claimed_code,
      'tracking_hash', OLD.claimed_hash),
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')),
      'sprint_code', NEW.sprint_code, 'title', NEW.title, 'status', NEW.status, 'priority', NEW.priority,
      'phase', NEW.phase, 'position', NEW.position, 'assignee', NEW.assignee, 'owner', NEW.owner,
      'starts_on', NEW.starts_on, 'ends_on', NEW.ends_on, 'completed_on', NEW.completed_on,
      'estimate_hours', NEW.estimate_hours, 'actual_hours', NEW.actual_hours, 'progress', NEW.progress,
      'tags', NEW.tags, 'depends_on', NEW.depends_on, 'blocks', NEW.blocks, 'goal', NEW.goal,
      'category', NEW.category, 'component', NEW.component, 'code', NEW.claimed_code,
      'tracking_hash', NEW.claimed_hash);
  UPDATE orchestration_sprints SET
    project_id = OLD.project_id, documents_version = OLD.documents_version, file_path = OLD.file_path,
    created_at = OLD.created_at,
    row_version = OLD.row_version + (c.changes <> '[]'),
    head_revision = iif(c.changes = '[]', OLD.head_revision,
      (SELECT r.id FROM orchestration_revisions r WHERE r.entity_id = c.entity_id AND r.n = c.n)),
    hash = iif(c.changes = '[]', OLD.hash, NULL), content_hash = iif(c.changes = '[]', OLD.content_hash, NULL),
    updated_at = iif(c.changes = '[]', OLD.updated_at, c.at),
    deleted_at = iif(NEW.deleted_at IS NULL, NULL, coalesce(OLD.deleted_at, c.at))
  FROM orchestration_context c WHERE orchestration_sprints.id = OLD.id;
  UPDATE orchestration_context SET handled = 0, after = NULL;
END;

CREATE TRIGGER orchestration_sprints_deleted BEFORE DELETE ON orchestration_sprints
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_sprints SET deleted_at = coalesce(deleted_at, '') WHERE id = OLD.id;
  SELECT RAISE(IGNORE);
END;

CREATE TRIGGER orchestration_tasks_insert_guard BEFORE INSERT ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'this id exists: update its row')
    WHERE EXISTS (SELECT 1 FROM orchestration_tasks WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'this task_code is taken') WHERE EXISTS (
    SELECT 1 FROM orchestration_tasks
    WHERE deleted_at IS NULL AND lower(task_code) = lower(NEW.task_code)
      AND coalesce(sprint_id, '') = coalesce(NEW.sprint_id, '')
  );
  SELECT RAISE(ABORT, 'metadata and agent_config repeat what documents say: change the document')
    WHERE NEW.metadata <> '{}' OR NEW.agent_config IS NOT NULL;
END;

CREATE TRIGGER orchestration_tasks_update_guard BEFORE UPDATE ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'an id never changes') WHERE NEW.id <> OLD.id;
  SELECT RAISE(ABORT, 'this task_code is taken') WHERE NEW.deleted_at IS NULL AND EXISTS (
    SELECT 1 FROM orchestration_tasks
    WHERE id <> OLD.id AND deleted_at IS NULL AND lower(task_code) = lower(NEW.task_code)
      AND coalesce(sprint_id, '') = coalesce(NEW.sprint_id, '')
  );
  SELECT RAISE(ABORT, 'metadata and agent_config repeat what documents say: change the document')
    WHERE NEW.metadata IS NOT OLD.metadata OR NEW.agent_config IS NOT OLD.agent_config;
END;

CREATE TRIGGER orchestration_tasks_inserted AFTER INSERT ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_context SET handled = 1, entity_type = 'task', entity_id = NEW.id, n = 1, parent = NULL,
    before = '{}',
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')), 'task_code', NEW.task_code,
      'sprint_id', NEW.sprint_id, 'title', NEW.title, 'status', NEW.status, 'priority', NEW.priority,
      'phase', NEW.phase, 'position', NEW.position, 'assignee', NEW.assignee, 'owner', NEW.owner,
      'starts_on', NEW.starts_on, 'ends_on', NEW.ends_on, 'completed_on', NEW.completed_on,
      'estimate_hours', NEW.estimate_hours, 'actual_hours', NEW.actual_hours, 'progress', NEW.progress,
      'tags', NEW.tags, 'depends_on', NEW.depends_on, 'blocks', NEW.blocks, 'goal', NEW.goal,
      'category', NEW.category, 'component', NEW.component, 'code', NEW.claimed_code, 'sprint', NEW.claimed_sprint,
      'tracking_hash', NEW.claimed_hash);
  UPDATE orchestration_tasks SET
    project_id = (SELECT id FROM orchestration_projects), row_version = 1, documents_version = 0,
    head_revision = (SELECT id FROM orchestration_revisions WHERE entity_id = NEW.id AND n = 1),
    hash = NULL, content_hash = NULL, file_path = NULL, created_at = c.at, updated_at = c.at,
    deleted_at = iif(NEW.deleted_at IS NULL, NULL, c.at)
  FROM orchestration_context c WHERE orchestration_tasks.id = NEW.id;
  UPDATE orchestration_context SET handled = 0, after = NULL;
END;

CREATE TRIGGER orchestration_tasks_updated AFTER UPDATE ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_context SET handled = 1, entity_type = 'task', entity_id = OLD.id, n = OLD.row_version + 1,
    parent = OLD.head_revision,
    before = json_object('deleted', json(iif(OLD.deleted_at IS NULL, 'false', 'true')), 'task_code', OLD.task_code,
      'sprint_id', OLD.sprint_id, 'title', OLD.title, 'status', OLD.status, 'priority', OLD.priority,
      'phase', OLD.phase, 'position', OLD.position, 'assignee', OLD.assignee, 'owner', OLD.owner,
      'starts_on', OLD.starts_on, 'ends_on', OLD.ends_on, 'completed_on', OLD.completed_on,
      'estimate_hours', OLD.estimate_hours, 'actual_hours', OLD.actual_hours, 'progress', OLD.progress,
      'tags', OLD.tags, 'depends_on', OLD.depends_on, 'blocks', OLD.blocks, 'goal', OLD.goal,
      'category', OLD.category, 'component', OLD.component, 'code', OLD.claimed_code, 'sprint', OLD.claimed_sprint,
      'tracking_hash', OLD.claimed_hash),
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')), 'task_code', NEW.task_code,
      'sprint_id', NEW.sprint_id, 'title', NEW.title, 'status', NEW.status, 'priority', NEW.priority,
      'phase', NEW.phase, 'position', NEW.position, 'assignee', NEW.assignee, 'owner', NEW.owner,
      'starts_on', NEW.starts_on, 'ends_on', NEW.ends_on, 'completed_on', NEW.completed_on,
      'estimate_hours', NEW.estimate_hours, 'actual_hours', NEW.actual_hours, 'progress', NEW.progress,
      'tags', NEW.tags, 'depends_on', NEW.depends_on, 'blocks', NEW.blocks, 'goal', NEW.goal,
      'category', NEW.category, 'component', NEW.component, 'code', NEW.claimed_code, 'sprint', NEW.claimed_sprint,
      'tracking_hash', NEW.claimed_hash);
  UPDATE orchestration_tasks SET
    project_id = OLD.project_id, documents_version = OLD.documents_version, file_path = OLD.file_path,
    created_at = OLD.created_at,
    row_version = OLD.row_version + (c.changes <> '[]'),
    head_revision = iif(c.changes = '[]', OLD.head_revision,
      (SELECT r.id FROM orchestration_revisions r WHERE r.entity_id = c.entity_id AND r.n = c.n)),
    hash = iif(c.changes = '[]', OLD.hash, NULL), content_hash = iif(c.changes = '[]', OLD.content_hash, NULL),
    updated_at = iif(c.changes = '[]', OLD.updated_at, c.at),
    deleted_at = iif(NEW.deleted_at IS NULL, NULL, coalesce(OLD.deleted_at, c.at))
  FROM orchestration_context c WHERE orchestration_tasks.id = OLD.id;
  UPDATE orchestration_context SET handled = 0, after = NULL;
END;

CREATE TRIGGER orchestration_tasks_deleted BEFORE DELETE ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_tasks SET deleted_at = coalesce(deleted_at, '') WHERE id = OLD.id;
  SELECT RAISE(IGNORE);
END;

CREATE TRIGGER agent_profiles_insert_guard BEFORE INSERT ON agent_profiles
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'this id exists: update its row')
    WHERE EXISTS (SELECT 1 FROM agent_profiles WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'this agent_code is taken') WHERE EXISTS (
    SELECT 1 FROM agent_profiles
    WHERE deleted_at IS NULL AND lower(agent_code) = lower(NEW.agent_code)
  );
  SELECT RAISE(ABORT, 'metadata repeats what a document says: change the document')
    WHERE NEW.metadata <> '{}';
END;

CREATE TRIGGER agent_profiles_update_guard BEFORE UPDATE ON agent_profiles
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'an id never changes') WHERE NEW.id <> OLD.id;
  SELECT RAISE(ABORT, 'this agent_code is taken') WHERE NEW.deleted_at IS NULL AND EXISTS (
    SELECT 1 FROM agent_profiles
    WHERE id <> OLD.id AND deleted_at IS NULL AND lower(agent_code) = lower(NEW.agent_code)
  );
  SELECT RAISE(ABORT, 'metadata repeats what a document says: change the document')
    WHERE NEW.metadata IS NOT OLD.metadata;
END;

CREATE TRIGGER agent_profiles_inserted AFTER INSERT ON agent_profiles
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_context SET handled = 1, entity_type = 'agent', entity_id = NEW.id, n = 1, parent = NULL,
    before = '{}',
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')), 'agent_code', NEW.agent_code,
      'name', NEW.name, 'role', NEW.role, 'title', NEW.title, 'status', NEW.status, 'tags', NEW.tags,
      'goal', NEW.goal, 'category', NEW.category, 'skills', NEW.skills, 'capabilities', NEW.capabilities,
      'constraints', NEW.constraints, 'tools', NEW.tools, 'code', NEW.claimed_code);
  UPDATE agent_profiles SET
    project_id = (SELECT id FROM orchestration_projects), row_version = 1, documents_version = 0,
    head_revision = (SELECT id FROM orchestration_revisions WHERE entity_id = NEW.id AND n = 1),
    hash = NULL, content_hash = NULL, file_path = NULL, created_at = c.at, updated_at = c.at,
    deleted_at = iif(NEW.deleted_at IS NULL, NULL, c.at)
  FROM orchestration_context c WHERE agent_profiles.id = NEW.id;
  UPDATE orchestration_context SET handled = 0, after = NULL;
END;

CREATE TRIGGER agent_profiles_updated AFTER UPDATE ON agent_profiles
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE orchestration_context SET handled = 1, entity_type = 'agent', entity_id = OLD.id, n = OLD.row_version + 1,
    parent = OLD.head_revision,
    before = json_object('deleted', json(iif(OLD.deleted_at IS NULL, 'false', 'true')),
      'agent_code', OLD.agent_code, 'name', OLD.name, 'role', OLD.role, 'title', OLD.title, 'status', OLD.status,
      'tags', OLD.tags, 'goal', OLD.goal, 'category', OLD.category, 'skills', OLD.skills,
      'capabilities', OLD.capabilities, 'constraints', OLD.constraints, 'tools', OLD.tools, 'code', OLD.claimed_code),
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')), 'agent_code', NEW.agent_code,
      'name', NEW.name, 'role', NEW.role, 'title', NEW.title, 'status', NEW.status, 'tags', NEW.tags,
      'goal', NEW.goal, 'category', NEW.category, 'skills', NEW.skills, 'capabilities', NEW.capabilities,
      'constraints', NEW.constraints, 'tools', NEW.tools, 'code', NEW.claimed_code);
  UPDATE agent_profiles SET
    project_id = OLD.project_id, documents_version = OLD.documents_version, file_path = OLD.file_path,
    created_at = OLD.created_at,
    row_version = OLD.row_version + (c.changes <> '[]'),
    head_revision = iif(c.changes = '[]', OLD.head_revision,
      (SELECT r.id FROM orchestration_revisions r WHERE r.entity_id = c.entity_id AND r.n = c.n)),
    hash = iif(c.changes = '[]', OLD.hash, NULL), content_hash = iif(c.changes = '[]', OLD.content_hash, NULL),
    updated_at = iif(c.changes = '[]', OLD.updated_at, c.at),
    deleted_at = iif(NEW.deleted_at IS NULL, NULL, coalesce(OLD.deleted_at, c.at))
  FROM orchestration_context c WHERE agent_profiles.id = OLD.id;
  UPDATE orchestration_context SET handled = 0, after = NULL;
END;

CREATE TRIGGER agent_profiles_deleted BEFORE DELETE ON agent_profiles
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  UPDATE agent_profiles SET deleted_at = coalesce(deleted_at, '') WHERE id = OLD.id;
  SELECT RAISE(IGNORE);
END;

-- Without its row the triggers would see nothing.
CREATE TRIGGER orchestration_context_delete_guard BEFORE DELETE ON orchestration_context BEGIN
  SELECT RAISE(ABORT, 'orchestration_context keeps its row');
END;

-- History is never rewritten, by nobody.

CREATE TRIGGER orchestration_blobs_insert_guard BEFORE INSERT ON orchestration_blobs
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'orchestration_blobs is written by the program and its triggers only');
END;
CREATE TRIGGER orchestration_blobs_update_guard BEFORE UPDATE ON orchestration_blobs BEGIN
  SELECT RAISE(ABORT, 'orchestration_blobs is append-only');
END;
CREATE TRIGGER orchestration_blobs_delete_guard BEFORE DELETE ON orchestration_blobs BEGIN
  SELECT RAISE(ABORT, 'orchestration_blobs is append-only');
END;

CREATE TRIGGER orchestration_revisions_insert_guard BEFORE INSERT ON orchestration_revisions
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'orchestration_revisions is written by the program and its triggers only');
END;
CREATE TRIGGER orchestration_revisions_update_guard BEFORE UPDATE ON orchestration_revisions BEGIN
  SELECT RAISE(ABORT, 'orchestration_revisions is append-only');
END;
CREATE TRIGGER orchestration_revisions_delete_guard BEFORE DELETE ON orchestration_revisions BEGIN
  SELECT RAISE(ABORT, 'orchestration_revisions is append-only');
END;

CREATE TRIGGER orchestration_revision_documents_insert_guard BEFORE INSERT ON orchestration_revision_documents
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'orchestration_revision_documents is written by the program and its triggers only');
END;
CREATE TRIGGER orchestration_revision_documents_update_guard BEFORE UPDATE ON orchestration_revision_documents BEGIN
  SELECT RAISE(ABORT, 'orchestration_revision_documents is append-only');
END;
CREATE TRIGGER orchestration_revision_documents_delete_guard BEFORE DELETE ON orchestration_revision_documents BEGIN
  SELECT RAISE(ABORT, 'orchestration_revision_documents is append-only');
END;

CREATE TRIGGER orchestration_events_insert_guard BEFORE INSERT ON orchestration_events
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'orchestration_events is written by the program and its triggers only');
END;
CREATE TRIGGER orchestration_events_update_guard BEFORE UPDATE ON orchestration_events BEGIN
  SELECT RAISE(ABORT, 'orchestration_events is append-only');
END;
CREATE TRIGGER orchestration_events_delete_guard BEFORE DELETE ON orchestration_events BEGIN
  SELECT RAISE(ABORT, 'orchestration_events is append-only');
END;
