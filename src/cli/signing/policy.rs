//! `chainkeel policy`: what the keys of the organization may sign.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::cli::client::{Client, Error, read_json};
use crate::cli::print::{items, line, tell};
use crate::cli::workflow::text_of;

const POLICIES: &str = "/v1/policies";

/// What to do with policies of signing.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Policy {
    /// List the policies, and how long changes wait.
    List,
    /// Show a policy, and the change of it that waits.
    Show {
        /// Its name.
        name: String,
    },
    /// Define a policy, or its next version.
    Apply {
        /// Its name.
        name: String,
        /// A file with what it says; `-` reads standard input.
        file: PathBuf,
        /// How it is applied; as before when absent, and enforced where it is new.
        #[arg(long)]
        mode: Option<Mode>,
    },
    /// Apply a policy in another way.
    Mode {
        /// Its name.
        name: String,
        /// How.
        mode: Mode,
    },
    /// Withdraw the change of a policy that waits.
    Withdraw {
        /// Its name.
        name: String,
    },
    /// Let changes wait that let more through than before; 0 is not at all.
    Delay {
        /// How many seconds.
        seconds: u32,
    },
    /// Say what would be decided over a transaction or a document, and change nothing. Exits with 1 when it
    /// is not allowed.
    Simulate {
        /// A file with `transaction` or `typedData`, `wallet` and what else is known; `-` reads standard input.
        file: PathBuf,
        /// Judge by the policy of this file instead of those of the organization.
        #[arg(long)]
        policy: Option<PathBuf>,
    },
    /// Remove a policy.
    Remove {
        /// Its name.
        name: String,
    },
}

/// How a policy is applied.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Mode {
    /// It decides.
    Enforce,
    /// It decides, and stops nothing.
    Monitor,
    /// It is not asked.
    Off,
}

impl Mode {
    const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Monitor => "monitor",
            Self::Off => "off",
        }
    }
}

impl Policy {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List => {
                let page = client.get(POLICIES).await?;
                tell(client, &page, |page| {
                    let mut none = true;
                    for policy in items(page) {
                        none = false;
                        show(policy);
                    }
                    if none {
                        line(
                            "no policy yet: no key signs anything; `chainkeel policy apply NAME FILE` \
                             defines one, and docs/policies.md has twelve",
                        );
                    }
                    line(&format!("what lets more through waits {} s", page["delaySeconds"]));
                });
            }
            Self::Show { name } => {
                let policy = client.get(&path(&name, "")).await?;
                tell(client, &policy, |policy| {
                    show(policy);
                    line(&format!("{:#}", policy["current"]["document"]));
                });
            }
            Self::Apply { name, file, mode } => {
                let mut body = json!({ "name": name, "document": read_json(&file)? });
                if let Some(mode) = mode {
                    body["mode"] = json!(mode.name());
                }
                tell(client, &client.post(POLICIES, &body).await?, show);
            }
            Self::Mode { name, mode } => {
                let body = json!({ "mode": mode.name() });
                tell(client, &client.post(&path(&name, "/mode"), &body).await?, show);
            }
            Self::Withdraw { name } => {
                let done = client.post(&path(&name, "/withdraw"), &json!({})).await?;
                tell(client, &done, |_| line(&format!("policy {name} stands as before")));
            }
            Self::Delay { seconds } => {
                let body = json!({ "seconds": seconds });
                let done = client.post("/v1/policies/delay", &body).await?;
                tell(client, &done, |done| {
                    line(&format!("what lets more through waits {} s", done["seconds"]));
                });
            }
            Self::Simulate { file, policy } => {
                let mut body = read_json(&file)?;
                if let (Some(file), Some(body)) = (policy, body.as_object_mut()) {
                    body.insert("document".to_owned(), read_json(&file)?);
                }
                let decision = client.post("/v1/policies/simulate", &body).await?;
                tell(client, &decision, |decision| lines(decision).iter().for_each(|it| line(it)));
                if decision["outcome"] != "allow" {
                    let outcome = text_of(&decision, "outcome");
                    return Err(Error::Outcome(format!("the decision is {outcome}")));
                }
            }
            Self::Remove { name } => {
                let removed = client.delete(&path(&name, "")).await?;
                tell(client, &removed, |removed| match removed["countsFrom"].as_str() {
                    Some(from) => line(&format!("policy {name} is removed from {from} on")),
                    None => line(&format!("policy {name} is removed")),
                });
            }
        }
        Ok(())
    }
}

fn path(name: &str, deed: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("{POLICIES}/{name}{deed}")
}

/// A policy as people read it.
fn show(policy: &Value) {
    let (name, current, waiting) =
        (text_of(policy, "name"), &policy["current"], &policy["waiting"]);
    if current.is_object() {
        let (mode, by) = (text_of(current, "mode"), text_of(current, "by"));
        line(&format!("{name:<24}  version {}  {mode}  by {by}", current["version"]));
    } else {
        line(&format!("{name:<24}  does not count yet"));
    }
    if waiting.is_object() {
        line(&format!("  a change counts from {} on", text_of(waiting, "countsFrom")));
        line(&format!("  to withdraw it: chainkeel policy withdraw {name}"));
    }
}

/// A decision as people read it.
fn lines(decision: &Value) -> Vec<String> {
    let mut lines = vec![text_of(decision, "outcome").to_owned()];
    for reason in decision["reasons"].as_array().into_iter().flatten() {
        let mut told = format!("  {}", text_of(reason, "kind"));
        for (name, value) in reason.as_object().into_iter().flatten() {
            if name != "kind" && name != "near" && !value.is_null() {
                told = format!("{told}  {name} {value}");
            }
        }
        lines.push(told);
        for near in reason["near"].as_array().into_iter().flatten() {
            let (policy, rule) = (text_of(near, "policy"), text_of(near, "rule"));
            let (fact, why) = (text_of(near, "fact"), text_of(near, "why"));
            lines.push(format!("    {policy}/{rule}: {fact} is {why}"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_told_with_the_rule_that_was_near_and_its_fact() {
        let near =
            json!([{ "policy": "p", "rule": "pay", "fact": "counterparty", "why": "other" }]);
        let reason =
            json!({ "kind": "notAllowed", "call": [0], "action": "transfer", "near": near });
        let told = lines(&json!({ "outcome": "deny", "reasons": [reason] }));
        assert_eq!(told[0], "deny");
        assert_eq!(told[2], "    p/pay: counterparty is other");
    }
}
