//! The token as a backend: hosts that wait, orders that wait for one, and what is done when the
//! token is gone.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alloy_primitives::{Address, U256, hex};
use futures::future::BoxFuture;
use k256::ecdsa::VerifyingKey;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use uuid::Uuid;

use super::process::Host;
use super::talk::{Answer, Fault, FaultKind, Opening, Question};
use crate::primitives::{OrganizationId, Secret};
use crate::proof::{Checkpoint, Origin};
use crate::signing::key::address_of;
use crate::signing::{Backend, Capabilities, Error, KeyName, Order, PrivateKey, Reply, TypedReply};
use crate::transactions::TypedData;

/// Sessions at a time, each in a process of its own. One takes what a key does with room to spare;
/// the others go on while it hangs.
const SESSIONS: usize = 4;
/// Orders that wait for a session, and those that have one.
const MAX_ORDERS: usize = 256;
/// How long it is waited before a token that was gone is looked for again. Whoever ordered decides
/// what happens after the last time.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
];

/// A PKCS#11 token, behind processes that hold its module.
pub struct Pkcs11 {
    program: PathBuf,
    environment: Vec<(String, String)>,
    opening: Opening,
    orders: Semaphore,
    places: Semaphore,
    idle: Mutex<Vec<Host>>,
    /// What the token said of the PIN. It is not told a wrong one again: some lock themselves after
    /// the third time.
    locked_out: Mutex<Option<String>>,
}

impl fmt::Debug for Pkcs11 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs11")
            .field("module", &self.opening.module)
            .field("token", &self.opening.token)
            .finish_non_exhaustive()
    }
}

impl Pkcs11 {
    /// The token of this label, by this module. Nothing is loaded before it is needed.
    ///
    /// `program` is our own program, which is started again as a host; it is given only these
    /// variables.
    pub fn new(
        program: PathBuf,
        module: &str,
        token: &str,
        pin: &Secret,
        environment: Vec<(String, String)>,
    ) -> Self {
        let opening = Opening {
            module: module.to_owned(),
            token: token.to_owned(),
            pin: pin.expose().to_owned(),
        };
        Self {
            program,
            environment,
            opening,
            orders: Semaphore::new(MAX_ORDERS),
            places: Semaphore::new(SESSIONS),
            idle: Mutex::default(),
            locked_out: Mutex::default(),
        }
    }

    /// Makes the token, unless there is one: for tokens in software.
    pub async fn prepare(&self) -> Result<(), Error> {
        let ask = async {
            let mut host = Host::start(&self.program, &self.environment)?;
            host.ask(&Question::Prepare(self.opening.clone())).await
        };
        ask.await.map(drop).map_err(|fault| self.told(fault, None))
    }

    /// Whether the token can be used.
    pub async fn check(&self) -> Result<(), Error> {
        let host = self.fresh().await.map_err(|fault| self.told(fault, None))?;
        self.give_back(host);
        Ok(())
    }

    async fn ask(&self, key: &KeyName, question: Question) -> Result<Answer, Error> {
        let _order = self.orders.try_acquire().map_err(|_| Error::Busy(MAX_ORDERS))?;
        // The semaphore is never closed; were it, the answer would be given without a place.
        let _place = self.places.acquire().await.ok();
        let mut last = Fault::new(FaultKind::Gone, "it was not asked");
        for pause in PAUSES {
            sleep(pause).await;
            if let Some(text) = self.locked_out().clone() {
                return Err(Error::Pin(text));
            }
            match self.once(&question).await {
                Ok(answer) => return Ok(answer),
                Err(fault) if fault.kind == FaultKind::Gone => last = fault,
                Err(fault) => return Err(self.told(fault, Some(key))),
            }
        }
        Err(self.told(last, Some(key)))
    }

    /// Asks a host that waits, or a fresh one. It is kept unless the token is gone from it.
    async fn once(&self, question: &Question) -> Result<Answer, Fault> {
        let mut host = match self.take() {
            Some(host) => host,
            None => self.fresh().await?,
        };
        match host.ask(question).await {
            Err(fault) if fault.kind == FaultKind::Gone => {
                tracing::warn!(
                    "the signing device is gone, and is looked for again: {}",
                    fault.text
                );
                // What the others hold is gone, too, most likely.
                self.idle().clear();
                Err(fault)
            }
            answer => {
                self.give_back(host);
                answer
            }
        }
    }

    async fn fresh(&self) -> Result<Host, Fault> {
        let mut host = Host::start(&self.program, &self.environment)?;
        host.ask(&Question::Open(self.opening.clone())).await?;
        Ok(host)
    }

    fn take(&self) -> Option<Host> {
        let mut idle = self.idle();
        while let Some(mut host) = idle.pop() {
            if host.lives() {
                return Some(host);
            }
        }
        None
    }

    fn give_back(&self, host: Host) {
        let mut idle = self.idle();
        if idle.len() < SESSIONS {
            idle.push(host);
        }
    }

    /// The error that a fault is to whoever ordered.
    fn told(&self, fault: Fault, key: Option<&KeyName>) -> Error {
        match (fault.kind, key) {
            (FaultKind::Gone, _) => Error::Gone(fault.text),
            (FaultKind::Pin, _) => {
                *self.locked_out() = Some(fault.text.clone());
                Error::Pin(fault.text)
            }
            (FaultKind::NoKey, Some(key)) => Error::NoKey(key.clone()),
            (FaultKind::Ambiguous, Some(key)) => Error::Ambiguous(key.clone()),
            (FaultKind::NoKey | FaultKind::Ambiguous, None) | (FaultKind::Refused, _) => {
                Error::Refused(fault.text)
            }
        }
    }

    async fn address_by(&self, key: &KeyName, question: Question) -> Result<Address, Error> {
        let Answer::Point { point } = self.ask(key, question).await? else {
            return Err(unexpected());
        };
        let point = hex::decode(point).map_err(|_| unexpected())?;
        let public = VerifyingKey::from_sec1_bytes(&point).map_err(|_| unexpected())?;
        Ok(address_of(&public))
    }

    async fn pair(&self, key: &KeyName, question: Question) -> Result<(U256, U256), Error> {
        let Answer::Pair { pair } = self.ask(key, question).await? else {
            return Err(unexpected());
        };
        let pair: [u8; 64] = hex::decode_to_array(pair).map_err(|_| unexpected())?;
        let (r, s) = pair.split_at(32);
        Ok((U256::from_be_slice(r), U256::from_be_slice(s)))
    }

    async fn ledger<const N: usize>(
        &self,
        origin: &Origin,
        question: Question,
    ) -> Result<[u8; N], Error> {
        let key = KeyName::new(OrganizationId::from_uuid(Uuid::nil()), "ledger");
        let key = key.map_err(|error| Error::Refused(format!("{origin}: {error}")))?;
        let Answer::Bytes { bytes } = self.ask(&key, question).await? else {
            return Err(unexpected());
        };
        hex::decode_to_array(bytes).map_err(|_| unexpected())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Host>> {
        // Nothing panics while it is held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn locked_out(&self) -> MutexGuard<'_, Option<String>> {
        // The same.
        self.locked_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Pkcs11 {
    fn capabilities(&self) -> Capabilities {
        Capabilities { imports: false, sees_transactions: false, asks_people: false }
    }

    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(self.address_by(key, Question::Create { label: key.to_string() }))
    }

    fn import<'a>(
        &'a self,
        _: &'a KeyName,
        _: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Err(Error::NoImport) })
    }

    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(self.address_by(key, Question::Find { label: key.to_string() }))
    }

    fn sign_transaction<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async move {
            let label = order.key().to_string();
            let transaction = Box::new(order.transaction().clone());
            let (r, s) = self.pair(order.key(), Question::Sign { label, transaction }).await?;
            Ok(Reply::Pair { r, s })
        })
    }

    fn sign_typed_data<'a>(
        &'a self,
        order: &'a Order<'a, TypedData>,
    ) -> BoxFuture<'a, Result<TypedReply, Error>> {
        Box::pin(async move {
            let label = order.key().to_string();
            let document = Box::new(order.document().clone());
            let question = Question::SignDocument { label, document };
            let (r, s) = self.pair(order.key(), question).await?;
            Ok(TypedReply::Pair { r, s })
        })
    }

    fn signs_checkpoints(&self) -> bool {
        true
    }

    fn checkpoint_key<'a>(&'a self, origin: &'a Origin) -> BoxFuture<'a, Result<[u8; 32], Error>> {
        Box::pin(self.ledger(origin, Question::CheckpointKey { origin: origin.clone() }))
    }

    fn sign_checkpoint<'a>(
        &'a self,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<[u8; 64], Error>> {
        let question = Question::SignCheckpoint { checkpoint: checkpoint.clone() };
        Box::pin(self.ledger(&checkpoint.origin, question))
    }
}

fn unexpected() -> Error {
    Error::Refused("its answer is not of the kind that was asked for".to_owned())
}
