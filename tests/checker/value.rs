//! Tiny documents: two values and a text, each a token that knows what its author saw when he wrote it.
//!
//! Nobody ever writes the same token twice, so that a token in the end tells exactly which earlier ones went into it.
//! Of two that write without having seen each other nobody can say who was first, and a token tells nothing of it: worlds
//! that differ in that alone are one.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use instep::model::ThreeWay;
use instep::reconcile::{Class, Content, Invalid, TextMerge};

/// Something that somebody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    /// What its author saw, who he was, and how often he had written after that before: the same in every history in
    /// which the same was written, whatever anybody else wrote between.
    name: u64,
    number: u16,
    /// The first of its line: texts of one line are versions of one text.
    root: u16,
}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// A number for `what`, the same in every run.
pub(crate) fn digest(what: &impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(what)
}

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Author {
    /// Somebody in this clone.
    Clone(usize),
    /// Git put it into the tree of this clone.
    Git(usize),
    /// Another program, in the database.
    Outside,
}

/// Where every token comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lineage {
    /// By number: what its author saw, which is the token itself if he saw nothing, and who he was.
    tokens: Vec<(Token, Author)>,
    /// The names of all, in no order.
    names: u64,
}

impl Hash for Lineage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names.hash(state);
    }
}

impl Lineage {
    /// A token that derives from nothing.
    pub(crate) fn first(&mut self, author: Author) -> Token {
        self.add(None, author)
    }

    /// A token of somebody who saw `saw`.
    pub(crate) fn after(&mut self, saw: Token, author: Author) -> Token {
        self.add(Some(saw), author)
    }

    fn add(&mut self, saw: Option<Token>, author: Author) -> Token {
        let is_like_it = |(number, (parent, by)): &(usize, &(Token, Author))| {
            *by == author
                && saw.unwrap_or(*parent) == *parent
                && saw.is_none() == (usize::from(parent.number) == *number)
        };
        let before = self.tokens.iter().enumerate().filter(is_like_it).count();
        let name = digest(&(saw, author, before));
        let number = self.tokens.len() as u16;
        let token = Token { name, number, root: saw.map_or(number, |saw| saw.root) };
        self.tokens.push((saw.unwrap_or(token), author));
        self.names = self.names.wrapping_add(name);
        token
    }

    /// What the author of `token` saw; `None` of a first one.
    pub(crate) fn parent(&self, token: Token) -> Option<Token> {
        let (saw, _) = self.tokens[usize::from(token.number)];
        (saw != token).then_some(saw)
    }

    /// Who wrote `token`.
    pub(crate) fn author(&self, token: Token) -> Author {
        self.tokens[usize::from(token.number)].1
    }

    /// Whether `of` was written by somebody who knew `old`, directly or through others.
    pub(crate) fn knows(&self, of: Token, old: Token) -> bool {
        of.root == old.root && self.line(of).any(|token| token == old)
    }

    /// A token and all that it derives from, the newest first.
    pub(crate) fn line(&self, token: Token) -> impl Iterator<Item = Token> {
        std::iter::successors(Some(token), |token| self.parent(*token))
    }

    /// The lines of all `tokens`.
    pub(crate) fn lines(&self, tokens: impl IntoIterator<Item = Token>) -> HashSet<Token> {
        let mut lines = HashSet::new();
        for token in tokens {
            for token in self.line(token) {
                if !lines.insert(token) {
                    break;
                }
            }
        }
        lines
    }
}

/// A place for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Field {
    /// Both parts of a task have it, and it is one thing.
    Status,
    /// Only the first part has it.
    Owner,
}

impl Field {
    /// Every field.
    pub(crate) const ALL: [Self; 2] = [Self::Status, Self::Owner];
}

/// One thing in a document that can change by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Facet {
    /// A value.
    Value(Field),
    /// The text around the values.
    Text,
}

impl Facet {
    /// Every facet.
    pub(crate) const ALL: [Self; 3] = [Self::Value(Field::Status), Self::Value(Field::Owner), Self::Text];
}

/// The content of one document, shared by everything that has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Page(Arc<Words>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Words {
    values: BTreeMap<Field, Token>,
    text: Token,
}

impl Page {
    /// A page that says `values` and has `text`.
    pub(crate) fn new(values: impl IntoIterator<Item = (Field, Token)>, text: Token) -> Self {
        Self(Arc::new(Words { values: values.into_iter().collect(), text }))
    }

    /// What stands at `facet`.
    pub(crate) fn said(&self, facet: Facet) -> Option<Token> {
        match facet {
            Facet::Value(field) => self.0.values.get(&field).copied(),
            Facet::Text => Some(self.0.text),
        }
    }

    /// The same with `token` at `facet`, if the page has such a place.
    pub(crate) fn with(&self, facet: Facet, token: Token) -> Self {
        let mut words = Words::clone(&self.0);
        match facet {
            Facet::Value(field) => {
                words.values.entry(field).and_modify(|said| *said = token);
            }
            Facet::Text => words.text = token,
        }
        Self(Arc::new(words))
    }

    /// Everything it says, by facet.
    pub(crate) fn facets(&self) -> impl Iterator<Item = (Facet, Token)> {
        Facet::ALL.into_iter().filter_map(|facet| Some((facet, self.said(facet)?)))
    }

    /// Everything it says.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Token> {
        self.facets().map(|(_, token)| token)
    }
}

/// All values are shared ones; a text is a single line.
impl Content for Page {
    type Key = Field;
    type Topic = Field;
    type Value = Token;
    type Text = Token;

    fn values(&self) -> &BTreeMap<Field, Token> {
        &self.0.values
    }

    fn text(&self) -> &Token {
        &self.0.text
    }

    fn topic(key: &Field) -> Field {
        *key
    }

    fn class(_: &Field) -> Class {
        Class::Shared
    }

    fn same_meaning(a: &Token, b: &Token) -> bool {
        a == b
    }

    fn merge_values(_: ThreeWay<&Token>) -> Option<Token> {
        None
    }

    fn merge_text(texts: ThreeWay<&Token>) -> TextMerge<Token> {
        TextMerge::Overlapping(*texts.file)
    }

    fn respelled(&self, _: &Field, value: &Token) -> Option<Token> {
        Some(*value)
    }

    fn is_akin(&self, other: &Self) -> bool {
        self.0.text.root == other.0.text.root
    }

    fn assemble(text: &Token, values: &BTreeMap<Field, Token>) -> Result<Self, Invalid> {
        Ok(Self(Arc::new(Words { values: values.clone(), text: *text })))
    }
}
