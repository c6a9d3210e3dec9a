//! The log in the database: its name and key, its tiles, its checkpoints.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::ledger::asked;
use super::{Damage, Error};
use crate::journal::Leases;
use crate::proof::{Note, Origin, TileId, Tiles, VerifierKey};
use crate::signing::Kind;

/// Under which a process holds the office of the notary.
pub(super) const LEASE: &str = "notary";

/// The log in the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    pool: PgPool,
}

/// What the log is called, and what signs it. It is settled once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it is called.
    pub origin: Origin,
    /// Where the key is.
    pub backend: Kind,
    /// The key.
    pub key: VerifierKey,
}

/// A checkpoint in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// How many events it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
}

/// How the log is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The end of the ledger.
    pub head: u64,
    /// The last checkpoint.
    pub last: Option<Kept>,
    /// Why nothing is signed any more.
    pub halted: Option<String>,
}

impl Log {
    /// The log of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// What it is called and what signs it; nothing before it was first signed.
    pub async fn identity(&self) -> Result<Option<Identity>, Error> {
        let row =
            sqlx::query!("select origin, backend, verifier_key from log_identity where id = 1")
                .fetch_optional(&self.pool)
                .await
                .map_err(asked("reading what the log is called"))?;
        let Some(row) = row else { return Ok(None) };
        let unreadable = || Error::Unreadable("name");
        Ok(Some(Identity {
            origin: row.origin.parse().map_err(|_| unreadable())?,
            backend: Kind::named(&row.backend).ok_or_else(unreadable)?,
            key: row.verifier_key.parse().map_err(|_| unreadable())?,
        }))
    }

    /// Settles it, unless it was settled; gives what counts.
    pub(super) async fn settle(&self, identity: &Identity) -> Result<Identity, Error> {
        sqlx::query!(
            "insert into log_identity (origin, backend, verifier_key) values ($1, $2, $3)
             on conflict (id) do nothing",
            identity.origin.as_str(),
            identity.backend.name(),
            identity.key.to_string(),
        )
        .execute(&self.pool)
        .await
        .map_err(asked("settling what the log is called"))?;
        self.identity().await?.ok_or(Error::Unreadable("name"))
    }

    /// The last checkpoint.
    pub async fn latest(&self) -> Result<Option<Kept>, Error> {
        let row = sqlx::query!(
            "select size, note, signed_at from log_checkpoints order by size desc limit 1"
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(asked("reading the last checkpoint"))?;
        let size = |size| u64::try_from(size).unwrap_or_default();
        Ok(row.map(|it| Kept { size: size(it.size), note: it.note, signed_at: it.signed_at }))
    }

    /// The checkpoint of this size.
    pub async fn checkpoint(&self, size: u64) -> Result<Option<Kept>, Error> {
        let row = sqlx::query!(
            "select note, signed_at from log_checkpoints where size = $1",
            i64::try_from(size).unwrap_or(i64::MAX)
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(asked("reading a checkpoint"))?;
        Ok(row.map(|it| Kept { size, note: it.note, signed_at: it.signed_at }))
    }

    /// The bytes of a tile, if it has as many hashes.
    pub async fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Error> {
        let wanted = i32::from(tile.width) * 32;
        sqlx::query_scalar!(
            r#"select substring(hashes from 1 for $3) as "hashes!" from log_tiles
                where level = $1 and index = $2 and octet_length(hashes) >= $3"#,
            i16::from(tile.level),
            i64::try_from(tile.index).unwrap_or(i64::MAX),
            wanted,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(asked("reading a tile"))
    }

    /// Tiles by level and number; those that are not there are left out.
    pub async fn tiles(&self, wanted: &[(u8, u64)]) -> Result<Tiles, Error> {
        let levels: Vec<i16> = wanted.iter().map(|(level, _)| i16::from(*level)).collect();
        let indexes: Vec<i64> =
            wanted.iter().map(|(_, index)| i64::try_from(*index).unwrap_or(i64::MAX)).collect();
        let rows = sqlx::query!(
            "select t.level, t.index, t.hashes from unnest($1::smallint[], $2::bigint[]) w (level, index)
               join log_tiles t on t.level = w.level and t.index = w.index",
            &levels,
            &indexes,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(asked("reading tiles"))?;
        let mut tiles = Tiles::default();
        for row in rows {
            let level = u8::try_from(row.level).unwrap_or(u8::MAX);
            tiles.add(level, u64::try_from(row.index).unwrap_or_default(), &row.hashes);
        }
        Ok(tiles)
    }

    /// Keeps tiles and the checkpoint over them, while this worker holds the office under this epoch.
    pub(super) async fn keep(
        &self,
        (leases, epoch): (&Leases, i64),
        tiles: &[(TileId, Vec<u8>)],
        note: &Note,
    ) -> Result<bool, Error> {
        let doing = asked("keeping a checkpoint");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let held = sqlx::query_scalar!(
            r#"select 1 as "held!" from leases
                where kind = $1 and key = '' and owner = $2 and epoch = $3 for share"#,
            LEASE,
            leases.worker().as_uuid(),
            epoch,
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&doing)?;
        if held.is_none() {
            return Ok(false);
        }
        let levels: Vec<i16> = tiles.iter().map(|(tile, _)| i16::from(tile.level)).collect();
        let indexes: Vec<i64> =
            tiles.iter().map(|(tile, _)| i64::try_from(tile.index).unwrap_or(i64::MAX)).collect();
        let hashes: Vec<Vec<u8>> = tiles.iter().map(|(_, hashes)| hashes.clone()).collect();
        sqlx::query!(
            "insert into log_tiles (level, index, hashes)
             select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
             on conflict (level, index) do update set hashes = excluded.hashes",
            &levels,
            &indexes,
            &hashes,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        sqlx::query!(
            "insert into log_checkpoints (size, note) values ($1, $2)
             on conflict (size) do update set note = excluded.note",
            i64::try_from(note.checkpoint().size).unwrap_or(i64::MAX),
            note.text(),
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        // Whatever was amiss is not any more.
        sqlx::query!("delete from log_halt").execute(&mut *transaction).await.map_err(&doing)?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// Says why nothing is signed any more.
    pub(super) async fn halt(&self, damage: &Damage) -> Result<(), Error> {
        sqlx::query!(
            "insert into log_halt as h (reason) values ($1)
             on conflict (id) do update set reason = excluded.reason, halted_at = clock_timestamp()
              where h.reason <> excluded.reason",
            damage.to_string(),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(asked("saying that signing has halted"))
    }

    /// Takes that back. Writes nothing where nothing was said.
    pub(super) async fn go_on(&self) -> Result<(), Error> {
        let halted = sqlx::query_scalar!(r#"select exists (select from log_halt) as "halted!""#)
            .fetch_one(&self.pool)
            .await
            .map_err(asked("asking whether signing has halted"))?;
        if halted {
            sqlx::query!("delete from log_halt")
                .execute(&self.pool)
                .await
                .map_err(asked("saying that signing goes on"))?;
        }
        Ok(())
    }

    /// How it is doing.
    pub async fn standing(&self) -> Result<Standing, Error> {
        let row = sqlx::query!(
            r#"select (select head from sequencer where id = 1) as "head!",
                      (select reason from log_halt where id = 1) as halted"#
        )
        .fetch_one(&self.pool)
        .await
        .map_err(asked("asking how the log is doing"))?;
        let head = u64::try_from(row.head).unwrap_or_default();
        Ok(Standing { head, last: self.latest().await?, halted: row.halted })
    }
}
