//! As whom this installation, or one connector, is registered with a provider.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::connectors::{Error, Secrets};
use crate::primitives::Secret;

/// The room's part of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The installation's registrations: `type=id:secret`, with commas between them.
    #[serde(skip_serializing)]
    pub oauth_clients: Option<Secret>,
}

/// A registration with a provider.
#[derive(Clone)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// Its secret; none for a public client.
    pub secret: Option<Zeroizing<String>>,
}

/// The registrations of the installation, by connector type. Cheap enough to clone.
#[derive(Debug, Clone, Default)]
pub struct Clients(BTreeMap<String, Client>);

/// A setting that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`connectors.oauth_clients` wants `type=id:secret`, with commas between several; entry {0} is none"
)]
pub struct InvalidClients(usize);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Config {
    /// The registrations. What is wrong is named by its place, never quoted.
    pub fn clients(&self) -> Result<Clients, InvalidClients> {
        let Some(text) = &self.oauth_clients else { return Ok(Clients::default()) };
        let entries = text.expose().split(',').map(str::trim).enumerate();
        let entries = entries.filter(|(_, entry)| !entry.is_empty());
        entries
            .map(|(at, entry)| {
                let wrong = InvalidClients(at + 1);
                let (kind, client) = entry.split_once('=').ok_or_else(|| wrong.clone())?;
                let (id, secret) = match client.split_once(':') {
                    Some((id, secret)) => (id, Some(Zeroizing::new(secret.to_owned()))),
                    None => (client, None),
                };
                if kind.is_empty() || id.is_empty() {
                    return Err(wrong);
                }
                Ok((kind.to_owned(), Client { id: id.to_owned(), secret }))
            })
            .collect::<Result<_, _>>()
            .map(Clients)
    }
}

impl Clients {
    /// The registration that a connector uses: its own before the installation's.
    pub fn of(
        &self,
        kind: &str,
        settings: &Map<String, Value>,
        secrets: &Secrets,
    ) -> Result<Client, Error> {
        if let Some(id) = settings.get("clientId").and_then(Value::as_str) {
            let secret = secrets.get("clientSecret");
            let secret = secret.map(|secret| Zeroizing::new(secret.to_owned()));
            return Ok(Client { id: id.to_owned(), secret });
        }
        self.0.get(kind).cloned().ok_or_else(|| Error::Data {
            field: "clientId".to_owned(),
            problem: "is missing, and the operator has set none for this type".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installations_registrations_are_read_and_a_slip_is_told_by_its_place() {
        let config = |text: &str| Config { oauth_clients: Some(Secret::new(text)) };
        let clients = config("gmail=id1:se:cret, google-sheets=id2").clients().unwrap();
        let client = clients.of("gmail", &Map::new(), &Secrets::default()).unwrap();
        assert_eq!((client.id.as_str(), client.secret.unwrap().as_str()), ("id1", "se:cret"));
        let own = Map::from_iter([("clientId".to_owned(), "own".into())]);
        assert_eq!(clients.of("gmail", &own, &Secrets::default()).unwrap().id, "own");
        assert!(clients.of("other", &Map::new(), &Secrets::default()).is_err());
        let error = config("gmail=a:b,hunter2").clients().unwrap_err();
        assert_eq!(error, InvalidClients(2));
        assert!(!error.to_string().contains("hunter2"));
    }
}
