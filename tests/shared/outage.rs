//! A server that is stopped, killed, full, read only, slow, or that lets nobody in; each test has one of its own.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::project::{Project, task};
use crate::{CANARY, TASK, ask, said, sql, team_on};

/// Everything that others can see.
const ROWS: &str = "SELECT t::text FROM orchestration_tasks t UNION ALL SELECT e.seq || e.event_type \
     FROM orchestration_events e ORDER BY 1";

/// Commands of every kind.
const COMMANDS: [&[&str]; 5] =
    [&["sync"], &["status"], &["task", "list"], &["task", "status", "plan", "review"], &["task", "new", "more"]];

/// Commands that change something.
const CHANGES: [&[&str]; 3] = [COMMANDS[0], COMMANDS[3], COMMANDS[4]];

/// A project on that server with one task in step, whose file was edited after that.
fn edited(cluster: &Cluster) -> (Project, String) {
    let (project, url) = team_on(cluster);
    project.write(TASK, &task("Plan", "Pending", "P1"));
    project.ok(&["sync"]);
    project.edit(TASK, "**Priority**: P1", "**Priority**: P0");
    (project, url)
}

/// What a command says that fails because of the database; it says what it left behind, where and what to do.
pub(crate) fn refused(project: &Project, args: &[&str]) -> Value {
    let output = project.run(&[args, &["--json"]].concat());
    let told = said(&output);
    assert_eq!(output.status.code(), Some(5), "{args:?}: {told}");
    let failure: Value = serde_json::from_slice::<Value>(&output.stdout).expect("JSON")["error"].take();
    let text = |key: &str| failure[key].as_str().unwrap_or_default();
    assert!(text("message").contains("postgres://localhost"), "{args:?} names the server: {told}");
    assert!(!told.contains(CANARY), "{args:?} says no password: {told}");
    assert!(!text("next").is_empty(), "{args:?} says what to do: {told}");
    failure
}

/// Those commands fail and leave no trace; how often they are called what.
fn leave_nothing(project: &Project, commands: &[&[&str]], code: &str) -> Value {
    let before = project.files();
    let mut last = Value::Null;
    for args in commands {
        last = refused(project, args);
        assert_eq!((&last["code"], &last["effect"]), (&code.into(), &"none".into()), "{args:?}: {last}");
        assert!(project.files() == before, "{args:?} writes no file");
    }
    last
}

/// The next sync brings the edit to the server, and the one after that has nothing to do.
fn ends_in_step(project: &Project, url: &str) {
    project.ok(&["sync"]);
    assert_eq!(ask(url, "SELECT priority || row_version FROM orchestration_tasks WHERE task_code = 'plan'"), ["P02"]);
    let before = (project.files(), ask(url, ROWS));
    assert!(project.ok(&["sync"]).contains("nothing to do"));
    assert!(before == (project.files(), ask(url, ROWS)));
    assert_eq!(ask(url, "SELECT 'a gap' FROM orchestration_events HAVING count(*) <> max(seq)"), [""; 0]);
}

#[test]
fn db01_a_server_that_is_stopped_or_killed_and_comes_back() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (project, url) = edited(&cluster);
    for away in ["stop data fast", "stop data immediate", "kill -KILL \"$(head -n 1 \"$folder/data/postmaster.pid\")\""]
    {
        cluster.tell(away);
        let failure = leave_nothing(&project, &COMMANDS, "database-unreachable");
        assert_eq!(failure["retryable"], true, "{away}");
        // What the dead one leaves of itself keeps the next one out until its last process has gone.
        cluster.tell("for try in 1 2 3 4 5 6 7 8 9; do start data && exit; sleep 1; done; exit 1");
        assert_eq!(ask(&url, "SELECT priority || row_version FROM orchestration_tasks"), ["P11"], "{away}");
    }
    ends_in_step(&project, &url);
}

#[test]
fn db01_a_server_that_says_nothing_is_given_up() {
    let Some(cluster) = Cluster::own() else { return };
    let (project, url) = edited(&cluster);
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let away = format!("postgres://instep:{CANARY}@{}/x", silent.local_addr().expect("it has a port"));
    let before = project.files();
    let output = project.command(&["sync", "--json"]).env("INSTEP_DATABASE_URL", away).output().expect("it starts");
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(!said(&output).contains(CANARY) && said(&output).contains("\"effect\":\"none\""), "{}", said(&output));
    assert!(project.files() == before);
    ends_in_step(&project, &url);
}

#[test]
fn db02_a_server_that_dies_while_it_stores_leaves_all_or_nothing() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (project, url) = edited(&cluster);
    sql(
        &url,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         COPY (SELECT 1) TO PROGRAM 'kill -QUIT $(head -n 1 postmaster.pid)'; PERFORM pg_sleep(60); RETURN NULL; END $$; \
         CREATE TRIGGER die AFTER INSERT ON orchestration_revisions EXECUTE FUNCTION die()",
    );
    let before = project.files();
    for args in CHANGES {
        let failure = refused(&project, args);
        assert_eq!((&failure["effect"], &failure["retryable"]), (&"unknown".into(), &true.into()), "{failure}");
        cluster.tell("for try in 1 2 3 4 5 6 7 8 9; do start data && exit; sleep 1; done; exit 1");
        assert_eq!(ask(&url, "SELECT priority || row_version FROM orchestration_tasks"), ["P11"], "it was not stored");
    }
    sql(&url, "DROP FUNCTION die() CASCADE");
    // What a command makes lies there before its row is stored; nobody may take it back who does not know.
    let is_new = |(path, _): &(String, Vec<u8>)| path.contains("/more/");
    assert!(project.files().into_iter().filter(|file| !is_new(file)).eq(before));
    project.ok(&["sync"]);
    assert_eq!(ask(&url, "SELECT task_code || row_version FROM orchestration_tasks ORDER BY 1"), ["more1", "plan2"]);
    assert!(project.ok(&["sync"]).contains("nothing to do"));
}

/// A folder on a disk of its own that is full once it is filled; gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, said loudly, where nobody may mount one.
    fn at(folder: PathBuf, megabytes: usize) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let owner = std::fs::metadata(folder.parent().expect("a folder of the server")).expect("it is there");
        std::fs::create_dir(&folder).ok()?;
        let options = format!("size={megabytes}m,mode=700,uid={},gid={}", owner.uid(), owner.gid());
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        assert!(
            !is_root || std::env::var("CI").as_deref() != Ok("true"),
            "no disk can be mounted, and CI leaves nothing out"
        );
        let loud = "\n!!! no small disk can be mounted: the tests of a full one are LEFT OUT; run them as root\n";
        std::io::Write::write_all(&mut std::io::stderr(), loud.as_bytes()).expect("it can be said");
        None
    }

    fn fill(&self) {
        let mut filler = std::fs::File::create(self.0.join("filler")).expect("a file is made");
        for size in [1 << 16, 1 << 8, 1] {
            while std::io::Write::write_all(&mut filler, &vec![b'x'; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("it is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server may still have it in use, and ends only after this.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn db08_a_full_disk_of_the_server_stores_nothing() {
    let Some(cluster) = Cluster::own() else { return };
    let Some(disk) = SmallDisk::at(cluster.folder().join("small"), 24) else { return };
    let (project, url) = edited(&cluster);
    let name = ask(&url, "SELECT current_database()::text").remove(0);
    let other = url.replacen(&name, "postgres", 1);
    sql(&other, &format!("CREATE TABLESPACE small LOCATION '{}'", disk.0.display()));
    sql(&other, &format!("ALTER DATABASE {name} SET TABLESPACE small"));
    let before = ask(&url, ROWS);
    disk.fill();
    // More than fits where there is room already; texts that repeat themselves would be packed.
    let words = |seed: u64| (seed..seed + 50_000).map(|n| format!("{:x} ", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    for n in 0..4 {
        let text = task("Large", "Pending", "P1") + &words(n << 20).collect::<String>();
        project.write(&format!("delegation/backlog/large-{n}/TASK.md"), &text);
    }
    let failure = leave_nothing(&project, &[&["sync"]], "database-failed");
    assert!(
        failure["message"].as_str().is_some_and(|message| message.contains("No space left on device")),
        "{failure}"
    );
    assert!(failure["next"].as_str().is_some_and(|next| next.contains("who look after the server")), "{failure}");
    assert_eq!(ask(&url, ROWS), before);
    disk.make_room();
    project.ok(&["sync"]);
    assert_eq!(ask(&url, "SELECT count(*)::text FROM orchestration_tasks"), ["5"]);
    ends_in_step(&project, &url);
}

#[test]
fn db08_a_server_without_room_for_its_log_loses_nothing() {
    let Some(mut cluster) = Cluster::own() else { return };
    let Some(disk) = SmallDisk::at(cluster.folder().join("log"), 100) else { return };
    let (project, url) = edited(&cluster);
    cluster.tell("stop data fast && mv \"$folder\"/data/pg_wal/* \"$folder/log\" && rmdir \"$folder/data/pg_wal\" && ln -s \"$folder/log\" \"$folder/data/pg_wal\" && start data");
    disk.fill();
    // The next thing that is written down needs a new file, and files that were used up and kept are used up again.
    let before = project.files();
    for _ in 0..8 {
        let output = Command::new("psql").args([url.as_str(), "-c", "SELECT pg_switch_wal(), txid_current()"]).output();
        output.expect("psql comes with the server");
    }
    let failure = refused(&project, &["sync"]);
    assert!(["none", "unknown"].iter().any(|effect| failure["effect"] == *effect), "{failure}");
    assert!(project.files() == before);
    disk.make_room();
    cluster.tell("stop data immediate; start data");
    assert_eq!(ask(&url, "SELECT priority || row_version FROM orchestration_tasks"), ["P11"]);
    ends_in_step(&project, &url);
}

#[test]
fn db09_a_lock_or_a_statement_that_takes_too_long_is_given_up() {
    let Some(cluster) = Cluster::own() else { return };
    let (project, url) = edited(&cluster);
    let mut psql = Command::new("psql");
    let holder = psql.arg(&url).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut holder = holder.spawn().expect("psql comes with the server");
    let mut asks = holder.stdin.take().expect("its input is ours");
    let lock = b"BEGIN; LOCK TABLE orchestration_tasks IN EXCLUSIVE MODE; SELECT 'locked';\n";
    std::io::Write::write_all(&mut asks, lock).expect("it listens");
    let mut answers = std::io::BufReader::new(holder.stdout.take().expect("its output is ours"));
    let locked = std::io::BufRead::lines(&mut answers).map_while(Result::ok).any(|line| line.contains("locked"));
    assert!(locked, "it is locked");
    assert_eq!(leave_nothing(&project, &CHANGES, "database-busy")["retryable"], true);
    drop(asks);
    holder.wait().expect("it ends");

    let name = ask(&url, "SELECT current_database()::text").remove(0);
    sql(
        &url,
        &format!(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'; \
             CREATE TRIGGER slow AFTER INSERT ON orchestration_revisions EXECUTE FUNCTION slow(); \
             ALTER DATABASE {name} SET statement_timeout = '2s'"
        ),
    );
    leave_nothing(&project, &CHANGES, "database-busy");
    sql(&url, &format!("DROP FUNCTION slow() CASCADE; ALTER DATABASE {name} RESET statement_timeout"));
    ends_in_step(&project, &url);
}

#[test]
fn db11_a_server_that_cannot_prove_who_it_is_is_refused() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (project, url) = edited(&cluster);
    let port = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has one").port();
    let name = ask(&url, "SELECT current_database()::text").remove(0);
    let root = cluster.folder().join("public.pem");
    let asked = format!("postgres://instep:{CANARY}@localhost:{port}/{name}?sslmode=verify-full");
    let trusting = format!("{asked}&sslrootcert={}", root.display());
    let mut serve_as = |host: &str| {
        cluster.tell(&format!(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={host} -addext subjectAltName=DNS:{host} \
             -addext basicConstraints=critical,CA:FALSE -keyout \"$folder/secret.pem\" -out \"$folder/public.pem\" && \
             chmod 600 \"$folder/secret.pem\" && stop data fast && start data \"-p {port} -c listen_addresses=localhost \
             -c ssl=on -c ssl_cert_file=$folder/public.pem -c ssl_key_file=$folder/secret.pem\""
        ));
    };
    let sync =
        |url: &str| project.command(&["sync", "--json"]).env("INSTEP_DATABASE_URL", url).output().expect("it starts");
    for (host, url) in [("db.example", &trusting), ("localhost", &asked)] {
        serve_as(host);
        let output = sync(url);
        assert_eq!(output.status.code(), Some(5), "{host}: {}", said(&output));
        let failure: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let told = (&failure["error"]["effect"], &failure["error"]["code"]);
        assert_eq!(told, (&"none".into(), &"database-denied".into()), "{failure}");
        assert!(said(&output).contains("certificate") && !said(&output).contains(CANARY), "{}", said(&output));
    }
    let output = sync(&trusting);
    assert!(output.status.success(), "{}", said(&output));
    cluster.tell("stop data fast && start data");
    ends_in_step(&project, &url);
}

#[test]
fn db17_a_password_that_was_changed_is_told_and_not_shown() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (project, url) = edited(&cluster);
    sql(&url, &format!("CREATE ROLE ann LOGIN SUPERUSER PASSWORD '{CANARY}'"));
    cluster.tell("(echo local all ann scram-sha-256; cat \"$folder/data/pg_hba.conf\") >\"$folder/hba\" && mv \"$folder/hba\" \"$folder/data/pg_hba.conf\"");
    sql(&url, "SELECT pg_reload_conf()");
    let settings = ".config/instep/config.toml";
    let as_ann = project.read(settings).replacen("//instep:", "//ann:", 1);
    project.write(settings, &as_ann);
    project.ok(&["task", "list"]);
    sql(&url, "ALTER ROLE ann PASSWORD 'changed-3b1'");
    let failure = leave_nothing(&project, &COMMANDS, "database-denied");
    assert_eq!(failure["retryable"], false);
    project.write(settings, &as_ann.replacen(CANARY, "changed-3b1", 1));
    ends_in_step(&project, &url);
}
