//! Gives an order to a run, once, and answers where its events are.

use super::ledger;
use crate::access::Principal;
use crate::actors::{Context, Placed, Refused};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::Problem;
use crate::http::workflows::Started;
use crate::journal::StreamId;
use crate::primitives::RunId;

/// Begins a new run, unless an earlier request with the same key did.
pub(crate) async fn begin<Start>(
    api: &Api,
    who: &Principal,
    turn: Turn,
    start: Start,
) -> Result<Answer<Started>, Problem>
where
    Start: AsyncFnOnce(RunId, Context) -> Result<Placed, Refused>,
{
    let run = api.desk.new_run();
    let done = place(api, who, turn, run, async |context| start(run, context).await).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let run_id = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    Ok(Answer::accepted(Started { run_id }).written(written).replayed(done.replayed))
}

/// Carries out an order to a run, and answers with the run.
pub(crate) async fn answer<Order>(
    api: &Api,
    who: &Principal,
    turn: Turn,
    run: RunId,
    order: Order,
) -> Result<Answer<Started>, Problem>
where
    Order: AsyncFnOnce(Context) -> Result<Placed, Refused>,
{
    ledger::may_order(api, who, run).await?;
    let done = place(api, who, turn, run, order).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::accepted(Started { run_id: run }).written(written).replayed(done.replayed))
}

/// Carries out an order to a run, unless an earlier request with the same key did.
pub(crate) async fn place<Order>(
    api: &Api,
    who: &Principal,
    turn: Turn,
    run: RunId,
    order: Order,
) -> Result<Done, Problem>
where
    Order: AsyncFnOnce(Context) -> Result<Placed, Refused>,
{
    let ticket = match turn {
        Turn::Replay(done) => return Ok(done),
        Turn::Fresh(ticket) => ticket,
    };
    match order(api.context(who, &ticket, run)).await {
        Ok(Placed { run, sequence, repeated }) => {
            Ok(Done { stream: StreamId::run(run), sequence, replayed: repeated })
        }
        Err(Refused::ReceiptTaken) => ticket.taken(api).await,
        Err(refused) => ticket.earlier(api).await?.ok_or_else(|| refused.into()),
    }
}
