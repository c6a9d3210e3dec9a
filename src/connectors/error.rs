//! What can go wrong with connectors. No text here holds a secret.

use super::resolve::Unresolved;
use crate::aggregates::connector;
use crate::egress;
use crate::journal;
use crate::primitives::ConnectorId;
use crate::projections;
use crate::secrets;

/// Why a connector cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The organization has no such connector.
    #[error("there is no connector {0}: it was disconnected, or belongs to somebody else")]
    Unknown(String),
    /// It is of another type than the node says.
    #[error("the connector {id} is of the type `{actual}`, not `{wanted}`")]
    OtherKind {
        /// The connector.
        id: ConnectorId,
        /// Its type.
        actual: String,
        /// What the node says.
        wanted: String,
    },
    /// This build has no such type.
    #[error("there is no connector type `{0}`")]
    UnknownKind(String),
    /// The node names no connector, and there is none, or more than one.
    #[error("{}", unresolved(.kind, .why))]
    Unresolved {
        /// The type that it names.
        kind: String,
        /// Why none was chosen.
        why: Unresolved,
    },
    /// Nobody has granted access yet.
    #[error("the connector {0} waits for somebody to grant access: start its authorization")]
    Pending(ConnectorId),
    /// The provider has ended its access.
    #[error("access of the connector {id} has ended ({reason}): authorize it anew")]
    Expired {
        /// The connector.
        id: ConnectorId,
        /// What the provider said.
        reason: String,
    },
    /// Its access could not be renewed now.
    #[error("access of the connector {id} could not be renewed: {reason}")]
    NotRenewed {
        /// The connector.
        id: ConnectorId,
        /// Why not.
        reason: String,
        /// What happened on the way.
        #[source]
        source: Option<Box<egress::Error>>,
    },
    /// What came back from a provider was not handed out, was used before, or has expired.
    #[error("this authorization is not awaited: it was used, has expired, or was never begun")]
    NotAwaited,
    /// The connector refuses what was found.
    #[error(transparent)]
    Refused(connector::Error),
    /// Others keep changing it.
    #[error("others keep changing the connector: try again")]
    Contended,
    /// Its type has no way to be tried.
    #[error("{0}")]
    Untestable(String),
    /// What was sealed is not what was to be sealed.
    #[error("the credentials are damaged: replace them")]
    Damaged,
    /// The data do not come to something usable.
    #[error("`{field}`: {problem}")]
    Data {
        /// The field.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// The vault.
    #[error("opening the credentials")]
    Secrets(#[from] secrets::Error),
    /// The ledger.
    #[error("reading the connector")]
    Journal(#[from] journal::Error),
    /// The view.
    #[error("looking for a connector")]
    View(#[from] projections::Error),
}

impl Error {
    /// Whether trying again may help without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Secrets(error) => error.is_transient(),
            Self::Journal(error) => error.is_transient(),
            Self::View(_) | Self::NotRenewed { .. } | Self::Contended => true,
            Self::Unknown(_)
            | Self::OtherKind { .. }
            | Self::UnknownKind(_)
            | Self::Unresolved { .. }
            | Self::Pending(_)
            | Self::Expired { .. }
            | Self::NotAwaited
            | Self::Refused(_)
            | Self::Untestable(_)
            | Self::Damaged
            | Self::Data { .. } => false,
        }
    }
}

fn unresolved(kind: &str, why: &Unresolved) -> String {
    match why {
        Unresolved::Nothing => {
            format!("there is no connector of the type `{kind}` that may be used here: connect one")
        }
        Unresolved::Several(found) => {
            let ids: Vec<_> = found.iter().take(5).map(ToString::to_string).collect();
            format!(
                "there are several connectors of the type `{kind}`: name one by its id ({})",
                ids.join(", ")
            )
        }
    }
}
