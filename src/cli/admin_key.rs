//! Where the admin key comes from: the operator, or the first start, which shows it once.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::access::AdminKey;
use crate::config::Config;

/// What a start does about a key that was made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Keeps it.
    Keep,
    /// Makes another, which ends the old one.
    Renew,
}

/// A key, and what a person may be told of it.
pub(super) struct Obtained {
    pub(super) key: AdminKey,
    /// The text itself where it was made just now, else where to find it.
    pub(super) told: String,
}

/// The operator's key, the one that was made before, or a new one.
pub(super) fn obtain(config: &Config, wish: Wish, random: [u8; 32]) -> Result<Obtained, Failure> {
    if let Some(given) = given(config) {
        return Ok(given);
    }
    let file = file(config);
    match (fs::read_to_string(&file), wish) {
        (Ok(hash), Wish::Keep) => {
            let told = "the one shown at the first start; `--new-admin-key` makes another".into();
            Ok(Obtained { key: read(&hash, &file)?, told })
        }
        (Ok(_), Wish::Renew) | (Err(_), Wish::Keep | Wish::Renew) => {
            let (told, key) = AdminKey::generate(random);
            keep(&key, &file)?;
            Ok(Obtained { key, told })
        }
    }
}

/// The operator's key or the one that was made before: a server that nobody watches makes none,
/// since nobody would see it.
pub(super) fn existing(config: &Config) -> Result<AdminKey, Failure> {
    if let Some(given) = given(config) {
        return Ok(given.key);
    }
    let file = file(config);
    match fs::read_to_string(&file) {
        Ok(hash) => read(&hash, &file),
        Err(_) => Err(Failure::new("there is no admin key")
            .cure("set CHAINKEEL_ADMIN_KEY to a long random text, the same for all servers")),
    }
}

fn given(config: &Config) -> Option<Obtained> {
    let text = config.admin_key.as_ref()?.expose();
    Some(Obtained { key: AdminKey::of(text), told: "the one in CHAINKEEL_ADMIN_KEY".into() })
}

fn file(config: &Config) -> PathBuf {
    config.data_dir.join("admin-key.sha256")
}

fn read(hash: &str, file: &Path) -> Result<AdminKey, Failure> {
    AdminKey::from_hash(hash.trim()).ok_or_else(|| {
        Failure::new(format!("{} holds no SHA-256", file.display()))
            .cure("delete it: the next `chainkeel dev` makes a new admin key")
    })
}

fn keep(key: &AdminKey, file: &Path) -> Result<(), Failure> {
    let keep = || {
        fs::create_dir_all(file.parent().unwrap_or(file))?;
        let mut kept =
            File::options().write(true).create(true).truncate(true).mode(0o600).open(file)?;
        writeln!(kept, "{}", key.hash())?;
        kept.sync_all()
    };
    keep().map_err(|error| {
        Failure::new(format!("writing {}: {error}", file.display()))
            .cure("check CHAINKEEL_DATA_DIR, or set CHAINKEEL_ADMIN_KEY")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::Secret;

    #[test]
    fn a_generated_key_is_told_once_and_kept_as_a_hash() {
        let directory = tempfile::tempdir().unwrap();
        let config = Config { data_dir: directory.path().into(), ..Config::default() };

        let first = obtain(&config, Wish::Keep, [1; 32]).unwrap();
        let second = obtain(&config, Wish::Keep, [2; 32]).unwrap();

        assert!(first.key.admits(&first.told));
        assert!(second.key.admits(&first.told));
        assert!(!second.told.contains(&first.told));
        let kept = fs::read_to_string(file(&config)).unwrap();
        assert!(!kept.contains(&first.told));
        assert!(existing(&config).unwrap().admits(&first.told));

        let third = obtain(&config, Wish::Renew, [3; 32]).unwrap();
        assert!(!third.key.admits(&first.told));
        assert!(existing(&config).unwrap().admits(&third.told));
    }

    #[test]
    fn the_operators_key_goes_before_a_generated_one() {
        let directory = tempfile::tempdir().unwrap();
        let admin_key = Some(Secret::new("a key of the operator's own"));
        let config = Config { data_dir: directory.path().into(), admin_key, ..Config::default() };

        let obtained = obtain(&config, Wish::Keep, [1; 32]).unwrap();

        assert!(obtained.key.admits("a key of the operator's own"));
        assert!(!file(&config).exists());
    }

    #[test]
    fn a_server_without_any_key_does_not_start() {
        let directory = tempfile::tempdir().unwrap();
        let config = Config { data_dir: directory.path().into(), ..Config::default() };
        assert!(existing(&config).is_err());
    }
}
