//! The scripts in `completions/` are what the program prints: packagers can take them as they are.
//!
//! `UPDATE=1 cargo test --test completions` writes them anew.

use std::path::Path;

use assert_cmd::Command;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "instep.bash"),
    ("zsh", "_instep"),
    ("fish", "instep.fish"),
    ("powershell", "_instep.ps1"),
    ("elvish", "instep.elv"),
];

#[test]
fn the_packaged_scripts_are_those_that_the_program_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, name) in SCRIPTS {
        let printed = Command::new(env!("CARGO_BIN_EXE_instep")).args(["completions", shell]).assert().success();
        let printed = String::from_utf8(printed.get_output().stdout.clone()).expect("a script is text");
        let path = folder.join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &printed).expect("the script can be written");
        }
        let packaged = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(packaged == printed, "{} is outdated: UPDATE=1 cargo test --test completions", path.display());
    }
}
