//! PostgreSQL servers of the test's own: to be killed, slowed down, copied and promoted.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use super::database::migrate;
use super::faults::Faults;

/// How long a start, a copy or a promotion may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a server is started with. Those who serve see no other socket than that of its directory.
const SETTINGS: [&str; 6] = [
    "listen_addresses=",
    "port=5432",
    "max_connections=300",
    "fsync=on",
    "wal_level=replica",
    "hot_standby=on",
];

/// A server, and the files of its own.
pub(crate) struct Postgres {
    place: TempDir,
    settings: Vec<String>,
    /// What its process believes of disk and time.
    pub(crate) faults: Faults,
    process: Option<Running>,
}

/// A server's process. The kernel ends it with the thread that started it, which has nothing else to do.
struct Running {
    process: Child,
    _thread: mpsc::Sender<()>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let (tell, told) = mpsc::channel();
        let (thread, until) = mpsc::channel::<()>();
        thread::spawn(move || {
            tell.send(command.spawn()).unwrap();
            // Nothing is ever sent: it ends when the other side is dropped.
            let _ = until.recv();
        });
        Self { process: told.recv().unwrap().unwrap(), _thread: thread }
    }
}

impl Postgres {
    /// A fresh one that takes connections.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let mut made = Self::planned(settings);
        let data = made.data();
        let initialize = ["-U", "chainkeel", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-k"];
        made.run(
            "initdb",
            initialize.map(OsStr::new).into_iter().chain([OsStr::new("-D"), data.as_os_str()]),
        );
        made.resume();
        made
    }

    /// A copy that follows another one.
    pub(crate) fn following(primary: &Self, settings: &[&str]) -> Self {
        let mut made = Self::planned(settings);
        let (data, from) = (made.data(), primary.socket().display().to_string());
        let copy = ["-h", &from, "-U", "chainkeel", "-R", "-c", "fast", "-X", "stream", "-D"];
        made.run("pg_basebackup", copy.map(OsStr::new).into_iter().chain([data.as_os_str()]));
        made.resume();
        made
    }

    fn planned(settings: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let settings = SETTINGS.iter().chain(settings).map(|it| (*it).to_owned()).collect();
        let made = Self { place, settings, faults: Faults::none(), process: None };
        fs::set_permissions(made.place.path(), Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(made.socket()).unwrap();
        if let Some((user, group)) = server_user() {
            std::os::unix::fs::chown(made.socket(), Some(user), Some(group)).unwrap();
            std::os::unix::fs::chown(made.place.path(), Some(user), Some(group)).unwrap();
        }
        made
    }

    /// The directory of its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.place.path().join("socket")
    }

    /// Where a database of it is, without anything between.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql:///{database}?host={}&user=chainkeel", self.socket().display())
    }

    /// A migrated database of this name; where it is, without anything between.
    pub(crate) async fn database(&self, name: &str) -> String {
        let mut maintenance = PgConnection::connect(&self.url("postgres")).await.unwrap();
        maintenance.execute(format!("create database {name}").as_str()).await.unwrap();
        let url = self.url(name);
        migrate(&url).await;
        url
    }

    /// Starts it again after it was killed, as what supervises it does; returns when it takes connections.
    pub(crate) fn resume(&mut self) {
        let begun = Instant::now();
        self.process = Some(loop {
            if let Some(running) = self.started(begun) {
                break running;
            }
        });
    }

    /// A start; none where what is left of the server that was killed is still there.
    fn started(&self, begun: Instant) -> Option<Running> {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-c");
        command.arg(format!("unix_socket_directories={}", self.socket().display()));
        command.args(self.settings.iter().flat_map(|setting| ["-c", setting.as_str()]));
        command.envs(self.faults.environment());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let mut running = Running::start(command);
        while !self.is_ready() {
            let has_ended = running.process.try_wait().unwrap().is_some();
            let is_in_time = begun.elapsed() < PATIENCE;
            if has_ended && is_in_time && self.end_of_log().contains("is still in use") {
                thread::sleep(Duration::from_millis(100));
                return None;
            }
            assert!(!has_ended && is_in_time, "{}", self.end_of_log());
            thread::sleep(Duration::from_millis(10));
        }
        Some(running)
    }

    /// Ends it without a chance to write anything.
    pub(crate) fn kill(&mut self) {
        let Some(mut running) = self.process.take() else { return };
        let group = Pid::from_raw(running.process.id().cast_signed()).unwrap();
        // Its children would end by themselves, later.
        let _ = kill_process_group(group, Signal::KILL);
        running.process.wait().unwrap();
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    /// A copy takes orders from now on.
    pub(crate) fn promote(&self) {
        let data = self.data();
        self.run(
            "pg_ctl",
            ["promote", "-w", "-D"].map(OsStr::new).into_iter().chain([data.as_os_str()]),
        );
    }

    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.place.path().join("log")
    }

    fn is_ready(&self) -> bool {
        let ask = ["-q", "-U", "chainkeel", "-d", "postgres", "-h"];
        let mut ready = self.command("pg_isready");
        ready.args(ask).arg(self.socket()).status().unwrap().success()
    }

    fn run<'a>(&self, program: &str, arguments: impl IntoIterator<Item = &'a OsStr>) {
        let done = self.command(program).args(arguments).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// A program of PostgreSQL as its user, who is not root, in a group of its own.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        if let Some((user, group)) = server_user() {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
            command.arg("--clear-groups");
        }
        command.args(["--pdeathsig", "KILL", "--"]).arg(binaries().join(program));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.current_dir(self.place.path()).stdin(Stdio::null()).process_group(0);
        command
    }

    fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The newest server of this machine.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).max_by_key(|path| version(path));
    if let Some(newest) = newest {
        return newest.join("bin");
    }
    let asked = Command::new("pg_config").arg("--bindir").output();
    let asked = asked.expect("PostgreSQL is not there: run scripts/prerequisites");
    PathBuf::from(String::from_utf8(asked.stdout).unwrap().trim())
}

/// Who runs it where the tests are run by root.
fn server_user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|field| field.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    of("postgres").or_else(|| of("nobody"))
}
