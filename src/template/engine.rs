//! The only file that speaks tera: loads sources, and turns tera's complaints into lines with file, line and column.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tera::{ErrorKind, Kwargs, State, Tera, TeraResult, Value};

use super::purse::Purse;
use super::{filters, guard};

/// Most files of a template: tera looks at every path through their includes.
const MAX_FILES: usize = 16;

/// Most bytes of a template's files together.
const MAX_BYTES: usize = 256 * 1024;

/// Loads the `.tera` files of a folder; `stop` ends a rendering at its next checkpoint.
///
/// # Errors
/// Says what is wrong, with file, line and column.
pub(super) fn load(sources: &BTreeMap<String, String>, stop: &Arc<AtomicBool>) -> Result<Tera, String> {
    let size = size_of_all(sources);
    if sources.len() > MAX_FILES || size > MAX_BYTES {
        return Err(format!("it has over {MAX_FILES} files or over {MAX_BYTES} bytes"));
    }
    let mut tera = Tera::new();
    // What is made is Markdown and YAML; escaping for HTML would spoil both.
    tera.autoescape_on(Vec::<&str>::new());
    let purse = Purse::new();
    filters::register(&mut tera, &purse);
    purse.register(&mut tera);
    let stop = Arc::clone(stop);
    let of_texts = purse.clone();
    tera.register_filter(guard::PAID, move |text: &str, _: Kwargs, _: &State| -> TeraResult<String> {
        of_texts.pay(text.len()).map(|()| text.to_owned())
    });
    tera.register_function(guard::CHECKPOINT, move |arguments: Kwargs, _: &State| {
        if stop.load(Ordering::Relaxed) {
            return Err(tera::Error::message("stopped"));
        }
        purse.pay(arguments.get::<usize>("text")?.unwrap_or_default())?;
        let held = arguments.get::<&[Value]>("held")?.unwrap_or_default();
        held.iter().try_for_each(|value| purse.hold(value)).map(|()| "")
    });
    // First as written, so that complaints show what the author sees; then with checkpoints.
    tera.add_raw_templates(sources).map_err(|error| explain(&error, sources))?;
    let guarded = sources.iter().map(|(name, text)| (name, guard::guarded(text, size).text));
    tera.add_raw_templates(guarded).map_err(|error| explain(&error, sources))?;
    Ok(tera)
}

fn size_of_all(sources: &BTreeMap<String, String>) -> usize {
    sources.values().map(String::len).sum()
}

/// The variables that the files use, sorted.
pub(super) fn used(tera: &Tera, sources: &BTreeMap<String, String>) -> Vec<String> {
    let of = |name: &String| tera.get_template_variables(name).unwrap_or_default();
    let mut used: Vec<String> = sources.keys().flat_map(of).map(str::to_owned).collect();
    used.sort();
    used.dedup();
    used
}

/// A complaint of tera in one line, about these sources; checkpoints do not count into its column.
pub(super) fn explain(error: &tera::Error, sources: &BTreeMap<String, String>) -> String {
    let (report, is_guarded) = match error.kind() {
        ErrorKind::SyntaxError(report) => (report, false),
        ErrorKind::RenderingError(report) => (report, true),
        _ => return one_line(&error.to_string()),
    };
    let (name, line, column) = (report.filename(), report.span().start_line, report.span().start_col);
    let column = match sources.get(name) {
        Some(source) if is_guarded => guard::guarded(source, size_of_all(sources)).column_as_written(line, column),
        _ => column,
    };
    // What else there is, in an order of its own: no help, and another text each time.
    let message = report.message().split(" Available ").next().unwrap_or_default();
    format!("{name}:{line}:{}: {message}", column + 1)
}

/// Tera draws several lines per complaint where it checks names; the first two say what and where.
fn one_line(drawn: &str) -> String {
    let mut lines = drawn.lines();
    let what = lines.next().unwrap_or_default().trim_start_matches("error: ");
    match lines.next().and_then(|at| at.trim().strip_prefix("--> ")) {
        Some(at) => format!("{at}: {what}"),
        None => what.to_owned(),
    }
}
