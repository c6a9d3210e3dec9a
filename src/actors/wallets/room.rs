//! What lanes and documents work with.

use std::sync::Arc;

use super::bell::Bell;
use super::hindrance::Hindrance;
use super::judging::Laws;
use crate::actors::detector::chain_watcher::ChainDesk;
use crate::actors::order::Context as Ordered;
use crate::actors::ownership::Ownership;
use crate::aggregates::event::Publication;
use crate::aggregates::signature_request::SignatureRequest;
use crate::aggregates::wallet_floor::Floor;
use crate::aggregates::wallet_lane::{Lane, Origin};
use crate::aggregates::wallets::{Wallet, Wallets};
use crate::chains::{ChainReader, Readers as _};
use crate::journal::{Context, Journal, Memory, Store, slot_of};
use crate::primitives::{ChainId, Clock, OrganizationId, WalletId};
use crate::projections::signature_requests::OpenDocument;
use crate::projections::transactions::OpenLane;
use crate::projections::wallet_floors::Place;
use crate::signing::{self, KeyName, Signer, Signers};
use crate::spans::{Scope, Sink};
use crate::triggers::price::Quotes;

/// What lanes and documents work with. Cheap to clone.
#[derive(Clone)]
pub struct LaneRoom {
    pub(super) journal: Journal,
    pub(super) lanes: Memory<Lane>,
    pub(super) floors_of: Store<Floor>,
    pub(super) published: Store<Publication>,
    pub(super) requests: Store<SignatureRequest>,
    pub(super) wallets: Store<Wallets>,
    pub(super) laws: Laws,
    pub(super) chains: ChainDesk,
    pub(super) signers: Signers,
    pub(super) ownership: Arc<Ownership>,
    pub(super) bell: Bell<OpenLane>,
    pub(super) documents: Bell<OpenDocument>,
    pub(super) floors: Bell<Place>,
    pub(super) clock: Arc<dyn Clock>,
    spans: Option<Sink>,
}

impl LaneRoom {
    /// A room over this ledger, these chains and these keys.
    pub fn new(
        journal: &Journal,
        (chains, signers, quotes): (ChainDesk, Signers, Option<Quotes>),
        ownership: Arc<Ownership>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            journal: journal.clone(),
            lanes: Memory::of(Store::wallet_lanes(journal.clone())),
            floors_of: Store::wallet_floors(journal.clone()),
            published: Store::events(journal.clone()),
            requests: Store::signature_requests(journal.clone()),
            wallets: Store::wallets(journal.clone()),
            laws: Laws::new(journal, quotes, Arc::clone(&clock)),
            chains,
            signers,
            ownership,
            bell: Bell::default(),
            documents: Bell::default(),
            floors: Bell::default(),
            clock,
            spans: None,
        }
    }

    /// The same, whose work for runs is in their traces.
    #[must_use]
    pub fn traced(self, spans: Option<Sink>) -> Self {
        Self { spans, ..self }
    }

    /// The scope of what is done for whoever wants an intent; none where nobody wants to know.
    pub(super) fn scope(&self, origin: &Origin) -> Option<Scope> {
        // A node that waits is executed once.
        self.spans.as_ref()?.scope(origin.run_id, &origin.node_id, 1)
    }

    /// The nodes by which an organization reads and writes a chain.
    pub(super) async fn nodes(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<Arc<dyn ChainReader>, Hindrance> {
        let reader = self.chains.reader(organization, ChainId(chain)).await?;
        reader.ok_or(Hindrance::NoEndpoints(chain))
    }

    /// In whose name a part of the house writes to a stream, and what lets it: that the stream's slot is this
    /// process's.
    pub(super) fn as_owner(
        &self,
        organization: OrganizationId,
        part: &str,
        stream: &str,
    ) -> Result<(String, Context), Hindrance> {
        let fence = self.ownership.fence(slot_of(stream)).ok_or(Hindrance::Moved)?;
        let ordered = Ordered::of_the_house(organization, part);
        let by = ordered.actor.clone();
        Ok((by, Context { fence: Some(fence), ..Context::new(ordered.into_metadata()) }))
    }

    /// A wallet as it stands.
    pub(super) async fn wallet(
        &self,
        organization: OrganizationId,
        wallet: WalletId,
    ) -> Result<Wallet, Hindrance> {
        let mut wallets = self.wallets.load(&organization.to_string()).await?.aggregate;
        let found = wallets.all.remove(&wallet);
        found.ok_or_else(|| Hindrance::NoWallet("there is no such wallet".to_owned()))
    }

    /// The key of a wallet, and who signs with it.
    pub(super) fn key(
        &self,
        organization: OrganizationId,
        wallet: &Wallet,
    ) -> Result<(KeyName, &Signer), Hindrance> {
        let refused = |what: String| Hindrance::NoWallet(what);
        let key = KeyName::new(organization, &wallet.key);
        let key = key.map_err(|error| refused(error.to_string()))?;
        let signer = signing::Kind::named(&wallet.backend).and_then(|kind| self.signers.of(kind));
        let away = || refused(format!("its backend {} is not configured here", wallet.backend));
        Ok((key, signer.ok_or_else(away)?))
    }
}
