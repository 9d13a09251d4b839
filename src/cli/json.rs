//! The machine's view: one envelope around every answer and every failure, the same from version to version.
//!
//! Keys stand in the order of their types, so two runs on the same state print the same bytes.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::safe;
use super::screen::Screen;

/// Grows when a reader of the old form could not read the new one.
pub(super) const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Envelope<'a, T: Serialize> {
    schema_version: u32,
    kind: &'a str,
    #[serde(flatten)]
    body: Body<'a, T>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Body<'a, T: Serialize> {
    Data(&'a T),
    Error(&'a T),
}

/// Prints an answer; `kind` names it, such as `task.list`.
pub(super) fn print(screen: &mut Screen, kind: &str, data: &impl Serialize) {
    print_envelope(screen, &Envelope { schema_version: SCHEMA_VERSION, kind, body: Body::Data(data) });
}

/// Prints a failure.
pub(super) fn print_error(screen: &mut Screen, error: &impl Serialize) {
    print_envelope(screen, &Envelope { schema_version: SCHEMA_VERSION, kind: "error", body: Body::Error(error) });
}

/// A person gets it indented, a program gets one line.
fn print_envelope<T: Serialize>(screen: &mut Screen, envelope: &Envelope<'_, T>) {
    let is_person = screen.look().columns.is_some();
    let text = if is_person { serde_json::to_string_pretty(envelope) } else { serde_json::to_string(envelope) };
    let text = text.expect("answers have text keys and finite numbers");
    screen.verbatim(&escape(&text));
    screen.verbatim("\n");
}

/// Writes what a terminal would obey or hide as `\u` escapes; such characters stand in strings only.
fn escape(json: &str) -> Cow<'_, str> {
    let (mut out, mut done, mut at) = (String::new(), 0, 0);
    loop {
        at += plain(&json.as_bytes()[at..]);
        let Some(special) = json[at..].chars().next() else { break };
        if special != '\n' && (safe::is_unsafe(special) || safe::is_joiner(special)) {
            out.push_str(&json[done..at]);
            for unit in special.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a string takes everything");
            }
            done = at + special.len_utf8();
        }
        at += special.len_utf8();
    }
    if done == 0 { Cow::Borrowed(json) } else { Cow::Owned(out + &json[done..]) }
}

/// How many bytes from the beginning on are visible ASCII; looked at in blocks, as processors like it.
fn plain(bytes: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
    let is_plain_block = |block: &&[u8]| block.iter().fold(true, |all, byte| all & is_plain(byte));
    let blocks = bytes.chunks_exact(BLOCK).take_while(is_plain_block).count() * BLOCK;
    blocks + bytes[blocks..].iter().take_while(|byte| is_plain(byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::screen::tests::on_paper;
    use super::super::screen::{Look, Talk};
    use super::*;

    fn printed(data: &impl Serialize, columns: Option<usize>) -> String {
        let (mut screen, out, _) = on_paper(Look { columns, colour: true }, Talk::Normal);
        print(&mut screen, "task.list", data);
        out.text()
    }

    #[test]
    fn the_envelope_has_its_keys_in_order() {
        assert_eq!(
            printed(&json!({"b": 1, "a": [true]}), None),
            "{\"schema_version\":1,\"kind\":\"task.list\",\"data\":{\"a\":[true],\"b\":1}}\n"
        );
    }

    #[test]
    fn a_person_gets_it_indented() {
        assert_eq!(
            printed(&json!(["x"]), Some(80)),
            "{\n  \"schema_version\": 1,\n  \"kind\": \"task.list\",\n  \"data\": [\n    \"x\"\n  ]\n}\n"
        );
    }

    #[test]
    fn hx09_json_carries_no_control_character_to_a_terminal() {
        let title = "\x1b[2J\u{9b}31m\u{7f}\u{202e}\u{200b}\u{200d}\u{e0041}\n é ✅";
        let shown = printed(&title, None);
        assert!(shown.contains(r"\u001b[2J\u009b31m\u007f\u202e\u200b\u200d\udb40\udc41\n é ✅"), "{shown}");
    }

    proptest! {
        #[test]
        fn hx09_escaped_json_reads_back_as_it_was(text in any::<String>(), pretty in any::<bool>()) {
            let shown = printed(&text, pretty.then_some(80));
            prop_assert!(!shown.contains(|c| c != '\n' && safe::is_unsafe(c)));
            let read: Value = serde_json::from_str(&shown).expect("it is JSON");
            prop_assert_eq!(read["data"].as_str(), Some(text.as_str()));
        }
    }
}
