//! What the inner floors are handed from outside: the time, fresh ids, the environment, and who is at work.

use std::collections::BTreeMap;
use std::path::PathBuf;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use jiff::{Timestamp, TimestampRound, Unit};
use uuid::Uuid;

use crate::model::{Actor, Clock, Ids};

/// The clock of this machine.
pub(super) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.round(TimestampRound::new().smallest(Unit::Microsecond)).unwrap_or(now)
    }
}

/// Ids from the clock and the randomness of this machine.
pub(super) struct SystemIds;

impl Ids for SystemIds {
    fn fresh(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Every variable of the environment that is text.
pub(super) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Where the user's own settings lie, whether or not there are any.
pub(super) fn user_settings() -> Option<PathBuf> {
    let folders = choose_base_strategy().ok()?;
    Some(folders.config_dir().join("instep").join("config.toml"))
}

/// Who is at work: what they call themselves, else the name of their account, else its number.
pub(super) fn actor(environment: &BTreeMap<String, String>) -> Actor {
    let names = ["INSTEP_ACTOR", "USER", "LOGNAME", "USERNAME"];
    let name = names.iter().filter_map(|name| environment.get(*name)).find(|name| !name.trim().is_empty());
    match name {
        Some(name) => Actor::new(name),
        None => Actor::new(&format!("uid-{}", rustix::process::geteuid().as_raw())),
    }
}

/// The name of this machine; empty where it has none.
pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_whole_microseconds() {
        assert_eq!(SystemClock.now().subsec_nanosecond() % 1000, 0);
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let ids: Vec<Uuid> = (0..100).map(|_| SystemIds.fresh()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn people_are_called_as_they_call_themselves() {
        let named = |pairs: &[(&str, &str)]| {
            actor(&pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()).to_string()
        };
        assert_eq!(named(&[("USER", "ann"), ("INSTEP_ACTOR", "agent-7")]), "agent-7");
        assert_eq!(named(&[("USER", " "), ("LOGNAME", "ann")]), "ann");
        assert_eq!(named(&[("USER", "")]), format!("uid-{}", rustix::process::geteuid().as_raw()));
    }
}
