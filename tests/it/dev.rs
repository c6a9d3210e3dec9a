//! `chainkeel dev` as a person uses it: started, stopped, killed, started twice.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chainkeel::cli::cluster::{Cluster, Error};
use chainkeel::config::Surroundings;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, Executor, PgConnection, Row};
use tempfile::TempDir;

/// A place for data that the server's user can reach when the tests run as root.
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    place
}

struct Dev {
    process: Child,
    /// What it printed up to the database, by its first word.
    lines: Vec<String>,
    /// Where it writes what it logs.
    log: PathBuf,
}

impl Dev {
    fn start(data: &Path) -> Self {
        let log = data.with_extension("log");
        let mut command = command(data);
        command.stderr(File::options().create(true).append(true).open(&log).unwrap());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut lines: Vec<String> = lines
            .scan(false, |seen, line| {
                let stop = *seen;
                *seen = line.trim_start().starts_with("Database");
                (!stop).then_some(line)
            })
            .collect();
        lines.retain(|line| !line.is_empty());
        Self { process, lines, log }
    }

    fn told(&self, word: &str) -> &str {
        let line = self.lines.iter().find_map(|line| line.trim_start().strip_prefix(word));
        let log = || fs::read_to_string(&self.log).unwrap();
        line.unwrap_or_else(|| panic!("no {word} in {:?}: {}", self.lines, log())).trim()
    }

    /// Whether it answers within a while: from then on it hears signals, too.
    fn answers(&self) -> bool {
        let address = self.told("App").strip_prefix("http://").unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            let mut connection = TcpStream::connect(address).unwrap();
            connection.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            connection.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").unwrap();
            let mut answer = [0; 12];
            if connection.read_exact(&mut answer).is_ok() && answer.ends_with(b" 200") {
                return true;
            }
        }
        false
    }

    fn signal(&self, signal: Signal) {
        let process = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        kill_process(process, signal).unwrap();
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chainkeel"));
    command.arg("dev").current_dir(data.parent().unwrap()).env_remove("DATABASE_URL");
    command.env("CHAINKEEL_DATA_DIR", data).env("CHAINKEEL_LISTEN", "127.0.0.1:0");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

async fn connect(data: &Path) -> PgConnection {
    let socket = data.join("postgres");
    let url = format!("postgresql:///chainkeel?host={}&user=chainkeel", socket.display());
    PgConnection::connect(&url).await.unwrap()
}

fn server_is_gone(data: &Path) -> bool {
    let data = data.join("postgres/data");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        let running = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .any(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|at| at == data));
        if !running {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[tokio::test]
async fn the_server_ends_with_a_killed_chainkeel_and_the_next_start_has_the_same_data() {
    let place = place();
    let data = place.path().join("data");
    let first = Dev::start(&data);
    assert!(first.told("Admin key").starts_with("ck_live_"));
    let mut connection = connect(&data).await;
    connection.execute("create table seen_before_the_kill ()").await.unwrap();

    first.signal(Signal::KILL);
    let second = Dev::start(&data);

    assert!(!second.told("Admin key").starts_with("ck_live_"), "it is shown once");
    let asked = "select to_regclass('seen_before_the_kill') is not null";
    assert!(connect(&data).await.fetch_one(asked).await.unwrap().get::<bool, _>(0));
    second.signal(Signal::KILL);
    assert!(server_is_gone(&data));
}

#[test]
fn an_interrupt_stops_everything_and_is_no_failure() {
    let place = place();
    let data = place.path().join("data");
    let mut dev = Dev::start(&data);
    assert!(dev.answers());

    dev.signal(Signal::INT);

    assert!(dev.process.wait().unwrap().success());
    assert!(!data.join("postgres/data/postmaster.pid").exists());
}

#[test]
fn a_second_start_on_the_same_data_is_refused_with_a_cure() {
    let place = place();
    let data = place.path().join("data");
    let first = Dev::start(&data);

    let second = command(&data).stderr(Stdio::piped()).output().unwrap();

    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(said.contains(&format!("({})", first.process.id())), "{said}");
    assert!(said.contains("\n  try: "), "{said}");
}

/// A directory in which a cluster has been before, and the file that names its server.
fn used(place: &TempDir) -> (PathBuf, PathBuf) {
    let directory = place.path().join("data/postgres");
    Cluster::start(&directory, 20, &Surroundings::read()).unwrap().stop();
    let trace = directory.join("data/postmaster.pid");
    (directory, trace)
}

fn trace_of(process: u32, directory: &Path) -> String {
    format!("{process}\n{}/data\n1\n5432\n{0}\n\n0 0\nready   \n", directory.display())
}

#[test]
fn a_killed_servers_number_that_a_stranger_has_now_is_no_obstacle() {
    let place = place();
    let (directory, trace) = used(&place);
    fs::write(&trace, trace_of(std::process::id(), &directory)).unwrap();

    let cluster = Cluster::start(&directory, 20, &Surroundings::read());

    assert!(cluster.is_ok(), "{cluster:?}");
}

#[test]
fn a_server_that_somebody_else_runs_is_left_alone() {
    let place = place();
    let (directory, trace) = used(&place);
    let mut stranger =
        Command::new("sleep").arg("60").current_dir(directory.join("data")).spawn().unwrap();
    fs::write(&trace, trace_of(stranger.id(), &directory)).unwrap();

    let refused = Cluster::start(&directory, 20, &Surroundings::read());

    assert!(stranger.try_wait().unwrap().is_none(), "the stranger still runs");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(matches!(refused, Err(Error::Occupied { .. })), "{refused:?}");
}

#[tokio::test]
async fn on_the_private_server_each_role_logs_in_by_its_own_name() {
    let place = place();
    let data = place.path().join("data");
    let dev = Dev::start(&data);
    assert!(dev.answers());
    let mut owner = connect(&data).await;
    let sessions = "select usename::text, count(*) from pg_stat_activity
                     where datname = 'chainkeel' and pid <> pg_backend_pid() group by 1 order by 1";
    let begun = Instant::now();
    let names = loop {
        let rows = owner.fetch_all(sessions).await.unwrap();
        let names: Vec<(String, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        if names.iter().filter(|(name, _)| name != "chainkeel").count() == 3
            || begun.elapsed() > Duration::from_secs(20)
        {
            break names;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    // The owner makes months of partitions, over one connection that is there only for that.
    let owners = names.iter().find(|(name, _)| name == "chainkeel").map_or(0, |(_, count)| *count);
    let names: Vec<_> =
        names.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "chainkeel").collect();
    assert_eq!(names, ["chainkeel_app", "chainkeel_house", "chainkeel_projector"]);
    assert!(owners <= 1, "{owners} sessions of the owner");
}
