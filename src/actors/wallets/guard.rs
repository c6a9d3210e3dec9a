//! A process that has the keys and nothing else to do: it signs what the ledger asks for and the policies
//! allow, whoever asks it.

use futures::future::BoxFuture;
use time::OffsetDateTime;

use super::hindrance::Hindrance;
use super::judging::{self, Laws};
use crate::aggregates::signature_request::{self, SignatureRequest};
use crate::aggregates::wallet_lane::{Lane, Stage, Wanted as WantedTransaction};
use crate::aggregates::wallets::{Wallet, Wallets};
use crate::journal::{self, Journal, Memory, Store};
use crate::primitives::{IntentId, WalletId};
use crate::projections::transactions::OpenLane;
use crate::signing::process::{Keeper, Question, Said, Wanted};
use crate::signing::{self, Attempt, KeyName, Outcome, Signer, Signers};
use crate::spans::{self, Scope, Sink};
use crate::transactions::{TypedData, Unsigned};

/// Who has the keys, and believes nobody who asks for a signature.
pub struct Guard {
    laws: Laws,
    wallets: Store<Wallets>,
    /// From their events alone: who can write a snapshot could have anything signed by it.
    lanes: Memory<Lane>,
    requests: Store<SignatureRequest>,
    signers: Signers,
    spans: Option<Sink>,
}

/// Why nothing was signed: it will be refused again, or may succeed later.
enum Refusal {
    Never(String),
    Later(String),
    Signing(signing::Error),
}

impl From<Hindrance> for Refusal {
    fn from(hindrance: Hindrance) -> Self {
        Self::Later(hindrance.to_string())
    }
}

impl From<journal::Error> for Refusal {
    fn from(error: journal::Error) -> Self {
        Self::Later(format!("reading the ledger: {error}"))
    }
}

impl From<signing::Error> for Refusal {
    fn from(error: signing::Error) -> Self {
        Self::Signing(error)
    }
}

impl From<Refusal> for Said {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Never(why) => Self::Refused(why),
            Refusal::Later(why) => Self::Later(why),
            Refusal::Signing(error) => error.into(),
        }
    }
}

impl Guard {
    /// A guard of these keys, who reads this ledger.
    pub fn new(journal: &Journal, laws: Laws, signers: Signers) -> Self {
        Self {
            laws: laws.without_snapshots(),
            wallets: Store::wallets(journal.clone()),
            lanes: Memory::of(Store::wallet_lanes(journal.clone())).without_snapshots(),
            requests: Store::signature_requests(journal.clone()),
            signers,
            spans: None,
        }
    }

    /// The same, whose signatures are in the traces of those who ask for them.
    #[must_use]
    pub fn traced(self, spans: Option<Sink>) -> Self {
        Self { spans, ..self }
    }

    async fn answered(&self, question: Question) -> Result<Said, Refusal> {
        let Question { kind, organization, ref key, ref wanted, traceparent: _ } = question;
        let away = || Refusal::Never(format!("the backend {} is not configured", kind.name()));
        let signer = self.signers.of(kind).ok_or_else(away)?;
        let name = KeyName::new(organization, key);
        let name = name.map_err(|error| Refusal::Never(error.to_string()))?;
        match wanted {
            // Signed by keys that sign nothing but checkpoints: no wallet is asked for.
            Wanted::CheckpointKey(origin) => {
                let key = signer.checkpoint_key(origin).await?;
                Ok(Said::Bytes(key.public().to_vec().into()))
            }
            Wanted::Checkpoint(checkpoint) => {
                let bytes = signer.checkpoint_signature(checkpoint).await?;
                Ok(Said::Bytes(bytes.to_vec().into()))
            }
            Wanted::Create => Ok(Said::Address(signer.create(&name).await?)),
            Wanted::Address => Ok(Said::Address(signer.address(&name).await?)),
            Wanted::Transaction { transaction, order, at, .. } => {
                let wallet = self.wallet(&question).await?;
                self.transaction((signer, &name), &wallet, transaction, &attempt(order, *at)?).await
            }
            Wanted::Document { document, order, at, .. } => {
                let wallet = self.wallet(&question).await?;
                self.document((signer, &name), &wallet, document, &attempt(order, *at)?).await
            }
        }
    }

    /// The wallet whose key is asked for.
    async fn wallet(&self, question: &Question) -> Result<(WalletId, Wallet), Refusal> {
        let wallets = self.wallets.load(&question.organization.to_string()).await?.aggregate;
        let is_meant =
            |wallet: &Wallet| wallet.key == question.key && wallet.backend == question.kind.name();
        let mut all = wallets.all.into_iter();
        let found = all.find(|(_, wallet)| is_meant(wallet));
        found.ok_or_else(|| Refusal::Never("no wallet has this key".to_owned()))
    }

    async fn transaction(
        &self,
        (signer, key): (&Signer, &KeyName),
        (wallet_id, wallet): &(WalletId, Wallet),
        transaction: &Unsigned,
        (intent, attempt): &(IntentId, Attempt),
    ) -> Result<Said, Refusal> {
        let organization = key.organization();
        let lane = OpenLane { organization, wallet: *wallet_id, chain: transaction.chain_id };
        let lane = lane.stream().aggregate_id;
        let wanted = self.lanes.read(&lane, |lane| lane.find(*intent).cloned()).await?;
        let wanted = wanted.filter(|it| asks_for(it, transaction));
        let unasked = || Refusal::Never("the ledger asks for no such signature".to_owned());
        let wanted = wanted.ok_or_else(unasked)?;
        let cleared = judging::clear(&self.laws, &wanted, transaction).await?;
        let clearance = cleared.map_err(Refusal::Never)?;
        let answered = signer
            .sign_transaction((key, wallet.address), transaction, &clearance, attempt)
            .await?;
        Ok(match answered {
            Outcome::Signed(whole) => Said::Whole(whole.raw().clone()),
            Outcome::Pending { reference } => Said::Pending(reference),
        })
    }

    async fn document(
        &self,
        (signer, key): (&Signer, &KeyName),
        (_, wallet): &(WalletId, Wallet),
        document: &TypedData,
        (intent, attempt): &(IntentId, Attempt),
    ) -> Result<Said, Refusal> {
        let unasked = || Refusal::Never("the ledger asks for no such signature".to_owned());
        let request = self.requests.load(&intent.to_string()).await?.aggregate;
        let wanted = match &request.wanted {
            Some((wanted, signature_request::Stage::Signing { .. })) => Some(wanted),
            Some(_) | None => None,
        };
        let wanted = wanted.filter(|it| it.document == *document).ok_or_else(unasked)?;
        let cleared = judging::clear_document(&self.laws, wanted, request.asked.as_ref()).await?;
        let clearance = cleared.map_err(Refusal::Never)?;
        let answered = signer
            .sign_typed_data(
                (key, wallet.address),
                (document, document.reach()),
                &clearance,
                attempt,
            )
            .await?;
        Ok(match answered {
            Outcome::Signed(signature) => Said::Pair { r: signature.r, s: signature.s },
            Outcome::Pending { reference } => Said::Pending(reference),
        })
    }
}

impl Keeper for Guard {
    fn answer(&self, question: Question) -> BoxFuture<'_, Said> {
        Box::pin(async move {
            let (organization, key) = (question.organization, question.key.clone());
            let header = question.traceparent.clone().unwrap_or_default();
            let asker = self.spans.as_ref().and_then(|spans| Scope::of_another(spans, &header));
            let answering = async {
                let span = spans::begin(spans::Kind::Server, "answer the server");
                let said = span.around(self.answered(question)).await;
                span.end(said.is_err().then_some("refused"));
                said
            };
            let said = Box::pin(Scope::around(asker, answering)).await.unwrap_or_else(Said::from);
            if let Said::Refused(why) = &said {
                tracing::warn!(organization.id = %organization, "refused to use the key {key}: {why}");
            }
            said
        })
    }
}

/// Whether a transaction is what the lane asks to have signed now.
fn asks_for(wanted: &WantedTransaction, transaction: &Unsigned) -> bool {
    let last = wanted.attempts.last().map(|attempt| &attempt.transaction);
    wanted.stage == Stage::Signing && last == Some(transaction)
}

/// The intent with whose id an order begins, and the order as backends take it.
fn attempt(order: &str, at: OffsetDateTime) -> Result<(IntentId, Attempt), Refusal> {
    let intent = order.split('/').next().unwrap_or_default().parse();
    let intent = intent.map_err(|_| Refusal::Never("the order names no intent".to_owned()))?;
    Ok((intent, Attempt { key: order.to_owned(), at }))
}
