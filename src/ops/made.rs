//! What a template made, looked at as the next sync will read it: nothing is written that would be refused then.

use crate::document::{self, Stamps};
use crate::model::{Code, EntityKind, Home, Role, TemplateKind};
use crate::template::RenderedFile;
use crate::tree::{Address, Layout, Place};

/// The files of something that is made, with what they are to it and what they say that is not understood.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Role, name and text of each.
    pub(super) documents: Vec<(Role, String, String)>,
    /// Name of the file, and what is strange about its text.
    pub(super) remarks: Vec<(String, String)>,
}

/// What a template of `kind` makes.
pub(super) const fn entity_kind(kind: TemplateKind) -> Option<EntityKind> {
    match kind {
        TemplateKind::Sprint => Some(EntityKind::Sprint),
        TemplateKind::Agent => Some(EntityKind::Agent),
        TemplateKind::Adr => None,
        _ => Some(EntityKind::Task),
    }
}

/// Reads `files` as the tree will read them.
///
/// # Errors
/// Everything that keeps them from being kept in step, one sentence each.
pub(super) fn read(layout: &Layout, kind: EntityKind, files: &[RenderedFile]) -> Result<Made, Vec<String>> {
    let mut made = Made::default();
    let mut faults = Vec::new();
    for file in files {
        match role(layout, kind, &file.name).and_then(|role| Ok((role, remarks(role, file)?))) {
            Ok((role, remarks)) => {
                made.documents.push((role, file.name.clone(), file.text.clone()));
                made.remarks.extend(remarks.into_iter().map(|remark| (file.name.clone(), remark)));
            }
            Err(fault) => faults.push(format!("`{}`: {fault}", file.name)),
        }
    }
    faults.extend(lacks(kind, &made).filter(|_| faults.is_empty()));
    faults.extend(twice(&made));
    if faults.is_empty() { Ok(made) } else { Err(faults) }
}

/// What is wrong with the files that a template of `kind` made.
pub(super) fn faults(layout: &Layout, kind: TemplateKind, files: &[RenderedFile]) -> Vec<String> {
    match entity_kind(kind) {
        Some(kind) => read(layout, kind, files).err().unwrap_or_default(),
        None if files.len() == 1 => Vec::new(),
        None => vec![format!("it makes {} files; a record is one", files.len())],
    }
}

/// What the tree takes a file of that name for.
fn role(layout: &Layout, kind: EntityKind, name: &str) -> Result<Role, String> {
    let some = Code::new("some").expect("a good code");
    let address = match kind {
        EntityKind::Sprint => Address::Sprint(some),
        EntityKind::Task => Address::Task(Home::Backlog, some),
        EntityKind::Agent => Address::Agent(some),
    };
    let lies = layout.path(&address);
    let folder = if kind == EntityKind::Agent { lies.parent() } else { Some(lies) };
    let path = folder.and_then(|folder| folder.join(name).ok()).ok_or("that is no name of a file")?;
    match layout.place(&path) {
        Place::Document(_, role) => Ok(role),
        Place::Foreign(reason) => Err(format!("has no place here: {reason}")),
    }
}

/// Reads one file; what is not understood in it is worth a remark.
fn remarks(role: Role, file: &RenderedFile) -> Result<Vec<String>, String> {
    if !role.is_managed() {
        return Ok(Vec::new());
    }
    if file.text.trim().is_empty() {
        return Err("it is empty".into());
    }
    let loaded = document::load(role, file.text.as_bytes()).map_err(|why| why.to_string())?;
    if loaded.stamps != Stamps::None {
        return Err("bears the line that says whose it is; that line is added by itself".into());
    }
    let remark = |problem: &crate::model::Problem| format!("{} (line {})", problem.message, problem.position.line);
    Ok(loaded.problems.iter().map(remark).collect())
}

/// The document without which there is nothing to keep in step.
fn lacks(kind: EntityKind, made: &Made) -> Option<String> {
    let (roles, names): (&[Role], _) = match kind {
        EntityKind::Sprint => (&[Role::Sprint], "SPRINT.md"),
        EntityKind::Task => (&[Role::Task, Role::AgentConfig], "TASK.md or AGENT.yml"),
        EntityKind::Agent => (&[Role::AgentProfile], "profile"),
    };
    let is_there = made.documents.iter().any(|(role, ..)| roles.contains(role));
    (!is_there).then(|| format!("it makes no {names}"))
}

/// Two files in one place.
fn twice(made: &Made) -> Option<String> {
    let same = |a: &(Role, String, String), b: &(Role, String, String)| {
        a.1.eq_ignore_ascii_case(&b.1) || (a.0 == Role::AgentProfile && b.0 == Role::AgentProfile)
    };
    let all = &made.documents;
    let repeated = all.iter().enumerate().find(|(index, one)| all[..*index].iter().any(|other| same(one, other)));
    repeated.map(|(_, (_, name, _))| format!("it makes `{name}` twice"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DocPath;

    fn read_one(kind: EntityKind, files: &[(&str, &str)]) -> Result<Made, String> {
        let layout = Layout::new(DocPath::new("delegation").expect("a path"));
        let file = |(name, text): &(&str, &str)| RenderedFile { name: (*name).into(), text: (*text).into() };
        let files: Vec<_> = files.iter().map(file).collect();
        read(&layout, kind, &files).map_err(|faults| faults.join("; "))
    }

    #[test]
    fn what_the_next_sync_would_refuse_is_refused_at_once() {
        let id = "01a1f906-c5f0-747d-a6fd-d8e48dda1fd0 a0dd72c0c215";
        for (files, why) in [
            (&[("TASK.md", "# T\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n")][..], "conflict"),
            (&[("TASK.md", "# T\n"), ("AGENT.yml", "a: 1\na: 2\n")], "`AGENT.yml`"),
            (&[("NOTES.md", "x\n")], "it makes no TASK.md or AGENT.yml"),
            (&[("TASK.md", "# T\n"), ("SPRINT.md", "# S\n")], "`SPRINT.md`: has no place here"),
            (&[("TASK.md", "")], "`TASK.md`: it is empty"),
            (&[("TASK.md", " \n\n")], "`TASK.md`: it is empty"),
            (&[("TASK.md", &format!("# T\n<!-- instep {id} -->\n"))], "added by itself"),
            (&[("Task.md", "# T\n")], "`Task.md`: has no place here"),
            (&[("TASK.md", "# T\n"), ("x.txt", "x\n")], "neither Markdown nor YAML"),
            (&[("TASK.md", "# T\n"), ("x.md", "x\n"), ("X.md", "x\n")], "`X.md` twice"),
        ] {
            let fault = read_one(EntityKind::Task, files).expect_err(why);
            assert!(fault.contains(why), "{fault}");
        }
    }

    #[test]
    fn what_is_not_understood_is_remarked() {
        let made = read_one(EntityKind::Task, &[("TASK.md", "# T\n\n**Status**: nonsense\n"), ("NOTES.md", "x\n")]);
        let made = made.expect("it can be kept");
        assert_eq!(made.documents.iter().map(|(role, ..)| *role).collect::<Vec<_>>(), [Role::Task, Role::Attachment]);
        assert!(made.remarks.len() == 1 && made.remarks[0].1.ends_with("(line 3)"), "{:?}", made.remarks);
    }
}
