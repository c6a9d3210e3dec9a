//! Where an operator says the keys of wallets are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::process::Elsewhere;
use super::{InvalidApiKey, Keystore, KmsConfig, Pkcs11, Signer, TurnkeyConfig};
use crate::egress;
use crate::primitives::{Clock, Secret};
use crate::secrets::Vault;

/// A kind of backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Sealed in the vault, for development.
    Keystore,
    /// In a PKCS#11 token.
    Pkcs11,
    /// At Turnkey.
    Turnkey,
    /// In AWS KMS.
    Kms,
}

impl Kind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Keystore, Self::Pkcs11, Self::Turnkey, Self::Kms];
        all.into_iter().find(|kind| kind.name() == name)
    }

    /// How events and answers name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keystore => "keystore",
            Self::Pkcs11 => "pkcs11",
            Self::Turnkey => "turnkey",
            Self::Kms => "kms",
        }
    }
}

/// The room's part of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where new keys are made.
    pub backend: Option<Kind>,
    /// The socket of a signer that is a process of its own, and alone has the keys.
    pub socket: Option<PathBuf>,
    /// The token.
    pub pkcs11: Pkcs11Config,
    /// The organization at Turnkey.
    pub turnkey: TurnkeyConfig,
    /// The KMS of AWS.
    pub kms: KmsConfig,
}

/// What opens a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pkcs11Config {
    /// The module that its maker ships.
    pub module: Option<PathBuf>,
    /// Its label.
    pub token: String,
    /// The PIN of its user.
    #[serde(skip_serializing)]
    pub pin: Option<Secret>,
    /// Variables that the module is given, `NAME=value`. It is given no others.
    pub environment: Vec<String>,
}

impl Default for Pkcs11Config {
    fn default() -> Self {
        Self { module: None, token: "chainkeel".to_owned(), pin: None, environment: Vec::new() }
    }
}

/// Why there is no signer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// The backend needs a setting.
    #[error("a signing backend that is configured needs {0}")]
    Missing(&'static str),
    /// A variable without a name.
    #[error("CHAINKEEL_SIGNING_PKCS11_ENVIRONMENT has `NAME=value` between commas")]
    Environment,
    /// A path that cannot be told to a process.
    #[error("the path of the PKCS#11 module is not UTF-8")]
    Module,
    /// A URL that leads to no backend.
    #[error("`{0}` is no URL of a signing backend: it is https, or has an address as its host")]
    Url(String),
    /// A text that is no API key.
    #[error("the API key of Turnkey")]
    ApiKey(#[from] InvalidApiKey),
    /// A text that is no region.
    #[error("`{0}` is no region of AWS: one is called like `eu-central-1`")]
    Region(String),
    /// The door to a backend.
    #[error("the door to a signing backend: {0}")]
    Egress(String),
}

/// The signers of an installation: one for each kind that is configured, since keys stay where
/// they were made when the operator turns to another backend for new ones.
#[derive(Debug, Clone)]
pub struct Signers {
    preferred: Kind,
    keystore: Signer,
    pkcs11: Option<Signer>,
    turnkey: Option<Signer>,
    kms: Option<Signer>,
}

impl Signers {
    /// The signer of a kind, if it is configured.
    pub const fn of(&self, kind: Kind) -> Option<&Signer> {
        match kind {
            Kind::Keystore => Some(&self.keystore),
            Kind::Pkcs11 => self.pkcs11.as_ref(),
            Kind::Turnkey => self.turnkey.as_ref(),
            Kind::Kms => self.kms.as_ref(),
        }
    }

    /// Those of a process of its own, whatever backends that has.
    fn elsewhere(preferred: Kind, socket: &Path) -> Self {
        let of =
            |kind| Signer::new(Arc::new(Elsewhere::new(socket.to_owned(), kind))).of_kind(kind);
        Self {
            preferred,
            keystore: of(Kind::Keystore),
            pkcs11: Some(of(Kind::Pkcs11)),
            turnkey: Some(of(Kind::Turnkey)),
            kms: Some(of(Kind::Kms)),
        }
    }

    /// Where new keys are made.
    pub const fn preferred(&self) -> Kind {
        self.preferred
    }
}

impl Config {
    /// The signers that it stands for. `program` is our own program, for the hosts of a module;
    /// backends that are elsewhere are reached as workflows reach others, and where their URLs say.
    pub fn signers(
        &self,
        vault: Vault,
        program: &Path,
        workflows: &egress::Config,
        clock: &Arc<dyn Clock>,
    ) -> Result<Signers, InvalidConfig> {
        let preferred = self.backend.unwrap_or(Kind::Keystore);
        if let Some(socket) = &self.socket {
            return Ok(Signers::elsewhere(preferred, socket));
        }
        let wanted = |kind: Kind, is_configured: bool| is_configured || preferred == kind;
        let pkcs11 = if wanted(Kind::Pkcs11, self.pkcs11.module.is_some()) {
            Some(Signer::new(Arc::new(self.pkcs11.device(program)?)).of_kind(Kind::Pkcs11))
        } else {
            None
        };
        let turnkey = if wanted(Kind::Turnkey, self.turnkey.organization_id.is_some()) {
            let backend = self.turnkey.backend(workflows, Arc::clone(clock))?;
            Some(Signer::new(Arc::new(backend)).of_kind(Kind::Turnkey))
        } else {
            None
        };
        let kms = if wanted(Kind::Kms, self.kms.region.is_some()) {
            let backend = self.kms.backend(workflows, Arc::clone(clock))?;
            Some(Signer::new(Arc::new(backend)).of_kind(Kind::Kms))
        } else {
            None
        };
        let keystore = Signer::new(Arc::new(Keystore::new(vault))).of_kind(Kind::Keystore);
        Ok(Signers { preferred, keystore, pkcs11, turnkey, kms })
    }
}

impl Pkcs11Config {
    /// The token that it stands for. Nothing is opened yet.
    pub fn device(&self, program: &Path) -> Result<Pkcs11, InvalidConfig> {
        let module = self.module.as_deref();
        let module = module.ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_PKCS11_MODULE"))?;
        let module = module.to_str().ok_or(InvalidConfig::Module)?;
        let pin = self.pin.as_ref();
        let pin = pin.ok_or(InvalidConfig::Missing("CHAINKEEL_SIGNING_PKCS11_PIN"))?;
        let variables = self.environment.iter().map(|variable| {
            let (name, value) = variable.split_once('=').filter(|(name, _)| !name.is_empty())?;
            Some((name.to_owned(), value.to_owned()))
        });
        let variables = variables.collect::<Option<_>>().ok_or(InvalidConfig::Environment)?;
        Ok(Pkcs11::new(program.to_owned(), module, &self.token, pin, variables))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_a_module_a_pin_and_variables_with_names() {
        let program = Path::new("/program");
        let refused = |config: &Pkcs11Config| config.device(program).unwrap_err();
        let nothing = Pkcs11Config::default();
        assert_eq!(refused(&nothing), InvalidConfig::Missing("CHAINKEEL_SIGNING_PKCS11_MODULE"));
        let module = Pkcs11Config { module: Some("/module.so".into()), ..nothing };
        assert_eq!(refused(&module), InvalidConfig::Missing("CHAINKEEL_SIGNING_PKCS11_PIN"));
        let whole = Pkcs11Config { pin: Some(Secret::new("1234")), ..module };
        assert!(whole.device(program).is_ok());
        for variable in ["NAME", "=value"] {
            let bad = Pkcs11Config { environment: vec![variable.to_owned()], ..whole.clone() };
            assert_eq!(refused(&bad), InvalidConfig::Environment);
        }
        assert!(!format!("{:?}", whole.device(program).unwrap()).contains("1234"));
    }
}
