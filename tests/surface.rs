//! What people meet at the command line: what is refused and in which words, and what is shown.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;

#[path = "surface/comparing.rs"]
mod comparing;
#[path = "surface/making.rs"]
mod making;
#[path = "surface/telling.rs"]
mod telling;
