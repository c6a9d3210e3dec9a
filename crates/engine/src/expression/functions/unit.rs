//! Amounts of tokens: whole base units as chains hold them, and units as people speak of them.

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, optional, required};
use crate::expression::budget::Complaint;
use crate::expression::exact::{Exact, MAX_DECIMALS};

/// How many decimals an ether has in wei.
const ETHER_DECIMALS: u32 = 18;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "toUnits",
        parameters: &[required("amount"), required("decimals")],
        about: "An amount in the token's smallest units, as a text of digits; an error when the \
                amount has more fraction digits than the token.",
        examples: &[("toUnits('1.5', 6)", "\"1500000\""), ("toUnits(0.000001, 6)", "\"1\"")],
        nulls: Nulls::First,
        body: |call| to_units(call, decimals(call)?),
    },
    Function {
        name: "fromUnits",
        parameters: &[required("units"), required("decimals")],
        about: "A number of smallest units as an amount of the token, as a text.",
        examples: &[
            ("fromUnits('1500000', 6)", "\"1.5\""),
            ("fromUnits(1, 18)", "\"0.000000000000000001\""),
        ],
        nulls: Nulls::First,
        body: |call| from_units(call, decimals(call)?),
    },
    Function {
        name: "toWei",
        parameters: &[required("amount")],
        about: "`toUnits` with the 18 decimals of an ether.",
        examples: &[("toWei('1.5')", "\"1500000000000000000\"")],
        nulls: Nulls::First,
        body: |call| to_units(call, ETHER_DECIMALS),
    },
    Function {
        name: "fromWei",
        parameters: &[required("wei")],
        about: "`fromUnits` with the 18 decimals of an ether.",
        examples: &[("fromWei('1500000000000000000')", "\"1.5\"")],
        nulls: Nulls::First,
        body: |call| from_units(call, ETHER_DECIMALS),
    },
    Function {
        name: "toHex",
        parameters: &[required("number"), optional("length")],
        about: "A whole number that is not negative in base 16 with 0x before it, filled up with \
                zeros to so many digits if asked for.",
        examples: &[("toHex(255)", "\"0xff\""), ("toHex('1', 8)", "\"0x00000001\"")],
        nulls: Nulls::First,
        body: to_hex,
    },
    Function {
        name: "fromHex",
        parameters: &[required("text")],
        about: "The whole number that a text says in base 16, with or without 0x before it.",
        examples: &[
            ("fromHex('0xff')", "255"),
            ("fromHex('0x10000000000000000')", "\"18446744073709551616\""),
        ],
        nulls: Nulls::First,
        body: from_hex,
    },
];

/// The most digits in base 16: those of a word of 256 bits.
const MAX_HEX_DIGITS: u32 = 64;

fn decimals(call: &Call<'_, '_>) -> Result<u32, Complaint> {
    if call.has(1) {
        call.count_or(1, 0, MAX_DECIMALS)
    } else {
        Err(call.wrong(1, "the number of the token's decimals"))
    }
}

fn to_units<'a>(call: &Call<'a, '_>, decimals: u32) -> Outcome<'a> {
    let amount = call.number(0)?;
    if amount.decimals() > decimals {
        return Err(Complaint(format!(
            "amount has {} fraction digits, and the token only {decimals}: cut them off before, \
             as in truncate(amount, {decimals})",
            amount.decimals()
        )));
    }
    made(amount.shifted(decimals.into())?.text())
}

fn from_units<'a>(call: &Call<'a, '_>, decimals: u32) -> Outcome<'a> {
    let units = call.number(0)?;
    if !units.is_whole() {
        return Err(call.wrong(0, "a whole number, for nothing is smaller than the smallest unit"));
    }
    made(units.shifted(-i64::from(decimals))?.text())
}

fn to_hex<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let length = call.count_or(1, 0, MAX_HEX_DIGITS)? as usize;
    let number = call.number(0)?;
    let digits = number.hex().filter(|_| !number.is_negative());
    let digits = digits.ok_or_else(|| call.wrong(0, "a whole number that is not negative"))?;
    made(format!("0x{digits:0>length$}"))
}

fn from_hex<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let text = call.text(0)?;
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(&text);
    let number = Some(digits)
        .filter(|digits| (1..=MAX_HEX_DIGITS as usize).contains(&digits.len()))
        .and_then(|digits| Exact::of_digits(digits, 16));
    let expected = "a text of 1 to 64 digits from 0 to f, like 0x1a";
    made(number.ok_or_else(|| call.wrong(0, expected))?.value())
}
