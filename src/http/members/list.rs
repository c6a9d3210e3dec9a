use actix_web::web::Data;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Params, Portion};
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};

/// The members of the organization as they are at this moment.
#[utoipa::path(
    get,
    operation_id = "list_members",
    path = "/v1/organization/members",
    tag = "organizations",
    params(Portion),
    responses(
        (status = 200, description = "The members", body = Envelope<Page<Record>>),
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
    let members = own.aggregate.members.iter();
    let members = members.map(|(user, member)| record::of(&own.aggregate, *user, member));
    Ok(Answer::ok(paging.of_all(members, |member| member.user_id.clone())?))
}
