//! The side that has no keys.

use std::path::PathBuf;
use std::time::Duration;

use alloy_primitives::Address;
use futures::future::BoxFuture;
use tokio::net::UnixStream;
use uuid::Uuid;

use super::talk::{Question, Said, Wanted, hear, say};
use crate::primitives::OrganizationId;
use crate::proof::{Checkpoint, Origin};
use crate::signing::{
    Attempt, Backend, BadReply, Capabilities, Error, KeyName, Kind, Order, PrivateKey, Reply,
    TypedReply,
};
use crate::spans;
use crate::transactions::TypedData;

/// How long an answer may take: a device may be slow, and policies are read first.
const PATIENCE: Duration = Duration::from_secs(30);

/// A backend whose keys a process of its own has, which decides by itself whether they are used.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    socket: PathBuf,
    kind: Kind,
}

impl Elsewhere {
    /// The keys in backends of this kind, of the process behind this socket.
    pub const fn new(socket: PathBuf, kind: Kind) -> Self {
        Self { socket, kind }
    }

    async fn ask(&self, key: &KeyName, wanted: Wanted) -> Result<Said, Error> {
        let question = Question {
            kind: self.kind,
            organization: key.organization(),
            key: key.name().to_owned(),
            wanted,
            traceparent: spans::header(),
        };
        let gone =
            |why: &str| Error::Gone(format!("the signer behind {}: {why}", self.socket.display()));
        let asked = async {
            let mut stream = UnixStream::connect(&self.socket).await?;
            say(&mut stream, &question).await?;
            hear(stream).await
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Some(Said::NoKey))) => Err(Error::NoKey(key.clone())),
            Ok(Ok(Some(Said::Later(why)))) => Err(Error::Gone(why)),
            Ok(Ok(Some(Said::Rejected(why)))) => Err(Error::Rejected(why)),
            Ok(Ok(Some(Said::Refused(why)))) => Err(Error::Refused(why)),
            Ok(Ok(Some(said))) => Ok(said),
            Ok(Ok(None)) => Err(gone("its answer broke off")),
            Ok(Err(error)) => Err(gone(&error.to_string())),
            Err(_) => Err(gone("it does not answer in time")),
        }
    }

    async fn address_by(&self, key: &KeyName, wanted: Wanted) -> Result<Address, Error> {
        match self.ask(key, wanted).await? {
            Said::Address(address) => Ok(address),
            other @ (Said::Whole(_)
            | Said::Pair { .. }
            | Said::Bytes(_)
            | Said::Pending(_)
            | Said::NoKey
            | Said::Later(_)
            | Said::Rejected(_)
            | Said::Refused(_)) => Err(garbled(&other)),
        }
    }

    async fn bytes_by<const N: usize>(&self, wanted: Wanted) -> Result<[u8; N], Error> {
        let key = KeyName::new(OrganizationId::from_uuid(Uuid::nil()), "ledger");
        let key = key.map_err(|error| Error::Refused(error.to_string()))?;
        match self.ask(&key, wanted).await? {
            Said::Bytes(bytes) => {
                bytes.as_ref().try_into().map_err(|_| BadReply::Checkpoint.into())
            }
            other @ (Said::Address(_)
            | Said::Whole(_)
            | Said::Pair { .. }
            | Said::Pending(_)
            | Said::NoKey
            | Said::Later(_)
            | Said::Rejected(_)
            | Said::Refused(_)) => Err(garbled(&other)),
        }
    }
}

impl Backend for Elsewhere {
    fn capabilities(&self) -> Capabilities {
        Capabilities { imports: false, sees_transactions: true, asks_people: true }
    }

    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(self.address_by(key, Wanted::Create))
    }

    fn import<'a>(
        &'a self,
        _key: &'a KeyName,
        _private: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Err(Error::NoImport) })
    }

    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(self.address_by(key, Wanted::Address))
    }

    fn sign_transaction<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async move {
            let Attempt { key, at } = order.attempt().clone();
            let wanted = Wanted::Transaction {
                transaction: Box::new(order.transaction().clone()),
                order: key,
                at,
            };
            match self.ask(order.key(), wanted).await? {
                Said::Whole(raw) => Ok(Reply::Whole(raw.to_vec())),
                Said::Pending(reference) => Ok(Reply::Pending { reference }),
                other @ (Said::Address(_)
                | Said::Pair { .. }
                | Said::Bytes(_)
                | Said::NoKey
                | Said::Later(_)
                | Said::Rejected(_)
                | Said::Refused(_)) => Err(garbled(&other)),
            }
        })
    }

    fn sign_typed_data<'a>(
        &'a self,
        order: &'a Order<'a, TypedData>,
    ) -> BoxFuture<'a, Result<TypedReply, Error>> {
        Box::pin(async move {
            let Attempt { key, at } = order.attempt().clone();
            let wanted =
                Wanted::Document { document: Box::new(order.document().clone()), order: key, at };
            match self.ask(order.key(), wanted).await? {
                Said::Pair { r, s } => Ok(TypedReply::Pair { r, s }),
                Said::Pending(reference) => Ok(TypedReply::Pending { reference }),
                other @ (Said::Address(_)
                | Said::Whole(_)
                | Said::Bytes(_)
                | Said::NoKey
                | Said::Later(_)
                | Said::Rejected(_)
                | Said::Refused(_)) => Err(garbled(&other)),
            }
        })
    }

    fn signs_checkpoints(&self) -> bool {
        true
    }

    fn checkpoint_key<'a>(&'a self, origin: &'a Origin) -> BoxFuture<'a, Result<[u8; 32], Error>> {
        Box::pin(self.bytes_by(Wanted::CheckpointKey(origin.clone())))
    }

    fn sign_checkpoint<'a>(
        &'a self,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<[u8; 64], Error>> {
        Box::pin(self.bytes_by(Wanted::Checkpoint(checkpoint.clone())))
    }
}

fn garbled(said: &Said) -> Error {
    let what = match said {
        Said::Address(_) => "an address",
        Said::Whole(_) => "a transaction",
        Said::Pair { .. } => "a signature",
        Said::Bytes(_) => "bytes",
        Said::Pending(_) => "that it waits",
        Said::NoKey | Said::Later(_) | Said::Rejected(_) | Said::Refused(_) => "a refusal",
    };
    BadReply::Garbled(format!("it answers with {what}, which was not asked for")).into()
}
