//! What an operator says of Turnkey.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Turnkey;
use super::client::Client;
use super::stamp::ApiKey;
use crate::egress;
use crate::primitives::{Clock, Secret};
use crate::signing::{InvalidConfig, outside};

/// What opens an organization at Turnkey.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TurnkeyConfig {
    /// Where it is.
    pub base_url: String,
    /// The parent organization.
    pub organization_id: Option<String>,
    /// The public half of the API key, if the operator wants it to be held against the other.
    pub api_public_key: Option<String>,
    /// The private half.
    #[serde(skip_serializing)]
    pub api_private_key: Option<Secret>,
}

impl Default for TurnkeyConfig {
    fn default() -> Self {
        Self {
            base_url: "https://api.turnkey.com".to_owned(),
            organization_id: None,
            api_public_key: None,
            api_private_key: None,
        }
    }
}

impl TurnkeyConfig {
    /// The backend that it stands for. Nothing is asked yet.
    pub fn backend(
        &self,
        workflows: &egress::Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Turnkey, InvalidConfig> {
        let organization = self.organization_id.as_deref();
        let organization = organization
            .ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_TURNKEY_ORGANIZATION_ID"))?;
        let private = self.api_private_key.as_ref();
        let private =
            private.ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_TURNKEY_API_PRIVATE_KEY"))?;
        let key = ApiKey::read(private, self.api_public_key.as_deref())?;
        let egress = outside::door(workflows, &self.base_url)?;
        Ok(Turnkey::new(Client::new(egress, &self.base_url, key), organization, clock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::SystemClock;
    use crate::signing::InvalidApiKey;

    #[test]
    fn turnkey_needs_an_organization_and_a_key_and_a_url_that_nobody_listens_to() {
        let refused = |config: &TurnkeyConfig| {
            config.backend(&egress::Config::default(), Arc::new(SystemClock)).unwrap_err()
        };
        let nothing = TurnkeyConfig::default();
        let missing = InvalidConfig::Missing("CHAINKEEL_SIGNING_TURNKEY_ORGANIZATION_ID");
        assert_eq!(refused(&nothing), missing);
        let organization_id = Some("4cfd9e7c-3e0f-4c4a-b1f5-2d8f3a0f3a11".to_owned());
        let named = TurnkeyConfig { organization_id, ..nothing };
        let missing = InvalidConfig::Missing("CHAINKEEL_SIGNING_TURNKEY_API_PRIVATE_KEY");
        assert_eq!(refused(&named), missing);
        let wrong = TurnkeyConfig { api_private_key: Some(Secret::new("1234")), ..named.clone() };
        assert_eq!(refused(&wrong), InvalidConfig::ApiKey(InvalidApiKey::Private));
        let key = Some(Secret::new("01".repeat(32)));
        let whole = TurnkeyConfig { api_private_key: key, ..named };
        for url in ["http://api.turnkey.com", "api.turnkey.com", "ftp://127.0.0.1"] {
            let open = TurnkeyConfig { base_url: url.to_owned(), ..whole.clone() };
            assert!(matches!(refused(&open), InvalidConfig::Url(_)), "{url}");
        }
        let backend = whole.backend(&egress::Config::default(), Arc::new(SystemClock)).unwrap();
        assert!(!format!("{backend:?}").contains("0101"));
    }
}
