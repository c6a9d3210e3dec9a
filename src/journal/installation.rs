//! What an installation keeps for itself beside the ledger, once for all its processes.

use sqlx::PgPool;

use super::Error;
use super::error::while_doing;

/// The key under which the secrets of webhook URLs are derived. The first process brings `fresh`,
/// which must be random; all others get what the first one brought.
pub async fn webhook_key(pool: &PgPool, fresh: [u8; 32]) -> Result<[u8; 32], Error> {
    if let Some(key) = kept_webhook_key(pool).await? {
        return Ok(key);
    }
    sqlx::query!(
        "insert into installation (webhook_key) values ($1) on conflict (id) do nothing",
        &fresh[..],
    )
    .execute(pool)
    .await
    .map_err(while_doing("making the installation's webhook key"))?;
    let lost = || Error::Damaged("the installation's webhook key is gone".to_owned());
    kept_webhook_key(pool).await?.ok_or_else(lost)
}

/// That key, if a process has run already.
pub async fn kept_webhook_key(pool: &PgPool) -> Result<Option<[u8; 32]>, Error> {
    let key = sqlx::query_scalar!("select webhook_key from installation where id = 1")
        .fetch_optional(pool)
        .await
        .map_err(while_doing("reading the installation's webhook key"))?;
    let broken = || Error::Damaged("the installation's webhook key has not 32 bytes".to_owned());
    key.map(|key| <[u8; 32]>::try_from(key).map_err(|_| broken())).transpose()
}
