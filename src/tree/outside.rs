//! Files outside the tree that the user names: settings, plans, lists of things to make.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

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

/// Writes a file durably and at once, over what is there; the folder must exist.
///
/// # Errors
/// When it cannot be written; what was there is there still.
pub fn write_outside(path: &Path, bytes: &[u8]) -> Result<(), TreeError> {
    let failed = |source| TreeError::Io { deed: "write", path: path.to_owned(), source };
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = Path::new(&name);
    let written = (|| {
        let mut file = File::create_new(part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(part, path)
    })();
    written.map_err(failed)
}
