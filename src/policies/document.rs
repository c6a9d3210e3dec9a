//! A policy as it is written: JSON, read strictly at the door.

use std::collections::BTreeSet;
use std::str::FromStr;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use super::amounts::Usd;
use super::candidate::Context;
use super::condition::{Among, Range, When};
use super::decimal;
use crate::primitives::expectation;

/// The most rules of a policy.
pub const MAX_RULES: usize = 100;
/// The most limits of a policy, and the most approvals.
pub const MAX_LIMITS: usize = 20;
/// The most entries of a list of a condition.
pub const MAX_LIST: usize = 1_000;
/// The most people of whom some have to approve.
pub const MAX_APPROVERS: usize = 50;
/// The longest that an approval is waited for: as long as the longest of a backend's own.
pub const MAX_WITHIN: u64 = 7 * 24 * 60 * 60;
/// The longest name.
const MAX_NAME: usize = 64;

/// What is wrong with a policy, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON pointer.
    pub path: String,
    /// What is wrong, and what helps.
    pub message: String,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// The version of this form: 1.
    pub form: u32,
    /// What it is for, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// For which wallets and workflows; the whole organization where none is named.
    #[serde(default, skip_serializing_if = "Scope::is_whole")]
    pub scope: Scope,
    /// What is allowed, and what is not. What no rule of any policy allows is denied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// How much.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
}

/// For which wallets and workflows a policy is. Where both are named, both have to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// These wallets; every one where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wallets: Vec<String>,
    /// These workflows; every one, and none, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<String>,
}

impl Scope {
    const fn is_whole(&self) -> bool {
        self.wallets.is_empty() && self.workflows.is_empty()
    }

    /// Whether what is known is within it.
    pub fn covers(&self, context: &Context) -> bool {
        let workflow = context.workflow.as_ref();
        (self.wallets.is_empty() || self.wallets.contains(&context.wallet))
            && (self.workflows.is_empty() || workflow.is_some_and(|it| self.workflows.contains(it)))
    }
}

/// What a rule leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// The call may be made, if no rule denies it.
    Allow,
    /// The call may not be made.
    Deny,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Its name within the policy.
    pub id: String,
    /// What it leads to.
    pub effect: Effect,
    /// When.
    #[serde(default)]
    pub when: When,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Measure {
    /// Transactions.
    Transactions,
    /// US dollars, by signed and fresh prices.
    Usd,
    /// A token in its smallest unit; the chain's own coin is the zero address. What others are let move
    /// counts as though it was moved.
    Token {
        /// On which chain.
        chain: u64,
        /// Which.
        address: Address,
    },
    /// What transactions may cost in fees, in wei.
    Fees {
        /// On which chain.
        chain: u64,
    },
}

/// Over how long a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Period {
    /// One transaction.
    Transaction,
    /// The last 60 minutes.
    Hour,
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
}

impl Period {
    /// Its minutes; none where it is one transaction.
    pub const fn minutes(self) -> Option<i64> {
        match self {
            Self::Transaction => None,
            Self::Hour => Some(60),
            Self::Day => Some(24 * 60),
            Self::Week => Some(7 * 24 * 60),
        }
    }
}

/// Of whom each has a limit's amount to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Owner {
    /// Each wallet.
    Wallet,
    /// Each workflow; what is sent by hand counts as one.
    Workflow,
    /// The organization as a whole.
    Organization,
}

/// How much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// Its name within the policy.
    pub id: String,
    /// What it counts.
    pub measure: Measure,
    /// The most: US dollars, or the smallest unit of what is counted.
    pub most: String,
    /// Over how long.
    pub per: Period,
    /// Of whom.
    pub by: Owner,
    /// Of which calls; of all where nothing is named.
    #[serde(default)]
    pub when: When,
}

impl Limit {
    /// The most, in the unit in which is counted; nothing where it is no amount.
    pub(super) fn most(&self) -> Option<U256> {
        match self.measure {
            Measure::Usd => Usd::from_str(&self.most).ok().map(|it| it.0),
            Measure::Transactions | Measure::Token { .. } | Measure::Fees { .. } => {
                decimal::read(&self.most).ok()
            }
        }
    }

    /// An amount as it is written.
    pub(super) fn written(&self, amount: U256) -> String {
        match self.measure {
            Measure::Usd => Usd(amount).to_string(),
            Measure::Transactions | Measure::Token { .. } | Measure::Fees { .. } => {
                amount.to_string()
            }
        }
    }
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// Its name within the policy.
    pub id: String,
    /// Of which calls; of all where nothing is named.
    #[serde(default)]
    pub when: When,
    /// Who may approve.
    pub approvers: Vec<String>,
    /// How many of them have to.
    pub needed: usize,
    /// Within how many seconds.
    pub within: u64,
}

impl Document {
    /// Whether it says anything that is counted in US dollars.
    pub fn asks_for_dollars(&self) -> bool {
        let rules = self.rules.iter().map(|it| &it.when);
        let limits = self.limits.iter().map(|it| &it.when);
        let mut whens = rules.chain(limits).chain(self.approvals.iter().map(|it| &it.when));
        self.limits.iter().any(|it| it.measure == Measure::Usd) || whens.any(|it| it.usd.is_some())
    }

    /// Reads a policy, or says all that is wrong with it.
    pub fn read(json: &serde_json::Value) -> Result<Self, Vec<Fault>> {
        let read: Result<Self, _> = serde_path_to_error::deserialize(json);
        let document = read.map_err(|error| {
            let path: String = error.path().iter().filter_map(segment).collect();
            vec![Fault { path, message: expectation::in_words(&error.into_inner().to_string()) }]
        })?;
        let mut faults = Faults::default();
        document.check(&mut faults);
        if faults.0.is_empty() { Ok(document) } else { Err(faults.0) }
    }

    fn check(&self, faults: &mut Faults) {
        faults.unless(self.form == 1, "/form", "must be 1, the only form that there is");
        faults.unless(
            self.description.len() <= 2_000,
            "/description",
            "must be 2,000 bytes or fewer",
        );
        for (list, path) in
            [(&self.scope.wallets, "/scope/wallets"), (&self.scope.workflows, "/scope/workflows")]
        {
            faults.unless(list.len() <= MAX_LIST, path, "names too many: 1,000 at most");
        }
        let is_empty = self.rules.is_empty() && self.limits.is_empty() && self.approvals.is_empty();
        faults.unless(
            !is_empty,
            "/rules",
            "must hold a rule, where there is no limit and no approval",
        );
        faults.unless(self.rules.len() <= MAX_RULES, "/rules", "must be 100 or fewer");
        faults.unless(self.limits.len() <= MAX_LIMITS, "/limits", "must be 20 or fewer");
        faults.unless(self.approvals.len() <= MAX_LIMITS, "/approvals", "must be 20 or fewer");
        faults.names("/rules", self.rules.iter().map(|it| it.id.as_str()));
        faults.names("/limits", self.limits.iter().map(|it| it.id.as_str()));
        faults.names("/approvals", self.approvals.iter().map(|it| it.id.as_str()));
        for (at, rule) in self.rules.iter().enumerate() {
            faults.when(&format!("/rules/{at}/when"), &rule.when);
        }
        for (at, limit) in self.limits.iter().enumerate() {
            let path = format!("/limits/{at}");
            faults.when(&format!("{path}/when"), &limit.when);
            let message = "must be a whole number in digits, or US dollars with up to 6 decimals, as a \
                           text";
            faults.unless(limit.most().is_some(), &format!("{path}/most"), message);
        }
        for (at, approval) in self.approvals.iter().enumerate() {
            faults.approval(&format!("/approvals/{at}"), approval);
        }
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn unless(&mut self, is_right: bool, path: &str, message: &str) {
        if !is_right {
            self.0.push(Fault { path: path.to_owned(), message: message.to_owned() });
        }
    }

    fn names<'a>(&mut self, path: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (at, id) in ids.enumerate() {
            let path = format!("{path}/{at}/id");
            let is_name = (1..=MAX_NAME).contains(&id.len())
                && id
                    .bytes()
                    .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
            self.unless(is_name, &path, "must be 1 to 64 lower-case letters, digits and hyphens");
            self.unless(seen.insert(id), &path, "is there already: give each a name of its own");
        }
    }

    fn when(&mut self, path: &str, when: &When) {
        let texts = [&when.wallet, &when.workflow, &when.actor, &when.trigger];
        let addresses = [&when.from, &when.to, &when.counterparty, &when.owner, &when.token];
        let names = ["wallet", "workflow", "actor", "trigger"];
        for (list, name) in texts.into_iter().zip(names) {
            self.list(path, name, list.as_ref());
        }
        let names = ["from", "to", "counterparty", "owner", "token"];
        for (list, name) in addresses.into_iter().zip(names) {
            self.list(path, name, list.as_ref());
        }
        self.list(path, "chain", when.chain.as_ref());
        self.list(path, "subject", when.subject.as_ref());
        self.list(path, "primaryType", when.primary_type.as_ref());
        if let Some(domain) = &when.domain {
            let path = format!("{path}/domain");
            let is_some = domain.name.is_some() || domain.version.is_some();
            self.unless(is_some, &path, "must have `name`, `version` or both");
            self.list(&path, "name", domain.name.as_ref());
            self.list(&path, "version", domain.version.as_ref());
        }
        self.range(&format!("{path}/validFor"), when.valid_for.as_ref());
        self.list(path, "action", when.action.as_ref());
        self.list(path, "function", when.function.as_ref());
        let ranges = [&when.amount, &when.value, &when.gas_price, &when.fee];
        for (range, name) in ranges.into_iter().zip(["amount", "value", "gasPrice", "fee"]) {
            self.range(&format!("{path}/{name}"), range.as_ref());
        }
        self.range(&format!("{path}/usd"), when.usd.as_ref());
        if let Some(hours) = &when.time {
            let message = "must be from one hour until a later one of the same day: 09:00 until 17:00; \
                           hours over midnight are two rules";
            self.unless(hours.minutes().is_some(), &format!("{path}/time"), message);
        }
        self.arguments(path, when);
    }

    fn arguments(&mut self, path: &str, when: &When) {
        if when.arguments.is_empty() {
            return;
        }
        let named = match &when.function {
            Some(Among::In(names)) if names.len() == 1 => names[0].function(),
            Some(Among::In(_) | Among::NotIn(_) | Among::Any) | None => None,
        };
        let path = format!("{path}/arguments");
        let message = "need one function, named by its signature in `function`";
        self.unless(named.is_some(), &path, message);
        self.unless(when.arguments.len() <= 32, &path, "must be 32 or fewer");
        let count = named.map_or(usize::MAX, |it: crate::abi::Signature| it.parameters.len());
        for (at, argument) in when.arguments.iter().enumerate() {
            let path = format!("{path}/{at}");
            let message = "is no parameter of the function: the first is 0";
            self.unless(argument.index < count, &format!("{path}/index"), message);
            let is_one = argument.address.is_some() != argument.number.is_some();
            self.unless(is_one, &path, "must name what it has to be: `address` or `number`");
            self.list(&path, "address", argument.address.as_ref());
            self.range(&format!("{path}/number"), argument.number.as_ref());
        }
    }

    fn list<T>(&mut self, path: &str, name: &str, list: Option<&Among<T>>) {
        let length = match list {
            Some(Among::In(list) | Among::NotIn(list)) => list.len(),
            Some(Among::Any) | None => return,
        };
        let message = "must list 1 to 1,000; `\"any\"` is whatever it is";
        self.unless((1..=MAX_LIST).contains(&length), &format!("{path}/{name}"), message);
    }

    fn range<T: PartialOrd>(&mut self, path: &str, range: Option<&Range<T>>) {
        let Some(Range { at_least, at_most }) = range else { return };
        let is_some = at_least.is_some() || at_most.is_some();
        self.unless(is_some, path, "must have `atLeast`, `atMost` or both");
        let is_range =
            at_least.as_ref().zip(at_most.as_ref()).is_none_or(|(low, high)| low <= high);
        self.unless(is_range, path, "has its ends the wrong way round: nothing lies between them");
    }

    fn approval(&mut self, path: &str, approval: &Approval) {
        self.when(&format!("{path}/when"), &approval.when);
        let count = approval.approvers.len();
        let is_some = (1..=MAX_APPROVERS).contains(&count);
        self.unless(is_some, &format!("{path}/approvers"), "must be 1 to 50 people");
        let unique: BTreeSet<_> = approval.approvers.iter().collect();
        let message = "names somebody twice, who would count once";
        self.unless(unique.len() == count, &format!("{path}/approvers"), message);
        let message = "must be at least 1, and no more than there are approvers";
        self.unless((1..=count).contains(&approval.needed), &format!("{path}/needed"), message);
        let message = "must be 60 to 604,800 seconds";
        self.unless(
            (60..=MAX_WITHIN).contains(&approval.within),
            &format!("{path}/within"),
            message,
        );
    }
}

/// A step of a JSON pointer.
fn segment(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    let name = match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
        // An enum is no step of the document where it is a text.
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => return None,
    };
    Some(format!("/{name}"))
}
