//! A throw-away PostgreSQL server for the tests of one binary, with a database for each test.
//!
//! It is found in PATH or in `/usr/lib/postgresql/*/bin`, listens on a socket in a folder of its own, and is started by
//! a shell that waits for the end of its input: whatever way the tests end, panics and signals included, that input is
//! closed, and the shell stops the server and takes its folder away. PostgreSQL refuses to run as root, so the shell runs
//! as the user `postgres` then. `INSTEP_TEST_POSTGRES_URL` names a running server to use instead; a test that ill-treats
//! its server starts one of its own all the same.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// Names a server that is running already, with a user who may make databases.
const RUNNING: &str = "INSTEP_TEST_POSTGRES_URL";

/// Makes a server in a new folder, says which folder once it answers, does what each line of its input says, and takes
/// folder and servers away when its input ends.
const KEEPER: &str = r#"
PATH=$1:$PATH
cd /
folder=$(mktemp -d "${TMPDIR:-/tmp}/instep-postgres-XXXXXX") || exit 1
settings="-k $folder -c listen_addresses='' -c fsync=off -c max_connections=200 -c shared_buffers=32MB"
start() { pg_ctl -D "$folder/$1" -l "$folder/server.log" -w -o "$settings $2" start; }
stop() { pg_ctl -D "$folder/$1" -w -m "$2" stop; }
end() {
  for one in "$folder"/*/postmaster.pid; do stop "$(basename "$(dirname "$one")")" immediate; done >/dev/null 2>&1
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 1' HUP TERM
trap '' INT
{
  initdb -D "$folder/data" -U instep -A trust -E UTF8 --locale=C --no-sync && start data
} >"$folder/start.log" 2>&1 || { cat "$folder"/*.log >&2; exit 1; }
echo "$folder"
while read -r line; do
  if (eval "$line") </dev/null >"$folder/line.log" 2>&1; then echo done; else cat "$folder"/*.log >&2; echo failed; fi
done
"#;

/// A server.
pub(crate) struct Cluster {
    /// The address of the server, up to the name of a database.
    before_name: String,
    /// What follows the name of a database.
    after_name: String,
    /// While its input is open, the server runs.
    keeper: Option<Keeper>,
}

/// The shell that looks after a server.
struct Keeper {
    shell: Child,
    says: BufReader<ChildStdout>,
}

impl Cluster {
    /// The server of this test binary; `None`, said loudly, where there is no PostgreSQL.
    ///
    /// # Panics
    /// Where `CI` is `true`, nothing may be left out.
    pub(crate) fn get() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        CLUSTER.get_or_init(Self::find).as_ref()
    }

    /// A server that nobody else uses; `None`, said loudly, where there is no PostgreSQL.
    ///
    /// # Panics
    /// Where `CI` is `true`, nothing may be left out.
    pub(crate) fn own() -> Option<Self> {
        programs().map_or_else(missing, |programs| Some(Self::start(&programs)))
    }

    /// Has the keeper do what a line of shell says, as the user that the server runs as. It knows the `$folder` that all
    /// lies in, the server's programs, `start DATA SETTINGS` and `stop DATA MODE`; the server's data is `data`.
    ///
    /// # Panics
    /// It fails.
    pub(crate) fn tell(&mut self, line: &str) {
        let Keeper { shell, says } = self.keeper.as_mut().expect("the server is ours");
        writeln!(shell.stdin.as_mut().expect("its input is ours"), "{line}").expect("it listens");
        let mut answer = String::new();
        says.read_line(&mut answer).expect("it can be read");
        assert_eq!(answer, "done\n", "{line}");
    }

    /// The folder that the server's data and its socket lie in.
    pub(crate) fn folder(&self) -> &Path {
        Path::new(self.after_name.trim_start_matches("?host="))
    }

    /// Makes a database, as a copy of another one where that is named, and returns its address.
    pub(crate) async fn database(&self, copy_of: Option<&str>) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("instep_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let template = copy_of.and_then(|url| self.name_in(url)).unwrap_or("template0");
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("the server answers");
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        connection.execute(AssertSqlSafe(sql)).await.expect("a database is made");
        connection.close().await.expect("a connection is closed");
        self.url(&name)
    }

    /// Whether the tests started it, and it ends with them.
    pub(crate) fn is_ours(&self) -> bool {
        self.keeper.is_some()
    }

    /// The address of the database of that name.
    fn url(&self, name: &str) -> String {
        format!("{}{name}{}", self.before_name, self.after_name)
    }

    fn name_in<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(&self.before_name)?.strip_suffix(&self.after_name)
    }

    fn find() -> Option<Self> {
        if let Ok(url) = std::env::var(RUNNING) {
            return Some(Self::running(&url));
        }
        Self::own()
    }

    fn running(url: &str) -> Self {
        let (address, options) = url.split_once('?').map_or((url, ""), |(address, options)| (address, options));
        let (before, _) = address.rsplit_once('/').expect("an address with the name of a database");
        let after_name = if options.is_empty() { String::new() } else { format!("?{options}") };
        Self { before_name: format!("{before}/"), after_name, keeper: None }
    }

    fn start(programs: &Path) -> Self {
        let mut shell = keeper(programs);
        let mut says = BufReader::new(shell.stdout.take().expect("its output is ours"));
        let mut folder = String::new();
        says.read_line(&mut folder).expect("it can be read");
        assert!(!folder.is_empty(), "the server of {} does not start", programs.display());
        Self {
            before_name: "postgres://instep@localhost/".into(),
            after_name: format!("?host={}", folder.trim_end()),
            keeper: Some(Keeper { shell, says }),
        }
    }
}

/// Says that there is no PostgreSQL.
fn missing() -> Option<Cluster> {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no PostgreSQL was found, and CI leaves nothing out");
    let loud = "\n!!! no PostgreSQL was found: its tests are LEFT OUT; install it, or set ";
    // Past the harness, which keeps back what a test that passes prints.
    writeln!(std::io::stderr(), "{loud}{RUNNING}\n").expect("it can be said");
    None
}

/// Starts the shell that keeps the server, out of reach of what a terminal sends to the tests.
fn keeper(programs: &Path) -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", KEEPER, "keeper"]).arg(programs).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
    if let Some((user, group)) = instead_of_root() {
        shell.uid(user).gid(group);
    }
    shell.spawn().expect("a shell can be started")
}

/// The user and group `postgres`, if this is root.
fn instead_of_root() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let users = std::fs::read_to_string("/etc/passwd").ok().filter(|_| is_root)?;
    let of_postgres = |line: &str| {
        let mut parts = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    users.lines().find_map(of_postgres)
}

/// The folder with the server's programs, the newest of those that are installed.
fn programs() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(has_all);
    in_path.or_else(|| {
        let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
        let installed = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok).map(|entry| entry.path());
        let mut installed: Vec<PathBuf> = installed.filter(|folder| version(folder).is_some()).collect();
        installed.sort_by_key(version);
        installed.into_iter().rev().map(|folder| folder.join("bin")).find(has_all)
    })
}
