//! Paying for a request: what is asked is held against what may be paid, one authorization is signed, and its
//! payload is presented until it is known what became of it.
//!
//! Whatever is lost on the way, and whoever goes on with it: the stream of the payment says what was signed, and
//! while that can be carried out nothing else is signed for the same request.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256, keccak256};
use engine::{Failure, FailureCategory, Json};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::authorizing::{Authorized, authorize};
use super::chain::{self, Seen};
use super::failure::{self, DENIED, EXPIRED, LOST, PENDING, REFUSED, TOO_DEAR, UNPAYABLE};
use super::node::Letter;
use super::presenting::{self, Shown};
use crate::actors::wallets::SignatureDesk;
use crate::actors::wallets::hindrance::Hindrance;
use crate::actors::wallets::room::LaneRoom;
use crate::aggregates::paid_endpoints::PaidEndpoints;
use crate::aggregates::payment::{
    self, Command, Opening, Order, Origin, Outcome, Payment, Signed, Stage, Wish,
};
use crate::egress::{Egress, Request, Response};
use crate::journal::{Context, Journal, Metadata, NotExecuted, Store};
use crate::primitives::{CommandId, OrganizationId, PaidEndpointId, PaymentId, WalletId, hex};
use crate::x402::{Authorization, Demand, Offer, Terms};

/// Who acts here.
const NAME: &str = "system:x402-payer";
/// The pause before a payload is presented again; it doubles.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How much sooner than its time an attempt ends, so that it is the one to say how it stands.
const HEAD_START: Duration = Duration::from_millis(400);
/// The longest that an authorization counts, in seconds, whatever a seller asks.
const MAX_SECONDS: u64 = 3_600;

/// What is paid for, and how much may be.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The payment's id: the same for the same request, whoever carries it out.
    pub payment: PaymentId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The endpoint that is meant, if one is.
    pub endpoint: Option<PaidEndpointId>,
    /// The request, with its time for one answer.
    pub request: Request,
    /// By which wallet; by the one that is used where nobody says which.
    pub wallet: Option<WalletId>,
    /// On which chain.
    pub chain: u64,
    /// In which token.
    pub token: Address,
    /// To whom, where that is known.
    pub pay_to: Option<Address>,
    /// The most that is paid, in the smallest unit of the token.
    pub max_price: U256,
    /// What the other side can recognise a repetition by.
    pub key: String,
    /// Who wants it.
    pub origin: Origin,
    /// How long it may take.
    pub timeout: Duration,
}

/// What a request is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The status of its answer.
    pub status: u16,
    /// What is asked, or why that cannot be read, where the status is 402.
    pub demand: Option<Result<Demand, String>>,
}

/// Pays. Cheap to clone.
#[derive(Clone)]
pub struct Payer {
    room: LaneRoom,
    egress: Egress,
    desk: SignatureDesk,
    payments: Store<Payment>,
    pub(super) endpoints: Store<PaidEndpoints>,
}

/// What the next step is.
enum Next {
    /// Look at where it stands.
    On,
    /// It is over.
    Over(Value),
}

impl Payer {
    /// A payer in this room, with this way out.
    pub fn new(journal: &Journal, room: LaneRoom, egress: Egress) -> Self {
        let endpoints = Store::paid_endpoints(journal.clone());
        let desk = SignatureDesk::new(room.clone());
        Self { room, egress, desk, payments: Store::payments(journal.clone()), endpoints }
    }

    /// What a request is asked for, without paying it.
    ///
    /// # Errors
    /// It does not get there.
    pub async fn probe(&self, letter: Letter) -> Result<Probed, Failure> {
        let (payment, within) = (PaymentId::generate(), letter.timeout);
        let key = payment.to_string();
        let sent = presenting::sent(&self.egress, letter.request()?, &key, within).await;
        let response = sent.map_err(|error| failure::unsent(payment, &error))?;
        let status = response.status.as_u16();
        let demand = (status == 402).then(|| presenting::demanded(&response));
        Ok(Probed { status, demand })
    }

    /// Pays for a request where it has to be paid for, and tells what is given for it.
    ///
    /// # Errors
    /// Nothing is given. What the failure says of the payment is what stands on the ledger; asked again, it goes
    /// on where it stands.
    pub async fn pay(&self, asked: Asked) -> Result<Value, Failure> {
        let end = Instant::now() + asked.timeout.saturating_sub(HEAD_START);
        self.tell(&asked, Order::Open(Box::new(opening(&asked)))).await?;
        loop {
            let payment = self.payments.load(&asked.payment.to_string()).await;
            let payment = payment.map_err(|it| failure::hindered(asked.payment, &it.into()))?;
            let payment = payment.aggregate;
            match self.step(&asked, payment, end).await? {
                Next::On => {}
                Next::Over(answer) => return Ok(answer),
            }
        }
    }

    async fn step(&self, asked: &Asked, it: Payment, end: Instant) -> Result<Next, Failure> {
        let id = asked.payment;
        match it.stage {
            Stage::Nothing => Err(failure::lasting(
                id,
                ("payment_unknown", FailureCategory::Internal),
                "the payment is not on the ledger",
            )),
            Stage::Open => self.ask(asked, it.authorizations, end).await,
            Stage::Wanted(wish) => self.sign(asked, &wish, end).await,
            Stage::Alive(signed) => self.present(asked, &signed, end).await,
            Stage::Answered(answer) | Stage::Paid(answer) => {
                Ok(Next::Over(Json::unwrap_or_clone(answer)))
            }
            Stage::Declined(why) => {
                Err(failure::lasting(id, (UNPAYABLE, FailureCategory::Service), why))
            }
            Stage::Denied(why) => {
                let why = format!("the payment was not signed: {why}");
                Err(failure::lasting(id, (DENIED, FailureCategory::Auth), why))
            }
            Stage::Lost(transaction) => Err(lost(id, transaction, "the seller gave nothing")),
        }
    }

    /// Makes the request without a payment, and notes what is asked for it.
    async fn ask(&self, asked: &Asked, number: u32, end: Instant) -> Result<Next, Failure> {
        let id = asked.payment;
        let within = end.saturating_duration_since(Instant::now());
        let sent = presenting::sent(&self.egress, asked.request.clone(), &asked.key, within).await;
        let response = sent.map_err(|error| failure::unsent(id, &error))?;
        if response.status.is_success() {
            let mut answer = presenting::told(&response);
            answer["paid"] = false.into();
            answer["paymentId"] = json!(id);
            self.tell(asked, Order::Answer(answer.into())).await?;
            return Ok(Next::On);
        }
        let status = response.status.as_u16();
        if status != 402 {
            let code = ("http_status", FailureCategory::Service);
            let why = format!("the server answered {status} before it asked for a payment");
            return Err(if status >= 500 || [408, 425, 429].contains(&status) {
                failure::passing(id, code, why)
            } else {
                failure::lasting(id, code, why)
            });
        }
        let offer = match chosen(asked, &response) {
            Ok(offer) => offer,
            Err(failure) => {
                self.tell(asked, Order::Decline(failure.message.clone())).await?;
                return Err(failure);
            }
        };
        let wish = self.wish(asked, offer, number + 1).await?;
        self.tell(asked, Order::Want(Box::new(wish))).await?;
        Ok(Next::On)
    }

    /// What is to be authorized.
    async fn wish(
        &self,
        asked: &Asked,
        (version, offer): (crate::x402::Version, Offer),
        number: u32,
    ) -> Result<Wish, Failure> {
        let hindered = |hindrance: Hindrance| failure::hindered(asked.payment, &hindrance);
        let wallets = self.room.wallets.load(&asked.organization.to_string()).await;
        let wallets = wallets.map_err(|error| hindered(error.into()))?.aggregate;
        let (wallet_id, wallet) =
            wallets.chosen(asked.wallet).map_err(|why| hindered(Hindrance::NoWallet(why)))?;
        let address = wallet.address;
        let nonce = keccak256(format!("chainkeel x402 {} {number}", asked.payment));
        let now = self.room.clock.now().unix_timestamp();
        let within = offer.terms.max_timeout_seconds.min(MAX_SECONDS);
        let terms = Terms { max_timeout_seconds: within, ..offer.terms.clone() };
        let authorization = Authorization::paying(&terms, address, now, nonce);
        let nodes = self.room.nodes(asked.organization, asked.chain).await.map_err(hindered)?;
        let (balance, block) =
            chain::balance(&*nodes, asked.token, &authorization).await.map_err(hindered)?;
        if balance < authorization.value {
            let why = format!(
                "the wallet has {balance} of the token, and {} is asked for",
                authorization.value
            );
            let code = ("insufficient_funds", FailureCategory::Funds);
            return Err(failure::passing(asked.payment, code, why));
        }
        Ok(Wish { version, offer, wallet_id, address, authorization, block: Some(block) })
    }

    /// Has signed what is wanted.
    async fn sign(&self, asked: &Asked, wish: &Wish, end: Instant) -> Result<Next, Failure> {
        let whose = (asked.organization, asked.payment);
        let now = self.room.clock.now();
        let authorized = authorize(&self.desk, whose, (wish, &asked.origin), (now, end)).await;
        let authorized = authorized.map_err(|it| failure::hindered(asked.payment, &it))?;
        match authorized {
            Authorized::Signed(signature) => self.tell(asked, Order::Sign(signature)).await?,
            Authorized::Denied(why) => self.tell(asked, Order::Deny(why)).await?,
            Authorized::Waits => {
                let why = "the payment is not signed yet: whoever keeps the key may wait for people to agree";
                let code = (PENDING, FailureCategory::Auth);
                return Err(failure::passing(asked.payment, code, why));
            }
        }
        Ok(Next::On)
    }

    /// Presents what is signed, until something is given, or it is worth nothing, or the time is up.
    async fn present(&self, asked: &Asked, signed: &Signed, end: Instant) -> Result<Next, Failure> {
        let mut pause = PAUSE;
        loop {
            if self.room.clock.now().unix_timestamp() > signed.wish.authorization.deadline() {
                return self.outlive(asked, signed, end).await;
            }
            let within = end.saturating_duration_since(Instant::now());
            let outcome = match self.show(asked, signed, within).await? {
                Ok(next) => return Ok(next),
                Err(outcome) => outcome,
            };
            self.tell(asked, Order::Present(outcome.clone())).await?;
            if let Outcome::Refused { reason, .. } = &outcome {
                let why = format!(
                    "the seller does not take the payment: {reason}; what was signed is presented again when this \
                     is repeated, and nothing else is signed while it counts"
                );
                let code = (REFUSED, FailureCategory::Service);
                return Err(failure::passing(asked.payment, code, why));
            }
            if Instant::now() + pause >= end {
                return Err(pending(asked.payment, &outcome));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Shows a payment once: what follows, or what came of it where nothing does yet.
    async fn show(
        &self,
        asked: &Asked,
        signed: &Signed,
        within: Duration,
    ) -> Result<Result<Next, Outcome>, Failure> {
        let request = asked.request.clone();
        match presenting::shown(&self.egress, request, (signed, &asked.key), within).await {
            Shown::Given { mut answer, transaction } => {
                let terms = &signed.wish.offer.terms;
                answer["paid"] = true.into();
                answer["paymentId"] = json!(asked.payment);
                answer["payment"] = json!({
                    "chainId": terms.chain, "tokenAddress": terms.asset.to_checksum(None),
                    "amount": terms.amount.to_string(), "payTo": terms.pay_to.to_checksum(None),
                    "walletId": signed.wish.wallet_id, "transactionHash": transaction,
                });
                let order = Order::Pay { answer: answer.into(), transaction };
                self.tell(asked, order).await?;
                Ok(Ok(Next::On))
            }
            Shown::Kept { transaction, why } => {
                self.tell(asked, Order::Lose { transaction }).await?;
                Err(lost(asked.payment, transaction, &why))
            }
            Shown::Nothing(outcome) => Ok(Err(outcome)),
        }
    }

    /// What counts no longer was carried out, or never will be: the chain says which.
    async fn outlive(&self, asked: &Asked, signed: &Signed, end: Instant) -> Result<Next, Failure> {
        let (id, wish) = (asked.payment, &signed.wish);
        let hindered = |hindrance: Hindrance| failure::hindered(id, &hindrance);
        let (asset, authorization) = (wish.offer.terms.asset, &wish.authorization);
        let nodes = self.room.nodes(asked.organization, asked.chain).await.map_err(hindered)?;
        let mut pause = PAUSE;
        loop {
            match chain::seen(&*nodes, asset, authorization, wish.block).await {
                Ok(Seen::Carried(hash)) => {
                    // He has the money: perhaps he gives it to who asks once more.
                    let within = end.saturating_duration_since(Instant::now());
                    if let Ok(next) = self.show(asked, signed, within).await? {
                        return Ok(next);
                    }
                    self.tell(asked, Order::Lose { transaction: Some(hash) }).await?;
                    return Ok(Next::On);
                }
                Ok(Seen::Dead(block, number)) => {
                    self.tell(asked, Order::Expire { block, number }).await?;
                    let why = "the payment was not carried out in time, and is worth nothing any more; nothing \
                               was paid. Repeated, the request is made anew";
                    return Err(failure::passing(id, (EXPIRED, FailureCategory::Service), why));
                }
                Ok(Seen::Free | Seen::Cancelled | Seen::Unclear) | Err(Hindrance::Moving) => {}
                Err(hindrance) => return Err(hindered(hindrance)),
            }
            if Instant::now() + pause >= end {
                let outcome = Outcome::Unknown { message: "its time is over".to_owned() };
                return Err(pending(id, &outcome));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Notes something. Where somebody else was faster, what he noted counts.
    async fn tell(&self, asked: &Asked, order: Order) -> Result<(), Failure> {
        let metadata = Metadata::new(asked.organization, NAME, CommandId::generate());
        let command = Command { at: self.room.clock.now(), order };
        let context = Context::new(metadata);
        let id = asked.payment;
        match self.payments.execute(&id.to_string(), command, context).await {
            Ok(_) | Err(NotExecuted::Refused(payment::Error::OutOfPlace)) => Ok(()),
            Err(NotExecuted::Refused(
                refusal @ (payment::Error::OtherRequest
                | payment::Error::Unknown
                | payment::Error::Exhausted
                | payment::Error::Forged),
            )) => {
                let code = (UNPAYABLE, FailureCategory::Validation);
                Err(failure::lasting(id, code, refusal.to_string()))
            }
            Err(NotExecuted::Journal(error)) => Err(failure::hindered(id, &error.into())),
            Err(
                NotExecuted::Conflict
                | NotExecuted::Fenced
                | NotExecuted::ClaimTaken { .. }
                | NotExecuted::ReceiptTaken
                | NotExecuted::NotAllowed,
            ) => Err(failure::hindered(id, &Hindrance::Contended)),
        }
    }
}

/// The way that is paid, of those that a seller offers.
fn chosen(asked: &Asked, response: &Response) -> Result<(crate::x402::Version, Offer), Failure> {
    let id = asked.payment;
    let lasting = |code, why| failure::lasting(id, (code, FailureCategory::Amount), why);
    let demand = presenting::demanded(response)
        .map_err(|why| failure::lasting(id, (UNPAYABLE, FailureCategory::Service), why))?;
    let fits = |terms: &Terms| terms.chain == asked.chain && terms.asset == asked.token;
    let Some(offer) = demand.cheapest(fits) else {
        let why = format!(
            "it is not sold for the token {} on chain {}: the seller takes {}; nothing was paid",
            asked.token,
            asked.chain,
            demand.in_words()
        );
        return Err(lasting(UNPAYABLE, why));
    };
    let Terms { amount, pay_to, .. } = offer.terms;
    if asked.pay_to.is_some_and(|known| known != pay_to) {
        let why = format!(
            "{pay_to} is to be paid, who is not whom this endpoint named when it was taken up: try it again, and \
             take it up anew where that is right; nothing was paid"
        );
        return Err(lasting(UNPAYABLE, why));
    }
    if amount > asked.max_price {
        let why = format!(
            "{amount} is asked for, and at most {} may be paid; nothing was paid",
            asked.max_price
        );
        return Err(lasting(TOO_DEAR, why));
    }
    Ok((demand.version, offer.clone()))
}

/// What tells a request from another one, and what of it is kept.
fn opening(asked: &Asked) -> Opening {
    let request = &asked.request;
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    part(request.method.as_str().as_bytes());
    part(request.url.as_bytes());
    let mut headers: Vec<_> = request.headers.iter().collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    for (name, value) in headers {
        part(name.as_str().as_bytes());
        part(value.as_bytes());
    }
    part(&request.body);
    let url = request.url.split(['?', '#']).next().unwrap_or_default().to_owned();
    Opening {
        payment_id: asked.payment,
        organization_id: asked.organization,
        endpoint_id: asked.endpoint,
        method: request.method.to_string(),
        url,
        fingerprint: hex(&digest.finalize()),
        origin: asked.origin.clone(),
    }
}

fn pending(payment: PaymentId, outcome: &Outcome) -> Failure {
    let so_far = match outcome {
        Outcome::Unknown { message } => message.as_str(),
        Outcome::Pending => "the seller says that it is on its way",
        Outcome::Refused { reason, .. } => reason.as_str(),
    };
    let why = format!(
        "it is not known yet what became of the payment: {so_far}. Repeated, the same payload is presented; a \
         second one is not signed while this one counts"
    );
    failure::passing(payment, (PENDING, FailureCategory::Timeout), why)
}

fn lost(payment: PaymentId, transaction: Option<B256>, why: &str) -> Failure {
    let by = transaction.map(|hash| format!(" by {hash}")).unwrap_or_default();
    let why = format!("the payment was carried out{by}, and nothing was given for it: {why}");
    failure::lasting(payment, (LOST, FailureCategory::Service), why)
}
