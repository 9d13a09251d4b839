//! Documents and attachments as the core sees them.
//!
//! A document's values are its slots; its text is its skeleton. Everything is canonical: the byte-order mark and the
//! style of line ends belong to the file, not to what it says.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::text::{self, Tick};
use super::{Class, Content, Invalid, Side, TextMerge, rebuild};
use crate::document::{self, Document, Hole, Slot, SlotKey};
use crate::model::{Digest, Field, Problem, Role, ThreeWay, Typed};

/// The canonical content of one document or attachment, without its stamp; a copy costs nothing.
#[derive(Debug, Clone)]
pub struct Writing(Arc<Sheet>);

/// A content, and what has been asked of it.
#[derive(Debug)]
struct Sheet {
    source: Source,
    values: OnceLock<BTreeMap<Hole, Said>>,
    text: OnceLock<Text>,
    digest: OnceLock<Digest>,
}

#[derive(Debug)]
enum Source {
    Document(Document),
    Attachment(Arc<[u8]>),
}

/// The text around the values, or bytes that nobody looks into.
#[derive(Debug, Clone)]
pub struct Text(Around);

#[derive(Debug, Clone)]
enum Around {
    /// A document's skeleton and its boxes.
    Skeleton(Role, Arc<str>, Arc<[Tick]>),
    /// An attachment's bytes.
    Bytes(Arc<[u8]>),
}

/// A value as written, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The raw spelling.
    pub raw: String,
    /// The meaning; `None` where it fits no value of the field's type.
    pub typed: Option<Typed>,
}

impl Writing {
    /// Parses a managed document from its text without a stamp.
    pub fn document(role: Role, unstamped: &str) -> (Self, Vec<Problem>) {
        let (document, problems) = document::parse(role, document::canonical(unstamped));
        (Self::new(Source::Document(document)), problems)
    }

    /// Takes an attachment's bytes as they are.
    pub fn attachment(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::new(Source::Attachment(bytes.into()))
    }

    fn new(source: Source) -> Self {
        Self(Arc::new(Sheet { source, values: OnceLock::new(), text: OnceLock::new(), digest: OnceLock::new() }))
    }

    /// The parsed document; `None` of an attachment.
    pub fn parsed(&self) -> Option<&Document> {
        match &self.0.source {
            Source::Document(document) => Some(document),
            Source::Attachment(_) => None,
        }
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.0.source {
            Source::Document(document) => document.text().as_bytes(),
            Source::Attachment(bytes) => bytes,
        }
    }

    /// The canonical digest.
    pub fn digest(&self) -> Digest {
        *self.0.digest.get_or_init(|| Digest::of(self.bytes()))
    }

    /// The document, if it is an AGENT.yml.
    fn config(&self) -> Option<&Document> {
        self.parsed().filter(|document| document.role() == Role::AgentConfig)
    }

    /// The document with another raw value at a pointer, or with nothing there; `None` where it cannot hold it.
    pub fn with_value_at(&self, pointer: &str, raw: Option<&str>) -> Option<Self> {
        self.config()?.put(pointer, raw).ok().map(Self::edited)
    }

    /// The document after an edit.
    pub(super) fn edited(document: Document) -> Self {
        Self::new(Source::Document(document))
    }
}

impl PartialEq for Writing {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.bytes() == other.bytes()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Around::Skeleton(role, text, _), Around::Skeleton(other_role, other, _)) => {
                role == other_role && text == other
            }
            (Around::Bytes(bytes), Around::Bytes(other)) => bytes == other,
            _ => false,
        }
    }
}

impl Content for Writing {
    type Key = Hole;
    type Topic = SlotKey;
    type Value = Said;
    type Text = Text;

    fn values(&self) -> &BTreeMap<Hole, Said> {
        self.0.values.get_or_init(|| self.parsed().map(said).unwrap_or_default())
    }

    fn text(&self) -> &Text {
        self.0.text.get_or_init(|| match &self.0.source {
            Source::Document(document) => around(document),
            Source::Attachment(bytes) => Text(Around::Bytes(Arc::clone(bytes))),
        })
    }

    fn has_same_words(&self, other: &Self) -> bool {
        match (&self.text().0, &other.text().0) {
            (Around::Skeleton(_, text, _), Around::Skeleton(_, others, _)) if text != others => {
                let [text, others] = [(text, other), (others, self)]
                    .map(|(text, beside)| document::without_lines(text, |hole| !beside.values().contains_key(hole)));
                text == others
            }
            _ => self.text() == other.text(),
        }
    }

    fn is_beginning_of(&self, other: &Self) -> bool {
        match (&self.text().0, &other.text().0) {
            (Around::Skeleton(_, text, _), Around::Skeleton(_, whole, _)) => document::is_beginning(text, whole),
            _ => false,
        }
    }

    fn topic(key: &Hole) -> SlotKey {
        key.key.clone()
    }

    fn class(key: &Hole) -> Class {
        match key.key {
            SlotKey::Field(Field::Title | Field::Name) => Class::FileFirst,
            SlotKey::Field(Field::TrackingHash) => Class::DbFirst,
            SlotKey::Field(_) | SlotKey::Pointer(_) => Class::Shared,
        }
    }

    fn class_between(key: &Hole, sides: ThreeWay<Option<&Self>>) -> Class {
        let (SlotKey::Pointer(pointer), class) = (&key.key, Self::class(key)) else { return Self::class(key) };
        let is_more =
            |side: Option<&Self>| side.and_then(Self::config).is_some_and(|document| document.is_structure(pointer));
        let has_no_room =
            |side: Option<&Self>| side.and_then(Self::config).is_some_and(|document| !document.has_room_for(pointer));
        let ThreeWay { base, file, row } = sides;
        let is_structural = [base, file, row].into_iter().any(is_more) || [file, row].into_iter().any(has_no_room);
        if is_structural { Class::FileFirst } else { class }
    }

    fn same_meaning(a: &Said, b: &Said) -> bool {
        a.raw == b.raw || (a.typed.is_some() && a.typed == b.typed)
    }

    fn merge_values(values: ThreeWay<&Said>) -> Option<Said> {
        if [values.base, values.file, values.row]
            .iter()
            .all(|said| said.raw.starts_with(['|', '>']) && said.raw.contains('\n'))
        {
            return merged_lines(values);
        }
        let list = |said: &Said| match &said.typed {
            Some(Typed::List(items)) => Some(items.clone()),
            _ => None,
        };
        let items = merged_set(ThreeWay { base: list(values.base)?, file: list(values.file)?, row: list(values.row)? });
        Some(Said { raw: items.join(", "), typed: Some(Typed::List(items)) })
    }

    fn merge_text(texts: ThreeWay<&Text>) -> TextMerge<Text> {
        let merged = match (&texts.base.0, &texts.file.0, &texts.row.0) {
            (Around::Skeleton(_, base, b), Around::Skeleton(role, file, f), Around::Skeleton(_, row, r)) => {
                let merged = text::merge(ThreeWay { base: (base, b), file: (file, f), row: (row, r) });
                Some(merged.map(|text| Text(Around::Skeleton(*role, text.into(), Arc::default()))))
            }
            (Around::Bytes(base), Around::Bytes(file), Around::Bytes(row)) => merged_bytes(base, file, row),
            _ => None,
        };
        merged.unwrap_or_else(|| TextMerge::Overlapping(texts.file.clone()))
    }

    /// What nobody can tell the meaning of stays where it was written.
    fn respelled(&self, key: &Hole, value: &Said) -> Option<Said> {
        let document = self.parsed()?;
        let edited = match (&key.key, &value.typed) {
            (SlotKey::Field(field), Some(typed)) => document.write(*field, &typed.to_json()),
            (SlotKey::Field(_), None) => return None,
            (key, _) => document.set(key, &value.raw),
        };
        let edited = edited.ok()?;
        let slot = slots(&edited).find(|(hole, _)| hole == key)?.1;
        let said = Said { raw: edited.raw(slot).to_owned(), typed: slot.typed.clone() };
        Self::same_meaning(&said, value).then_some(said)
    }

    /// Whether more than 60 % of the lines of the shorter one are in the longer one.
    fn is_akin(&self, other: &Self) -> bool {
        let lines = |writing: &Self| {
            let text = String::from_utf8_lossy(writing.bytes()).into_owned();
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let (mut few, mut many) = (lines(self), lines(other));
        if few.len() > many.len() {
            std::mem::swap(&mut few, &mut many);
        }
        let many: HashSet<String> = many.into_iter().collect();
        let common = few.iter().filter(|line| many.contains(*line)).count();
        common * 10 > few.len() * 6
    }

    fn assemble(text: &Text, values: &BTreeMap<Hole, Said>) -> Result<Self, Invalid> {
        let (role, skeleton) = match &text.0 {
            Around::Bytes(bytes) if values.is_empty() => return Ok(Self::attachment(Arc::clone(bytes))),
            Around::Bytes(_) => return Err(Invalid),
            Around::Skeleton(role, skeleton, _) => (*role, skeleton),
        };
        let raws = values.iter().map(|(hole, said)| (hole.clone(), said.raw.clone())).collect();
        let filled = document::fill(skeleton, &raws).map_err(|_| Invalid)?;
        let mut document = document::parse(role, filled).0;
        let here = said(&document);
        for (hole, said) in values.iter().filter(|(hole, _)| !here.contains_key(hole)) {
            let inserted = match &hole.key {
                SlotKey::Field(field) => document.insert(*field, &said.raw),
                SlotKey::Pointer(pointer) => document.insert_at(pointer, &said.raw),
            };
            document = inserted.map_err(|_| Invalid)?;
        }
        let is_understood = document.quarantine().is_none();
        let writing = Self::edited(document);
        let agrees = |(hole, said): (&Hole, &Said)| values.get(hole).is_some_and(|wanted| wanted.raw == said.raw);
        let says_it = writing.values().len() == values.len() && writing.values().iter().all(agrees);
        if is_understood && says_it { Ok(writing) } else { Err(Invalid) }
    }

    fn rebuilt(sides: ThreeWay<&Self>, values: &BTreeMap<Hole, Said>, chosen: &[(&Hole, Side)]) -> Option<Self> {
        let parsed = ThreeWay { base: sides.base.config()?, file: sides.file.config()?, row: sides.row.config()? };
        rebuild::rebuilt(parsed, values, chosen).map(Self::edited)
    }
}

/// The values of a document by their holes.
fn said(document: &Document) -> BTreeMap<Hole, Said> {
    let said = |slot: &Slot| Said { raw: document.raw(slot).to_owned(), typed: slot.typed.clone() };
    slots(document).map(|(hole, slot)| (hole, said(slot))).collect()
}

/// The slots of a document with their holes, numbered as its skeleton numbers them.
fn slots(document: &Document) -> impl Iterator<Item = (Hole, &Slot)> {
    let mut ordinals: BTreeMap<&SlotKey, usize> = BTreeMap::new();
    document.slots().iter().map(move |slot| {
        let next = ordinals.entry(&slot.key).or_default();
        let hole = Hole { key: slot.key.clone(), ordinal: *next };
        *next += 1;
        (hole, slot)
    })
}

fn around(document: &Document) -> Text {
    let skeleton = document.skeleton();
    let ticks = skeleton.checkboxes.into_iter().map(|b| Tick { mark: b.mark_span, name: (b.heading, b.label) });
    Text(Around::Skeleton(document.role(), skeleton.text.into(), ticks.collect()))
}

/// Block scalars of which both sides changed other lines.
fn merged_lines(values: ThreeWay<&Said>) -> Option<Said> {
    let lines = values.map(|said| said.raw.clone() + "\n");
    match text::merge(ThreeWay { base: (&lines.base, &[]), file: (&lines.file, &[]), row: (&lines.row, &[]) }) {
        TextMerge::Clean(text) => Some(Said { raw: text.strip_suffix('\n')?.to_owned(), typed: None }),
        _ => None,
    }
}

/// The row's items without what the file took out, then what the file put in.
fn merged_set(sets: ThreeWay<Vec<String>>) -> Vec<String> {
    let ThreeWay { base, file, row } = sets;
    let [had, has, says] = [&base, &file, &row].map(|items| items.iter().collect::<HashSet<_>>());
    let stays = row.iter().filter(|item| has.contains(item) || !had.contains(item));
    let comes = file.iter().filter(|item| !had.contains(item) && !says.contains(item));
    stays.chain(comes).cloned().collect()
}

fn merged_bytes(base: &[u8], file: &[u8], row: &[u8]) -> Option<TextMerge<Text>> {
    let utf8 = |bytes| std::str::from_utf8(bytes).ok();
    let merged = text::merge(ThreeWay { base: (utf8(base)?, &[]), file: (utf8(file)?, &[]), row: (utf8(row)?, &[]) });
    Some(merged.map(|text| Text(Around::Bytes(text.into_bytes().into()))))
}
