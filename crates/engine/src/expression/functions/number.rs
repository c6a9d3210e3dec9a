//! Functions of numbers.

use super::arithmetic::not_by_zero;
use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, optional, required, rest};
use crate::expression::budget::Complaint;
use crate::expression::exact::{DIVISION_DIGITS, Exact, MAX_DECIMALS, Rounding};

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "abs",
        parameters: &[required("number")],
        about: "The number without its sign.",
        examples: &[("abs(-2.5)", "2.5")],
        nulls: Nulls::First,
        body: abs,
    },
    Function {
        name: "round",
        parameters: &[required("number"), optional("decimals")],
        about: "The nearest number with so many fraction digits (none unless said otherwise); \
                halves go away from zero.",
        examples: &[("round(2.5)", "3"), ("round('1.23456', 2)", "1.23"), ("round(-2.5)", "-3")],
        nulls: Nulls::First,
        body: |call| round(call, Rounding::Nearest),
    },
    Function {
        name: "floor",
        parameters: &[required("number"), optional("decimals")],
        about: "The next number below with so many fraction digits.",
        examples: &[("floor(2.9)", "2"), ("floor(-2.1)", "-3")],
        nulls: Nulls::First,
        body: |call| round(call, Rounding::Down),
    },
    Function {
        name: "ceil",
        parameters: &[required("number"), optional("decimals")],
        about: "The next number above with so many fraction digits.",
        examples: &[("ceil(2.1)", "3"), ("ceil(1.2301, 2)", "1.24")],
        nulls: Nulls::First,
        body: |call| round(call, Rounding::Up),
    },
    Function {
        name: "truncate",
        parameters: &[required("number"), optional("decimals")],
        about: "The number without the fraction digits beyond those.",
        examples: &[("truncate(-2.9)", "-2"), ("truncate('0.66666', 3)", "0.666")],
        nulls: Nulls::First,
        body: |call| round(call, Rounding::Cut),
    },
    Function {
        name: "min",
        parameters: &[rest("numbers")],
        about: "The least of some numbers, or of the numbers of a list; null for an empty list.",
        examples: &[("min(3, '1.5', 2)", "1.5"), ("min(list(4, 2))", "2")],
        nulls: Nulls::Any,
        body: min,
    },
    Function {
        name: "max",
        parameters: &[rest("numbers")],
        about: "The greatest of some numbers, or of the numbers of a list; null for an empty list.",
        examples: &[("max(3, 10, 2)", "10"), ("max(split('4,2', ','))", "4")],
        nulls: Nulls::Any,
        body: max,
    },
    Function {
        name: "sum",
        parameters: &[rest("numbers")],
        about: "The sum of some numbers, or of the numbers of a list; 0 for an empty list.",
        examples: &[
            ("sum(1, 2.5)", "3.5"),
            ("sum(pluck(parseJson('[{\"n\":\"5\"},{\"n\":7}]'), 'n'))", "12"),
        ],
        nulls: Nulls::Any,
        body: sum,
    },
    Function {
        name: "average",
        parameters: &[required("list"), optional("decimals")],
        about: "The sum of a list's numbers divided by how many they are, cut off as by `divide`; \
                null for an empty list.",
        examples: &[("average(list(1, 2, 4), 2)", "2.33")],
        nulls: Nulls::First,
        body: average,
    },
    Function {
        name: "toNumber",
        parameters: &[required("value")],
        about: "The JSON number nearest to a number or a text of digits. Use it where another \
                system takes nothing but numbers: beyond 64 bits and 17 digits it is not exact.",
        examples: &[("toNumber('12.50')", "12.5"), ("toNumber(2 / 3)", "0.6666666666666666")],
        nulls: Nulls::First,
        body: to_number,
    },
    Function {
        name: "isNumber",
        parameters: &[required("value")],
        about: "Whether it is a number, or a text of digits that functions take as one.",
        examples: &[("isNumber('12.5')", "true"), ("isNumber('0x10')", "false")],
        nulls: Nulls::Seen,
        body: |call| made(Exact::of(call.value(0)).is_ok()),
    },
    Function {
        name: "formatNumber",
        parameters: &[required("number"), optional("decimals"), optional("separator")],
        about: "The number as people read it: rounded to so many fraction digits (2 unless said \
                otherwise), all of them shown, with a separator (a comma) between thousands.",
        examples: &[
            ("formatNumber(1234567.891)", "\"1,234,567.89\""),
            ("formatNumber('1000', 0, ' ')", "\"1 000\""),
        ],
        nulls: Nulls::First,
        body: format_number,
    },
];

fn abs<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(call.number(0)?.absolute().value())
}

fn round<'a>(call: &Call<'a, '_>, rounding: Rounding) -> Outcome<'a> {
    let decimals = call.count_or(1, 0, MAX_DECIMALS)?;
    made(call.number(0)?.rounded(decimals, rounding)?.value())
}

/// The numbers that a call is given: its arguments, or the items of its one list.
fn numbers(call: &Call<'_, '_>) -> Result<Vec<Exact>, Complaint> {
    if call.arguments.len() == 1 && call.value(0).is_array() {
        let items = call.list(0)?.iter().enumerate();
        return items.map(|(place, item)| call.number_in(item, place)).collect();
    }
    (0..call.arguments.len()).map(|index| call.number(index)).collect()
}

fn min<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(numbers(call)?.into_iter().min().map(|least| least.value()))
}

fn max<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(numbers(call)?.into_iter().max().map(|greatest| greatest.value()))
}

fn total(numbers: &[Exact]) -> Result<Exact, Complaint> {
    numbers.iter().try_fold(Exact::whole(0), |total, number| total.plus(number))
}

fn sum<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(total(&numbers(call)?)?.value())
}

fn average<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let items = call.list(0)?.iter().enumerate();
    let numbers: Vec<Exact> =
        items.map(|(place, item)| call.number_in(item, place)).collect::<Result<_, _>>()?;
    if numbers.is_empty() {
        return made(());
    }
    let decimals = call.count_or(1, DIVISION_DIGITS, MAX_DECIMALS)?;
    let count = Exact::whole(numbers.len());
    made(not_by_zero(total(&numbers)?.over(&count, decimals))?.value())
}

fn to_number<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let nearest = call.number(0)?.nearest();
    made(nearest.ok_or_else(|| call.wrong(0, "a number that a JSON number comes near to"))?)
}

fn format_number<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let decimals = call.count_or(1, 2, MAX_DECIMALS)?;
    let separator = call.text_or(2, ",")?;
    let digits = call.number(0)?.rounded(decimals, Rounding::Nearest)?.text_with(decimals);
    let (sign, digits) = digits.strip_prefix('-').map_or(("", &*digits), |digits| ("-", digits));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = call.growing_text();
    text.push(sign)?;
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(&separator)?;
        }
        text.push(digit.encode_utf8(&mut [0; 4]))?;
    }
    text.push(fraction)?;
    made(text.done())
}
