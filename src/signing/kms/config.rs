//! What an operator says of AWS KMS.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Kms;
use super::client::{Address, Client};
use super::sigv4::Credentials;
use crate::egress::{self, Url};
use crate::primitives::{Clock, Secret};
use crate::signing::{InvalidConfig, outside};

/// What opens KMS.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KmsConfig {
    /// The region in which the keys are.
    pub region: Option<String>,
    /// Where it is, if not where the region says.
    pub endpoint: Option<String>,
    /// The id of the access key.
    pub access_key_id: Option<String>,
    /// Its secret.
    #[serde(skip_serializing)]
    pub secret_access_key: Option<Secret>,
    /// The token of a key that somebody lent.
    #[serde(skip_serializing)]
    pub session_token: Option<Secret>,
}

impl KmsConfig {
    /// The backend that it stands for. Nothing is asked yet.
    pub fn backend(
        &self,
        workflows: &egress::Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Kms, InvalidConfig> {
        let region = self.region.as_deref();
        let region = region.ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_KMS_REGION"))?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if region.is_empty() || !region.bytes().all(is_name) {
            return Err(InvalidConfig::Region(region.to_owned()));
        }
        let id = self.access_key_id.clone();
        let id = id.ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_KMS_ACCESS_KEY_ID"))?;
        let secret = self.secret_access_key.clone();
        let secret =
            secret.ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_KMS_SECRET_ACCESS_KEY"))?;
        let endpoint = self.endpoint.clone().unwrap_or_else(|| endpoint(region));
        let egress = outside::door(workflows, &endpoint)?;
        let wrong = || InvalidConfig::Url(endpoint.clone());
        let mut url = Url::parse(&endpoint).map_err(|_| wrong())?;
        // There is one path, and it is this one that is signed.
        url.set_path("/");
        url.set_query(None);
        let host = url.host_str().ok_or_else(wrong)?;
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let address = Address { region: region.to_owned(), url: url.to_string(), host };
        let credentials = Credentials { id, secret, token: self.session_token.clone() };
        Ok(Kms::new(Client::new(egress, address, credentials, clock)))
    }
}

/// Where AWS has KMS in a region.
fn endpoint(region: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://kms.{region}.{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::SystemClock;

    #[test]
    fn kms_needs_a_region_and_an_access_key() {
        let told =
            |config: &KmsConfig| config.backend(&egress::Config::default(), Arc::new(SystemClock));
        let missing = |config: &KmsConfig, name| {
            assert_eq!(told(config).unwrap_err(), InvalidConfig::Missing(name));
        };
        let nothing = KmsConfig::default();
        missing(&nothing, "CHAINKEEL_SIGNING_KMS_REGION");
        let placed = KmsConfig { region: Some("eu-central-1".to_owned()), ..nothing };
        missing(&placed, "CHAINKEEL_SIGNING_KMS_ACCESS_KEY_ID");
        let named = KmsConfig { access_key_id: Some("AKIDEXAMPLE".to_owned()), ..placed };
        missing(&named, "CHAINKEEL_SIGNING_KMS_SECRET_ACCESS_KEY");
        let whole = KmsConfig { secret_access_key: Some(Secret::new("hunter2")), ..named };
        let shown = format!("{:?}", told(&whole).unwrap());
        assert!(shown.contains("https://kms.eu-central-1.amazonaws.com/"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
        for region in ["", "evil.example/", "EU"] {
            let odd = KmsConfig { region: Some(region.to_owned()), ..whole.clone() };
            assert_eq!(told(&odd).unwrap_err(), InvalidConfig::Region(region.to_owned()));
        }
    }
}
