//! Names that editors and file synchronisers leave lying about; they are never documents.

/// Endings of backups, merge left-overs and half-written files.
const ENDINGS: &[&str] = &["~", ".orig", ".rej", ".bak", ".tmp", ".temp", ".swp", ".swo", ".swx", ".part", ".crswap"];

/// Beginnings of lock and swap files.
const BEGINNINGS: &[&str] = &[".#", "~$", "._", ".~lock.", ".goutputstream-", ".syncthing."];

/// Whole names that desktops leave.
const NAMES: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini", ".directory"];

/// What JetBrains puts at the end of a name.
const MARKS: &[&str] = &["___jb_tmp___", "___jb_old___"];

/// What Dropbox, Nextcloud and Syncthing put into the middle of a name.
const CONFLICTS: &[&str] = &["conflicted copy", ".sync-conflict-", "_conflict-"];

/// Whether some program left a file of this name and no person wants it as a document.
pub(super) fn is_litter(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || NAMES.contains(&name)
        || MARKS.iter().any(|mark| name.contains(mark))
        || is_autosave(name)
        || is_probe(name)
}

/// Whether a file synchroniser gave this name to the second of two texts: somebody's work may lie in it.
pub(super) fn is_conflict_copy(name: &str) -> bool {
    CONFLICTS.iter().any(|mark| name.contains(mark)) || is_numbered_copy(name)
}

/// Emacs saves `TASK.md` as `#TASK.md#`.
fn is_autosave(name: &str) -> bool {
    name.starts_with('#') && name.ends_with('#')
}

/// Vim asks with a file like `4913` whether it may write to a folder.
fn is_probe(name: &str) -> bool {
    name.bytes().all(|c| c.is_ascii_digit())
}

/// `TASK (1).md`: what a synchroniser makes of the second of two TASK.md.
fn is_numbered_copy(name: &str) -> bool {
    let Some((stem, number)) = name.rsplit_once('.').and_then(|(stem, _)| stem.rsplit_once(" (")) else {
        return false;
    };
    let digits = number.strip_suffix(')').unwrap_or_default();
    ["SPRINT", "TASK", "AGENT"].contains(&stem) && !digits.is_empty() && is_probe(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed13_swap_and_backup_files_are_litter() {
        for name in [
            ".TASK.md.swp",
            "TASK.md~",
            "4913",
            ".#TASK.md",
            "#TASK.md#",
            "TASK.md.orig",
            "TASK.md.rej",
            "TASK.md.bak",
            ".DS_Store",
            "._TASK.md",
            "~$TASK.md",
            "TASK.md___jb_tmp___",
        ] {
            assert!(is_litter(name), "{name}");
        }
    }

    #[test]
    fn fs23_conflict_copies_are_told_from_litter() {
        for name in [
            "TASK (Ada's conflicted copy 2026-03-04).md",
            "TASK.sync-conflict-20260304-101112-ABCDEFG.md",
            "TASK_conflict-20260304-101112.md",
            "TASK (1).md",
            "AGENT (12).yml",
        ] {
            assert!(is_conflict_copy(name) && !is_litter(name), "{name}");
        }
    }

    #[test]
    fn ordinary_names_are_not_litter() {
        for name in
            ["TASK.md", "#1.md", "notes (draft).md", "notes (1).md", "2026.md", "conflict.md", ".hash", "a~b.md"]
        {
            assert!(!is_litter(name) && !is_conflict_copy(name), "{name}");
        }
    }
}
