//! Reads Rust sources as tokens: which paths they name, which functions they have, what is only for tests.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// Words before a path that are no part of it, as in `use ::std::fs`.
const KEYWORDS: &[&str] =
    &["use", "as", "in", "return", "break", "else", "match", "if", "while", "dyn", "impl", "async"];

/// What one source file is made of.
#[derive(Default)]
pub(crate) struct Source {
    /// What production code names.
    pub(crate) paths: Vec<Named>,
    /// The functions of production code.
    pub(crate) functions: Vec<Function>,
    /// How many lines are only for tests.
    pub(crate) test_lines: usize,
    /// The modules in files of their own that are only for tests.
    pub(crate) test_modules: Vec<String>,
    /// The module that is being read.
    home: Vec<String>,
}

/// A path in code.
pub(crate) struct Named {
    /// Where it stands.
    pub(crate) line: usize,
    /// The room it leads to, if it leads to the root of the crate; `*` for the whole crate.
    pub(crate) room: Option<String>,
    segments: Vec<String>,
}

/// A function.
pub(crate) struct Function {
    /// Where it begins.
    pub(crate) line: usize,
    /// From `fn` to the closing brace.
    pub(crate) lines: usize,
    /// Its name.
    pub(crate) name: String,
}

/// Reads the source of the module `home`; `None` where it is no Rust.
pub(crate) fn read(home: Vec<String>, text: &str) -> Option<Source> {
    let stream = text.parse::<TokenStream>().ok()?;
    let (production, tests) = split(stream.into_iter().collect());
    let test_lines = tests.iter().map(|item| lines_of(item)).sum();
    let test_modules = tests.iter().filter_map(|item| declared_module(item)).collect();
    let mut source = Source { test_lines, test_modules, home, ..Source::default() };
    source.walk(&production);
    Some(source)
}

/// Parts production code from the items under `#[cfg(test)]`.
fn split(tokens: Vec<TokenTree>) -> (Vec<TokenTree>, Vec<Vec<TokenTree>>) {
    let (mut production, mut tests) = (Vec::new(), Vec::new());
    let mut rest = tokens.as_slice();
    while let [first, after @ ..] = rest {
        if is_inner_test_mark(rest) {
            tests.push(rest.to_vec());
            break;
        }
        if is_test_mark(rest) {
            let (item, after) = rest.split_at(item_length(rest));
            tests.push(item.to_vec());
            rest = after;
        } else {
            production.push(first.clone());
            rest = after;
        }
    }
    (production, tests)
}

/// `mod name;`
fn declared_module(item: &[TokenTree]) -> Option<String> {
    match item {
        [.., TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Punct(_)] if *keyword == "mod" => {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// `#[cfg(test)]`
fn is_test_mark(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(hash), TokenTree::Group(mark), ..]
        if hash.as_char() == '#' && mark.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// `#![cfg(test)]`
fn is_inner_test_mark(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(mark), ..]
        if hash.as_char() == '#' && bang.as_char() == '!' && mark.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// An item ends with its first braces or semicolon.
fn item_length(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens.iter().position(ends).map_or(tokens.len(), |last| last + 1)
}

impl Named {
    /// Whether the path has the parts of `pattern` in it, one after the other.
    pub(crate) fn does(&self, pattern: &str) -> bool {
        let wanted: Vec<&str> = pattern.split("::").collect();
        let starts_at =
            |at: usize| self.segments[at..].iter().map(String::as_str).take(wanted.len()).eq(wanted.clone());
        let in_the_middle = wanted.len() > 1;
        (0..if in_the_middle { self.segments.len() } else { 1 }).any(starts_at) || self.ends_as_call(pattern)
    }

    /// `std::println!` is `println!`.
    fn ends_as_call(&self, pattern: &str) -> bool {
        pattern.ends_with('!') && self.segments.last().is_some_and(|last| last == pattern)
    }
}

impl Source {
    fn walk(&mut self, tokens: &[TokenTree]) {
        let mut rest = tokens;
        while let [first, after @ ..] = rest {
            rest = match (first, after) {
                // `pub(crate)` imports nothing.
                (TokenTree::Ident(word), [TokenTree::Group(scope), ..]) if *word == "pub" && is_scope(scope) => {
                    &after[1..]
                }
                (TokenTree::Ident(word), [TokenTree::Ident(name), TokenTree::Group(body), ..]) if *word == "mod" => {
                    self.home.push(name.to_string());
                    self.walk_group(body);
                    self.home.pop();
                    &after[2..]
                }
                (TokenTree::Ident(word), [TokenTree::Ident(_), ..]) if *word == "fn" => {
                    self.function(rest);
                    after
                }
                (TokenTree::Ident(word), _) if KEYWORDS.contains(&word.to_string().as_str()) => {
                    self.name(&[word.to_string()], word.span().start().line);
                    after
                }
                (TokenTree::Ident(_), _) => self.path(&[], rest),
                (TokenTree::Punct(dot), [TokenTree::Punct(second), ..])
                    if dot.as_char() == '.' && second.as_char() == '.' =>
                {
                    &after[1..]
                }
                (TokenTree::Punct(dot), [TokenTree::Ident(name), ..]) if dot.as_char() == '.' => {
                    self.name(&[format!(".{name}")], name.span().start().line);
                    &after[1..]
                }
                (TokenTree::Group(group), _) => {
                    self.walk_group(group);
                    after
                }
                _ => after,
            }
        }
    }

    fn walk_group(&mut self, group: &Group) {
        let (production, _) = split(group.stream().into_iter().collect());
        self.walk(&production);
    }

    fn function(&mut self, tokens: &[TokenTree]) {
        let item = &tokens[..item_length(tokens)];
        let name = item[1].to_string();
        self.functions.push(Function { line: item[0].span().start().line, lines: lines_of(item), name });
    }

    /// Reads `a::b::{c, d}` behind `prefix` and returns what follows it.
    fn path<'t>(&mut self, prefix: &[String], tokens: &'t [TokenTree]) -> &'t [TokenTree] {
        let mut segments = prefix.to_vec();
        let (mut rest, mut line) = (tokens, 1);
        while let [TokenTree::Ident(word), after @ ..] = rest {
            segments.push(word.to_string().trim_start_matches("r#").to_owned());
            line = word.span().start().line;
            rest = match after_colons(after) {
                Some([TokenTree::Group(group), after @ ..]) if group.delimiter() == Delimiter::Brace => {
                    self.branches(&segments, group);
                    return after;
                }
                Some([TokenTree::Punct(star), after @ ..]) if star.as_char() == '*' => {
                    segments.push("*".into());
                    self.name(&segments, line);
                    return after;
                }
                Some(after @ [TokenTree::Ident(_), ..]) => after,
                _ => {
                    self.name(&with_call_mark(segments, after), line);
                    return after;
                }
            };
        }
        self.name(&segments, line);
        rest
    }

    /// The branches of `use a::{…}`.
    fn branches(&mut self, prefix: &[String], group: &Group) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for branch in tokens.split(|t| matches!(t, TokenTree::Punct(comma) if comma.as_char() == ',')) {
            match branch {
                [TokenTree::Punct(_), ..] => self.name(&[prefix, &["*".into()]].concat(), group.span().start().line),
                [TokenTree::Ident(_), ..] => _ = self.path(prefix, branch),
                _ => {}
            }
        }
    }

    fn name(&mut self, segments: &[String], line: usize) {
        let room = self.room(segments);
        self.paths.push(Named { line, segments: segments.to_vec(), room });
    }

    /// The room that a path from the crate's root or up through the modules leads to.
    fn room(&self, segments: &[String]) -> Option<String> {
        let mut home = self.home.clone();
        let mut rest = segments;
        match rest {
            [root, after @ ..] if root == "crate" || (root == "instep" && !after.is_empty()) => {
                (home, rest) = (Vec::new(), after)
            }
            [own, after @ ..] if own == "self" => rest = after,
            [up, ..] if up == "super" => {}
            _ => return None,
        }
        while let [up, after @ ..] = rest
            && up == "super"
        {
            home.pop();
            rest = after;
        }
        home.extend(rest.iter().filter(|s| *s != "self").cloned());
        Some(home.into_iter().next().unwrap_or_else(|| "*".into()))
    }
}

/// The inside of `pub(crate)`, `pub(super)` and `pub(in …)`.
fn is_scope(group: &Group) -> bool {
    let first = group.stream().into_iter().next().map(|token| token.to_string());
    group.delimiter() == Delimiter::Parenthesis
        && first.is_some_and(|word| ["crate", "super", "self", "in"].contains(&word.as_str()))
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(a), TokenTree::Punct(b), after @ ..]
            if a.as_char() == ':' && a.spacing() == Spacing::Joint && b.as_char() == ':' =>
        {
            Some(after)
        }
        _ => None,
    }
}

/// Marks `name!` and `name()`.
fn with_call_mark(mut segments: Vec<String>, after: &[TokenTree]) -> Vec<String> {
    let no_arguments = |g: &Group| g.delimiter() == Delimiter::Parenthesis && g.stream().is_empty();
    let mark = match after {
        [TokenTree::Punct(bang), TokenTree::Group(_), ..] if bang.as_char() == '!' => "!",
        [TokenTree::Group(group), ..] if segments.len() == 1 && no_arguments(group) => "()",
        _ => "",
    };
    if let Some(last) = segments.last_mut() {
        *last += mark;
    }
    segments
}

fn lines_of(item: &[TokenTree]) -> usize {
    let (Some(first), Some(last)) = (item.first(), item.last()) else { return 0 };
    last.span().end().line - first.span().start().line + 1
}
