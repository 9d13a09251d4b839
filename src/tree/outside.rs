//! Files outside the tree that the user names: settings, plans, lists of things to make.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::TreeError;

/// Reads a file of at most `limit` bytes; `None` when there is none.
///
/// # Errors
/// When it cannot be read, is too large, or is no regular file.
pub fn read_outside(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, TreeError> {
    let failed = |source| TreeError::Io { deed: "read", path: path.to_owned(), source };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(TreeError::TooLarge { path: path.to_owned(), size, limit });
    }
    Ok(Some(bytes))
}

/// Reads what the user names: a file, or for `-` standard input to its end; `None` when there is no such file.
///
/// # Errors
/// As [`read_outside`].
pub fn read_named(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, TreeError> {
    if path != Path::new("-") {
        return read_outside(path, limit);
    }
    let mut bytes = Vec::new();
    let failed = |source| TreeError::Io { deed: "read", path: path.to_owned(), source };
    io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    let size = bytes.len() as u64;
    if size > limit { Err(TreeError::TooLarge { path: path.to_owned(), size, limit }) } else { Ok(Some(bytes)) }
}

/// Writes a file that must not exist, durably; the folder must exist.
///
/// # Errors
/// [`TreeError::Taken`] when something is there: what the user wrote is never overwritten.
pub fn write_outside(path: &Path, bytes: &[u8]) -> Result<(), TreeError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => TreeError::Taken { path: path.to_owned() },
        _ => TreeError::Io { deed: "write", path: path.to_owned(), source },
    };
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

/// Writes a file of local state, durably, in the place of the one that this program wrote there before.
///
/// # Errors
/// When the old one cannot be removed or the new one not be written.
pub fn write_anew(path: &Path, bytes: &[u8]) -> Result<(), TreeError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(TreeError::Io { deed: "replace", path: path.to_owned(), source })
        }
        _ => write_outside(path, bytes),
    }
}

/// Files beside another one whose names go on where its own ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copies {
    /// How many there are, what belongs to one counted with it.
    pub count: usize,
    /// The bytes of all of them.
    pub bytes: u64,
}

/// Counts the copies of `path` whose names go on with one of `infixes`; a file that belongs to a copy ends with one of
/// `beside`.
///
/// # Errors
/// When the folder cannot be read.
pub fn copies(path: &Path, beside: &[&str], infixes: &[&str]) -> Result<Copies, TreeError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let failed = |source| TreeError::Io { deed: "list", path: folder.to_owned(), source };
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let mut names = BTreeSet::new();
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let goes_on = |rest: &str| infixes.iter().any(|infix| rest.starts_with(infix));
        let is_copy = name.strip_prefix(&*own).is_some_and(goes_on);
        // Whoever removes one of them meanwhile is not in the way.
        let Some(size) = entry.metadata().ok().filter(|_| is_copy).map(|stat| stat.len()) else { continue };
        bytes += size;
        names.insert(beside.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name).to_owned());
    }
    Ok(Copies { count: names.len(), bytes })
}

/// Whether there is a file of local state.
pub fn is_there(path: &Path) -> bool {
    path.exists()
}

/// Gives a file of local state, and those beside it that belong to it, another name: the old name, `suffix`, and a
/// number where something has that name already.
///
/// # Errors
/// When the file cannot be renamed; those beside it are renamed first and may be missing.
pub fn set_aside(path: &Path, beside: &[&str], suffix: &str) -> Result<PathBuf, TreeError> {
    let named = |suffix: &str, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.push(ending);
        PathBuf::from(name)
    };
    let endings = || beside.iter().copied().chain([""]);
    let is_free = |suffix: &String| endings().all(|ending| std::fs::symlink_metadata(named(suffix, ending)).is_err());
    let numbered = (2..).map(|n| format!("{suffix}-{n}"));
    let suffix = std::iter::once(suffix.to_owned()).chain(numbered).find(is_free).expect("some number is free");
    for ending in endings() {
        let (from, to) = (named("", ending), named(&suffix, ending));
        let renamed =
            std::fs::rename(&from, &to).map_err(|source| TreeError::Io { deed: "rename", path: from, source });
        match renamed {
            Err(error) if ending.is_empty() || !error.is_absence() => return Err(error),
            _ => {}
        }
    }
    Ok(named(&suffix, ""))
}
