use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::line::line;
use super::reading::{Reading, Wanted, families};
use crate::access::Principal;
use crate::actors::Place;
use crate::http::answer::POSITION;
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::http::runs::ledger::must_belong;
use crate::primitives::{Kind, Kinds, RunId, WorkflowId};
use crate::projections::audit::Line;

/// Which events are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those behind this position: the last one that was received, to go on. 0 when absent.
    after: Option<i64>,
    /// Those from this position on, instead of `after`.
    from: Option<i64>,
    /// Those up to this position; the last one that there is when absent.
    to: Option<i64>,
    /// Those of this workflow and of its runs.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Those of this run.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// Those of these types, with commas between: `run.failed,workflow.published`, or `run.*` for a family.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>)]
    kinds: Option<Kinds>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// The last line: without it an export was cut off.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerEnd)]
pub(super) struct End {
    /// Always true.
    complete: bool,
    /// How many events came before.
    events: u64,
    /// The position of the last of them; null when there was none.
    last_position: Option<i64>,
    /// The position up to which the ledger was read.
    to: i64,
}

/// The ledger of the organization as a file that comes as it is read: a JSON object a line, an event each, in the
/// order of their positions. The last line has `complete` and says how many they were; where it is missing, the
/// export was cut off, and goes on `after` the last position that was received. `Chainkeel-Position` says up to
/// where it goes. Payloads are whole where the key may read the same elsewhere; others are withheld but for what
/// the audit log shows.
#[utoipa::path(
    get,
    operation_id = "export_ledger",
    path = "/v1/ledger/export",
    tag = "organizations",
    params(Asked),
    responses(
        (status = 200, description = "The events, and the last line", content(
            (Line = "application/x-ndjson"),
        )),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 404, description = "No such run", body = Document),
        (status = 429, description = "Too many exports and streams", body = Document),
    ),
)]
pub async fn ledger(
    api: Data<Api>,
    who: Principal,
    query: Params<Asked>,
) -> Result<HttpResponse, Problem> {
    let Params(asked) = query;
    api.ledger_at(asked.min_position).await?;
    must_be_known(asked.kinds.as_ref())?;
    let (after, to) = range(&asked, api.journal.head().await?)?;
    let Asked { workflow_id: workflow, run_id: run, kinds, .. } = asked;
    if let Some(run) = run {
        must_belong(&api, &who, run).await?;
    }
    // It reads its past as a stream does, and takes turns with them.
    let place = api.hub.enter()?;
    let reading = Reading::new(api, who, Wanted { workflow, run, kinds, after, to });
    let end = End { complete: true, to, ..End::default() };
    let mut export = Export { who, reading, place, end, is_over: false };
    // The first part is read before anything is answered, so that what fails is told as a problem.
    let first = export.part().await?;
    let rest = stream::try_unfold(export, |mut export| async move {
        Ok::<_, Problem>(export.part().await?.map(|part| (part, export)))
    });
    let begin = stream::iter(first.map(Ok));
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"ledger.ndjson\""))
        .insert_header((POSITION, to.to_string()))
        .streaming(Box::pin(futures::StreamExt::chain(begin, rest))))
}

/// Behind which position, and up to which.
fn range(asked: &Asked, head: i64) -> Result<(i64, i64), Problem> {
    let refuse = |place, why: &str| Err(Problem::new(Code::InvalidQuery).at(place, why));
    let (name, after) = match (asked.after, asked.from) {
        (None, None) => ("after", 0),
        (Some(after), None) if after >= 0 => ("after", after),
        (None, Some(from)) if from > 0 => ("from", from - 1),
        (Some(_), None) => {
            return refuse("after", "must be a position, or 0 for all of the ledger");
        }
        (None, Some(_)) => return refuse("from", "must be a position: they begin with 1"),
        (Some(_), Some(_)) => {
            return refuse("from", "does not go with `after`: give one of the two");
        }
    };
    let to = asked.to.unwrap_or(head);
    if to < 0 {
        return refuse("to", "must be a position");
    }
    if to > head {
        return refuse("to", &format!("is no position yet: the ledger is at {head}"));
    }
    if after > to {
        let end = if asked.to.is_some() { "`to`" } else { "the end of the ledger" };
        return refuse(name, &format!("lies behind {end}, which is at {to}"));
    }
    Ok((after, to))
}

/// Refuses families that are not on the ledger, which are slips of the pen.
fn must_be_known(kinds: Option<&Kinds>) -> Result<(), Problem> {
    let is_known = |kind: Kind<'_>| {
        let family = match kind {
            Kind::Family(family) => family,
            Kind::Exact(kind) => kind.split_once('.').map_or(kind, |(family, _)| family),
        };
        families().any(|known| known == family)
    };
    match kinds.and_then(|kinds| kinds.unknown(is_known)) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<_> = families().collect();
            Err(Problem::new(Code::InvalidQuery).at(
                "type",
                format_args!(
                    "`{unknown}` is of no family of events: there are {}",
                    known.join(", ")
                ),
            ))
        }
    }
}

/// An export under way.
struct Export {
    who: Principal,
    reading: Reading,
    place: Place,
    end: End,
    is_over: bool,
}

impl Export {
    /// The next lines; none behind the last.
    async fn part(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        let mut text = Vec::new();
        while text.is_empty() {
            if self.place.is_closed() {
                // Without its last line: whoever reads it goes on elsewhere.
                return Err(Problem::unavailable("the server is about to stop"));
            }
            let page = {
                let _turn = self.place.turn().await;
                self.reading.page().await?
            };
            let Some(page) = page else {
                self.is_over = true;
                serde_json::to_writer(&mut text, &self.end).map_err(Problem::internal)?;
                text.push(b'\n');
                break;
            };
            for placed in &page {
                let line = line(&placed.event, &self.who, self.reading.is_placed(placed))?;
                serde_json::to_writer(&mut text, &line).map_err(Problem::internal)?;
                text.push(b'\n');
                self.end.events += 1;
                self.end.last_position = Some(placed.event.position);
            }
        }
        Ok(Some(Bytes::from(text)))
    }
}
