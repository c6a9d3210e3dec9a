//! `chainkeel x402`: requests that the organization pays, and runs that it sells.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::history::history;
use crate::cli::client::{Client, Error, query, read_json};
use crate::cli::print::{line, list, print_json, tell};
use crate::cli::workflow::text_of;

const ENDPOINTS: &str = "/v1/x402-endpoints";

/// What to do about money for requests.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum X402 {
    /// List the endpoints that are paid, and how they do.
    Endpoints,
    /// Show an endpoint.
    Show {
        /// The endpoint.
        id: String,
    },
    /// Ask what a request costs, without paying it.
    Probe {
        /// Where.
        place: String,
        /// The method.
        #[arg(long, default_value = "GET")]
        method: String,
    },
    /// Make a request and pay for it; an endpoint that gives something can be added within a day.
    Test {
        /// Where.
        place: String,
        /// The method.
        #[arg(long, default_value = "GET")]
        method: String,
        /// The chain: eip155:8453, a name or an id.
        #[arg(long)]
        network: String,
        /// The token.
        #[arg(long)]
        token: String,
        /// The most that is paid, in the smallest unit of the token.
        #[arg(long)]
        max_price: String,
        /// The wallet that pays; the default one when absent.
        #[arg(long)]
        wallet: Option<String>,
        /// Pays once for the same request under this key.
        #[arg(long)]
        once: Option<String>,
    },
    /// Take up an endpoint that was tried, from a file as `POST /v1/x402-endpoints` takes it.
    Add {
        /// The file.
        file: std::path::PathBuf,
    },
    /// Pay an endpoint no more.
    Remove {
        /// The endpoint.
        id: String,
    },
    /// Make a request of an endpoint, and pay for it.
    Call {
        /// The endpoint.
        id: String,
        /// A parameter of its query, as `town=Berlin`; may be repeated.
        #[arg(long = "query", value_name = "NAME=VALUE")]
        parameters: Vec<String>,
        /// The most that is paid; what the endpoint may be paid when absent.
        #[arg(long)]
        max_price: Option<String>,
        /// Pays once for the same request under this key.
        #[arg(long)]
        once: Option<String>,
    },
    /// List payments, the latest first.
    Payments {
        /// Those of this run.
        #[arg(long)]
        run: Option<String>,
        /// Those that stand here, as `paid` or `pending`.
        #[arg(long)]
        status: Option<String>,
    },
    /// Show a payment with all that happened to it.
    Payment {
        /// The payment.
        id: String,
    },
    /// List the runs that somebody paid for, the latest first.
    Sales {
        /// Those of this workflow.
        #[arg(long)]
        workflow: Option<String>,
        /// Those that stand here, as `settled` or `pending`.
        #[arg(long)]
        status: Option<String>,
    },
    /// Show a sale with all that happened to it.
    Sale {
        /// The sale.
        id: String,
    },
}

impl X402 {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Endpoints | Self::Show { .. } | Self::Add { .. } | Self::Remove { .. } => {
                self.kept(client).await
            }
            Self::Probe { .. } | Self::Test { .. } | Self::Call { .. } => self.called(client).await,
            Self::Payments { .. }
            | Self::Payment { .. }
            | Self::Sales { .. }
            | Self::Sale { .. } => self.listed(client).await,
        }
    }

    async fn kept(self, client: &Client) -> Result<(), Error> {
        if let Self::Show { id } = self {
            let shown = client.get(&format!("{ENDPOINTS}/{id}")).await?;
            tell(client, &shown, endpoint);
        } else if let Self::Add { file } = self {
            let made = client.post(ENDPOINTS, &read_json(&file)?).await?;
            tell(client, &made, endpoint);
        } else if let Self::Remove { id } = self {
            let gone = client.delete(&format!("{ENDPOINTS}/{id}")).await?;
            tell(client, &gone, |gone| line(&format!("{}  removed", text_of(gone, "id"))));
        } else {
            let page = client.get(&format!("{ENDPOINTS}?limit=100")).await?;
            let hint =
                "no endpoint yet: chainkeel x402 test tries one, chainkeel x402 add takes it up";
            tell(client, &page, |page| list(page, hint, endpoint));
        }
        Ok(())
    }

    async fn called(self, client: &Client) -> Result<(), Error> {
        let (path, key, body) = match self {
            Self::Probe { place, method } => {
                ("probe", None, json!({ "url": place, "method": method }))
            }
            Self::Test { place, method, network, token, max_price, wallet, once } => {
                let mut body = json!({
                    "url": place, "method": method, "network": network, "tokenAddress": token,
                    "maxPrice": max_price,
                });
                if let Some(wallet) = wallet {
                    body["walletId"] = wallet.into();
                }
                ("test", once, body)
            }
            Self::Call { id, parameters, max_price, once } => {
                let mut body = json!({ "endpointId": id, "query": pairs(&parameters) });
                if let Some(most) = max_price {
                    body["maxPrice"] = most.into();
                }
                ("execute", once, body)
            }
            Self::Endpoints
            | Self::Show { .. }
            | Self::Add { .. }
            | Self::Remove { .. }
            | Self::Payments { .. }
            | Self::Payment { .. }
            | Self::Sales { .. }
            | Self::Sale { .. } => return Ok(()),
        };
        let path = format!("{ENDPOINTS}/{path}");
        let told = client.post_once(&path, &body, key.as_deref()).await?;
        tell(client, &told, if path.ends_with("/probe") { offered } else { answered });
        Ok(())
    }

    async fn listed(self, client: &Client) -> Result<(), Error> {
        let most = || ("limit", Some("100".to_owned()));
        match self {
            Self::Payments { run, status } => {
                let query = query([("runId", run), ("status", status), most()]);
                let page = client.get(&format!("/v1/payments{query}")).await?;
                let hint = "no payment: call-x402-endpoint and chainkeel x402 call make them";
                tell(client, &page, |page| list(page, hint, payment));
            }
            Self::Sales { workflow, status } => {
                let query = query([("workflowId", workflow), ("status", status), most()]);
                let page = client.get(&format!("/v1/sales{query}")).await?;
                let hint =
                    "no sale: a webhook with a `price` is sold at /v1/x402/ and its workflow";
                tell(client, &page, |page| list(page, hint, sale));
            }
            Self::Payment { id } => {
                let shown = client.get(&format!("/v1/payments/{id}")).await?;
                tell(client, &shown, |shown| {
                    payment(shown);
                    history(shown, detail);
                });
            }
            Self::Sale { id } => {
                let shown = client.get(&format!("/v1/sales/{id}")).await?;
                tell(client, &shown, |shown| {
                    sale(shown);
                    history(shown, detail);
                });
            }
            Self::Endpoints
            | Self::Show { .. }
            | Self::Add { .. }
            | Self::Remove { .. }
            | Self::Probe { .. }
            | Self::Test { .. }
            | Self::Call { .. } => {}
        }
        Ok(())
    }
}

fn pairs(parameters: &[String]) -> Value {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (name.to_owned(), Value::from(value))
    };
    Value::Object(parameters.iter().map(pair).collect::<Map<_, _>>())
}

fn endpoint(it: &Value) {
    let of = |key| text_of(it, key);
    let stats = &it["stats"];
    line(&format!(
        "{}  {}  {} {}  {} {} on {}, at most {}  {} of {} calls answered",
        of("id"),
        of("name"),
        of("method"),
        of("baseUrl"),
        of("price"),
        of("tokenSymbol"),
        of("network"),
        of("maxAllowedPrice"),
        stats["successCount"],
        stats["totalCalls"],
    ));
}

/// What a request costs.
fn offered(it: &Value) {
    if it["paymentRequired"] != true {
        line(&format!("it answers {} without being paid", it["status"]));
    }
    for offer in it["offers"].as_array().into_iter().flatten() {
        let of = |key| text_of(offer, key);
        line(&format!(
            "{} of {} {} on {}  to {}  within {} s",
            of("price"),
            of("tokenName"),
            of("tokenAddress"),
            of("network"),
            of("payTo"),
            offer["maxTimeoutSeconds"],
        ));
    }
    for problem in it["problems"].as_array().into_iter().flatten() {
        line(&format!("cannot be paid: {}", problem.as_str().unwrap_or_default()));
    }
}

/// What came of a request, and what it cost.
fn answered(it: &Value) {
    let paid = &it["payment"];
    let cost = if it["paid"] == true {
        let of = |key| text_of(paid, key);
        format!(
            "paid {} of {} on chain {}  {}",
            of("amount"),
            of("tokenAddress"),
            paid["chainId"],
            of("transactionHash"),
        )
    } else {
        "it cost nothing".to_owned()
    };
    line(&format!("{}  answered {}  {cost}", text_of(it, "paymentId"), it["status"]));
    match &it["body"] {
        Value::Null => {}
        Value::String(text) => line(text),
        body @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            print_json(body);
        }
    }
}

fn payment(it: &Value) {
    let of = |key| text_of(it, key);
    let amount = if it["amount"].is_null() {
        String::new()
    } else {
        format!("  {} of {} on chain {}", of("amount"), of("tokenAddress"), it["chainId"])
    };
    let mut words =
        format!("{}  {}  {} {}{amount}", of("id"), of("status"), of("method"), of("url"));
    for more in ["transactionHash", "reason"].map(of).into_iter().filter(|it| !it.is_empty()) {
        words = format!("{words}  {more}");
    }
    line(&words);
}

fn sale(it: &Value) {
    let of = |key| text_of(it, key);
    let mut words = format!(
        "{}  {}  {} of {} on chain {}  from {}",
        of("id"),
        of("status"),
        of("amount"),
        of("tokenAddress"),
        it["chainId"],
        of("payer"),
    );
    for more in ["runId", "transactionHash", "reason"].map(of) {
        if !more.is_empty() {
            words = format!("{words}  {more}");
        }
    }
    line(&words);
}

/// What of an event is worth a word in a line.
fn detail(event: &Value) -> String {
    text_of(&event["content"], "reason").to_owned()
}
