//! What somebody shows to prove who they are, held against what is known of them.

use subtle::ConstantTimeEq;

use super::rejected::rejected;
use super::{People, Rejected};
use crate::access::Password;
use crate::access::totp::{TotpSecret, recovery_hash};
use crate::aggregates::user::{Error, Factor, Order, Proof, SecondFactor, User};
use crate::journal::Loaded;
use crate::primitives::{Secret, UserId};
use crate::secrets::SecretName;

/// What was shown, and from where.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The password.
    pub password: Secret,
    /// A code of the authenticator, or a recovery code.
    pub code: Option<Secret>,
    /// The address that it came from.
    pub from: String,
}

impl People {
    /// How a user proves who they are; each failure is noted, and too many of them lock.
    pub(super) async fn prove(
        &self,
        user: &Loaded<User>,
        presented: &Presented,
    ) -> Result<Proof, Rejected> {
        let user = &user.aggregate;
        self.prove_password(user, presented).await?;
        let Some(factor) = user.asked_for() else { return Ok(Proof::PasswordAlone) };
        let code = presented.code.as_ref().ok_or(Rejected::CodeWanted)?;
        match self.proof_of_code(user, factor, code).await? {
            Some(proof) => Ok(proof),
            None => Err(self.fail(user, Factor::Code, &presented.from).await?),
        }
    }

    /// Whether the password is theirs.
    pub(super) async fn prove_password(
        &self,
        user: &User,
        presented: &Presented,
    ) -> Result<(), Rejected> {
        let now = self.clock.now();
        if let Some(until) = user.locks.locked_until(now) {
            return Err(locked(until - now));
        }
        let verifier = match &user.password {
            Some(field) => Some(self.open(identified(user)?, field).await?),
            None => None,
        };
        let password = Password::presented(&presented.password);
        if self.hashing.is_right(password, verifier).await? {
            Ok(())
        } else {
            Err(self.fail(user, Factor::Password, &presented.from).await?)
        }
    }

    /// The step, or the recovery code, that a text stands for.
    pub(super) async fn proof_of_code(
        &self,
        user: &User,
        factor: &SecondFactor,
        code: &Secret,
    ) -> Result<Option<Proof>, Rejected> {
        let id = identified(user)?;
        let step = self.step_of(id, factor, code).await?;
        if let Some(step) = step {
            return Ok(Some(Proof::Totp { step }));
        }
        let hash = recovery_hash(code.expose());
        let (Some(hash), Some(field)) = (hash, &factor.recovery) else { return Ok(None) };
        let kept = self.open(id, field).await?;
        let kept: Vec<String> = serde_json::from_slice(&kept)
            .map_err(|_| Rejected::Damaged("hashes of recovery codes"))?;
        let mut found = None;
        for (index, kept) in (0_u8..).zip(&kept) {
            let same: bool = kept.as_bytes().ct_eq(hash.as_bytes()).into();
            if same && !factor.used.contains(&index) {
                found = Some(Proof::RecoveryCode { index });
            }
        }
        Ok(found)
    }

    /// The step whose code this is, if it is one of this moment that was not used.
    pub(super) async fn step_of(
        &self,
        user: UserId,
        factor: &SecondFactor,
        code: &Secret,
    ) -> Result<Option<i64>, Rejected> {
        let kept = self.open(user, &factor.secret).await?;
        let secret =
            TotpSecret::kept(&kept).ok_or(Rejected::Damaged("an authenticator's secret"))?;
        Ok(secret.step_of(code.expose().trim(), self.clock.now(), factor.last_step))
    }

    /// Notes a failure; what it is answered with.
    pub(super) async fn fail(
        &self,
        user: &User,
        factor: Factor,
        from: &str,
    ) -> Result<Rejected, Rejected> {
        let id = identified(user)?;
        let order = Order::FailLogin { factor, from: from.to_owned() };
        match self.order(id, order, Self::by(id)).await {
            Ok(_) => Ok(Rejected::Credentials),
            // Somebody else's failures locked it meanwhile.
            Err(Rejected::User(Error::Locked { until })) => Ok(locked(until - self.clock.now())),
            Err(error) => Err(error),
        }
    }

    /// The fields of the vault that are a user's.
    pub(super) async fn open(
        &self,
        user: UserId,
        field: &str,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Rejected> {
        let name = SecretName::new(user, field);
        Ok(self.vault.open(crate::primitives::OrganizationId::DEFAULT, &name).await?)
    }

    /// Gives an order to a user.
    pub(super) async fn order(
        &self,
        user: UserId,
        order: Order,
        (by, context): (String, crate::journal::Context),
    ) -> Result<crate::journal::Executed<User>, Rejected> {
        let command = crate::aggregates::user::Command { by, at: self.clock.now(), order };
        let executed = self.users.execute(&user.to_string(), command, context).await;
        executed.map_err(rejected(Rejected::User))
    }
}

/// What is answered while nobody is let in.
pub(super) fn locked(left: time::Duration) -> Rejected {
    Rejected::Locked { retry_after: left.try_into().unwrap_or_default() }
}

/// The id of a user who exists.
pub(super) fn identified(user: &User) -> Result<UserId, Rejected> {
    user.id.ok_or(Rejected::User(Error::Unknown))
}
