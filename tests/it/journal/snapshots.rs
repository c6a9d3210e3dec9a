//! A long lane is folded from its last snapshot on, and never into anything that the ledger does not say.

use alloy_primitives::{Address, Bytes, U256};
use chainkeel::aggregates::wallet_lane::{
    Call, Command, Intent, Lane, Order, Origin, Until, Verdict,
};
use chainkeel::journal::{Context, Store, StreamId};
use chainkeel::primitives::{
    Clock as _, IntentId, OrganizationId, RunId, SystemClock, WalletId, WorkflowId,
};
use serde_json::{Value, json};
use time::Duration;

use super::ledger::{Ledger, metadata};

/// More events than a lane has between two snapshots.
const MANY: usize = 150;

struct Long {
    ledger: Ledger,
    lanes: Store<Lane>,
    wallet: WalletId,
    id: String,
}

impl Long {
    /// A lane in which many intents were accepted and denied, and one that is open.
    async fn new() -> Self {
        let ledger = Ledger::new().await;
        let wallet = WalletId::generate();
        let id = StreamId::wallet_lane(wallet, 1).aggregate_id;
        let lanes = Store::wallet_lanes(ledger.journal.clone());
        let long = Self { ledger, lanes, wallet, id };
        for _ in 0..MANY {
            long.refused().await;
        }
        long.accepted().await;
        long
    }

    async fn refused(&self) {
        let intent = self.accepted().await;
        let (verdict, reasons) = (Verdict::Denied("no".to_owned()), json!([]).into());
        self.tell(Order::Judge { intent, verdict, reasons }).await;
    }

    async fn accepted(&self) -> IntentId {
        let intent = Intent {
            intent_id: IntentId::generate(),
            organization_id: OrganizationId::DEFAULT,
            wallet_id: self.wallet,
            address: Address::repeat_byte(1),
            chain_id: 1,
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
            expires_at: SystemClock.now() + Duration::DAY,
        };
        let id = intent.intent_id;
        self.tell(Order::Accept(Box::new(intent))).await;
        id
    }

    async fn tell(&self, order: Order) {
        let command = Command { by: "test".to_owned(), at: SystemClock.now(), order };
        self.lanes.execute(&self.id, command, Context::new(metadata())).await.unwrap();
    }

    /// What all events say.
    async fn told(&self) -> (Lane, i64) {
        let loaded = self.lanes.clone().without_snapshots().load(&self.id).await.unwrap();
        (loaded.aggregate, loaded.last)
    }

    /// What is read by way of the snapshot.
    async fn read(&self) -> (Lane, i64) {
        let loaded = self.lanes.load(&self.id).await.unwrap();
        (loaded.aggregate, loaded.last)
    }

    async fn kept(&self) -> Option<(i64, Value)> {
        let row = sqlx::query!("select sequence, state from snapshots");
        let row = row.fetch_optional(&self.ledger.database.pool).await.unwrap();
        row.map(|row| (row.sequence, row.state))
    }
}

#[actix_web::test]
async fn a_lane_is_folded_on_from_its_snapshot_into_what_its_events_say() {
    // given a lane of some three hundred events
    let long = Long::new().await;

    // then a snapshot of its first events is kept, and what is read by it is what all events say
    let (sequence, state) = long.kept().await.unwrap();
    assert!((256..=2 * MANY as i64).contains(&sequence), "{sequence}");
    assert_eq!(long.read().await, long.told().await);

    // and it is used: a state that is changed by hand is found in what is read
    let mut changed = state;
    changed["next_nonce"] = 77.into();
    sqlx::query!("update snapshots set state = $1", changed)
        .execute(&long.ledger.database.pool)
        .await
        .unwrap();
    assert_eq!(long.read().await.0.next_nonce, 77);
    assert_eq!(long.told().await.0.next_nonce, 0, "who believes events alone is not misled");
}

#[actix_web::test]
async fn a_snapshot_of_another_history_or_form_or_of_nothing_is_not_used() {
    let long = Long::new().await;
    let truth = long.told().await;
    for spoil in [
        "update snapshots set recorded_at = recorded_at + interval '1 second'",
        "update snapshots set sequence = 100000",
        "update snapshots set form = form + 1, state = '{}'",
        "update snapshots set state = '[]'",
        "delete from snapshots",
    ] {
        // given a snapshot that does not fit, whose state would be another
        sqlx::raw_sql("update snapshots set state = jsonb_set(state, '{next_nonce}', '77')")
            .execute(&long.ledger.database.pool)
            .await
            .unwrap();
        sqlx::raw_sql(spoil).execute(&long.ledger.database.pool).await.unwrap();

        // when the lane is read, then it is what its events say
        assert_eq!(long.read().await, truth, "after: {spoil}");
        sqlx::raw_sql("delete from snapshots").execute(&long.ledger.database.pool).await.unwrap();
        assert_eq!(long.read().await, truth);
        assert!(long.kept().await.is_some(), "it is kept anew");
    }
}
