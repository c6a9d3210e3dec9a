//! How the connectors of a definition stand at this moment.

use std::future::ready;

use engine::Definition;

use super::record;
use crate::access::Principal;
use crate::aggregates::connector::{Connector, Owner, Status};
use crate::aggregates::organization::Organization;
use crate::connectors::{Error, Kinds};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::primitives::ConnectorId;
use crate::readiness::Connected;

/// The connectors that nodes name, as far as there are any.
pub(in crate::http) async fn standing(
    api: &Api,
    who: &Principal,
    definition: &Definition,
) -> Result<Vec<Connected>, Problem> {
    let organization = api.directory.organization(who.organization).await?;
    let mut all = Vec::new();
    for (node, named) in definition.nodes() {
        let Some(connector) = &named.connector else { continue };
        let connected = match found(api, who, connector).await {
            Ok((id, connector)) => {
                told(&organization.aggregate, who, node.to_string(), (id, connector))
            }
            Err(Error::Journal(error)) => return Err(Error::Journal(error).into()),
            Err(Error::View(error)) => return Err(Error::View(error).into()),
            Err(obstacle) => Connected {
                node: node.to_string(),
                name: format!("a connector of the type `{}`", connector.kind),
                owner: None,
                fault: Some(obstacle.to_string()),
                untested: false,
            },
        };
        all.push(connected);
    }
    Ok(all)
}

async fn found(
    api: &Api,
    who: &Principal,
    named: &engine::Connector,
) -> Result<(ConnectorId, Connector), Error> {
    let asker = ready(Ok(record::known_as(who)));
    let id = api.connectors.meant(who.organization, named, asker).await?;
    Ok((id, api.connectors.load(who.organization, id).await?))
}

fn told(
    organization: &Organization,
    who: &Principal,
    node: String,
    (id, connector): (ConnectorId, Connector),
) -> Connected {
    let is_there = match connector.owner {
        Owner::Organization => true,
        Owner::User(user) => organization.member(user).is_some(),
        Owner::ServiceAccount(account) => organization.account(account).is_some(),
    };
    let fault = connector.check.as_ref().and_then(|check| {
        let why = check.reason.as_deref();
        match check.status {
            Status::Connected => None,
            Status::Pending => Some("the provider has not granted access yet".to_owned()),
            Status::Failing => {
                Some(format!("its last test failed: {}", why.unwrap_or("no reason")))
            }
            Status::Expired => Some("the provider has ended its access".to_owned()),
        }
    });
    // Whose name is not for everybody to read is known by its id.
    let name = if record::is_seen_by(&connector, who) {
        format!("`{}` ({id})", connector.name)
    } else {
        id.to_string()
    };
    let owner = is_there.then(|| connector.owner.to_string());
    let kind = Kinds::builtin().get(&connector.kind);
    let untested = connector.checked_at.is_none() && kind.is_some_and(|kind| kind.probe.is_some());
    Connected { node, name, owner, fault, untested }
}
