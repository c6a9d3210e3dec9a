//! Where `chainkeel dev` keeps the keys of wallets: in a token of its own, where it can.

use std::path::{Path, PathBuf};

use crate::actions::OWN_PROGRAM;
use crate::cli::failure::Failure;
use crate::config::Config;
use crate::signing::{Kind, Pkcs11Config, softhsm};

/// Leaves what the operator chose; otherwise sets up a token in the data directory, if SoftHSM2 is
/// installed. Gives a line for people.
pub(in crate::cli) async fn choose(config: &mut Config) -> Result<String, Failure> {
    match config.signing.backend {
        Some(Kind::Keystore) => return Ok("sealed in the database, as configured".to_owned()),
        Some(Kind::Pkcs11) => {
            return Ok(format!("in the PKCS#11 token `{}`", config.signing.pkcs11.token));
        }
        Some(Kind::Turnkey) => return Ok("at Turnkey".to_owned()),
        Some(Kind::Kms) => return Ok("in AWS KMS".to_owned()),
        None => {}
    }
    let Some(module) = softhsm::installed() else {
        return Ok("sealed in the database; install softhsm2 to keep them in a token".to_owned());
    };
    config.signing.pkcs11 = made(module, &config.data_dir).await?;
    config.signing.backend = Some(Kind::Pkcs11);
    Ok("in a token of SoftHSM2, in the data directory".to_owned())
}

/// A token by this module in a data directory, which is made where there is none.
pub(in crate::cli) async fn made(
    module: PathBuf,
    data_dir: &Path,
) -> Result<Pkcs11Config, Failure> {
    let token = softhsm::in_directory(module, data_dir, rand::random())
        .map_err(|error| Failure::of(&error).cure("check CHAINKEEL_DATA_DIR"))?;
    let cure = "set CHAINKEEL_SIGNING_BACKEND=keystore to do without a token";
    let device =
        token.device(Path::new(OWN_PROGRAM)).map_err(|error| Failure::of(&error).cure(cure))?;
    device.prepare().await.map_err(|error| Failure::of(&error).cure(cure))?;
    Ok(token)
}
