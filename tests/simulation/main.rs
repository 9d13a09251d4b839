//! The code that ships, on a machine in memory and under a power supply that fails where a test wants it to.
//!
//! ```text
//! layers       what programs see, and what is durable
//! disk         the calls of `Vfs` over it
//! tables       what a database holds and answers
//! commit       what a commit makes of it
//! outside      what other programs write, and what the triggers make of it
//! store        the calls of `Store` over them
//! power        steps of disk and database are counted, and any of them can be the last
//! time         clock, ids, and how futures run
//! world        a working copy on all of that
//!
//! values       every value that somebody writes, so that a lost one shows
//! people       what people and other programs do
//! order        what this program is asked to do
//! course       what happens in a history, drawn from a seed
//! history      plays it, and asks the laws
//! histories    many of them
//! meanwhile    what others do at any moment of a command
//!
//! conformance  the same scripts on the real disk and on this one
//! answers      the same scripts on the embedded database and on this one
//! workloads    what people do before a sync
//! crashes      every step of the sync that follows is its last one, and every loss of what was not durable is tried
//! ```

mod answers;
mod commit;
mod conformance;
#[path = "../support/cores.rs"]
mod cores;
mod course;
mod crashes;
#[path = "../support/dice.rs"]
mod dice;
mod disk;
mod histories;
mod history;
mod layers;
mod meanwhile;
mod order;
mod outside;
mod people;
mod power;
mod store;
mod tables;
mod time;
mod values;
#[path = "../support/words.rs"]
mod words;
mod workloads;
mod world;
