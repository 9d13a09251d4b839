-- An event tells of a changed agent configuration only the members that changed, each by its JSON pointer, as it does
-- where AGENT.yml itself was changed. A configuration that comes or goes is told as a whole.

DROP TRIGGER orchestration_context_record;

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
      json_group_object(value ->> 0, iif(value ->> 0 <> 'agent_config' OR value -> 2 = 'null' OR value -> 3 = 'null',
        json_object('from', json(value -> 2), 'to', json(value -> 3)), (
          WITH RECURSIVE pair (pointer, was, now) AS (
            SELECT '', value -> 2, value -> 3 UNION ALL
            SELECT pointer || '/' || replace(replace(b.key, '~', '~0'), '/', '~1'), CASE
                WHEN b.type IN ('true', 'false', 'null') THEN b.type
                WHEN b.type IN ('object', 'array') THEN b.value ELSE json_quote(b.value) END, CASE
                WHEN a.type IS NULL THEN NULL WHEN a.type IN ('true', 'false', 'null') THEN a.type
                WHEN a.type IN ('object', 'array') THEN a.value ELSE json_quote(a.value) END
            FROM pair, json_each(pair.was) b LEFT JOIN json_each(pair.now) a ON a.key = b.key
            WHERE pair.was <> pair.now AND json_type(pair.was) = 'object' AND json_type(pair.now) = 'object' UNION ALL
            SELECT pointer || '/' || replace(replace(a.key, '~', '~0'), '/', '~1'), NULL, CASE
                WHEN a.type IN ('true', 'false', 'null') THEN a.type
                WHEN a.type IN ('object', 'array') THEN a.value ELSE json_quote(a.value) END
            FROM pair, json_each(pair.now) a
            WHERE pair.was <> pair.now AND json_type(pair.was) = 'object' AND json_type(pair.now) = 'object'
              AND NOT EXISTS (SELECT 1 FROM json_each(pair.was) b WHERE b.key = a.key)
          )
          SELECT json_object(
            'from', json(json_group_object(pointer, json(was)) FILTER (WHERE was IS NOT NULL)),
            'to', json(json_group_object(pointer, json(now)) FILTER (WHERE now IS NOT NULL)))
          FROM pair
          WHERE was IS NOT now AND NOT coalesce(json_type(was) = 'object' AND json_type(now) = 'object', 0)
        )))
        FILTER (WHERE value ->> 0 <> 'deleted' OR value ->> 1 <> 'created') AS changes
    FROM json_each((SELECT changes FROM orchestration_context)) GROUP BY value ->> 1
  ) e;
  UPDATE orchestration_projects SET
    next_event_seq = max(next_event_seq, 1 + coalesce((SELECT max(seq) FROM orchestration_events), 0));
END;
