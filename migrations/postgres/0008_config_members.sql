-- An event tells of a changed agent configuration only the members that changed, each by its JSON pointer, as it does
-- where AGENT.yml itself was changed. A configuration that comes or goes is told as a whole.

-- What differs between two objects, member by member.
CREATE FUNCTION orchestration_members(jsonb, jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  WITH RECURSIVE pair (pointer, was, now) AS (
    SELECT '', $1, $2 UNION ALL
    SELECT pointer || '/' || replace(replace(name, '~', '~0'), '/', '~1'), was -> name, now -> name
    FROM pair CROSS JOIN LATERAL (
      SELECT CASE WHEN was <> now AND jsonb_typeof(was) = 'object' AND jsonb_typeof(now) = 'object' THEN was END AS old,
        CASE WHEN was <> now AND jsonb_typeof(was) = 'object' AND jsonb_typeof(now) = 'object' THEN now END AS new
    ) both_objects CROSS JOIN LATERAL (
      SELECT jsonb_object_keys(old) AS name UNION SELECT jsonb_object_keys(new)
    ) names
  )
  SELECT jsonb_build_object(
    'from', coalesce(jsonb_object_agg(pointer, was) FILTER (WHERE was IS NOT NULL), '{}'),
    'to', coalesce(jsonb_object_agg(pointer, now) FILTER (WHERE now IS NOT NULL), '{}'))
  FROM pair
  WHERE was IS DISTINCT FROM now AND (jsonb_typeof(was) = 'object' AND jsonb_typeof(now) = 'object') IS NOT TRUE
$$;

-- Writes the revision and the events of a row that another program wrote: one event tells all changes that are called
-- the same.
CREATE OR REPLACE FUNCTION orchestration_row_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
      jsonb_object_agg(field, CASE
        WHEN field = 'agent_config' AND 'null' NOT IN (before, after) THEN orchestration_members(before, after)
        ELSE jsonb_build_object('from', before, 'to', after) END)
        FILTER (WHERE field <> 'deleted' OR word <> 'created'), '{}') AS changes
    FROM (
      SELECT field, before, after, orchestration_word(kind, is_new, field, after) AS word
      FROM orchestration_changes(was, now)
    ) named GROUP BY word ORDER BY 1
  ) e WHERE p.id = NEW.project_id;
  RETURN NULL;
END $$;
