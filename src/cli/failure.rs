//! What a person and a program hear when something failed.
//!
//! Every room's error becomes a [`Failure`] in `hints`, and nowhere else get errors an exit code. `effect` is always true: nothing is called done that was not saved,
//! nor failed that was. A hint names one thing to do next and never a complete destructive command.

use std::error::Error;
use std::process::ExitCode;

use serde::{Serialize, Serializer};

use super::json;
use super::screen::{Line, Role, Screen};

mod hints;
mod usage;

/// How the program ends; the numbers are for scripts and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or the reader of the output went away.
    Done = 0,
    /// Failed for a reason that has no number of its own.
    Failed = 1,
    /// The command was not written as it must be.
    Usage = 2,
    /// Conflicts wait for a person.
    Conflicts = 3,
    /// A check found problems.
    Problems = 4,
    /// The database cannot be reached.
    Unreachable = 5,
    /// A file could not be read or written.
    Files = 6,
    /// A safety brake refused.
    Brake = 7,
    /// Interrupted by Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a failed command left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Effect {
    /// Nothing was changed.
    None,
    /// What was asked for was saved; something after it failed.
    Applied,
    /// What files and rows said before was brought into step; nothing was done of what was asked for.
    Settled,
    /// Part of what was asked for was done, such as the project of `init`; the rest was not.
    Begun,
    /// It may have been saved.
    Unknown,
}

/// Why a command did not end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// A stable name, such as `database-busy`.
    pub(super) code: &'static str,
    /// What was tried and on what.
    pub(super) message: String,
    /// Why, outermost first.
    pub(super) causes: Vec<String>,
    /// One thing to do next.
    pub(super) hint: Option<String>,
    /// What it left behind.
    pub(super) effect: Effect,
    /// Whether the same command may succeed later.
    pub(super) retryable: bool,
    /// How the program ends.
    pub(super) exit: Exit,
}

impl Failure {
    /// A failure that changed nothing and that trying again does not help.
    pub(super) fn new(code: &'static str, exit: Exit, message: impl Into<String>) -> Self {
        let message = redact(&message.into());
        Self { code, message, causes: Vec::new(), hint: None, effect: Effect::None, retryable: false, exit }
    }

    /// A failure with the words of `error` and all that caused it.
    pub(super) fn of(code: &'static str, exit: Exit, error: &dyn Error) -> Self {
        let mut failure = Self::new(code, exit, error.to_string());
        failure.causes = chain(error.source());
        failure.causes.retain(|cause| !failure.message.contains(cause.as_str()));
        failure
    }

    /// Says why.
    #[must_use]
    pub(super) fn caused_by(mut self, cause: &dyn Error) -> Self {
        self.causes = chain(Some(cause));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(redact(&hint.into()));
        self
    }

    /// Adds to what was said to do next.
    #[must_use]
    pub(super) fn and_hint(self, more: Option<String>) -> Self {
        match (self.hint.clone(), more) {
            (Some(hint), Some(more)) => self.hint(format!("{hint}; {more}")),
            (None, Some(more)) => self.hint(more),
            (_, None) => self,
        }
    }

    /// Offers names that were probably meant, if there are any.
    #[must_use]
    pub(super) fn did_you_mean(self, names: &[String]) -> Self {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        if names.is_empty() { self } else { self.hint(format!("did you mean {}?", names.join(" or "))) }
    }

    /// Says what it left behind.
    #[must_use]
    pub(super) fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Says what was done before it, unless it says itself that more was, or may have been.
    #[must_use]
    pub(super) fn after(self, earlier: Effect) -> Self {
        if self.effect == Effect::None { self.effect(earlier) } else { self }
    }

    /// Says that the same command may succeed later.
    #[must_use]
    pub(super) fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Tells a person on stderr, or a program on stdout.
    pub(super) fn print(&self, screen: &mut Screen, as_json: bool) {
        if as_json {
            return json::print_error(screen, self);
        }
        screen.alarm(Line::new().with(Role::Error, "error").plain(": ").plain(&self.message));
        for cause in &self.causes {
            screen.alarm(Line::new().with(Role::Dim, "  caused by: ").plain(cause));
        }
        match self.effect {
            Effect::None => {}
            Effect::Applied => screen.alarm("note: the command itself was done"),
            Effect::Settled => screen.alarm("note: what files and rows said before was saved; no more was done"),
            Effect::Begun => screen.alarm("note: part of it was done; the rest was not"),
            Effect::Unknown => screen.alarm("note: it is not known whether anything was saved"),
        }
        if let Some(hint) = &self.hint {
            screen.alarm(Line::new().with(Role::Success, "hint").plain(": ").plain(hint));
        }
    }
}

impl Serialize for Failure {
    /// `message` carries the causes too.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Published<'a> {
            code: &'a str,
            message: String,
            effect: Effect,
            retryable: bool,
            next: Option<&'a str>,
        }
        let parts: Vec<&str> = std::iter::once(&self.message).chain(&self.causes).map(String::as_str).collect();
        let (message, next) = (parts.join(": "), self.hint.as_deref());
        Published { code: self.code, message, effect: self.effect, retryable: self.retryable, next }
            .serialize(serializer)
    }
}

/// What caused it, outermost first; what says only what the one before says already is left out.
fn chain(cause: Option<&dyn Error>) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for cause in std::iter::successors(cause, |cause| (*cause).source()) {
        let words = redact(&cause.to_string());
        if !causes.iter().any(|said| said.contains(&words)) {
            causes.push(words);
        }
    }
    causes
}

/// Hides the password of a URL and the value of `password=`.
fn redact(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(|word| redact_parameter(redact_url(word.to_owned()))).collect()
}

/// A password may hold an `@` itself: the last one ends it.
fn redact_url(mut word: String) -> String {
    let start = word.find("://").map(|at| at + "://".len());
    if let (Some(start), Some(end)) = (start, word.rfind('@'))
        && let Some(colon) = word.get(start..end).and_then(|authority| authority.find(':'))
    {
        word.replace_range(start + colon + 1..end, "***");
    }
    word
}

fn redact_parameter(mut word: String) -> String {
    if let Some(start) = word.to_ascii_lowercase().find("password=").map(|at| at + "password=".len()) {
        let end = word[start..].find(['&', ' ', '\t', '\n']).map_or(word.len(), |at| start + at);
        word.replace_range(start..end, "***");
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::screen::tests::on_paper;
    use super::super::screen::{Look, Talk};
    use super::*;
    use crate::store::StoreError;
    use crate::sync::SyncError;

    fn unreachable() -> Failure {
        let location = "postgres://me:canary@db/plan".to_owned();
        let source = std::io::Error::other("no route to postgres://me:canary@db\x1b[2J");
        StoreError::Unreachable { location, source: Box::new(source) }.into()
    }

    #[test]
    fn a_person_reads_what_why_and_what_next() {
        let (mut screen, out, err) = on_paper(Look::default(), Talk::Quiet);
        unreachable().print(&mut screen, false);
        assert_eq!(out.text(), "");
        assert_eq!(
            err.text(),
            "error: cannot reach the database postgres://me:***@db/plan\n  \
             caused by: no route to postgres://me:***@db\\x1b[2J\n\
             hint: check that the database runs; your files can be edited meanwhile\n"
        );
    }

    #[test]
    fn a_program_reads_it_on_stdout() {
        let (mut screen, out, err) = on_paper(Look::default(), Talk::Normal);
        Failure::new("declined", Exit::Failed, "nothing was done").print(&mut screen, true);
        assert_eq!(err.text(), "");
        assert_eq!(
            out.text(),
            "{\"schema_version\":1,\"kind\":\"error\",\"error\":{\"code\":\"declined\",\"message\":\"nothing was done\",\
             \"effect\":\"none\",\"retryable\":false,\"next\":null}}\n"
        );
    }

    #[test]
    fn an_unknown_outcome_is_called_unknown() {
        let run = crate::model::RunId::new(uuid::Uuid::nil());
        let failure = Failure::from(StoreError::Unknown { location: "db".into(), run });
        assert_eq!((failure.effect, failure.retryable, failure.exit), (Effect::Unknown, true, Exit::Unreachable));
    }

    #[test]
    fn what_was_done_before_a_failure_has_a_word_of_its_own() {
        let stale = || Box::new(SyncError::StalePlan);
        let lost = || {
            let run = crate::model::RunId::new(uuid::Uuid::nil());
            Box::new(SyncError::Store(StoreError::Unknown { location: "db".into(), run }))
        };
        for (error, word) in [
            (SyncError::StalePlan, "none"),
            (SyncError::OnlySettled { source: stale() }, "settled"),
            (SyncError::Begun { source: stale() }, "begun"),
            (SyncError::Done { source: stale() }, "applied"),
            (SyncError::Unwritten { what: "T:a/b".into(), why: "no room".into() }, "applied"),
            (SyncError::Begun { source: lost() }, "unknown"),
        ] {
            let told = serde_json::to_value(Failure::from(error)).expect("it is JSON");
            assert_eq!(told["effect"], word);
        }
    }

    #[test]
    fn db_a_database_that_fails_says_why_once_and_is_no_failure_of_the_command() {
        #[derive(Debug, thiserror::Error)]
        #[error("error returned from the database: {0}")]
        struct Outer(#[source] std::io::Error);
        let source = Box::new(Outer(std::io::Error::other("database or disk is full")));
        let failure = Failure::from(StoreError::Failed { deed: "store changes".into(), source });
        assert_eq!(failure.causes, ["error returned from the database: database or disk is full"]);
        assert_eq!(failure.exit, Exit::Unreachable);
        let failure = Failure::from(StoreError::ReadOnly { location: "db".into() });
        assert_eq!((failure.exit, failure.effect), (Exit::Unreachable, Effect::None));
    }

    #[test]
    fn exit_codes_are_the_published_numbers() {
        let all = [Exit::Done, Exit::Failed, Exit::Usage, Exit::Conflicts, Exit::Problems, Exit::Unreachable];
        assert_eq!(all.map(|exit| exit as u8), [0, 1, 2, 3, 4, 5]);
        assert_eq!([Exit::Files, Exit::Brake, Exit::Interrupted].map(|exit| exit as u8), [6, 7, 130]);
    }

    #[test]
    fn hx22_a_password_is_shown_nowhere() {
        for text in [
            "postgres://me:canary@db/plan",
            "cannot open (postgres://me:can@canary@db/plan)",
            "url=postgres://me:canary/canary@db?sslmode=require",
            "host=db password=canary user=me",
            "postgres://db/plan?PASSWORD=canary&x=1",
        ] {
            let failure = Failure::new("x", Exit::Failed, text).hint(text);
            assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        }
        assert_eq!(
            redact("see https://example.org/a:b and me@example.org"),
            "see https://example.org/a:b and me@example.org"
        );
    }

    proptest! {
        #[test]
        fn hx22_no_text_breaks_the_hiding(before in any::<String>(), after in any::<String>()) {
            let shown = redact(&format!("{before} postgres://me:canary@db {after}"));
            prop_assert!(!shown.contains("me:canary"), "{shown}");
        }
    }
}
