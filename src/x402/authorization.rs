//! A transfer that its payer has authorized (EIP-3009): what is signed, and how a contract is told of it.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::number::{address, number, word};
use super::{Misread, Terms, Token};
use crate::transactions::{InvalidDocument, Signature, TypedData};

/// An authorized transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorization {
    /// Who pays.
    pub from: Address,
    /// Who is paid.
    pub to: Address,
    /// How much, in the smallest unit of the token.
    pub value: U256,
    /// After which moment it counts, in seconds since 1970.
    pub valid_after: U256,
    /// Before which moment it counts.
    pub valid_before: U256,
    /// What the token takes once of each payer.
    pub nonce: B256,
}

/// What a token says of a nonce of a payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No transfer has used it, and it was not cancelled.
    Free,
    /// One has, or it was cancelled.
    Used,
}

impl Authorization {
    /// Reads it as a payload has it.
    pub(super) fn read(of: &Value, at: &str) -> Result<Self, Misread> {
        Ok(Self {
            from: address(of, at, "from")?,
            to: address(of, at, "to")?,
            value: number(of, at, "value")?,
            valid_after: number(of, at, "validAfter")?,
            valid_before: number(of, at, "validBefore")?,
            nonce: word(of, at, "nonce")?,
        })
    }

    /// It as a payload has it.
    pub(super) fn written(&self) -> Value {
        json!({
            "from": self.from.to_checksum(None), "to": self.to.to_checksum(None),
            "value": self.value.to_string(), "validAfter": self.valid_after.to_string(),
            "validBefore": self.valid_before.to_string(), "nonce": self.nonce,
        })
    }

    /// The one that pays these terms from here on: it counts from ten minutes ago, since clocks differ, until
    /// their time is over.
    pub fn paying(terms: &Terms, from: Address, now: i64, nonce: B256) -> Self {
        let now = u64::try_from(now).unwrap_or_default();
        Self {
            from,
            to: terms.pay_to,
            value: terms.amount,
            valid_after: U256::from(now.saturating_sub(600)),
            valid_before: U256::from(now.saturating_add(terms.max_timeout_seconds)),
            nonce,
        }
    }

    /// The last moment at which it counts, in seconds since 1970.
    pub fn deadline(&self) -> i64 {
        let before = self.valid_before.saturating_sub(U256::from(1));
        i64::try_from(before).unwrap_or(i64::MAX)
    }

    /// What is signed, for a token on a chain.
    ///
    /// # Errors
    /// The token's name is more than a document holds.
    pub fn document(
        &self,
        chain: u64,
        asset: Address,
        token: &Token,
    ) -> Result<TypedData, InvalidDocument> {
        TypedData::read(&json!({
            "types": { "TransferWithAuthorization": [
                { "name": "from", "type": "address" },
                { "name": "to", "type": "address" },
                { "name": "value", "type": "uint256" },
                { "name": "validAfter", "type": "uint256" },
                { "name": "validBefore", "type": "uint256" },
                { "name": "nonce", "type": "bytes32" },
            ] },
            "primaryType": "TransferWithAuthorization",
            "domain": {
                "name": token.name, "version": token.version, "chainId": chain,
                "verifyingContract": asset,
            },
            "message": {
                "from": self.from, "to": self.to, "value": self.value.to_string(),
                "validAfter": self.valid_after.to_string(),
                "validBefore": self.valid_before.to_string(), "nonce": self.nonce,
            },
        }))
    }

    /// The call by which anybody carries the transfer out.
    pub fn transfer(&self, signature: &Signature) -> Bytes {
        let mut data = selector(
            "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
        );
        data.extend(self.from.into_word());
        data.extend(self.to.into_word());
        for number in [self.value, self.valid_after, self.valid_before] {
            data.extend(number.to_be_bytes::<32>());
        }
        data.extend(self.nonce);
        data.extend(U256::from(27 + u8::from(signature.is_odd)).to_be_bytes::<32>());
        data.extend(signature.r.to_be_bytes::<32>());
        data.extend(signature.s.to_be_bytes::<32>());
        data.into()
    }

    /// The question whether its nonce is used.
    pub fn asks_state(&self) -> Bytes {
        let mut data = selector("authorizationState(address,bytes32)");
        data.extend(self.from.into_word());
        data.extend(self.nonce);
        data.into()
    }

    /// The question what its payer has of the token.
    pub fn asks_balance(&self) -> Bytes {
        let mut data = selector("balanceOf(address)");
        data.extend(self.from.into_word());
        data.into()
    }

    /// The topics of the log by which a token tells that it was carried out.
    pub fn used_topics(&self) -> [B256; 3] {
        [keccak256("AuthorizationUsed(address,bytes32)"), self.from.into_word(), self.nonce]
    }
}

impl State {
    /// What a token answered; none where it is no answer of a token.
    pub fn of(answer: &[u8]) -> Option<Self> {
        match U256::try_from_be_slice(answer).filter(|_| answer.len() == 32)? {
            U256::ZERO => Some(Self::Free),
            U256::ONE => Some(Self::Used),
            _ => None,
        }
    }
}

fn selector(signature: &str) -> Vec<u8> {
    keccak256(signature)[..4].to_vec()
}
