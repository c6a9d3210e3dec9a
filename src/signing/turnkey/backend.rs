//! Turnkey as a backend.

use std::fmt;
use std::sync::Arc;

use alloy_primitives::{Address, U256, hex};
use futures::future::BoxFuture;
use time::OffsetDateTime;

use super::activity::{Settled, submit};
use super::client::Client;
use super::places::{Place, Places};
use super::wire::{SignRawPayload, SignTransaction, Submission};
use crate::primitives::Clock;
use crate::signing::{
    Backend, BadReply, Capabilities, Error, KeyName, Order, PrivateKey, Reply, TypedReply,
};
use crate::transactions::TypedData;

/// Keys at Turnkey, in a sub-organization for each organization.
pub struct Turnkey {
    client: Client,
    places: Places,
}

impl Turnkey {
    /// The Turnkey that this client reaches, in a parent organization.
    pub(super) fn new(client: Client, organization: &str, clock: Arc<dyn Clock>) -> Self {
        Self { client, places: Places::new(organization, clock) }
    }

    /// Where the key of an order is, if it is the key of the address that is expected.
    async fn place<T: Sync>(&self, order: &Order<'_, T>) -> Result<Place, Error> {
        let place = self.places.find(&self.client, order.key()).await?;
        if place.address == order.signer() {
            return Ok(place);
        }
        // Another key has the name by now. Nothing is signed with it.
        self.places.forget(order.key());
        let (expected, found) = (order.signer(), place.address);
        Err(BadReply::Signer { expected, found }.into())
    }

    /// Whatever was refused may have been so because the key is elsewhere by now.
    fn told<T>(&self, key: &KeyName, outcome: Result<T, Error>) -> Result<T, Error> {
        outcome.inspect_err(|error| {
            if !error.is_transient() {
                self.places.forget(key);
            }
        })
    }
}

impl fmt::Debug for Turnkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turnkey").field("base", &self.client.base()).finish_non_exhaustive()
    }
}

impl Backend for Turnkey {
    fn capabilities(&self) -> Capabilities {
        Capabilities { imports: false, sees_transactions: true, asks_people: true }
    }

    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Ok(self.places.make(&self.client, key).await?.address) })
    }

    fn import<'a>(
        &'a self,
        _: &'a KeyName,
        _: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Err(Error::NoImport) })
    }

    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Ok(self.places.find(&self.client, key).await?.address) })
    }

    fn sign_transaction<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async move {
            let place = self.place(order).await?;
            let submission = Submission {
                kind: "ACTIVITY_TYPE_SIGN_TRANSACTION_V2",
                timestamp_ms: millis(order.attempt().at),
                organization_id: &place.organization,
                parameters: SignTransaction {
                    sign_with: &place.key,
                    unsigned_transaction: hex::encode(order.transaction().encoded()),
                    kind: "TRANSACTION_TYPE_ETHEREUM",
                },
            };
            let path = "/public/v1/submit/sign_transaction";
            let settled = submit(&self.client, path, &submission).await;
            match self.told(order.key(), settled)? {
                Settled::Waiting { id } => Ok(Reply::Pending { reference: id }),
                Settled::Done(results) => {
                    let signed = results.sign_transaction_result;
                    let signed = signed.ok_or_else(|| garbled("it holds no transaction"))?;
                    let raw = hex::decode(signed.signed_transaction)
                        .map_err(|_| garbled("its transaction is not hexadecimal"))?;
                    Ok(Reply::Whole(raw))
                }
            }
        })
    }

    fn sign_typed_data<'a>(
        &'a self,
        order: &'a Order<'a, TypedData>,
    ) -> BoxFuture<'a, Result<TypedReply, Error>> {
        Box::pin(async move {
            let place = self.place(order).await?;
            let submission = Submission {
                kind: "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2",
                timestamp_ms: millis(order.attempt().at),
                organization_id: &place.organization,
                parameters: SignRawPayload {
                    sign_with: &place.key,
                    // The whole document, so that rules there see it: never its hash.
                    payload: order.document().to_string(),
                    encoding: "PAYLOAD_ENCODING_EIP712",
                    hash_function: "HASH_FUNCTION_NO_OP",
                },
            };
            let path = "/public/v1/submit/sign_raw_payload";
            let settled = submit(&self.client, path, &submission).await;
            match self.told(order.key(), settled)? {
                Settled::Waiting { id } => Ok(TypedReply::Pending { reference: id }),
                Settled::Done(results) => {
                    let signed = results.sign_raw_payload_result;
                    let signed = signed.ok_or_else(|| garbled("it holds no signature"))?;
                    Ok(TypedReply::Pair { r: number(&signed.r)?, s: number(&signed.s)? })
                }
            }
        })
    }
}

fn number(text: &str) -> Result<U256, BadReply> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_number =
        (1..=64).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = if is_number { U256::from_str_radix(digits, 16).ok() } else { None };
    number.ok_or_else(|| garbled("its signature is not hexadecimal"))
}

/// An instant as Turnkey writes it: milliseconds since 1970, in digits.
pub(super) fn millis(at: OffsetDateTime) -> String {
    (at.unix_timestamp_nanos() / 1_000_000).to_string()
}

fn garbled(text: &str) -> BadReply {
    BadReply::Garbled(text.to_owned())
}
