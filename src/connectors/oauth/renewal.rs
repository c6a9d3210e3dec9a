//! Access that is about to end is renewed: once, however many ask for it at the same time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::Tokens;
use super::exchange::{self, Granted, NoTokens};
use crate::aggregates::connector::{Check, Order, Status};
use crate::connectors::{Desk, Error, Kind, Secrets};
use crate::primitives::{ConnectorId, OrganizationId};
use crate::secrets::{self, Mask, SecretName};

/// Who acts when access is renewed, as an auditor reads it.
const HOUSE: &str = "connectors";

/// How many connectors are remembered whose access is being renewed here.
const MOST: usize = 1_024;

/// The connectors whose access is being renewed in this process.
#[derive(Clone, Default)]
pub(in crate::connectors) struct Renewals(
    Arc<std::sync::Mutex<HashMap<ConnectorId, Arc<Mutex<()>>>>>,
);

impl Renewals {
    fn of(&self, id: ConnectorId) -> Arc<Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            // Those that nobody waits for.
            all.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(all.entry(id).or_default())
    }
}

/// Where the tokens of a connector are sealed.
pub(in crate::connectors) fn tokens_of(id: ConnectorId) -> SecretName {
    SecretName::new(id, "tokens")
}

impl Desk {
    /// Access that lasts for a while, renewed where it does not.
    pub(in crate::connectors) async fn access(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        kind: &Kind,
        settings: &Map<String, Value>,
        secrets: &Secrets,
    ) -> Result<Zeroizing<String>, Error> {
        let tokens = self.tokens(organization, id).await?;
        if tokens.are_fresh(self.clock.now()) {
            return Ok(tokens.access);
        }
        // One turn in this process, and one among all of them: a provider that hands out a refresh
        // token for each use takes none twice.
        let turn = self.renewals.of(id);
        let _turn = turn.lock().await;
        let _hold = self.vault.hold(organization, &format!("{id} tokens")).await?;
        let tokens = self.tokens(organization, id).await?;
        if tokens.are_fresh(self.clock.now()) {
            return Ok(tokens.access);
        }
        self.renewed(organization, id, (kind, settings, secrets), tokens).await
    }

    async fn tokens(&self, organization: OrganizationId, id: ConnectorId) -> Result<Tokens, Error> {
        match self.vault.open(organization, &tokens_of(id)).await {
            Ok(sealed) => Tokens::read(&sealed),
            Err(secrets::Error::Missing(_)) => Err(Error::Pending(id)),
            Err(error) => Err(error.into()),
        }
    }

    async fn renewed(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        (kind, settings, secrets): (&Kind, &Map<String, Value>, &Secrets),
        tokens: Tokens,
    ) -> Result<Zeroizing<String>, Error> {
        let now = self.clock.now();
        let Some(refresh) = &tokens.refresh else {
            if tokens.still_open(now) {
                return Ok(tokens.access);
            }
            let why = "it cannot be renewed, and its time is over".to_owned();
            return self.ended(organization, id, why).await;
        };
        let client = self.clients.of(&kind.kind, settings, secrets)?;
        let template = kind.oauth.as_ref().map_or("", |oauth| &oauth.token_url);
        let url = Self::filled(template, settings)?;
        let client_secret = client.secret.as_ref().map_or("", |secret| secret.as_str());
        let mask = Mask::of([refresh.as_str(), &tokens.access, client_secret]);
        let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        match exchange::ask(&self.egress, &url, &client, &grant, now).await {
            Ok(Granted { tokens: mut new, .. }) => {
                new.refresh = new.refresh.or(tokens.refresh);
                self.vault.seal(organization, &tokens_of(id), &new.sealed_form()).await?;
                tracing::debug!(connector.id = %id, "renewed access of the connector {id}");
                Ok(new.access)
            }
            Err(NoTokens::Refused(word)) => {
                self.ended(organization, id, mask.text(&word).into_owned()).await
            }
            // What is left of it serves until the next attempt.
            Err(NoTokens::Later(..)) if tokens.still_open(now) => Ok(tokens.access),
            Err(NoTokens::Later(why, source)) => {
                Err(Error::NotRenewed { id, reason: mask.text(&why).into_owned(), source })
            }
        }
    }

    /// Notes that access has ended.
    async fn ended(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        reason: String,
    ) -> Result<Zeroizing<String>, Error> {
        let check = Check { status: Status::Expired, reason: Some(reason.clone()) };
        self.order(organization, id, HOUSE, Order::Note(check)).await?;
        Err(Error::Expired { id, reason })
    }
}
