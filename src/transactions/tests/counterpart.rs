//! Our envelopes beside those of `alloy-consensus`, which others wrote from the same specifications.

use alloy_consensus::transaction::SignerRecoverable as _;
use alloy_consensus::{SignableTransaction, Transaction as _, TxEnvelope};
use alloy_consensus::{TxEip1559, TxEip2930, TxLegacy};
use alloy_eips::eip2718::{Decodable2718 as _, Encodable2718 as _};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{B256, TxKind};
use proptest::prelude::*;

use super::super::*;
use super::invented::{CASES, address, keys, sealed, transactions};

/// The largest chain that `v` can name in a number of 64 bits, which is where alloy has it.
const LAST_CHAIN: u64 = (u64::MAX - 36) / 2;

/// The same transaction as alloy has it: what is signed of it, and its bytes under this signature.
fn theirs(ours: &Unsigned, signature: Signature) -> (B256, TxEnvelope) {
    let to = ours.to.map_or(TxKind::Create, TxKind::Call);
    let list = ours.access_list.iter().map(|access| AccessListItem {
        address: access.address,
        storage_keys: access.storage_keys.clone(),
    });
    let access_list = AccessList(list.collect());
    let (chain_id, nonce, gas_limit) = (ours.chain_id, ours.nonce, ours.gas_limit);
    let (value, input) = (ours.value, ours.data.clone());
    let signature = alloy_primitives::Signature::new(signature.r, signature.s, signature.is_odd);
    match ours.fees {
        Fees::Legacy { gas_price } if access_list.is_empty() => {
            let chain_id = Some(chain_id);
            let it = TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input };
            (it.signature_hash(), it.into_signed(signature).into())
        }
        Fees::Legacy { gas_price } => {
            let it =
                TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input };
            (it.signature_hash(), it.into_signed(signature).into())
        }
        Fees::Dynamic { max_fee, max_priority_fee } => {
            let it = TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: max_fee,
                max_priority_fee_per_gas: max_priority_fee,
                to,
                value,
                access_list,
                input,
            };
            (it.signature_hash(), it.into_signed(signature).into())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn what_we_write_another_writes_alike(mut unsigned in transactions(), key in keys()) {
        unsigned.chain_id = unsigned.chain_id.min(LAST_CHAIN);
        let signed = sealed(unsigned, &key);

        let (digest, envelope) = theirs(signed.unsigned(), *signed.signature());

        prop_assert_eq!(digest, signed.unsigned().digest());
        prop_assert_eq!(&envelope.encoded_2718()[..], &signed.raw()[..]);
        prop_assert_eq!(*envelope.tx_hash(), signed.hash());
        prop_assert_eq!(envelope.recover_signer().unwrap(), address(&key));
        let read = Signed::read(&envelope.encoded_2718()).unwrap();
        prop_assert_eq!(read, signed);
    }

    #[test]
    fn what_we_write_another_reads_with_every_field(
        mut unsigned in transactions(),
        key in keys(),
    ) {
        unsigned.chain_id = unsigned.chain_id.min(LAST_CHAIN);
        let signed = sealed(unsigned, &key);

        let read = TxEnvelope::decode_2718_exact(signed.raw()).unwrap();

        let ours = signed.unsigned();
        prop_assert_eq!(read.chain_id(), Some(ours.chain_id));
        prop_assert_eq!(read.nonce(), ours.nonce);
        prop_assert_eq!(read.gas_limit(), ours.gas_limit);
        prop_assert_eq!(read.to(), ours.to);
        prop_assert_eq!(read.value(), ours.value);
        prop_assert_eq!(read.input(), &ours.data);
        prop_assert_eq!(read.max_fee_per_gas(), ours.fees.at_most());
        let list = read.access_list().map_or(&[][..], |list| &list.0);
        prop_assert_eq!(list.len(), ours.access_list.len());
        for (theirs, ours) in list.iter().zip(&ours.access_list) {
            prop_assert_eq!(theirs.address, ours.address);
            prop_assert_eq!(&theirs.storage_keys, &ours.storage_keys);
        }
        prop_assert_eq!(*read.tx_hash(), signed.hash());
        prop_assert_eq!(read.recover_signer().unwrap(), signed.signer());
    }

    #[test]
    fn what_we_take_of_changed_bytes_another_takes_as_the_same(
        mut unsigned in transactions(),
        key in keys(),
        at in any::<prop::sample::Index>(),
        by in 1_u8..=255,
    ) {
        unsigned.chain_id = unsigned.chain_id.min(LAST_CHAIN);
        let mut changed = sealed(unsigned, &key).raw().to_vec();
        let at = at.index(changed.len());
        changed[at] ^= by;
        if let Ok(ours) = Signed::read(&changed)
            && ours.unsigned().chain_id <= LAST_CHAIN
        {
            let theirs = TxEnvelope::decode_2718_exact(&changed).unwrap();
            prop_assert_eq!(*theirs.tx_hash(), ours.hash());
            prop_assert_eq!(theirs.recover_signer().unwrap(), ours.signer());
            prop_assert_eq!(theirs.nonce(), ours.unsigned().nonce);
            prop_assert_eq!(theirs.value(), ours.unsigned().value);
        }
    }
}
