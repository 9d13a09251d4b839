//! What templates can do with values beside tera's own filters.

use jiff::civil::Date;
use tera::{Kwargs, State, Tera, TeraResult, Value};
use unicode_normalization::UnicodeNormalization;

use super::purse::Purse;

/// Longest slug, in bytes: that of a code.
const MAX_SLUG: usize = 64;

/// Makes the filters known to `tera`; before any template is added, because tera checks their names then.
pub(super) fn register(tera: &mut Tera, purse: &Purse) {
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| {
        slug(text).ok_or_else(|| tera::Error::message("no letter or digit of a-z, 0-9 to make a name from"))
    });
    tera.register_filter("date", date);
    let purse = purse.clone();
    // Each time quotes are quoted again.
    tera.register_filter("yaml", move |value: &Value, _: Kwargs, _: &State| purse.made(yaml(value)?));
    tera.register_filter("line", |value: &Value, _: Kwargs, _: &State| line(&value.to_string()));
    tera.register_filter("text", |value: &Value, _: Kwargs, _: &State| text(&value.to_string()));
}

/// Makes a name of lower-case letters, digits and single dashes; `None` where nothing of the text can be part of one.
pub fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for c in text.nfkd().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !is_accent(c) && c != '\'' && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_SLUG);
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// A mark that decomposition has split from its letter.
fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// `{{ today | date(format="%d %B %Y", plus_days=14) }}`; the value is a date as `2026-01-31`.
fn date(text: &str, arguments: Kwargs, _: &State) -> TeraResult<String> {
    let day: Date =
        text.parse().map_err(|_| tera::Error::message(format!("`{text}` is not a date such as 2026-01-31")))?;
    let format = arguments.get::<&str>("format")?.unwrap_or("%Y-%m-%d");
    let days = arguments.get::<i64>("plus_days")?.unwrap_or(0);
    let fault = |error: jiff::Error| tera::Error::message(error);
    let span = jiff::Span::new().try_days(days).map_err(fault)?;
    let day = day.checked_add(span).map_err(fault)?;
    jiff::fmt::strtime::format(format, day).map_err(fault)
}

/// A value as one line of YAML that every reader, of YAML 1.1 as of 1.2, takes for that value.
///
/// Texts are always in double quotes: plain `no`, `1e3` and `2026-01-01` are no texts to some readers.
fn yaml(value: &Value) -> TeraResult<String> {
    if value.is_undefined() {
        return Ok("null".into());
    }
    // JSON is YAML, but for characters that JSON writes as they are and YAML does not print.
    let json = serde_json::to_string(value).map_err(tera::Error::message)?;
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                text.push_str(&format!("\\u{:04x}", c as u32))
            }
            _ => text.push(c),
        }
    }
    Ok(text)
}

/// A text on one line of Markdown: it cannot begin a line of its own, a comment or a stamp.
fn line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ").replace("<!--", "&lt;!--")
}

/// A text of several lines of Markdown, without outer blanks, control characters and anything that looks like a stamp.
fn text(text: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = text.chars().filter(kept).collect();
    text.trim().replace("<!-- instep", "&lt;!-- instep")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn filtered(expression: &str, value: &str) -> Result<String, String> {
        let mut tera = Tera::new();
        register(&mut tera, &Purse::new());
        let mut context = tera::Context::new();
        context.insert("value", value);
        tera.render_str(&format!("{{{{ {expression} }}}}"), &context, false).map_err(|error| error.to_string())
    }

    #[test]
    fn a_slug_is_always_a_code() {
        for (text, expected) in [
            ("Use Event  Sourcing!", Some("use-event-sourcing")),
            ("  --Ünïcödé & Ærø ½ ", Some("unicode-r-1-2")),
            ("Don't panic", Some("dont-panic")),
            ("ＦＵＬＬ width", Some("full-width")),
            ("完成", None),
            ("../../etc/passwd", Some("etc-passwd")),
            ("", None),
        ] {
            assert_eq!(slug(text).as_deref(), expected, "{text}");
        }
        let long = slug(&"word ".repeat(100)).expect("letters");
        assert!(crate::model::Code::new(&long).is_ok(), "{long}");
    }

    #[test]
    fn dates_are_formatted_and_counted_on() {
        assert_eq!(filtered("value | date", "2026-01-31"), Ok("2026-01-31".into()));
        assert_eq!(filtered("value | date(format='%d %B %Y')", "2026-01-31"), Ok("31 January 2026".into()));
        assert_eq!(filtered("value | date(plus_days=29)", "2024-01-31"), Ok("2024-02-29".into()));
        assert!(filtered("value | date", "tomorrow").is_err_and(|e| e.contains("`tomorrow` is not a date")));
        assert!(filtered("value | date(plus_days=999999999999)", "2024-01-31").is_err());
        assert!(filtered("value | date(format='%!')", "2024-01-31").is_err());
    }

    #[test]
    fn hx10_a_text_in_yaml_stays_one_text() {
        for text in
            ["no", "a: b", "# x", "\"", "\\", "a\nb: c", "\u{85}\u{2028}\u{feff}\u{7f}", "1e3", "{{ x }}", "", "- a"]
        {
            let line = filtered("value | yaml", text).expect("a text");
            assert!(!line.contains('\n'), "{line}");
            let back: BTreeMap<String, String> = serde_yaml::from_str(&format!("k: {line}\n")).expect("good YAML");
            assert_eq!(back["k"], text);
        }
        assert_eq!(filtered("[1, true, 'x'] | yaml", ""), Ok("[1,true,\"x\"]".into()));
        assert_eq!(filtered("nothing | yaml", ""), Ok("null".into()));
    }

    #[test]
    fn hx10_a_line_stays_one_line() {
        let forged = "title\r\n**Status**: Completed\u{2028}\u{1b}[2J<!-- instep x y -->";
        assert_eq!(
            filtered("value | line", forged),
            Ok("title **Status**: Completed [2J&lt;!-- instep x y -->".into())
        );
    }
}
