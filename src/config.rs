//! Text and overrides to settings.
//!
//! Four places can hold a setting: the repository's `instep.toml`, the user's own `config.toml`, the environment, and
//! the flags of a command. Whoever can write to the repository must gain nothing by it: a file that everybody gets
//! may name a database, but never says where one is, and never makes anything run. Every setting knows its place.
//!
//! This room reads no file and no environment; it is handed their contents.

mod database;
mod environment;
mod origin;
mod reader;
mod repository;
mod secret;
mod user;

use std::collections::BTreeMap;

use serde_json::Value;

pub use origin::{Finding, Origin, Setting};
pub use secret::{DatabaseUrl, DatabaseUrlError, Secret};

use crate::model::{DocPath, ProjectId, Severity, TemplateKind, did_you_mean};

/// Name of the settings file in the root of a repository.
pub const FILE_NAME: &str = "instep.toml";

/// The word that names the embedded database where the name of a database is expected.
pub const EMBEDDED: &str = "embedded";

/// What settings are read from.
#[derive(Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The text of `instep.toml`.
    pub repository: Option<&'a str>,
    /// The text of the user's `config.toml`.
    pub user: Option<&'a str>,
    /// Environment variables; those that mean nothing here are passed over.
    pub environment: Option<&'a BTreeMap<String, String>>,
    /// The `--database` flag: the name of a database.
    pub database: Option<&'a str>,
    /// The `--color` flag.
    pub color: Option<Color>,
}

/// Every setting, settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The project; `None` before `init`.
    pub project: Option<Setting<ProjectId>>,
    /// The project's name for people.
    pub name: Option<Setting<String>>,
    /// The folder of the planning tree.
    pub root: Setting<DocPath>,
    /// The branches on which edits of files push; `None` leaves it to the kind of database.
    pub branches: Option<Setting<Vec<String>>>,
    /// Which way changes travel.
    pub direction: Setting<Direction>,
    /// How statuses are spelled for people, by their word.
    pub statuses: BTreeMap<String, Setting<String>>,
    /// Which template each kind is made from; `default` where nothing is said.
    pub templates: BTreeMap<TemplateKind, Setting<String>>,
    /// Values that templates get where the command gives none.
    pub variables: BTreeMap<String, Setting<Value>>,
    /// Where the rows are.
    pub database: Setting<Database>,
    /// When output is coloured.
    pub color: Setting<Color>,
    /// Users whose repositories are read although they belong to somebody else, by number.
    pub trusted_owners: Setting<Vec<u32>>,
    /// Folders whose repositories are read although they belong to somebody else.
    pub trusted_paths: Setting<Vec<String>>,
}

/// Which way changes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Files and rows, both ways.
    TwoWay,
    /// Rows to files: the files are a view.
    Mirror,
    /// Nothing is written on either side.
    Check,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// Where the rows are.
#[derive(Debug, Clone, PartialEq)]
pub enum Database {
    /// In a file that belongs to this clone.
    Embedded,
    /// In a database that several clones share.
    Shared {
        /// The name under which the user's file has it; `None` for one that the environment gave.
        alias: Option<String>,
        /// Its address.
        url: DatabaseUrl,
    },
}

/// One setting as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its dotted name.
    pub name: String,
    /// Its value, without secrets.
    pub value: String,
    /// Its place.
    pub origin: Origin,
}

/// The settings are not fit to work with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the settings cannot be used: {}", first_error(findings))]
pub struct ConfigError {
    /// Everything that was found, errors and lesser things.
    pub findings: Vec<Finding>,
}

impl Direction {
    const ALL: [Self; 3] = [Self::TwoWay, Self::Mirror, Self::Check];

    /// The direction of exactly that name.
    fn parse(word: &str) -> Result<Self, String> {
        one_of(word, Self::ALL, Self::word)
    }

    /// The word in the settings file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TwoWay => "two-way",
            Self::Mirror => "mirror",
            Self::Check => "check",
        }
    }
}

impl Color {
    const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// The choice of exactly that name.
    ///
    /// # Errors
    /// A sentence that names every choice.
    pub fn parse(word: &str) -> Result<Self, String> {
        one_of(word, Self::ALL, Self::word)
    }

    /// The word in settings and flags.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

impl Config {
    /// Settles every setting, and says what is strange about the places that they come from.
    ///
    /// # Errors
    /// Where any finding is an error: to go on with a default in place of what was asked for would be to guess.
    pub fn settle(sources: &Sources<'_>) -> Result<(Self, Vec<Finding>), ConfigError> {
        let mut findings = Vec::new();
        let repository = repository::read(sources.repository.unwrap_or_default(), &mut findings);
        let user = user::read(sources.user.unwrap_or_default(), &mut findings);
        let environment = environment::read(sources.environment, &mut findings);
        let wanted = database::Wanted {
            flag: sources.database,
            url: environment.url,
            variable: environment.database,
            repository: repository.database,
            user: user.default_database,
        };
        let database = database::choose(wanted, &user.databases, &mut findings);
        let flag = sources.color.map(|value| Setting { value, origin: Origin::CommandLine("--color") });
        let color = flag.or(environment.color).or(user.color);
        let config = Self {
            project: repository.project,
            name: repository.name,
            root: repository.root.unwrap_or_else(|| Setting::default(default_root())),
            branches: repository.branches,
            direction: repository.direction.unwrap_or(Setting::default(Direction::TwoWay)),
            statuses: repository.statuses,
            templates: repository.templates,
            variables: repository.variables,
            database,
            color: color.unwrap_or(Setting::default(Color::Auto)),
            trusted_owners: user.trusted_owners.unwrap_or_else(|| Setting::default(Vec::new())),
            trusted_paths: user.trusted_paths.unwrap_or_else(|| Setting::default(Vec::new())),
        };
        let is_fit = findings.iter().all(|finding| finding.severity < Severity::Error);
        if is_fit { Ok((config, findings)) } else { Err(ConfigError { findings }) }
    }

    /// The folder that `tree.root` would name.
    ///
    /// # Errors
    /// Why there can be no such setting.
    pub fn root_of(text: &str) -> Result<DocPath, String> {
        repository::root(text)
    }

    /// The settings file of a new project.
    pub fn render_new(project: ProjectId, name: &str, database: Option<&str>) -> String {
        let name = toml::Value::from(name);
        let database = database.map(|name| format!("database = {}\n\n", toml::Value::from(name))).unwrap_or_default();
        format!(
            "# Settings of instep that everybody with this repository shares; never put a password here.\n\
             \n\
             {database}[project]\n\
             id = \"{project}\"\n\
             name = {name}\n"
        )
    }

    /// Every setting as people see it, in a fixed order.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut add = |name: String, value: String, origin| entries.push(Entry { name, value, origin });
        match &self.project {
            Some(id) => add("project.id".into(), id.value.to_string(), id.origin),
            None => add("project.id".into(), "none".into(), Origin::Default),
        }
        if let Some(name) = &self.name {
            add("project.name".into(), name.value.clone(), name.origin);
        }
        add("tree.root".into(), self.root.value.to_string(), self.root.origin);
        if let Some(branches) = &self.branches {
            add("sync.branches".into(), branches.value.join(", "), branches.origin);
        }
        add("sync.direction".into(), self.direction.value.word().into(), self.direction.origin);
        for (word, shown) in &self.statuses {
            add(format!("statuses.{word}"), shown.value.clone(), shown.origin);
        }
        for (kind, template) in &self.templates {
            add(format!("templates.{kind}"), template.value.clone(), template.origin);
        }
        for (name, value) in &self.variables {
            add(format!("templates.variables.{name}"), value.value.to_string(), value.origin);
        }
        add("database".into(), self.database.value.to_string(), self.database.origin);
        add("color".into(), self.color.value.word().into(), self.color.origin);
        let owners: Vec<String> = self.trusted_owners.value.iter().map(u32::to_string).collect();
        add("trust.owners".into(), owners.join(", "), self.trusted_owners.origin);
        add("trust.paths".into(), self.trusted_paths.value.join(", "), self.trusted_paths.origin);
        entries
    }
}

impl Database {
    /// Whether settings name it so.
    pub fn is_called(&self, name: &str) -> bool {
        match self {
            Self::Embedded => name == EMBEDDED,
            Self::Shared { alias, .. } => alias.as_deref() == Some(name),
        }
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => f.write_str(EMBEDDED),
            Self::Shared { alias: Some(alias), url } => write!(f, "{alias} ({url})"),
            Self::Shared { alias: None, url } => write!(f, "{url}"),
        }
    }
}

fn default_root() -> DocPath {
    DocPath::new("delegation").expect("one plain part")
}

/// The one of `all` whose word is `word`, or a sentence that names them.
fn one_of<T: Copy, const N: usize>(word: &str, all: [T; N], word_of: fn(T) -> &'static str) -> Result<T, String> {
    let known = all.map(word_of);
    let found = all.into_iter().find(|&each| word_of(each) == word);
    found.ok_or_else(|| format!("`{word}` is none of {}{}", known.join(", "), did_you_mean(word, known)))
}

fn first_error(findings: &[Finding]) -> String {
    let error = findings.iter().find(|finding| finding.severity == Severity::Error);
    error.map(Finding::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::Position;

    fn repository(text: &str) -> Sources<'_> {
        Sources { repository: Some(text), ..Sources::default() }
    }

    fn settled(sources: &Sources<'_>) -> Config {
        Config::settle(sources).expect("good settings").0
    }

    fn messages(sources: &Sources<'_>) -> Vec<String> {
        let findings = match Config::settle(sources) {
            Ok((_, findings)) => findings,
            Err(error) => error.findings,
        };
        findings.iter().map(Finding::to_string).collect()
    }

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_at_all_gives_the_defaults() {
        let config = settled(&Sources::default());
        assert_eq!(config.root.value.as_str(), "delegation");
        assert_eq!(config.direction, Setting::default(Direction::TwoWay));
        assert_eq!(config.database, Setting::default(Database::Embedded));
        assert_eq!((config.project, config.branches), (None, None));
    }

    #[test]
    fn what_init_writes_reads_back() {
        let id = ProjectId::new(Uuid::from_u128(7));
        let name = "Ann's \"big\" plan \\ 2\nnext line";
        let text = Config::render_new(id, name, Some("embedded"));
        let (config, findings) = Config::settle(&repository(&text)).expect("good settings");
        assert_eq!(config.project.map(|id| id.value), Some(id));
        assert_eq!(config.name.map(|name| name.value), Some(name.to_owned()));
        assert_eq!(findings, []);
    }

    #[test]
    fn every_setting_of_the_repository_is_read_with_its_place() {
        let text = "\u{feff}database = \"team\"\r\n[tree]\r\nroot = \"plan/\"\r\n[sync]\r\nbranches = [\"main\", \"next\"]\r\n\
                    direction = \"mirror\"\r\n[statuses]\r\nin_progress = \"Doing\"\r\n[templates]\r\ntask = \"small\"\r\n\
                    [templates.variables]\r\nowner = \"Platform\"\r\nreviewers = [\"a\", 2, true]\r\n";
        let user = "[databases.team]\nurl = \"postgres://db.example/plan\"\n";
        let config = settled(&Sources { user: Some(user), ..repository(text) });
        let shown: Vec<String> =
            config.entries().iter().map(|e| format!("{} = {} ({})", e.name, e.value, e.origin)).collect();
        assert_eq!(
            shown,
            [
                "project.id = none (default)",
                "tree.root = plan (instep.toml:3:8)",
                "sync.branches = main, next (instep.toml:5:12)",
                "sync.direction = mirror (instep.toml:6:13)",
                "statuses.in_progress = Doing (instep.toml:8:15)",
                "templates.task = small (instep.toml:10:8)",
                "templates.variables.owner = \"Platform\" (instep.toml:12:9)",
                "templates.variables.reviewers = [\"a\",2,true] (instep.toml:13:13)",
                "database = team (postgres://db.example/plan) (instep.toml:1:13)",
                "color = auto (default)",
                "trust.owners =  (default)",
                "trust.paths =  (default)",
            ]
        );
    }

    #[test]
    fn the_nearest_voice_names_the_database() {
        let user = "default_database = \"own\"\n[databases]\nown.url = \"postgres://own/x\"\nteam.url = \"postgres://team/x\"\n\
                    flag.url = \"postgres://flag/x\"\nvariable.url = \"postgres://variable/x\"\n";
        let mut sources = Sources { user: Some(user), ..Sources::default() };
        let chosen = |sources: &Sources<'_>| settled(sources).database.value.to_string();
        assert_eq!(chosen(&sources), "own (postgres://own/x)");
        sources.repository = Some("database = \"team\"");
        assert_eq!(chosen(&sources), "team (postgres://team/x)");
        let environment = variables(&[("INSTEP_DATABASE", "variable")]);
        sources.environment = Some(&environment);
        assert_eq!(chosen(&sources), "variable (postgres://variable/x)");
        let environment = variables(&[("INSTEP_DATABASE", "variable"), ("INSTEP_DATABASE_URL", "postgres://url/x")]);
        sources.environment = Some(&environment);
        assert_eq!(chosen(&sources), "postgres://url/x");
        sources.database = Some("flag");
        assert_eq!(chosen(&sources), "flag (postgres://flag/x)");
        sources.database = Some("embedded");
        assert_eq!(settled(&sources).database.origin, Origin::CommandLine("--database"));
        assert_eq!(settled(&sources).database.value, Database::Embedded);
    }

    #[test]
    fn an_unknown_database_is_an_error_and_never_the_embedded_one() {
        let sources =
            Sources { user: Some("[databases.team]\nurl = \"postgres://h/x\""), ..repository("database = \"taem\"") };
        let error = Config::settle(&sources).expect_err("an unknown name");
        assert_eq!(
            error.to_string(),
            "the settings cannot be used: instep.toml:1:12: no database is called `taem` in your own `config.toml`; \
             did you mean `team`?"
        );
    }

    #[test]
    fn hx14_a_repository_cannot_name_a_host() {
        for text in [
            "database = \"postgres://evil.example/x\"",
            "database = \"evil.example:5432\"",
            "database = { url = \"postgres://evil.example/x\" }",
            "[databases.team]\nurl = \"postgres://evil.example/x\"",
            "[sync]\nhost = \"evil.example\"",
            "[deep.er]\nlist = [{ URL = \"postgres://evil.example/x\" }]",
            "[trust]\npaths = [\"/\"]",
            "default_database = \"other\"",
        ] {
            let error = Config::settle(&repository(text)).expect_err(text);
            assert!(error.findings.iter().any(|f| f.severity == Severity::Error), "{text}");
        }
        assert_eq!(
            messages(&repository("\n[sync]\n  host = \"evil.example\"")),
            [
                "instep.toml:3:3: `sync.host` is refused here: whoever can write to a repository could have credentials sent \
              to a host of their own; write it into your own `config.toml`"
            ]
        );
    }

    #[test]
    fn hx15_a_repository_cannot_make_anything_run() {
        for text in [
            "hooks = { pre-sync = \"rm -rf /\" }",
            "[sync]\ncommand = \"x\"",
            "[check]\nrun = \"x\"",
            "[[plugins]]\nenv = { PATH = \".\" }",
            "editor = \"vi\"",
            "[tree]\nShell = \"sh\"",
        ] {
            let error = Config::settle(&repository(text)).expect_err(text);
            let last = error.findings.last().expect("a finding");
            assert!(
                last.message.ends_with("nothing in a repository may run a command or change the environment"),
                "{last}"
            );
        }
    }

    #[test]
    fn hx16_no_word_of_the_repository_reaches_what_grants_trust() {
        let text = "trust = 1\ncolor = \"never\"\n[databases]\nx = 1\n[trusted]\npaths = [\"/\"]\nowners = [0]\n";
        assert!(Config::settle(&repository(text)).is_err());
        let harmless = settled(&repository("color = \"never\"\n[trusted]\npaths = [\"/\"]\nowners = [0]\n"));
        assert_eq!(harmless.color, Setting::default(Color::Auto));
        assert_eq!((harmless.trusted_owners.value, harmless.trusted_paths.value), (vec![], vec![]));
    }

    #[test]
    fn hx22_no_output_shows_a_password() {
        let user = "[databases.team]\nurl = \"postgres://ann:canary@db.example/plan\"\npasword = \"canary\"\n";
        let sources = Sources { user: Some(user), database: Some("team"), ..Sources::default() };
        let (config, findings) = Config::settle(&sources).expect("good settings");
        assert!(!format!("{config:?} {:?} {findings:?}", config.entries()).contains("canary"));
        for broken in [
            "url = \"postgres://canary",
            "[databases.team]\nurl = \"mysql://ann:canary@h/x\"",
            "databases = \"canary\"",
        ] {
            let error = Config::settle(&Sources { user: Some(broken), ..Sources::default() }).expect_err(broken);
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
        for (name, value) in [("INSTEP_DATABASE_URL", "canary"), ("INSTEP_DATABASE", "postgres://ann:canary@h/x")] {
            let environment = variables(&[(name, value)]);
            let error =
                Config::settle(&Sources { environment: Some(&environment), ..Sources::default() }).expect_err(name);
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_slip_is_told_with_its_place_and_what_was_meant() {
        assert_eq!(
            messages(&repository(
                "[sync]\nbranch = []\ndirection = \"two-ways\"\n[tre]\nroot = 1\n[statuses]\ndonne = \"Done\"\n"
            )),
            [
                "instep.toml:2:1: unknown setting `sync.branch`; did you mean `branches`?",
                "instep.toml:3:13: `sync.direction`: `two-ways` is none of two-way, mirror, check; did you mean `two-way`?",
                "instep.toml:4:2: unknown setting `tre`; did you mean `tree`?",
                "instep.toml:7:1: `donne` is no status",
            ]
        );
        let environment = variables(&[("INSTEP_DATABSE_URL", "postgres://h/x"), ("INSTEP_UNRELATED", "1")]);
        assert_eq!(
            messages(&Sources { environment: Some(&environment), ..Sources::default() }),
            [
                "environment variable INSTEP_DATABASE_URL: the environment variable `INSTEP_DATABSE_URL` means nothing here; \
              did you mean `INSTEP_DATABASE_URL`?"
            ]
        );
    }

    #[test]
    fn an_unknown_setting_is_only_a_warning() {
        let (_, findings) =
            Config::settle(&repository("[check]\nstrict = true\n[future]\nx = 1\n")).expect("good settings");
        let told: Vec<_> = findings.iter().map(|f| (f.severity, f.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (Severity::Note, "`check.strict` is not used by this version"),
                (Severity::Warning, "unknown setting `future`"),
            ]
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_an_error_with_line_and_column() {
        let text = "[project]\nid = \"x\"\nname = 7\n[tree]\nroot = \"../up\"\n[sync]\nbranches = [1]\n[templates]\ntask = []\n";
        let shown = messages(&repository(text));
        assert_eq!(
            shown,
            [
                "instep.toml:2:6: `project.id`: not the id of a project (a UUID)",
                "instep.toml:3:8: `project.name` is a number, not a text",
                "instep.toml:5:8: `tree.root`: `../up` is not a relative path below the project's root",
                "instep.toml:7:12: `sync.branches` is not a list of such values",
                "instep.toml:9:8: `templates.task` is a list, not a text",
            ]
        );
        assert_eq!(messages(&repository("[tree\n"))[0].split(": ").next(), Some("instep.toml:1:6"));
    }

    #[test]
    fn hx01_the_root_stays_in_the_repository_and_out_of_git() {
        for root in ["", "/etc", "..", "a/../..", ".git", "x/.GIT/y", ".", ".instep"] {
            let text = format!("[tree]\nroot = \"{root}\"");
            assert!(Config::settle(&repository(&text)).is_err(), "{root}");
        }
    }

    #[test]
    fn broken_text_of_any_kind_is_told_and_does_not_panic() {
        for text in
            ["=", "[[a", "a = \"\u{0}\"", "a.b.c = {", "\u{feff}\u{feff}", "[a]\n[a]\n", "x = 99999999999999999999999"]
        {
            let _ = Config::settle(&repository(text));
        }
        let deep = format!("x = {}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Config::settle(&repository(&deep)).is_err());
    }

    #[test]
    fn colour_is_taken_from_flag_then_environment_then_user() {
        let environment = variables(&[("NO_COLOR", "1"), ("INSTEP_COLOR", "always")]);
        let mut sources = Sources { user: Some("color = \"never\""), ..Sources::default() };
        assert_eq!(
            settled(&sources).color,
            Setting { value: Color::Never, origin: Origin::User(Position { line: 1, column: 9 }) }
        );
        sources.environment = Some(&environment);
        assert_eq!(settled(&sources).color.value, Color::Always);
        sources.color = Some(Color::Auto);
        assert_eq!(settled(&sources).color, Setting { value: Color::Auto, origin: Origin::CommandLine("--color") });
    }
}
