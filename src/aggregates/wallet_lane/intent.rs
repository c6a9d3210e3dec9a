//! A transaction that should happen, as it was asked for.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::{Encodable, Header};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{IntentId, OrganizationId, RunId, WalletId, WorkflowId};
use crate::transactions::Unsigned;

/// What a digest begins with that people approve: it is none of anything that a key signs.
const APPROVED: &[u8] = b"chainkeel approval of a transaction, 1\n";

/// What the transaction is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Whom it calls; none where it creates a contract.
    pub to: Option<Address>,
    /// What it sends along, in wei.
    pub value: U256,
    /// What it says.
    pub data: Bytes,
}

impl Call {
    /// What a transaction does.
    pub fn of(transaction: &Unsigned) -> Self {
        let Unsigned { to, value, ref data, .. } = *transaction;
        Self { to, value, data: data.clone() }
    }

    /// What moves nothing: nothing from an address to itself.
    pub const fn nothing(address: Address) -> Self {
        Self { to: Some(address), value: U256::ZERO, data: Bytes::new() }
    }
}

/// Who wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The run.
    pub run_id: RunId,
    /// Where in it.
    pub node_id: String,
    /// Of which workflow.
    pub workflow_id: WorkflowId,
    /// The kind of the trigger that began the run.
    pub trigger: String,
    /// Who began it, as an auditor reads it.
    pub started_by: String,
}

/// Until when it is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// Until it stands in a block, which may be none of the chain's a moment later.
    Included,
    /// Until its block stays.
    #[default]
    Final,
}

/// A transaction that should happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Its id, which follows from who wants it.
    pub intent_id: IntentId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Who signs it.
    pub wallet_id: WalletId,
    /// The wallet's address.
    pub address: Address,
    /// On which chain.
    pub chain_id: u64,
    /// Who wants it.
    pub origin: Origin,
    /// What it is to do.
    pub call: Call,
    /// Until when it is waited for.
    #[serde(default)]
    pub until: Until,
    /// How much gas it may take; what the simulation says and some more where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas_limit: Option<u64>,
    /// How much its fees may come to, in wei.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fee_total: Option<U256>,
    /// When nobody waits for it any more. What has no nonce by then is given up.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

impl Intent {
    /// What people approve: this call, once, with fees of at most so much in wei. It is known before the
    /// nonce and the price are, which people would hold up, and holds for every price within the bound.
    pub fn digest(&self, fee_budget: U256) -> B256 {
        let Self { intent_id, chain_id, address, ref call, .. } = *self;
        let mut fields = Vec::new();
        intent_id.to_string().encode(&mut fields);
        chain_id.encode(&mut fields);
        address.encode(&mut fields);
        call.to.as_ref().map_or(&[][..], |to| to.as_slice()).encode(&mut fields);
        call.value.encode(&mut fields);
        call.data.encode(&mut fields);
        fee_budget.encode(&mut fields);
        let mut whole = APPROVED.to_vec();
        Header { list: true, payload_length: fields.len() }.encode(&mut whole);
        whole.extend(fields);
        keccak256(whole)
    }
}
