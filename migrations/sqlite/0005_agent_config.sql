-- What other programs write into `agent_config` counts: it is what AGENT.yml says, and goes into that file.
--
-- Its patch is the change, `{"from", "to"}`, and not the new value alone: the next sync changes in AGENT.yml what this
-- writer changed, and nothing that only the column did not know of yet. Emptying it takes AGENT.yml away.

DROP TRIGGER orchestration_context_record;
DROP TRIGGER orchestration_tasks_insert_guard;
DROP TRIGGER orchestration_tasks_update_guard;
DROP TRIGGER orchestration_tasks_inserted;
DROP TRIGGER orchestration_tasks_updated;

-- What a writer makes with `json_set` and its like arrives here as JSON, and not as the text that the column holds.
-- A change is `[field, what the event is called, from, to]`; one event tells all changes that are called the same.
CREATE TRIGGER orchestration_context_record AFTER UPDATE OF after ON orchestration_context
  WHEN NEW.after IS NOT NULL BEGIN
  UPDATE orchestration_context SET at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z', changes = (
    SELECT json_group_array(json_array(field, CASE
      WHEN NEW.n = 1 THEN 'created'
      WHEN field = 'deleted' THEN iif(after = 'true', 'deleted', 'restored')
      WHEN field IN ('sprint_code', 'task_code', 'agent_code', 'sprint_id') THEN 'moved'
      WHEN field = 'agent_config' AND after = 'null' THEN 'agent_config_cleared'
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
          WHEN type IN ('object', 'array') THEN json(value)
          WHEN type = 'real' AND value = CAST(value AS INTEGER) THEN CAST(CAST(value AS INTEGER) AS TEXT)
          WHEN type = 'text' AND json_valid(value) AND key IN
            ('tags', 'depends_on', 'blocks', 'skills', 'capabilities', 'constraints', 'tools', 'agent_config')
            THEN json(value)
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
    (SELECT json_group_object(value ->> 0, json(CASE value ->> 0
      WHEN 'agent_config' THEN json_object('from', json(value -> 2), 'to', json(value -> 3))
      ELSE value -> 3 END)) FROM json_each(c.changes)),
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

CREATE TRIGGER orchestration_tasks_insert_guard BEFORE INSERT ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'this id exists: update its row')
    WHERE EXISTS (SELECT 1 FROM orchestration_tasks WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'this task_code is taken') WHERE EXISTS (
    SELECT 1 FROM orchestration_tasks
    WHERE deleted_at IS NULL AND lower(task_code) = lower(NEW.task_code)
      AND coalesce(sprint_id, '') = coalesce(NEW.sprint_id, '')
  );
  SELECT RAISE(ABORT, 'metadata repeats what documents say: change the document')
    WHERE NEW.metadata <> '{}';
  SELECT RAISE(ABORT, 'agent_config is a JSON object, at most 32 deep, or NULL')
    WHERE NEW.agent_config IS NOT NULL AND (json_type(NEW.agent_config) <> 'object' OR EXISTS (
      WITH RECURSIVE inside (depth, value) AS (
        SELECT 1, NEW.agent_config UNION ALL
        SELECT depth + 1, e.value FROM inside, json_each(inside.value) e
        WHERE e.type IN ('object', 'array') AND depth <= 32
      ) SELECT 1 FROM inside WHERE depth > 32
    ));
END;

CREATE TRIGGER orchestration_tasks_update_guard BEFORE UPDATE ON orchestration_tasks
  WHEN (SELECT handled = 0 FROM orchestration_context) BEGIN
  SELECT RAISE(ABORT, 'an id never changes') WHERE NEW.id <> OLD.id;
  SELECT RAISE(ABORT, 'this task_code is taken') WHERE NEW.deleted_at IS NULL AND EXISTS (
    SELECT 1 FROM orchestration_tasks
    WHERE id <> OLD.id AND deleted_at IS NULL AND lower(task_code) = lower(NEW.task_code)
      AND coalesce(sprint_id, '') = coalesce(NEW.sprint_id, '')
  );
  SELECT RAISE(ABORT, 'metadata repeats what documents say: change the document')
    WHERE NEW.metadata IS NOT OLD.metadata;
  SELECT RAISE(ABORT, 'agent_config is a JSON object, at most 32 deep, or NULL')
    WHERE NEW.agent_config IS NOT OLD.agent_config AND NEW.agent_config IS NOT NULL
      AND (json_type(NEW.agent_config) <> 'object' OR EXISTS (
      WITH RECURSIVE inside (depth, value) AS (
        SELECT 1, NEW.agent_config UNION ALL
        SELECT depth + 1, e.value FROM inside, json_each(inside.value) e
        WHERE e.type IN ('object', 'array') AND depth <= 32
      ) SELECT 1 FROM inside WHERE depth > 32
    ));
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
      'tracking_hash', NEW.claimed_hash, 'agent_config', NEW.agent_config);
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
      'tracking_hash', OLD.claimed_hash,
      'agent_config', iif(NEW.agent_config IS OLD.agent_config, NULL, OLD.agent_config)),
    after = json_object('deleted', json(iif(NEW.deleted_at IS NULL, 'false', 'true')), 'task_code', NEW.task_code,
      'sprint_id', NEW.sprint_id, 'title', NEW.title, 'status', NEW.status, 'priority', NEW.priority,
      'phase', NEW.phase, 'position', NEW.position, 'assignee', NEW.assignee, 'owner', NEW.owner,
      'starts_on', NEW.starts_on, 'ends_on', NEW.ends_on, 'completed_on', NEW.completed_on,
      'estimate_hours', NEW.estimate_hours, 'actual_hours', NEW.actual_hours, 'progress', NEW.progress,
      'tags', NEW.tags, 'depends_on', NEW.depends_on, 'blocks', NEW.blocks, 'goal', NEW.goal,
      'category', NEW.category, 'component', NEW.component, 'code', NEW.claimed_code, 'sprint', NEW.claimed_sprint,
      'tracking_hash', NEW.claimed_hash,
      'agent_config', iif(NEW.agent_config IS OLD.agent_config, NULL, NEW.agent_config));
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
