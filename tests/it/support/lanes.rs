//! Transactions that stand on the ledger without anybody having sent them.

use alloy_primitives::{Address, Bytes, U256};
use chainkeel::aggregates::wallet_lane::{self, Call, Command, Intent, Order, Origin, Until};
use chainkeel::journal::{Bells, Config, Context, Journal, Lane, Metadata, Store, StreamId};
use chainkeel::primitives::{
    Clock as _, CommandId, IntentId, OrganizationId, RunId, SystemClock, WalletId, WorkflowId,
};
use time::Duration;

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
        origin: Origin {
            run_id: RunId::generate(),
            node_id: "pay".to_owned(),
            workflow_id: WorkflowId::generate(),
            trigger: "manual".to_owned(),
            started_by: "admin".to_owned(),
        },
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
