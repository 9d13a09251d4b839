//! Real planning documents of other projects, to measure on; none of them belongs to this one.
//!
//! They lie where `INSTEP_CORPUS` says, else in `../shared/corpus` beside the checkout. Most of them are packed in
//! `dev.tar.zst`, which is unpacked once, by `zstd` and `tar`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of documents.
pub(crate) struct Corpus {
    root: PathBuf,
    unpacked: PathBuf,
}

impl Corpus {
    /// The corpus; where there is none, a loud line says what is not tested.
    #[expect(clippy::print_stderr, reason = "nothing is skipped silently")]
    pub(crate) fn find(untested: &str) -> Option<Self> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        let root = std::env::var_os("INSTEP_CORPUS").map_or_else(beside, PathBuf::from);
        if !root.is_dir() {
            eprintln!("NOT TESTED: {untested}: no corpus in {}; INSTEP_CORPUS may name one", root.display());
            return None;
        }
        if Command::new("zstd").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("NOT TESTED: {untested}: there is no zstd to unpack the corpus with");
            return None;
        }
        let unpacked = unpack(&root.join("dev.tar.zst"));
        Some(Self { root, unpacked })
    }

    /// Where the document of the corpus-relative `path` lies.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        if path.starts_with("dev/") { self.unpacked.join(path) } else { self.root.join(path) }
    }
}

/// The folder with the content of `archive`; other test programs may unpack it at the same time.
fn unpack(archive: &Path) -> PathBuf {
    let size = fs::metadata(archive).expect("the archive of the corpus").len();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("corpus-{size}"));
    if folder.is_dir() {
        return folder;
    }
    let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder to unpack in");
    let mut zstd = Command::new("zstd").arg("-dc").arg(archive).stdout(Stdio::piped()).spawn().expect("zstd runs");
    let packed = zstd.stdout.take().expect("the output is piped");
    let tar = Command::new("tar").arg("-x").current_dir(fresh.path()).stdin(packed).status().expect("tar runs");
    assert!(tar.success() && zstd.wait().expect("zstd ends").success(), "{} cannot be unpacked", archive.display());
    let fresh = fresh.keep();
    if fs::rename(&fresh, &folder).is_err() {
        fs::remove_dir_all(&fresh).expect("the loser of the race removes its own");
    }
    folder
}
