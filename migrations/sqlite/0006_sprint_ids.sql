-- Whoever writes without foreign keys can write anything into `sprint_id`, and what is no id would be read by nobody.

CREATE TRIGGER orchestration_tasks_sprint_inserted BEFORE INSERT ON orchestration_tasks
  WHEN NEW.sprint_id NOT GLOB '????????-????-????-????-????????????' OR NEW.sprint_id GLOB '*[^0-9a-f-]*' BEGIN
  SELECT RAISE(ABORT, 'sprint_id is the id of a sprint, or NULL');
END;

CREATE TRIGGER orchestration_tasks_sprint_updated BEFORE UPDATE OF sprint_id ON orchestration_tasks
  WHEN NEW.sprint_id NOT GLOB '????????-????-????-????-????????????' OR NEW.sprint_id GLOB '*[^0-9a-f-]*' BEGIN
  SELECT RAISE(ABORT, 'sprint_id is the id of a sprint, or NULL');
END;
