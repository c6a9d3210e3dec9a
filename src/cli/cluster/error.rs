//! What keeps the private cluster from starting, and what a person can do about it.

use std::io;
use std::path::PathBuf;

/// Why there is no private PostgreSQL. The text says what is wrong, [`Error::cure`] what helps.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine has no PostgreSQL that is new enough.
    #[error("no PostgreSQL {wanted} was found (looked in {looked})")]
    NoPostgres {
        /// The version asked for, as a person writes it.
        wanted: String,
        /// Where it was looked for.
        looked: String,
    },
    /// A program that starts the server is missing.
    #[error("the program `{program}` was not found")]
    NoProgram {
        /// Its name.
        program: &'static str,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// PostgreSQL refuses to run as root, and there is nobody else to run it as.
    #[error(
        "PostgreSQL does not run as root, and the machine has neither a user postgres nor nobody"
    )]
    NoUser,
    /// The server's user may not enter a directory above its own.
    #[error("the user {user} may not enter {parent}, which holds {directory}")]
    Unreachable {
        /// The user.
        user: String,
        /// The directory that is closed to the user.
        parent: PathBuf,
        /// The cluster's directory.
        directory: PathBuf,
    },
    /// The files belong to somebody else.
    #[error("{directory} belongs to the user with id {owner}")]
    Foreign {
        /// The cluster's directory.
        directory: PathBuf,
        /// Its owner.
        owner: u32,
    },
    /// Another Chainkeel process holds the cluster.
    #[error("{directory} is in use by another Chainkeel process{}", process.map(|id| format!(" ({id})")).unwrap_or_default())]
    InUse {
        /// The cluster's directory.
        directory: PathBuf,
        /// The other process.
        process: Option<u32>,
    },
    /// A server that was not started by Chainkeel serves the files.
    #[error("a PostgreSQL server (process {process}) is already running on {directory}")]
    Occupied {
        /// The cluster's directory.
        directory: PathBuf,
        /// The server.
        process: i32,
    },
    /// The directory holds files, but no cluster.
    #[error("{directory} is not empty and holds no PostgreSQL cluster")]
    NotACluster {
        /// The directory.
        directory: PathBuf,
    },
    /// A PostgreSQL program refused its work.
    #[error("{program} failed:\n{output}")]
    Program {
        /// The program.
        program: &'static str,
        /// The last lines that it printed or logged.
        output: String,
    },
    /// The server did not answer in time.
    #[error("PostgreSQL was not ready after {seconds} s; the end of its log:\n{log}")]
    Slow {
        /// How long was waited.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
    /// The file system refused.
    #[error("{doing} {path}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// What a person can do about it.
    pub fn cure(&self) -> String {
        match self {
            Self::NoPostgres { .. } => {
                "install it (Debian, Ubuntu: `apt-get install postgresql`; Fedora: `dnf install \
                 postgresql-server`), or set DATABASE_URL to a PostgreSQL server of yours"
                    .into()
            }
            Self::NoProgram { package, .. } => format!("install the package {package}"),
            Self::NoUser => "run as an unprivileged user, or add a user postgres".into(),
            Self::Unreachable { parent, .. } => format!(
                "set CHAINKEEL_DATA_DIR to a directory that everybody may enter, or `chmod o+x {}`",
                parent.display()
            ),
            Self::Foreign { .. } => {
                "run as that user or as root, or set CHAINKEEL_DATA_DIR to another directory".into()
            }
            Self::InUse { .. } => {
                "stop that process, or set CHAINKEEL_DATA_DIR to another directory".into()
            }
            Self::Occupied { .. } => {
                "stop that server (`pg_ctl stop -D …`), or set DATABASE_URL to use it as it is"
                    .into()
            }
            Self::NotACluster { directory } => {
                format!("move the files out of {}", directory.display())
            }
            Self::Program { .. } | Self::Slow { .. } => {
                "mend what the log names, or set DATABASE_URL to a PostgreSQL server of yours"
                    .into()
            }
            Self::Io { .. } => "check the directory's permissions and free space".into(),
        }
    }

    /// An input or output error, with what was being done and to which file.
    pub(super) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
