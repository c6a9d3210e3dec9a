//! `chainkeel review`: ask others to look at a draft, and judge the drafts of others.

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::client::{Client, Error};
use super::print::{line, tell};
use super::workflow::text_of;

/// What to do with reviews.
#[derive(Debug, Subcommand)]
pub(super) enum Review {
    /// Show how the draft of a workflow stands, and what people said.
    Show {
        /// The workflow.
        id: String,
    },
    /// Ask for a review of the draft as it is.
    Request {
        /// The workflow.
        id: String,
        /// What whoever looks at it should know.
        #[arg(long)]
        note: Option<String>,
    },
    /// Say something to a draft under review.
    Comment {
        /// The workflow.
        id: String,
        /// What.
        text: String,
    },
    /// Approve the draft that you looked at.
    Approve {
        /// The workflow.
        id: String,
        /// The draft's hash, as `review show` prints it: another draft by now is a conflict.
        draft_hash: String,
    },
    /// Reject the draft that you looked at.
    Reject {
        /// The workflow.
        id: String,
        /// The draft's hash, as `review show` prints it.
        draft_hash: String,
        /// What has to change.
        #[arg(long)]
        reason: String,
    },
    /// Show or set whether drafts have to be approved before they are published.
    Policy {
        /// What is to hold from now on; without it, what holds is shown.
        rule: Option<Rule>,
    },
}

/// Whether drafts have to be approved.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Rule {
    /// By somebody else, before they are published.
    Required,
    /// Not at all.
    Waived,
}

impl Review {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        let path = |id: &str, deed: &str| format!("/v1/workflows/{id}/review{deed}");
        let review = match self {
            Self::Policy { rule } => return policy(client, rule).await,
            Self::Show { id } => client.get(&path(&id, "")).await?,
            Self::Request { id, note } => {
                let body = note.map_or(json!({}), |note| json!({ "note": note }));
                client.post(&path(&id, ""), &body).await?
            }
            Self::Comment { id, text } => {
                client.post(&path(&id, "/comments"), &json!({ "text": text })).await?
            }
            Self::Approve { id, draft_hash } => {
                client.post(&path(&id, "/approve"), &json!({ "draftHash": draft_hash })).await?
            }
            Self::Reject { id, draft_hash, reason } => {
                let body = json!({ "draftHash": draft_hash, "reason": reason });
                client.post(&path(&id, "/reject"), &body).await?
            }
        };
        tell(client, &review, show);
        Ok(())
    }
}

async fn policy(client: &Client, rule: Option<Rule>) -> Result<(), Error> {
    const PATH: &str = "/v1/organization/publication-policy";
    let policy = match rule {
        None => client.get(PATH).await?,
        Some(Rule::Required) => client.put(PATH, &json!({ "reviewRequired": true })).await?,
        Some(Rule::Waived) => client.put(PATH, &json!({ "reviewRequired": false })).await?,
    };
    tell(client, &policy, |policy| {
        let required = policy.get("reviewRequired").and_then(Value::as_bool).unwrap_or_default();
        line(if required {
            "drafts have to be approved by somebody else before they are published"
        } else {
            "drafts are published by whoever may publish"
        });
    });
    Ok(())
}

fn show(review: &Value) {
    let Some(hash) = review.get("draftHash").and_then(Value::as_str) else {
        return line("there is no draft: nothing is to be reviewed");
    };
    line(&format!("draft {hash}"));
    match text_of(review, "status") {
        "none" => line("nobody has asked for a review since the last edit"),
        "requested" => line(&format!("{} asked for a review", text_of(review, "requestedBy"))),
        "approved" => line(&format!("approved by {}", text_of(review, "judgedBy"))),
        status => line(&format!(
            "{status} by {}: {}",
            text_of(review, "judgedBy"),
            text_of(review, "reason")
        )),
    }
    if let Some(note) = review.get("note").and_then(Value::as_str) {
        line(&format!("  {note}"));
    }
    for comment in review.get("comments").and_then(Value::as_array).into_iter().flatten() {
        line(&format!("  {}: {}", text_of(comment, "by"), text_of(comment, "text")));
    }
}
