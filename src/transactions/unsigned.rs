//! A transaction before anybody signed it.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};

use super::envelope;
use super::{MAX_RAW, Signature, Signed, Unsealed, Unsound, amount};

/// Everything that a signature covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unsigned {
    /// The chain on which it counts.
    pub chain_id: u64,
    /// Which one of its sender it is, from 0.
    pub nonce: u64,
    /// How much gas it may take.
    pub gas_limit: u64,
    /// To whom; without it, a contract is created.
    pub to: Option<Address>,
    /// How many wei go along.
    #[serde(with = "amount")]
    pub value: U256,
    /// The call, or the code that makes a contract.
    pub data: Bytes,
    /// What it says beforehand that it touches. With legacy fees a list makes it an EIP-2930
    /// transaction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_list: Vec<Access>,
    /// What its sender pays.
    pub fees: Fees,
}

/// A contract, and its storage, that a transaction touches (EIP-2930).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Access {
    /// The contract.
    pub address: Address,
    /// Places of its storage.
    pub storage_keys: Vec<B256>,
}

/// What a sender pays, in wei a gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Fees {
    /// One price.
    Legacy {
        /// The price.
        #[serde(with = "amount")]
        gas_price: u128,
    },
    /// A cap on base fee and tip together, and the tip (EIP-1559).
    Dynamic {
        /// The cap.
        #[serde(with = "amount")]
        max_fee: u128,
        /// The tip.
        #[serde(with = "amount")]
        max_priority_fee: u128,
    },
}

impl Fees {
    /// The most that a gas can cost.
    pub const fn at_most(self) -> u128 {
        match self {
            Self::Legacy { gas_price } => gas_price,
            Self::Dynamic { max_fee, .. } => max_fee,
        }
    }
}

impl Unsigned {
    /// The bytes whose hash is signed.
    pub fn encoded(&self) -> Vec<u8> {
        envelope::unsigned(self)
    }

    /// What is signed. It stands for every field.
    pub fn digest(&self) -> B256 {
        keccak256(self.encoded())
    }

    /// The most wei that it can take from its sender: value and fees.
    ///
    /// `None` where that is more than there can be.
    pub fn costs_at_most(&self) -> Option<U256> {
        let fees = U256::from(self.gas_limit).checked_mul(U256::from(self.fees.at_most()))?;
        self.value.checked_add(fees)
    }

    /// Where the contract will be that it creates, if it comes from there.
    pub fn creates(&self, from: Address) -> Option<Address> {
        match self.to {
            Some(_) => None,
            None => Some(from.create(self.nonce)),
        }
    }

    /// Whether a chain could take it.
    pub fn check(&self) -> Result<(), Unsound> {
        if self.chain_id == 0 {
            return Err(Unsound::NoChain);
        }
        if self.nonce == u64::MAX {
            return Err(Unsound::Nonce);
        }
        if let Fees::Dynamic { max_fee: cap, max_priority_fee: tip } = self.fees
            && tip > cap
        {
            return Err(Unsound::TipAboveCap { tip, cap });
        }
        let bytes = self.encoded().len() + envelope::SIGNATURE_TAKES;
        if bytes > MAX_RAW { Err(Unsound::TooLarge { bytes }) } else { Ok(()) }
    }

    /// The signed transaction: this one, and a signature over its digest.
    ///
    /// Whose signature it is, the signed one says.
    pub fn sealed(self, signature: Signature) -> Result<Signed, Unsealed> {
        self.check()?;
        let signer = signature.signer_of(self.digest())?;
        Ok(Signed::new(envelope::signed(&self, &signature), self, signature, signer))
    }
}
