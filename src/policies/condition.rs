//! When a rule applies: facts, each with what it has to be. All of them have to hold; another rule is
//! another way.

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, Time};

use super::amounts::{FunctionName, Units, Usd};
use super::candidate::{Context, Kind};
use super::facts::{Call, Contents, Fact, Whole};
use super::known::Action;
use super::truth::Truth;
use super::worth;
use crate::abi;

/// What a fact has to be one of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Among<T> {
    /// One of these.
    In(Vec<T>),
    /// None of these.
    NotIn(Vec<T>),
    /// Whatever it is, as long as it is known. A rule that allows says so where it wants no more.
    Any,
}

/// Between what an amount has to be; both ends belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Range<T> {
    /// No less than this.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub at_least: Option<T>,
    /// No more than this.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub at_most: Option<T>,
}

const fn none<T>() -> Option<T> {
    None
}

/// What a parameter of the function that the rule names has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Argument {
    /// Which: the first is 0.
    pub index: usize,
    /// One of these addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Among<Address>>,
    /// A number between these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Range<Units>>,
}

/// What the domain of a document has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainIs {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Among<String>>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Among<String>>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are days")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Hours of days, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hours {
    /// On which days; every day where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// From this hour of a day on: `09:00`.
    pub from: String,
    /// Until before this one, which is later on the same day: `17:00`; `24:00` is its end.
    pub until: String,
}

/// When a rule applies. A fact that is not named may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct When {
    /// Whether a transaction or a document is signed. A rule that allows is about transactions where it does
    /// not say; all others are about both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Among<Kind>>,
    /// The chain's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<Among<u64>>,
    /// The address of the key that signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Among<Address>>,
    /// What is called; the contract that looks at the signature of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Among<Address>>,
    /// What the call does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Among<Action>>,
    /// The function that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<Among<FunctionName>>,
    /// What its parameters are, where one function is named by its signature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
    /// Who receives, or gets power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Among<Address>>,
    /// Whose tokens are moved, where the call says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Among<Address>>,
    /// The token; the chain's own coin is the zero address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Among<Address>>,
    /// How much of it, in its smallest unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Range<Units>>,
    /// Whether power without end is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlimited: Option<bool>,
    /// Wei that go with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Range<Units>>,
    /// What the call moves, in US dollars by a signed and fresh price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<Range<Usd>>,
    /// The most wei that one gas may cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas_price: Option<Range<Units>>,
    /// The most wei that the transaction may cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<Range<Units>>,
    /// The type of the message of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_type: Option<Among<String>>,
    /// The domain of a document, beside its chain and its contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainIs>,
    /// For how many seconds from now on the signature of a document can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<Range<u64>>,
    /// By which wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet: Option<Among<String>>,
    /// For which workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Among<String>>,
    /// Who caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Among<String>>,
    /// The kind of the trigger that began the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Among<String>>,
    /// The hour at which it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Hours>,
}

/// A call of a transaction or a document, with all that is known around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) whole: &'a Whole<'a>,
    pub(super) context: &'a Context,
    pub(super) call: &'a Call<'a>,
}

/// Whether all holds, and the fact by which it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) truth: Truth,
    pub(super) fact: Option<&'static str>,
}

impl When {
    /// Whether it holds of a call. A fact that is not so outweighs one that is not known.
    pub(super) fn holds(&self, of: Subject<'_>) -> Found {
        let mut found = Found { truth: Truth::Yes, fact: None };
        for (fact, truth) in self.each(of) {
            match (truth, found.truth) {
                (Truth::No, _) => return Found { truth, fact: Some(fact) },
                (Truth::Undetermined, Truth::Yes) => found = Found { truth, fact: Some(fact) },
                (Truth::Yes | Truth::Undetermined, _) => {}
            }
        }
        found
    }

    fn each(&self, of: Subject<'_>) -> Vec<(&'static str, Truth)> {
        let Subject { whole, context, call } = of;
        // Nothing is known of what a call does that could not be made out.
        let action = match call.contents {
            Contents::Undetermined(_) => Fact::Undetermined,
            Contents::Understood | Contents::Unknown => Fact::Known(call.action),
        };
        // A document without a contract may be shown to any.
        let to = match whole.kind {
            Kind::Transaction => Fact::of(call.to),
            Kind::Document => Fact::or_undetermined(call.to),
        };
        let selector = Fact::of(call.selector);
        let asked = [
            ("subject", among(self.subject.as_ref(), Fact::Known(whole.kind))),
            ("chain", among(self.chain.as_ref(), whole.chain)),
            ("from", among(self.from.as_ref(), Fact::Known(whole.from))),
            ("to", among(self.to.as_ref(), to)),
            ("action", among(self.action.as_ref(), action)),
            ("function", self.function.as_ref().map(|it| names(it, selector))),
            ("arguments", self.function.as_ref().map(|it| self.arguments(it, call))),
            ("counterparty", among(self.counterparty.as_ref(), call.counterparty)),
            ("owner", among(self.owner.as_ref(), call.owner)),
            ("token", among(self.token.as_ref(), call.token)),
            ("amount", units(self.amount.as_ref(), call.amount)),
            ("unlimited", self.unlimited.map(|it| test(call.is_unlimited, |known| known == it))),
            ("value", units(self.value.as_ref(), Fact::Known(call.value))),
            ("usd", self.usd.as_ref().map(|it| test(worth::of(of), |usd| it.holds(&Usd(usd))))),
            ("gasPrice", units(self.gas_price.as_ref(), whole.gas_price)),
            ("fee", units(self.fee.as_ref(), whole.fee)),
            ("primaryType", word(self.primary_type.as_ref(), whole.primary_type)),
            ("domain", self.domain.as_ref().map(|it| it.holds(whole))),
            ("validFor", self.valid_for.as_ref().map(|it| lasts(it, whole.until, context.at))),
            ("wallet", text(self.wallet.as_ref(), Some(&context.wallet))),
            ("workflow", text(self.workflow.as_ref(), context.workflow.as_ref())),
            ("actor", text(self.actor.as_ref(), Some(&context.actor))),
            ("trigger", text(self.trigger.as_ref(), context.trigger.as_ref())),
            ("time", self.time.as_ref().map(|it| it.holds(context.at))),
        ];
        asked.into_iter().filter_map(|(fact, truth)| Some((fact, truth?))).collect()
    }

    fn arguments(&self, named: &Among<FunctionName>, call: &Call<'_>) -> Truth {
        if self.arguments.is_empty() {
            return Truth::Yes;
        }
        let one = match named {
            Among::In(listed) => listed.first(),
            Among::NotIn(_) | Among::Any => None,
        };
        let Some(function) = one.and_then(FunctionName::function) else {
            return Truth::Undetermined;
        };
        if call.selector != Some(function.selector) {
            return Truth::No;
        }
        let Some(values) = abi::decode(&function.parameters, &call.data[4..]) else {
            return Truth::Undetermined;
        };
        let mut all = Truth::Yes;
        for argument in &self.arguments {
            let value = values.get(argument.index);
            let address = value.and_then(abi::Value::address);
            let number = value.and_then(abi::Value::word);
            let truths = [
                among(argument.address.as_ref(), Fact::or_undetermined(address)),
                units(argument.number.as_ref(), Fact::or_undetermined(number)),
            ];
            for truth in truths.into_iter().flatten() {
                match truth {
                    Truth::No => return Truth::No,
                    Truth::Undetermined => all = Truth::Undetermined,
                    Truth::Yes => {}
                }
            }
        }
        all
    }

    /// Whether the rule says of a call all that a rule which allows it must say; else, the fact that it
    /// has to name. Silence about a receiver must not read as consent to every receiver.
    pub(super) fn covers(&self, whole: &Whole<'_>, call: &Call<'_>) -> Result<(), &'static str> {
        let stated = |is_stated: bool, fact| if is_stated { Ok(()) } else { Err(fact) };
        let is_listed = matches!(&self.action, Some(Among::In(_)));
        if let Contents::Undetermined(_) = call.contents {
            return Err("contents");
        }
        stated(whole.kind == Kind::Transaction || self.subject.is_some(), "subject")?;
        match call.action {
            Action::Native => {
                return stated(self.counterparty.is_some() || self.to.is_some(), "counterparty");
            }
            Action::Transfer | Action::Approve | Action::Permit => {
                stated(self.counterparty.is_some(), "counterparty")?;
                // Who names Permit2 as what is called says nothing of the tokens that it moves.
                let is_token = call.token == Fact::or_undetermined(call.to);
                stated(self.token.is_some() || (self.to.is_some() && is_token), "token")?;
                let is_unlimited = call.is_unlimited != Fact::Known(false);
                stated(!is_unlimited || self.unlimited == Some(true), "unlimited")?;
            }
            Action::Batch | Action::DelegateCall => {
                stated(is_listed, "action")?;
                stated(self.to.is_some(), "to")?;
            }
            Action::Deploy => stated(is_listed, "action")?,
            Action::Call => {
                stated(self.function.is_some(), "function")?;
                stated(self.to.is_some(), "to")?;
            }
            Action::TypedData => {
                stated(is_listed, "action")?;
                stated(self.primary_type.is_some(), "primaryType")?;
                match call.to {
                    Some(_) => stated(self.to.is_some(), "to")?,
                    None => stated(self.domain.is_some(), "domain")?,
                }
            }
        }
        stated(call.value.is_zero() || self.value.is_some(), "value")
    }
}

fn test<T>(fact: Fact<T>, holds: impl FnOnce(T) -> bool) -> Truth {
    match fact {
        Fact::Known(value) => Truth::of(holds(value)),
        Fact::Absent => Truth::No,
        Fact::Undetermined => Truth::Undetermined,
    }
}

fn among<T: PartialEq>(wanted: Option<&Among<T>>, fact: Fact<T>) -> Option<Truth> {
    let wanted = wanted?;
    Some(test(fact, |value| match wanted {
        Among::In(list) => list.contains(&value),
        Among::NotIn(list) => !list.contains(&value),
        Among::Any => true,
    }))
}

fn text(wanted: Option<&Among<String>>, fact: Option<&String>) -> Option<Truth> {
    word(wanted, Fact::of(fact.map(String::as_str)))
}

fn word(wanted: Option<&Among<String>>, fact: Fact<&str>) -> Option<Truth> {
    let wanted = wanted?;
    Some(test(fact, |value| match wanted {
        Among::In(list) => list.iter().any(|it| it == value),
        Among::NotIn(list) => !list.iter().any(|it| it == value),
        Among::Any => true,
    }))
}

/// Whether what counts until a second counts for so long. What is over counts for no time.
fn lasts(wanted: &Range<u64>, until: Fact<u64>, now: OffsetDateTime) -> Truth {
    let now = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    test(until, |until| wanted.holds(&until.saturating_sub(now)))
}

fn names(wanted: &Among<FunctionName>, fact: Fact<[u8; 4]>) -> Truth {
    let has = |list: &[FunctionName], it| list.iter().any(|name| name.selector() == it);
    test(fact, |it| match wanted {
        Among::In(list) => has(list, it),
        Among::NotIn(list) => !has(list, it),
        Among::Any => true,
    })
}

fn units(wanted: Option<&Range<Units>>, fact: Fact<U256>) -> Option<Truth> {
    let wanted = wanted?;
    Some(test(fact, |value| wanted.holds(&Units(value))))
}

impl DomainIs {
    /// Whether both are so. What is not so outweighs what is not known.
    fn holds(&self, whole: &Whole<'_>) -> Truth {
        let name = word(self.name.as_ref(), whole.domain_name);
        let version = word(self.version.as_ref(), whole.domain_version);
        let both = (name.unwrap_or(Truth::Yes), version.unwrap_or(Truth::Yes));
        match both {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Undetermined, _) | (_, Truth::Undetermined) => Truth::Undetermined,
            (Truth::Yes, Truth::Yes) => Truth::Yes,
        }
    }
}

impl<T: PartialOrd> Range<T> {
    fn holds(&self, value: &T) -> bool {
        self.at_least.as_ref().is_none_or(|least| value >= least)
            && self.at_most.as_ref().is_none_or(|most| value <= most)
    }
}

impl Hours {
    /// From when until when, in minutes of a day; nothing where it cannot be read.
    pub(super) fn minutes(&self) -> Option<(u16, u16)> {
        let (from, until) = (minute(&self.from)?, minute(&self.until)?);
        (from < until).then_some((from, until))
    }

    fn holds(&self, at: OffsetDateTime) -> Truth {
        let at = at.to_offset(time::UtcOffset::UTC);
        let Some((from, until)) = self.minutes() else { return Truth::Undetermined };
        let day = match at.weekday() {
            time::Weekday::Monday => Day::Mon,
            time::Weekday::Tuesday => Day::Tue,
            time::Weekday::Wednesday => Day::Wed,
            time::Weekday::Thursday => Day::Thu,
            time::Weekday::Friday => Day::Fri,
            time::Weekday::Saturday => Day::Sat,
            time::Weekday::Sunday => Day::Sun,
        };
        let now = of_day(at.time());
        let is_day = self.days.is_empty() || self.days.contains(&day);
        Truth::of(is_day && (from..until).contains(&now))
    }
}

fn of_day(time: Time) -> u16 {
    u16::from(time.hour()) * 60 + u16::from(time.minute())
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| {
        let is_two = text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
        is_two.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let whole = hour * 60 + minute;
    (minute < 60 && whole <= 24 * 60).then_some(whole)
}
