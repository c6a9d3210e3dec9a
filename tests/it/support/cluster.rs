//! One private PostgreSQL for all tests of a checkout, whoever runs them and in however many
//! processes.
//!
//! nextest runs each test in a process of its own, so the server must outlive the test that
//! starts it: a keeper, which is this same test binary once more, starts it and ends it when no
//! test has used it for a while. Tests hold a shared lock for as long as they live; the kernel
//! takes it back even from those that are killed.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use chainkeel::cli::cluster::Cluster;
use chainkeel::config::Surroundings;
use sqlx::{Connection, Executor, PgConnection, Row};

/// How long the server stays up unused: long enough for the next build of whoever is at work.
const IDLE: Duration = Duration::from_mins(1);

/// Where files are memory, on Linux.
const SHARED_MEMORY: &str = "/dev/shm";
/// How much of it has to be free, in bytes.
const ROOM: u64 = 6 << 30;

/// What tells this binary that it is the keeper.
const KEEPER: &str = "CHAINKEEL_TEST_KEEPER";

/// The server that the tests use.
pub(super) struct Server {
    /// A database in which other databases are made.
    pub(super) maintenance: String,
    /// Whether the server exists for this checkout's tests alone.
    pub(super) is_private: bool,
    /// Held until this process ends, so that the keeper knows of it.
    _claim: Option<File>,
}

/// `DATABASE_URL` where it is set, else the private cluster, started if it does not run.
pub(super) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match given() {
        Some(maintenance) => Server { maintenance, is_private: false, _claim: None },
        None => private(),
    })
}

#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn given() -> Option<String> {
    std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())
}

fn private() -> Server {
    fs::create_dir_all(home()).unwrap();
    let claim = open(&home().join("users.lock"));
    claim.lock_shared().unwrap();
    let start = open(&home().join("start.lock"));
    start.lock().unwrap();
    let maintenance = running().unwrap_or_else(start_keeper);
    drop(start);
    Server { maintenance, is_private: true, _claim: Some(claim) }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("database")
}

fn open(path: &Path) -> File {
    File::options().write(true).create(true).truncate(false).open(path).unwrap()
}

/// The URL of a server that a keeper keeps at this moment.
///
/// The keeper's lock, not the file alone, says that it lives: a killed one leaves its file.
fn running() -> Option<String> {
    let keeper = open(&home().join("keeper.lock"));
    if keeper.try_lock().is_ok() {
        return None;
    }
    fs::read_to_string(home().join("url")).ok()
}

#[expect(clippy::zombie_processes, reason = "the keeper outlives this process on purpose")]
fn start_keeper() -> String {
    let url = home().join("url");
    let _ = fs::remove_file(&url);
    let log = home().join("keeper.log");
    let out = File::create(&log).unwrap();
    let mut keeper = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "support::cluster::the_server_is_kept_while_tests_use_it"])
        .args(["--ignored", "--nocapture"])
        .env(KEEPER, "1")
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .process_group(0)
        .spawn()
        .unwrap();
    loop {
        if let Ok(url) = fs::read_to_string(&url) {
            return url;
        }
        if let Some(status) = keeper.try_wait().unwrap() {
            let log = fs::read_to_string(&log).unwrap_or_default();
            panic!("no PostgreSQL for the tests ({status}):\n{log}");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Not a test: the body of the keeper, which runs only where [`start_keeper`] asks for it.
#[test]
#[ignore = "the keeper of the tests' server, started by the first test that needs one"]
fn the_server_is_kept_while_tests_use_it() {
    #[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
    if std::env::var_os(KEEPER).is_none() {
        return;
    }
    let lock = open(&home().join("keeper.lock"));
    lock.lock().unwrap();
    let files = files();
    let cluster = Cluster::start(&files, 300, &Surroundings::read())
        .unwrap_or_else(|error| panic!("{error}\n{}", error.cure()));
    let maintenance = cluster.url("postgres");
    drop_leftovers(&maintenance);
    let unfinished = home().join("url.unfinished");
    fs::write(&unfinished, maintenance).unwrap();
    fs::rename(unfinished, home().join("url")).unwrap();

    let users = open(&home().join("users.lock"));
    let mut used = Instant::now();
    loop {
        thread::sleep(Duration::from_millis(500));
        if users.try_lock().is_err() {
            used = Instant::now();
        } else if used.elapsed() < IDLE && home().exists() {
            users.unlock().unwrap();
        } else {
            // Still locked: a test that begins now waits, finds no keeper and starts the next.
            let _ = fs::remove_file(home().join("url"));
            cluster.stop();
            // What is not used takes no memory.
            if files.starts_with(SHARED_MEMORY) {
                let _ = fs::remove_dir_all(files);
            }
            return;
        }
    }
}

/// Where the server's files are: in memory, where there is enough. A test makes and drops a database of a
/// thousand files, which takes a disk seconds and memory a moment. Else with the build, or, where the
/// server's user may not go there (below `/root`), among the machine's temporary files.
fn files() -> PathBuf {
    let build = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let name =
        format!("chainkeel-tests-{:08x}", crc32fast::hash(build.as_os_str().as_encoded_bytes()));
    if has_room(Path::new(SHARED_MEMORY)) {
        return Path::new(SHARED_MEMORY).join(name).join("postgres");
    }
    let is_open = |directory: &&Path| {
        fs::metadata(directory).is_ok_and(|found| found.permissions().mode() & 0o001 != 0)
    };
    if !rustix::process::geteuid().is_root() || build.ancestors().all(|parent| is_open(&parent)) {
        return build.join("postgres");
    }
    std::env::temp_dir().join(name).join("postgres")
}

/// Whether a file system has room for the databases of some tests and for what the server logs.
fn has_room(directory: &Path) -> bool {
    let room =
        rustix::fs::statvfs(directory).map(|found| found.f_bavail.saturating_mul(found.f_frsize));
    room.is_ok_and(|room| room >= ROOM)
}

/// Drops the databases of tests that were killed before they could.
#[tokio::main(flavor = "current_thread")]
async fn drop_leftovers(maintenance: &str) {
    let mut connection = PgConnection::connect(maintenance).await.unwrap();
    let leftovers = "select datname from pg_database where datname like 'ck\\_test\\_%'";
    for row in connection.fetch_all(leftovers).await.unwrap() {
        let name: String = row.get(0);
        connection.execute(format!(r#"drop database "{name}""#).as_str()).await.unwrap();
    }
    connection.close().await.unwrap();
}
