//! The secret in a workflow's webhook URL. It is derived, so nothing needs to keep it: the ledger
//! holds its hash, and the installation key gives it back to its owner at any time.

use std::fmt;
use std::net::IpAddr;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::primitives::{RunId, WorkflowId, base62, hex};

/// What every webhook secret begins with, so that a scanner finds leaked ones.
const PREFIX: &str = "whs_";

/// What the token of a run begins with.
const RUN_PREFIX: &str = "prt_";

/// Derives webhook secrets from the installation key.
#[derive(Clone)]
pub struct WebhookSecrets(Hmac<Sha256>);

impl WebhookSecrets {
    /// Secrets under this installation key.
    pub fn new(installation_key: [u8; 32]) -> Self {
        Self(Hmac::new_from_slice(&installation_key).expect("HMAC takes keys of every length"))
    }

    /// The secret of a workflow: `whs_` and 32 letters and digits.
    pub fn secret_of(&self, workflow: WorkflowId) -> String {
        let mut mac = self.0.clone();
        mac.update(b"webhook:");
        mac.update(workflow.to_string().as_bytes());
        format!("{PREFIX}{}", base62(mac.finalize().into_bytes().into()))
    }

    /// Whether this is the workflow's secret. Takes the same time for every wrong one.
    pub fn fits(&self, workflow: WorkflowId, presented: &str) -> bool {
        let expected = Sha256::digest(self.secret_of(workflow).as_bytes());
        Sha256::digest(presented.as_bytes()).ct_eq(&expected).into()
    }

    /// What opens a run that was started publicly: `prt_` and 32 letters and digits.
    pub fn token_of_run(&self, run: RunId) -> String {
        let mut mac = self.0.clone();
        mac.update(b"public run:");
        mac.update(run.to_string().as_bytes());
        format!("{RUN_PREFIX}{}", base62(mac.finalize().into_bytes().into()))
    }

    /// Whether this opens the run. Takes the same time for every wrong one.
    pub fn opens_run(&self, run: RunId, presented: &str) -> bool {
        let expected = Sha256::digest(self.token_of_run(run).as_bytes());
        Sha256::digest(presented.as_bytes()).ct_eq(&expected).into()
    }

    /// What lets a page start runs that has no origin, since it is embedded elsewhere: good for browsers at this
    /// address until that second, so that whoever fetches one has none for the browsers of others.
    pub fn ticket(&self, workflow: WorkflowId, address: IpAddr, until: i64) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("embedded page:{workflow}:{address}:{until}").as_bytes());
        format!("{until}.{}", base62(mac.finalize().into_bytes().into()))
    }

    /// Whether this ticket is good. Takes the same time for every wrong one.
    pub fn admits(&self, workflow: WorkflowId, address: IpAddr, now: i64, ticket: &str) -> bool {
        let until = ticket.split_once('.').and_then(|(until, _)| until.parse::<i64>().ok());
        let Some(until) = until.filter(|until| *until > now) else { return false };
        let expected = Sha256::digest(self.ticket(workflow, address, until).as_bytes());
        Sha256::digest(ticket.as_bytes()).ct_eq(&expected).into()
    }

    /// What the ledger and the index hold of a secret: its SHA-256 in hex.
    pub fn hash_of(secret: &str) -> String {
        hex(&Sha256::digest(secret.as_bytes()))
    }
}

/// Says nothing of the key.
impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_always_has_the_same_secret_and_no_two_share_one() {
        let secrets = WebhookSecrets::new([7; 32]);
        let (one, other) = (WorkflowId::generate(), WorkflowId::generate());
        assert_eq!(secrets.secret_of(one), secrets.clone().secret_of(one));
        assert_ne!(secrets.secret_of(one), secrets.secret_of(other));
        assert!(secrets.fits(one, &secrets.secret_of(one)));
        assert!(!secrets.fits(one, &secrets.secret_of(other)));
        assert_ne!(secrets.secret_of(one), WebhookSecrets::new([8; 32]).secret_of(one));
    }

    #[test]
    fn a_ticket_is_good_for_one_workflow_and_one_address_for_a_while() {
        let secrets = WebhookSecrets::new([7; 32]);
        let (one, other) = (WorkflowId::generate(), WorkflowId::generate());
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let ticket = secrets.ticket(one, here, 100);
        assert!(secrets.admits(one, here, 99, &ticket));
        assert!(!secrets.admits(one, here, 100, &ticket));
        assert!(!secrets.admits(one, there, 99, &ticket));
        assert!(!secrets.admits(other, here, 99, &ticket));
        assert!(!secrets.admits(one, here, 99, &ticket.replacen("100", "900", 1)));
        for made_up in ["", ".", "100.", "900.x"] {
            assert!(!secrets.admits(one, here, 99, made_up), "{made_up}");
        }
    }

    #[test]
    fn a_secret_fits_a_url_and_its_hash_is_hex() {
        let secret = WebhookSecrets::new([7; 32]).secret_of(WorkflowId::generate());
        assert_eq!(secret.len(), 36);
        assert!(secret.starts_with(PREFIX));
        assert!(secret[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let hash = WebhookSecrets::hash_of(&secret);
        assert_eq!(hash.len(), 64);
        assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
