-- What the other places of the field say whose conflict it is: `[{"document": "AGENT.yml", "value": "blocked"}]`.
ALTER TABLE orchestration_conflicts ADD COLUMN elsewhere text CHECK (elsewhere IS NULL OR elsewhere::jsonb IS NOT NULL);

-- A conflict about a document that is away on one side bears the name of that document.
UPDATE orchestration_conflicts SET field = name
  WHERE kind IN ('edit-delete', 'delete-edit') AND role = 'agent_config' AND field = 'agent_config';
