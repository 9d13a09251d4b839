//! The labels under which documents write their fields.

use crate::model::{Field, Role};

/// The field that `label` names in a document of `role`, and how many better names for it there are.
///
/// Case, plural, and the difference between blank, `_` and `-` are ignored.
pub(in super::super) fn field(role: Role, label: &str) -> Option<(Field, u8)> {
    let name = normalised(label)?;
    let known = |name: &str| of_role(role, name).or_else(|| of_any(name));
    known(&name).or_else(|| known(name.strip_suffix('s')?)).or_else(|| known(&format!("{name}s")))
}

/// The label to write for `field` where a document lacks it; `None` for what documents do not carry.
pub(super) fn name(role: Role, field: Field) -> Option<&'static str> {
    Some(match (field, role) {
        (Field::Code, Role::Sprint) => "Sprint ID",
        (Field::Code, _) => "Task ID",
        (Field::Sprint, Role::Task) => "Sprint",
        (Field::Status, _) => "Status",
        (Field::Priority, _) => "Priority",
        (Field::Phase, _) => "Phase",
        (Field::Assignee, _) => "Assigned To",
        (Field::Owner, _) => "Owner",
        (Field::StartsOn, _) => "Start Date",
        (Field::EndsOn, _) => "End Date",
        (Field::CompletedOn, _) => "Completed",
        (Field::EstimateHours, Role::Task) => "Estimated Duration",
        (Field::EstimateHours, _) => "Estimated Effort",
        (Field::ActualHours, _) => "Actual Effort",
        (Field::Tags, _) => "Tags",
        (Field::DependsOn, _) => "Dependencies",
        (Field::Blocks, _) => "Blocks",
        (Field::Goal, _) => "Goal",
        (Field::Category, _) => "Category",
        (Field::Component, _) => "Component",
        (Field::TrackingHash, Role::Sprint) => "Sprint Hash",
        (Field::TrackingHash, _) => "Task Hash",
        _ => return None,
    })
}

/// Lower case, one blank between words; `None` for what is too long to be a label.
fn normalised(label: &str) -> Option<String> {
    const LONGEST: usize = 40;
    if label.len() > LONGEST {
        return None;
    }
    let words = label.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-')).filter(|word| !word.is_empty());
    let mut name = String::with_capacity(label.len());
    for word in words {
        if !name.is_empty() {
            name.push(' ');
        }
        name.extend(word.chars().flat_map(char::to_lowercase));
    }
    Some(name)
}

/// Labels whose meaning depends on what the document is.
fn of_role(role: Role, name: &str) -> Option<(Field, u8)> {
    Some(match (role, name) {
        (Role::Task, "task id") => (Field::Code, 0),
        (Role::Task, "task code") => (Field::Code, 1),
        (Role::Task, "task") => (Field::Code, 2),
        (Role::Sprint, "sprint id") => (Field::Code, 0),
        (Role::Sprint, "sprint code") => (Field::Code, 1),
        (Role::Task, "sprint") => (Field::Sprint, 0),
        (Role::Task, "sprint id" | "sprint code") => (Field::Sprint, 1),
        (Role::Task, "related sprint") => (Field::Sprint, 2),
        (Role::Task, "task status") => (Field::Status, 1),
        (Role::Sprint, "sprint status") => (Field::Status, 1),
        (Role::Task, "duration") => (Field::EstimateHours, 5),
        (Role::Task, "task hash") | (Role::Sprint, "sprint hash") => (Field::TrackingHash, 0),
        _ => return None,
    })
}

fn of_any(name: &str) -> Option<(Field, u8)> {
    Some(match name {
        "title" => (Field::Title, 1),
        "status" => (Field::Status, 0),
        "current status" => (Field::Status, 2),
        "estado" | "stato" | "statut" | "状态" | "상태" | "الحالة" => (Field::Status, 0),
        "priority" => (Field::Priority, 0),
        "prioridad" | "prioridade" | "prioritet" | "priorität" | "优先级" => (Field::Priority, 0),
        "estimated duration" => (Field::EstimateHours, 0),
        "estimated effort" => (Field::EstimateHours, 1),
        "estimated" | "estimate" => (Field::EstimateHours, 2),
        "estimated time" => (Field::EstimateHours, 3),
        "effort" => (Field::EstimateHours, 4),
        "actual" | "actual effort" | "final effort" => (Field::ActualHours, 0),
        "assigned to" => (Field::Assignee, 0),
        "assignee" | "assigned" => (Field::Assignee, 1),
        "agent" | "primary agent" => (Field::Assignee, 2),
        "owner" => (Field::Owner, 0),
        "sprint lead" => (Field::Owner, 1),
        "start date" => (Field::StartsOn, 0),
        "started" => (Field::StartsOn, 1),
        "created" => (Field::StartsOn, 2),
        "date" => (Field::StartsOn, 3),
        "end date" => (Field::EndsOn, 0),
        "target completion" => (Field::EndsOn, 1),
        "completed" | "completion date" | "date completed" => (Field::CompletedOn, 0),
        "dependencies" | "dependency" => (Field::DependsOn, 0),
        "depends on" => (Field::DependsOn, 1),
        "blocked by" => (Field::DependsOn, 2),
        "prerequisites" => (Field::DependsOn, 3),
        "blocks" => (Field::Blocks, 0),
        "enables" => (Field::Blocks, 1),
        "phase" => (Field::Phase, 0),
        "tags" => (Field::Tags, 0),
        "labels" => (Field::Tags, 1),
        "goal" | "sprint goal" => (Field::Goal, 0),
        "objective" => (Field::Goal, 1),
        "category" => (Field::Category, 0),
        "component" => (Field::Component, 0),
        "hash" => (Field::TrackingHash, 1),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_plural_and_joints_are_ignored() {
        let named = |label| field(Role::Task, label).map(|(field, _)| field);
        assert_eq!(named("STATUS"), Some(Field::Status));
        assert_eq!(named("task_id"), Some(Field::Code));
        assert_eq!(named("depends-on"), Some(Field::DependsOn));
        assert_eq!(named("Tag"), Some(Field::Tags));
        assert_eq!(named("Owners"), Some(Field::Owner));
        assert_eq!(named("状态"), Some(Field::Status));
        assert_eq!(named("Statu"), Some(Field::Status));
        assert_eq!(named("Review Status"), None);
    }

    #[test]
    fn the_role_decides_what_an_id_is() {
        let named = |role, label| field(role, label).map(|(field, _)| field);
        assert_eq!(named(Role::Task, "Sprint ID"), Some(Field::Sprint));
        assert_eq!(named(Role::Sprint, "Sprint ID"), Some(Field::Code));
        assert_eq!(named(Role::Sprint, "Duration"), None);
        assert_eq!(named(Role::Task, "Sprint Status"), None);
    }

    #[test]
    fn every_name_that_is_written_is_read_back() {
        for role in [Role::Sprint, Role::Task] {
            for &wanted in Field::ALL {
                let read = name(role, wanted).map(|label| field(role, label).map(|(field, _)| field));
                assert!(read.is_none_or(|field| field == Some(wanted)), "{role:?} {wanted:?}");
            }
        }
    }
}
