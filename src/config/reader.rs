//! Reads the tables of one settings file: takes what it is asked for and tells what nobody asked for.
//!
//! It does not know what a setting means.

use std::fmt::Display;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::origin::{Finding, Origin, Setting};
use crate::model::{Position, Severity, Span, did_you_mean};

/// One settings file and what is wrong with it.
pub(super) struct Reader<'t> {
    text: &'t str,
    place: fn(Position) -> Origin,
    found: Vec<(usize, Finding)>,
}

/// One table of a settings file, and what of it was asked for so far.
pub(super) struct Table<'t> {
    name: String,
    rest: DeTable<'t>,
    known: Vec<&'static str>,
}

/// A key with its value that nobody asked for.
pub(super) struct Leftover<'t> {
    /// The key with the tables around it.
    pub(super) path: String,
    /// The key.
    pub(super) key: String,
    /// The bytes of the key.
    pub(super) span: Span,
    /// The value.
    pub(super) value: DeValue<'t>,
}

impl<'t> Reader<'t> {
    /// Reads `text`; what is not TOML is reported and read as an empty file.
    pub(super) fn new(text: &'t str, place: fn(Position) -> Origin) -> (Self, Table<'t>) {
        let mut reader = Self { text, place, found: Vec::new() };
        let rest = DeTable::parse(text).map(Spanned::into_inner).unwrap_or_else(|error| {
            // Only the bare message: the error's own picture shows the line, which may hold a password.
            reader.error("broken-toml", error.span().unwrap_or(0..0), error.message());
            DeTable::new()
        });
        (reader, Table::new(String::new(), rest))
    }

    /// Hands over what was found, in the order of the file.
    pub(super) fn finish(mut self, findings: &mut Vec<Finding>) {
        self.found.sort_by_key(|(at, _)| *at);
        findings.extend(self.found.into_iter().map(|(_, finding)| finding));
    }

    /// The place of `span` in this file.
    pub(super) fn origin(&self, span: &Span) -> Origin {
        (self.place)(Position::of(self.text, span.start))
    }

    /// Reports something with which no command may run.
    pub(super) fn error(&mut self, rule: &'static str, span: Span, message: impl Display) {
        self.report(Severity::Error, rule, span, message);
    }

    /// Reports something wrong.
    pub(super) fn report(&mut self, severity: Severity, rule: &'static str, span: Span, message: impl Display) {
        let place = self.origin(&span);
        self.found.push((span.start, Finding { rule, severity, place, message: message.to_string() }));
    }

    /// Takes the text at `key`.
    pub(super) fn text(&mut self, table: &mut Table<'t>, key: &'static str) -> Option<(Setting<String>, Span)> {
        let value = table.take(key)?;
        self.expect_text(&table.path(key), value)
    }

    /// Takes the text at `key` and makes something of it; `None` where that fails, which is reported.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        table: &mut Table<'t>,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Setting<T>> {
        let (text, span) = self.text(table, key)?;
        match parse(&text.value) {
            Ok(value) => Some(text.with(value)),
            Err(error) => {
                self.error("bad-setting", span, format!("`{}`: {error}", table.path(key)));
                None
            }
        }
    }

    /// Takes the list at `key`, each item made something of.
    pub(super) fn list<T>(
        &mut self,
        table: &mut Table<'t>,
        key: &'static str,
        item: impl Fn(&DeValue<'t>) -> Option<T>,
    ) -> Option<Setting<Vec<T>>> {
        let value = table.take(key)?;
        let span = value.span();
        let items: Option<Vec<T>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|each| item(each.get_ref())).collect(),
            _ => None,
        };
        if items.is_none() {
            self.error("bad-setting", span.clone(), format!("`{}` is not a list of such values", table.path(key)));
        }
        Some(Setting { value: items?, origin: self.origin(&span) })
    }

    /// Takes the table at `key`; an empty one where there is none.
    pub(super) fn table(&mut self, table: &mut Table<'t>, key: &'static str) -> Table<'t> {
        let name = table.path(key);
        let rest = match table.take(key).map(|value| (value.span(), value.into_inner())) {
            None => DeTable::new(),
            Some((_, DeValue::Table(rest))) => rest,
            Some((span, other)) => {
                self.error("bad-setting", span, format!("`{name}` is {}, not a table", kind_of(&other)));
                DeTable::new()
            }
        };
        Table::new(name, rest)
    }

    /// Takes the tables in `table`, whose names the user chose.
    pub(super) fn tables(&mut self, table: &mut Table<'t>) -> Vec<(Spanned<DeString<'t>>, Table<'t>)> {
        let mut found = Vec::new();
        for (key, value) in table.take_all() {
            let name = table.path(key.get_ref());
            match value.into_inner() {
                DeValue::Table(rest) => found.push((key, Table::new(name, rest))),
                other => {
                    let message = format!("`{name}` is {}, not a table", kind_of(&other));
                    self.error("bad-setting", key.span(), message);
                }
            }
        }
        found
    }

    /// Checks that `value` is a text.
    pub(super) fn expect_text(&mut self, path: &str, value: Spanned<DeValue<'t>>) -> Option<(Setting<String>, Span)> {
        let span = value.span();
        match value.into_inner() {
            DeValue::String(text) => Some((Setting { value: text.into(), origin: self.origin(&span) }, span)),
            other => {
                self.error("bad-setting", span, format!("`{path}` is {}, not a text", kind_of(&other)));
                None
            }
        }
    }

    /// How many things were reported so far.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Reports `leftover` as a key that means nothing.
    pub(super) fn unknown(&mut self, leftover: &Leftover<'_>, known: &[&str]) {
        let message =
            format!("unknown setting `{}`{}", leftover.path, did_you_mean(&leftover.key, known.iter().copied()));
        self.report(Severity::Warning, "unknown-setting", leftover.span.clone(), message);
    }
}

impl<'t> Table<'t> {
    fn new(name: String, rest: DeTable<'t>) -> Self {
        Self { name, rest, known: Vec::new() }
    }

    /// The dotted name of `key` in this table.
    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.into() } else { format!("{}.{key}", self.name) }
    }

    /// Takes the value at `key`, and remembers that the key means something.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.rest.remove(key)
    }

    /// Takes every value, for a table whose keys the user chooses.
    pub(super) fn take_all(&mut self) -> Vec<(Spanned<DeString<'t>>, Spanned<DeValue<'t>>)> {
        std::mem::take(&mut self.rest).into_iter().collect()
    }

    /// What nobody asked for, and the keys that would have meant something.
    pub(super) fn finish(self) -> (Vec<Leftover<'t>>, Vec<&'static str>) {
        let leftover = |name: &str, (key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| Leftover {
            path: if name.is_empty() { key.get_ref().to_string() } else { format!("{name}.{}", key.get_ref()) },
            span: key.span(),
            key: key.into_inner().into_owned(),
            value: value.into_inner(),
        };
        (self.rest.into_iter().map(|entry| leftover(&self.name, entry)).collect(), self.known)
    }
}

impl<'t> Leftover<'t> {
    /// The keys below this one, where it is a table or a list of tables.
    pub(super) fn inner(&self) -> Vec<Leftover<'t>> {
        let tables: Vec<&DeTable<'t>> = match &self.value {
            DeValue::Table(table) => vec![table],
            DeValue::Array(items) => items.iter().filter_map(|item| item.get_ref().as_table()).collect(),
            _ => Vec::new(),
        };
        let below = |rest: &DeTable<'t>| Table::new(self.path.clone(), rest.clone()).finish().0;
        tables.into_iter().flat_map(below).collect()
    }
}

/// A plain value as JSON; `None` for tables and for numbers that JSON does not have.
pub(super) fn to_json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(truth) => Value::from(*truth),
        DeValue::Datetime(at) => Value::from(at.to_string()),
        DeValue::Integer(n) => Value::from(i64::from_str_radix(n.as_str(), n.radix()).ok()?),
        DeValue::Float(n) => Value::from(n.as_str().parse::<f64>().ok().filter(|n| n.is_finite())?),
        DeValue::Array(items) => Value::Array(items.iter().map(|i| to_json(i.get_ref())).collect::<Option<_>>()?),
        DeValue::Table(_) => return None,
    })
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
