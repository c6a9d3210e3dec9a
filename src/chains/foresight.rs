//! What calls would do one after the other, each upon what those before it left: `eth_simulateV1`,
//! which common nodes serve. Nothing is signed or sent.

use alloy_primitives::{Address, Bytes};
use serde::Deserialize;
use serde_json::{Value, json};

use super::block::Header;
use super::error::Error;
use super::fault::Refusal;
use super::pool::Pool;
use super::quantity;
use super::state::{Called, Message};

/// How anvil says that it cannot foresee what makes a contract.
const NOBODY_CALLED: &str = "missing keys: [\"to\"]";

/// What would come of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// What it gives back, or why it is undone.
    pub called: Called,
    /// How much gas it uses; nothing where it cannot even begin.
    pub gas_used: u64,
}

/// A block that was never made.
#[derive(Deserialize)]
struct Made {
    calls: Vec<Outcome>,
}

/// What a node says of one call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    #[serde(with = "quantity")]
    status: u64,
    #[serde(with = "quantity")]
    gas_used: u64,
    return_data: Bytes,
    #[serde(default)]
    error: Option<Why>,
}

/// Why a call is undone.
#[derive(Deserialize)]
struct Why {
    message: String,
}

impl From<Outcome> for Foreseen {
    fn from(outcome: Outcome) -> Self {
        let Outcome { status, gas_used, return_data, error } = outcome;
        let called = if status == 1 {
            Called::Returned(return_data)
        } else {
            let words = error.map_or_else(|| "execution reverted".to_owned(), |it| it.message);
            let data = Some(return_data).filter(|data| !data.is_empty());
            Called::Undone(Refusal { words, data })
        };
        Self { called, gas_used }
    }
}

impl Pool {
    /// What would come of the last call upon those before it, at the end of a block; `code` stands at an
    /// address meanwhile.
    pub(super) async fn foreseen(
        &self,
        before: &[Message],
        (last, code): (&Message, Option<(Address, &Bytes)>),
        block: &Header,
    ) -> Result<Option<Foreseen>, Error> {
        let mut made = Vec::with_capacity(2);
        if !before.is_empty() {
            let calls: Vec<_> = before.iter().map(Message::asked).collect();
            made.push(json!({ "calls": calls }));
        }
        let mut asked = json!({ "calls": [last.asked()] });
        if let Some((address, code)) = code {
            asked["stateOverrides"] = json!({ address.to_string(): { "code": code } });
        }
        made.push(asked);
        let asked = [json!({ "blockStateCalls": made, "validation": false })];
        let Some(told) = self.stated::<Value>("eth_simulateV1", &asked, block).await? else {
            return Ok(None);
        };
        let told = match told {
            Ok(told) => told,
            Err(refusal) if last.to.is_none() && refusal.words.contains(NOBODY_CALLED) => {
                let problem = "its endpoint foresees no contracts being made".to_owned();
                return Err(Error::Refused { chain: self.chain.id, problem });
            }
            // What cannot even begin has no place in a list of calls.
            Err(refusal) => {
                return Ok(Some(Foreseen { called: Called::Undone(refusal), gas_used: 0 }));
            }
        };
        let blocks: Result<Vec<Made>, _> = serde_json::from_value(told);
        let last = blocks.ok().and_then(|mut blocks| blocks.pop()?.calls.pop());
        let last = last.ok_or_else(|| Error::Unreachable {
            chain: self.chain.id,
            problem: "eth_simulateV1: an answer that is none".to_owned(),
        })?;
        Ok(Some(last.into()))
    }
}
