//! All triggers of one chain, found by what happened: a log by its contract and first topic, a
//! transfer by its parties, a transaction by its ends. The effort is that of the triggers that may
//! match, however many there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use alloy_primitives::{Address, B256, U256, b256};
use foldhash::fast::RandomState;
use serde_json::Value;

use super::by_contract::ByContract;
use super::identity::Identity;
use super::seen::{SeenBlock, SeenLog, SeenTransaction};
use super::settings::{Asked, Side, What};
use super::wanted::Wanted;

/// The first topic of `Transfer(address,address,uint256)`.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// A trigger that is looked for, with whom it is for.
#[derive(Debug)]
pub struct Armed<S> {
    /// What it asks for.
    pub asked: Asked,
    /// The first block that counts.
    pub since: u64,
    /// Whom it is for.
    pub subscription: S,
}

/// Something that matched.
#[derive(Debug)]
pub struct Found<'a, S> {
    /// What it matched.
    pub armed: &'a Arc<Armed<S>>,
    /// What it is.
    pub identity: Identity,
    /// With what the run begins.
    pub body: Value,
    /// The log's index in the block, where it is a log.
    pub log_index: Option<u64>,
}

/// What a log is to all triggers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// Whether some trigger matches.
    pub is_wanted: bool,
    /// How many triggers look for such logs, and could not read this one.
    pub unread: usize,
}

/// What a log is to a trigger.
enum Reading<'a> {
    /// It has another layout than its first topic says.
    Illegible,
    /// It is not what is looked for.
    Other,
    /// An event, its name and its arguments.
    Event(&'a str, Value),
    /// A transfer: from whom, to whom, how much.
    Tokens(Address, Address, U256),
}

impl<'a> Reading<'a> {
    fn of<S>(armed: &'a Armed<S>, address: Address, topics: &[B256], data: &[u8]) -> Self {
        match &armed.asked.what {
            What::Log(logs) => {
                let Some(arguments) = logs.shape.decode(topics, data) else {
                    return Self::Illegible;
                };
                // The condition was read when the settings were.
                let holds = logs.filter.as_ref().is_none_or(|filter| {
                    engine::condition_holds(filter, &arguments).unwrap_or_default()
                });
                if holds { Self::Event(logs.shape.name(), arguments) } else { Self::Other }
            }
            What::Tokens(tokens) => {
                let (Some(from), Some(to), Ok(value)) =
                    (topics.get(1), topics.get(2), <[u8; 32]>::try_from(data))
                else {
                    return Self::Illegible;
                };
                if tokens.token.is_some_and(|token| token != address) {
                    return Self::Other;
                }
                let value = U256::from_be_bytes(value);
                Self::Tokens(Address::from_word(*from), Address::from_word(*to), value)
            }
            What::Value(_) | What::Blocks(_) | What::Status(_) => Self::Other,
        }
    }
}

/// The hasher is seeded anew by each process: nobody outside can choose addresses that collide.
type By<K, S> = HashMap<K, Vec<Arc<Armed<S>>>, RandomState>;

/// All triggers of one chain.
#[derive(Debug)]
pub struct Matcher<S> {
    logs: ByContract<S>,
    logs_anywhere: By<B256, S>,
    tokens: [By<Address, S>; 2],
    coins: [By<Address, S>; 2],
    statuses: [By<Address, S>; 2],
    hashes: By<B256, S>,
    blocks: Vec<Arc<Armed<S>>>,
    len: usize,
}

const fn place(side: Side) -> usize {
    match side {
        Side::Sends => 0,
        Side::Receives => 1,
    }
}

fn parties<S>(by: &By<Address, S>) -> Vec<B256> {
    by.keys().map(Address::into_word).collect::<BTreeSet<_>>().into_iter().collect()
}

impl<S> Matcher<S> {
    /// Those of one chain.
    pub fn new(all: impl IntoIterator<Item = Arc<Armed<S>>>) -> Self {
        let mut logs = HashMap::default();
        let mut matcher = Self {
            logs: ByContract::new(HashMap::default()),
            logs_anywhere: HashMap::default(),
            tokens: [HashMap::default(), HashMap::default()],
            coins: [HashMap::default(), HashMap::default()],
            statuses: [HashMap::default(), HashMap::default()],
            hashes: HashMap::default(),
            blocks: Vec::new(),
            len: 0,
        };
        for armed in all {
            matcher.add(&armed, &mut logs);
        }
        matcher.logs = ByContract::new(logs);
        matcher
    }

    fn add(&mut self, armed: &Arc<Armed<S>>, by_contract: &mut By<(Address, B256), S>) {
        self.len += 1;
        let it = Arc::clone(armed);
        match &armed.asked.what {
            What::Log(logs) if logs.contracts.is_empty() => {
                self.logs_anywhere.entry(logs.shape.topic()).or_default().push(it);
            }
            What::Log(logs) => {
                for contract in &logs.contracts {
                    let key = (*contract, logs.shape.topic());
                    by_contract.entry(key).or_default().push(Arc::clone(&it));
                }
            }
            What::Tokens(tokens) => {
                self.tokens[place(tokens.side)].entry(tokens.wallet).or_default().push(it);
            }
            What::Value(coins) => {
                self.coins[place(coins.side)].entry(coins.wallet).or_default().push(it);
            }
            What::Blocks(_) => self.blocks.push(it),
            What::Status(status) => match (status.hash, status.from, status.to) {
                (Some(hash), _, _) => self.hashes.entry(hash).or_default().push(it),
                (None, Some(from), _) => self.statuses[0].entry(from).or_default().push(it),
                (None, None, Some(to)) => self.statuses[1].entry(to).or_default().push(it),
                // Settings without any of them are refused when they are read.
                (None, None, None) => {}
            },
        }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first block that counts for any of them.
    pub fn since(&self) -> Option<u64> {
        let by_address = self.tokens.iter().chain(&self.coins).chain(&self.statuses);
        let all = by_address.flat_map(|by| by.values().flatten());
        let all = all.chain(self.logs.all());
        let all = all.chain(self.logs_anywhere.values().flatten());
        let all = all.chain(self.hashes.values().flatten()).chain(&self.blocks);
        all.map(|armed| armed.since).min()
    }

    /// What has to be asked of the chain for all of them: as many questions for ten thousand
    /// triggers as for one, but for the chunks of addresses.
    pub fn wanted(&self) -> Wanted {
        let anywhere: BTreeSet<_> = self.logs_anywhere.keys().copied().collect();
        let mut wanted = Wanted {
            queries: Vec::new(),
            transactions: !self.hashes.is_empty()
                || self.coins.iter().chain(&self.statuses).any(|by| !by.is_empty()),
        };
        let addresses: Vec<_> = self.logs.contracts().into_iter().collect();
        let topics: Vec<_> =
            self.logs.topics().into_iter().filter(|it| !anywhere.contains(it)).collect();
        wanted.contracts(&addresses, &topics);
        wanted.anywhere(&anywhere.iter().copied().collect::<Vec<_>>());
        if !anywhere.contains(&TRANSFER) {
            for (place, by) in self.tokens.iter().enumerate() {
                wanted.parties(TRANSFER, place + 1, &parties(by));
            }
        }
        wanted
    }

    /// The triggers that a log may match.
    pub fn candidates(
        &self,
        address: Address,
        topics: &[B256],
    ) -> impl Iterator<Item = &Arc<Armed<S>>> {
        let topic = topics.first();
        let here = topic.and_then(|topic| self.logs.get(address, *topic));
        let anywhere = topic.and_then(|topic| self.logs_anywhere.get(topic)).map(Vec::as_slice);
        // ERC-721 has four topics under the same hash.
        let transfer = topics.len() == 3 && topic == Some(&TRANSFER);
        let party = move |place: usize| {
            let wallet = topics.get(place + 1).filter(|_| transfer)?;
            self.tokens[place].get(&Address::from_word(*wallet)).map(Vec::as_slice)
        };
        let found = [here, anywhere, party(0), party(1)];
        found.into_iter().flatten().flatten()
    }

    /// Whether a log of a block matches, before it is known where in its transaction it is; and how
    /// many triggers could not read it.
    pub fn weigh(&self, number: u64, address: Address, topics: &[B256], data: &[u8]) -> Weighed {
        let mut weighed = Weighed { is_wanted: false, unread: 0 };
        for armed in self.candidates(address, topics).filter(|armed| armed.since <= number) {
            match Reading::of(armed, address, topics, data) {
                Reading::Illegible => weighed.unread += 1,
                Reading::Other => {}
                Reading::Event(..) | Reading::Tokens(..) => weighed.is_wanted = true,
            }
        }
        weighed
    }

    /// Adds what a log matches.
    pub fn log<'a>(&'a self, block: &SeenBlock, log: &SeenLog, found: &mut Vec<Found<'a, S>>) {
        let identity = Identity::Log { transaction: log.transaction, ordinal: log.ordinal };
        let candidates = self.candidates(log.address, &log.topics);
        for armed in candidates.filter(|armed| armed.since <= block.link.number) {
            let body = match Reading::of(armed, log.address, &log.topics, &log.data) {
                Reading::Illegible | Reading::Other => continue,
                Reading::Event(name, arguments) => block.with_log(log, name, arguments),
                Reading::Tokens(from, to, value) => block.with_tokens(log, from, to, value),
            };
            found.push(Found { armed, identity, body, log_index: Some(log.index) });
        }
    }

    /// Whether some trigger may match a transaction, so that its receipt has to be read.
    pub fn looks_at(&self, hash: B256, from: Address, to: Option<Address>, value: U256) -> bool {
        let ends = [Some(from), to];
        let at = |by: &[By<Address, S>; 2]| {
            ends.iter().zip(by).any(|(end, by)| end.is_some_and(|end| by.contains_key(&end)))
        };
        self.hashes.contains_key(&hash)
            || at(&self.statuses)
            || (!value.is_zero() && at(&self.coins))
    }

    /// Adds what a transaction matches.
    pub fn transaction<'a>(
        &'a self,
        block: &SeenBlock,
        seen: &SeenTransaction,
        found: &mut Vec<Found<'a, S>>,
    ) {
        let ends = [Some(seen.from), seen.to];
        let at = |by: &'a [By<Address, S>; 2]| {
            let pairs = ends.into_iter().zip(by);
            pairs.filter_map(|(end, by)| by.get(&end?)).flatten()
        };
        let hashes = self.hashes.get(&seen.hash).into_iter().flatten();
        for armed in hashes.chain(at(&self.statuses)).chain(at(&self.coins)) {
            if armed.since > block.link.number {
                continue;
            }
            let transaction = seen.hash;
            let identity = match &armed.asked.what {
                // What a transaction that was undone carried went nowhere.
                What::Value(coins) => (seen.value >= coins.least
                    && seen.outcome == super::Outcome::Success)
                    .then_some(Identity::Value { transaction }),
                What::Status(status) => {
                    let fits = status.outcome.is_none_or(|asked| asked == seen.outcome)
                        && status.from.is_none_or(|from| from == seen.from)
                        && status.to.is_none_or(|to| Some(to) == seen.to);
                    fits.then_some(Identity::Status { transaction, outcome: seen.outcome })
                }
                What::Log(_) | What::Tokens(_) | What::Blocks(_) => None,
            };
            if let Some(identity) = identity {
                let body = block.with_transaction(seen);
                found.push(Found { armed, identity, body, log_index: None });
            }
        }
    }

    /// Adds what the block itself matches.
    pub fn block<'a>(&'a self, block: &SeenBlock, found: &mut Vec<Found<'a, S>>) {
        let number = block.link.number;
        for armed in self.blocks.iter().filter(|armed| armed.since <= number) {
            if let What::Blocks(every) = armed.asked.what
                && number.is_multiple_of(every)
            {
                let identity = Identity::Block(number);
                found.push(Found { armed, identity, body: block.alone(), log_index: None });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Outcome;
    use super::super::tail::Link;
    use super::*;

    const TOKEN: Address = Address::repeat_byte(0x70);
    const WALLET: Address = Address::repeat_byte(0xaa);
    const OTHER: Address = Address::repeat_byte(0xbb);
    const SIGNATURE: &str = "Transfer(address indexed from, address indexed to, uint256 value)";

    fn armed(name: &'static str, kind: &str, mut payload: Value) -> Arc<Armed<&'static str>> {
        payload["chainId"] = json!(1);
        let asked = Asked::read(kind, &payload).unwrap().unwrap();
        Arc::new(Armed { asked, since: 5, subscription: name })
    }

    fn block(number: u64) -> SeenBlock {
        let link = Link { number, hash: B256::ZERO, parent: B256::ZERO };
        SeenBlock { chain: 1, link, timestamp: 1_700_000_000 }
    }

    fn transfer(from: Address, to: Address, value: u64) -> SeenLog {
        SeenLog {
            address: TOKEN,
            topics: vec![TRANSFER, from.into_word(), to.into_word()],
            data: U256::from(value).to_be_bytes::<32>().into(),
            transaction: B256::repeat_byte(9),
            ordinal: 2,
            index: 17,
        }
    }

    fn names(found: &[Found<'_, &'static str>]) -> Vec<&'static str> {
        let mut names: Vec<_> = found.iter().map(|it| it.armed.subscription).collect();
        names.sort_unstable();
        names
    }

    fn wallet(address: Address) -> Value {
        json!({"walletAddress": address.to_checksum(None)})
    }

    #[test]
    fn a_log_finds_all_that_ask_for_it_and_nothing_else() {
        let token = TOKEN.to_checksum(None);
        let matcher = Matcher::new([
            armed(
                "here",
                "evm-log",
                json!({"contractAddress": token, "eventSignature": SIGNATURE}),
            ),
            armed(
                "elsewhere",
                "evm-log",
                json!({"address": OTHER.to_checksum(None), "eventSignature": SIGNATURE}),
            ),
            armed("anywhere", "evm-log", json!({"eventSignature": SIGNATURE})),
            armed(
                "large",
                "evm-log",
                json!({"eventSignature": SIGNATURE, "filter": {"$and": [{"value": {"$gt": "100"}}]}}),
            ),
            armed(
                "nft",
                "evm-log",
                json!({"eventSignature": "Transfer(address indexed from, address indexed to, uint256 indexed id)"}),
            ),
            armed("receives", "erc20-receive", wallet(WALLET)),
            armed("sends", "erc20-send", wallet(WALLET)),
        ]);
        let mut found = Vec::new();
        let received = transfer(OTHER, WALLET, 100);
        matcher.log(&block(5), &received, &mut found);
        assert_eq!(names(&found), ["anywhere", "here", "receives"]);
        let weigh =
            |number, log: &SeenLog| matcher.weigh(number, log.address, &log.topics, &log.data);
        let weighed = weigh(5, &received);
        assert!(weighed.is_wanted, "it is weighed as it is matched");
        assert_eq!(weighed.unread, 1, "what asks for another layout of the same signature");
        let body = &found[0].body;
        assert_eq!((&body["args"]["value"], &body["logIndex"]), (&json!("100"), &json!(17)));
        assert_eq!(body["triggeredAt"], "2023-11-14T22:13:20Z");
        found.clear();
        matcher.log(&block(5), &transfer(WALLET, OTHER, 101), &mut found);
        assert_eq!(names(&found), ["anywhere", "here", "large", "sends"]);
        found.clear();
        matcher.log(&block(4), &transfer(WALLET, OTHER, 101), &mut found);
        assert!(found.is_empty(), "what was before the trigger is none of its business");
        assert_eq!(weigh(4, &received), Weighed { is_wanted: false, unread: 0 });
    }

    #[test]
    fn ten_thousand_triggers_cost_as_many_questions_as_their_addresses_need() {
        let one = |at: usize| {
            let address = Address::left_padding_from(&at.to_be_bytes());
            armed(
                "x",
                "evm-log",
                json!({"address": address.to_string().to_lowercase(), "eventSignature": SIGNATURE}),
            )
        };
        let wanted = |count: usize| Matcher::new((0..count).map(|at| one(at % 1_000))).wanted();
        assert_eq!(wanted(1).queries.len(), 1);
        assert_eq!(wanted(10_000).queries.len(), 1);
        assert_eq!(Matcher::new((0..2_001).map(one)).wanted().queries.len(), 3);
        assert!(!wanted(1).transactions);
        assert!(Matcher::new([armed("x", "eth-send", wallet(WALLET))]).wanted().transactions);
    }

    #[test]
    fn whatever_matches_is_asked_for() {
        let matcher = Matcher::new([
            armed("receives", "erc20-receive", wallet(WALLET)),
            armed("sends", "erc20-send", wallet(OTHER)),
            armed(
                "here",
                "evm-log",
                json!({"address": TOKEN.to_checksum(None), "eventSignature": "E(uint256 a)"}),
            ),
        ]);
        let queries = matcher.wanted().queries;
        assert_eq!(queries.len(), 3);
        for log in
            [transfer(OTHER, WALLET, 1), transfer(WALLET, WALLET, 1), transfer(OTHER, TOKEN, 1)]
        {
            assert!(queries.iter().any(|query| query.takes(log.address, &log.topics)));
        }
        let log = transfer(WALLET, OTHER, 1);
        assert!(!queries.iter().any(|query| query.takes(log.address, &log.topics)));
    }

    #[test]
    fn a_transaction_is_judged_by_its_own_receipt() {
        let mut asked = wallet(WALLET);
        asked["minAmount"] = json!("10");
        let hash = B256::repeat_byte(3);
        let matcher = Matcher::new([
            armed("receives", "eth-receive", asked),
            armed("sends", "eth-send", wallet(OTHER)),
            armed(
                "failed",
                "transaction-status",
                json!({"to": WALLET.to_checksum(None), "status": "reverted"}),
            ),
            armed("this", "transaction-status", json!({"transactionHash": hash.to_string()})),
        ]);
        let seen = |value: u64, outcome| SeenTransaction {
            hash,
            from: OTHER,
            to: Some(WALLET),
            value: U256::from(value),
            index: 0,
            outcome,
        };
        let told = |seen: &SeenTransaction| {
            assert!(matcher.looks_at(seen.hash, seen.from, seen.to, seen.value));
            let mut found = Vec::new();
            matcher.transaction(&block(5), seen, &mut found);
            names(&found)
        };
        assert_eq!(told(&seen(10, Outcome::Success)), ["receives", "sends", "this"]);
        assert_eq!(told(&seen(9, Outcome::Success)), ["sends", "this"]);
        assert_eq!(told(&seen(10, Outcome::Reverted)), ["failed", "this"]);
        assert_eq!(told(&seen(10, Outcome::Unknown)), ["this"], "neither is claimed");
        assert!(!matcher.looks_at(B256::ZERO, WALLET, Some(OTHER), U256::from(1)));
    }

    #[test]
    fn every_so_many_blocks_means_their_numbers() {
        let matcher = Matcher::new([armed("x", "evm-block", json!({"every": 10}))]);
        let count = |number| {
            let mut found = Vec::new();
            matcher.block(&block(number), &mut found);
            found.len()
        };
        assert_eq!((count(10), count(11), count(20), count(0)), (1, 0, 1, 0));
    }

    #[test]
    fn the_id_of_a_match_is_that_of_its_transaction_and_ordinal() {
        let id = |subscriber: &str, ordinal| {
            Identity::Log { transaction: B256::ZERO, ordinal }.trigger_id(&subscriber, 1)
        };
        assert_eq!(id("wf_a", 0), id("wf_a", 0));
        assert_ne!(id("wf_a", 0), id("wf_a", 1));
        assert_ne!(id("wf_a", 0), id("wf_b", 0));
        assert!(id("wf_a", 0).len() < 100);
        let status = |outcome| Identity::Status { transaction: B256::ZERO, outcome };
        assert_ne!(
            status(Outcome::Success).trigger_id(&"x", 1),
            status(Outcome::Reverted).trigger_id(&"x", 1)
        );
    }
}
