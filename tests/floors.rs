//! Holds the house to its plan: which room stands on which floor, and what may be done where.
//!
//! The scan works on tokens, so that strings, comments and layout cannot fool it, and looks at production code only:
//! what stands under `#[cfg(test)]` is free. Each law has a source below that breaks it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use scan::{Function, Named, Source};

#[path = "floors/scan.rs"]
mod scan;

/// A room imports lower floors only; rooms on one floor do not know each other.
const FLOORS: &[(&str, u8)] = &[
    ("main", 8),
    ("cli", 7),
    ("watch", 6),
    ("mcp", 6),
    ("http", 6),
    ("ops", 5),
    ("sync", 4),
    ("tree", 3),
    ("store", 3),
    ("reconcile", 2),
    ("rules", 2),
    ("template", 2),
    ("context", 2),
    ("document", 1),
    ("config", 1),
    ("model", 0),
];

/// The file that shows the map belongs to no room.
const MAP: &str = "lib";

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 60;
const MAX_MAIN_LINES: usize = 25;

/// A deed that only some rooms may do, and the paths in code that do it; `.name` is a method, `name!` a macro.
struct Reserved {
    deed: &'static str,
    paths: &'static [&'static str],
    allowed: fn(&str, u8) -> bool,
}

const RESERVED: &[Reserved] = &[
    Reserved { deed: "speaks SQL outside store", paths: &["sqlx"], allowed: |room, _| room == "store" },
    Reserved {
        deed: "touches files outside tree",
        paths: &[
            "std::fs",
            "rustix::fs",
            "tokio::fs",
            "walkdir",
            "tempfile",
            ".exists",
            ".try_exists",
            ".canonicalize",
            ".read_dir",
            ".read_link",
            ".symlink_metadata",
        ],
        allowed: |room, _| room == "tree",
    },
    Reserved {
        deed: "prints outside cli",
        paths: &[
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "dbg!",
            "io::stdout",
            "io::stderr",
            "stdout()",
            "stderr()",
        ],
        allowed: |_, floor| floor >= 7,
    },
    Reserved {
        deed: "reads a clock below floor 7",
        paths: &["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now", ".elapsed"],
        allowed: |_, floor| floor >= 7,
    },
    Reserved { deed: "reads the environment below floor 7", paths: &["std::env"], allowed: |_, floor| floor >= 7 },
    Reserved {
        deed: "makes up randomness below floor 7",
        paths: &["Uuid::now_v7", "Uuid::new_v4", "rand", "fastrand", "getrandom"],
        allowed: |_, floor| floor >= 7,
    },
    Reserved {
        deed: "waits below floor 3",
        paths: &["async", "async_trait", ".await", "tokio"],
        allowed: |_, floor| floor >= 3,
    },
];

#[test]
fn the_house_stands_as_planned() {
    let sources = sources();
    assert!(sources.len() > 10, "found {} source files", sources.len());
    let for_tests: BTreeSet<PathBuf> = sources.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_for_tests = |path: &Path| for_tests.iter().any(|t| path == t.with_extension("rs") || path.starts_with(t));
    let found: Vec<String> =
        sources.iter().filter(|(path, _)| !is_for_tests(path)).flat_map(|(path, text)| offences(path, text)).collect();
    assert!(found.is_empty(), "{} offences:\n{}", found.len(), found.join("\n"));
}

/// Every source file below `src/`, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("sources are readable text");
                found.push((path.strip_prefix(root).expect("it was found there").to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The modules in files of their own that `path` declares for tests, without extension.
fn test_modules(path: &Path, text: &str) -> Vec<PathBuf> {
    let stem = path.file_stem().unwrap_or_default();
    let is_root = ["mod", "lib", "main"].iter().any(|root| stem == *root);
    let folder = if is_root { path.with_file_name("") } else { path.with_extension("") };
    let source = scan::read(module_of(path), text).unwrap_or_default();
    source.test_modules.into_iter().map(|name| folder.join(name)).collect()
}

/// Everything in one file that breaks a law, as `path:line: what`.
fn offences(path: &Path, text: &str) -> Vec<String> {
    let at = |(line, what): (usize, String)| format!("{}:{line}: {what}", path.display());
    let room = room_of(path);
    let Some(floor) = floor_of(&room).or((room == MAP).then_some(0)) else {
        return vec![at((1, format!("room {room} has no floor")))];
    };
    let Some(source) = scan::read(module_of(path), text) else {
        return vec![at((1, "cannot be read as Rust".into()))];
    };
    let mut found = Vec::new();
    if !text.lines().next().is_some_and(|line| line.len() > "//! ".len() && line.starts_with("//! ")) {
        found.push((1, "does not begin with a `//!` paragraph".into()));
    }
    found.extend(too_long(&room, text, &source));
    found.extend(source.functions.iter().filter_map(long_function));
    for named in &source.paths {
        found.extend(forbidden_import(&room, floor, named));
        let deeds = RESERVED.iter().filter(|r| !(r.allowed)(&room, floor) && r.paths.iter().any(|p| named.does(p)));
        found.extend(deeds.map(|r| (named.line, r.deed.to_owned())));
    }
    found.sort();
    found.dedup();
    found.into_iter().map(at).collect()
}

/// `src/store/sqlite.rs` is in room `store`, `src/config.rs` in `config`.
fn room_of(path: &Path) -> String {
    module_of(path).first().cloned().unwrap_or_else(|| path.file_stem().unwrap_or_default().display().to_string())
}

/// The path of the module below the root of the crate; empty for `lib.rs` and `main.rs`.
fn module_of(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix("src").expect("only sources are scanned").with_extension("");
    let parts = inside.iter().map(|part| part.display().to_string());
    parts.filter(|part| !["mod", "lib", "main"].contains(&part.as_str())).collect()
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn forbidden_import(room: &str, floor: u8, named: &Named) -> Option<(usize, String)> {
    let target = named.room.as_deref()?;
    let what = match floor_of(target) {
        _ if target == room || room == MAP => return None,
        None => format!("{room} (floor {floor}) reaches for `{target}`, which is no room"),
        Some(other) if other < floor => return None,
        Some(other) => format!("{room} (floor {floor}) imports {target} (floor {other})"),
    };
    Some((named.line, what))
}

fn too_long(room: &str, text: &str, source: &Source) -> Option<(usize, String)> {
    let allowed = if room == "main" { MAX_MAIN_LINES } else { MAX_FILE_LINES };
    let lines = text.lines().count().saturating_sub(source.test_lines);
    (lines > allowed).then(|| (1, format!("has {lines} production lines, {allowed} are allowed")))
}

fn long_function(function: &Function) -> Option<(usize, String)> {
    let Function { line, lines, name } = function;
    (*lines > MAX_FUNCTION_LINES)
        .then(|| (*line, format!("function {name} has {lines} lines, {MAX_FUNCTION_LINES} are allowed")))
}

/// The offences of one made-up file; `code` stands below a proper first paragraph, from line 2 on.
fn of(path: &str, code: &str) -> Vec<String> {
    offences(Path::new(path), &format!("//! Says what it does.\n{code}"))
}

#[test]
fn an_upward_import_is_named_with_its_place() {
    assert_eq!(
        of("src/document/edit.rs", "\nuse crate::store::Store;"),
        ["src/document/edit.rs:3: document (floor 1) imports store (floor 3)"]
    );
}

#[test]
fn a_sideways_import_is_refused() {
    assert_eq!(
        of("src/tree/walk.rs", "use crate::store;"),
        ["src/tree/walk.rs:2: tree (floor 3) imports store (floor 3)"]
    );
}

#[test]
fn a_downward_import_and_the_own_room_are_free() {
    assert_eq!(of("src/sync/apply.rs", "use crate::{model::Code, sync::read, store::{self, Store}};"), [""; 0]);
}

#[test]
fn no_way_of_writing_a_path_hides_an_import() {
    for code in [
        "use crate::{model::Code, ops};",
        "use crate::{model::{self, Code}, ops::{new, list}};",
        "fn f() { let x: crate::ops::New = g!(crate::ops::list()); }",
        "fn f() -> Vec<crate::ops::New> { Vec::new() }",
        "use super::super::ops;",
        "use super::super::{model, ops::new};",
        "use self::super::super::ops;",
        "mod inner { use super::super::super::ops; }",
        "macro_rules! m { () => { $crate::ops::new() } }",
        "fn f() { let x = X { ..crate::ops::new() }; }",
        "use instep::ops;",
        "use ::instep::ops;",
    ] {
        assert_eq!(
            of("src/sync/read.rs", code),
            ["src/sync/read.rs:2: sync (floor 4) imports ops (floor 5)"],
            "{code}"
        );
    }
}

#[test]
fn the_whole_crate_cannot_be_taken_at_once() {
    for code in
        ["use crate::*;", "use crate as house;", "use super::*;", "use crate::{self as house};", "use crate::{*};"]
    {
        assert_eq!(
            of("src/config.rs", code),
            ["src/config.rs:2: config (floor 1) reaches for `*`, which is no room"],
            "{code}"
        );
    }
}

#[test]
fn a_macro_at_the_root_of_the_crate_is_no_room() {
    assert_eq!(
        of("src/sync/read.rs", "crate::say!(1);"),
        ["src/sync/read.rs:2: sync (floor 4) reaches for `say!`, which is no room"]
    );
}

#[test]
fn strings_comments_visibilities_and_tests_are_free() {
    let code = r##"
        /// See [`Store`](crate::store::Store) and println!().
        pub(crate) fn f() -> &'static str { /* use crate::ops; */ "use crate::ops; sqlx::query" }
        pub(super) const X: &str = r#"std::fs::read"#; // std::env::var
        #[cfg(test)]
        mod tests { use crate::ops; #[test] fn t() { println!("{:?}", std::fs::read("x")); } }
    "##;
    assert_eq!(of("src/model/code.rs", code), [""; 0]);
}

#[test]
fn a_file_that_is_declared_for_tests_is_free() {
    let named = |path: &str| test_modules(Path::new(path), "//! X\nmod a;\n#[cfg(test)]\nmod stories;");
    assert_eq!(named("src/store/mod.rs"), [Path::new("src/store/stories")]);
    assert_eq!(named("src/store/sqlite.rs"), [Path::new("src/store/sqlite/stories")]);
    assert_eq!(of("src/store/stories.rs", "#![cfg(test)]\nuse crate::ops;"), [""; 0]);
}

#[test]
fn a_room_needs_a_floor() {
    assert_eq!(of("src/attic.rs", ""), ["src/attic.rs:1: room attic has no floor"]);
    assert_eq!(of("src/attic/box.rs", ""), ["src/attic/box.rs:1: room attic has no floor"]);
}

#[test]
fn a_file_says_what_it_is() {
    for text in ["", "use std::fmt;", "// A comment.", "//!", "\n//! Late."] {
        let found = offences(Path::new("src/model/x.rs"), text);
        assert_eq!(found, ["src/model/x.rs:1: does not begin with a `//!` paragraph"], "{text:?}");
    }
}

#[test]
fn each_outside_language_is_spoken_in_one_room() {
    let foreign =
        |path: &str, code: &str, deed: &str| assert_eq!(of(path, code), [format!("{path}:2: {deed}")], "{code}");
    for code in ["use sqlx::Row;", "fn f() { sqlx::query(\"\"); }", "use ::sqlx::{Row, query};"] {
        foreign("src/ops/new.rs", code, "speaks SQL outside store");
        assert_eq!(of("src/store/sqlite.rs", code), [""; 0]);
    }
    for code in
        ["use std::fs;", "use std::{fmt, fs::File};", "fn f() { rustix::fs::stat(x); }", "fn f() { p.exists(); }"]
    {
        foreign("src/sync/read.rs", code, "touches files outside tree");
        assert_eq!(of("src/tree/read.rs", code), [""; 0]);
    }
}

#[test]
fn only_the_printing_room_prints() {
    for code in [
        "fn f() { print!(1); }",
        "fn f() { std::println!(1); }",
        "fn f() { g(|| eprintln!(1)); }",
        "use std::io::stdout;",
        "use std::io::{self, stderr};",
        "fn f() { io::stdout().flush(); }",
        "fn f() { stderr().flush(); }",
    ] {
        assert_eq!(of("src/ops/new.rs", code), ["src/ops/new.rs:2: prints outside cli"], "{code}");
        assert_eq!(of("src/cli/screen.rs", code), [""; 0]);
        assert_eq!(of("src/main.rs", code), [""; 0]);
    }
    assert_eq!(of("src/tree/git.rs", "fn f() { g(command.stdout(x()).output().stdout); }"), [""; 0]);
}

#[test]
fn below_the_seventh_floor_nobody_looks_outside() {
    for (code, deed) in [
        ("fn f() { Timestamp::now(); }", "reads a clock below floor 7"),
        ("fn f() { jiff::Zoned::now(); }", "reads a clock below floor 7"),
        ("fn f() { std::time::SystemTime::now(); }", "reads a clock below floor 7"),
        ("fn f() { map(Instant::now) }", "reads a clock below floor 7"),
        ("fn f() { start.elapsed(); }", "reads a clock below floor 7"),
        ("use std::env;", "reads the environment below floor 7"),
        ("fn f() { std::env::var(x); }", "reads the environment below floor 7"),
        ("fn f() { Uuid::now_v7(); }", "makes up randomness below floor 7"),
        ("fn f() { uuid::Uuid::new_v4(); }", "makes up randomness below floor 7"),
        ("use rand::Rng;", "makes up randomness below floor 7"),
    ] {
        assert_eq!(of("src/ops/new.rs", code), [format!("src/ops/new.rs:2: {deed}")], "{code}");
        assert_eq!(of("src/cli/clock.rs", code), [""; 0]);
    }
    assert_eq!(of("src/ops/new.rs", "const V: &str = env!(\"CARGO_PKG_VERSION\");"), [""; 0]);
}

#[test]
fn below_the_third_floor_nothing_waits() {
    for code in
        ["async fn f() {}", "fn f() { async { 1 }; }", "#[async_trait] trait T {}", "fn f() { tokio::spawn(x); }"]
    {
        assert_eq!(of("src/rules/all.rs", code), ["src/rules/all.rs:2: waits below floor 3"], "{code}");
        assert_eq!(of("src/store/all.rs", code), [""; 0]);
    }
}

#[test]
fn a_file_has_at_most_400_production_lines() {
    let lines = |n: usize| "const X: u8 = 1;\n".repeat(n);
    assert_eq!(of("src/ops/a.rs", &lines(399)), [""; 0]);
    assert_eq!(of("src/ops/a.rs", &lines(400)), ["src/ops/a.rs:1: has 401 production lines, 400 are allowed"]);
    let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(399), lines(300));
    assert_eq!(of("src/ops/a.rs", &tested), [""; 0]);
    assert_eq!(of("src/main.rs", &lines(25)), ["src/main.rs:1: has 26 production lines, 25 are allowed"]);
}

#[test]
fn a_function_has_at_most_60_lines() {
    let function = |lines: usize| format!("impl X {{\nfn long(&self) {{\n{}}}\n}}", "x();\n".repeat(lines - 2));
    assert_eq!(of("src/ops/a.rs", &function(60)), [""; 0]);
    assert_eq!(of("src/ops/a.rs", &function(61)), ["src/ops/a.rs:3: function long has 61 lines, 60 are allowed"]);
}
