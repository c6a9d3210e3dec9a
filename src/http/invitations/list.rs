use actix_web::web::Data;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Params, Portion};
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};

/// The invitations that can be accepted at this moment.
#[utoipa::path(
    get,
    operation_id = "list_invitations",
    path = "/v1/organization/invitations",
    tag = "organizations",
    params(Portion),
    responses(
        (status = 200, description = "The invitations", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Portion>,
) -> Result<Answer<Page<Record>>, Problem> {
    let paging = query.0.paging()?;
    let own = order::own(&api, &who).await?;
    let invitations = own.aggregate.open_invitations(api.clock.now());
    let invitations = invitations.map(|(id, it)| record::of(&own.aggregate, *id, it));
    Ok(Answer::ok(paging.of_all(invitations, |it| it.id.clone())?))
}
