//! A whole house in the test's own process, with a database of its own.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chainkeel::access::{AdminKey, Permissions};
use chainkeel::actors::detector::chain_watcher::{ChainSources, NoChains};
use chainkeel::app::{House, Plan, Proofs, Retained};
use chainkeel::catalog::Source;
use chainkeel::config::Role;
use chainkeel::http::rates;
use chainkeel::journal::{self, Bells, Journal, pool};
use chainkeel::notary::OutsideCopy;
use chainkeel::primitives::{Clock, SystemClock};
use chainkeel::projections::{
    self, Effort,
    rebuild::{Means, rebuild},
};
use chainkeel::relay::Target;
use chainkeel::retention::Pace;
use chainkeel::secrets::{KeySource, Keyring};
use chainkeel::segments::Shelf;
use chainkeel::triggers::price::{Feed, Quotes};
use engine::Fact;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use sqlx::{Executor as _, Row};
use tokio::sync::oneshot;

use super::client::Client;
use super::{TestDatabase, database};

/// How long something may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// An application that serves; it ends with its test.
pub(crate) struct TestApp {
    /// Sends the admin key.
    pub(crate) client: Client,
    pub(crate) database: TestDatabase,
    running: Option<Running>,
    plan: Plan,
}

/// The thread on which the house lives: it closes in order even when the test panics.
struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: JoinHandle<()>,
}

/// A fresh application.
pub(crate) async fn app() -> TestApp {
    app_that_reaches(&[]).await
}

/// A fresh application whose effects reach these private addresses.
pub(crate) async fn app_that_reaches(openings: &[String]) -> TestApp {
    opened(openings, rates::Config::default(), test_keys()).await
}

/// A fresh application that lives by this clock.
pub(crate) async fn app_at(clock: Arc<dyn Clock>) -> TestApp {
    opened_at(&[], rates::Config::default(), test_keys(), |plan| plan.clock = clock).await
}

/// The same, and its effects reach these private addresses.
pub(crate) async fn app_at_that_reaches(clock: Arc<dyn Clock>, openings: &[String]) -> TestApp {
    opened_at(openings, rates::Config::default(), test_keys(), |plan| plan.clock = clock).await
}

/// A fresh application that reads these chains, and whose effects reach these private addresses.
pub(crate) async fn app_that_reads(chains: Arc<dyn ChainSources>, openings: &[String]) -> TestApp {
    opened_at(openings, rates::Config::default(), test_keys(), |plan| plan.chains = chains).await
}

/// A fresh application that reads these chains, signs by this backend, and lives by this clock.
pub(crate) async fn app_that_pays(
    chains: Arc<dyn ChainSources>,
    signing: chainkeel::signing::Config,
    clock: Arc<dyn Clock>,
) -> TestApp {
    opened_at(&[], rates::Config::default(), test_keys(), |plan| {
        (plan.chains, plan.signing, plan.clock) = (chains, signing, clock);
        plan.floors_every = Duration::from_secs(1);
    })
    .await
}

/// A fresh application that reads these chains, signs by this backend, reaches these private addresses, and tells a
/// collector of what it does.
pub(crate) async fn app_that_tells(
    chains: Arc<dyn ChainSources>,
    openings: &[String],
    (signing, traces): (chainkeel::signing::Config, chainkeel::traces::Config),
) -> TestApp {
    opened_at(openings, rates::Config::default(), test_keys(), |plan| {
        (plan.chains, plan.signing, plan.traces) = (chains, signing, traces);
    })
    .await
}

/// A fresh application that reads these chains, and performs one effect at a time.
pub(crate) async fn app_of_one_place(chains: Arc<dyn ChainSources>) -> TestApp {
    opened_at(&[], rates::Config::default(), test_keys(), |plan| {
        (plan.chains, plan.effects_at_once) = (chains, 1);
    })
    .await
}

/// A fresh application with these chains, whose policies know prices by this peer's word.
pub(crate) async fn app_that_values(
    chains: Arc<dyn ChainSources>,
    peer: SocketAddr,
    (feed, quotes): (Feed, Quotes),
) -> TestApp {
    let openings = [peer.to_string()];
    opened_at(&openings, rates::Config::default(), test_keys(), |plan| {
        (plan.chains, plan.prices, plan.quotes) = (chains, Some(feed), Some(quotes));
    })
    .await
}

/// A fresh application that hears prices from a peer at this address.
pub(crate) async fn app_that_hears(prices: Feed, peer: SocketAddr) -> TestApp {
    let openings = [peer.to_string()];
    opened_at(&openings, rates::Config::default(), test_keys(), |plan| plan.prices = Some(prices))
        .await
}

/// A fresh application that asks this source alone, and reaches these addresses.
pub(crate) async fn app_that_asks(source: Source, openings: &[String]) -> TestApp {
    // As long as the process, as those are that it has by itself.
    let source: &'static Source = Box::leak(Box::new(source));
    opened_at(openings, rates::Config::default(), test_keys(), |plan| plan.sources = vec![source])
        .await
}

/// A fresh application whose secrets are sealed under these keys.
pub(crate) async fn app_with_keys(openings: &[String], keys: Arc<dyn KeySource>) -> TestApp {
    opened(openings, rates::Config::default(), keys).await
}

/// A fresh application whose keys are made in these backends.
pub(crate) async fn app_that_signs(signing: chainkeel::signing::Config) -> TestApp {
    opened_at(&[], rates::Config::default(), test_keys(), |plan| plan.signing = signing).await
}

/// A fresh application whose ledger is signed by these backends, with its copy there.
pub(crate) async fn app_that_proves(
    signing: chainkeel::signing::Config,
    copy: &OutsideCopy,
) -> TestApp {
    let proofs = Proofs { copy: copy.clone(), interval: Duration::from_millis(40), origin: None };
    opened_at(&[], rates::Config::default(), test_keys(), |plan| {
        (plan.signing, plan.proofs) = (signing, Some(proofs));
    })
    .await
}

/// A fresh application whose ledger is relayed there.
pub(crate) async fn app_that_relays(target: Target) -> TestApp {
    opened_at(&[], rates::Config::default(), test_keys(), |plan| plan.relay = Some(target)).await
}

/// A fresh application whose ledger is signed, with its copy there, and whose old runs are on this shelf by this clock.
/// Nothing leaves by itself.
pub(crate) async fn app_that_lets_go(
    copy: &OutsideCopy,
    shelf: &Shelf,
    clock: Arc<dyn Clock>,
) -> TestApp {
    let proofs = Proofs { copy: copy.clone(), interval: Duration::from_millis(40), origin: None };
    let pace = Pace { seal_after: None, keep_detached: time::Duration::days(7) };
    let retained = Retained { shelf: shelf.clone(), pace };
    opened_at(&[], rates::Config::default(), test_keys(), |plan| {
        (plan.proofs, plan.retained, plan.clock) = (Some(proofs), Some(retained), clock);
    })
    .await
}

/// A fresh application whose assistant waits for a model so many seconds, and that reaches these private addresses.
pub(crate) async fn app_that_waits(openings: &[String], seconds: u64) -> TestApp {
    opened_at(openings, rates::Config::default(), test_keys(), |plan| {
        plan.assistant.seconds = seconds;
    })
    .await
}

/// A fresh application that takes no more requests than this.
pub(crate) async fn app_with_limits(rate_limits: rates::Config) -> TestApp {
    opened(&[], rate_limits, test_keys()).await
}

async fn opened(
    openings: &[String],
    rate_limits: rates::Config,
    keys: Arc<dyn KeySource>,
) -> TestApp {
    opened_at(openings, rate_limits, keys, |_| ()).await
}

async fn opened_at(
    openings: &[String],
    rate_limits: rates::Config,
    keys: Arc<dyn KeySource>,
    change: impl FnOnce(&mut Plan),
) -> TestApp {
    let allow = openings.iter().map(|opening| opening.parse().unwrap()).collect();
    let database = database().await;
    let (admin_key, key) = AdminKey::generate([7; 32]);
    let door = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = door.local_addr().unwrap();
    let mut plan = Plan {
        database: database.options(),
        logins: TestDatabase::logins(),
        public_url: None,
        roles: Role::ALL.to_vec(),
        egress: chainkeel::egress::Config { allow },
        keys,
        clients: chainkeel::connectors::Clients::default(),
        signing: chainkeel::signing::Config::default(),
        proofs: None,
        retained: None,
        chains: Arc::new(NoChains),
        sources: Source::all().collect(),
        prices: None,
        quotes: None,
        program: env!("CARGO_BIN_EXE_chainkeel").into(),
        effects_at_once: 64,
        floors_every: Duration::from_mins(1),
        traces: chainkeel::traces::Config::default(),
        projections: projections::Config::default(),
        relay: None,
        threads: 1,
        label: "test".to_owned(),
        assistant: chainkeel::assistant::Config::default(),
        rate_limits,
        exclusive: true,
        clock: Arc::new(SystemClock),
    };
    change(&mut plan);
    let running = Running::start(plan.clone(), door, key);
    let client = Client::new(address, Some(&admin_key));
    let app = TestApp { client, database, running: Some(running), plan };
    app.is_ready().await;
    app
}

/// Keys for the secrets of a test.
pub(crate) fn test_keys() -> Arc<dyn KeySource> {
    Arc::new(Keyring::parse(&Keyring::written(&[9; 32]), "the test").unwrap())
}

impl Running {
    fn start(plan: Plan, door: TcpListener, key: AdminKey) -> Self {
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let metrics = PrometheusBuilder::new().build_recorder().handle();
                let house = House::open(plan, door, key, metrics).await.unwrap();
                // Either way it is over.
                let _ = stopped.await;
                house.close().await;
            });
        });
        Self { stop: Some(stop), thread }
    }
}

impl TestApp {
    async fn is_ready(&self) {
        self.eventually(|| self.client.get("/readyz"), |ready| ready.status == 200).await;
    }

    /// Ends the house, does something that only the database sees, and opens it again.
    pub(crate) async fn after_downtime(&mut self, meanwhile: impl AsyncFnOnce(&TestDatabase)) {
        // With the old client go its connections, for whose end the house would wait.
        let (client, door, key) = Self::knocking();
        self.client = client;
        self.stop();
        if let Some(running) = self.running.take() {
            running.thread.join().unwrap();
        }
        meanwhile(&self.database).await;
        self.running = Some(Running::start(self.plan.clone(), door, key));
        self.is_ready().await;
    }

    /// Opens a second house that takes the first one for dead, which that one does not know.
    pub(crate) async fn second(&self) -> Beside {
        let (client, door, key) = Self::knocking();
        let running = Running::start(self.plan.clone(), door, key);
        self.eventually(|| client.get("/readyz"), |ready| ready.status == 200).await;
        Beside(Some(running))
    }

    /// A door of one's own, with the key of every application.
    fn knocking() -> (Client, TcpListener, AdminKey) {
        let door = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (admin_key, key) = AdminKey::generate([7; 32]);
        (Client::new(door.local_addr().unwrap(), Some(&admin_key)), door, key)
    }

    /// An organization that was just founded; its id.
    pub(crate) async fn founded(&self, name: &str) -> String {
        let founded = self.client.post("/v1/organizations", &json!({"name": name})).await;
        founded.data()["id"].as_str().unwrap().to_owned()
    }

    /// An organization that was just founded, as somebody sees it who may do in it all that an
    /// organization can give.
    pub(crate) async fn organization(&self, name: &str) -> Client {
        let id = self.founded(name).await;
        let all = Permissions::ORGANIZATION.names();
        let names: Vec<&str> = all.iter().map(String::as_str).collect();
        let within = self.client.within(&id);
        let (_, key) = self.key_of(&within, "everything", &names).await;
        self.client.with_key(&key)
    }

    /// A service account with these permissions, and a key of it that opens all of them: the ids of
    /// the account, and the text.
    pub(crate) async fn key_of(
        &self,
        within: &Client,
        name: &str,
        permissions: &[&str],
    ) -> (String, String) {
        let body = json!({"name": name, "permissions": permissions});
        let account = within.post("/v1/service-accounts", &body).await.data();
        let account = account["id"].as_str().unwrap().to_owned();
        let body = json!({"name": name, "serviceAccountId": account});
        let issued = within.post("/v1/api-keys", &body).await.data();
        (account, issued["key"].as_str().unwrap().to_owned())
    }

    /// Asks until the answer is as it should be.
    pub(crate) async fn eventually<T, F: Future<Output = T>>(
        &self,
        ask: impl Fn() -> F,
        good: impl Fn(&T) -> bool,
    ) -> T {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let answer = ask().await;
            if good(&answer) {
                return answer;
            }
            assert!(Instant::now() < give_up, "it did not come to pass");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A workflow with this draft; its id.
    pub(crate) async fn created(&self, definition: &Value) -> String {
        let body = json!({"name": "A workflow", "definition": definition});
        self.client.post("/v1/workflows", &body).await.data()["id"].as_str().unwrap().to_owned()
    }

    /// A workflow that is live; its id.
    pub(crate) async fn published(&self, definition: &Value) -> String {
        let id = self.created(definition).await;
        self.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
        id
    }

    /// A run that has begun; its id.
    pub(crate) async fn started_run(&self, workflow: &str) -> String {
        let body = json!({"payload": {"amount": 250}});
        let started = self.client.post(&format!("/v1/workflows/{workflow}/run"), &body).await;
        started.data()["runId"].as_str().unwrap().to_owned()
    }

    /// A run of this input that has begun; its id.
    pub(crate) async fn run_of(&self, workflow: &str, payload: &Value) -> String {
        let path = format!("/v1/workflows/{workflow}/run");
        let started = self.client.post(&path, &json!({"payload": payload})).await;
        started.data()["runId"].as_str().unwrap().to_owned()
    }

    /// What is on the ledger of a run, as an auditor reads it.
    pub(crate) async fn facts(&self, run: &str) -> Vec<Fact> {
        let mut facts = Vec::new();
        loop {
            let path = format!("/v1/runs/{run}/events?after={}&limit=1000", facts.len());
            let page = self.client.data(&path).await;
            let items = page["items"].as_array().unwrap();
            if items.is_empty() {
                return facts;
            }
            let read = |event: &Value| serde_json::from_value(event["payload"].clone()).unwrap();
            facts.extend(items.iter().map(read));
        }
    }

    /// Makes every view anew from the ledger, and goes over to what was made.
    pub(crate) async fn rebuild_all(&self) {
        let pool = self.database.pool.clone();
        let (journal, _lanes) = Journal::open(pool, &Bells::default(), journal::Config::default());
        let means = Means { database: self.database.login(pool::Role::Projector), journal };
        for projection in projections::all() {
            rebuild(&means, *projection, Effort::lanes(1), |_| {}).await.unwrap();
        }
    }

    /// Holds a run to its ledger: every decision is the one that the engine takes again.
    pub(crate) async fn replays(&self, run: &str) {
        assert_eq!(engine::verify(&self.facts(run).await).divergence, None, "run {run}");
    }

    /// A run that is over; its id.
    pub(crate) async fn finished_run(&self, workflow: &str) -> String {
        let run = self.started_run(workflow).await;
        let ended = |shown: &Value| !shown["finishedAt"].is_null();
        let path = format!("/v1/runs/{run}?summary=true");
        self.eventually(|| self.client.data(&path), ended).await;
        run
    }

    /// Tells the server to stop; its end is awaited when the application is dropped.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.running.as_mut().and_then(|running| running.stop.take()) {
            let _ = stop.send(());
        }
    }

    /// Waits until a run stands there.
    pub(crate) async fn until_status(&self, run: &str, status: &str) {
        let path = format!("/v1/runs/{run}?summary=true");
        self.eventually(|| self.client.data(&path), |shown| shown["status"] == status).await;
    }

    /// The last position of the ledger, once every event has one.
    pub(crate) async fn head(&self) -> i64 {
        let open = "select count(*) from events e where not exists (select from event_log l
                     where (l.aggregate_type, l.aggregate_id, l.sequence)
                         = (e.aggregate_type, e.aggregate_id, e.sequence))";
        self.eventually(|| self.count(open), |open| *open == 0).await;
        self.count("select coalesce(max(position), 0) from event_log").await
    }

    pub(crate) async fn count_events(&self) -> i64 {
        self.count("select count(*) from events").await
    }

    pub(crate) async fn count_runs(&self) -> i64 {
        self.count("select count(distinct aggregate_id) from events where aggregate_type = 'run'")
            .await
    }

    /// How many secrets are sealed.
    pub(crate) async fn count_sealed(&self) -> i64 {
        self.count("select count(*) from sealed_secrets").await
    }

    /// How many texts the ledger keeps beside its events.
    pub(crate) async fn count_blobs(&self) -> i64 {
        self.count("select count(*) from blobs").await
    }

    #[expect(clippy::disallowed_methods, reason = "tests ask ad hoc")]
    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query(query).fetch_one(&self.database.pool).await.unwrap().get(0)
    }

    /// The same with a text for `$1`.
    #[expect(clippy::disallowed_methods, reason = "tests ask ad hoc")]
    pub(crate) async fn count_of(&self, query: &'static str, text: &str) -> i64 {
        sqlx::query(query).bind(text).fetch_one(&self.database.pool).await.unwrap().get(0)
    }

    /// Does something to the database that no role of the house may do.
    pub(crate) async fn tamper(&self, statement: &str) {
        self.database.pool.execute(sqlx::raw_sql(statement)).await.unwrap();
    }
}

impl TestApp {
    /// A process beside the application that looks for triggers of these chains, and does nothing
    /// else; it ends when it is dropped.
    pub(crate) fn beside(&self, chains: Arc<dyn ChainSources>) -> Beside {
        let (_, key) = AdminKey::generate([8; 32]);
        let (plan, door) = self.detector_plan(chains);
        Beside(Some(Running::start(plan, door, key)))
    }

    /// The same, in this thread, where one may look into it; to be closed.
    pub(crate) async fn house_beside(&self) -> House {
        let (_, key) = AdminKey::generate([8; 32]);
        let (plan, door) = self.detector_plan(Arc::new(NoChains));
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        House::open(plan, door, key, metrics).await.unwrap()
    }

    fn detector_plan(&self, chains: Arc<dyn ChainSources>) -> (Plan, TcpListener) {
        let door = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let roles = vec![Role::Detector];
        let plan = Plan { chains, roles, exclusive: false, ..self.plan.clone() };
        (Plan { label: format!("beside {}", door.local_addr().unwrap()), ..plan }, door)
    }
}

/// A process beside an application; it ends in order with its test.
pub(crate) struct Beside(Option<Running>);

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(mut running) = self.0.take() {
            if let Some(stop) = running.stop.take() {
                let _ = stop.send(());
            }
            let _ = running.thread.join();
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop();
        if let Some(running) = self.running.take() {
            let _ = running.thread.join();
        }
    }
}
