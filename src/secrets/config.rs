//! Where an operator says the key-encryption keys are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Error, KeyFile, KeyProgram, KeySource, Keyring, NoKey};
use crate::primitives::Secret;

/// The file in the data directory that `chainkeel dev` makes.
const FILE: &str = "secrets.key";

/// The room's part of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The keys themselves, the one that wraps first.
    #[serde(skip_serializing)]
    pub key: Option<Secret>,
    /// A file that holds them.
    pub key_file: Option<PathBuf>,
    /// A program that asks a KMS for what the key is needed for.
    pub key_program: Option<PathBuf>,
}

impl Config {
    /// The file that holds the keys; `None` where they are elsewhere.
    pub fn file(&self, data_dir: &Path) -> Option<PathBuf> {
        if self.key.is_some() || self.key_program.is_some() {
            return None;
        }
        Some(self.key_file.clone().unwrap_or_else(|| data_dir.join(FILE)))
    }

    /// Makes the file of the data directory where no keys are configured and none was made before.
    pub fn ensure(&self, data_dir: &Path, random: [u8; 32]) -> Result<(), Error> {
        if self.key.is_some() || self.key_file.is_some() || self.key_program.is_some() {
            return Ok(());
        }
        KeyFile::create(&data_dir.join(FILE), random)
    }

    /// The keys. Where none are configured and the data directory has no file, there are none, and
    /// each use says so: a server on its own must not invent a key that the others do not have.
    pub fn source(&self, data_dir: &Path) -> Result<Arc<dyn KeySource>, Error> {
        let ways = [self.key.is_some(), self.key_file.is_some(), self.key_program.is_some()];
        if ways.into_iter().filter(|is_set| *is_set).count() > 1 {
            let place = "the configuration".to_owned();
            let problem =
                "CHAINKEEL_SECRETS_KEY, _KEY_FILE and _KEY_PROGRAM say it more than once: \
                           set one of them"
                    .to_owned();
            return Err(Error::Key { place, problem });
        }
        if let Some(program) = &self.key_program {
            return Ok(Arc::new(KeyProgram::new(program)));
        }
        if let Some(key) = &self.key {
            return Ok(Arc::new(Keyring::parse(key.expose(), "CHAINKEEL_SECRETS_KEY")?));
        }
        if let Some(file) = &self.key_file {
            return Ok(Arc::new(KeyFile::open(file)?));
        }
        let file = data_dir.join(FILE);
        if file.exists() { Ok(Arc::new(KeyFile::open(&file)?)) } else { Ok(Arc::new(NoKey)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_key_is_must_be_said_once() {
        let directory = tempfile::tempdir().unwrap();
        let program = Config { key_program: Some("/etc/kms".into()), ..Config::default() };
        let source = program.source(directory.path()).unwrap();
        assert_eq!((source.place().as_str(), program.file(directory.path())), ("/etc/kms", None));

        let twice = Config { key_file: Some("/etc/key".into()), ..program };
        let refused = twice.source(directory.path()).unwrap_err().to_string();
        assert!(refused.contains("set one of them"), "{refused}");
    }
}
