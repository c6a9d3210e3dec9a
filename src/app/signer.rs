//! A process that keeps the keys of wallets, and nothing else.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;

use super::serve::told_to_stop;
use super::tracing::Tracing;
use super::{Error, Plan};
use crate::actors::wallets::{Guard, Laws};
use crate::config::Config;
use crate::journal::pool::{self, Logins};
use crate::journal::{self, Bells, Journal};
use crate::secrets::Vault;
use crate::signing::{self, process};

/// Connections: the ledger is read for each signature, and sealed keys with it.
const CONNECTIONS: u32 = 8;

/// Answers behind this socket until the process is told to stop; `open` is called once it does.
pub async fn keep_keys(
    config: Config,
    database: PgConnectOptions,
    logins: Logins,
    socket: PathBuf,
    open: impl FnOnce(),
) -> Result<(), Error> {
    let mut plan = Plan::of(&config, database, logins, false)?;
    // It asks nobody else: it is the one who is asked.
    plan.signing = signing::Config { socket: None, ..plan.signing };
    let pool = pool::serving(&plan.login(pool::Role::App), CONNECTIONS);
    let vault = Vault::new(pool.clone(), Arc::clone(&plan.keys));
    let signers = plan.signing.signers(vault, &plan.program, &plan.egress, &plan.clock)?;
    // Nothing is written: the lanes of the journal are not started.
    let (journal, _lanes) = Journal::open(pool, &Bells::default(), journal::Config::default());
    let laws = Laws::new(&journal, plan.quotes.clone(), Arc::clone(&plan.clock));
    let tracing = Tracing::of(&plan.traces, &plan.clock)?;
    let spans = tracing.as_ref().map(|tracing| tracing.sink.clone());
    let guard = Arc::new(Guard::new(&journal, laws, signers).traced(spans));
    let (stop, end) = (CancellationToken::new(), CancellationToken::new());
    let door = process::Door::open(&socket).await.map_err(Error::Socket)?;
    open();
    let serving = door.serve(guard, stop.clone());
    let stopping = async {
        told_to_stop().await.map_err(Error::Signals)?;
        tracing::info!("stopping: what is being signed comes to its end first");
        stop.cancel();
        Ok::<_, Error>(())
    };
    let served = async {
        serving.await.map_err(Error::Socket)?;
        Ok::<_, Error>(())
    };
    let working = async {
        tokio::pin!(served, stopping);
        let served = tokio::select! {
            served = &mut served => served,
            stopped = &mut stopping => match stopped {
                Ok(()) => served.await,
                Err(error) => Err(error),
            },
        };
        end.cancel();
        served
    };
    let collecting = async {
        if let Some(tracing) = tracing {
            let Ok(()) = tracing.collect(end.clone()).await;
        }
    };
    tokio::join!(working, collecting).0
}
