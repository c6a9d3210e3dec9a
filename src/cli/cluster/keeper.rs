//! The thread that keeps the server: it starts it, starts it again when it dies, and stops it.
//!
//! The kernel ends the server when the *thread* that started it ends. Hence a thread of its own,
//! which lives exactly as long as the server may.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::error::Error;
use super::place::{Place, User};

/// How long a start may take. After a crash the server first replays its log, which may take
/// minutes on a slow disk; a healthy start takes a tenth of a second.
const START_WITHIN: Duration = Duration::from_mins(5);

/// How long a fast shutdown, which writes a checkpoint, may take before it is cut short.
const STOP_WITHIN: Duration = Duration::from_mins(1);

/// How often the server is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// The longest rest between two starts of a server that keeps dying; the first is a [`GLANCE`], and so is that
/// after a server that lived for longer than this.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// What it takes to start the server.
pub(super) struct Launch {
    pub(super) binaries: PathBuf,
    pub(super) place: Place,
    pub(super) max_connections: u16,
}

/// A program as the server's user, which ends with this thread and has its own process group,
/// so that a Ctrl-C in the terminal reaches Chainkeel alone.
pub(super) fn as_server_user(program: PathBuf, user: Option<&User>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.arg(format!("--reuid={}", user.id)).arg(format!("--regid={}", user.group));
        command.arg("--clear-groups");
    }
    command.args(["--pdeathsig", "INT", "--"]).arg(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null()).process_group(0);
    command
}

/// Runs until told to stop, or until whoever could tell is gone.
pub(super) fn keep(launch: &Launch, orders: &Receiver<()>, ready: &SyncSender<Result<(), Error>>) {
    let log = launch.place.log();
    let first = File::create(&log).map_err(Error::io("creating", &log)).and_then(|log| {
        launch.place.give(&log);
        start(launch)
    });
    let mut server = match first {
        Ok(server) => server,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    let (mut rest, mut started) = (GLANCE, Instant::now());
    loop {
        if is_told_to_stop(orders, GLANCE) {
            return stop(&mut server);
        }
        let Ok(Some(status)) = server.try_wait() else { continue };
        tracing::error!(log = %log.display(), "the private PostgreSQL ended ({status})");
        if started.elapsed() > LONGEST_REST {
            rest = GLANCE;
        }
        if is_told_to_stop(orders, rest) {
            return;
        }
        rest = (rest * 2).min(LONGEST_REST);
        match start(launch) {
            Ok(again) => {
                tracing::warn!("the private PostgreSQL was started again");
                (server, started) = (again, Instant::now());
            }
            Err(error) => tracing::error!(%error, "the private PostgreSQL did not start again"),
        }
    }
}

fn is_told_to_stop(orders: &Receiver<()>, within: Duration) -> bool {
    match orders.recv_timeout(within) {
        Err(RecvTimeoutError::Timeout) => false,
        Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
    }
}

fn start(launch: &Launch) -> Result<Child, Error> {
    let place = &launch.place;
    let open = || File::options().append(true).create(true).open(place.log());
    let log = open().map_err(Error::io("opening", place.log()))?;
    let errors = open().map_err(Error::io("opening", place.log()))?;
    let mut command = as_server_user(launch.binaries.join("postgres"), place.user.as_ref());
    command.current_dir(&place.directory).arg("-D").arg(place.data());
    for setting in settings(launch) {
        command.arg("-c").arg(setting);
    }
    let mut server = command
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(|_| Error::NoProgram { program: "setpriv", package: "util-linux" })?;
    let begun = Instant::now();
    loop {
        if server.try_wait().is_ok_and(|status| status.is_some()) {
            return Err(Error::Program { program: "postgres", output: end_of_log(place) });
        }
        if is_ready(place, &server) {
            return Ok(server);
        }
        if begun.elapsed() > START_WITHIN {
            stop(&mut server);
            let log = end_of_log(place);
            return Err(Error::Slow { seconds: START_WITHIN.as_secs(), log });
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn settings(launch: &Launch) -> Vec<String> {
    // A list of quoted names, in which a quote is doubled: the path may hold commas and blanks.
    let socket = launch.place.socket.display().to_string().replace('"', "\"\"");
    vec![
        "listen_addresses=".into(),
        format!("unix_socket_directories=\"{socket}\""),
        "unix_socket_permissions=0700".into(),
        format!("max_connections={}", launch.max_connections),
        // The name of the socket; a PGPORT from somewhere must not change it.
        "port=5432".into(),
        "fsync=on".into(),
    ]
}

/// Whether this very server says that it takes connections. A stale file of an earlier one may
/// say so too, hence the comparison of the process.
fn is_ready(place: &Place, server: &Child) -> bool {
    fs::read_to_string(place.data().join("postmaster.pid")).is_ok_and(|text| {
        let mut lines = text.lines().map(str::trim);
        lines.next() == Some(server.id().to_string().as_str()) && lines.nth(6) == Some("ready")
    })
}

fn stop(server: &mut Child) {
    // INT: no new connections, roll back, write a checkpoint, end. QUIT: end at once.
    for (signal, within) in [(Signal::INT, STOP_WITHIN), (Signal::QUIT, Duration::from_secs(5))] {
        if let Some(process) = i32::try_from(server.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(process, signal);
        }
        let begun = Instant::now();
        while begun.elapsed() < within {
            match server.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
    let _ = server.kill();
    let _ = server.wait();
}

/// The last lines that the server wrote.
pub(super) fn end_of_log(place: &Place) -> String {
    let text = fs::read_to_string(place.log()).unwrap_or_default();
    last_lines(&text)
}

/// The last lines of a text, as many as a terminal shows at a glance.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
