//! Puts checkpoints into a template: a loop that writes nothing can be stopped, and what grows is paid for.
//!
//! ```text
//! {% for a in b -%} text   becomes   {% for a in b -%}{{ checkpoint(text=5, held=[a]) -}} text
//! {% set a = b %}          becomes   {% set a = b %}{{ checkpoint(held=[a]) }}
//! {{ a }}                  becomes   {% filter paid %}{{ a }}{% endfilter %}
//! ```
//!
//! It knows where tera's tags begin and end, which of them give a name to a value, and nothing else of the language.

/// The function that a checkpoint calls.
pub(super) const CHECKPOINT: &str = "instep_checkpoint";

/// The filter that pays for what is written.
pub(super) const PAID: &str = "instep_paid";

/// Tags whose insides, or what they stand in, may run many times.
const REPEATED: [&str; 4] = ["for", "component", "block", "include"];

/// A template with checkpoints.
#[derive(Default)]
pub(super) struct Guarded {
    /// Its text.
    pub(super) text: String,
    /// Where something was added, and how many characters.
    added: Vec<(usize, usize)>,
    /// The blocks that are being set.
    open: Vec<String>,
}

/// The template with a checkpoint behind each tag that may run many times or that names a value, and a price on all
/// that is written; `everything` is what the files of the template take together.
pub(super) fn guarded(source: &str, everything: usize) -> Guarded {
    let mut guarded = Guarded::default();
    let pieces = pieces(source);
    let mut literal: usize = pieces.iter().map(|(text, _)| text.len()).sum();
    for (text, tag) in pieces {
        guarded.text.push_str(text);
        literal -= text.len();
        match keyword(tag) {
            "" => guarded.print(tag),
            "include" => guarded.mark(tag, everything),
            _ => guarded.mark(tag, literal),
        }
    }
    guarded
}

impl Guarded {
    fn add(&mut self, text: &str) {
        self.added.push((self.text.len(), text.chars().count()));
        self.text.push_str(text);
    }

    /// A `{{ … }}`, or what is no tag. A component pays inside, and what a block says stays part of it.
    fn print(&mut self, tag: &str) {
        let inside = tag.strip_prefix("{{").and_then(|tag| tag.strip_suffix("}}"));
        let said = inside.map(|inside| inside.trim_start_matches('-').trim_start());
        match (inside, said) {
            (Some(inside), Some(said)) if !said.starts_with('<') && !said.starts_with("super(") => {
                // Blanks that the tag takes away must still stand right beside what takes them.
                let (before, after) = (inside.starts_with('-'), inside.ends_with('-'));
                self.add(&format!("{{%{} filter {PAID} %}}", if before { "-" } else { "" }));
                self.text.push_str(tag);
                self.add(&format!("{{% endfilter {}%}}", if after { "-" } else { "" }));
            }
            _ => self.text.push_str(tag),
        }
    }

    /// A `{% … %}`; it pays for `texts` bytes each time that its insides run.
    fn mark(&mut self, tag: &str, texts: usize) {
        self.text.push_str(tag);
        let word = keyword(tag);
        let inside = tag.trim_start_matches("{%").trim_start_matches('-').trim_start();
        let rest = inside.strip_prefix(word).unwrap_or_default().trim_start();
        let named = match word {
            "for" => rest.split_once(" in ").map_or_else(Vec::new, |(names, _)| names_in(names)),
            "component" => parameters(rest),
            "set" | "set_global" => {
                let name: String = rest.chars().take_while(|c| is_of_name(*c)).collect();
                if !rest[name.len()..].trim_start().starts_with('=') {
                    return self.open.push(name);
                }
                vec![name]
            }
            "endset" => self.open.pop().into_iter().collect(),
            _ => Vec::new(),
        };
        let texts = REPEATED.contains(&word).then(|| format!("text={texts}"));
        let held: Vec<String> = named.iter().map(|name| format!("{name} | default(value=0)")).collect();
        let held = (!held.is_empty()).then(|| format!("held=[{}]", held.join(", ")));
        let arguments: Vec<String> = texts.into_iter().chain(held).collect();
        if !arguments.is_empty() {
            // The blanks that the tag takes away must still stand right behind it.
            let end = if tag.ends_with("-%}") { "-}}" } else { "}}" };
            self.add(&format!("{{{{ {CHECKPOINT}({}) {end}", arguments.join(", ")));
        }
    }

    /// The column in the template as written of a column in this one; both from 0, lines from 1.
    pub(super) fn column_as_written(&self, line: usize, column: usize) -> usize {
        let start: usize = self.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let width = |to: usize| self.text[start..to].chars().count();
        let on_it = self.added.iter().filter(|(at, _)| (start..self.text.len()).contains(at));
        let added: usize = on_it.map(|(at, length)| column.saturating_sub(width(*at)).min(*length)).sum();
        column - added
    }
}

/// The texts of a template, each with the tag, or the lone brace, that follows it.
fn pieces(source: &str) -> Vec<(&str, &str)> {
    let (mut pieces, mut rest) = (Vec::new(), source);
    while let Some(start) = rest.find('{') {
        let (text, tag) = rest.split_at(start);
        let (tag, after) = tag.split_at(tag_length(tag));
        pieces.push((text, tag));
        rest = after;
    }
    pieces.push((rest, ""));
    pieces
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// `key, value`.
fn names_in(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_owned()).filter(|name| name.chars().all(is_of_name)).collect()
}

/// The names in `card(title, size: string = "small", ...rest)`.
fn parameters(text: &str) -> Vec<String> {
    let (mut names, mut quote, mut is_name) = (Vec::new(), None, false);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if matches!(c, '(' | ',') => {
                names.push(String::new());
                is_name = true;
            }
            None if is_name && is_of_name(c) => names.last_mut().expect("one was begun").push(c),
            None => is_name &= c.is_whitespace() || c == '.',
        }
    }
    let is_word = |name: &String| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    names.into_iter().filter(is_word).collect()
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
    fn what_repeats_names_or_writes_gets_a_checkpoint() {
        let at_a = "{{ instep_checkpoint(text=1, held=[a | default(value=0)]) }}";
        for (source, expected) in [
            ("{% for a in b %}x{% endfor %}", format!("{{% for a in b %}}{at_a}x{{% endfor %}}")),
            (
                "{%- for a in b -%}\n{% endfor %}",
                format!("{{%- for a in b -%}}{}\n{{% endfor %}}", at_a.replace(" }}", " -}}")),
            ),
            ("{% block x %}{% endblock %}", "{% block x %}{{ instep_checkpoint(text=0) }}{% endblock %}".into()),
            ("{%for a in '%}' %}!", format!("{{%for a in '%}}' %}}{at_a}!")),
            ("{% for a in \"\\\"%}\" %}!", format!("{{% for a in \"\\\"%}}\" %}}{at_a}!")),
            ("{% include 'x' %}", "{% include 'x' %}{{ instep_checkpoint(text=9) }}".into()),
            ("{% set a = b %}", "{% set a = b %}{{ instep_checkpoint(held=[a | default(value=0)]) }}".into()),
            (
                "{% set a | trim(x='=') %}y{% endset -%}",
                "{% set a | trim(x='=') %}y{% endset -%}{{ instep_checkpoint(held=[a | default(value=0)]) -}}".into(),
            ),
            ("{{ a }}", "{% filter instep_paid %}{{ a }}{% endfilter %}".into()),
            ("{{- a -}}", "{%- filter instep_paid %}{{- a -}}{% endfilter -%}".into()),
            ("{{ <card /> }}{{ super() }}", "{{ <card /> }}{{ super() }}".into()),
            ("{# {% for a in b %} #}", "{# {% for a in b %} #}".into()),
            ("{% raw %}{% for a in b %}{{ a }}{% endraw %}", "{% raw %}{% for a in b %}{{ a }}{% endraw %}".into()),
            ("{ {{ {% for", "{ {{ {% for".into()),
            ("ä{ö}{%", "ä{ö}{%".into()),
        ] {
            assert_eq!(guarded(source, 9).text, expected);
        }
        assert_eq!(parameters("card(title, size: string = \"a, b\", n=1, ...rest) {"), ["title", "size", "n", "rest"]);
        assert_eq!(names_in("key, value"), ["key", "value"]);
    }

    #[test]
    fn columns_are_those_of_the_author() {
        let source = "x\n{% for a in b %}ä{{ a }}{{ c }}";
        let guarded = guarded(source, 0);
        let line = guarded.text.lines().nth(1).expect("two lines");
        for wanted in ["a in b", "ä{%", "{{ a", "{{ c"] {
            let column = line[..line.find(wanted).expect("it is there")].chars().count();
            let told = guarded.column_as_written(2, column);
            let written: String = source.lines().nth(1).expect("two lines").chars().skip(told).collect();
            assert!(written.starts_with(wanted.trim_end_matches("{%")), "{wanted}: {written}");
        }
    }
}
