//! From the first click to the tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::exchange::{self, Granted, NoTokens};
use crate::aggregates::connector::{Authorization, Check, Connector, Order, Status};
use crate::connectors::desk::kind_of;
use crate::connectors::{Desk, Error};
use crate::egress::Url;
use crate::primitives::{ConnectorId, OrganizationId, hex};
use crate::secrets::{Mask, SecretName};

/// How long somebody may take to grant access.
const PATIENCE: Duration = Duration::minutes(10);

/// What was begun: where to go, and what the ledger has to know of it.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where access is granted.
    pub url: String,
    /// The order that goes with it.
    pub state_hash: String,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

/// What a provider sends somebody back with.
#[derive(Debug, Clone)]
pub struct Returned {
    /// What was handed out at the beginning.
    pub state: String,
    /// What is exchanged for tokens, or why there is none.
    pub outcome: Result<String, String>,
}

/// What is kept until somebody comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    verifier: String,
    redirect_uri: String,
}

impl Desk {
    /// Begins to ask for access: seals the verifier, and tells where to go. Nothing is begun before
    /// the order stands on the ledger.
    pub async fn begin(
        &self,
        organization: OrganizationId,
        connector: &Connector,
        redirect_uri: &str,
    ) -> Result<Begun, Error> {
        let id = connector.id.ok_or(Error::Damaged)?;
        let kind = kind_of(connector)?;
        let Some(oauth) = &kind.oauth else {
            let why = format!("a connector of the type `{}` needs no authorization", kind.kind);
            return Err(Error::Untestable(why));
        };
        let (settings, secrets, _) = self.data_of(organization, id, connector).await?;
        let client = self.clients.of(&kind.kind, &settings, &secrets)?;
        let state = format!("{id}.{}", *random_text());
        let verifier = random_text();
        let state_hash = hash(&state);
        let kept = Kept { verifier: verifier.to_string(), redirect_uri: redirect_uri.to_owned() };
        let form = Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| Error::Damaged)?);
        self.vault.seal(organization, &verifier_of(id, &state_hash), &form).await?;
        let fill = |template: &str| Self::filled(template, &settings);
        let mut url = url_of("authorizationUrl", &fill(&oauth.authorization_url)?)?;
        let scopes: Vec<_> = oauth.scopes.iter().filter_map(|scope| fill(scope).ok()).collect();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(" "));
        }
        query.extend_pairs(&oauth.params);
        drop(query);
        Ok(Begun { url: url.into(), state_hash, expires_at: self.clock.now() + PATIENCE })
    }

    /// Takes somebody back whom a provider has sent. What was handed out counts once, for the
    /// connector that it was made for, and for ten minutes; whatever is wrong with it is one and
    /// the same [`Error::NotAwaited`].
    pub async fn redeem(&self, returned: Returned) -> Result<Connector, Error> {
        let (id, _) = returned.state.split_once('.').ok_or(Error::NotAwaited)?;
        let id: ConnectorId = id.parse().map_err(|_| Error::NotAwaited)?;
        let state_hash = hash(&returned.state);
        let connector = self.store.load(&id.to_string()).await?.aggregate;
        let organization = connector.organization.filter(|_| !connector.gone);
        let organization = organization.ok_or(Error::NotAwaited)?;
        let Some(Authorization::Awaited { by, .. }) = connector.authorization.clone() else {
            return Err(Error::NotAwaited);
        };
        // It is used up before anything is exchanged: whoever comes second finds nothing.
        let order = Order::ReturnAuthorization { state_hash: state_hash.clone() };
        self.order(organization, id, &by, order).await?;
        let name = verifier_of(id, &state_hash);
        let kept = self.vault.open(organization, &name).await?;
        self.vault.forget(organization, &name).await?;
        let kept: Kept = serde_json::from_slice(&kept).map_err(|_| Error::Damaged)?;
        let granted = match returned.outcome {
            Ok(code) => self.exchanged(organization, id, &connector, &code, &kept).await,
            Err(word) => Err(NoTokens::Refused(exchange::plain(&word))),
        };
        match granted {
            Ok(Granted { tokens, scopes }) => {
                // Where access cannot be renewed, the ledger says when it ends.
                let expires_at = tokens.expires_at.filter(|_| tokens.refresh.is_none());
                let name = super::renewal::tokens_of(id);
                let sealed = self.vault.seal(organization, &name, &tokens.sealed_form()).await?;
                let key_version = sealed.key_version;
                let order = Order::Authorize { scopes, key_version, expires_at };
                self.order(organization, id, &by, order).await
            }
            Err(NoTokens::Refused(word)) => {
                self.failing(organization, id, &by, format!("access was not granted: {word}")).await
            }
            Err(NoTokens::Later(why, _)) => {
                let why = format!("the grant could not be exchanged: {why}");
                self.failing(organization, id, &by, why).await
            }
        }
    }

    async fn exchanged(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        connector: &Connector,
        code: &str,
        kept: &Kept,
    ) -> Result<Granted, NoTokens> {
        let failed = |error: Error| NoTokens::Later(error.to_string(), None);
        let kind = kind_of(connector).map_err(failed)?;
        let data = self.data_of(organization, id, connector).await;
        let (settings, secrets, _) = data.map_err(failed)?;
        let client = self.clients.of(&kind.kind, &settings, &secrets).map_err(failed)?;
        let template = kind.oauth.as_ref().map_or("", |oauth| &oauth.token_url);
        let url = Self::filled(template, &settings).map_err(failed)?;
        let secret = client.secret.as_ref().map_or("", |secret| secret.as_str());
        let mask = Mask::of([secret, code, &kept.verifier]);
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &kept.redirect_uri),
            ("code_verifier", &kept.verifier),
        ];
        let granted = exchange::ask(&self.egress, &url, &client, &grant, self.clock.now()).await;
        granted.map_err(|refusal| match refusal {
            NoTokens::Refused(word) => NoTokens::Refused(mask.text(&word).into_owned()),
            NoTokens::Later(why, source) => NoTokens::Later(mask.text(&why).into_owned(), source),
        })
    }

    async fn failing(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        by: &str,
        reason: String,
    ) -> Result<Connector, Error> {
        let check = Check { status: Status::Failing, reason: Some(reason) };
        self.order(organization, id, by, Order::Note(check)).await
    }
}

/// The address that a setting names.
fn url_of(field: &str, text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|error| Error::Data {
        field: field.to_owned(),
        problem: format!("is no URL: {error}"),
    })
}

/// Where the verifier of an authorization is sealed.
pub(in crate::connectors) fn verifier_of(id: ConnectorId, state_hash: &str) -> SecretName {
    SecretName::new(id, format!("verifier {}", &state_hash[..32.min(state_hash.len())]))
}

fn hash(state: &str) -> String {
    hex(&Sha256::digest(state.as_bytes()))
}

/// 256 bits of chance in letters that need no escape: 43 of them, as RFC 7636 wants at least.
fn random_text() -> Zeroizing<String> {
    let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
    Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))
}
