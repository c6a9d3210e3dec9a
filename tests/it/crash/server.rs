//! The real binary as a child process, to be killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chainkeel::secrets::Keyring;
use tempfile::TempDir;

/// The key that it is served with.
pub(crate) const KEY: &str = "a-key-for-the-tests-of-crashes";

/// What is expected of one that starts.
const SAYS_WHERE: &str = "the server says where it listens";

/// A running `chainkeel serve`.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts it on a free port over a migrated database; returns when it listens.
    pub(crate) fn start(database: &str, data_dir: &TempDir, egress: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chainkeel"));
        command.arg("serve").env("DATABASE_URL", database);
        command.env("CHAINKEEL_SECRETS_KEY", &*Keyring::written(&[9; 32]));
        Self::run(command, data_dir.path(), egress)
    }

    /// The same with settings of its own.
    pub(crate) fn with(
        database: &str,
        data_dir: &TempDir,
        settings: &[(&'static str, String)],
    ) -> Self {
        Self::try_with(database, data_dir.path(), "", settings).expect(SAYS_WHERE)
    }

    /// The same; `None` where it ends before it listens, as it does where its database is away for long.
    pub(crate) fn try_with(
        database: &str,
        data_dir: &Path,
        egress: &str,
        settings: &[(&'static str, String)],
    ) -> Option<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chainkeel"));
        command.arg("serve").env("DATABASE_URL", database);
        command.env("CHAINKEEL_SECRETS_KEY", &*Keyring::written(&[9; 32]));
        Self::try_run(command, data_dir, egress, settings)
    }

    /// The same, which writes all that it has to say into a file, for machines.
    pub(crate) fn that_logs(
        database: &str,
        data_dir: &TempDir,
        egress: &str,
        log: std::fs::File,
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chainkeel"));
        command.arg("serve").env("DATABASE_URL", database).stderr(log);
        command.env("CHAINKEEL_SECRETS_KEY", &*Keyring::written(&[9; 32]));
        let settings = [
            ("CHAINKEEL_LOG_FORMAT", "json".to_owned()),
            ("CHAINKEEL_LOG_FILTER", "chainkeel=debug".to_owned()),
        ];
        Self::try_run(command, data_dir.path(), egress, &settings).expect(SAYS_WHERE)
    }

    /// Starts `chainkeel dev`, which brings a PostgreSQL of its own.
    pub(crate) fn with_a_database_of_its_own(data_dir: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chainkeel"));
        command.arg("dev").env_remove("DATABASE_URL");
        Self::run(command, data_dir, "")
    }

    fn run(command: Command, data_dir: &Path, egress: &str) -> Self {
        Self::try_run(command, data_dir, egress, &[]).expect(SAYS_WHERE)
    }

    fn try_run(
        mut command: Command,
        data_dir: &Path,
        egress: &str,
        settings: &[(&'static str, String)],
    ) -> Option<Self> {
        let mut child = command
            .env("CHAINKEEL_DATA_DIR", data_dir)
            .env("CHAINKEEL_LISTEN", "127.0.0.1:0")
            .env("CHAINKEEL_ADMIN_KEY", KEY)
            .env("CHAINKEEL_EGRESS_ALLOW", egress)
            .env("CHAINKEEL_LOG_FILTER", "error")
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.by_ref().map_while(Result::ok) {
            if let Some(at) = line.find("http://") {
                return Some(Self { child, url: line[at..].trim().to_owned() });
            }
        }
        child.wait().unwrap();
        None
    }

    /// Whether it has ended by itself: it does where its database is away for as long as it opens the ledger.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as the kernel does when memory is short: nothing of it runs any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
