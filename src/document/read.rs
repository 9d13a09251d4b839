//! Bytes that can be understood, or the reason why not.

use memchr::memmem;

use super::yaml::{self, Refusal};
use super::{Document, Stamps, parse, split};
use crate::model::{Position, Problem, Role};

/// Why a file is left alone on both sides until somebody mends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {}, column {})", position.line, position.column)]
pub struct Quarantine {
    /// The kind of reason.
    pub reason: Reason,
    /// Where.
    pub position: Position,
    /// A lower-case sentence.
    pub message: String,
}

/// The kinds of reasons why a file cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// There are no bytes.
    Empty,
    /// Over 1 MiB, or over 256 KiB of YAML.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// A NUL byte.
    Nul,
    /// A merge left its markers.
    ConflictMarkers,
    /// A pointer of git LFS instead of the text.
    LfsPointer,
    /// Not YAML, or no mapping.
    BrokenYaml,
    /// YAML nested more than 32 deep.
    TooDeep,
    /// A key that occurs twice in one mapping.
    DuplicateKey,
    /// Aliases that expand beyond all measure.
    AliasBomb,
}

impl Reason {
    /// The word in JSON and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::NotUtf8 => "not-utf8",
            Self::Nul => "nul",
            Self::ConflictMarkers => "conflict-markers",
            Self::LfsPointer => "lfs-pointer",
            Self::BrokenYaml => "broken-yaml",
            Self::TooDeep => "too-deep",
            Self::DuplicateKey => "duplicate-key",
            Self::AliasBomb => "alias-bomb",
        }
    }
}

/// A file's content, understood.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The text without its stamp.
    pub document: Document,
    /// The stamps that the file bore.
    pub stamps: Stamps,
    /// Whether nothing but blank lines follows the stamp.
    pub stamp_is_last: bool,
    /// What is wrong with stamp and text.
    pub problems: Vec<Problem>,
}

/// Checks that `bytes` can be understood as a document of `role`.
///
/// # Errors
/// Says what is wrong and where.
pub fn read(role: Role, bytes: &[u8]) -> Result<&str, Quarantine> {
    let text = decode(role, bytes)?;
    if role.is_yaml() {
        yaml::check(text).map_err(|refusal| Quarantine::of(text, refusal))?;
    }
    Ok(text)
}

/// Reads a whole file: checks the bytes, takes the stamp off and parses the rest, once.
///
/// # Errors
/// Those of [`read`].
pub fn load(role: Role, bytes: &[u8]) -> Result<Loaded, Quarantine> {
    let stamped = split(role, decode(role, bytes)?);
    let (document, mut problems) = parse(role, stamped.text);
    if let Some(quarantine) = document.quarantine() {
        return Err(quarantine.clone());
    }
    problems.extend(stamped.problems);
    Ok(Loaded { document, stamps: stamped.stamps, stamp_is_last: stamped.is_last, problems })
}

impl Quarantine {
    /// A refusal of the YAML `text`.
    pub(super) fn of(text: &str, refusal: Refusal) -> Self {
        Self { reason: refusal.reason, position: Position::of(text, refusal.offset), message: refusal.message }
    }
}

/// The most bytes of a document, and of one in YAML.
pub(super) const LARGEST: usize = 1 << 20;
const LARGEST_YAML: usize = 256 << 10;

/// The most bytes of a stamp with its line ends: it counts for nothing, so that stamping makes no file too large.
const LONGEST_STAMP: usize = 128;

/// Checks `bytes` as far as that needs no grammar; whether YAML is refused shows when it is parsed.
///
/// # Errors
/// Says what is wrong and where.
pub fn decode(role: Role, bytes: &[u8]) -> Result<&str, Quarantine> {
    const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";
    let most = if role.is_yaml() { LARGEST_YAML } else { LARGEST };
    let refuse = |reason, message: String| Err(quarantine("", 0, reason, message));
    if bytes.is_empty() {
        return refuse(Reason::Empty, "the file is empty".into());
    }
    let too_large =
        |size| quarantine("", 0, Reason::TooLarge, format!("the file has {size} bytes, {most} are the most"));
    if bytes.len() > most + LONGEST_STAMP {
        return Err(too_large(bytes.len()));
    }
    if bytes.starts_with(LFS) {
        return refuse(Reason::LfsPointer, "the file is a pointer of git LFS, its text was not fetched".into());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    if bytes.len() > most && split(role, text).text.len() > most {
        return Err(too_large(bytes.len()));
    }
    if let Some(at) = text.find('\0') {
        return Err(quarantine(text, at, Reason::Nul, "the text holds a NUL byte".into()));
    }
    if let Some(at) = conflict_marker(text) {
        return Err(quarantine(text, at, Reason::ConflictMarkers, "a merge left its conflict markers here".into()));
    }
    Ok(text)
}

fn not_utf8(bytes: &[u8], valid: usize) -> Quarantine {
    let message = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16, not UTF-8",
        _ => "the file is not UTF-8 here",
    };
    let before = String::from_utf8_lossy(&bytes[..valid]);
    quarantine(&before, valid, Reason::NotUtf8, message.into())
}

/// Where a conflict of git begins: its three markers in order, each at the start of a line.
fn conflict_marker(text: &str) -> Option<usize> {
    let at_line_start = |at: usize| at == 0 || text[..at].ends_with(['\n', '\u{feff}']);
    let start = memmem::find_iter(text.as_bytes(), "<<<<<<< ").find(|&at| at_line_start(at))?;
    let mut lines = text[start..].lines();
    let has_middle = lines.any(|line| line.trim_end() == "=======");
    (has_middle && lines.any(|line| line.starts_with(">>>>>>> "))).then_some(start)
}

fn quarantine(text: &str, at: usize, reason: Reason, message: String) -> Quarantine {
    Quarantine { reason, position: Position::of(text, at), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reason, line and column.
    type Told = (Reason, usize, usize);

    fn refused(role: Role, bytes: &[u8]) -> Option<Told> {
        let quarantine = load(role, bytes).err()?;
        assert_eq!(read(role, bytes).err().as_ref(), Some(&quarantine));
        Some((quarantine.reason, quarantine.position.line, quarantine.position.column))
    }

    #[test]
    fn hx07_bytes_that_cannot_be_understood_are_quarantined() {
        let conflict = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n";
        let table: [(&[u8], Option<Told>); 8] = [
            (b"", Some((Reason::Empty, 1, 1))),
            (&vec![b'a'; (1 << 20) + 1], Some((Reason::TooLarge, 1, 1))),
            (&vec![b'a'; 1 << 20], None),
            ("a\né\u{0}b".as_bytes(), Some((Reason::Nul, 2, 2))),
            (b"a\nb \xff", Some((Reason::NotUtf8, 2, 3))),
            (conflict.as_bytes(), Some((Reason::ConflictMarkers, 2, 1))),
            (b"Title\n=======\n<<<<<<< not alone\n", None),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", Some((Reason::LfsPointer, 1, 1))),
        ];
        for (bytes, expected) in table {
            assert_eq!(refused(Role::Task, bytes), expected);
        }
    }

    #[test]
    fn ed12_broken_yaml_is_quarantined_with_its_line() {
        assert_eq!(
            refused(Role::AgentConfig, b"a: 1\nb:\n\tc: 2\n").map(|(reason, line, _)| (reason, line)),
            Some((Reason::BrokenYaml, 3))
        );
        assert_eq!(refused(Role::AgentConfig, b"a: 1\na: 2\n"), Some((Reason::DuplicateKey, 2, 1)));
        assert_eq!(refused(Role::AgentConfig, "\u{feff}a: \u{a0}b\n".as_bytes()), None);
        let large = format!("a: {}\n", "x".repeat(256 << 10));
        assert_eq!(refused(Role::AgentConfig, large.as_bytes()), Some((Reason::TooLarge, 1, 1)));
    }
}
