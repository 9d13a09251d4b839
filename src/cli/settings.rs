//! From flags, environment and files to settings and the place of the project; `instep config` shows them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::Global;
use super::desk::Desk;
use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen};
use super::surroundings;
use super::table::{Column, Table};
use crate::config::{Config, ConfigError, FILE_NAME, Finding, Origin, Sources};
use crate::model::Severity;
use crate::tree::{At, Disk, Located, Tree, TreeError, Trust, Vfs as _, discover, read_outside};

/// Show each setting and the place that it comes from
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "\x1b[1minstep.toml\x1b[0m, committed with the project:\n",
    "  [project] id, name         which project this is\n",
    "  [tree] root                the folder of the plan;\n",
    "                             `delegation` by default\n",
    "  [sync] direction           `two-way`, `check`, or\n",
    "                             `mirror`: files only follow\n",
    "  [sync] branches            where edits of files will\n",
    "                             count; now, everywhere\n",
    "  [statuses] pending = …     how a status is shown\n",
    "  [templates] task = …       the template if none is named\n",
    "  [templates.variables] x =  a value for all templates\n",
    "  database                   the name of a database that\n",
    "                             config.toml knows\n\n",
    "\x1b[1mconfig.toml\x1b[0m, your own, in ~/.config/instep/\n",
    "or $XDG_CONFIG_HOME/instep/:\n",
    "  color                      `auto`, `always`, `never`;\n",
    "                             also $INSTEP_COLOR\n",
    "  [trust] owners, paths      users and folders whose\n",
    "                             projects are worked in\n",
    "  [databases.NAME] url       a database; also\n",
    "                             $INSTEP_DATABASE_URL\n\n",
    example!("instep config")
))]
pub(super) struct Show {}

/// What a command works with before it opens anything.
pub(super) struct Settled {
    /// The project, if this folder is in one.
    pub(super) project: Result<Located, TreeError>,
    /// The settings.
    pub(super) config: Config,
    /// The environment that they were read from.
    pub(super) environment: BTreeMap<String, String>,
    findings: Vec<Finding>,
}

/// One setting, as JSON has it.
#[derive(Serialize)]
struct SettingView {
    name: String,
    value: String,
    origin: String,
}

impl Show {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let settled = settle(desk.global, desk.screen)?;
        let views = settled.config.entries().into_iter().map(|entry| SettingView {
            name: entry.name,
            value: entry.value,
            origin: entry.origin.to_string(),
        });
        let views: Vec<SettingView> = views.collect();
        desk.answer("config", &views, |views, screen| print(views, screen));
        Ok(Exit::Done)
    }
}

fn print(views: &[SettingView], screen: &mut Screen) {
    let mut table = Table::new([Column::whole("SETTING"), Column::wrapped("VALUE"), Column::whole("FROM")]);
    for SettingView { name, value, origin } in views {
        let role = if origin == "default" { Role::Dim } else { Role::Plain };
        table.row([(Role::Code, name.clone()), (role, value.clone()), (Role::Dim, origin.clone())]);
    }
    table.print(screen);
}

/// Settles the settings for this folder and tells what is strange about them.
///
/// # Errors
/// A setting that cannot be used, a settings file that cannot be read, a project that is not to be trusted.
pub(super) fn settle(global: &Global, screen: &mut Screen) -> Result<Settled, Failure> {
    settle_with(global, screen, None)
}

/// The same where a command names the database itself.
pub(super) fn settle_with(global: &Global, screen: &mut Screen, database: Option<&str>) -> Result<Settled, Failure> {
    let environment = surroundings::environment();
    let user = surroundings::user_settings().map(|path| read_user(&path)).transpose()?.flatten();
    let mut sources = Sources {
        user: user.as_deref(),
        environment: Some(&environment),
        color: global.color,
        database,
        ..Sources::default()
    };
    let (own, _) = Config::settle(&sources).map_err(in_files)?;
    let project = match discover(Path::new("."), &trust(&own)) {
        Err(refused) if !matches!(refused, TreeError::NoProject { .. }) => return Err(refused.into()),
        found => found,
    };
    let repository = project.as_ref().ok().map(read_repository).transpose()?;
    sources.repository = repository.as_deref();
    let (config, findings) = Config::settle(&sources).map_err(in_files)?;
    screen.colour(Some(config.color.value));
    screen.call_statuses(config.statuses.iter().map(|(word, shown)| (word.clone(), shown.value.clone())).collect());
    let settled = Settled { project, config, environment: environment.clone(), findings };
    settled.tell(screen);
    Ok(settled)
}

impl Settled {
    /// Whose repositories are worked in.
    pub(super) fn trust(&self) -> Trust {
        trust(&self.config)
    }

    fn tell(&self, screen: &mut Screen) {
        for finding in &self.findings {
            match finding.severity {
                Severity::Note => screen.detail(Line::new().with(Role::Dim, "note").plain(format!(": {finding}"))),
                _ => screen.say(Line::new().with(Role::Warning, "warning").plain(format!(": {finding}"))),
            }
        }
    }
}

/// Says where the files lie that an error names.
fn in_files(error: ConfigError) -> Failure {
    let is_own = error.findings.iter().any(|finding| matches!(finding.place, Origin::User(_)));
    let user = surroundings::user_settings().filter(|_| is_own);
    let user = user.map(|path| format!(", `config.toml` is {}", path.display()));
    let hint = format!("`instep config --help` lists the settings{}", user.unwrap_or_default());
    Failure::from(error).hint(hint)
}

fn trust(config: &Config) -> Trust {
    let paths = config.trusted_paths.value.iter().map(PathBuf::from);
    Trust::current(&config.trusted_owners.value, paths.collect())
}

fn read_user(path: &Path) -> Result<Option<String>, Failure> {
    read_outside(path, Tree::MAX_FILE)?.map(|bytes| text(bytes, path)).transpose()
}

/// The file is the repository's: no link is followed to it.
fn read_repository(project: &Located) -> Result<String, Failure> {
    let path = project.root.join(FILE_NAME);
    let read = Disk::open(project)?.read(At::project(FILE_NAME), Tree::MAX_FILE);
    let file = read.map_err(|source| TreeError::Io { deed: "read", path: path.clone(), source })?;
    text(file.bytes, &path)
}

fn text(bytes: Vec<u8>, path: &Path) -> Result<String, Failure> {
    let message = || format!("the settings in {} are not UTF-8", path.display());
    String::from_utf8(bytes).map_err(|error| Failure::new("bad-settings", Exit::Failed, message()).caused_by(&error))
}
