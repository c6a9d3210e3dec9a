//! `chainkeel secrets`: which keys there are, and changing them while traffic goes on.

use std::sync::Arc;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::config::begin;
use super::failure::Failure;
use super::migrate::database;
use super::print::{line, print_json};
use crate::config::{Config, Flags, Surroundings};
use crate::journal::pool;
use crate::primitives::OrganizationId;
use crate::secrets::{Census, Error, KeyFile, Progress, Rotation, Vault};

/// Shows the keys for secrets and changes them; secrets themselves are never shown
#[derive(Debug, Args)]
pub(super) struct Secrets {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Which keys wrap which data keys, and what a rotation has before it
    Status,
    /// Wrap all data keys under a new key-encryption key; run it again after an interruption
    Rotate {
        /// Make no new key: wrap under the first one that is configured
        #[arg(long)]
        wrap_only: bool,
        /// Renew the data keys instead, and seal all secrets under the new ones
        #[arg(long, conflicts_with = "wrap_only")]
        data_keys: bool,
        /// Renew the data key of one organization only
        #[arg(long, value_name = "ORGANIZATION", requires = "data_keys")]
        organization: Option<OrganizationId>,
    },
    /// Let older key-encryption keys go from the file, once nothing is wrapped by them
    Prune,
}

impl Secrets {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let source = config.secrets.source(&config.data_dir).map_err(sick)?;
        actix_rt::System::new().block_on(async {
            let vault = Vault::new(pool::serving(&database, 2), Arc::clone(&source));
            match self.what {
                What::Status => status(&vault, self.json).await,
                What::Rotate { data_keys: true, organization, .. } => {
                    renew(vault, organization, self.json).await
                }
                What::Rotate { wrap_only, .. } => {
                    let rotated = if wrap_only { NewKey::None } else { NewKey::InFile };
                    rotate(&config, vault, rotated, self.json).await
                }
                What::Prune => prune(&config, &vault, self.json).await,
            }
        })
    }
}

/// Whether a rotation begins with a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NewKey {
    InFile,
    None,
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn sick(error: Error) -> Failure {
    Failure::of(&error)
}

async fn status(vault: &Vault, json: bool) -> Result<(), Failure> {
    let census = Census::take(vault).await.map_err(sick)?;
    let (to_wrap, unreadable) = (census.to_wrap().count(), census.unreadable().count());
    if json {
        print_json(&json!({
            "place": census.place, "accepted": census.accepted, "dataKeys": census.data_keys,
            "secrets": census.secrets(), "toWrap": to_wrap, "toSeal": census.to_seal(),
            "unreadable": unreadable,
        }));
        return Ok(());
    }
    line(&format!("key-encryption keys in {}", census.place));
    for (at, id) in census.accepted.iter().enumerate() {
        line(&format!("  {id}  {}", if at == 0 { "wraps" } else { "still accepted" }));
    }
    line("\nORGANIZATION                    VERSION  WRAPPED BY        SECRETS");
    for key in &census.data_keys {
        let note = if key.newest { "" } else { "  (older: to be sealed anew)" };
        line(&format!(
            "{:<31} {:>7}  {:<16} {:>8}{note}",
            key.organization, key.version, key.wrapped_by, key.secrets
        ));
    }
    let (secrets, to_seal) = (census.secrets(), census.to_seal());
    line(&format!(
        "\n{secrets} secrets; {to_wrap} data keys to wrap, {to_seal} secrets to seal anew"
    ));
    match unreadable {
        0 => Ok(()),
        keys => Err(Failure::new(format!("{keys} data keys cannot be unwrapped here"))
            .cure("add the keys named above to the configuration, or restore them from a backup")),
    }
}

async fn rotate(config: &Config, vault: Vault, new: NewKey, json: bool) -> Result<(), Failure> {
    let census = Census::take(&vault).await.map_err(sick)?;
    if census.accepted.is_empty() {
        return Err(sick(Error::NoKey));
    }
    // One that was interrupted is finished with the key that it began with.
    if new == NewKey::InFile && census.to_wrap().next().is_none() {
        let Some(file) = config.secrets.file(&config.data_dir) else {
            return Err(not_in_a_file(&census).cure(
                "let a new key be the first one there, then `chainkeel secrets rotate \
                 --wrap-only`; docs/secrets.md tells each step",
            ));
        };
        KeyFile::put_first(&file, rand::random()).map_err(sick)?;
    }
    let bar = bar("wrapping data keys");
    let rotation = Rotation::new(vault.clone());
    let wrapped = rotation.wrap_anew(|Progress { done, left }| {
        bar.set_length(done + left);
        bar.set_position(done);
    });
    let wrapped = wrapped.await.map_err(sick)?;
    bar.finish_and_clear();
    let census = Census::take(&vault).await.map_err(sick)?;
    if json {
        print_json(&json!({ "wrapped": wrapped, "accepted": census.accepted }));
        return Ok(());
    }
    line(&format!("{wrapped} data keys are wrapped by {}.", census.accepted[0]));
    if census.accepted.len() > 1 {
        line("The older keys are still accepted; `chainkeel secrets prune` lets them go.");
    }
    Ok(())
}

async fn renew(
    vault: Vault,
    organization: Option<OrganizationId>,
    json: bool,
) -> Result<(), Failure> {
    let census = Census::take(&vault).await.map_err(sick)?;
    let newest = census.data_keys.iter().filter(|key| key.newest).map(|key| key.organization);
    let organizations: Vec<_> =
        newest.filter(|owner| organization.is_none_or(|one| one == *owner)).collect();
    let rotation = Rotation::new(vault);
    let bar = bar("sealing secrets anew");
    bar.set_length(census.secrets().unsigned_abs());
    let mut sealed = 0;
    for owner in &organizations {
        rotation.renew_data_key(*owner).await.map_err(sick)?;
        let before = sealed;
        sealed += rotation
            .seal_anew(*owner, |done| bar.set_position(before + done))
            .await
            .map_err(sick)?;
    }
    bar.finish_and_clear();
    let renewed = organizations.len();
    if json {
        print_json(&json!({ "organizations": renewed, "sealed": sealed }));
    } else {
        line(&format!(
            "{renewed} organizations have a new data key; {sealed} secrets are sealed anew."
        ));
    }
    Ok(())
}

async fn prune(config: &Config, vault: &Vault, json: bool) -> Result<(), Failure> {
    let census = Census::take(vault).await.map_err(sick)?;
    let keys = census.to_wrap().count();
    if keys > 0 {
        return Err(sick(Error::StillUsed { keys: i64::try_from(keys).unwrap_or(i64::MAX) }));
    }
    let Some(file) = config.secrets.file(&config.data_dir) else {
        return Err(not_in_a_file(&census).cure("leave only the first one there"));
    };
    KeyFile::keep_first(&file).map_err(sick)?;
    let gone = census.accepted.len().saturating_sub(1);
    if json {
        print_json(&json!({ "gone": gone }));
    } else {
        line(&format!("{gone} older keys are gone from {}.", file.display()));
    }
    Ok(())
}

/// Why no key is made or removed here.
fn not_in_a_file(census: &Census) -> Failure {
    Failure::new(format!("the keys are in {}, which is no file of keys", census.place))
}

/// A bar on standard error; nothing where nobody watches.
fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}
