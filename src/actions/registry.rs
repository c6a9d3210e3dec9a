//! All actions of this build, and the one way to perform them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::{Failure, FailureCategory, Json, PayloadProblem};
use serde_json::json;

use super::code::CodeTransform;
use super::http::HttpRequest;
use super::lending::{Lender, Used, covered};
use super::pay::{CallPaid, Pays};
use super::query::DbQuery;
use super::storage::{KeptVariable, Storage};
use super::{Action, Call, onchain};
use crate::access::WebhookSecrets;
use crate::catalog::{Registry, Stage};
use crate::chains::Readers;
use crate::connectors::Desk;
use crate::data::Data;
use crate::egress::Egress;
use crate::journal::Entries;
use crate::primitives::Clock;
use crate::projections::storage;

/// How much longer than its time-out an action may take to say that its time is up.
const GRACE: Duration = Duration::from_millis(500);

/// The program that runs, also after its file was replaced by a newer one.
pub const OWN_PROGRAM: &str = "/proc/self/exe";

/// How many problems of a payload a failure's message tells; its details tell all.
const TOLD: usize = 3;

/// What actions are made of.
pub struct Tools<'a> {
    /// The way out.
    pub egress: &'a Egress,
    /// Our own program, which is started again to run code: [`OWN_PROGRAM`], except in tests.
    pub program: PathBuf,
    /// The values that workflows keep.
    pub entries: Entries,
    /// Which of them there are.
    pub keys: storage::Storage,
    /// Where credentials are opened.
    pub connectors: Desk,
    /// The secrets of webhook URLs, which must not show in what comes back.
    pub webhook_secrets: WebhookSecrets,
    /// Tables of organizations.
    pub data: Data,
    /// Where chains are read.
    pub chains: Arc<dyn Readers>,
    /// Who pays for requests.
    pub payer: Arc<dyn Pays>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Actions by the type of the node that they are for. Cheap to clone.
#[derive(Clone)]
pub struct Actions {
    catalog: &'static Registry,
    by_type: Arc<BTreeMap<&'static str, Box<dyn Action>>>,
    lender: Lender,
}

impl Actions {
    /// The actions that this build brings. A new action is a new file and its line here.
    pub fn builtin(tools: Tools<'_>) -> Self {
        let Tools {
            egress,
            program,
            entries,
            keys,
            connectors,
            webhook_secrets,
            data,
            chains,
            payer,
            clock,
        } = tools;
        let lender = Lender::new(connectors, webhook_secrets);
        let storage = Storage::new(entries, keys, clock);
        let mut by_type: BTreeMap<&'static str, Box<dyn Action>> = BTreeMap::new();
        for (kind, action) in storage.of_the_organization() {
            by_type.insert(kind, Box::new(action));
        }
        by_type.insert(KeptVariable::TYPE, Box::new(KeptVariable(storage.clone())));
        by_type.insert(Storage::TYPE, Box::new(storage));
        by_type.extend(onchain::all(&chains));
        by_type.insert(CallPaid::TYPE, Box::new(CallPaid(payer)));
        by_type.insert(DbQuery::TYPE, Box::new(DbQuery::new(data)));
        by_type.insert(CodeTransform::TYPE, Box::new(CodeTransform::new(program)));
        by_type.insert(HttpRequest::TYPE, Box::new(HttpRequest::new(egress.clone())));
        Self { catalog: Registry::builtin(), by_type: Arc::new(by_type), lender }
    }

    /// The node types that have an action.
    pub fn types(&self) -> impl Iterator<Item = &'static str> {
        self.by_type.keys().copied()
    }

    /// Whether attempts of this type mostly wait.
    pub fn waits(&self, kind: &str) -> bool {
        self.by_type.get(kind).is_some_and(|action| action.waits())
    }

    /// Performs one attempt of a node of this type.
    pub async fn perform(&self, kind: &str, call: Call) -> Result<Json, Failure> {
        let Some(action) = self.by_type.get(kind) else { return Err(unknown(kind)) };
        let problems = self.catalog.problems(kind, &call.input, Stage::Run);
        if !problems.is_empty() {
            return Err(invalid(&problems));
        }
        let timeout = call.timeout;
        let attempt = async {
            let lent = self.lender.lend(&**action, &call).await?;
            let (mask, used) = (lent.mask.clone(), lent.credentials.as_ref().map(Used::of));
            covered(action.perform(call, lent).await, &mask, used.as_ref())
        };
        let outcome = tokio::time::timeout(timeout.saturating_add(GRACE), attempt).await;
        outcome.unwrap_or_else(|_| Err(overdue(timeout)))
    }
}

fn unknown(kind: &str) -> Failure {
    let message = format!("this server performs no `{kind}`: it may be older than the workflow");
    Failure::lasting("unknown_action", FailureCategory::Config, message)
}

/// The failure of a payload that turned out wrong when its expressions were resolved.
pub(super) fn invalid(problems: &[PayloadProblem]) -> Failure {
    let mut told: Vec<_> = problems
        .iter()
        .take(TOLD)
        .map(|problem| match problem.path.as_str() {
            "" => problem.message.clone(),
            path => format!("{path}: {}", problem.message),
        })
        .collect();
    if problems.len() > TOLD {
        told.push(format!("and {} more", problems.len() - TOLD));
    }
    let message = format!("the payload is wrong: {}", told.join("; "));
    let all = problems.iter().map(|it| json!({ "path": it.path, "message": it.message }));
    let details = json!({ "problems": all.collect::<Vec<_>>() });
    let failure = Failure::lasting(Failure::INVALID_INPUT, FailureCategory::Validation, message);
    Failure { details: Some(details.into()), ..failure }
}

fn overdue(timeout: Duration) -> Failure {
    let message = format!("no answer within {} ms", timeout.as_millis());
    Failure::passing("timeout", FailureCategory::Timeout, message)
}
