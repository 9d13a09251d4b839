//! Asks before something that is hard to take back; where nobody can answer, it refuses.

use std::io::{self, BufRead as _, IsTerminal as _};

use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen};

/// Goes on if the person said so, with `--yes` or at the terminal.
///
/// # Errors
/// Nobody can be asked (wrong usage), or the answer was not yes.
pub(super) fn confirm(screen: &mut Screen, question: &Line, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || screen.talk_look().columns.is_none() {
        let failure = Failure::new("not-confirmed", Exit::Usage, format!("this needs a yes: {}", question.show(false)));
        return Err(failure.hint("there is no terminal to ask on; add `--yes` if you are sure"));
    }
    screen.ask(&question.clone().with(Role::Dim, " [y/N]"));
    let mut answer = String::new();
    _ = io::stdin().lock().read_line(&mut answer);
    if is_yes(&answer) { Ok(()) } else { Err(Failure::new("declined", Exit::Failed, "nothing was done")) }
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::super::screen::tests::on_paper;
    use super::super::screen::{Look, Talk};
    use super::*;

    #[test]
    fn without_a_terminal_nobody_is_asked() {
        let (mut screen, out, err) = on_paper(Look::default(), Talk::Normal);
        let refused = confirm(&mut screen, &"Remove 3 tasks?".into(), false).expect_err("nobody said yes");
        assert_eq!((refused.exit, refused.message.as_str()), (Exit::Usage, "this needs a yes: Remove 3 tasks?"));
        assert!(refused.hint.is_some_and(|hint| hint.contains("--yes")));
        assert_eq!((out.text(), err.text()), (String::new(), String::new()));
        assert_eq!(confirm(&mut screen, &"Remove 3 tasks?".into(), true), Ok(()));
    }

    #[test]
    fn only_yes_is_yes() {
        assert!(["y", "Y\n", " yes\r\n", "YES"].iter().all(|answer| is_yes(answer)));
        assert!(!["", "\n", "n", "yess", "no", "yes please"].iter().any(|answer| is_yes(answer)));
    }
}
