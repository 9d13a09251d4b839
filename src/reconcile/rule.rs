//! The rows of the decision table, by number and word.

use std::fmt;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $word:literal),+ $(,)?) => {
        /// One row of the decision table: what the reports name and the checker counts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $variant = $number),+
        }

        impl Rule {
            /// Every row.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in reports.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

rules! {
    /// Neither side has it.
    Nothing = 1 "nothing",
    /// A new file with an id of its own makes a row.
    Create = 2 "create",
    /// The row is gone without a tombstone.
    RowMissing = 3 "row-missing",
    /// A new file without an id makes a row.
    Adopt = 4 "adopt",
    /// A file without an id lies where another, different document belongs.
    CreateCreate = 5 "create-create",
    /// A row that was never here makes its file.
    Materialise = 6 "materialise",
    /// The file was deleted, the row did not change.
    Delete = 7 "delete",
    /// The file was deleted, the row changed: the row wins.
    DeleteEdit = 8 "delete-edit",
    /// Both are gone.
    Gone = 9 "gone",
    /// Both are as they were.
    InStep = 10 "in-step",
    /// Only the row changed.
    Pull = 11 "pull",
    /// Only the file changed.
    Push = 12 "push",
    /// Both changed to the same.
    Agree = 13 "agree",
    /// Both changed, nowhere the same thing.
    Merge = 14 "merge",
    /// Both changed one value: the row wins it.
    FieldCollision = 15 "field-collision",
    /// Both changed the same lines, or a value that is nobody's: held.
    TextCollision = 16 "text-collision",
    /// They differ and nothing tells what they derive from.
    NoBase = 17 "no-base",
    /// The file is an unedited copy of an older revision.
    Stale = 18 "stale",
    /// The file went back to an older revision on purpose.
    Revert = 19 "revert",
    /// The row was deleted, the file did not change.
    DeleteWins = 20 "delete-wins",
    /// The row was deleted, the file changed after it: restored.
    EditDelete = 21 "edit-delete",
    /// The row was deleted, and nothing proves that the file is newer.
    UnprovenEdit = 22 "unproven-edit",
    /// The file cannot be understood.
    Quarantine = 23 "quarantine",
    /// The file may be half written: looked at again before it gets here, then as quarantine.
    Unstable = 24 "unstable",
    /// The file cannot be read.
    Unreadable = 25 "unreadable",
    /// The entity was moved on one side.
    Move = 26 "move",
    /// It was moved on both sides, to different places.
    MoveCollision = 27 "move-collision",
    /// The target of a move is taken.
    PathTaken = 28 "path-taken",
    /// Two files bear one id.
    DuplicateId = 29 "duplicate-id",
    /// Two rows want one path.
    CaseCollision = 30 "case-collision",
    /// A task without its sprint.
    Orphan = 31 "orphan",
    /// A sprint was deleted with its tasks.
    SprintDeleted = 32 "sprint-deleted",
    /// One part of an entity was deleted.
    PartDeleted = 33 "part-deleted",
    /// Another program changed columns; what follows from it is another row of this table.
    ForeignColumns = 34 "foreign-columns",
    /// The row says what no document can say.
    BrokenRow = 35 "broken-row",
    /// The stamp names a revision of another entity.
    Mismatch = 36 "mismatch",
    /// The stamp is not known to this database; what follows from it is another row of this table.
    UnknownStamp = 37 "unknown-stamp",
    /// A known path bears another id, and the old one is nowhere.
    IdReplaced = 38 "id-replaced",
    /// Not a row of the table: an edit that does not count on this branch.
    Pending = 39 "pending",
    /// Not a row of the table: files only follow.
    Overruled = 40 "overruled",
}

/// From what needs nobody to what needs somebody at once.
const BY_WEIGHT: [Rule; 40] = {
    use Rule::*;
    [
        Nothing,
        Gone,
        InStep,
        Agree,
        Materialise,
        Pull,
        Push,
        Merge,
        Revert,
        Create,
        Adopt,
        PartDeleted,
        Move,
        Stale,
        Pending,
        Delete,
        DeleteWins,
        SprintDeleted,
        ForeignColumns,
        UnknownStamp,
        Unstable,
        Unreadable,
        Quarantine,
        Overruled,
        FieldCollision,
        MoveCollision,
        DeleteEdit,
        EditDelete,
        TextCollision,
        NoBase,
        UnprovenEdit,
        CreateCreate,
        Mismatch,
        PathTaken,
        DuplicateId,
        CaseCollision,
        Orphan,
        IdReplaced,
        RowMissing,
        BrokenRow,
    ]
};

impl Rule {
    /// The one of `rules` that matters most to a person; [`Rule::Nothing`] of none.
    pub fn strongest(rules: impl IntoIterator<Item = Self>) -> Self {
        let weight = |rule: &Self| BY_WEIGHT.iter().position(|other| other == rule);
        rules.into_iter().max_by_key(weight).unwrap_or(Self::Nothing)
    }

    /// The number of the row; past the last one for what the table has no row for.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_number_a_word_and_a_weight_of_its_own() {
        for (at, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(usize::from(rule.number()), at + 1, "{rule}");
            assert_eq!(BY_WEIGHT.iter().filter(|other| *other == rule).count(), 1, "{rule}");
            assert_eq!(Rule::ALL.iter().filter(|other| other.word() == rule.word()).count(), 1, "{rule}");
        }
        assert_eq!(Rule::strongest([Rule::Push, Rule::NoBase, Rule::InStep]), Rule::NoBase);
    }
}
