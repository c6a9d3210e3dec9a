use actix_web::web::Data;

use super::record::{Record, load_all};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Params, Portion};
use crate::http::problem::{Document, Problem};

/// The sequences of the organization by name, each in its last version.
#[utoipa::path(
    get,
    operation_id = "list_event_sequences",
    path = "/v1/event-sequences",
    tag = "events",
    params(Portion),
    responses(
        (status = 200, description = "The sequences", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Portion>,
) -> Result<Answer<Page<Record>>, Problem> {
    let paging = query.0.paging()?;
    let all = load_all(&api, &who).await?.all.into_iter();
    let live = all.filter(|(_, sequence)| !sequence.retired);
    let records: Result<Vec<_>, _> =
        live.map(|(name, sequence)| Record::of(name, &sequence, None)).collect();
    Ok(Answer::ok(paging.of_all(records?, Record::place)?))
}
