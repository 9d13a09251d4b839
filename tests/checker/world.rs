//! Everything there is: clones with files, buffers and memories, databases with rows, and what has happened so far.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use instep::reconcile::{RowState, Rule};

use super::git::{Checkout, Git, Position};
use super::mutants::Mutant;
use super::sync::Run;
use super::value::{Author, Field, Lineage, Page, Token};

/// How many parts an entity can have: a task has a TASK.md and an AGENT.yml.
pub(crate) const PARTS: usize = 2;

/// How many parts an entity has at first: the first one has all, others have one.
pub(crate) const fn parts_of(entity: usize) -> usize {
    if entity == 0 { PARTS } else { 1 }
}

/// Something for each part.
pub(crate) type Parts<T> = [Option<T>; PARTS];

/// A folder's name.
pub(crate) type Place = u8;

/// What a law says that was broken.
pub(crate) type Broken = &'static str;

/// What is checked: how much of the world there is, and which rule is missing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// How many entities.
    pub(crate) entities: usize,
    /// How many clones.
    pub(crate) clones: usize,
    /// Whether all clones write into one database; else each has its own, and git is the only way between them.
    pub(crate) is_shared: bool,
    /// Whether people use git.
    pub(crate) has_git: bool,
    /// Whether git merges documents with our driver.
    pub(crate) has_driver: bool,
    /// What is done wrongly on purpose.
    pub(crate) mutant: Option<Mutant>,
}

/// A file: what it says, and the text of the revision that its stamp names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct File {
    pub(crate) page: Page,
    pub(crate) stamp: Option<Page>,
}

impl File {
    /// A file as a sync writes it: stamped with its own text.
    pub(crate) fn stamped(page: Page) -> Self {
        Self { stamp: Some(page.clone()), page }
    }
}

/// The files of one entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Folder {
    pub(crate) place: Place,
    pub(crate) files: Parts<File>,
}

impl Folder {
    /// Whether nothing is there.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.iter().all(Option::is_none)
    }

    /// Whether some file says by its stamp whose it is.
    pub(crate) fn is_stamped(&self) -> bool {
        self.files.iter().flatten().any(|file| file.stamp.is_some())
    }

    /// The folder, which is not there any more.
    pub(crate) fn take(&mut self) -> Self {
        Self { place: self.place, files: std::mem::take(&mut self.files) }
    }
}

/// What a clone remembers of one part: what it left in the tree, and where HEAD was then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Memory {
    pub(crate) left: Option<File>,
    pub(crate) seen: Position,
}

/// One entity as one clone has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Desk {
    pub(crate) folder: Folder,
    /// What editors hold that have not read their file again.
    pub(crate) buffers: Parts<File>,
    pub(crate) memory: Parts<Memory>,
    /// Where the folder was last left.
    pub(crate) left_at: Option<Place>,
    /// What lay there before: whoever deletes the files can have seen it.
    pub(crate) lay_there: BTreeSet<Page>,
    /// Why the last sync held it as a whole, if it did.
    pub(crate) waits: Option<Rule>,
}

impl Desk {
    /// Puts a file in place of another one, or takes it away.
    pub(crate) fn lay(&mut self, part: usize, file: Option<File>) {
        let old = std::mem::replace(&mut self.folder.files[part], file);
        self.lay_there.extend(old.map(|old| old.page));
    }
}

/// A clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Workplace {
    /// One for each entity.
    pub(crate) desks: Vec<Desk>,
    /// Folders that somebody copied, and whose id they bear.
    pub(crate) copies: Vec<(usize, Folder)>,
    pub(crate) checkout: Checkout,
    pub(crate) database: usize,
    /// The sync that is under way.
    pub(crate) run: Option<Run>,
}

/// What the two parts of an entity were at one time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Revision {
    pub(crate) parts: Parts<Page>,
    pub(crate) author: Author,
}

/// One entity as a database has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) state: RowState,
    /// The newest revision; of a tombstone, the last one before it.
    pub(crate) parts: Parts<Page>,
    pub(crate) place: Place,
    /// Raised by every change.
    pub(crate) version: u16,
    pub(crate) revisions: Vec<Revision>,
    /// Bytes that were displaced and are kept only for safety.
    pub(crate) kept: BTreeSet<Page>,
    /// What `conflict list` shows, also of what is closed.
    pub(crate) recorded: BTreeSet<Token>,
    /// Whether it was reported that two places say different things.
    pub(crate) is_told_apart: bool,
}

impl Row {
    /// No row.
    pub(crate) const fn never(place: Place) -> Self {
        Self {
            state: RowState::Never,
            parts: [const { None }; PARTS],
            place,
            version: 0,
            revisions: Vec::new(),
            kept: BTreeSet::new(),
            recorded: BTreeSet::new(),
            is_told_apart: false,
        }
    }

    /// Adds a revision and makes it the row's.
    pub(crate) fn write(&mut self, state: RowState, parts: Parts<Page>, author: Author) {
        self.state = state;
        self.version += 1;
        self.revisions.push(Revision { parts: parts.clone(), author });
        self.parts = parts;
    }

    /// Whether some revision has this text; bytes kept for safety are none.
    pub(crate) fn knows(&self, part: usize, page: &Page) -> bool {
        self.revisions.iter().any(|revision| revision.parts[part].as_ref() == Some(page))
    }

    /// Whether the bytes can be had back.
    pub(crate) fn stores(&self, part: usize, page: &Page) -> bool {
        self.kept.contains(page) || self.knows(part, page)
    }
}

/// What people and programs did with tokens, as far as the laws ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Ledger {
    /// A sync, a commit or another program has shown it to somebody else.
    pub(crate) seen: BTreeSet<Token>,
    /// Somebody deleted it or chose against it, and could see what he did.
    pub(crate) given_up: BTreeSet<Token>,
}

/// What is counted. It is no part of what a world is.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    /// How often each row of the decision table applied.
    rules: [u64; Rule::ALL.len() + 1],
    /// How often somebody had to decide something.
    pub(crate) decisions: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { rules: [0; Rule::ALL.len() + 1], decisions: 0 }
    }
}

impl PartialEq for Tally {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tally {}

impl Hash for Tally {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Tally {
    /// Counts one application.
    pub(crate) fn count(&mut self, rule: Rule) {
        self.rules[usize::from(rule.number())] += 1;
    }

    /// How often `rule` applied.
    pub(crate) fn of(&self, rule: Rule) -> u64 {
        self.rules[usize::from(rule.number())]
    }

    /// Adds what another one counted.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rules.iter_mut().zip(other.rules).for_each(|(mine, more)| *mine += more);
        self.decisions += other.decisions;
    }
}

/// Everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) scope: Scope,
    pub(crate) clones: Vec<Workplace>,
    /// By database, by entity; rows are shared with those who have read them.
    pub(crate) databases: Vec<Vec<Arc<Row>>>,
    pub(crate) git: Git,
    pub(crate) lineage: Lineage,
    pub(crate) ledger: Ledger,
    pub(crate) tally: Tally,
}

impl World {
    /// A world in which everybody is in step.
    pub(crate) fn new(scope: Scope) -> Self {
        let mut lineage = Lineage::default();
        let pages: Vec<Parts<Page>> = (0..scope.entities).map(|entity| first_pages(&mut lineage, entity)).collect();
        let rows = pages.iter().enumerate().map(|(entity, parts)| {
            let mut row = Row::never(entity as Place);
            row.write(RowState::Live, parts.clone(), Author::Outside);
            Arc::new(row)
        });
        let rows: Vec<_> = rows.collect();
        let desks: Vec<_> = pages.iter().enumerate().map(|(entity, parts)| in_step(entity as Place, parts)).collect();
        let tree = desks.iter().map(|desk| desk.folder.files.clone()).collect();
        let clone = |database| Workplace {
            desks: desks.clone(),
            copies: Vec::new(),
            checkout: Checkout::FIRST,
            database,
            run: None,
        };
        let databases = if scope.is_shared { 1 } else { scope.clones };
        Self {
            scope,
            clones: (0..scope.clones).map(|at| clone(at.min(databases - 1))).collect(),
            databases: vec![rows; databases],
            git: Git::first(tree),
            lineage,
            ledger: Ledger::default(),
            tally: Tally::default(),
        }
    }

    /// The row of an entity as a clone sees it.
    pub(crate) fn row(&self, clone: usize, entity: usize) -> &Arc<Row> {
        &self.databases[self.clones[clone].database][entity]
    }

    /// The row of an entity, to be changed.
    pub(crate) fn row_mut(&mut self, clone: usize, entity: usize) -> &mut Row {
        let database = self.clones[clone].database;
        Arc::make_mut(&mut self.databases[database][entity])
    }

    /// One entity in one clone.
    pub(crate) fn desk(&self, clone: usize, entity: usize) -> &Desk {
        &self.clones[clone].desks[entity]
    }

    /// One entity in one clone, to be changed.
    pub(crate) fn desk_mut(&mut self, clone: usize, entity: usize) -> &mut Desk {
        &mut self.clones[clone].desks[entity]
    }

    /// The rows that a clone sees.
    pub(crate) fn rows(&self, clone: usize) -> &[Arc<Row>] {
        &self.databases[self.clones[clone].database]
    }

    /// Every folder in a clone.
    pub(crate) fn folders(&self, clone: usize) -> impl Iterator<Item = (usize, &Folder)> {
        let Workplace { desks, copies, .. } = &self.clones[clone];
        let own = desks.iter().map(|desk| &desk.folder).enumerate();
        own.chain(copies.iter().map(|(of, folder)| (*of, folder))).filter(|(_, folder)| !folder.is_empty())
    }

    /// Whether no folder lies at a place.
    pub(crate) fn is_free(&self, clone: usize, place: Place) -> bool {
        self.folders(clone).all(|(_, folder)| folder.place != place)
    }

    /// Whether some row has a place.
    pub(crate) fn is_claimed(&self, clone: usize, place: Place) -> bool {
        self.rows(clone).iter().any(|row| row.state == RowState::Live && row.place == place)
    }

    /// Somebody else can have seen these pages.
    pub(crate) fn show<'p>(&mut self, pages: impl IntoIterator<Item = &'p Page>) {
        self.ledger.seen.extend(pages.into_iter().flat_map(Page::tokens));
    }

    /// Somebody gave these pages up, and all that they derive from.
    pub(crate) fn give_up<'p>(&mut self, pages: impl IntoIterator<Item = &'p Page>) {
        pages.into_iter().flat_map(Page::tokens).for_each(|token| self.give_up_for(token, None));
    }

    /// Somebody gave `loser` up for `winner`, and so much of what it derives from as went into neither.
    pub(crate) fn give_up_for(&mut self, loser: Token, winner: Option<Token>) {
        let line = self.lineage.line(loser);
        let is_known = |token: &Token| winner.is_some_and(|winner| self.lineage.knows(winner, *token));
        self.ledger.given_up.extend(line.take_while(|token| !is_known(token)));
    }

    /// Whether the mutant is this one.
    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.scope.mutant == Some(mutant)
    }
}

fn first_pages(lineage: &mut Lineage, entity: usize) -> Parts<Page> {
    let mut token = || lineage.first(Author::Outside);
    let status = token();
    let first = Page::new([(Field::Status, status), (Field::Owner, token())], token());
    let second = (parts_of(entity) == PARTS).then(|| Page::new([(Field::Status, status)], token()));
    [Some(first), second]
}

fn in_step(place: Place, parts: &Parts<Page>) -> Desk {
    let files = parts.clone().map(|page| page.map(File::stamped));
    let seen = Checkout::FIRST.position();
    let memory = files.clone().map(|file| file.map(|file| Memory { left: Some(file), seen }));
    let folder = Folder { place, files };
    Desk { folder, buffers: Default::default(), memory, left_at: Some(place), lay_there: BTreeSet::new(), waits: None }
}
