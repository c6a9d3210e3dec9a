//! Amounts as people write them.

use alloy_primitives::U256;

/// An amount in the smallest unit as a decimal text, to the last digit and without needless zeros.
pub fn formatted(amount: U256, decimals: u8) -> String {
    let digits = amount.to_string();
    let decimals = usize::from(decimals);
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    match part.trim_end_matches('0') {
        "" => whole.to_owned(),
        part => format!("{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost_and_no_zero_is_added() {
        for (amount, decimals, text) in [
            ("0", 18, "0"),
            ("1", 18, "0.000000000000000001"),
            ("1500000000000000000", 18, "1.5"),
            ("1000000", 6, "1"),
            ("42", 0, "42"),
            ("1", 255, &format!("0.{}1", "0".repeat(254))),
        ] {
            assert_eq!(formatted(amount.parse().unwrap(), decimals), text);
        }
    }
}
