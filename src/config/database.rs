//! Which database is meant: the nearest voice wins, and a name that nobody knows is an error, never a fallback.

use std::collections::BTreeMap;

use super::{Database, DatabaseUrl, EMBEDDED, Finding, Origin, Setting};
use crate::model::{Severity, did_you_mean};

/// Everybody who has a say, the nearest first.
pub(super) struct Wanted<'a> {
    pub(super) flag: Option<&'a str>,
    pub(super) url: Option<Setting<DatabaseUrl>>,
    pub(super) variable: Option<Setting<String>>,
    pub(super) repository: Option<Setting<String>>,
    pub(super) user: Option<Setting<String>>,
}

/// Settles which database is meant; `named` holds those that the user's file knows.
pub(super) fn choose(
    wanted: Wanted<'_>,
    named: &BTreeMap<String, Setting<DatabaseUrl>>,
    findings: &mut Vec<Finding>,
) -> Setting<Database> {
    let flag = wanted.flag.map(|name| Setting { value: name.to_owned(), origin: Origin::CommandLine("--database") });
    if let (None, Some(url)) = (&flag, wanted.url) {
        return url.with(Database::Shared { alias: None, url: url.value.clone() });
    }
    let Some(name) = flag.or(wanted.variable).or(wanted.repository).or(wanted.user) else {
        return Setting::default(Database::Embedded);
    };
    if name.value == EMBEDDED {
        return name.with(Database::Embedded);
    }
    if let Some(url) = named.get(&name.value) {
        return name.with(Database::Shared { alias: Some(name.value.clone()), url: url.value.clone() });
    }
    findings.push(Finding {
        rule: "unknown-database",
        severity: Severity::Error,
        place: name.origin,
        message: unknown(&name.value, named),
    });
    name.with(Database::Embedded)
}

/// The name is only repeated where it cannot be an address, which might hold a password.
fn unknown(name: &str, named: &BTreeMap<String, Setting<DatabaseUrl>>) -> String {
    if name.contains([':', '/', '@']) {
        return "the name of a database is expected here, not an address: write the address under `[databases.<name>]` \
                in your own `config.toml`, or in INSTEP_DATABASE_URL"
            .into();
    }
    let hint = did_you_mean(name, named.keys().map(String::as_str).chain([EMBEDDED]));
    format!("no database is called `{name}` in your own `config.toml`{hint}")
}
