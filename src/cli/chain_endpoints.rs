//! `chainkeel chain endpoints`: through which nodes of its own an organization reads a chain.

use std::io::Read;

use clap::Subcommand;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::client::{Client, Error};
use super::print::{line, list, tell};
use super::workflow::text_of;

/// The most bytes of a list of URLs: more than as many as there may be have.
const MOST: u64 = 64 * 1024;

/// What to do with the endpoints of the organization.
#[derive(Debug, Subcommand)]
pub(super) enum Endpoints {
    /// List the chains that the organization reads through endpoints of its own; those of one chain
    /// with how far it was followed.
    List {
        /// The chain's name or id.
        chain: Option<String>,
    },
    /// Read a chain through these endpoints and no others. URLs are read from standard input, one a
    /// line: they hold keys, and arguments show in the list of processes.
    Set {
        /// The chain's name or id; one that is not in the catalogue may be named by its id.
        chain: String,
        /// An endpoint without a key, instead of standard input; more than one may be given.
        #[arg(long = "endpoint", value_name = "URL")]
        urls: Vec<String>,
        /// Read the URLs from standard input beside those given, too.
        #[arg(long)]
        from_stdin: bool,
    },
    /// Read a chain as the installation reads it again.
    Remove {
        /// The chain's name or id.
        chain: String,
    },
    /// Follow a chain again that was halted, as it is now, from a block on.
    Resume {
        /// The chain's name or id.
        chain: String,
        /// The first block that is read again: the one from which on the chain was another.
        #[arg(long)]
        from: u32,
    },
}

impl Endpoints {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { chain: None } => {
                let mut page = client.get("/v1/chains").await?;
                if let Some(items) = page["items"].as_array_mut() {
                    items.retain(|chain| chain["endpointsFrom"] == "organization");
                }
                tell(client, &page, |page| {
                    let hint = "no endpoints yet: every chain is read as the installation reads it; \
                                `chainkeel chain endpoints set CHAIN` names your own";
                    list(page, hint, |chain| {
                        let hosts = chain["endpoints"].as_array().into_iter().flatten();
                        let hosts: Vec<_> = hosts.map(|it| text_of(it, "host")).collect();
                        let (id, slug) = (chain["chainId"].to_string(), text_of(chain, "slug"));
                        line(&format!("{id:>10}  {slug:<16}  {}", hosts.join(" ")));
                    });
                });
            }
            Self::List { chain: Some(chain) } => {
                let shown = client.get(&path(&chain)).await?;
                tell(client, &shown, show);
            }
            Self::Set { chain, urls, from_stdin } => {
                let urls = all_of(urls, from_stdin)?;
                let shown = client.put(&path(&chain), &json!({ "urls": *urls })).await?;
                tell(client, &shown, show);
            }
            Self::Remove { chain } => {
                let removed = client.delete(&path(&chain)).await?;
                tell(client, &removed, |_| {
                    line(&format!("chain {chain} is read as the installation reads it"));
                });
            }
            Self::Resume { chain, from } => {
                let path = format!("{}/resume", path(&chain));
                let shown = client.post(&path, &json!({ "from": from })).await?;
                tell(client, &shown, show);
            }
        }
        Ok(())
    }
}

fn path(chain: &str) -> String {
    let chain: String = url::form_urlencoded::byte_serialize(chain.as_bytes()).collect();
    format!("/v1/chains/{chain}/endpoints")
}

/// The URLs that were given; those with keys on standard input only.
fn all_of(given: Vec<String>, from_stdin: bool) -> Result<Zeroizing<Vec<String>>, Error> {
    if given.iter().any(|url| holds_more_than_a_host(url)) {
        let message = "a URL with a path may hold a key, and arguments show in the list of processes: \
                       give it on standard input (`--from-stdin`)";
        return Err(Error::Outcome(message.to_owned()));
    }
    let mut urls = Zeroizing::new(given);
    if from_stdin || urls.is_empty() {
        let mut text = Zeroizing::new(String::new());
        let read = std::io::stdin().take(MOST).read_to_string(&mut text);
        read.map_err(|source| Error::File { path: "-".to_owned(), source })?;
        urls.extend(text.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned));
    }
    Ok(urls)
}

fn holds_more_than_a_host(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/').contains(['/', '?', '#', '@'])
}

/// Endpoints as people read them.
fn show(shown: &Value) {
    for it in lines(shown) {
        line(&it);
    }
}

fn lines(shown: &Value) -> Vec<String> {
    let mut lines = vec![format!(
        "chain {}  named by {} at {}",
        shown["chainId"],
        text_of(shown, "by"),
        text_of(shown, "at")
    )];
    for endpoint in shown["endpoints"].as_array().into_iter().flatten() {
        let head = endpoint["head"].as_u64().map_or_else(String::new, |it| format!("  block {it}"));
        lines.push(format!("  {}  {}{head}", text_of(endpoint, "url"), text_of(endpoint, "state")));
    }
    let watch = &shown["watch"];
    if watch.is_object() {
        lines.push(format!(
            "  followed to block {} of {}  to backfill {}  waiting {}",
            watch["cursor"], watch["head"], watch["backfill"], watch["waiting"]
        ));
    }
    if let Some(reason) = watch["halted"].as_str() {
        lines.push(format!("  halted: {reason}"));
        lines.push(format!(
            "  try: chainkeel chain endpoints resume {} --from BLOCK",
            shown["chainId"]
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_no_argument() {
        let given = |url: &str| all_of(vec![url.to_owned()], false);
        assert!(given("https://node.example/v3/key").is_err());
        assert!(given("https://node.example?key=k").is_err());
        assert_eq!(*given("https://node.example/").unwrap(), ["https://node.example/"]);
    }

    #[test]
    fn endpoints_are_told_with_what_helps_where_they_are_halted() {
        let shown = json!({
            "chainId": 1, "by": "ada", "at": "2026-11-29T09:00:00Z",
            "endpoints": [{"url": "node.example/…c3f9", "state": "alive", "head": 9}],
            "watch": {"cursor": 5, "head": 9, "backfill": 0, "waiting": 1, "halted": "it went back"},
        });
        let lines = lines(&shown);
        assert_eq!(lines[1], "  node.example/…c3f9  alive  block 9");
        assert_eq!(lines[4], "  try: chainkeel chain endpoints resume 1 --from BLOCK");
    }
}
