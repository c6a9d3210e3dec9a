//! Key-encryption keys in a file, which is read again when a key turns up that it did not hold.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use zeroize::Zeroizing;

use super::source::{unwrap_with, wrap_with};
use super::{DataKey, Error, KeyId, KeySource, Keyring, Unwrapped, Wrapped};

/// What others may not do with the file: anything.
const OTHERS: u32 = 0o007;

/// Keys in a file, a line each: the first wraps, all of them unwrap.
///
/// The file is read again before a key is wrapped and when an unknown key is asked for, so that a
/// rotation needs no restart.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    ring: Mutex<Keyring>,
}

impl KeyFile {
    /// Reads the file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.to_owned(), ring: Mutex::new(read(path)?) })
    }

    /// Makes the file with one key, for its owner alone. A file that exists is left as it is.
    pub fn create(path: &Path, random: [u8; 32]) -> Result<(), Error> {
        let line = Zeroizing::new(format!("{}\n", *Keyring::written(&random)));
        let written = (|| {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(line.as_bytes())?;
            file.sync_all()
        })();
        match written {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            written => written.map_err(failed("making the key file", path)),
        }
    }

    /// Puts a new key before the others: it wraps from now on, and they still unwrap.
    pub fn put_first(path: &Path, random: [u8; 32]) -> Result<(), Error> {
        let kept = text(path)?;
        let new = Keyring::written(&random);
        let whole = Zeroizing::new(format!("{}\n{}", *new, *kept));
        Keyring::parse(&whole, &path.display().to_string())?;
        replace(path, &whole)
    }

    /// Lets all keys go but the first.
    pub fn keep_first(path: &Path) -> Result<(), Error> {
        let kept = text(path)?;
        let first = kept
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .find(|word| !word.is_empty());
        let whole = Zeroizing::new(format!("{}\n", first.unwrap_or_default()));
        Keyring::parse(&whole, &path.display().to_string())?;
        replace(path, &whole)
    }

    fn ring(&self) -> MutexGuard<'_, Keyring> {
        // Nothing panics while it is held, and a ring is replaced as a whole.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_again(&self) -> Result<(), Error> {
        let fresh = read(&self.path)?;
        *self.ring() = fresh;
        Ok(())
    }
}

impl KeySource for KeyFile {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn ids(&self) -> BoxFuture<'_, Result<Vec<KeyId>, Error>> {
        Box::pin(async {
            self.read_again()?;
            Ok(self.ring().ids())
        })
    }

    fn wrap<'a>(
        &'a self,
        key: &'a DataKey,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Wrapped, Error>> {
        Box::pin(async move {
            self.read_again()?;
            Ok(wrap_with(&self.ring(), rand::random(), key, context))
        })
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Unwrapped, Error>> {
        Box::pin(async move {
            let known = unwrap_with(&self.ring(), wrapped, context);
            match known {
                Unwrapped::Key(_) | Unwrapped::Broken => Ok(known),
                Unwrapped::Unknown => {
                    self.read_again()?;
                    Ok(unwrap_with(&self.ring(), wrapped, context))
                }
            }
        })
    }
}

fn read(path: &Path) -> Result<Keyring, Error> {
    Keyring::parse(&text(path)?, &path.display().to_string())
}

fn text(path: &Path) -> Result<Zeroizing<String>, Error> {
    let about = fs::metadata(path).map_err(failed("reading the key file", path))?;
    if about.permissions().mode() & OTHERS != 0 {
        let problem = "everybody on this machine may open it: chmod 600".to_owned();
        return Err(Error::Key { place: path.display().to_string(), problem });
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(failed("reading the key file", path))
}

/// Writes the whole file beside the old one and puts it in its place: whoever reads meanwhile sees
/// either.
fn replace(path: &Path, whole: &str) -> Result<(), Error> {
    let beside = path.with_extension("new");
    let written = (|| {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(whole.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    written.map_err(failed("writing the key file", path))
}

fn failed(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { doing, path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys").join("secrets.key");
        KeyFile::create(&path, [1; 32]).unwrap();
        (directory, path)
    }

    #[test]
    fn a_new_key_file_belongs_to_its_owner_alone_and_is_made_once() {
        let (_directory, path) = made();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let before = fs::read(&path).unwrap();
        KeyFile::create(&path, [2; 32]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_key_file_that_everybody_may_read_is_refused() {
        let (_directory, path) = made();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = KeyFile::open(&path).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[tokio::test]
    async fn a_key_that_was_put_first_is_taken_up_without_a_restart() {
        let (_directory, path) = made();
        let [serving, other] = [KeyFile::open(&path).unwrap(), KeyFile::open(&path).unwrap()];
        let key = DataKey::new([7; 32]);
        let old = serving.wrap(&key, b"context").await.unwrap();

        KeyFile::put_first(&path, [2; 32]).unwrap();
        let new = other.wrap(&key, b"context").await.unwrap();

        assert_ne!(old.by, new.by);
        for wrapped in [&old, &new] {
            let opened = serving.unwrap(wrapped, b"context").await.unwrap();
            assert!(matches!(opened, Unwrapped::Key(opened) if opened.bytes() == key.bytes()));
        }
        KeyFile::keep_first(&path).unwrap();
        let fresh = KeyFile::open(&path).unwrap();
        assert!(matches!(fresh.unwrap(&old, b"context").await, Ok(Unwrapped::Unknown)));
        assert!(matches!(fresh.unwrap(&new, b"other").await, Ok(Unwrapped::Broken)));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
