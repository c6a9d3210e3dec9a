//! Where a run comes from: by whichever way a run that gets money begins others, these begin none for the same
//! wallet and chain, so that money goes in no circle.

use engine::{Fact, Trigger};

use super::TOP_UP;
use crate::actors::wallets::hindrance::Hindrance;
use crate::journal::{Journal, StreamId};
use crate::primitives::RunId;
use crate::projections::transactions::OpenLane;

/// How far back it is looked. Whoever comes from further away begins none, either.
const MOST: usize = 32;

/// Whether a run gets money for this wallet and chain, or was begun by one that does: called or triggered by
/// it, started by an event that it emitted or by its failure, or to get money for one of its own transactions.
pub(super) async fn gets_money(
    journal: &Journal,
    run: RunId,
    lane: OpenLane,
) -> Result<bool, Hindrance> {
    let mut next = Some(run);
    for _ in 0..MOST {
        let Some(run) = next else { return Ok(false) };
        let first = journal.read_stream(&StreamId::run(run), 0, 1).await?;
        let Some(first) = first.first() else { return Ok(false) };
        let Fact::Started { trigger, parent, .. } = first.fact()?.0 else { return Ok(false) };
        if is_for(&trigger, lane) {
            return Ok(true);
        }
        next = parent.and_then(|it| it.run.parse().ok()).or_else(|| begun_by(&trigger));
    }
    Ok(true)
}

fn is_for(trigger: &Trigger, lane: OpenLane) -> bool {
    let said = |name: &str| trigger.body.get(name);
    trigger.kind == TOP_UP
        && said("walletId").and_then(|it| it.as_str()) == Some(&lane.wallet.to_string())
        && said("chainId").and_then(serde_json::Value::as_u64) == Some(lane.chain)
}

/// The run that began a run by this trigger: its source, or who emitted its event, as `run_…#12`.
fn begun_by(trigger: &Trigger) -> Option<RunId> {
    let event = trigger.headers.get("eventId").and_then(|it| it.split('#').next());
    trigger.source.parse().ok().or_else(|| event?.parse().ok())
}
