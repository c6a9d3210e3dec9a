//! `chainkeel chain`: which chains are known, how far each was followed, and letting one go on that
//! was halted.

use clap::Subcommand;
use serde_json::{Value, json};

use super::chain_endpoints::Endpoints;
use super::client::{Client, Error};
use super::print::{line, list, tell};
use super::workflow::text_of;

/// What to do with chains.
#[derive(Debug, Subcommand)]
pub(super) enum Chain {
    /// List the chains that are known, and what is thought of their endpoints.
    List,
    /// Show how far each chain was followed, and what is still to be read.
    Watches,
    /// Name endpoints of chains for the organization, look at them, and take them away.
    Endpoints {
        #[command(subcommand)]
        what: Endpoints,
    },
    /// Follow a chain again that was halted, as it is now, from a block on.
    Resume {
        /// The chain's id.
        chain: u32,
        /// The first block that is read again: the one from which on the chain was another.
        #[arg(long)]
        from: u32,
    },
}

impl Chain {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List => {
                let page = client.get("/v1/chains").await?;
                tell(client, &page, |page| {
                    let hint = "no chain is known: this server reads none";
                    list(page, hint, |chain| chain_lines(chain).iter().for_each(|it| line(it)));
                });
            }
            Self::Watches => {
                let page = client.get("/v1/chain-watches").await?;
                tell(client, &page, |page| {
                    let hint = "no chain is watched: publish a workflow with a trigger such as \
                                `evm-log`";
                    list(page, hint, |watch| watch_lines(watch).iter().for_each(|it| line(it)));
                });
            }
            Self::Endpoints { what } => what.run(client).await?,
            Self::Resume { chain, from } => {
                let path = format!("/v1/chain-watches/{chain}/resume");
                let resumed = client.post(&path, &json!({ "from": from })).await?;
                tell(client, &resumed, |_| {
                    line(&format!("chain {chain} is followed again, from block {from} on"));
                });
            }
        }
        Ok(())
    }
}

/// A chain as people read it: a line, and one for each endpoint that is shown.
fn chain_lines(chain: &Value) -> Vec<String> {
    let final_when = match (text_of(chain, "finality"), &chain["finalAfter"]) {
        ("tags", _) => "final by its tags".to_owned(),
        (unit, after) => format!("final after {after} {unit}"),
    };
    let mut lines = vec![format!(
        "{:>10}  {:<16}  {:<20}  {:<5}  block {} ms  {final_when}  {} endpoints from the {}",
        chain["chainId"].to_string(),
        text_of(chain, "slug"),
        text_of(chain, "name"),
        text_of(chain, "symbol"),
        chain["blockTimeMs"],
        chain["endpointCount"],
        text_of(chain, "endpointsFrom"),
    )];
    let endpoints = chain["endpoints"].as_array().into_iter().flatten();
    lines.extend(endpoints.filter(|it| text_of(it, "state") != "checking").map(|it| {
        let head = it["head"].as_u64().map_or_else(String::new, |head| format!("  block {head}"));
        format!("{:>10}  {}  {}{head}", "", text_of(it, "host"), text_of(it, "state"))
    }));
    lines
}

/// How far a chain was followed, as people read it.
fn watch_lines(watch: &Value) -> Vec<String> {
    let view = match text_of(watch, "view") {
        "" | "installation" => String::new(),
        organization => format!(" for {organization}"),
    };
    let mut lines = vec![format!(
        "chain {}{}  block {} of {} ({} behind)  final {}  to backfill {}  waiting {}  orphaned {}",
        watch["chainId"],
        view,
        watch["cursor"],
        watch["head"],
        watch["lag"],
        watch["finalized"],
        watch["backfill"],
        watch["waiting"],
        watch["orphaned"],
    )];
    if let Some(reason) = watch["halted"].as_str() {
        lines.push(format!("  halted: {reason}"));
        lines.push(format!("  try: chainkeel chain resume {} --from BLOCK", watch["chainId"]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_told_with_the_endpoints_that_were_asked() {
        let chain = json!({
            "chainId": 8453, "slug": "base", "name": "Base", "symbol": "ETH", "blockTimeMs": 2000,
            "finality": "seconds", "finalAfter": 180, "endpointsFrom": "catalogue",
            "endpointCount": 2, "endpoints": [
                {"host": "a.example", "state": "alive", "head": 7},
                {"host": "b.example", "state": "checking", "head": null},
            ],
        });
        let lines = chain_lines(&chain);
        assert!(lines[0].starts_with("      8453  base "));
        assert!(lines[0].contains("final after 180 seconds  2 endpoints from the catalogue"));
        assert_eq!(
            lines[1..].iter().map(|it| it.trim()).collect::<Vec<_>>(),
            ["a.example  alive  block 7"]
        );
    }

    #[test]
    fn a_halted_chain_is_told_with_what_helps() {
        let watch =
            json!({"chainId": 1, "cursor": 5, "head": 9, "lag": 4, "halted": "it went back"});
        let lines = watch_lines(&watch);
        assert!(lines[0].starts_with("chain 1  block 5 of 9 (4 behind)"));
        assert_eq!(lines[2], "  try: chainkeel chain resume 1 --from BLOCK");
    }
}
