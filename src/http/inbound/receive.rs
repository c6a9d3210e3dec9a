//! What happens to a delivery, from its head to its answer.

use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use engine::{Definition, Json, Trigger};
use serde_json::json;

use super::arrival::{Turned, content_type, delivery, keep, name_of};
use super::{body, cover, reply, sift, verify};
use crate::access::WebhookSecrets;
use crate::actors::Placed;
use crate::actors::detector::{Fired, Firing};
use crate::aggregates::skip;
use crate::catalog::input_problems;
use crate::deliveries::{Delivery, Outcome};
use crate::http::answer::Written;
use crate::http::api::Api;
use crate::http::extract::{Address, read_bytes_up_to};
use crate::http::middleware::request_id;
use crate::http::problem::{Code, Detail, Problem};
use crate::journal::StreamId;
use crate::primitives::{OrganizationId, RunId, WorkflowId};
use crate::triggers::signature::{Scheme, challenge};
use crate::triggers::webhook::{MAX_BYTES, Settings};
use crate::triggers::{Lookup, Subscriber};

/// What came of a delivery that was not turned away.
enum Verdict {
    /// A run has begun.
    Begun { run: RunId, written: Written },
    /// It had come before; the run that began then, if one did.
    Repeated { run: Option<RunId> },
    /// It was passed over; what the sender is told, and what its receiver reads.
    Skipped { told: &'static str, reason: String },
    /// It was a question about the URL, which is answered with its own words.
    Answered { challenge: String },
    /// It was heard, because somebody listens.
    Heard,
}

/// Whom a delivery is for, as it stands.
struct Listener<'a> {
    organization: OrganizationId,
    workflow: WorkflowId,
    definition: &'a Definition,
}

/// Takes a delivery, and notes what became of it.
pub(super) async fn receive(
    api: &Api,
    secret: &str,
    request: &HttpRequest,
    payload: actix_web::dev::Payload,
) -> Result<HttpResponse, Problem> {
    let hash = WebhookSecrets::hash_of(secret);
    let listener = api.index.listener(&hash);
    let unknown = || Problem::new(Code::WebhookNotFound);
    let (organization, workflow) = listener.ok_or_else(unknown)?;
    let mut delivery = delivery(api, organization, workflow, request);
    let mut respond = None;
    let verdict = match api.index.live(organization, workflow) {
        Lookup::Live(live) => {
            let listener = Listener { organization, workflow, definition: &live.definition };
            match settings(&live.definition) {
                Ok(settings) if settings.price.is_some() => {
                    let reason = format!("it is sold, at {}", super::sold::path(workflow));
                    Err(Turned::silently(Code::WebhookNotFound, reason))
                }
                Ok(settings) => {
                    respond.clone_from(&settings.respond);
                    listener.take(api, &settings, request, payload, &mut delivery).await
                }
                Err(turned) => Err(turned),
            }
        }
        Lookup::Paused(_) => Err(Turned::silently(Code::WebhookNotFound, "the workflow is paused")),
        Lookup::NotLive => {
            if !api.deliveries.hears(organization, workflow, delivery.at).await? {
                return Err(unknown());
            }
            hear(request, payload, &mut delivery).await
        }
        Lookup::Unknown => return Err(unknown()),
    };
    note(api, &verdict, &mut delivery).await;
    match verdict {
        Err(Turned { problem, .. }) => Err(*problem),
        Ok(Verdict::Answered { challenge }) => {
            Ok(HttpResponse::Ok().json(json!({"challenge": challenge})))
        }
        Ok(Verdict::Heard) => Ok(reply::skipped(request, "listening")),
        Ok(Verdict::Skipped { told, .. }) => Ok(reply::skipped(request, told)),
        Ok(Verdict::Repeated { run: None }) => Ok(reply::skipped(request, "repeated")),
        Ok(Verdict::Repeated { run: Some(run) }) => {
            let ended = ended(api, run, respond.as_ref()).await?;
            Ok(ended.unwrap_or_else(|| reply::begun(request, run, None)))
        }
        Ok(Verdict::Begun { run, written }) => {
            let ended = ended(api, run, respond.as_ref()).await?;
            Ok(ended.unwrap_or_else(|| reply::begun(request, run, Some(written))))
        }
    }
}

async fn ended(
    api: &Api,
    run: RunId,
    respond: Option<&crate::triggers::webhook::Respond>,
) -> Result<Option<HttpResponse>, Problem> {
    match respond.filter(|respond| respond.wait) {
        Some(respond) => reply::ended(api, run, respond).await,
        None => Ok(None),
    }
}

/// What the trigger of a definition says of deliveries.
fn settings(definition: &Definition) -> Result<Settings, Turned> {
    let root = definition.root();
    let settings = root.and_then(|root| Settings::of(&root.kind, &root.payload));
    match settings {
        Some(Ok(settings)) => Ok(settings),
        // It was published before it was held against them.
        Some(Err(problem)) => {
            let reason = format!("the settings of the trigger cannot be read: {}", problem.message);
            Err(Turned::silently(Code::WebhookNotFound, reason))
        }
        None => {
            let reason = "the trigger of the workflow takes no deliveries";
            Err(Turned::silently(Code::WebhookNotFound, reason))
        }
    }
}

impl Listener<'_> {
    /// Lets a delivery through, or turns it away: what costs least is asked first, and nothing of
    /// the body is read as anything but bytes before its signature was verified.
    async fn take(
        &self,
        api: &Api,
        settings: &Settings,
        request: &HttpRequest,
        payload: actix_web::dev::Payload,
        delivery: &mut Delivery,
    ) -> Result<Verdict, Turned> {
        if !settings.takes_method(&delivery.method) {
            let methods: Vec<_> = settings.methods.iter().map(|it| it.as_str()).collect();
            let problem = Problem::new(Code::MethodNotAllowed).allowing(&methods.join(", "));
            let reason = format!("only {} is taken", methods.join(", "));
            return Err(Turned::new(problem, reason));
        }
        let address = request.extensions().get::<Address>().map(|address| address.0);
        if !settings.allow_from.is_empty() && !address.is_some_and(|it| settings.takes_from(it)) {
            let problem = Problem::new(Code::Forbidden).because("nothing is taken from there");
            let reason = "it comes from none of the networks in `allowFrom`".to_owned();
            return Err(Turned::new(problem, reason));
        }
        let query = cover::parameters(request.query_string()).ok_or_else(|| {
            let problem = Problem::new(Code::InvalidQuery);
            Turned::openly(problem.because("a parameter of the query occurs twice or is too long"))
        })?;
        let limit = settings.max_bytes.min(MAX_BYTES);
        let bytes = read_bytes_up_to(limit, request, payload).await.map_err(Turned::openly)?;
        keep(delivery, &bytes);
        let headers = verify::listed(request.headers());
        let received = verify::received(&headers, &bytes, delivery.at);
        if let (Some(signature), Some(root)) = (&settings.signature, self.definition.root()) {
            verify::verify(api, self.organization, root, signature, &received).await?;
        }
        let kind = content_type(request.headers());
        let body = body::read(settings, &delivery.method, kind.as_deref(), &query, &bytes)
            .map_err(Turned::openly)?;
        let name = match &settings.signature {
            Some(signature) => {
                let said = if settings.query { &body["body"] } else { &*body };
                if signature.scheme == Scheme::Slack
                    && let Some(challenge) = challenge(said)
                {
                    return Ok(Verdict::Answered { challenge: challenge.to_owned() });
                }
                let named = signature.delivery(&received, said);
                named.map_err(|refusal| {
                    Turned::silently(Code::WebhookUnverified, refusal.to_string())
                })?
            }
            None => name_of(request.headers()),
        };
        delivery.name.clone_from(&name);
        let id = match name {
            Some(name) => format!("webhook:{}:{name}", self.workflow),
            None => format!("webhook:{}:{}", self.workflow, delivery.id),
        };
        let sifted = sift::sift(self.definition.root(), &delivery.headers, body);
        let Some(body) = sifted.map_err(Turned::openly)? else {
            let reason = "it is none of those that the trigger asks for".to_owned();
            return Ok(Verdict::Skipped { told: "ignored", reason });
        };
        self.fire(api, request, delivery, id, body).await
    }

    async fn fire(
        &self,
        api: &Api,
        request: &HttpRequest,
        delivery: &Delivery,
        id: String,
        body: Json,
    ) -> Result<Verdict, Turned> {
        let trigger = Trigger {
            kind: sift::kind_of(self.definition.root()),
            source: "webhook".to_owned(),
            body: body.clone(),
            headers: delivery.headers.clone(),
        };
        let firing = Firing {
            organization: self.organization,
            subscriber: Subscriber::Workflow(self.workflow),
            id,
            trigger,
            lane: self.definition.lane(),
            causation: None,
            correlation: Some(request_id::of(request)),
            at: delivery.at,
        };
        let fired = api.gate.fire(firing).await.map_err(|refused| {
            let problem = Problem::from(refused);
            let reason = problem.document("").message;
            Turned::new(problem, reason)
        })?;
        match fired {
            Fired::Started(Placed { run, sequence, .. }) => {
                let written = api.written(&StreamId::run(run), sequence).await;
                Ok(Verdict::Begun { run, written })
            }
            // A workflow is never resumed: these are for waits.
            Fired::Resumed(Placed { run, .. }) => Ok(Verdict::Repeated { run: Some(run) }),
            Fired::TooLate => Ok(Verdict::Repeated { run: None }),
            Fired::Repeated { run } => Ok(Verdict::Repeated { run }),
            Fired::Skipped { reason, message } => self.passed_over(reason, message, &body),
        }
    }

    /// Strangers are not told how the organization stands, nor why nobody listens; they are told
    /// what is wrong with what they sent.
    fn passed_over(
        &self,
        reason: skip::Reason,
        message: String,
        body: &Json,
    ) -> Result<Verdict, Turned> {
        match reason {
            skip::Reason::CoolingDown => {
                Ok(Verdict::Skipped { told: "cooling_down", reason: message })
            }
            skip::Reason::OutOfUnits | skip::Reason::Missed | skip::Reason::AlreadyRunning => {
                Ok(Verdict::Skipped { told: "passed_over", reason: message })
            }
            skip::Reason::InvalidInput => {
                let found = input_problems(self.definition, body).into_iter();
                let details = found.map(|problem| Detail::new(problem.path, problem.message));
                let problem = Problem::new(Code::InvalidInput).with_details(details.collect());
                Err(Turned::new(problem, message))
            }
            skip::Reason::RunsUsedUp | skip::Reason::Paused | skip::Reason::NotLive => {
                Err(Turned::silently(Code::WebhookNotFound, message))
            }
        }
    }
}

/// Hears a delivery for a workflow that is not live: it is kept to be looked at, and starts nothing.
/// A sender that asks about the URL is answered, so that it can be told of it before.
async fn hear(
    request: &HttpRequest,
    payload: actix_web::dev::Payload,
    delivery: &mut Delivery,
) -> Result<Verdict, Turned> {
    let bytes = read_bytes_up_to(MAX_BYTES, request, payload).await.map_err(Turned::openly)?;
    keep(delivery, &bytes);
    let asked = serde_json::from_slice(&bytes).ok();
    match asked.as_ref().and_then(challenge) {
        Some(challenge) => Ok(Verdict::Answered { challenge: challenge.to_owned() }),
        None => Ok(Verdict::Heard),
    }
}

/// Notes what became of a delivery. That it cannot be noted is no reason to refuse it.
async fn note(api: &Api, verdict: &Result<Verdict, Turned>, delivery: &mut Delivery) {
    let (outcome, run, reason) = match verdict {
        Ok(Verdict::Begun { run, .. }) => (Outcome::Accepted, Some(*run), None),
        Ok(Verdict::Repeated { run }) => (Outcome::Repeated, *run, None),
        Ok(Verdict::Skipped { reason, .. }) => (Outcome::Skipped, None, Some(reason.clone())),
        Ok(Verdict::Answered { .. }) => (Outcome::Answered, None, None),
        Ok(Verdict::Heard) => (Outcome::Heard, None, None),
        Err(turned) => (Outcome::Refused, None, Some(turned.reason.clone())),
    };
    metrics::counter!("chainkeel_webhook_deliveries_total", "outcome" => outcome.as_str())
        .increment(1);
    (delivery.outcome, delivery.run, delivery.reason) = (outcome, run, reason);
    if let Err(error) = api.deliveries.note(delivery).await {
        tracing::warn!("a delivery to {} was not noted: {error}", delivery.workflow);
    }
}
