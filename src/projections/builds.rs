//! The registry of builds: which there are, how far each has come, which one is read.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::Error;
use super::error::while_doing;
use super::projection::Projection;

/// Where a build stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being made, and nobody reads it.
    Building,
    /// It is what readers see, and follows the ledger.
    Live,
    /// It is what readers see, and stopped before an event that it cannot take.
    Parked,
    /// Another took its place.
    Retired,
}

impl State {
    /// The state as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Live => "live",
            Self::Parked => "parked",
            Self::Retired => "retired",
        }
    }
}

impl From<String> for State {
    fn from(text: String) -> Self {
        match text.as_str() {
            "live" => Self::Live,
            "parked" => Self::Parked,
            "retired" => Self::Retired,
            // The column's check knows no fifth; what nobody reads is the harmless reading.
            _ => Self::Building,
        }
    }
}

/// One copy of a projection's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Its number, unique among all projections.
    pub build_id: i64,
    /// Whose build it is.
    pub projection: String,
    /// The version of tables and fold.
    pub version: i32,
    /// The schema that holds its tables.
    pub schema_name: String,
    /// Where it stands.
    pub state: State,
    /// Everything up to here is in it.
    pub position: i64,
    /// The event that it cannot take, when it is parked.
    pub parked_position: Option<i64>,
    /// Why it cannot.
    pub parked_reason: Option<String>,
    /// The hash of its rows when it was last compared.
    pub row_hash: Option<String>,
    /// The position at which that was.
    pub hashed_position: Option<i64>,
    /// When it was begun.
    pub created_at: OffsetDateTime,
    /// When it became what readers see.
    pub went_live_at: Option<OffsetDateTime>,
    /// When another took its place.
    pub retired_at: Option<OffsetDateTime>,
}

/// All builds that there are, except temporary ones, by projection and age.
pub async fn list(pool: &PgPool) -> Result<Vec<Build>, Error> {
    sqlx::query_as!(
        Build,
        "select build_id, projection, version, schema_name, state, position, parked_position,
                parked_reason, row_hash, hashed_position, created_at, went_live_at, retired_at
           from projection_builds where purpose = 'serve' order by projection, build_id",
    )
    .fetch_all(pool)
    .await
    .map_err(while_doing("listing the builds of projections"))
}

/// The build that readers see.
pub(super) async fn live(connection: &mut PgConnection, projection: &str) -> Result<Build, Error> {
    sqlx::query_as!(
        Build,
        "select build_id, projection, version, schema_name, state, position, parked_position,
                parked_reason, row_hash, hashed_position, created_at, went_live_at, retired_at
           from projection_builds where projection = $1 and state in ('live', 'parked')",
        projection,
    )
    .fetch_optional(connection)
    .await
    .map_err(while_doing("asking for the live build"))?
    .ok_or_else(|| Error::Unknown(projection.to_owned()))
}

/// The build that readers see, held so that its projector cannot move on before this transaction
/// ends.
pub(super) async fn hold_live(
    connection: &mut PgConnection,
    projection: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "select position from projection_builds
          where projection = $1 and state in ('live', 'parked') for update",
        projection,
    )
    .fetch_one(connection)
    .await
}

/// What a build is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be read.
    Serve,
    /// To be compared and dropped.
    Verify,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Verify => "verify",
        }
    }
}

/// A build that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfinished {
    pub(super) build_id: i64,
    pub(super) schema_name: String,
    pub(super) position: i64,
}

/// Makes an empty build.
pub(super) async fn begin(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    purpose: Purpose,
) -> Result<Unfinished, Error> {
    let begun = sqlx::query!(
        r#"select build_id as "build_id!", schema_name as "schema_name!"
             from projection_begin_build($1, $2, $3, $4)"#,
        projection.name(),
        projection.version(),
        purpose.as_str(),
        PROGRAM,
    )
    .fetch_one(connection)
    .await
    .map_err(while_doing("beginning a build"))?;
    Ok(Unfinished { build_id: begun.build_id, schema_name: begun.schema_name, position: 0 })
}

/// The program that folds: builds of another one are not continued, since it may fold otherwise.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// A build for readers that was left half made, and may be continued by this program.
pub(super) async fn left_behind(
    connection: &mut PgConnection,
    projection: &dyn Projection,
) -> Result<Option<Unfinished>, Error> {
    sqlx::query_as!(
        Unfinished,
        "select build_id, schema_name, position from projection_builds
          where projection = $1 and version = $2 and program = $3 and state = 'building'
            and purpose = 'serve' and parked_reason is null
          order by position desc limit 1",
        projection.name(),
        projection.version(),
        PROGRAM,
    )
    .fetch_optional(connection)
    .await
    .map_err(while_doing("looking for a build to continue"))
}

/// Drops the projection's builds that nobody reads: those left half made, except `keep`, and those
/// retired for longer than `grace`.
pub(super) async fn sweep(
    connection: &mut PgConnection,
    projection: &str,
    keep: Option<i64>,
    grace: std::time::Duration,
) -> Result<(), Error> {
    let doomed = sqlx::query_scalar!(
        "select build_id from projection_builds
          where projection = $1 and build_id is distinct from $2
            and (state = 'building'
                 or state = 'retired' and retired_at < clock_timestamp() - make_interval(secs => $3))
          order by build_id",
        projection,
        keep,
        grace.as_secs_f64(),
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(while_doing("looking for builds to drop"))?;
    for build_id in doomed {
        if let Err(error) = drop_build(connection, build_id).await {
            // A reader that has not ended yet holds it: the next sweep takes it.
            tracing::debug!(
                build_id,
                error = &error as &dyn std::error::Error,
                "build {build_id} stays for now"
            );
        }
    }
    Ok(())
}

/// Drops a build that nobody reads.
pub(super) async fn drop_build(connection: &mut PgConnection, build_id: i64) -> Result<(), Error> {
    sqlx::query!("select projection_drop_build($1)", build_id)
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("dropping a build"))
}

/// Moves a build's checkpoint, if it is still where we left it and still ours to move. What was
/// parked goes on by this.
pub(super) async fn advance(
    connection: &mut PgConnection,
    build_id: i64,
    from: i64,
    to: i64,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        "update projection_builds
            set position = $3, state = case state when 'parked' then 'live' else state end,
                parked_position = null, parked_reason = null
          where build_id = $1 and position = $2 and state in ('building', 'live', 'parked')",
        build_id,
        from,
        to,
    )
    .execute(connection)
    .await
    .map_err(while_doing("moving a checkpoint"))?
    .rows_affected();
    if moved == 1 { Ok(()) } else { Err(Error::Superseded(format!("build {build_id}"))) }
}

/// Notes why a build stopped. A live one is parked; one that is being made is given up.
pub(super) async fn park(
    connection: &mut PgConnection,
    build_id: i64,
    position: i64,
    reason: &str,
) -> Result<(), Error> {
    // What the database itself says may quote what it could not take.
    let reason = reason.replace('\0', "\u{fffd}");
    sqlx::query!(
        "update projection_builds
            set state = case state when 'live' then 'parked' else state end,
                parked_position = $2, parked_reason = $3
          where build_id = $1 and state in ('building', 'live', 'parked')",
        build_id,
        position,
        reason,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("parking a projection"))
}
