//! What people and programs do before a sync: every single deed, every pair of them, and some of three.

use instep::model::Field;
use instep::store::Selection;
use instep::tree::{At, Vfs as _};
use serde_json::json;

use crate::outside::{Outside, OutsideDeed, Written};
use crate::world::World;

/// Something that is done before a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Create,
    Edit,
    Move,
    MoveSprint,
    Delete,
    Toggle,
    Sql,
    SqlMove,
    SqlDelete,
    Collide,
}

const DEEDS: [Deed; 10] = [
    Deed::Create,
    Deed::Edit,
    Deed::Move,
    Deed::MoveSprint,
    Deed::Delete,
    Deed::Toggle,
    Deed::Sql,
    Deed::SqlMove,
    Deed::SqlDelete,
    Deed::Collide,
];

const SPRINT: &str = "delegation/sprints/alpha/SPRINT.md";

/// Every workload.
pub(crate) fn all() -> Vec<Vec<Deed>> {
    let ones = DEEDS.map(|deed| vec![deed]).into_iter();
    let pairs = DEEDS
        .into_iter()
        .flat_map(|one| DEEDS.into_iter().filter(move |other| one != *other).map(move |o| vec![one, o]));
    let threes = DEEDS
        .into_iter()
        .zip(DEEDS.into_iter().skip(3))
        .zip(DEEDS.into_iter().skip(6))
        .map(|((a, b), c)| vec![a, b, c]);
    ones.chain(pairs).chain(threes).collect()
}

/// A small project in step.
pub(crate) fn project() -> World {
    let task = |title: &str, status: &str| {
        format!(
            "# Task: {title}\n\n**Status**: {status}  \n**Priority**: P1  \n\n---\n\n## Tasks\n\n- [ ] Plan\n- [ ] Build\n"
        )
    };
    let sprint =
        |title: &str| format!("# Sprint: {title}\n\n**Status**: Active  \n\n---\n\n## Sprint Goal\n\nShip {title}.\n");
    World::in_step(&[
        (SPRINT, sprint("Alpha")),
        ("delegation/sprints/alpha/one/TASK.md", task("One", "Pending")),
        ("delegation/sprints/alpha/one/AGENT.yml", "task:\n  title: One\n  status: pending # as above\n".into()),
        ("delegation/sprints/alpha/two/TASK.md", task("Two", "Pending")),
        ("delegation/sprints/alpha/three/TASK.md", task("Three", "Pending")),
        ("delegation/sprints/beta/SPRINT.md", sprint("Beta")),
        ("delegation/sprints/beta/four/TASK.md", task("Four", "Pending")),
        ("delegation/backlog/later/TASK.md", task("Later", "Pending")),
        ("delegation/backlog/last/TASK.md", task("Last", "Pending")),
    ])
}

impl Deed {
    /// Does it; each deed has a task of its own, so that any of them can follow any other.
    pub(crate) fn of(self, world: &World) {
        let alpha =
            |path: &str| format!("delegation/sprints/{}/{path}", if is_moved(world) { "gamma" } else { "alpha" });
        let disk = &world.disk;
        match self {
            Self::Create => disk.save("delegation/sprints/beta/new/TASK.md", "# Task: New\n\n**Status**: Pending\n"),
            Self::Edit => disk.edit(&alpha("one/TASK.md"), "**Priority**: P1", "**Priority**: P0"),
            Self::Move => rename(world, "delegation/backlog/later", "delegation/sprints/beta/later"),
            Self::MoveSprint => rename(world, "delegation/sprints/alpha", "delegation/sprints/gamma"),
            Self::Delete => {
                let folder = "delegation/backlog/last";
                for name in disk.list(At::project(folder)).expect("the folder").into_iter().map(|entry| entry.name) {
                    let path = format!("{folder}/{}", String::from_utf8_lossy(&name));
                    disk.take(&path);
                }
                disk.take(folder);
            }
            Self::Toggle => disk.edit(&alpha("one/TASK.md"), "- [ ] Plan", "- [x] Plan"),
            Self::Sql => {
                for code in ["one", "two"] {
                    write(world, code, Written::Field(Field::Status, json!("in_progress")));
                }
            }
            Self::SqlMove => write(world, "three", Written::Code("trois".into())),
            Self::SqlDelete => outside(world, "four", OutsideDeed::Delete),
            Self::Collide => {
                disk.edit(&alpha("two/TASK.md"), "**Priority**: P1", "**Priority**: P3");
                write(world, "two", Written::Field(Field::Priority, json!("P0")));
            }
        }
    }
}

fn is_moved(world: &World) -> bool {
    world.disk.stat(At::project(SPRINT)).is_err()
}

fn rename(world: &World, from: &str, to: &str) {
    assert!(world.disk.carry(from, to), "{from} can move to {to}");
}

/// Another program writes one column of the row with that code.
pub(crate) fn write(world: &World, code: &str, written: Written) {
    outside(world, code, OutsideDeed::Set(vec![written]));
}

fn outside(world: &World, code: &str, deed: OutsideDeed) {
    let codes = [code.to_owned()];
    for row in world.store.look_at(|tables| tables.records(Selection::Codes(&codes))) {
        assert!(world.outside(&Outside { kind: row.kind, id: row.id, deed: deed.clone() }), "{code} can be written");
    }
}
