//! Letters and digits, for secrets that people copy: a double click selects the whole of one.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 32 characters that stand for 190 of the 256 bits.
pub fn base62(bytes: [u8; 32]) -> String {
    let mut rest = bytes;
    let mut text = [0; 32];
    for letter in &mut text {
        *letter = ALPHABET[divide_by_62(&mut rest)];
    }
    text.into_iter().map(char::from).collect()
}

/// 6 characters that stand for the whole number.
pub fn base62_of_u32(number: u32) -> String {
    let mut rest = number as usize;
    let mut text = [0; 6];
    for letter in text.iter_mut().rev() {
        *letter = ALPHABET[rest % 62];
        rest /= 62;
    }
    text.into_iter().map(char::from).collect()
}

/// Divides a big-endian number in place and hands back the remainder.
fn divide_by_62(number: &mut [u8; 32]) -> usize {
    let mut carry = 0_usize;
    for byte in number.iter_mut() {
        let value = carry << 8 | usize::from(*byte);
        *byte = u8::try_from(value / 62).expect("a remainder below 62 leaves a quotient below 256");
        carry = value % 62;
    }
    carry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_a_fixed_length_and_only_letters_and_digits() {
        for bytes in [[0; 32], [255; 32], [7; 32]] {
            let text = base62(bytes);
            assert_eq!(text.len(), 32);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
        }
    }

    #[test]
    fn different_bytes_give_different_texts() {
        let mut other = [7; 32];
        other[31] = 8;
        assert_ne!(base62([7; 32]), base62(other));
    }

    #[test]
    fn a_number_keeps_its_leading_zeros() {
        assert_eq!(base62_of_u32(0), "000000");
        assert_eq!(base62_of_u32(61), "00000z");
        assert_eq!(base62_of_u32(62), "000010");
    }
}
