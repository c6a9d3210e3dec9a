//! Transactions and documents that stand on the ledger without a run having wanted them.

use alloy_primitives::{Address, Bytes, U256};
use chainkeel::aggregates::signature_request;
use chainkeel::aggregates::wallet_lane::{self, Call, Command, Intent, Order, Origin, Until};
use chainkeel::journal::{Bells, Config, Context, Journal, Lane, Metadata, Store, StreamId};
use chainkeel::primitives::{
    Clock as _, CommandId, IntentId, OrganizationId, RunId, SystemClock, WalletId, WorkflowId,
};
use time::Duration;

use chainkeel::transactions::TypedData;
use serde_json::{Value, json};

use super::TestDatabase;

/// A transaction that a wallet of the first organization is wanted to send on a chain of which nobody
/// knows; its id. It stays where it is.
pub(crate) async fn wanted(database: &TestDatabase, wallet: &str) -> String {
    let (journal, lanes) =
        Journal::open(database.pool.clone(), &Bells::default(), Config::default());
    let (organization, wallet): (_, WalletId) = (OrganizationId::DEFAULT, wallet.parse().unwrap());
    let (chain, at) = (4_000_000_007, SystemClock.now());
    let intent = Intent {
        intent_id: IntentId::generate(),
        organization_id: organization,
        wallet_id: wallet,
        address: Address::repeat_byte(1),
        chain_id: chain,
        origin: origin(),
        call: Call { to: Some(Address::repeat_byte(2)), value: U256::ONE, data: Bytes::new() },
        until: Until::Final,
        gas_limit: None,
        max_fee_total: None,
        expires_at: at + Duration::DAY,
    };
    let id = intent.intent_id.to_string();
    let metadata = Metadata::new(organization, "test".to_owned(), CommandId::generate());
    let command = Command { by: "test".to_owned(), at, order: Order::Accept(Box::new(intent)) };
    let stream = StreamId::wallet_lane(wallet, chain).aggregate_id;
    let store: Store<wallet_lane::Lane> = Store::wallet_lanes(journal.clone());
    let accepting = async {
        store.execute(&stream, command, Context::new(metadata)).await.unwrap();
        journal.close();
    };
    futures::future::join(accepting, futures::future::join_all(lanes.iter().map(Lane::run))).await;
    id
}

fn origin() -> Origin {
    Origin {
        run_id: RunId::generate(),
        node_id: "pay".to_owned(),
        workflow_id: WorkflowId::generate(),
        trigger: "manual".to_owned(),
        started_by: "admin".to_owned(),
    }
}

/// A document that a wallet of the first organization is wanted to sign, for somebody who is no run; its id.
pub(crate) async fn to_be_signed(database: &TestDatabase, wallet: &str) -> String {
    let document = json!({
        "types": { "Mail": [{ "name": "words", "type": "string" }] }, "primaryType": "Mail",
        "domain": { "name": "Mail", "chainId": 1 }, "message": { "words": "hello" },
    });
    to_be_signed_by(database, (wallet, Address::repeat_byte(1)), &document).await
}

/// The same of a document of one's own, by a wallet of this address.
pub(crate) async fn to_be_signed_by(
    database: &TestDatabase,
    (wallet, address): (&str, Address),
    document: &Value,
) -> String {
    let intent = signature_request::Intent {
        intent_id: IntentId::generate(),
        organization_id: OrganizationId::DEFAULT,
        wallet_id: wallet.parse().unwrap(),
        address,
        origin: origin(),
        user: Some("test".to_owned()),
        document: TypedData::read(document).unwrap(),
        expires_at: SystemClock.now() + Duration::DAY,
    };
    let id = intent.intent_id.to_string();
    tell_document(database, &id, signature_request::Order::Accept(Box::new(intent))).await;
    id
}

/// Tells a document something, as a part of the house would.
pub(crate) async fn tell_document(
    database: &TestDatabase,
    id: &str,
    order: signature_request::Order,
) {
    let (journal, lanes) =
        Journal::open(database.pool.clone(), &Bells::default(), Config::default());
    let (by, at) = ("test".to_owned(), SystemClock.now());
    let metadata = Metadata::new(OrganizationId::DEFAULT, by.clone(), CommandId::generate());
    let command = signature_request::Command { by, at, order };
    let store = Store::signature_requests(journal.clone());
    let telling = async {
        store.execute(id, command, Context::new(metadata)).await.unwrap();
        journal.close();
    };
    futures::future::join(telling, futures::future::join_all(lanes.iter().map(Lane::run))).await;
}
