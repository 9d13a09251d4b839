-- The sprint in whose folder a task was left: the folder may be called otherwise since, and its name be another one's.
ALTER TABLE orchestration_sync_state ADD COLUMN sprint_id TEXT;
UPDATE orchestration_sync_state SET sprint_id = (SELECT sprint_id FROM orchestration_tasks WHERE id = entity_id);
