//! The machine's own limits, measured in the same run as what is compared with them.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::PgPool;

/// How long each limit is measured.
const MEASURE: Duration = Duration::from_secs(3);
/// Events of one raw insert: as many as a flush of the journal holds.
const BATCH: usize = 512;
/// Connections that insert side by side: as many as the journal has lanes.
const WRITERS: usize = 2;

/// How often a second a small write can be made durable beside `dir`, one after the other.
pub(super) fn fsyncs_per_second(dir: &Path) -> std::io::Result<f64> {
    let path = dir.join("fsync-probe");
    let mut file = File::create(&path)?;
    let (began, mut times) = (Instant::now(), 0_u32);
    while began.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0; 512])?;
        file.sync_data()?;
        times += 1;
    }
    let rate = f64::from(times) / began.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

/// How many events a second PostgreSQL takes by UNNEST into a table shaped like the ledger's, with
/// nothing else done: no fences, no order, no views. `payload` is a typical one.
pub(super) async fn raw_events_per_second(pool: &PgPool, payload: &str) -> sqlx::Result<f64> {
    sqlx::raw_sql(include_str!("raw_table.sql")).execute(pool).await?;
    let began = Instant::now();
    let writers = (0..WRITERS).map(|writer| insert_until(pool, payload, writer, began + MEASURE));
    let inserted: usize = futures::future::try_join_all(writers).await?.into_iter().sum();
    let elapsed = began.elapsed().as_secs_f64();
    sqlx::raw_sql("drop table bench_events").execute(pool).await?;
    Ok(inserted as f64 / elapsed)
}

#[expect(clippy::disallowed_methods, reason = "the table exists only during the measurement")]
async fn insert_until(
    pool: &PgPool,
    payload: &str,
    writer: usize,
    until: Instant,
) -> sqlx::Result<usize> {
    let mut connection = pool.acquire().await?;
    let metadata = r#"{"organization_id":"org_00000000000000000000000000","actor":"bench"}"#;
    let (payloads, metadatas) = (vec![payload; BATCH], vec![metadata; BATCH]);
    let sequences: Vec<i64> = (0..BATCH).map(|event| (event % 8) as i64 + 1).collect();
    let mut inserted = 0;
    while Instant::now() < until {
        let ids: Vec<String> = (0..BATCH)
            .map(|event| format!("run_{writer:02}{:024}", inserted / 8 + event / 8))
            .collect();
        sqlx::query(include_str!("raw_insert.sql"))
            .bind(&ids)
            .bind(&sequences)
            .bind(&payloads)
            .bind(&metadatas)
            .execute(&mut *connection)
            .await?;
        inserted += BATCH;
    }
    Ok(inserted)
}
