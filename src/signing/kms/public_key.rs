//! Public keys as KMS gives them: a point within a DER structure that says of which curve.

use k256::ecdsa::VerifyingKey;

/// What stands before a point of secp256k1 in a `SubjectPublicKeyInfo`: the algorithm
/// 1.2.840.10045.2.1, the curve 1.3.132.0.10, and that 65 bytes follow.
const BEFORE: [u8; 23] = [
    0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00,
];

/// The key of secp256k1 that this structure holds, if it is one.
pub(super) fn read(der: &[u8]) -> Option<VerifyingKey> {
    let point = der.strip_prefix(&BEFORE)?;
    if point.len() == 65 { VerifyingKey::from_sec1_bytes(point).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use k256::ecdsa::SigningKey;

    use super::*;

    #[test]
    fn a_key_of_the_curve_is_read_and_no_other() {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let point = key.verifying_key().to_encoded_point(false);
        let der = [&BEFORE[..], point.as_bytes()].concat();
        assert_eq!(read(&der), Some(*key.verifying_key()));
        let mut other_curve = der.clone();
        other_curve[19] = 0x0b;
        let longer = [&der[..], &[0]].concat();
        let mut beside = der.clone();
        beside[87] ^= 1;
        for bad in [&other_curve[..], &der[..87], &longer, &beside, &[]] {
            assert_eq!(read(bad), None);
        }
    }
}
