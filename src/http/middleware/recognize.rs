//! Who somebody is, by the credential that was sent: the one place where credentials become
//! principals.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::web::Data;

use crate::access::{Actor, Credential, KeyHash, Principal};
use crate::actors::people::Visitor;
use crate::aggregates::api_key::{Closed, Owner};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::{OrganizationId, UserId};
use crate::projections::access::memberships_of;

/// Chooses among the organizations that a credential opens.
const ORGANIZATION: &str = "x-org-id";

/// The principal behind a request, or why nobody is recognized.
pub(super) async fn recognize(request: &ServiceRequest) -> Result<Principal, Problem> {
    let api = request.app_data::<Data<Api>>();
    let api = api.ok_or_else(|| Problem::internal("the server has no rooms"))?;
    if let Some(ticket) = ticket(request) {
        let (visitor, organization) = api.admission.admit_ticket(&ticket).await?;
        return member(api, request, visitor, organization).await;
    }
    let presented = bearer(request.headers())?;
    if api.admin_key.admits(presented) {
        return admin(api, chosen(request)?).await;
    }
    match Credential::of(presented) {
        Credential::Mistyped => {
            Err(Problem::new(Code::Unauthenticated).because("the key is mistyped"))
        }
        Credential::Key(text) => key(api, text, chosen(request)?).await,
        Credential::Token(text) => person(api, request, text).await,
        Credential::Other(_) => Err(closed(Closed::Unknown)),
    }
}

/// The holder of the admin key, in the organization that was chosen, or in the first one.
async fn admin(api: &Api, chosen: Option<OrganizationId>) -> Result<Principal, Problem> {
    let organization = chosen.unwrap_or(OrganizationId::DEFAULT);
    if !api.directory.is_there(organization).await? {
        return Err(Problem::new(Code::OrganizationNotFound));
    }
    Ok(Principal::admin(organization))
}

/// The owner of an API key, as far as the key and its owner's rights go at this moment.
async fn key(api: &Api, text: &str, chosen: Option<OrganizationId>) -> Result<Principal, Problem> {
    let presented = KeyHash::of(text);
    let id = presented.api_key();
    let Some((key, organization)) = api.directory.key(id).await? else {
        return Err(closed(Closed::Unknown));
    };
    let now = api.clock.now();
    let issue = key.aggregate.opens(&presented, now).map_err(closed)?;
    let (actor, may) = match issue.owner {
        Owner::ServiceAccount(account) => {
            (Actor::ServiceAccount(account), organization.aggregate.account(account))
        }
        Owner::User(user) => (Actor::ApiKey(id), organization.aggregate.member(user)),
    };
    let gone = || Problem::new(Code::Unauthenticated).because("the owner of the key is gone");
    let permissions = issue.permissions(may.ok_or_else(gone)?);
    if chosen.is_some_and(|chosen| chosen != issue.organization) {
        // As if it did not exist: whether it does is nobody else's business.
        return Err(Problem::new(Code::OrganizationNotFound));
    }
    if key.aggregate.use_is_due(now) {
        api.key_uses.note(id, issue.organization);
    }
    Ok(Principal { organization: issue.organization, actor, permissions })
}

/// A person who is logged in, as far as their role in the organization goes at this moment.
async fn person(api: &Api, request: &ServiceRequest, text: &str) -> Result<Principal, Problem> {
    let visitor = api.admission.admit(text).await?;
    let organization = match chosen(request)? {
        Some(chosen) => chosen,
        None => only_one(api, visitor.user).await?,
    };
    member(api, request, visitor, organization).await
}

/// A person in an organization, if they belong to it.
async fn member(
    api: &Api,
    request: &ServiceRequest,
    visitor: Visitor,
    organization: OrganizationId,
) -> Result<Principal, Problem> {
    let known = api.directory.organization(organization).await?;
    // As if it did not exist: whether it does is nobody else's business.
    let permissions = known.aggregate.member(visitor.user);
    let permissions = permissions.ok_or_else(|| Problem::new(Code::OrganizationNotFound))?;
    request.extensions_mut().insert(visitor);
    Ok(Principal { organization, actor: Actor::User(visitor.user), permissions })
}

/// The organization of somebody who belongs to one alone.
async fn only_one(api: &Api, user: UserId) -> Result<OrganizationId, Problem> {
    match memberships_of(&api.house, user, 2).await?.as_slice() {
        [] => Err(Problem::new(Code::Forbidden)
            .because("you belong to no organization yet: accept an invitation, or ask for one")),
        [only] => Ok(*only),
        [_, ..] => Err(Problem::new(Code::InvalidHeader).at(
            "X-Org-ID",
            "must say which of your organizations is meant: `GET /v1/auth/organizations` lists them",
        )),
    }
}

fn closed(why: Closed) -> Problem {
    Problem::new(Code::Unauthenticated).because(why)
}

/// The organization that the header chooses.
fn chosen(request: &ServiceRequest) -> Result<Option<OrganizationId>, Problem> {
    let mut headers = request.headers().get_all(ORGANIZATION);
    let Some(header) = headers.next() else { return Ok(None) };
    let id = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    match (id, headers.next()) {
        (Some(id), None) => Ok(Some(id)),
        (None, _) | (_, Some(_)) => Err(Problem::new(Code::InvalidHeader)
            .at("X-Org-ID", "must occur once and be the id of an organization, `org_…`")),
    }
}

/// The ticket of a stream, where no header says who asks.
fn ticket(request: &ServiceRequest) -> Option<String> {
    let is_stream = request.match_pattern().is_some_and(|pattern| pattern.ends_with("/stream"));
    if !is_stream || request.headers().contains_key(AUTHORIZATION) {
        return None;
    }
    let query = request.query_string().as_bytes();
    let found = url::form_urlencoded::parse(query).find(|(name, _)| name == "ticket");
    found.map(|(_, ticket)| ticket.into_owned())
}

/// The credential that a request shows.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut headers = headers.get_all(AUTHORIZATION);
    let header = headers.next().ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    if headers.next().is_some() {
        return Err(Problem::new(Code::Unauthenticated).because("`Authorization` occurs twice"));
    }
    let malformed =
        || Problem::new(Code::Unauthenticated).because("`Authorization` must be `Bearer <key>`");
    let text = header.to_str().map_err(|_| malformed())?;
    let (scheme, key) = text.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") || key.trim().is_empty() {
        return Err(malformed());
    }
    Ok(key.trim())
}
