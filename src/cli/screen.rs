//! The one way to a person: data goes to stdout, talk to stderr, and nothing goes there unmade harmless.
//!
//! Text reaches the screen as a [`Line`], which cannot hold anything that a terminal would obey. Colour says nothing
//! that the words do not say. A reader who closes the pipe has seen enough: that is no failure.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::ops::Range;

use clap::builder::styling::{AnsiColor, Style};
use terminal_size::{Height, Width};

use super::safe;
use crate::config::Color;

/// The width of a terminal that does not tell.
const USUAL_COLUMNS: usize = 80;

/// A terminal that says it is narrower is not believed.
const FEWEST_COLUMNS: usize = 20;

/// Blanks before what goes on in the next line, beyond those of the first.
const FOLD: usize = 2;

/// What a piece of text is to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing special.
    Plain,
    /// The name of a column or a section.
    Heading,
    /// It went well.
    Success,
    /// Somebody should look.
    Warning,
    /// It went wrong.
    Error,
    /// Something to type or copy: a reference, a path, a command.
    Code,
    /// Less important than the rest.
    Dim,
}

/// One line of harmless text in its roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    parts: Vec<(Role, String)>,
}

/// How much to talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Talk {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    #[default]
    Normal,
    /// Details as well.
    Verbose,
}

/// How one stream is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    /// Whether to paint.
    pub(super) colour: bool,
    /// The width of the terminal; `None` where the reader is none.
    pub(super) columns: Option<usize>,
}

/// What the environment says about colour.
#[derive(Debug, Clone, Copy, Default)]
struct ColourWishes {
    own: Option<Color>,
    no_color: bool,
    force: bool,
    off: bool,
    dumb: bool,
}

/// Standard output and standard error.
pub(super) struct Screen {
    out: Stream,
    err: Stream,
    talk: Talk,
    /// How people call statuses, by their words.
    statuses: BTreeMap<String, String>,
}

struct Stream {
    to: Box<dyn Write>,
    look: Look,
    failure: Option<io::Error>,
}

impl Role {
    /// How the role is painted, where painting is wanted.
    pub(super) const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold(),
            Self::Success => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Error => AnsiColor::Red.on_default().bold(),
            Self::Code => AnsiColor::Cyan.on_default(),
            Self::Dim => Style::new().dimmed(),
        }
    }
}

impl Line {
    /// A line with nothing on it.
    pub(super) const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Appends `text` in a role; whatever it holds, it stays on this line.
    #[must_use]
    pub(super) fn with(mut self, role: Role, text: impl AsRef<str>) -> Self {
        self.parts.push((role, safe::line(text.as_ref()).into_owned()));
        self
    }

    /// Appends plain text.
    #[must_use]
    pub(super) fn plain(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Plain, text)
    }

    /// Appends something to type or copy.
    #[must_use]
    pub(super) fn code(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Code, text)
    }

    /// Appends another line.
    #[must_use]
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.parts.extend_from_slice(&other.parts);
        self
    }

    /// The text, painted or not.
    pub(super) fn show(&self, colour: bool) -> String {
        let paint = |(role, text): &(Role, String)| match role.style() {
            style if colour && style != Style::new() && !text.is_empty() => format!("{style}{text}{style:#}"),
            _ => text.clone(),
        };
        self.parts.iter().map(paint).collect()
    }

    /// The line in lines of at most `columns`, broken between words; a word that is longer stays whole, since people
    /// copy paths and commands.
    fn folded(&self, columns: usize) -> Vec<Self> {
        let text = self.show(false);
        let indent = (text.len() - text.trim_start().len() + FOLD).min(columns / 2);
        let (mut lines, mut start, mut before) = (Vec::new(), 0, 0);
        while let Some(end) = fold(&text[start..], columns - before) {
            lines.push(self.part(before, start..start + end));
            start = text.len() - text[start + end..].trim_start().len();
            before = indent;
        }
        lines.push(self.part(before, start..text.len()));
        lines
    }

    /// These bytes of the line, after so many blanks.
    fn part(&self, indent: usize, span: Range<usize>) -> Self {
        let mut part = Self { parts: vec![(Role::Plain, " ".repeat(indent))] };
        let mut at = 0;
        for (role, text) in &self.parts {
            let within = span.start.clamp(at, at + text.len()) - at..span.end.clamp(at, at + text.len()) - at;
            part.parts.push((*role, text[within].to_owned()));
            at += text.len();
        }
        part
    }
}

/// Where a text has to end that is wider than `room`: before the last blank that fits, else before the next one.
fn fold(text: &str, room: usize) -> Option<usize> {
    let most = safe::at_column(text, room + 1);
    if most == text.len() && safe::width(text) <= room {
        return None;
    }
    let is_break = |at: &usize| !text[..*at].trim().is_empty() && !text[*at..].trim().is_empty();
    let before = text[..most].rmatch_indices(' ').map(|(at, _)| at).find(is_break);
    before.or_else(|| text[most..].match_indices(' ').map(|(at, _)| most + at).find(is_break))
}

impl<T: AsRef<str>> From<T> for Line {
    fn from(text: T) -> Self {
        Self::new().plain(text)
    }
}

impl Screen {
    /// The streams of this process; `color` is what its flag says.
    pub(super) fn of_process(color: Option<Color>, talk: Talk) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let out_columns = out.is_terminal().then(|| columns(terminal_size::terminal_size_of(&out)));
        let err_columns = err.is_terminal().then(|| columns(terminal_size::terminal_size_of(&err)));
        let look = |columns| Look { colour: false, columns };
        let out = Stream::new(BufWriter::with_capacity(1 << 16, out), look(out_columns));
        let err = Stream::new(err, look(err_columns));
        let mut screen = Self { out, err, talk, statuses: BTreeMap::new() };
        screen.colour(color);
        screen
    }

    /// Settles again whether to paint, now that more is known than the flag.
    pub(super) fn colour(&mut self, color: Option<Color>) {
        let wishes = ColourWishes::of_environment();
        for look in [&mut self.out.look, &mut self.err.look] {
            look.colour = wishes.colour(color, look.columns.is_some());
        }
    }

    /// Shows statuses by other names from now on.
    pub(super) fn call_statuses(&mut self, names: BTreeMap<String, String>) {
        self.statuses = names;
    }

    /// How the status `word` is shown.
    pub(super) fn status<'a>(&'a self, word: &'a str) -> &'a str {
        self.statuses.get(word).map_or(word, String::as_str)
    }

    /// How stdout is shown.
    pub(super) const fn look(&self) -> Look {
        self.out.look
    }

    /// How stderr is shown.
    pub(super) const fn talk_look(&self) -> Look {
        self.err.look
    }

    /// How much is talked.
    pub(super) const fn talk(&self) -> Talk {
        self.talk
    }

    /// Prints a line of data.
    pub(super) fn data(&mut self, line: impl Into<Line>) {
        self.out.line(&line.into());
    }

    /// Prints a line of a document as data, which is folded nowhere.
    pub(super) fn content(&mut self, line: impl Into<Line>) {
        self.out.whole_line(&line.into());
    }

    /// Prints a text of many lines as data; each line is made harmless.
    pub(super) fn text(&mut self, text: &str) {
        self.out.write(&safe::lines(text));
    }

    /// Prints what this program wrote itself and already made harmless, such as JSON or a script.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.out.write(text);
    }

    /// Tells a person something, unless they want quiet.
    pub(super) fn say(&mut self, line: impl Into<Line>) {
        if self.talk >= Talk::Normal {
            self.alarm(line);
        }
    }

    /// Tells a person a detail, if they want details.
    pub(super) fn detail(&mut self, line: impl Into<Line>) {
        if self.talk >= Talk::Verbose {
            self.alarm(line);
        }
    }

    /// Tells a person something that they cannot turn off.
    pub(super) fn alarm(&mut self, line: impl Into<Line>) {
        self.out.flush();
        self.err.line(&line.into());
    }

    /// Begins a line that the person is to finish.
    pub(super) fn ask(&mut self, question: &Line) {
        self.out.flush();
        self.err.write(&(question.show(self.err.look.colour) + " "));
        self.err.flush();
    }

    /// Makes sure that everything was printed.
    ///
    /// # Errors
    /// What kept the data from its reader.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.out.flush();
        self.out.failure.take().map_or(Ok(()), Err)
    }
}

/// `1 task`, `2 tasks`.
pub(super) fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

impl ColourWishes {
    /// See <https://no-color.org> and <https://bixense.com/clicolors>.
    fn of_environment() -> Self {
        let get = |name: &str| std::env::var(name).unwrap_or_default();
        let (force, colour) = (get("CLICOLOR_FORCE"), get("CLICOLOR"));
        Self {
            own: Color::parse(&get("INSTEP_COLOR")).ok(),
            no_color: !get("NO_COLOR").is_empty(),
            force: !force.is_empty() && force != "0",
            off: colour == "0",
            dumb: get("TERM") == "dumb",
        }
    }

    fn colour(self, wanted: Option<Color>, is_terminal: bool) -> bool {
        match wanted.or(self.own).unwrap_or(Color::Auto) {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if self.no_color => false,
            Color::Auto => self.force || (is_terminal && !self.off && !self.dumb),
        }
    }
}

fn columns(size: Option<(Width, Height)>) -> usize {
    size.map_or(USUAL_COLUMNS, |(Width(columns), _)| usize::from(columns).max(FEWEST_COLUMNS))
}

impl Stream {
    fn new(to: impl Write + 'static, look: Look) -> Self {
        Self { to: Box::new(to), look, failure: None }
    }

    fn line(&mut self, line: &Line) {
        match self.look.columns {
            Some(columns) => line.folded(columns).iter().for_each(|line| self.whole_line(line)),
            None => self.whole_line(line),
        }
    }

    fn whole_line(&mut self, line: &Line) {
        let text = line.show(self.look.colour) + "\n";
        self.write(&text);
    }

    /// After the first failure nothing more is written.
    fn write(&mut self, text: &str) {
        if self.failure.is_none() {
            self.failure = self.to.write_all(text.as_bytes()).err();
        }
    }

    fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.to.flush().err();
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// What a screen printed.
    #[derive(Clone, Default)]
    pub(in super::super) struct Paper(Rc<RefCell<Vec<u8>>>);

    impl Paper {
        pub(in super::super) fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).expect("only text is printed")
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A screen on paper: stdout and stderr.
    pub(in super::super) fn on_paper(look: Look, talk: Talk) -> (Screen, Paper, Paper) {
        let (out, err) = (Paper::default(), Paper::default());
        let (to, to_err) = (Stream::new(out.clone(), look), Stream::new(err.clone(), look));
        let screen = Screen { out: to, err: to_err, talk, statuses: BTreeMap::new() };
        (screen, out, err)
    }

    /// A reader who gives no chance.
    struct Gone(io::ErrorKind);

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn data_and_talk_go_their_own_ways() {
        let (mut screen, out, err) = on_paper(Look::default(), Talk::Normal);
        screen.data("row");
        screen.say("talk");
        screen.detail("detail");
        assert_eq!((out.text().as_str(), err.text().as_str()), ("row\n", "talk\n"));
    }

    #[test]
    fn quiet_still_tells_errors() {
        let (mut screen, out, err) = on_paper(Look::default(), Talk::Quiet);
        screen.data("row");
        screen.say("talk");
        screen.alarm("error");
        assert_eq!((out.text().as_str(), err.text().as_str()), ("row\n", "error\n"));
    }

    #[test]
    fn hx09_every_way_to_the_screen_is_harmless() {
        let evil = "\x1b[2J\u{9b}31m\u{202e}\u{200b}";
        let colourful = Look { colour: true, columns: Some(80) };
        for look in [Look::default(), colourful] {
            let (mut screen, out, err) = on_paper(look, Talk::Verbose);
            screen.data(Line::new().with(Role::Plain, evil));
            screen.text(evil);
            screen.say(evil);
            screen.detail(evil);
            screen.alarm(evil);
            screen.ask(&evil.into());
            for printed in [out.text(), err.text()] {
                assert!(!printed.contains(|c| c != '\n' && safe::is_unsafe(c)), "{printed:?}");
            }
        }
    }

    #[test]
    fn colour_wraps_the_words_and_only_them() {
        let line = Line::new().with(Role::Error, "error").plain(": x");
        assert_eq!(line.show(false), "error: x");
        assert_eq!(line.show(true), "\x1b[1m\x1b[31merror\x1b[0m: x");
    }

    #[test]
    fn a_terminal_gets_lines_that_are_broken_between_words() {
        let line =
            Line::new().with(Role::Error, "error").plain(": cannot do ").code("it all").plain(" 完成完成完成 now");
        let narrow = |colour| Look { columns: Some(20), colour };
        let (mut screen, out, _) = on_paper(narrow(false), Talk::Normal);
        screen.data(line.clone());
        screen.data("  note: delegation/backlog/some-task/TASK.md is long");
        screen.content("a line of a document is its author's");
        let folded = "error: cannot do it\n  all 完成完成完成\n  now\n";
        let path = "  note:\n    delegation/backlog/some-task/TASK.md\n    is long\n";
        assert_eq!(out.text(), format!("{folded}{path}a line of a document is its author's\n"));
        let (mut screen, out, _) = on_paper(narrow(true), Talk::Normal);
        screen.data(line);
        assert!(
            out.text().starts_with("\x1b[1m\x1b[31merror\x1b[0m: cannot do \x1b[36mit\x1b[0m\n"),
            "{:?}",
            out.text()
        );
        assert_eq!(["error", "cannot", " ", ""].map(|text| fold(text, 3)), [None; 4]);
    }

    #[test]
    fn colour_follows_the_option_then_the_environment_then_the_terminal() {
        let plain = ColourWishes::default();
        let no = ColourWishes { no_color: true, force: true, ..plain };
        let force = ColourWishes { force: true, dumb: true, ..plain };
        let own = ColourWishes { own: Some(Color::Always), no_color: true, ..plain };
        for (wishes, wanted, terminal, expected) in [
            (plain, None, true, true),
            (plain, None, false, false),
            (plain, Some(Color::Always), false, true),
            (plain, Some(Color::Never), true, false),
            (no, None, true, false),
            (no, Some(Color::Always), true, true),
            (force, None, false, true),
            (own, None, false, true),
            (own, Some(Color::Auto), true, false),
            (ColourWishes { dumb: true, ..plain }, None, true, false),
            (ColourWishes { off: true, ..plain }, None, true, false),
        ] {
            assert_eq!(wishes.colour(wanted, terminal), expected, "{wishes:?} {wanted:?} {terminal}");
        }
    }

    #[test]
    fn data_that_did_not_arrive_is_told_at_the_end() {
        let gone = || Stream::new(Gone(io::ErrorKind::BrokenPipe), Look::default());
        let mut screen = Screen { out: gone(), err: gone(), talk: Talk::Normal, statuses: BTreeMap::new() };
        screen.data("row");
        screen.data("row");
        screen.say("talk");
        assert_eq!(screen.close().map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe));
    }
}
