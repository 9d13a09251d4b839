//! The words for how far something is.

use super::foreign::{self, Language};
use super::{date, fold};
use crate::model::{SprintStatus, TaskStatus};

/// The status of a task.
pub(super) fn task(raw: &str) -> Option<TaskStatus> {
    status(raw, task_word)
}

/// The status of a sprint: its own words, else those of tasks.
pub(super) fn sprint(raw: &str) -> Option<SprintStatus> {
    status(raw, |words| sprint_word(words).or_else(|| task_word(words).and_then(as_sprint)))
}

/// Looks up the whole text, then the text without a remark, then without a date; a symbol counts where it is alone.
fn status<S>(raw: &str, word: impl Fn(&str) -> Option<S>) -> Option<S> {
    let folded = fold::folded(raw);
    if folded.is_empty() {
        return fold::symbol(raw).and_then(symbol_word).and_then(word);
    }
    let words = fold::without_remark(&folded).trim_end_matches(['.', '!', ':']);
    let shorter = || without_date(words).and_then(&word);
    word(&folded).or_else(|| word(words)).or_else(shorter).or_else(|| word(open_ended(words)?))
}

/// `completed 2026-02-27` without the date.
fn without_date(words: &str) -> Option<&str> {
    let ends = words.match_indices(' ').take(3);
    let (at, _) = ends.into_iter().find(|(at, _)| date::read(&words[at + 1..]).is_some())?;
    Some(words[..at].trim_end_matches([',', ':']).trim_end_matches(" on"))
}

/// The phrases that go on with what is being waited for.
fn open_ended(words: &str) -> Option<&'static str> {
    if words.starts_with("ready for review ") {
        Some("in review")
    } else if words.starts_with("ready for ") && words != "ready for review" {
        Some("ready")
    } else if words.starts_with("pending dependency ") {
        Some("blocked")
    } else {
        None
    }
}

fn symbol_word(symbol: char) -> Option<&'static str> {
    match symbol {
        '⬜' | '🔲' | '📋' | '🔜' | '📝' => Some("pending"),
        '🔄' | '🚧' | '⏳' => Some("in progress"),
        '⏸' | '🔒' => Some("blocked"),
        '✅' | '✓' | '✔' | '☑' | '🎉' => Some("completed"),
        '❌' => Some("cancelled"),
        _ => None,
    }
}

fn task_word(words: &str) -> Option<TaskStatus> {
    Some(match words {
        "pending" | "todo" | "to do" | "to-do" | "not started" | "not_started" | "not-started" | "open" | "ready"
        | "ready-for-dev" | "backlog" | "planned" | "planning" | "draft" => TaskStatus::Pending,
        "in progress" | "in-progress" | "in_progress" | "inprogress" | "wip" | "work in progress" | "doing"
        | "active" | "started" | "current" => TaskStatus::InProgress,
        "review" | "in review" | "in-review" | "in_review" | "ready for review" | "ready-for-review"
        | "ready_for_review" | "awaiting review" => TaskStatus::Review,
        "blocked" | "waiting" | "on hold" | "on-hold" | "on_hold" | "paused" => TaskStatus::Blocked,
        "completed" | "complete" | "done" | "closed" | "finished" | "fixed" | "resolved" | "merged" | "shipped"
        | "implemented" | "100%" | "100 %" | "100% complete" | "100% completed" => TaskStatus::Completed,
        "cancelled" | "canceled" | "won't do" | "wont do" | "won't fix" | "wontfix" | "scrapped" | "dropped"
        | "obsolete" | "superseded" => TaskStatus::Cancelled,
        foreign => return foreign_word(foreign),
    })
}

/// What people often write in place of a status's own word.
pub(super) const SPOKEN: &[&str] = &[
    "todo", "open", "ready", "draft", "planned", "wip", "doing", "started", "waiting", "paused", "done", "closed",
    "finished", "fixed", "resolved", "merged", "shipped", "dropped", "wontfix",
];

/// What each place of a [`Language`] means.
const MEANINGS: [TaskStatus; 6] = [
    TaskStatus::Pending,
    TaskStatus::InProgress,
    TaskStatus::Review,
    TaskStatus::Blocked,
    TaskStatus::Completed,
    TaskStatus::Cancelled,
];

/// Spanish, Portuguese, French, German, Swedish, Italian, Chinese, Korean, Japanese, Arabic.
const LANGUAGES: &[Language<6>] = &[
    [
        &["pendiente", "por hacer"],
        &["en curso", "en progreso"],
        &["en revisión"],
        &["bloqueado", "bloqueada"],
        &["completado", "completada", "hecho", "hecha", "terminado", "terminada", "finalizado", "finalizada"],
        &["cancelado", "cancelada"],
    ],
    [
        &["pendente", "a fazer", "planejado", "planejada"],
        &["em andamento", "em progresso"],
        &["em revisão"],
        &["bloqueado", "bloqueada"],
        &["concluído", "concluída", "feito", "feita"],
        &["cancelado", "cancelada"],
    ],
    [
        &["à faire", "en attente"],
        &["en cours"],
        &["en revue"],
        &["bloqué"],
        &["terminé", "terminée"],
        &["annulé", "annulée"],
    ],
    [
        &["offen", "geplant", "ausstehend"],
        &["in Arbeit", "aktiv"],
        &["in Prüfung"],
        &["blockiert"],
        &["erledigt", "fertig", "abgeschlossen"],
        &["abgebrochen"],
    ],
    [
        &["att göra", "planerad", "ej påbörjad"],
        &["pågår", "pågående", "aktiv"],
        &[],
        &["blockerad"],
        &["klar", "färdig", "implementerad"],
        &["avbruten"],
    ],
    [&["da fare"], &["in corso"], &["in revisione"], &["bloccato"], &["completato", "completata"], &["annullato"]],
    [&["待处理", "草稿", "待办", "未开始"], &["进行中"], &["审核中"], &["阻塞"], &["已完成", "完成"], &["已取消"]],
    [&["대기", "준비됨"], &["진행 중", "진행중"], &["검토 중"], &["차단됨"], &["완료", "완료됨"], &["취소됨"]],
    [&["未着手"], &["進行中"], &[], &["ブロック中"], &["完了"], &["中止"]],
    [&["قيد الانتظار"], &["قيد التنفيذ"], &[], &[], &["مكتمل"], &[]],
];

fn foreign_word(words: &str) -> Option<TaskStatus> {
    foreign::meaning(LANGUAGES, words).map(|at| MEANINGS[at])
}

/// How those who say `old` in their language say `status`, where their word for it is known.
pub(super) fn likewise(old: &str, status: TaskStatus) -> Option<&'static str> {
    let at = MEANINGS.iter().position(|meaning| *meaning == status)?;
    foreign::likewise(LANGUAGES, &fold::folded(old), at)
}

/// The status of a task for which other languages have the words that they use of sprints, too.
pub(super) fn as_task(status: SprintStatus) -> TaskStatus {
    match status {
        SprintStatus::Planning => TaskStatus::Pending,
        SprintStatus::Active => TaskStatus::InProgress,
        SprintStatus::OnHold => TaskStatus::Blocked,
        SprintStatus::Completed => TaskStatus::Completed,
        SprintStatus::Cancelled => TaskStatus::Cancelled,
    }
}

fn sprint_word(words: &str) -> Option<SprintStatus> {
    Some(match words {
        "planning" | "planned" => SprintStatus::Planning,
        "active" => SprintStatus::Active,
        "on hold" | "on_hold" | "on-hold" => SprintStatus::OnHold,
        _ => return None,
    })
}

/// A sprint is not reviewed as a whole.
fn as_sprint(status: TaskStatus) -> Option<SprintStatus> {
    match status {
        TaskStatus::Pending => Some(SprintStatus::Planning),
        TaskStatus::InProgress => Some(SprintStatus::Active),
        TaskStatus::Review => None,
        TaskStatus::Blocked => Some(SprintStatus::OnHold),
        TaskStatus::Completed => Some(SprintStatus::Completed),
        TaskStatus::Cancelled => Some(SprintStatus::Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_meaning() {
        use TaskStatus::*;
        let table = [
            ("`todo`", Some(Pending)),
            ("Ready for planning", Some(Pending)),
            ("⬜", Some(Pending)),
            ("🔄 IN PROGRESS", Some(InProgress)),
            ("in_progress", Some(InProgress)),
            ("**READY FOR REVIEW** (code is there)", Some(Review)),
            ("Ready for review and commit", Some(Review)),
            ("PENDING DEPENDENCY RESOLUTION", Some(Blocked)),
            ("⏸️", Some(Blocked)),
            ("✅ **COMPLETE** - shipped", Some(Completed)),
            ("Completed 2026-02-27", Some(Completed)),
            ("Done – October 12, 2025", Some(Completed)),
            ("100 %", Some(Completed)),
            ("[x] Completed", Some(Completed)),
            ("Won’t do", Some(Cancelled)),
            ("已完成", Some(Completed)),
            ("진행 중", Some(InProgress)),
            ("in Arbeit", Some(InProgress)),
            ("مكتمل", Some(Completed)),
            ("95% Complete", None),
            ("Analysis complete - ready for implementation", None),
            ("", None),
        ];
        for (raw, meaning) in table {
            assert_eq!(task(raw), meaning, "{raw}");
        }
    }

    #[test]
    fn every_foreign_word_means_what_its_place_says() {
        for language in LANGUAGES {
            for (words, meaning) in language.iter().zip(MEANINGS) {
                words.iter().for_each(|word| assert_eq!(task(word), Some(meaning), "{word}"));
            }
        }
        assert_eq!(likewise("进行中", TaskStatus::Completed), Some("已完成"));
        assert_eq!(likewise("Cancelada", TaskStatus::Blocked), Some("bloqueada"), "Spanish and Portuguese agree");
        assert_eq!(likewise("cancelado", TaskStatus::Completed), None, "Spanish or Portuguese");
        assert_eq!(likewise("完了", TaskStatus::Review), None, "no word for it is known");
        assert_eq!(likewise("pending", TaskStatus::Review), None);
    }

    #[test]
    fn every_spoken_word_is_known() {
        assert_eq!(SPOKEN.iter().find(|word| task(word).is_none()), None);
    }

    #[test]
    fn a_sprint_knows_the_words_of_tasks() {
        assert_eq!(sprint("Draft"), Some(SprintStatus::Planning));
        assert_eq!(sprint("In Progress"), Some(SprintStatus::Active));
        assert_eq!(sprint("paused"), Some(SprintStatus::OnHold));
        assert_eq!(sprint("in review"), None);
        assert_eq!(sprint("READY FOR REVIEW"), None);
    }
}
