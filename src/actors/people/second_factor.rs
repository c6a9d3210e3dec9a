//! Enrolling an authenticator, showing that it works, giving it up.

use super::credentials::identified;
use super::{People, Presented, Rejected};
use crate::access::totp::{RECOVERY_CODES, TotpSecret, recovery_code, recovery_hash};
use crate::aggregates::user::{Error, Factor, Order};
use crate::primitives::{OrganizationId, Secret, UserId};
use crate::secrets::SecretName;

/// What an authenticator needs to know.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret, as people type it in.
    pub secret: Secret,
    /// The same as an address, to be shown as a picture.
    pub uri: Secret,
}

impl People {
    /// Makes a secret for an authenticator. Nothing is asked for before it was shown to work.
    pub async fn enrol_totp(&self, user: UserId) -> Result<Enrolment, Rejected> {
        let known = self.users.load(&user.to_string()).await?.aggregate;
        if known.asked_for().is_some() {
            return Err(Rejected::User(Error::HasTotp));
        }
        let secret = TotpSecret::new(rand::random());
        let field = fresh("totp");
        self.seal(user, &field, secret.bytes()).await?;
        let order = Order::EnrolTotp { secret: field.clone() };
        self.order_or_forget(user, order, &field).await?;
        if let Some(before) = known.second_factor {
            self.forget(user, &before.secret).await?;
        }
        Ok(Enrolment {
            secret: Secret::new(secret.text()),
            uri: Secret::new(secret.uri(&known.email)),
        })
    }

    /// Asks for the authenticator from now on, since its code is right; gives recovery codes, which
    /// nobody can see again.
    pub async fn confirm_totp(
        &self,
        user: UserId,
        code: &Secret,
        from: &str,
    ) -> Result<Vec<String>, Rejected> {
        let known = self.users.load(&user.to_string()).await?.aggregate;
        let factor = known.second_factor.as_ref().ok_or(Rejected::User(Error::NoTotp))?;
        if factor.recovery.is_some() {
            return Err(Rejected::User(Error::HasTotp));
        }
        let Some(step) = self.step_of(user, factor, code).await? else {
            return Err(self.fail(&known, Factor::Code, from).await?);
        };
        let codes: Vec<String> =
            (0..RECOVERY_CODES).map(|_| recovery_code(rand::random())).collect();
        let hashes: Vec<String> = codes.iter().filter_map(|code| recovery_hash(code)).collect();
        let sealed = serde_json::to_vec(&hashes).expect("hashes are texts");
        let field = fresh("recovery");
        self.seal(user, &field, &sealed).await?;
        let order = Order::ConfirmTotp { step, recovery: field.clone() };
        self.order_or_forget(user, order, &field).await?;
        Ok(codes)
    }

    /// Asks for it no more, since both factors were shown once more.
    pub async fn remove_totp(&self, user: UserId, presented: &Presented) -> Result<(), Rejected> {
        let known = self.users.load(&user.to_string()).await?;
        if known.aggregate.second_factor.is_none() {
            return Err(Rejected::User(Error::NoTotp));
        }
        self.prove(&known, presented).await?;
        let user = identified(&known.aggregate)?;
        self.order(user, Order::RemoveTotp, Self::by(user)).await?;
        if let Some(factor) = known.aggregate.second_factor {
            self.forget(user, &factor.secret).await?;
            if let Some(recovery) = factor.recovery {
                self.forget(user, &recovery).await?;
            }
        }
        Ok(())
    }

    /// Gives an order that names a field of the vault; the field goes when the order is refused.
    pub(super) async fn order_or_forget(
        &self,
        user: UserId,
        order: Order,
        field: &str,
    ) -> Result<(), Rejected> {
        let ordered = self.order(user, order, Self::by(user)).await;
        // Where it is not known whether it was recorded, the field may be wanted.
        if matches!(ordered, Err(Rejected::User(_))) {
            self.forget(user, field).await?;
        }
        ordered.map(drop)
    }

    pub(super) async fn seal(
        &self,
        user: UserId,
        field: &str,
        secret: &[u8],
    ) -> Result<(), Rejected> {
        let name = SecretName::new(user, field);
        self.vault.seal(OrganizationId::DEFAULT, &name, secret).await?;
        Ok(())
    }

    pub(super) async fn forget(&self, user: UserId, field: &str) -> Result<(), Rejected> {
        let name = SecretName::new(user, field);
        Ok(self.vault.forget(OrganizationId::DEFAULT, &name).await?)
    }
}

/// A field of the vault that was never used: two who set something at the same time do not write
/// over each other, and the event of the one who won names what is theirs.
pub(super) fn fresh(kind: &str) -> String {
    let random: [u8; 16] = rand::random();
    format!("{kind}.{}", crate::primitives::hex(&random))
}
