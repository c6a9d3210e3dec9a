//! Where connectors are found, sealed and opened.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::data::fill;
use super::oauth::{Renewals, tokens_of, verifier_of};
use super::resolve::{Candidate, resolve};
use super::{Clients, Credentials, Error, Kind, Kinds, Parts, Secrets, allowed};
use crate::aggregates::connector::{
    self, Authorization, Command, Connector, Data, Order, Owner, Reference, Status,
};
use crate::egress::Egress;
use crate::journal::{Context, Journal, Metadata, NotExecuted, Store, StreamId, Tail};
use crate::primitives::{Clock, CommandId, ConnectorId, OrganizationId, RunId};
use crate::projections::connectors::{Connectors, Filter, Projector, Summary};
use crate::projections::{Paging, Positions, Views};
use crate::secrets::{SecretName, Vault};

/// How many connectors of one type are looked at to find the one that is meant.
const MOST: i64 = 100;

/// How long the view may take to know of what was connected a moment ago.
const PATIENCE: Duration = Duration::from_secs(2);

/// Finds, seals and opens connectors. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(super) store: Store<Connector>,
    pub(super) vault: Vault,
    pub(super) egress: Egress,
    pub(super) clients: Clients,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) renewals: Renewals,
    view: Connectors,
    tail: Option<Tail>,
}

/// What a desk is made of.
pub struct Furniture {
    /// The ledger.
    pub journal: Journal,
    /// Where secrets are sealed.
    pub vault: Vault,
    /// The way out.
    pub egress: Egress,
    /// The views.
    pub views: Views,
    /// How far they have come.
    pub positions: Positions,
    /// As whom the installation is registered with providers.
    pub clients: Clients,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The end of the ledger, for those who must not miss what was just connected.
    pub tail: Option<Tail>,
}

impl Desk {
    /// A desk of these.
    pub fn new(furniture: Furniture) -> Self {
        let Furniture { journal, vault, egress, views, positions, clients, clock, tail } =
            furniture;
        Self {
            store: Store::connectors(journal),
            vault,
            egress,
            clients,
            clock,
            renewals: Renewals::default(),
            view: Connectors::new(views, positions),
            tail,
        }
    }

    /// The connectors as the ledger has them.
    pub const fn store(&self) -> &Store<Connector> {
        &self.store
    }

    /// The list of them.
    pub const fn view(&self) -> &Connectors {
        &self.view
    }

    /// A connector of an organization.
    pub async fn load(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
    ) -> Result<Connector, Error> {
        let connector = self.store.load(&id.to_string()).await?.aggregate;
        if connector.is_of(organization) {
            Ok(connector)
        } else {
            Err(Error::Unknown(id.to_string()))
        }
    }

    /// The connector that a node means: the one of its id, or where it names a type alone, the one
    /// that is found for whoever asks. Who that is, is looked up only then.
    pub async fn meant(
        &self,
        organization: OrganizationId,
        named: &engine::Connector,
        asker: impl Future<Output = Result<Owner, Error>>,
    ) -> Result<ConnectorId, Error> {
        match &named.id {
            Some(id) => id.parse().map_err(|_| Error::Unknown(id.chars().take(64).collect())),
            None => self.find(organization, &named.kind, asker.await?).await,
        }
    }

    /// The connector that is meant where only a type is named, for somebody who is known as this
    /// owner would be.
    pub async fn find(
        &self,
        organization: OrganizationId,
        kind: &str,
        asker: Owner,
    ) -> Result<ConnectorId, Error> {
        if let Some(tail) = &self.tail {
            let head = tail.head();
            self.view.positions().wait_for(Projector::NAME, head, PATIENCE).await?;
        }
        let filter = Filter { kind: Some(kind.to_owned()), status: None, seen_by: Some(asker) };
        let found = self.view.list(organization, &filter, &Paging::first(MOST)).await?;
        let candidates: Vec<_> = found.items.iter().filter_map(candidate).collect();
        resolve(&candidates, asker).map_err(|why| Error::Unresolved { kind: kind.to_owned(), why })
    }

    /// Who set a run off, as an owner would be known.
    pub async fn asker_of(&self, run: RunId) -> Result<Owner, Error> {
        let first = self.store.journal().read_stream(&StreamId::run(run), 0, 1).await?;
        let Some(first) = first.first() else { return Ok(Owner::Organization) };
        let actor = first.metadata_map()?.remove("actor").unwrap_or_default();
        // Everybody else acts for the organization: its admin key, its webhooks, its schedules.
        Ok(actor.parse().unwrap_or(Owner::Organization))
    }

    /// Seals what is secret of a connector's data. An event that names it must follow, and then
    /// [`Desk::forget_older`].
    pub async fn seal(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        command: CommandId,
        parts: Parts,
    ) -> Result<Data, Error> {
        let Parts { settings, secrets } = parts;
        let hints = secrets.hints();
        let sealed = if secrets.is_empty() {
            None
        } else {
            let name = SecretName::new(id, format!("data {command}"));
            let sealed = self.vault.seal(organization, &name, &secrets.sealed_form()).await?;
            let field = name.field().to_owned();
            Some(Reference { field, key_version: sealed.key_version })
        };
        Ok(Data { settings: Value::Object(settings).into(), hints, sealed })
    }

    /// Forgets what was sealed for a connector before the data that it has now; everything when it
    /// is no more.
    pub async fn forget_older(
        &self,
        organization: OrganizationId,
        connector: &Connector,
    ) -> Result<(), Error> {
        let Some(id) = connector.id else { return Ok(()) };
        let sealed = connector.data.as_ref().and_then(|data| data.sealed.as_ref());
        let awaited = match &connector.authorization {
            Some(Authorization::Awaited { state_hash, .. }) => Some(verifier_of(id, state_hash)),
            Some(Authorization::Returned) | None => None,
        };
        let mut kept: Vec<String> = Vec::new();
        if !connector.gone {
            kept.extend(sealed.map(|reference| reference.field.clone()));
            kept.extend(awaited.map(|name| name.field().to_owned()));
            kept.push(tokens_of(id).field().to_owned());
        }
        self.vault.forget_others(organization, &id.to_string(), &kept).await?;
        Ok(())
    }

    /// Forgets everything that was sealed for a connector.
    pub async fn forget(&self, organization: OrganizationId, id: ConnectorId) -> Result<(), Error> {
        self.vault.forget_others(organization, &id.to_string(), &[]).await?;
        Ok(())
    }

    /// Opens a connector for use. It is opened anew for each: nothing is kept.
    pub async fn open(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
    ) -> Result<Credentials, Error> {
        let connector = self.load(organization, id).await?;
        match self.opened(organization, id, &connector).await {
            // Somebody has replaced them between the two readings: what is there now counts.
            Err(Error::Secrets(crate::secrets::Error::Missing(_))) => {
                let connector = self.load(organization, id).await?;
                self.opened(organization, id, &connector).await
            }
            outcome => outcome,
        }
    }

    async fn opened(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        connector: &Connector,
    ) -> Result<Credentials, Error> {
        let kind = kind_of(connector)?;
        let (settings, secrets, key_version) = self.data_of(organization, id, connector).await?;
        let allowed = allowed_of(kind, &settings)?;
        if kind.oauth.is_some() && connector.status() == Status::Pending {
            return Err(Error::Pending(id));
        }
        let access_token = match &kind.oauth {
            None => None,
            Some(_) => Some(self.access(organization, id, kind, &settings, &secrets).await?),
        };
        Ok(Credentials { id, kind, key_version, settings, secrets, access_token, allowed })
    }

    /// The data of a connector, opened, and the version of the key that seals them.
    pub(super) async fn data_of(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        connector: &Connector,
    ) -> Result<(Map<String, Value>, Secrets, Option<i32>), Error> {
        let data = connector.data.as_ref().ok_or(Error::Damaged)?;
        let settings = data.settings.as_object().cloned().unwrap_or_default();
        let Some(reference) = &data.sealed else { return Ok((settings, Secrets::default(), None)) };
        let name = SecretName::new(id, reference.field.clone());
        let opened = self.vault.open_and_tell(organization, &name).await?;
        Ok((settings, Secrets::read(&opened.secret)?, Some(opened.key_version)))
    }

    /// A text of the type with settings of the connector in it.
    pub(super) fn filled(template: &str, settings: &Map<String, Value>) -> Result<String, Error> {
        let filled = fill(template, |name| settings.get(name).and_then(Value::as_str));
        let missing = |field| Error::Data { field, problem: "is missing".to_owned() };
        filled.map(|text| text.to_string()).map_err(missing)
    }

    /// Gives a connector an order of the house, or of whoever began what is ended now.
    pub(super) async fn order(
        &self,
        organization: OrganizationId,
        id: ConnectorId,
        by: &str,
        order: Order,
    ) -> Result<Connector, Error> {
        let command = Command { by: by.to_owned(), at: self.clock.now(), order };
        let metadata = Metadata::new(organization, by, CommandId::generate());
        let context = Context::new(metadata);
        match self.store.execute(&id.to_string(), command, context).await {
            Ok(executed) => Ok(executed.aggregate),
            Err(NotExecuted::Refused(connector::Error::NotAwaited)) => Err(Error::NotAwaited),
            Err(NotExecuted::Refused(refusal)) => Err(Error::Refused(refusal)),
            Err(NotExecuted::Journal(error)) => Err(error.into()),
            Err(
                NotExecuted::Conflict
                | NotExecuted::Fenced
                | NotExecuted::ClaimTaken { .. }
                | NotExecuted::ReceiptTaken
                | NotExecuted::NotAllowed,
            ) => Err(Error::Contended),
        }
    }
}

/// The type of a connector.
pub(super) fn kind_of(connector: &Connector) -> Result<&'static Kind, Error> {
    let kind = Kinds::builtin().get(&connector.kind);
    kind.ok_or_else(|| Error::UnknownKind(connector.kind.clone()))
}

fn allowed_of(kind: &Kind, settings: &Map<String, Value>) -> Result<Vec<super::Allowed>, Error> {
    allowed(kind, settings).map_err(|problem| Error::Data { field: "host".to_owned(), problem })
}

fn candidate(summary: &Summary) -> Option<Candidate> {
    Some(Candidate {
        id: summary.connector_id.parse().ok()?,
        owner: summary.owner.parse().ok()?,
        visibility: named(&summary.visibility)?,
        status: named(&summary.status)?,
    })
}

/// One of our enums by its stored name.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}
