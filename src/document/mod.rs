//! Text to fields and back, losslessly.
//!
//! A document is a **skeleton** (text with holes) and **slots** (the values in the holes). Parsing never fails and
//! never panics: what is not understood stays text, and a [`Problem`] says where. An edit replaces the bytes of one
//! slot and nothing else; the result is parsed again and must say the same as before everywhere else.
//!
//! ```text
//! bytes ─load─▶ stamp + Document ─set, insert, remove, write─▶ Document ─stamped─▶ text
//!                        │
//!                        └─skeleton─▶ holes + text ─fill─▶ text
//! ```
//!
//! This room does not touch files, does not decide what a change means, and does not compare documents.

mod checkbox;
mod edit;
mod projection;
mod read;
mod skeleton;
mod slot;
mod stamp;

pub use checkbox::Checkbox;
pub use edit::EditError;
pub use projection::ListedTask;
pub use read::{Loaded, Quarantine, Reason, load, read};
pub use skeleton::{Hole, Skeleton, fill};
pub use slot::{Slot, SlotKey};
pub use stamp::{Stamped, Stamps, canonical, canonical_digest, in_style_of, split, stamped};

use crate::model::{Field, Fields, Problem, Role, Typed};

/// A parsed text: what it says, and where it says it.
#[derive(Debug, Clone)]
pub struct Document {
    role: Role,
    text: String,
    slots: Vec<Slot>,
}

/// Reads `text`, which bears no stamp any more; what is not understood stays text, and problems say where.
pub fn parse(role: Role, text: impl Into<String>) -> (Document, Vec<Problem>) {
    (Document { role, text: text.into(), slots: Vec::new() }, Vec::new())
}

impl Document {
    /// What the document is to its entity.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The whole text, without stamp, with its byte-order mark and line ends.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every value that can be changed in place, in the order of the text; no two overlap.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The bytes of `slot`, as written.
    pub fn raw(&self, slot: &Slot) -> &str {
        &self.text[slot.span.clone()]
    }

    /// The slot that speaks for `key`: the first one that is no mirror.
    pub fn slot(&self, key: &SlotKey) -> Option<&Slot> {
        self.slots.iter().find(|slot| !slot.is_mirror && slot.key == *key)
    }

    /// What the document says of `field`; `None` where it says nothing that fits the field's type.
    pub fn get(&self, field: Field) -> Option<&Typed> {
        self.slot(&SlotKey::Field(field))?.typed.as_ref()
    }

    /// The title without its `Task:` or `Sprint:`.
    pub fn title(&self) -> Option<&str> {
        self.slot(&SlotKey::Field(Field::Title)).map(|slot| self.raw(slot))
    }

    /// The typed values, as a row holds them; a field without a typed value is left out.
    pub fn fields(&self) -> Fields {
        let said = |slot: &Slot| match &slot.key {
            SlotKey::Field(field) if !slot.is_mirror => Some((*field, slot.typed.as_ref()?.to_json())),
            _ => None,
        };
        self.slots.iter().filter_map(said).collect()
    }
}
