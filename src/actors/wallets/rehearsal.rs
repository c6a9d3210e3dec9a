//! What a run would do to chains: its nodes ask chains that are imagined upon their newest blocks, and its
//! transactions are judged, tried and made there. Nothing is reserved, signed or sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use engine::rehearsal::{Call, Purpose, Said};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::hindrance::Hindrance;
use super::room::LaneRoom;
use super::{fees, judging, outcome, reaction, sending};
use crate::abi::Reason;
use crate::actions::{self, ChainReads};
use crate::actors::detector::chain_watcher::ChainDesk;
use crate::aggregates::wallet_lane::{self, Inclusion, Intent, Origin};
use crate::chains::{
    Called, ChainReader, ChainWriter as _, Gas, Imagined, Market, Message, NoReader, Readers,
};
use crate::onchain::Wish;
use crate::policies::Decision;
use crate::policies::limits::Book;
use crate::primitives::{ChainId, IntentId, OrganizationId, RunId, WalletId, WorkflowId};
use crate::projections::transactions::OpenLane;
use crate::transactions::{Fees, Unsigned};

/// How many rehearse at the same time.
const AT_ONCE: usize = 4;
/// How long a question may take that a run would give as long as it likes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where runs rehearse. Cheap to clone.
#[derive(Clone)]
pub struct Rehearsals {
    room: LaneRoom,
    places: Arc<Semaphore>,
}

/// Whose run it would be.
#[derive(Debug, Clone)]
pub struct Whose {
    /// The organization.
    pub organization: OrganizationId,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The kind of the trigger that would begin it.
    pub trigger: String,
    /// Who would begin it, as an auditor reads it.
    pub started_by: String,
}

/// Nobody can say what a node would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "what node \"{node}\" would do to its chain cannot be foreseen: {problem}: mock it, or name an endpoint of \
     the chain that serves eth_simulateV1"
)]
pub struct NotForeseen {
    /// The node.
    pub node: String,
    /// Why.
    pub problem: String,
}

/// A transaction that a run would want.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeseenTransaction {
    /// By which node.
    pub node: String,
    /// By which wallet.
    pub wallet: WalletId,
    /// On which chain.
    pub chain: u64,
    /// The wallet's address.
    pub from: Address,
    /// What it would call.
    pub call: wallet_lane::Call,
    /// What the policies would say, with all reasons.
    pub decision: Decision,
    /// The nonce and the gas it would use, and what that would cost at the price of now, in wei; none where it
    /// would not be sent.
    pub made: Option<(u64, u64, U256)>,
    /// Why it would come to nothing.
    pub refusal: Option<String>,
}

/// One run that rehearses.
pub struct ChainRehearsal {
    room: LaneRoom,
    whose: Whose,
    run: RunId,
    chains: Arc<ImaginedChains>,
    reads: ChainReads,
    book: Option<Book>,
    /// What the wallets have paid for gas: on an imagined chain it costs nothing.
    paid: BTreeMap<(WalletId, u64), U256>,
    transactions: Vec<ForeseenTransaction>,
    _place: OwnedSemaphorePermit,
}

/// The chains of an organization, imagined from the block on that was the newest when they were asked first.
struct ImaginedChains {
    desk: ChainDesk,
    open: Mutex<BTreeMap<ChainId, Arc<Imagined>>>,
}

impl ImaginedChains {
    async fn of(
        &self,
        organization: OrganizationId,
        chain: ChainId,
    ) -> Result<Option<Arc<Imagined>>, Hindrance> {
        let mut open = self.open.lock().await;
        if let Some(known) = open.get(&chain) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(reader) = self.desk.reader(organization, chain).await? else { return Ok(None) };
        let imagined = Arc::new(Imagined::upon(reader).await?);
        open.insert(chain, Arc::clone(&imagined));
        Ok(Some(imagined))
    }
}

impl Readers for ImaginedChains {
    fn reader(
        &self,
        organization: OrganizationId,
        chain: ChainId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ChainReader>>, NoReader>> {
        async move {
            match self.of(organization, chain).await {
                Ok(imagined) => Ok(imagined.map(|it| it as Arc<dyn ChainReader>)),
                Err(why) => Err(NoReader { chain, source: Box::new(why) }),
            }
        }
        .boxed()
    }
}

impl Rehearsals {
    /// Rehearsals by the wallets and policies of this room.
    pub fn new(room: LaneRoom) -> Self {
        Self { room, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// A rehearsal; none where too many rehearse already.
    pub fn begin(&self, whose: Whose) -> Option<ChainRehearsal> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let desk = self.room.chains.clone();
        let chains = Arc::new(ImaginedChains { desk, open: Mutex::default() });
        let readers: Arc<dyn Readers> = Arc::clone(&chains) as _;
        Some(ChainRehearsal {
            room: self.room.clone(),
            whose,
            run: RunId::generate(),
            reads: ChainReads::through(&readers),
            chains,
            book: None,
            paid: BTreeMap::new(),
            transactions: Vec::new(),
            _place: place,
        })
    }
}

impl ChainRehearsal {
    /// What chains and signers would answer to a call of a node; none where it is none of theirs.
    ///
    /// # Errors
    /// Nobody can say it.
    pub async fn answer(&mut self, call: &Call) -> Result<Option<Said>, NotForeseen> {
        let node = call.address.to_string();
        if let Some(wish) = Wish::of(&call.kind, &call.input) {
            let answer = match wish {
                Ok(wish) => self.transact(&node, &wish).await,
                Err(problems) => Ok(outcome::invalid(&problems)),
            };
            let problem = |why: Hindrance| NotForeseen { node, problem: why.in_words() };
            return answer.map(|it| Some(Said::Response(it.into()))).map_err(problem);
        }
        let Purpose::Effect { timeout_ms } = call.purpose else { return Ok(None) };
        let asked = actions::Call {
            input: Arc::clone(&call.input),
            idempotency_key: String::new(),
            timeout: Duration::from_millis(timeout_ms).min(PATIENCE),
            connector: None,
            origin: actions::Origin {
                organization: self.whose.organization,
                workflow: self.whose.workflow.to_string(),
                run: self.run,
                node,
            },
        };
        let told = self.reads.perform(&call.kind, asked).await;
        Ok(told.map(|told| match told {
            Ok(result) => Said::Response(result),
            Err(failure) => Said::Failure(failure),
        }))
    }

    /// The transactions that were wanted, in their order.
    pub fn into_transactions(self) -> Vec<ForeseenTransaction> {
        self.transactions
    }

    /// What the lane would tell a node.
    async fn transact(&mut self, node: &str, wish: &Wish) -> Result<Value, Hindrance> {
        let organization = self.whose.organization;
        let wallets = self.room.wallets.load(&organization.to_string()).await?.aggregate;
        let by = match wallets.chosen(wish.wallet) {
            Ok((id, wallet)) => (id, wallet.address),
            Err(why) => return Ok(outcome::no_wallet(&why)),
        };
        let Some(chain) = self.chains.of(organization, wish.chain).await? else {
            return Ok(outcome::no_endpoints(wish.chain.0));
        };
        let origin = Origin {
            run_id: self.run,
            node_id: node.to_owned(),
            workflow_id: self.whose.workflow,
            trigger: self.whose.trigger.clone(),
            started_by: self.whose.started_by.clone(),
        };
        let now = self.room.clock.now();
        let intent = reaction::intent(wish, organization, by, (origin, now));
        self.carry_out(intent, &chain).await
    }

    /// As a lane does it: the trial gives the gas, the policies are asked, then it is made.
    async fn carry_out(&mut self, intent: Intent, chain: &Imagined) -> Result<Value, Hindrance> {
        let lane = OpenLane {
            organization: intent.organization_id,
            wallet: intent.wallet_id,
            chain: intent.chain_id,
        };
        let (id, call) = (intent.intent_id, intent.call.clone());
        let message = Message { gas: intent.gas_limit, ..sending::message(&intent) };
        let tried = chain.gas(&message, chain.block()).await?;
        let market = chain.market().await?;
        let gas = sending::judged_gas(&intent, &tried);
        let budget = intent.max_fee_total.unwrap_or_else(|| fees::budget(market, gas));
        let laws = &self.room.laws;
        let (decision, denied) =
            judging::foresee(laws, &intent, (gas, budget), &mut self.book).await?;
        let mut foreseen = ForeseenTransaction {
            node: intent.origin.node_id.clone(),
            wallet: intent.wallet_id,
            chain: intent.chain_id,
            from: intent.address,
            call,
            decision,
            made: None,
            refusal: denied,
        };
        let answer = if let Some(why) = &foreseen.refusal {
            outcome::denied(lane, id, Some(why))
        } else {
            let wanting = self.wanting(&intent, chain, (gas, market)).await?;
            match (wanting, tried) {
                (None, Gas::Enough(_)) => {
                    match self.make(&intent, chain, (&message, gas, market)).await? {
                        Ok(inclusion) => {
                            let made = (inclusion.nonce, inclusion.gas_used, inclusion.fee());
                            foreseen.made = Some(made);
                            outcome::included(id, lane, &inclusion)
                        }
                        Err(reason) => would_fail(lane, id, &mut foreseen, reason),
                    }
                }
                (Some(reason), Gas::Enough(_)) => would_fail(lane, id, &mut foreseen, reason),
                (_, Gas::Undone(refusal)) => {
                    let reason = Reason::of(&refusal.words, refusal.data.as_ref(), &[]).words();
                    would_fail(lane, id, &mut foreseen, reason)
                }
            }
        };
        self.transactions.push(foreseen);
        Ok(answer)
    }

    /// Why the wallet could not pay for it.
    async fn wanting(
        &self,
        intent: &Intent,
        chain: &Imagined,
        (gas, market): (u64, Market),
    ) -> Result<Option<String>, Hindrance> {
        let balance = chain.balance(intent.address, chain.block()).await?;
        let paid = self.paid.get(&(intent.wallet_id, intent.chain_id)).copied().unwrap_or_default();
        let balance = balance.ok_or(Hindrance::Moving)?.saturating_sub(paid);
        let fees = sending::most(gas, fees::asked(market).at_most());
        let needed = intent.call.value.saturating_add(fees);
        Ok((balance < needed).then(|| {
            format!(
                "insufficient funds: the wallet would have {balance} wei, and {needed} are needed for value \
                 and fees"
            )
        }))
    }

    /// Makes it on the imagined chain, or says why it would be undone.
    async fn make(
        &mut self,
        intent: &Intent,
        chain: &Imagined,
        (message, gas, market): (&Message, u64, Market),
    ) -> Result<Result<Inclusion, String>, Hindrance> {
        let nonce = chain.nonce(intent.address, chain.block()).await?.ok_or(Hindrance::Moving)?;
        let made = chain.make(message).await?.ok_or(Hindrance::Moving)?;
        if let Called::Undone(refusal) = made.called {
            return Ok(Err(Reason::of(&refusal.words, refusal.data.as_ref(), &[]).words()));
        }
        let unsigned = Unsigned {
            chain_id: intent.chain_id,
            nonce,
            gas_limit: gas,
            to: message.to,
            value: message.value,
            data: message.data.clone(),
            access_list: Vec::new(),
            fees: fees::asked(market),
        };
        let inclusion = Inclusion {
            // No chain has it under this hash: it is that of what nobody signed.
            hash: unsigned.digest(),
            from: intent.address,
            nonce,
            block_number: chain.block().number.saturating_add(1),
            block_hash: B256::ZERO,
            is_success: true,
            gas_used: made.gas_used,
            gas_price: paid_price(market).to_string(),
            contract: unsigned.creates(intent.address),
        };
        let paid = self.paid.entry((intent.wallet_id, intent.chain_id)).or_default();
        *paid = paid.saturating_add(inclusion.fee());
        Ok(Ok(inclusion))
    }
}

/// What a gas costs in the next block.
const fn paid_price(market: Market) -> u128 {
    match (market, fees::asked(market)) {
        (Market::Dynamic { base_fee, .. }, Fees::Dynamic { max_priority_fee, .. }) => {
            base_fee.saturating_add(max_priority_fee)
        }
        (Market::Dynamic { .. } | Market::Legacy { .. }, fees) => fees.at_most(),
    }
}

fn would_fail(
    lane: OpenLane,
    id: IntentId,
    foreseen: &mut ForeseenTransaction,
    reason: String,
) -> Value {
    let answer = outcome::would_fail(lane, id, &reason);
    foreseen.refusal = Some(reason);
    answer
}
