//! Starts the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    instep::cli::main()
}
