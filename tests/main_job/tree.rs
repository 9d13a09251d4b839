//! A planning tree with the shapes that real ones have: complete and half-filled task folders, several dialects, files
//! of other tools, and older layouts beside all that.

use std::process::Command;

use super::project::{Project, sprint, task};

/// Every sprint: code, title, status.
pub(crate) const SPRINTS: [&str; 3] = [
    "api-v2 | API v2: rows and events | planning",
    "calm | Calm | active",
    "sprint-9-screens | Screens for everybody | planning",
];

/// Every task outside the sprint `calm`: sprint or backlog, code, title, status, priority.
pub(crate) const TASKS: [&str; 13] = [
    "api-v2 | phase-1-schema | Schema with checks | pending | P0",
    "api-v2 | phase-2-events | Events without gaps | in_progress | P1",
    "api-v2 | phase-3-agents | Agents that wait | pending | P1",
    "api-v2 | phase-4-docs | Documents for people | completed | P2",
    "api-v2 | phase-5-tools | Tools | review | P2",
    "backlog | drop-me | Nobody wants this | pending | P3",
    "backlog | fix-accents | Los acentos se rompen — «así» | pending | P1",
    "backlog | wanted-again | Wanted again | pending | P3",
    "sprint-9-screens | UI-01-agent-grid | A grid of agents | pending | P1",
    "sprint-9-screens | UI-02-agent-card | A card for each agent | pending | P2",
    "sprint-9-screens | UI-03-profile-form | A form for profiles | blocked | P1",
    "sprint-9-screens | UI-04-palette | Eine Palette für alle 🎨 | pending | P2",
    "sprint-9-screens | phase-1-schema | The same code in another sprint | pending | P3",
];

/// How many tasks the sprint `calm` has; they are there so that ten edits are few.
pub(crate) const CALM: usize = 40;

/// Files that belong to no sprint, task or agent, with the reason that is told for them.
pub(crate) const FOREIGN: [(&str, &str); 12] = [
    ("delegation/sprints/LOOSE-NOTES.md", "in another layout"),
    ("delegation/sprints/guardrails/README.md", FOLDER),
    ("delegation/sprints/guardrails/GUARD-001-registry.md", FOLDER),
    ("delegation/sprints/guardrails/nested/SPRINT.md", "a SPRINT.md that is not directly below `sprints`"),
    ("delegation/sprints/guardrails/nested/STATUS.md", FOLDER),
    ("delegation/backlog/old-pack/AGENT.md", FOLDER),
    ("delegation/backlog/old-pack/CONTEXT.md", FOLDER),
    ("delegation/archived/sprint-40/UX-01-sidebar/AGENT.md", "in another layout"),
    ("delegation/archived/sprint-40/UX-01-sidebar/PLAN.md", "in another layout"),
    ("delegation/tasks/cleanup/ACTION_ITEMS.md", "in another layout"),
    ("delegation/agents/active/alice-001.md", "deeper than a sprint, task or agent lies"),
    ("delegation/.templates/task-template/TASK_TEMPLATE.md", "part of a template"),
];

const FOLDER: &str = "in a folder without SPRINT.md, TASK.md or AGENT.yml";

/// Files beside a sprint's or task's own; kept byte for byte, without a stamp.
pub(crate) const ATTACHMENTS: [&str; 4] = [
    "delegation/sprints/api-v2/README.md",
    "delegation/sprints/api-v2/TASK_TEMPLATE.md",
    "delegation/sprints/api-v2/AGENT_TEMPLATE.yml",
    "delegation/sprints/api-v2/phase-1-schema/COMPLETION_REPORT.md",
];

/// The tree in a repository with everything committed; no project yet.
pub(crate) fn planted() -> Project {
    let project = Project::empty();
    api(&project);
    screens(&project);
    backlog_and_agents(&project);
    project.write("delegation/sprints/calm/SPRINT.md", &sprint("Calm", "Active"));
    for n in 0..CALM {
        let text = task(&format!("Calm {n}"), "Pending", "P3");
        project.write(&format!("delegation/sprints/calm/calm-{n:02}/TASK.md"), &text);
    }
    for (path, _) in FOREIGN {
        project.write(path, "# [Title]\n\n**Status**: [Status]\n**Task ID**: {{task_id}}\n");
    }
    for path in ATTACHMENTS {
        project.write(path, "# Not a task\n\nStatus: Done");
    }
    commit(&project);
    project
}

/// Puts everything under git.
pub(crate) fn commit(project: &Project) {
    for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "The plan"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "core.autocrlf=false"]).args(args);
        assert!(git.current_dir(project.root()).status().expect("git runs").success(), "git {args:?}");
    }
}

/// The canonical dialect, folders with only AGENT.yml, and digests that another tool left.
fn api(project: &Project) {
    let at = |path: &str| format!("delegation/sprints/api-v2/{path}");
    project.write(
        &at("SPRINT.md"),
        "# Sprint: API v2: rows and events\n\n**Sprint ID**: `api-v2`  \n**Status**: Planning  \n**Owner**: Core  \n\
         **Start Date**: 2025-10-12  \n\n---\n\n## Sprint Goal\n\nRows and events.\n\n## Success Metrics\n\n\
         - ✅ No gap\n\n---\n\n**Sprint Status**: Planning\n**Sprint Hash**: `0f0f`\n",
    );
    project.write(
        &at("phase-1-schema/TASK.md"),
        "# Task: Schema with checks\n\n**Task ID**: `phase-1-schema`  \n**Sprint**: `api-v2`  \n**Phase**: 1  \n\
         **Status**: Pending  \n**Priority**: P0  \n**Estimated Duration**: 1 week  \n\n---\n\n## Objective\n\n\
         Tables that cannot hold nonsense.\n\n## Tasks\n\n- [ ] Draw it\n- [x] Talk about it\n\n```markdown\n\
         **Status**: Completed\n- [ ] not a box\n```\n\n## Acceptance Criteria\n\n- ✅ Nonsense is refused\n",
    );
    project.write(&at("phase-1-schema/AGENT.yml"), &agent("phase-1-schema", "Schema with checks", "pending", "P0"));
    project.write(
        &at("phase-2-events/TASK.md"),
        "# Task: Events without gaps\n\n**Status:** 🔄 **In Progress** - since Monday\n**Priority:** High\n\n---\n\n\
         ## Objective\n\nCount them.\n\n## Notes\n\nNothing yet.\n",
    );
    project.write(&at("phase-3-agents/AGENT.yml"), &agent("phase-3-agents", "Agents that wait", "pending", "P1"));
    project.write(&at("phase-4-docs/AGENT.yml"), &agent("phase-4-docs", "Documents for people", "completed", "P2"));
    project.write(&at("phase-5-tools/AGENT.yml"), &agent("phase-5-tools", "Tools", "review", "P2"));
    for folder in ["phase-1-schema", "phase-3-agents", "phase-4-docs"] {
        project.write(&at(&format!("{folder}/.hash")), "d2f1c0ffee00d2f1c0ffee00\n");
    }
}

/// Front matter, lists, tables, ids that are shorter than the folder, CRLF and byte-order marks.
fn screens(project: &Project) {
    let at = |path: &str| format!("delegation/sprints/sprint-9-screens/{path}");
    project.write(
        &at("SPRINT.md"),
        "---\nsprint_id: SPRINT-9\nstatus: planned # not yet\nowner: \"Screens\"\n---\n\n# Screens for everybody\n\n\
         ## Goal\n\nEverybody has one.\n",
    );
    project.write(
        &at("UI-01-agent-grid/TASK.md"),
        "# UI-01: A grid of agents\n\n- **Task ID**: UI-01\n- **Status**: Not Started\n- **Priority**: P1\n\
         - **Assigned To**: ann\n\n## Tasks\n\n- [ ] Sketch\n  - [ ] on paper\n- [ ] Build\n",
    );
    project.write(
        &at("UI-02-agent-card/TASK.md"),
        "\u{feff}# UI-02: A card for each agent\r\n\r\n**Task ID**: UI-02\r\n**Status**: `todo` | **Priority**: `P2`\r\n\
         **Depends On**: UI-01\r\n\r\n## Objective\r\n\r\nOne card.\r\n",
    );
    project.write(
        &at("UI-03-profile-form/TASK.md"),
        "# A form for profiles\r\n\r\n| Field | Value |\r\n|---|---|\r\n| **Status** | blocked |\r\n\
         | **Priority** | High |\r\n\r\n## Objective\r\n\r\nA form.\r\n",
    );
    project.write(
        &at("UI-04-palette/TASK.md"),
        "# Task: Eine Palette für alle 🎨\n\nStatus：待处理\nPriority: P2\n\n## Ziel\n\nFarben — “alle”.",
    );
    project.write(&at("phase-1-schema/TASK.md"), &task("The same code in another sprint", "Pending", "P3"));
}

fn backlog_and_agents(project: &Project) {
    project.write("delegation/backlog/drop-me/TASK.md", &task("Nobody wants this", "Pending", "P3"));
    project.write(
        "delegation/backlog/fix-accents/TASK.md",
        "# Task: Los acentos se rompen — «así»\n\n**Estado**: pendiente\n**Prioridad**: alta\n\n## Objetivo\n\nÑandú.\n",
    );
    project.write("delegation/backlog/wanted-again/TASK.md", &task("Wanted again", "Pending", "P3"));
    project.write("delegation/agents/builder.yml", "# Builds.\nname: Builder\nrole: engineer\nstatus: active\n");
}

fn agent(code: &str, title: &str, status: &str, priority: &str) -> String {
    format!(
        "pack_version: 1\nagent_version: \"0.3\"\n\n# Where it belongs.\nparent: {{sprint: api-v2, phase: 1}}\n\
         task_id: {code}\ntask_hash: \"null\"\ntask:\n  title: \"{title}\"\n  status: {status}   # as of today\n  \
         priority: {priority}\n\ncapabilities:\n  - read\n  - edit\nengine: {{model: small, retries: 2}}\n\
         agent_steps:\n  - {{id: plan, run: think}}\nsafety_rails:\n  fs_scope: \"src/**\"\n"
    )
}
