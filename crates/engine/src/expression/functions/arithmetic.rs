//! The operators, which are functions as well.

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, required};
use crate::expression::budget::Complaint;
use crate::expression::exact::{DIVISION_DIGITS, Exact, MAX_DECIMALS};
use crate::expression::functions::table::optional;

pub(super) static FUNCTIONS: [Function; 6] = [
    Function {
        name: "add",
        parameters: &[required("a"), required("b")],
        about: "The sum, also written `a + b`.",
        examples: &[
            ("add(0.1, 0.2)", "0.3"),
            ("'1000000000000000000' + 1", "1000000000000000001"),
            ("'20000000000000000000' + 1", "\"20000000000000000001\""),
        ],
        nulls: Nulls::Any,
        body: add,
    },
    Function {
        name: "subtract",
        parameters: &[required("a"), required("b")],
        about: "The difference, also written `a - b`.",
        examples: &[("subtract(1, 0.9)", "0.1"), ("5 - 7", "-2")],
        nulls: Nulls::Any,
        body: subtract,
    },
    Function {
        name: "multiply",
        parameters: &[required("a"), required("b")],
        about: "The product, also written `a * b`.",
        examples: &[("multiply('1000000000000000000', 50)", "\"50000000000000000000\"")],
        nulls: Nulls::Any,
        body: multiply,
    },
    Function {
        name: "divide",
        parameters: &[required("a"), required("b"), optional("decimals")],
        about: "The quotient, also written `a / b`, cut off towards zero after so many fraction \
                digits (0 to 77; 18 unless said otherwise).",
        examples: &[
            ("10 / 4", "2.5"),
            ("divide(2, 3, 4)", "0.6666"),
            ("2 / 3", "\"0.666666666666666666\""),
        ],
        nulls: Nulls::First,
        body: divide,
    },
    Function {
        name: "mod",
        parameters: &[required("a"), required("b")],
        about: "What a division without fraction leaves, also written `a % b`; it has the sign of \
                `a`.",
        examples: &[("mod(7, 3)", "1"), ("-7 % 3", "-1")],
        nulls: Nulls::Any,
        body: remainder,
    },
    Function {
        name: "power",
        parameters: &[required("base"), required("exponent")],
        about: "The base times itself, with a whole exponent from 0 to 1024.",
        examples: &[
            ("power(2, 10)", "1024"),
            ("power(2, 64)", "\"18446744073709551616\""),
            ("power(0.5, 2)", "0.25"),
        ],
        nulls: Nulls::Any,
        body: power,
    },
];

pub(in crate::expression) static ADD: &Function = &FUNCTIONS[0];
pub(in crate::expression) static SUBTRACT: &Function = &FUNCTIONS[1];
pub(in crate::expression) static MULTIPLY: &Function = &FUNCTIONS[2];
pub(in crate::expression) static DIVIDE: &Function = &FUNCTIONS[3];
pub(in crate::expression) static REMAINDER: &Function = &FUNCTIONS[4];

/// The largest exponent: no base but 0 and 1 stays within the digits beyond it.
const MAX_EXPONENT: i64 = 1_024;

fn add<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(call.number(0)?.plus(&call.number(1)?)?.value())
}

fn subtract<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(call.number(0)?.minus(&call.number(1)?)?.value())
}

fn multiply<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(call.number(0)?.times(&call.number(1)?)?.value())
}

fn divide<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    // Null is nothing to divide by either, while the number of decimals may be left out.
    if !call.has(1) {
        return made(());
    }
    let decimals = call.count_or(2, DIVISION_DIGITS, MAX_DECIMALS)?;
    made(not_by_zero(call.number(0)?.over(&call.number(1)?, decimals))?.value())
}

fn remainder<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(not_by_zero(call.number(0)?.remainder(&call.number(1)?))?.value())
}

fn power<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let exponent = call.whole(1, 0, MAX_EXPONENT)?;
    made(call.number(0)?.power(u32::try_from(exponent).unwrap_or(0))?.value())
}

pub(super) fn not_by_zero(quotient: Option<Result<Exact, Complaint>>) -> Result<Exact, Complaint> {
    quotient.unwrap_or_else(|| {
        let cure =
            "nothing can be divided by zero: decide for zero before, as in b == 0 ? 0 : a / b";
        Err(Complaint(cure.to_owned()))
    })
}
