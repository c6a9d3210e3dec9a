//! An activity from its order to its end, or to the people that it waits for.

use std::time::Duration;

use serde::Serialize;
use tokio::time::sleep;

use super::client::Client;
use super::wire::{Activity, ActivityAnswer, Failure, GetActivity, Results, Status, Submission};
use crate::signing::{BadReply, Error, outside};

/// How long it is waited between looks at an activity that is under way: ten seconds in all.
const LOOKS: [Duration; 8] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_500),
    Duration::from_secs(2),
    Duration::from_secs(2),
    Duration::from_secs(3),
];

/// What came of an activity.
#[derive(Debug)]
pub(super) enum Settled {
    /// It is done.
    Done(Results),
    /// People have to agree.
    Waiting {
        /// What Turnkey calls it.
        id: String,
    },
}

/// Orders an activity and waits until it is settled.
pub(super) async fn submit<P: Serialize>(
    client: &Client,
    path: &str,
    submission: &Submission<'_, P>,
) -> Result<Settled, Error> {
    let answer: ActivityAnswer = client.ask(path, submission).await?;
    let mut activity = expected(submission, answer.activity)?;
    let id = activity.id.clone();
    for pause in LOOKS {
        if let Some(settled) = settled(activity)? {
            return Ok(settled);
        }
        sleep(pause).await;
        let organization_id = submission.organization_id;
        let question = GetActivity { organization_id, activity_id: &id };
        let answer: ActivityAnswer = client.ask("/public/v1/query/get_activity", &question).await?;
        activity = expected(submission, answer.activity)?;
        if activity.id != id {
            return Err(BadReply::Garbled("it is another activity".to_owned()).into());
        }
    }
    match settled(activity)? {
        Some(settled) => Ok(settled),
        None => Err(Error::Gone(format!("its activity {id} is still under way"))),
    }
}

/// The activity, if it is one of this order.
fn expected<P>(submission: &Submission<'_, P>, activity: Activity) -> Result<Activity, BadReply> {
    let is_ours = activity.kind == submission.kind
        && activity.organization_id == submission.organization_id
        && !activity.id.is_empty();
    if is_ours { Ok(activity) } else { Err(BadReply::Garbled("it is another activity".to_owned())) }
}

/// What came of it, if it is settled.
fn settled(activity: Activity) -> Result<Option<Settled>, Error> {
    let Activity { id, status, result, failure, .. } = activity;
    match status {
        Status::Created | Status::Pending => Ok(None),
        Status::Completed => Ok(Some(Settled::Done(result.unwrap_or_default()))),
        Status::ConsensusNeeded | Status::AuthenticatorsNeeded => Ok(Some(Settled::Waiting { id })),
        Status::Rejected => {
            Err(Error::Rejected(format!("its activity {} was rejected", outside::shown(&id))))
        }
        Status::Failed => {
            let Failure { message } = failure.unwrap_or_default();
            let (id, message) = (outside::shown(&id), outside::shown(&message));
            Err(Error::Rejected(format!("its activity {id} failed: {message}")))
        }
    }
}
