//! Why the ledger is not relayed, with what mends it.

use std::path::PathBuf;

/// What a client of NATS says went wrong.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the ledger is not relayed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that the settings name cannot be read.
    #[error("reading {}, which `relay.credentials_file` names", path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: std::io::Error,
    },
    /// No server answers, or none lets the relay in.
    #[error("connecting to NATS at {servers}")]
    Away {
        /// The servers.
        servers: String,
        /// What they said.
        #[source]
        source: Cause,
    },
    /// The connection broke.
    #[error("the connection to NATS is lost")]
    Lost,
    /// There is nothing to be read.
    #[error(
        "there is no stream {0} yet: does a process with the role `relay` publish to these servers?"
    )]
    Missing(String),
    /// The servers answer, but not as they should.
    #[error("{doing} failed: JetStream must be on, and the relay be allowed to use it")]
    Refused {
        /// What was asked for.
        doing: &'static str,
        /// What they said.
        #[source]
        source: Cause,
    },
    /// The stream is somebody else's.
    #[error(
        "the stream {stream} takes {subjects}, and not this ledger: give `relay.stream` another name, or delete that one"
    )]
    Foreign {
        /// The stream.
        stream: String,
        /// What it takes.
        subjects: String,
    },
    /// Somebody else has published meanwhile, or the stream has lost its end.
    #[error("the stream does not end before position {position}")]
    OutOfTurn {
        /// The position that was refused.
        position: i64,
    },
    /// The stream counts otherwise than the ledger.
    #[error(
        "position {position} has the sequence {sequence} in the stream, which must be the same: delete the stream, \
         and it is filled again"
    )]
    Shifted {
        /// The position.
        position: i64,
        /// Where it came to stand.
        sequence: u64,
    },
    /// The stream has what the ledger does not have.
    #[error(
        "the stream ends at {last}, the ledger at {head}: the ledger is older than what was relayed. If it was \
         restored on purpose, delete the stream, and tell its readers"
    )]
    Ahead {
        /// The last position of the stream.
        last: i64,
        /// The last position of the ledger.
        head: i64,
    },
    /// The stream tells another history.
    #[error(
        "at position {position} the stream has another event than the ledger, which was not so when it was relayed. \
         `chainkeel audit verify --all` says which is right; then delete the stream, and tell its readers"
    )]
    OtherHistory {
        /// The position.
        position: i64,
    },
}

impl Error {
    /// Whether it stays so until a person has looked.
    pub const fn wants_a_person(&self) -> bool {
        match self {
            Self::Foreign { .. }
            | Self::Shifted { .. }
            | Self::Ahead { .. }
            | Self::OtherHistory { .. } => true,
            Self::Credentials { .. }
            | Self::Away { .. }
            | Self::Lost
            | Self::Missing(_)
            | Self::Refused { .. }
            | Self::OutOfTurn { .. } => false,
        }
    }

    /// What went wrong and why, in one line.
    pub fn in_words(&self) -> String {
        // What lies deeper the client has put into the text of its cause.
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}
