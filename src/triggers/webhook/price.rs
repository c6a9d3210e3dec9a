//! What a run costs, where it is sold by request (x402), read from the trigger's payload.

use alloy_primitives::{Address, U256};
use engine::PayloadProblem;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::abi;
use crate::chains::chain_id;
use crate::primitives::WalletId;
use crate::x402::{Resource, Terms, Token};

/// How long the name or the version of a token may be, in characters.
const MAX_TOKEN: usize = 64;
/// How long a description may be, in characters.
const MAX_DESCRIPTION: usize = 500;
/// The times within which a payment is to be made, in seconds.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 10..=3_600;

/// What an author says of the price of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    chain_id: Value,
    token_address: String,
    token: Token,
    amount: String,
    pay_to: String,
    #[serde(default)]
    description: String,
    #[serde(default = "timeout")]
    max_timeout_seconds: u64,
    #[serde(default)]
    facilitator: Option<String>,
    #[serde(default)]
    settle_with: Option<WalletId>,
}

const fn timeout() -> u64 {
    60
}

/// Who is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payee {
    /// Whoever has this address.
    Address(Address),
    /// A wallet of the organization.
    Wallet(WalletId),
}

/// Who carries the transfer out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settles {
    /// Somebody else, who is asked at this URL, without a slash at the end.
    Facilitator(String),
    /// A wallet of the organization.
    Wallet(WalletId),
}

/// A price as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// What is asked, but for who is paid where that is a wallet: then nobody is.
    pub terms: Terms,
    /// Who is paid.
    pub payee: Payee,
    /// Who carries the transfer out.
    pub settles: Settles,
    /// What it is, for people.
    pub description: String,
}

impl Priced {
    /// What is asked for a run at this URL.
    pub fn resource(&self, url: String) -> Resource {
        let (description, mime_type) = (self.description.clone(), "application/json".to_owned());
        Resource { url, description, mime_type }
    }
}

impl Price {
    /// The price as it was meant.
    ///
    /// # Errors
    /// Everything that is wrong with it, by its place below `/price`.
    pub fn read(&self) -> Result<Priced, Vec<PayloadProblem>> {
        let mut found = Vec::new();
        let mut wrong = |field: &str, message: String| {
            found.push(PayloadProblem { path: format!("/price/{field}"), message });
        };
        let chain = chain_id(Some(&self.chain_id)).map_err(|why| wrong("chainId", why)).ok();
        let asset = abi::address(&self.token_address);
        let asset = asset.map_err(|why| wrong("tokenAddress", why.to_owned())).ok();
        let is_digits = |text: &str| {
            (1..=78).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
        };
        let amount = Some(&self.amount).filter(|text| is_digits(text));
        let amount = amount.and_then(|text| text.parse::<U256>().ok()).filter(|it| !it.is_zero());
        if amount.is_none() {
            let why = "must be more than nothing, in digits, in the smallest unit of the token";
            wrong("amount", why.to_owned());
        }
        let payee = match self.pay_to.parse::<WalletId>() {
            Ok(wallet) => Some(Payee::Wallet(wallet)),
            Err(_) => match abi::address(&self.pay_to) {
                Ok(address) => Some(Payee::Address(address)),
                Err(why) => {
                    wrong("payTo", format!("is neither a wallet's id nor an address: {why}"));
                    None
                }
            },
        };
        for (field, text) in [("name", &self.token.name), ("version", &self.token.version)] {
            if !(1..=MAX_TOKEN).contains(&text.chars().count()) {
                let why = format!("has 1 to {MAX_TOKEN} characters: as the token's EIP-712 domain");
                wrong(&format!("token/{field}"), why);
            }
        }
        if self.description.chars().count() > MAX_DESCRIPTION {
            wrong("description", format!("has at most {MAX_DESCRIPTION} characters"));
        }
        if !TIMEOUTS.contains(&self.max_timeout_seconds) {
            let why = format!("must be {} to {}", TIMEOUTS.start(), TIMEOUTS.end());
            wrong("maxTimeoutSeconds", why);
        }
        let settles = self.settles().map_err(|(field, why)| wrong(field, why)).ok();
        match (chain, asset, amount, payee, settles) {
            (Some(chain), Some(asset), Some(amount), Some(payee), Some(settles))
                if found.is_empty() =>
            {
                let pay_to = match payee {
                    Payee::Address(address) => address,
                    Payee::Wallet(_) => Address::ZERO,
                };
                let (token, max_timeout_seconds) = (self.token.clone(), self.max_timeout_seconds);
                let terms = Terms { chain, asset, amount, pay_to, max_timeout_seconds, token };
                Ok(Priced { terms, payee, settles, description: self.description.clone() })
            }
            _ => Err(found),
        }
    }

    fn settles(&self) -> Result<Settles, (&'static str, String)> {
        match (&self.facilitator, self.settle_with) {
            (Some(url), None) => {
                let plain = |url: &Url| {
                    matches!(url.scheme(), "http" | "https")
                        && url.query().is_none()
                        && url.fragment().is_none()
                        && url.username().is_empty()
                        && url.password().is_none()
                };
                match Url::parse(url) {
                    Ok(parsed) if plain(&parsed) && url.len() <= 500 => {
                        Ok(Settles::Facilitator(url.trim_end_matches('/').to_owned()))
                    }
                    Ok(_) | Err(_) => {
                        let why = "must be an http or https URL without credentials and query";
                        Err(("facilitator", why.to_owned()))
                    }
                }
            }
            (None, Some(wallet)) => Ok(Settles::Wallet(wallet)),
            (Some(_), Some(_)) | (None, None) => {
                let why = "name who takes the money: either `facilitator` or `settleWith`";
                Err(("facilitator", why.to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn price(change: &Value) -> Result<Priced, Vec<PayloadProblem>> {
        let mut price = json!({
            "chainId": "base", "tokenAddress": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "token": { "name": "USD Coin", "version": "2" }, "amount": "10000",
            "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
            "facilitator": "https://x402.example.com/",
        });
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                price.as_object_mut().unwrap().remove(name);
            } else {
                price[name] = value.clone();
            }
        }
        Price::deserialize(&price).unwrap().read()
    }

    #[test]
    fn a_price_says_who_is_paid_how_much_of_what_and_who_takes_it() {
        let priced = price(&json!({})).unwrap();
        assert_eq!((priced.terms.chain, priced.terms.amount), (8_453, U256::from(10_000)));
        assert_eq!(priced.settles, Settles::Facilitator("https://x402.example.com".to_owned()));
        assert_eq!(priced.payee, Payee::Address(priced.terms.pay_to));
        let wallet = WalletId::generate();
        let own = json!({ "payTo": wallet, "settleWith": wallet, "facilitator": null });
        let own = price(&own).unwrap();
        assert_eq!((own.payee, own.settles), (Payee::Wallet(wallet), Settles::Wallet(wallet)));
    }

    #[test]
    fn what_cannot_be_meant_is_told_by_its_place() {
        for (change, place) in [
            (json!({ "chainId": "nowhere" }), "chainId"),
            (json!({ "tokenAddress": "0x1" }), "tokenAddress"),
            (json!({ "amount": "0" }), "amount"),
            (json!({ "amount": "1.5" }), "amount"),
            (json!({ "amount": "0x10" }), "amount"),
            (json!({ "payTo": "me" }), "payTo"),
            (json!({ "token": { "name": "", "version": "2" } }), "token/name"),
            (json!({ "maxTimeoutSeconds": 9 }), "maxTimeoutSeconds"),
            (json!({ "facilitator": "ftp://x" }), "facilitator"),
            (json!({ "facilitator": "https://a:b@x" }), "facilitator"),
            (json!({ "facilitator": null }), "facilitator"),
            (json!({ "settleWith": WalletId::generate() }), "facilitator"),
        ] {
            let told = price(&change).unwrap_err();
            assert_eq!(told[0].path, format!("/price/{place}"), "{change}");
        }
    }
}
