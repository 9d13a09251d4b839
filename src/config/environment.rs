//! What environment variables say.

use std::collections::BTreeMap;

use super::{Color, DatabaseUrl, Finding, Origin, Setting};
use crate::model::{Severity, nearest};

const URL: &str = "INSTEP_DATABASE_URL";
const DATABASE: &str = "INSTEP_DATABASE";
const COLOR: &str = "INSTEP_COLOR";
/// <https://no-color.org>: any value but the empty one.
const NO_COLOR: &str = "NO_COLOR";

/// What environment variables say.
#[derive(Default)]
pub(super) struct Environment {
    pub(super) url: Option<Setting<DatabaseUrl>>,
    pub(super) database: Option<Setting<String>>,
    pub(super) color: Option<Setting<Color>>,
}

/// Reads the variables that mean something here; an empty one counts as missing.
pub(super) fn read(variables: Option<&BTreeMap<String, String>>, findings: &mut Vec<Finding>) -> Environment {
    let Some(variables) = variables else { return Environment::default() };
    findings.extend(variables.keys().filter_map(|name| slip(name)));
    let get = |name: &'static str| {
        let value = variables.get(name).filter(|value| !value.is_empty())?;
        Some(Setting { value: value.as_str(), origin: Origin::Environment(name) })
    };
    let no_color = get(NO_COLOR).map(|setting| setting.with(Color::Never));
    Environment {
        url: get(URL).and_then(|it| parsed(it, |text| DatabaseUrl::new(text).map_err(|e| e.to_string()), findings)),
        database: get(DATABASE).map(|setting| setting.with(setting.value.to_owned())),
        color: get(COLOR).and_then(|it| parsed(it, Color::parse, findings)).or(no_color),
    }
}

fn parsed<T>(
    setting: Setting<&str>,
    parse: impl Fn(&str) -> Result<T, String>,
    findings: &mut Vec<Finding>,
) -> Option<Setting<T>> {
    match parse(setting.value) {
        Ok(value) => Some(setting.with(value)),
        Err(message) => {
            findings.push(Finding { rule: "bad-setting", severity: Severity::Error, place: setting.origin, message });
            None
        }
    }
}

/// A name that looks like a slip of the finger: what was meant would otherwise be passed over in silence.
fn slip(name: &str) -> Option<Finding> {
    let known = [URL, DATABASE, COLOR];
    if !name.starts_with("INSTEP_DATA") || known.contains(&name) {
        return None;
    }
    let meant = *nearest(name, known).first()?;
    let message =
        format!("the environment variable `{}` means nothing here; did you mean `{meant}`?", name.escape_default());
    Some(Finding { rule: "unknown-setting", severity: Severity::Warning, place: Origin::Environment(meant), message })
}
