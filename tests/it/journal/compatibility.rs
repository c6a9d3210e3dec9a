//! The table `events` is postgres-es's: its programs read what we wrote, and we what they write.

use std::collections::HashMap;
use std::sync::Arc;

use chainkeel::journal::{Outcome, StreamId};
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{Aggregate, AggregateError, CqrsFramework, DomainEvent, EventStore};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};

use super::ledger::{Ledger, append, run};

#[derive(Debug, Default, Serialize, Deserialize)]
struct Account {
    balance: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Event {
    Deposited { amount: i64 },
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        "deposited".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no")]
struct Refused;

impl Aggregate for Account {
    const TYPE: &'static str = "purse";
    type Command = i64;
    type Event = Event;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        amount: i64,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refused> {
        if amount == 0 {
            return Err(Refused);
        }
        sink.write(Event::Deposited { amount }, self).await;
        sink.write(Event::Deposited { amount: 1 }, self).await;
        Ok(())
    }

    fn apply(&mut self, Event::Deposited { amount }: Event) {
        self.balance += amount;
    }
}

fn metadata() -> HashMap<String, String> {
    let organization = chainkeel::primitives::OrganizationId::DEFAULT;
    HashMap::from([("organization_id".to_owned(), organization.to_string())])
}

async fn with_accounts() -> Ledger {
    let ledger = Ledger::new().await;
    // All that a new kind of aggregate needs.
    sqlx::query("select journal_add_aggregate_type('purse')")
        .execute(&ledger.database.pool)
        .await
        .unwrap();
    ledger
}

#[tokio::test]
async fn a_plain_postgres_es_program_runs_over_the_same_table() {
    let ledger = with_accounts().await;
    let mut sequencer = ledger.sequencer().await;
    let store =
        PersistedEventStore::new_event_store(PostgresEventRepository::new(ledger.app.clone()));
    let accounts = CqrsFramework::<Account, _>::new(store, Vec::new(), ());

    accounts.execute_with_metadata("a", 10, metadata()).await.unwrap();
    accounts.execute_with_metadata("a", 5, metadata()).await.unwrap();
    let refused = accounts.execute_with_metadata("a", 0, metadata()).await;
    assert!(matches!(refused, Err(AggregateError::UserError(Refused))));
    // Without an organization nothing is recorded.
    assert!(accounts.execute("a", 5).await.is_err());

    assert_eq!(sequencer.tick().await.unwrap().assigned, 4);
    let events = ledger.journal.read_after(0, 10).await.unwrap();
    assert_eq!(events.len(), 4);
    assert_eq!(events[3].sequence, 4);
    let payload: serde_json::Value = serde_json::from_str(&events[0].payload).unwrap();
    assert_eq!(payload, serde_json::json!({"Deposited": {"amount": 10}}));
    // And the journal writes behind what that program wrote.
    let stream = StreamId::new("purse", "a");
    assert_eq!(ledger.journal.append(append(&stream, 3, 1)).await.unwrap(), Outcome::Conflict);
    let next = ledger.journal.append(append(&stream, 4, 1)).await.unwrap();
    assert_eq!(next, Outcome::Appended { last: 5 });
}

#[tokio::test]
async fn a_plain_postgres_es_program_reads_what_the_journal_wrote() {
    let ledger = with_accounts().await;
    let ours = Arc::new(chainkeel::journal::Store::<Account>::new(ledger.journal.clone(), vec![]));
    let context = ours.load_aggregate("b").await.unwrap();
    let deposit = vec![Event::Deposited { amount: 3 }, Event::Deposited { amount: 4 }];
    ours.commit(deposit.clone(), context, metadata()).await.unwrap();

    let repository = PostgresEventRepository::new(ledger.app.clone());
    let events = repository.get_events::<Account>("b").await.unwrap();
    assert_eq!(events.len(), 2);
    let theirs = PersistedEventStore::<_, Account>::new_event_store(repository);
    let loaded = theirs.load_events("b").await.unwrap();
    assert_eq!(loaded.iter().map(|event| event.payload.clone()).collect::<Vec<_>>(), deposit);
    assert_eq!(theirs.load_aggregate("b").await.unwrap().aggregate.balance, 7);
}

#[tokio::test]
async fn the_framework_of_cqrs_es_runs_over_our_store() {
    let ledger = with_accounts().await;
    let store = chainkeel::journal::Store::<Account>::new(ledger.journal.clone(), vec![]);
    let accounts = CqrsFramework::new(store.clone(), Vec::new(), ());
    accounts.execute_with_metadata("c", 10, metadata()).await.unwrap();
    accounts.execute_with_metadata("c", 20, metadata()).await.unwrap();
    assert!(accounts.execute("c", 1).await.is_err(), "no organization");

    let loaded = store.load("c").await.unwrap();
    assert_eq!((loaded.last, loaded.aggregate.balance), (4, 32));
    let envelopes = EventStore::<Account>::load_events(&store, "c").await.unwrap();
    assert_eq!(envelopes.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(envelopes[0].metadata.contains_key("command_id"));

    // Two frameworks at the same place: the later one is told.
    let (first, second) =
        (store.load_aggregate("c").await.unwrap(), store.load_aggregate("c").await.unwrap());
    let event = || vec![Event::Deposited { amount: 1 }];
    store.commit(event(), first, metadata()).await.unwrap();
    let late = store.commit(event(), second, metadata()).await;
    assert!(matches!(late, Err(AggregateError::AggregateConflict)));
    let _ = run();
}
