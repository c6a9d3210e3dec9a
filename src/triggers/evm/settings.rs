//! What a trigger of a chain asks for, read from its settings.

use alloy_primitives::{Address, B256, U256};
use engine::PayloadProblem;
use serde_json::Value;

use super::level::{Delivery, OnReorg};
use crate::abi::EventShape;
use crate::chains::chain_id;

/// How many contracts one trigger may name.
pub const MAX_CONTRACTS: usize = 100;

/// What a trigger of a chain asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The chain's id.
    pub chain: u64,
    /// What on it.
    pub what: What,
    /// How sure it has to be.
    pub delivery: Delivery,
    /// What becomes of a run whose match is taken back.
    pub on_reorg: OnReorg,
}

/// What on a chain.
#[derive(Debug, Clone)]
pub enum What {
    /// Logs of an event.
    Log(Box<Logs>),
    /// Tokens that a wallet receives or sends.
    Tokens(Tokens),
    /// Ether, or whatever the chain pays fees with, that a wallet receives or sends.
    Value(Coins),
    /// Every so many blocks.
    Blocks(u64),
    /// How a transaction ended.
    Status(Status),
}

/// Logs of an event.
#[derive(Debug, Clone)]
pub struct Logs {
    /// Of these contracts; of any where it is empty.
    pub contracts: Vec<Address>,
    /// The event.
    pub shape: EventShape,
    /// What has to hold for its arguments.
    pub filter: Option<Value>,
}

/// Which side of a transfer a wallet is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It receives.
    Receives,
    /// It sends.
    Sends,
}

/// Tokens that a wallet receives or sends.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Which it does.
    pub side: Side,
    /// The wallet.
    pub wallet: Address,
    /// The token; any where there is none.
    pub token: Option<Address>,
}

/// Ether that a wallet receives or sends.
#[derive(Debug, Clone)]
pub struct Coins {
    /// Which it does.
    pub side: Side,
    /// The wallet.
    pub wallet: Address,
    /// At least so much, in wei.
    pub least: U256,
}

/// How a transaction ended.
#[derive(Debug, Clone)]
pub struct Status {
    /// This one.
    pub hash: Option<B256>,
    /// One that this address sent.
    pub from: Option<Address>,
    /// One that was sent to this address.
    pub to: Option<Address>,
    /// With this outcome; with any where there is none.
    pub outcome: Option<Outcome>,
}

/// How a transaction ended, by its own receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did what it should.
    Success,
    /// It was undone.
    Reverted,
    /// The receipt does not say, as those from before Byzantium: neither of the two is claimed.
    Unknown,
}

impl Outcome {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Reverted => "reverted",
            Self::Unknown => "unknown",
        }
    }
}

/// Reads fields and notes what is wrong with them.
struct Reader<'a> {
    payload: &'a Value,
    problems: Vec<PayloadProblem>,
}

impl Asked {
    /// Reads the settings of a kind; `None` for one that is no kind of a chain.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its place and its cure.
    pub fn read(kind: &str, payload: &Value) -> Option<Result<Self, Vec<PayloadProblem>>> {
        let mut reader = Reader { payload, problems: Vec::new() };
        let what = match kind {
            "evm-log" => reader.logs(),
            "erc20-receive" => reader.tokens(Side::Receives),
            "erc20-send" => reader.tokens(Side::Sends),
            "eth-receive" => reader.coins(Side::Receives),
            "eth-send" => reader.coins(Side::Sends),
            "evm-block" => reader.blocks(),
            "transaction-status" => reader.status(),
            _ => return None,
        };
        let chain = reader.chain();
        let default = chain.map_or(Delivery::Seen, super::chain::default_delivery);
        let delivery = Delivery::read(payload.get("delivery"), default);
        let delivery = reader.note("/delivery", delivery);
        let on_reorg = OnReorg::read(payload.get("onReorg"));
        let on_reorg = reader.note("/onReorg", on_reorg);
        Some(match (chain, what, delivery, on_reorg) {
            (Some(chain), Some(what), Some(delivery), Some(on_reorg))
                if reader.problems.is_empty() =>
            {
                Ok(Self { chain, what, delivery, on_reorg })
            }
            _ => Err(reader.problems),
        })
    }
}

impl Reader<'_> {
    fn note<T>(&mut self, path: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| {
            self.problems.push(PayloadProblem { path: path.to_owned(), message });
        })
        .ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.payload.get(name).and_then(Value::as_str)
    }

    fn chain(&mut self) -> Option<u64> {
        let read = chain_id(self.payload.get("chainId"));
        self.note("/chainId", read)
    }

    /// An address under one of two names.
    fn address(&mut self, names: [&str; 2]) -> Option<Address> {
        let name = names.into_iter().find(|name| self.payload.get(*name).is_some())?;
        let read = address(&self.payload[name]);
        self.note(&format!("/{name}"), read)
    }

    fn needed(&mut self, names: [&str; 2]) -> Option<Address> {
        if names.iter().all(|name| self.payload.get(*name).is_none()) {
            let message = format!("it is missing: the wallet's address, as `{}`", names[0]);
            return self.note(&format!("/{}", names[0]), Err(message));
        }
        self.address(names)
    }

    fn logs(&mut self) -> Option<What> {
        let contracts = self.contracts();
        let shape = match (self.text("eventSignature"), self.text("eventName")) {
            (Some(signature), None) => {
                let read = EventShape::of_signature(signature);
                self.note("/eventSignature", read)
            }
            (None, Some(name)) => {
                let missing = || "it is missing: the ABI in which the event stands".to_owned();
                let abi = self.payload.get("abi").ok_or_else(missing);
                let read = abi.and_then(|abi| EventShape::of_abi(abi, name));
                self.note("/abi", read)
            }
            (Some(_), Some(_)) => {
                let message = "give eventSignature, or eventName and abi, not both".to_owned();
                self.note("/eventName", Err(message))
            }
            (None, None) => {
                let message = "it is missing: the event, as in \
                    Transfer(address indexed from, address indexed to, uint256 value)";
                self.note("/eventSignature", Err(message.to_owned()))
            }
        };
        let filter = self.payload.get("filter").filter(|filter| !filter.is_null()).cloned();
        if let (Some(filter), Some(shape)) = (&filter, &shape) {
            self.filter(filter, shape);
        }
        let (contracts, shape) = (contracts?, shape?);
        Some(What::Log(Box::new(Logs { contracts, shape, filter })))
    }

    /// The names of a filter are arguments of the event.
    fn filter(&mut self, filter: &Value, shape: &EventShape) {
        match engine::condition_names(filter) {
            Ok(names) => {
                let objections = names.iter().filter_map(|name| shape.objection(name));
                for message in objections {
                    self.problems.push(PayloadProblem { path: "/filter".to_owned(), message });
                }
            }
            Err(problems) => self.problems.extend(problems.into_iter().map(|problem| {
                PayloadProblem { path: format!("/filter{}", problem.path), ..problem }
            })),
        }
    }

    fn contracts(&mut self) -> Option<Vec<Address>> {
        let names = ["contractAddress", "address"];
        let Some(name) = names.into_iter().find(|name| self.payload.get(*name).is_some()) else {
            return Some(Vec::new());
        };
        let Some(several) = self.payload[name].as_array() else {
            return self.address([name, name]).map(|address| vec![address]);
        };
        if several.is_empty() || several.len() > MAX_CONTRACTS {
            let message = format!("give 1 to {MAX_CONTRACTS} addresses");
            return self.note(&format!("/{name}"), Err(message));
        }
        let mut contracts = Vec::with_capacity(several.len());
        for (at, value) in several.iter().enumerate() {
            let read = address(value);
            contracts.extend(self.note(&format!("/{name}/{at}"), read));
        }
        contracts.sort_unstable();
        contracts.dedup();
        Some(contracts)
    }

    fn tokens(&mut self, side: Side) -> Option<What> {
        let wallet = self.needed(["walletAddress", "address"]);
        let token = self.address(["tokenAddress", "tokenAddress"]);
        Some(What::Tokens(Tokens { side, wallet: wallet?, token }))
    }

    fn coins(&mut self, side: Side) -> Option<What> {
        let wallet = self.needed(["walletAddress", "address"]);
        let least = match self.payload.get("minAmount") {
            None | Some(Value::Null) => Some(U256::from(1)),
            Some(value) => {
                let read = wei(value);
                self.note("/minAmount", read)
            }
        };
        Some(What::Value(Coins { side, wallet: wallet?, least: least? }))
    }

    fn blocks(&mut self) -> Option<What> {
        let every = self.payload.get("every").map_or(Some(1), Value::as_u64);
        match every {
            Some(every) if every > 0 => Some(What::Blocks(every)),
            Some(_) | None => {
                let message = "every how many blocks: a whole number from 1".to_owned();
                self.note("/every", Err(message))
            }
        }
    }

    fn status(&mut self) -> Option<What> {
        let hash = self.text("transactionHash").map(|text| {
            text.parse::<B256>().map_err(|_| "a transaction's hash is 0x and 64 digits".to_owned())
        });
        let hash = match hash {
            None => None,
            Some(read) => Some(self.note("/transactionHash", read)?),
        };
        let (from, to) = (self.address(["from", "from"]), self.address(["to", "to"]));
        if hash.is_none() && from.is_none() && to.is_none() && self.problems.is_empty() {
            let message = "which transactions: give transactionHash, from or to".to_owned();
            return self.note("/transactionHash", Err(message));
        }
        let outcome = match self.payload.get("status").map(Value::as_str) {
            None | Some(Some("any")) => None,
            Some(Some("success")) => Some(Outcome::Success),
            Some(Some("reverted")) => Some(Outcome::Reverted),
            Some(Some(_) | None) => {
                let message = "it is \"success\", \"reverted\" or \"any\"".to_owned();
                return self.note("/status", Err(message));
            }
        };
        Some(What::Status(Status { hash, from, to, outcome }))
    }
}

/// An address: 0x and 40 digits; where letters are mixed, with its checksum.
fn address(value: &Value) -> Result<Address, String> {
    let text = value.as_str().unwrap_or_default();
    let address: Address = text
        .strip_prefix("0x")
        .and_then(|digits| digits.parse().ok())
        .ok_or("an address is 0x and 40 hexadecimal digits")?;
    let digits = &text[2..];
    let mixed = digits.bytes().any(|it| it.is_ascii_lowercase())
        && digits.bytes().any(|it| it.is_ascii_uppercase());
    if mixed && address.to_checksum(None) != text {
        return Err(format!(
            "its checksum is wrong, so that a digit may be, too: if it is right, write it as {}",
            address.to_checksum(None)
        ));
    }
    Ok(address)
}

/// An amount in wei: a whole number, as a text where it is large.
fn wei(value: &Value) -> Result<U256, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    let plain = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let amount = plain.then(|| U256::from_str_radix(&text, 10).ok()).flatten();
    amount.ok_or_else(|| {
        "an amount is a whole number of wei, as in \"1000000000000000000\" for 1 ether".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

    fn told(kind: &str, payload: &Value) -> Vec<String> {
        let problems = Asked::read(kind, payload).unwrap().err().unwrap_or_default();
        problems.into_iter().map(|it| format!("{}: {}", it.path, it.message)).collect()
    }

    #[test]
    fn everything_wrong_is_told_with_its_place() {
        let problems = told(
            "evm-log",
            &json!({
                "chainId": "etherium", "contractAddress": ["0x12", WALLET.replace('E', "e")],
                "eventSignature": "E(uint256 value)", "delivery": "soon", "onReorg": "undo",
                "filter": {"$and": [{"amount": {"$gt": 1}}]},
            }),
        );
        let places: Vec<_> = problems.iter().map(|it| it.split(':').next().unwrap()).collect();
        let expected = [
            "/contractAddress/0",
            "/contractAddress/1",
            "/filter",
            "/chainId",
            "/delivery",
            "/onReorg",
        ];
        assert_eq!(places, expected, "{problems:#?}");
        assert!(problems[1].contains("checksum"), "{problems:#?}");
        assert!(problems[2].contains("E has no argument amount; it has value"), "{problems:#?}");
    }

    #[test]
    fn a_filter_is_checked_like_any_condition() {
        let filter = json!({"$and": [{"value": {"$gtt": 1}}]});
        let payload = json!({"chainId": 1, "eventSignature": "E(uint256 value)", "filter": filter});
        let problems = told("evm-log", &payload);
        assert!(problems[0].starts_with("/filter/$and/0/value/$gtt: "), "{problems:?}");
    }

    #[test]
    fn what_is_missing_is_asked_for() {
        for (kind, place) in [
            ("evm-log", "/eventSignature"),
            ("erc20-receive", "/walletAddress"),
            ("eth-send", "/walletAddress"),
            ("transaction-status", "/transactionHash"),
        ] {
            let problems = told(kind, &json!({"chainId": 1}));
            assert!(problems.len() == 1 && problems[0].starts_with(place), "{problems:?}");
        }
        assert!(told("evm-block", &json!({}))[0].starts_with("/chainId"));
        assert!(told("evm-block", &json!({"chainId": 1, "every": 0}))[0].starts_with("/every"));
        assert!(
            told("eth-receive", &json!({"chainId": 1, "address": WALLET, "minAmount": "1.5"}))[0]
                .starts_with("/minAmount")
        );
        assert!(Asked::read("manual", &json!({})).is_none());
    }

    #[test]
    fn both_spellings_are_read() {
        let payload =
            json!({"chainId": "31337", "address": WALLET, "minAmount": "5", "onReorg": "cancel"});
        let asked = Asked::read("eth-receive", &payload).unwrap().unwrap();
        let What::Value(coins) = &asked.what else { panic!("coins") };
        assert_eq!((asked.chain, coins.least), (31_337, U256::from(5)));
        assert_eq!(asked.on_reorg, OnReorg::Cancel);
        assert_eq!(coins.wallet.to_checksum(None), WALLET);
    }
}
