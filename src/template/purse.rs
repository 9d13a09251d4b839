//! What a rendering may hold in memory: everything that grows is paid for, and nothing comes back into the purse.
//!
//! An expression has a bounded number of parts, and tera bounds `range`. So what one can make is bounded where each value
//! that it starts from is, and where each filter that multiplies asks first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tera::{Kwargs, State, Tera, TeraResult, Value};

/// Most bytes that a variable of a template holds.
const MOST_HELD: usize = 256 * 1024;

/// Most bytes that a filter makes at once: as many as a template may write.
const MOST_MADE: usize = 1024 * 1024;

/// Bytes of all variables and texts that a rendering makes, one after the other.
const ALL: usize = 64 * 1024 * 1024;

/// Most columns that a line is moved, as tera has it.
const WIDEST: usize = 1000;

/// What a value takes beside its text.
const OF_A_VALUE: usize = size_of::<Value>();

/// What is left to spend.
#[derive(Clone)]
pub(super) struct Purse(Arc<AtomicUsize>);

impl Purse {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(ALL)))
    }

    /// Pays for so many bytes.
    pub(super) fn pay(&self, bytes: usize) -> TeraResult<()> {
        let paid = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        let full = |_| tera::Error::message(format!("its variables and texts take more than {ALL} bytes"));
        paid.map(drop).map_err(full)
    }

    /// Pays for what a variable holds.
    pub(super) fn hold(&self, value: &Value) -> TeraResult<()> {
        match size(value, MOST_HELD) {
            Some(bytes) => self.pay(bytes),
            None => Err(tera::Error::message(format!("a variable holds more than {MOST_HELD} bytes"))),
        }
    }

    /// Pays for a text before it is made.
    fn make(&self, bytes: usize) -> TeraResult<()> {
        if bytes > MOST_MADE {
            return Err(tera::Error::message(format!("a filter makes more than {MOST_MADE} bytes")));
        }
        self.pay(bytes)
    }

    /// A text that was made, paid for.
    pub(super) fn made(&self, text: String) -> TeraResult<String> {
        self.make(text.len()).map(|()| text)
    }

    /// Puts filters that pay in the place of those of tera that multiply.
    pub(super) fn register(&self, tera: &mut Tera) {
        let purse = self.clone();
        tera.register_filter("replace", move |text: &str, arguments: Kwargs, _: &State| -> TeraResult<String> {
            let (from, to) = (arguments.must_get::<&str>("from")?, arguments.must_get::<&str>("to")?);
            purse.make(text.len() + text.matches(from).count() * to.len())?;
            Ok(text.replace(from, to))
        });
        let purse = self.clone();
        tera.register_filter("join", move |all: &[Value], arguments: Kwargs, _: &State| -> TeraResult<String> {
            let between = arguments.get::<&str>("sep")?.unwrap_or_default();
            purse.make(all.len() * between.len())?;
            let mut parts = Vec::with_capacity(all.len());
            for value in all {
                let part = value.to_string();
                purse.make(part.len())?;
                parts.push(part);
            }
            Ok(parts.join(between))
        });
        let purse = self.clone();
        tera.register_filter("split", move |text: &str, arguments: Kwargs, _: &State| -> TeraResult<Vec<Value>> {
            let pattern = arguments.must_get::<&str>("pat")?;
            purse.make(text.len() + text.split(pattern).count() * OF_A_VALUE)?;
            Ok(text.split(pattern).map(Value::from).collect())
        });
        let purse = self.clone();
        tera.register_filter("indent", move |text: &str, arguments: Kwargs, _: &State| {
            purse.indented(text, &arguments)
        });
    }

    fn indented(&self, text: &str, arguments: &Kwargs) -> TeraResult<String> {
        let width = arguments.get::<usize>("width")?.unwrap_or(4).min(WIDEST);
        let sign = arguments.get::<&str>("indentation")?.unwrap_or(" ");
        if sign.chars().count() != 1 {
            return Err(tera::Error::message("The `indentation` argument must contain exactly one character"));
        }
        let is_first_moved = arguments.get::<bool>("first")?.unwrap_or(false);
        let are_blank_moved = arguments.get::<bool>("blank")?.unwrap_or(false);
        self.make(text.len() + text.lines().count() * width * sign.len())?;
        let is_moved = |index: usize, line: &str| match index {
            0 => is_first_moved,
            _ => are_blank_moved || !line.is_empty(),
        };
        let margin = sign.repeat(width);
        let moved = |(index, line)| if is_moved(index, line) { format!("{margin}{line}") } else { line.to_owned() };
        let lines: Vec<String> = text.lines().enumerate().map(moved).collect();
        Ok(lines.join("\n") + if text.ends_with('\n') { "\n" } else { "" })
    }
}

/// How many bytes a value takes as if nothing in it were shared; `None` where it is more than `most`.
fn size(value: &Value, most: usize) -> Option<usize> {
    let mut left = most.checked_sub(OF_A_VALUE + value.as_str().map_or(0, str::len))?;
    for one in value.as_array().into_iter().flatten() {
        left -= size(one, left)?;
    }
    for (name, one) in value.as_map().into_iter().flatten() {
        left = left.checked_sub(name.as_str().map_or(OF_A_VALUE, str::len))?;
        left -= size(one, left)?;
    }
    Some(most - left)
}
