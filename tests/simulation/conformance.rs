//! The simulated disk does what the real one does: the same random scripts on both, call by call.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use instep::tree::{At, Disk, FileKind, Make, Trust, Vfs, locate};

use crate::dice::Dice;
use crate::disk::SimDisk;
use crate::power::Power;

const PATHS: [&str; 9] = ["a", "b", "f", "f/a", "f/b", "f/g", "f/g/a", "h", "h/a"];

/// What a call answered, as far as both disks can agree: no inode, no time.
fn call(disk: &dyn Vfs, dice: &mut Dice) -> String {
    let base = |dice: &mut Dice, path| if dice.roll(4) == 0 { At::shared(path) } else { At::project(path) };
    let mut path = || PATHS[dice.roll(PATHS.len())];
    let (one, other) = (path(), path());
    let (one, other, deed) = (base(dice, one), base(dice, other), dice.roll(13));
    let text = format!("{}{}", one.path, dice.roll(3));
    let make = Make { mode: Some(0o640), uid: None, gid: None };
    let answer = match deed {
        0 | 1 => disk.create(one, &[text.as_bytes(), b"!"], make).map(|stat| format!("{} {:o}", stat.size, stat.mode)),
        2 | 3 => disk.create_folder(one).map(|()| String::new()),
        4 => disk.exchange(one, other).map(|()| String::new()),
        5 => disk.rename_new(one, other).map(|()| String::new()),
        6 => disk.rename_over(one, other).map(|()| String::new()),
        7 => disk.link(one, other).map(|()| String::new()),
        8 => disk.remove(one).map(|()| String::new()),
        9 => disk.remove_folder(one).map(|()| String::new()),
        10 => disk.read(one, 4).map(|read| format!("{:?} {}", read.bytes, read.is_steady)),
        11 => disk.stat(one).map(|stat| {
            let of_file = (stat.kind == FileKind::File).then_some((stat.size, stat.links));
            format!("{:?} {of_file:?}", stat.kind)
        }),
        _ => disk.sync_one(one).map(|()| String::new()),
    };
    let errno = |error: std::io::Error| error.raw_os_error();
    format!("{deed} {one:?} {other:?}: {:?}", answer.map_err(errno))
}

/// Everything that is there, with its bytes.
fn everything(disk: &dyn Vfs) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for base in [At::project(""), At::shared("")] {
        for entry in disk.walk(base).unwrap_or_default() {
            let path = String::from_utf8(entry.name.to_vec()).expect("only names of this script");
            let at = At { path: &path, ..base };
            let bytes = disk.read(at, 1 << 20).ok().map(|read| read.bytes);
            found.insert(format!("{:?} {path}", base.base), bytes);
        }
    }
    found.retain(|path, _| !path.ends_with(".gitignore") && !path.contains("Project .instep"));
    found
}

#[test]
fn both_disks_answer_every_call_alike() {
    for seed in 1..=400 {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("project");
        fs::create_dir(&root).expect("a root");
        let real = Disk::open(&locate(&root, &Trust::current(&[], Vec::new())).expect("a project")).expect("a disk");
        real.make_state().expect("state folders");
        let simulated = SimDisk::new(Arc::new(Power::default()));
        let mut dice = [Dice::of(seed), Dice::of(seed)];
        for step in 0..60 {
            let answers = [call(&real, &mut dice[0]), call(&simulated, &mut dice[1])];
            assert_eq!(answers[0], answers[1], "script {seed}, step {step}: the real disk, then the simulated one");
            assert_eq!(everything(&real), everything(&simulated), "script {seed}, after step {step}: {}", answers[0]);
        }
    }
}
