-- The working copy whose files a conflict stems from: no other one can tell whether it is over.
ALTER TABLE orchestration_conflicts ADD COLUMN clone_id TEXT;
