//! Puts checkpoints into a template, so that a loop that writes nothing can be stopped as well.
//!
//! ```text
//! {% for a in b -%} text      becomes      {% for a in b -%}{{ checkpoint() -}} text
//! ```
//!
//! It knows where tera's tags begin and end and nothing else of the language.

/// The function that a checkpoint calls.
pub(super) const CHECKPOINT: &str = "instep_checkpoint";

/// The same, with and without the mark that takes the blanks behind it away.
const CALLS: [&str; 2] = ["{{ instep_checkpoint() }}", "{{ instep_checkpoint() -}}"];

/// Tags whose insides, or what they stand in, may run many times.
const REPEATED: [&str; 4] = ["for", "component", "block", "include"];

/// The template with a checkpoint behind each tag whose insides may run many times.
pub(super) fn with_checkpoints(source: &str) -> String {
    let mut guarded = String::with_capacity(source.len() * 2);
    let mut rest = source;
    while let Some(start) = rest.find("{") {
        let (text, tag) = rest.split_at(start);
        guarded.push_str(text);
        let length = tag_length(tag);
        let (tag, after) = tag.split_at(length);
        guarded.push_str(tag);
        if REPEATED.contains(&keyword(tag)) {
            // The blanks that the tag takes away must still stand right behind it.
            guarded.push_str(if tag.ends_with("-%}") {
                "{{ instep_checkpoint() -}}"
            } else {
                "{{ instep_checkpoint() }}"
            });
        }
        rest = after;
    }
    guarded.push_str(rest);
    guarded
}

/// The column in the template as written of a column in the one with checkpoints; both from 0, lines from 1.
pub(super) fn column_as_written(source: &str, line: usize, column: usize) -> usize {
    let guarded = with_checkpoints(source);
    let before: String = guarded.lines().nth(line - 1).unwrap_or_default().chars().take(column).collect();
    let added: usize = CALLS.into_iter().map(|call| before.matches(call).count() * call.len()).sum();
    column - added
}

/// How long the tag is that `text` begins with; 1 where its brace begins no tag.
fn tag_length(text: &str) -> usize {
    let to = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    match text.get(..2) {
        Some("{#") => to("#}"),
        Some("{{") => code_length(text, "}}"),
        Some("{%") => {
            let length = code_length(text, "%}");
            if keyword(&text[..length]) == "raw" { to_end_of_raw(text, length) } else { length }
        }
        _ => 1,
    }
}

/// Up to `end`, which does not count inside quotes.
fn code_length(text: &str, end: &str) -> usize {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in text.char_indices().skip(2) {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if text[at..].starts_with(end) => return at + end.len(),
            None => {}
        }
    }
    text.len()
}

fn to_end_of_raw(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(found) = text[at..].find("{%") {
        at += found;
        let length = code_length(&text[at..], "%}");
        if keyword(&text[at..at + length]) == "endraw" {
            return at + length;
        }
        at += 2;
    }
    text.len()
}

/// The first word of a `{% … %}` tag; empty for other tags.
fn keyword(tag: &str) -> &str {
    let Some(inside) = tag.strip_prefix("{%") else { return "" };
    inside.trim_start_matches('-').split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_that_repeat_get_a_checkpoint() {
        for (source, guarded) in [
            ("{% for a in b %}x{% endfor %}", "{% for a in b %}{{ instep_checkpoint() }}x{% endfor %}"),
            ("{%- for a in b -%}\n x{% endfor %}", "{%- for a in b -%}{{ instep_checkpoint() -}}\n x{% endfor %}"),
            ("{% block x %}{% endblock %}", "{% block x %}{{ instep_checkpoint() }}{% endblock %}"),
            ("{%for a in '%}' %}", "{%for a in '%}' %}{{ instep_checkpoint() }}"),
            ("{% for a in \"\\\"%}\" %}", "{% for a in \"\\\"%}\" %}{{ instep_checkpoint() }}"),
            ("{{ '{% for a in b %}' }}", "{{ '{% for a in b %}' }}"),
            ("{# {% for a in b %} #}", "{# {% for a in b %} #}"),
            ("{% raw %}{% for a in b %}{% endraw %}", "{% raw %}{% for a in b %}{% endraw %}"),
            ("{ {{ {% for", "{ {{ {% for"),
            ("ä{ö}{%", "ä{ö}{%"),
        ] {
            assert_eq!(with_checkpoints(source), guarded);
        }
    }
}
