//! Commands through the aggregates' store.

use std::sync::Arc;

use chainkeel::journal::{
    Context, Executed, Memory, NotExecuted, Receipt, Recorded, Side, Store, StreamId,
};
use chainkeel::primitives::OrganizationId;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

use super::ledger::{Ledger, metadata};

/// Counts, and refuses to count past ten. Its stream is a workflow's, since those have a partition.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Counter(u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Counted { to: u32 },
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        "counted".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("ten is enough")]
struct Enough;

impl Aggregate for Counter {
    const TYPE: &'static str = "workflow";
    type Command = u32;
    type Event = Event;
    type Error = Enough;
    type Services = ();

    async fn handle(&mut self, by: u32, (): &(), sink: &EventSink<Self>) -> Result<(), Enough> {
        for _ in 0..by {
            if self.0 == 10 {
                return Err(Enough);
            }
            sink.write(Event::Counted { to: self.0 + 1 }, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, Event::Counted { to }: Event) {
        self.0 = to;
    }
}

fn store(ledger: &Ledger) -> Store<Counter> {
    Store::new(ledger.journal.clone(), Vec::new())
}

#[tokio::test]
async fn a_command_is_decided_recorded_and_answered() {
    let ledger = Ledger::new().await;
    let store = store(&ledger);
    let done = store.execute("c", 3, Context::new(metadata())).await.unwrap();
    assert_eq!((done.events.len(), done.last, done.aggregate.0), (3, 3, 3));
    let nothing = store.execute("c", 0, Context::new(metadata())).await.unwrap();
    assert_eq!((nothing.events.len(), nothing.last, nothing.aggregate.0), (0, 3, 3));
    let refused = store.execute("c", 8, Context::new(metadata())).await;
    assert!(matches!(refused, Err(NotExecuted::Refused(Enough))));
    let loaded = store.load("c").await.unwrap();
    assert_eq!((loaded.last, loaded.aggregate.0), (3, 3));
}

#[tokio::test]
async fn what_is_in_memory_is_what_is_recorded_whoever_writes_and_whatever_is_refused() {
    // given an aggregate in memory, to which others write as well
    let ledger = Ledger::new().await;
    let store = store(&ledger);
    let memory = Memory::of(store.clone());
    let context = || Context::new(metadata());
    memory.execute("c", 3, context()).await.unwrap();
    store.execute("c", 2, context()).await.unwrap();

    // when it is read or told something, then that knows of them
    assert_eq!(memory.read("c", |counter| counter.0).await.unwrap(), 5);
    store.execute("c", 1, context()).await.unwrap();
    let told = memory.execute_and_look("c", 1, context(), |counter| counter.0).await.unwrap();
    assert_eq!(told, (vec![Event::Counted { to: 7 }], 7));
    store.execute("c", 1, context()).await.unwrap();
    let (events, seen) =
        memory.execute_and_look("c", 0, context(), |counter| counter.0).await.unwrap();
    assert_eq!((events, seen), (Vec::new(), 8), "what changes nothing looks again");

    // and what is refused half-way leaves nothing behind
    let refused = memory.execute("c", 9, context()).await;
    assert!(matches!(refused, Err(NotExecuted::Refused(Enough))));
    assert_eq!(memory.read("c", |counter| counter.0).await.unwrap(), 8);
    let told = memory.execute("c", 1, context()).await.unwrap();
    assert_eq!(told, [Event::Counted { to: 9 }]);
    assert_eq!(store.load("c").await.unwrap().aggregate.0, 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_meet_are_decided_anew_and_none_is_lost() {
    let ledger = Ledger::new().await;
    let store = Arc::new(store(&ledger));
    let calls = (0..12).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            loop {
                match store.execute("c", 1, Context::new(metadata())).await {
                    Err(NotExecuted::Conflict) => {}
                    decided => return decided.is_ok(),
                }
            }
        })
    });
    let executed = futures::future::try_join_all(calls).await.unwrap();
    assert_eq!(executed.iter().filter(|executed| **executed).count(), 10, "ten is enough");
    let events = ledger.journal.read_stream(&StreamId::new("workflow", "c"), 0, 100).await.unwrap();
    let counted: Vec<String> = events.iter().map(|event| event.payload.clone()).collect();
    let expected: Vec<String> =
        (1..=10).map(|to| format!(r#"{{"counted":{{"to":{to}}}}}"#)).collect();
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn the_answer_is_kept_with_the_events() {
    let ledger = Ledger::new().await;
    let store = store(&ledger);
    let receipt = |executed: &Executed<Counter>| {
        vec![Side::Receipt(Receipt {
            organization: OrganizationId::DEFAULT,
            principal: "admin".to_owned(),
            route: "POST /v1/counters".to_owned(),
            key: "k".to_owned(),
            fingerprint: "f".to_owned(),
            status: 200,
            response: format!(r#"{{"count":{}}}"#, executed.aggregate.0),
        })]
    };
    store.execute_with("c", 2, Context::new(metadata()), receipt).await.unwrap();
    let again = store.execute_with("c", 2, Context::new(metadata()), receipt).await;
    assert!(matches!(again, Err(NotExecuted::ReceiptTaken)));
    let kept =
        ledger.journal.receipt(OrganizationId::DEFAULT, "admin", "POST /v1/counters", "k").await;
    assert_eq!(kept.unwrap().unwrap().response, r#"{"count":2}"#);
    assert_eq!(store.load("c").await.unwrap().aggregate.0, 2);
}

#[tokio::test]
async fn a_recorded_event_of_a_workflow_or_run_is_read_as_what_it_is() {
    let ledger = Ledger::new().await;
    store(&ledger).execute("c", 1, Context::new(metadata())).await.unwrap();
    let events: Vec<Recorded> =
        ledger.journal.read_stream(&StreamId::new("workflow", "c"), 0, 1).await.unwrap();
    let error = events[0].workflow().unwrap_err();
    assert_eq!(error.to_string(), "decoding event 1 of workflow c");
    assert!(events[0].fact().is_err());
}
