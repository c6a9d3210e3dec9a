use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Cursor, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::journal::{Chosen, DeadLetters};

/// Which dead letters are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that this part gave up: `events`, `event-triggers`.
    reaction: Option<String>,
    /// `dead` when absent, or `discarded`.
    #[param(inline)]
    status: Option<Status>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// Where to go on, from the last answer.
    cursor: Option<String>,
}

/// Whether somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Status {
    /// It waits for somebody.
    Dead,
    /// Somebody has.
    Discarded,
}

/// What parts of the house have given up of the organization's events, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_dead_letters",
    path = "/v1/dead-letters",
    tag = "events",
    params(Wanted),
    responses(
        (status = 200, description = "The dead letters", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { reaction, status, limit, cursor }) = query;
    let paging = Paging::of(limit, None, cursor)?;
    let after: Option<(i64, String)> = paging.cursor.as_ref().map(Cursor::read).transpose()?;
    let discarded = status == Some(Status::Discarded);
    let chosen = Chosen { reaction, ..Chosen::default() };
    let letters = DeadLetters::new(api.journal.pool().clone());
    let (organization, fetched) = (who.organization, paging.look_ahead());
    let found = letters.list(organization, &chosen, (after, discarded), fetched).await?;
    let page = paging.page(found, |letter| (letter.position, letter.reaction.clone()));
    let Page { items, limit, offset, has_more, cursor } = page;
    let items = items.into_iter().map(Record::from).collect();
    Ok(Answer::ok(Page { items, limit, offset, has_more, cursor }))
}
