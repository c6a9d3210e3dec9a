//! Reactions to the ledger: at least once, their orders once, in one process at a time, and no event
//! stops the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chainkeel::actors::{Context, Follower, Mark, Part, Patience, Reaction, Trouble};
use chainkeel::journal::{
    Journal, Leases, Metadata, Outcome, Reactions, Recorded, Standing, StreamId,
};
use chainkeel::primitives::{OrganizationId, RunId, WorkflowId};
use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::stage::{Stage, append, eventually, worker};

const NAME: &str = "echo";

/// Answers each event of a run with one event in a stream that is derived from it.
#[derive(Clone)]
struct Echo {
    journal: Journal,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// What was tried, in order: stream and sequence.
    tried: Mutex<Vec<(String, i64)>>,
    /// What was carried out, in order.
    done: Mutex<Vec<(String, i64)>>,
    /// What is wrong with events of this name, and how often still.
    wrong: Mutex<HashMap<String, (Wrong, u32)>>,
}

#[derive(Clone, Copy)]
enum Wrong {
    Refused,
    Away,
    Panics,
    /// The process dies when the order stands on the ledger, before the checkpoint moves.
    HangsAfterwards,
}

impl Echo {
    fn new(stage: &Stage) -> Self {
        Self { journal: stage.journal.clone(), shared: Arc::default() }
    }

    fn make_wrong(&self, event_type: &str, wrong: Wrong, times: u32) {
        self.shared.wrong.lock().unwrap().insert(event_type.to_owned(), (wrong, times));
    }

    fn mend(&self) {
        self.shared.wrong.lock().unwrap().clear();
    }

    fn tried(&self) -> usize {
        self.shared.tried.lock().unwrap().len()
    }

    fn done(&self, stream: &StreamId) -> Vec<i64> {
        let done = self.shared.done.lock().unwrap();
        let of_stream = done.iter().filter(|(id, _)| *id == stream.aggregate_id);
        of_stream.map(|(_, sequence)| *sequence).collect()
    }

    fn trouble(&self, event: &Recorded) -> Option<Wrong> {
        let mut wrong = self.shared.wrong.lock().unwrap();
        let (wrong, times) = wrong.get_mut(&event.event_type)?;
        *times = times.checked_sub(1)?;
        Some(*wrong)
    }
}

/// Where an event is answered.
fn answers_to(event: &Recorded) -> StreamId {
    let cause = format!("{} {}", event.aggregate_id, event.sequence);
    StreamId::workflow(WorkflowId::derived(event.recorded_at, &cause))
}

impl Reaction for Echo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, _: &str) -> bool {
        kind == "run"
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let key = (event.aggregate_id.clone(), event.sequence);
            self.shared.tried.lock().unwrap().push(key.clone());
            let wrong = self.trouble(event);
            match wrong {
                Some(Wrong::Refused) => return Err(Trouble::lasting("nobody can do this")),
                Some(Wrong::Away) => return Err(Trouble::Passing("come back later".into())),
                Some(Wrong::Panics) => panic!("an invariant broke"),
                Some(Wrong::HangsAfterwards) | None => {}
            }
            // As most reactions do, it looks something up before it orders.
            self.journal.head().await?;
            let Context { organization, actor, command, .. } = Context::because_of(event, NAME);
            let metadata = Metadata::new(organization, actor, command);
            let outcome = append(&self.journal, &answers_to(event), 0, "answered", metadata).await;
            assert!(
                matches!(outcome, Outcome::Appended { last: 1 } | Outcome::Duplicate { last: 1 }),
                "{outcome:?}"
            );
            if matches!(wrong, Some(Wrong::HangsAfterwards)) {
                std::future::pending::<()>().await;
            }
            self.shared.done.lock().unwrap().push(key);
            Ok(())
        })
    }
}

/// Pauses as short as a test's.
const QUICK: Patience = Patience {
    at_once: [Duration::ZERO, Duration::ZERO, Duration::ZERO],
    first_pause: Duration::from_millis(5),
    longest_pause: Duration::from_millis(20),
    tries: 3,
    look: Duration::from_millis(10),
    arrears: 100,
};

/// A follower as a process hosts it, built anew when it fails.
struct Process {
    leases: Leases,
    task: JoinHandle<()>,
}

impl Process {
    async fn start(stage: &Stage, echo: &(impl Reaction + Clone)) -> Self {
        let leases = worker(&stage.app).await;
        let (standing, stand) = watch::channel(Some(leases.clone()));
        let follower = Follower {
            reaction: Arc::new(echo.clone()),
            journal: stage.journal.clone(),
            tail: stage.tail.clone(),
            standing: stand,
            patience: QUICK,
        };
        let task = tokio::spawn(async move {
            let _standing = standing;
            while follower.clone().run(CancellationToken::new()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        Self { leases, task }
    }

    /// It is gone between two awaits, and its lease runs out.
    async fn die(self) {
        self.task.abort();
        drop(self.task.await);
        self.leases.leave().await.unwrap();
    }
}

async fn standing(stage: &Stage) -> Standing {
    let mut all = Reactions::list(&stage.app).await.unwrap();
    all.retain(|standing| standing.name == NAME);
    all.pop().unwrap()
}

async fn count_answers(stage: &Stage) -> i64 {
    sqlx::query_scalar("select count(*) from events where event_type = 'answered'")
        .fetch_one(&stage.database.pool)
        .await
        .unwrap()
}

fn run() -> StreamId {
    StreamId::run(RunId::generate())
}

#[tokio::test]
async fn an_order_whose_checkpoint_was_not_moved_is_repeated_and_counts_once() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    echo.make_wrong("happened", Wrong::HangsAfterwards, 1);
    let process = Process::start(&stage, &echo).await;
    let stream = run();

    stage.record(&stream, 0, "happened").await;
    eventually("the order", async || count_answers(&stage).await == 1).await;
    process.die().await;
    assert_eq!(echo.done(&stream), [] as [i64; 0]);

    let _process = Process::start(&stage, &echo).await;
    eventually("the repetition", async || echo.done(&stream) == [1]).await;
    assert_eq!(echo.tried(), 2);
    assert_eq!(count_answers(&stage).await, 1);
}

#[tokio::test]
async fn a_follower_that_is_started_again_goes_on_where_it_was() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    let stream = run();
    let process = Process::start(&stage, &echo).await;
    for sequence in 0..20 {
        stage.record(&stream, sequence, "happened").await;
    }
    eventually("the first twenty", async || echo.done(&stream).len() == 20).await;
    let head = stage.journal.head().await.unwrap();
    eventually("the checkpoint", async || standing(&stage).await.position >= head).await;
    process.die().await;
    stage.record(&stream, 20, "happened").await;

    let _process = Process::start(&stage, &echo).await;
    eventually("the one after", async || echo.done(&stream).len() == 21).await;
    assert_eq!(echo.done(&stream), (1..=21).collect::<Vec<_>>());
    assert_eq!(echo.tried(), 21);
}

#[tokio::test]
async fn of_two_processes_one_follows_and_the_other_takes_over() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    let one = Process::start(&stage, &echo).await;
    let streams: Vec<_> = (0..30).map(|_| run()).collect();
    stage.record(&streams[0], 0, "happened").await;
    eventually("the first", async || echo.tried() == 1).await;
    let _other = Process::start(&stage, &echo).await;
    for stream in &streams[1..] {
        stage.record(stream, 0, "happened").await;
    }
    eventually("all of them", async || streams.iter().all(|one| echo.done(one) == [1])).await;
    // Each was tried by one of the two only.
    assert_eq!(echo.tried(), streams.len());

    one.die().await;
    let later = run();
    stage.record(&later, 0, "happened").await;
    eventually("the other's turn", async || echo.done(&later) == [1]).await;
    assert_eq!(count_answers(&stage).await, 31);
}

#[tokio::test]
async fn a_poison_event_is_parked_and_the_others_go_on() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    echo.make_wrong("poison", Wrong::Refused, u32::MAX);
    let _process = Process::start(&stage, &echo).await;
    let (sick, well) = (run(), run());
    stage.record(&sick, 0, "poison").await;
    stage.record(&sick, 1, "happened").await;
    stage.record(&well, 0, "happened").await;

    eventually("the other stream", async || echo.done(&well) == [1]).await;
    eventually("the rest of the stream", async || echo.done(&sick) == [2]).await;
    eventually("the poison alone", async || standing(&stage).await.again == 0).await;
    let shown = standing(&stage).await;
    assert_eq!(shown.parked, 1);
    assert_eq!(shown.reason.as_deref(), Some("nobody can do this"));

    // Mended and told to try again, as the doctor says, it is carried out.
    echo.mend();
    sqlx::query("update reaction_arrears set next_try_at = now()")
        .execute(&stage.database.pool)
        .await
        .unwrap();
    eventually("the parked one", async || echo.done(&sick) == [2, 1]).await;
    eventually("an empty table", async || standing(&stage).await.parked == 0).await;
}

#[tokio::test]
async fn what_was_given_up_takes_no_room_of_what_is_tried_again() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    echo.make_wrong("poison", Wrong::Refused, u32::MAX);
    let _process = Process::start(&stage, &echo).await;
    // More of them, in two goes, than may be set aside.
    let most = QUICK.arrears;
    for given_up in [most * 3 / 4, most * 3 / 2] {
        for _ in 0..most * 3 / 4 {
            stage.record(&run(), 0, "poison").await;
        }
        eventually("they are given up", async || standing(&stage).await.parked == given_up).await;
    }
    let well = run();
    stage.record(&well, 0, "happened").await;
    eventually("another one", async || echo.done(&well) == [1]).await;
}

#[tokio::test]
async fn a_reaction_that_panics_stops_no_other_event() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    echo.make_wrong("poison", Wrong::Panics, u32::MAX);
    let _process = Process::start(&stage, &echo).await;
    stage.record(&run(), 0, "poison").await;
    let well = run();
    stage.record(&well, 0, "happened").await;
    eventually("the other stream", async || echo.done(&well) == [1]).await;
    eventually("the parking", async || standing(&stage).await.parked == 1).await;
    assert!(standing(&stage).await.reason.unwrap().contains("panicked"));
}

#[tokio::test]
async fn many_events_at_once_share_the_few_connections_that_there_are() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    let _process = Process::start(&stage, &echo).await;
    let streams: Vec<_> = (0..400).map(|_| run()).collect();
    for some in streams.chunks(50) {
        let each = some.iter().map(|stream| stage.record(stream, 0, "happened"));
        futures::future::join_all(each).await;
    }
    eventually("all of them", async || streams.iter().all(|one| echo.done(one) == [1])).await;
    assert_eq!(echo.tried(), streams.len());
}

#[tokio::test]
async fn an_event_that_takes_long_holds_up_no_other_stream() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    echo.make_wrong("slow", Wrong::HangsAfterwards, 1);
    let _process = Process::start(&stage, &echo).await;
    let (slow, well) = (run(), run());
    stage.record(&slow, 0, "slow").await;
    stage.record(&slow, 1, "happened").await;
    for sequence in 0..20 {
        stage.record(&well, sequence, "happened").await;
    }
    eventually("the other stream", async || echo.done(&well).len() == 20).await;
    // What follows in its own stream waits, and so does the checkpoint.
    assert_eq!(echo.done(&slow), [] as [i64; 0]);
    assert_eq!(standing(&stage).await.position, 0);
}

#[tokio::test]
async fn what_is_away_is_tried_for_ever_and_its_stream_keeps_its_order() {
    let stage = Stage::new().await;
    let echo = Echo::new(&stage);
    // More often than a lasting trouble would be tried.
    echo.make_wrong("early", Wrong::Away, 12);
    let process = Process::start(&stage, &echo).await;
    let stream = run();
    stage.record(&stream, 0, "early").await;
    stage.record(&stream, 1, "happened").await;
    eventually("the first tries", async || echo.tried() > 6).await;
    // A process that starts meanwhile knows what waits.
    process.die().await;
    let _process = Process::start(&stage, &echo).await;
    stage.record(&stream, 2, "happened").await;

    eventually("all three", async || echo.done(&stream).len() == 3).await;
    assert_eq!(echo.done(&stream), [1, 2, 3]);
    eventually("an empty table", async || standing(&stage).await.again == 0).await;
    assert_eq!(standing(&stage).await.parked, 0);
}

#[tokio::test]
async fn what_a_reaction_orders_names_its_cause_and_is_the_same_command_each_time() {
    let stage = Stage::new().await;
    let stream = run();
    stage.record(&stream, 0, "happened").await;
    eventually("a position", async || stage.tail.head() == 1).await;
    let read = async || stage.journal.read_after(0, 1).await.unwrap().pop().unwrap();
    let (once, again) =
        (Context::because_of(&read().await, NAME), Context::because_of(&read().await, NAME));
    assert_eq!(once.command, again.command);
    assert_ne!(once.command, Context::because_of(&read().await, "another").command);
    assert_eq!(once.causation, Some(format!("{}#1", stream.aggregate_id)));
    assert_eq!(once.organization, OrganizationId::DEFAULT);
    assert_eq!(once.actor, "system:echo");
}

/// Carries each event out in three parts, the second of which is in the way at first.
#[derive(Clone, Default)]
struct InParts(Arc<Mutex<Vec<Option<String>>>>);

impl Reaction for InParts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, _: &str) -> bool {
        kind == "run"
    }

    fn react<'a>(&'a self, _: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async { Err(Trouble::lasting("it comes in parts")) })
    }

    fn react_in_parts<'a>(
        &'a self,
        _: &'a Recorded,
        from: Option<Mark>,
    ) -> BoxFuture<'a, Result<Part, Trouble>> {
        Box::pin(async move {
            let from = from.map(|Mark(mark)| mark);
            let mut asked = self.0.lock().unwrap();
            asked.push(from.clone());
            match from.as_deref() {
                None => Ok(Part::UpTo(Mark("a third".to_owned()))),
                Some("a third") if asked.len() == 2 => Err(Trouble::lasting("not yet")),
                Some("a third") => Ok(Part::UpTo(Mark("two thirds".to_owned()))),
                Some(_) => Ok(Part::Last),
            }
        })
    }
}

#[tokio::test]
async fn a_reaction_in_parts_goes_on_where_each_has_ended_and_begins_anew_with_each_try() {
    let stage = Stage::new().await;
    let reaction = InParts::default();
    let _process = Process::start(&stage, &reaction).await;
    stage.record(&run(), 0, "happened").await;
    eventually("the last part", async || {
        reaction.0.lock().unwrap().last() == Some(&Some("two thirds".to_owned()))
    })
    .await;
    let expected = [None, Some("a third"), None, Some("a third"), Some("two thirds")];
    let asked = reaction.0.lock().unwrap().clone();
    assert_eq!(asked.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    eventually("its checkpoint", async || standing(&stage).await.position > 0).await;
}
