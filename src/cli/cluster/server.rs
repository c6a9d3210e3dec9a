//! The private cluster as its owner sees it: started, reached by URL, stopped.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use url::form_urlencoded::byte_serialize;

use super::binaries;
use super::error::Error;
use super::keeper::{self, Launch};
use super::place::{Place, User};
use crate::config::Surroundings;

/// The role that owns the private cluster and everything in it.
pub const ROLE: &str = "chainkeel";

/// How long a server whose owner is gone may take to write its last checkpoint.
const SHUTDOWN_WITHIN: Duration = Duration::from_mins(1);

/// How long a server may take to notice that its owner is gone, on a machine that has much to do.
const NOTICE_WITHIN: Duration = Duration::from_secs(10);

/// How long the kernel may take to end an owner that was killed, and with it the claim.
const END_WITHIN: Duration = Duration::from_secs(2);

/// How long to wait before looking again.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running private cluster. Dropping it stops the server; so does the end of this process.
#[derive(Debug)]
pub struct Cluster {
    socket: PathBuf,
    notice: Option<String>,
    major: u32,
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
    _lock: File,
}

impl Cluster {
    /// Starts the cluster in this directory, making it first if need be. Blocks until the server
    /// takes connections: a second the first time, a tenth of a second later.
    pub fn start(
        directory: &Path,
        max_connections: u16,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        let place = Place::prepare(directory, surroundings)?;
        let lock = lock(&place.directory)?;
        place.give(&lock);
        settle(&place)?;
        let binaries = binaries::find(version(&place)?, surroundings.path.as_deref())?;
        if version(&place)?.is_none() {
            create(&place, &binaries.directory)?;
        }

        let (socket, notice) = (place.socket.clone(), place.notice.clone());
        let launch = Launch { binaries: binaries.directory, place, max_connections };
        let (stop, orders) = channel();
        let (ready, started) = sync_channel(1);
        let keeper = thread::Builder::new()
            .name("postgres".into())
            .spawn(move || keeper::keep(&launch, &orders, &ready))
            .map_err(Error::io("starting a thread for", directory))?;
        started.recv().unwrap_or_else(|_| {
            Err(Error::Program { program: "postgres", output: "its keeper panicked".into() })
        })?;
        let (stop, keeper) = (Some(stop), Some(keeper));
        Ok(Self { socket, notice, major: binaries.major, stop, keeper, _lock: lock })
    }

    /// The URL of a database in this cluster, whether it exists or not.
    pub fn url(&self, database: &str) -> String {
        url(&self.socket, database)
    }

    /// What the person should know about where the files are.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Stops the server and waits for its end: at most a minute, in general some milliseconds.
    pub fn stop(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.finish();
    }
}

fn url(socket: &Path, database: &str) -> String {
    let host: String = byte_serialize(socket.as_os_str().as_encoded_bytes()).collect();
    format!("postgresql:///{database}?host={host}&user={ROLE}")
}

/// Claims the cluster for this process; the kernel takes the claim back when the process ends,
/// which is a moment after it was killed.
fn lock(directory: &Path) -> Result<File, Error> {
    let path = directory.join("owner.lock");
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(Error::io("opening", &path))?;
    let begun = Instant::now();
    let mut locked = file.try_lock();
    while matches!(locked, Err(TryLockError::WouldBlock)) && begun.elapsed() < END_WITHIN {
        thread::sleep(LOOK_EVERY);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            let process = text.trim().parse().ok();
            return Err(Error::InUse { directory: directory.into(), process });
        }
        Err(TryLockError::Error(source)) => return Err(Error::io("locking", path)(source)),
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(Error::io("writing", path))?;
    Ok(file)
}

/// Waits for a server whose owner is gone, refuses one that somebody else runs, and clears away
/// the trace of one that was killed.
fn settle(place: &Place) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let trace = place.data().join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&trace) else { return Ok(()) };
        let mut lines = text.lines().map(str::trim);
        let process: Option<i32> = lines.next().and_then(|line| line.parse().ok());
        let Some(process) = process else { return Ok(()) };
        let stopping = lines.nth(6) == Some("stopping");
        // The server's own processes are in its data directory; a stranger that inherited the
        // number of a killed server is not, and PostgreSQL itself could not tell it apart.
        if !anybody_in(&place.data()) {
            if is_alive(process) {
                fs::remove_file(&trace).map_err(Error::io("removing", &trace))?;
            }
            return Ok(());
        }
        let patience = if stopping { SHUTDOWN_WITHIN } else { NOTICE_WITHIN };
        if begun.elapsed() > patience {
            return Err(Error::Occupied { directory: place.directory.clone(), process });
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// Whether any process works in this directory.
fn anybody_in(directory: &Path) -> bool {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .any(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|at| at == directory))
}

fn is_alive(process: i32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

/// The version that wrote the data; none when there is no data yet.
fn version(place: &Place) -> Result<Option<u32>, Error> {
    let data = place.data();
    if let Ok(text) = fs::read_to_string(data.join("PG_VERSION")) {
        return Ok(text.trim().parse().ok());
    }
    match fs::read_dir(&data).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Error::NotACluster { directory: data }),
        Ok(false) | Err(_) => Ok(None),
    }
}

/// Makes the data directory beside its place and moves it there when it is whole, so that a
/// first start that is killed leaves nothing half made.
fn create(place: &Place, binaries: &Path) -> Result<(), Error> {
    let unfinished = place.directory.join("data.unfinished");
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io("removing", unfinished)(error));
        }
        Ok(()) | Err(_) => {}
    }
    let output = initdb(binaries, &unfinished, place.user.as_ref())
        .current_dir(&place.directory)
        .output()
        .map_err(|_| Error::NoProgram { program: "setpriv", package: "util-linux" })?;
    if !output.status.success() {
        let output = keeper::last_lines(&String::from_utf8_lossy(&output.stderr));
        return Err(Error::Program { program: "initdb", output });
    }
    fs::rename(&unfinished, place.data()).map_err(Error::io("moving into place", unfinished))
}

fn initdb(binaries: &Path, data: &Path, user: Option<&User>) -> Command {
    let mut command = keeper::as_server_user(binaries.join("initdb"), user);
    command.arg("-D").arg(data).args(["-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8"]);
    // Only the socket leads in, and only the server's user and root may use the socket.
    command.args(["--auth-local=trust", "--auth-host=reject", "--data-checksums"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_database_survives_blanks_in_the_path() {
        let url = url(Path::new("/tmp/my data"), "chainkeel");
        let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a URL");
        assert_eq!(options.get_socket().map(PathBuf::as_path), Some(Path::new("/tmp/my data")));
        assert_eq!(options.get_database(), Some("chainkeel"));
        assert_eq!(options.get_username(), ROLE);
    }

    #[test]
    fn a_directory_has_one_owner_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = lock(directory.path()).unwrap();
        let second = lock(directory.path()).expect_err("it is taken");
        let own = std::process::id();
        assert!(matches!(second, Error::InUse { process: Some(process), .. } if process == own));
        drop(first);
        assert!(lock(directory.path()).is_ok());
    }
}
