//! What the user's own `config.toml` says: everything that grants trust.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::reader::{Reader, Table};
use super::{Color, DatabaseUrl, EMBEDDED, Finding, Origin, Setting};

/// The user's settings.
pub(super) struct UserFile {
    pub(super) databases: BTreeMap<String, Setting<DatabaseUrl>>,
    pub(super) default_database: Option<Setting<String>>,
    pub(super) color: Option<Setting<Color>>,
    pub(super) trusted_owners: Option<Setting<Vec<u32>>>,
    pub(super) trusted_paths: Option<Setting<Vec<String>>>,
}

/// Reads the text of the user's file.
pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> UserFile {
    let (mut reader, mut top) = Reader::new(text, Origin::User);
    let mut trust = reader.table(&mut top, "trust");
    let databases = reader.table(&mut top, "databases");
    let file = UserFile {
        databases: named(&mut reader, databases),
        default_database: reader.text(&mut top, "default_database").map(|(name, _)| name),
        color: reader.parsed(&mut top, "color", Color::parse),
        trusted_owners: reader.list(&mut trust, "owners", owner),
        trusted_paths: reader.list(&mut trust, "paths", |item| item.as_str().map(str::to_owned)),
    };
    for table in [top, trust] {
        warn_of_rest(&mut reader, table);
    }
    reader.finish(findings);
    file
}

/// `[databases.<name>] url = "…"`.
fn named<'t>(reader: &mut Reader<'t>, mut databases: Table<'t>) -> BTreeMap<String, Setting<DatabaseUrl>> {
    let mut found = BTreeMap::new();
    for (key, mut table) in reader.tables(&mut databases) {
        let url = reader.parsed(&mut table, "url", DatabaseUrl::new);
        warn_of_rest(reader, table);
        let name = key.get_ref().to_string();
        if name == EMBEDDED {
            reader.error("bad-setting", key.span(), format!("`{EMBEDDED}` always names the embedded database"));
        } else if let Some(url) = url {
            found.insert(name, url);
        } else {
            reader.error("bad-setting", key.span(), format!("the database `{name}` has no usable `url`"));
        }
    }
    found
}

fn owner(item: &DeValue<'_>) -> Option<u32> {
    let number = item.as_integer()?;
    u32::from_str_radix(number.as_str(), number.radix()).ok()
}

fn warn_of_rest<'t>(reader: &mut Reader<'t>, table: Table<'t>) {
    let (rest, known) = table.finish();
    for leftover in rest {
        reader.unknown(&leftover, &known);
    }
}
