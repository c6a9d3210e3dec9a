//! A token in software in the data directory, by SoftHSM2: what `chainkeel dev` signs with.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Pkcs11Config;
use crate::primitives::{Secret, hex};

/// Where distributions put the module.
const MODULES: &[&str] = &[
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];
/// The directory in the data directory.
const DIRECTORY: &str = "softhsm";

/// The module of SoftHSM2, where this machine has it.
pub fn installed() -> Option<PathBuf> {
    MODULES.iter().map(PathBuf::from).find(|path| path.exists())
}

/// What opens the token of this data directory, whose files are made where they are missing. The
/// token itself is made by [`super::Pkcs11::prepare`].
pub fn in_directory(
    module: PathBuf,
    data_dir: &Path,
    random: [u8; 16],
) -> io::Result<Pkcs11Config> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir.join(DIRECTORY))?;
    let directory = data_dir.join(DIRECTORY).canonicalize()?;
    let tokens = directory.join("tokens");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&tokens)?;
    let pin = once(&directory.join("pin"), &hex(&random))?;
    let settings = directory.join("softhsm2.conf");
    // The directory may have been moved since.
    fs::write(
        &settings,
        format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        ),
    )?;
    Ok(Pkcs11Config {
        module: Some(module),
        pin: Some(Secret::new(pin.trim())),
        environment: vec![format!("SOFTHSM2_CONF={}", settings.display())],
        ..Pkcs11Config::default()
    })
}

/// The text of a file for its owner alone, which is made with this text where there is none.
fn once(path: &Path, text: &str) -> io::Result<String> {
    match File::options().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            Ok(text.to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_finds_the_pin_of_the_first() {
        let place = tempfile::tempdir().unwrap();
        let module = || PathBuf::from("/module.so");
        let first = in_directory(module(), place.path(), [1; 16]).unwrap();
        let second = in_directory(module(), place.path(), [2; 16]).unwrap();
        assert_eq!(first.pin, second.pin);
        assert_eq!(first.environment, second.environment);
    }
}
