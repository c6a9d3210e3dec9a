//! What `batch` wants: several calls in one transaction, all of which happen or none.
//!
//! Multicall3 makes the calls as itself, so it is for what anybody may do, and for coins to several
//! receivers. A Safe makes them as itself, with what it holds, where the wallet is its owner and enough.

use std::sync::LazyLock;

use alloy_primitives::{Address, Bytes, U256, address};
use serde_json::{Value, json};

use super::calling::Calling;
use super::payload::{Payload, Question};
use super::wish::{Saying, Wish};
use crate::abi::Function;

/// Multicall3, which has this address on nearly every chain (github.com/mds1/multicall).
const MULTICALL3: Address = address!("cA11bde05977b3631167028862bE2a173976CA11");
/// `MultiSendCallOnly` of Safe 1.4.1 (github.com/safe-global/safe-deployments).
const MULTI_SEND: Address = address!("9641d764fc13c8B624c04430C7356C1C7C8102e2");
/// The most calls of a batch.
const MAX_CALLS: usize = 100;
/// What a Safe is told to run the code of another contract as its own by.
const DELEGATE: u8 = 1;

static AGGREGATE: LazyLock<Function> = LazyLock::new(|| {
    known(
        "aggregate3Value((address target, bool allowFailure, uint256 value, bytes callData)[] calls)",
    )
});
static SEND: LazyLock<Function> = LazyLock::new(|| known("multiSend(bytes transactions)"));
static EXECUTE: LazyLock<Function> = LazyLock::new(|| {
    known(
        "execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, \
         uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)",
    )
});

/// What `batch` wants.
pub(super) struct Batch(pub(super) Wish);

/// One call of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    to: Address,
    value: U256,
    data: Bytes,
}

/// What a Safe is to carry out, as one that has the sender for its owner is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BySafe {
    to: Address,
    value: U256,
    data: Bytes,
    is_delegate: bool,
}

impl BySafe {
    /// The call of the Safe by this owner, whose sending of it is his consent: Safe's contract takes his
    /// address with a `v` of 1 for a signature, where he is the sender.
    pub(super) fn said_by(&self, owner: Address) -> Bytes {
        let Self { to, value, data, is_delegate } = self;
        let mut consent = owner.into_word().to_vec();
        consent.extend([0; 32]);
        consent.push(1);
        let operation = if *is_delegate { DELEGATE } else { 0 };
        encoded(
            &EXECUTE,
            &json!([
                to,
                value.to_string(),
                data,
                operation,
                "0",
                "0",
                "0",
                Address::ZERO,
                Address::ZERO,
                Bytes::from(consent)
            ]),
        )
    }
}

impl Question for Batch {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let calls = calls(payload);
        let call = match payload.text("through") {
            None | Some("multicall3") => through_multicall(payload, calls),
            Some("safe") => through_safe(payload, calls),
            Some(_) => payload.problem("/through", "must be `multicall3` or `safe`"),
        };
        Wish::around(payload, call).map(Self)
    }
}

fn through_multicall(
    payload: &mut Payload<'_>,
    calls: Option<Vec<Call>>,
) -> Option<(Option<Address>, U256, Saying)> {
    for field in ["safeAddress", "multiSendAddress"] {
        if payload.has(field) {
            payload.problem::<()>(&format!("/{field}"), "is for a batch through `safe` alone");
        }
    }
    let to = or_known(payload, "multicallAddress", MULTICALL3);
    let calls = calls?;
    let mut value = U256::ZERO;
    for call in &calls {
        value = value.saturating_add(call.value);
    }
    if value == U256::MAX {
        return payload.problem("/calls", "send more coins than there can be");
    }
    let each = calls.iter().map(|it| json!([it.to, false, it.value.to_string(), it.data]));
    let data = encoded(&AGGREGATE, &json!([each.collect::<Vec<_>>()]));
    Some((Some(to?), value, Saying::Plain(data)))
}

fn through_safe(
    payload: &mut Payload<'_>,
    calls: Option<Vec<Call>>,
) -> Option<(Option<Address>, U256, Saying)> {
    if payload.has("multicallAddress") {
        let message = "is for a batch through `multicall3` alone";
        payload.problem::<()>("/multicallAddress", message);
    }
    if !payload.has("safeAddress") {
        return payload.problem("/safeAddress", "is missing: which Safe makes the calls");
    }
    let safe = payload.address("safeAddress");
    let sends = or_known(payload, "multiSendAddress", MULTI_SEND);
    let calls = calls?;
    let by_safe = match &calls[..] {
        [Call { to, value, data }] => {
            BySafe { to: *to, value: *value, data: data.clone(), is_delegate: false }
        }
        several => {
            let all: Vec<u8> = several.iter().flat_map(packed).collect();
            let data = encoded(&SEND, &json!([Bytes::from(all)]));
            BySafe { to: sends?, value: U256::ZERO, data, is_delegate: true }
        }
    };
    Some((Some(safe?), U256::ZERO, Saying::BySafe(by_safe)))
}

/// A call as `multiSend` reads it: operation, receiver, value, length and data without padding.
fn packed(call: &Call) -> Vec<u8> {
    let Call { to, value, data } = call;
    let mut packed = vec![0];
    packed.extend(to.as_slice());
    packed.extend(value.to_be_bytes::<32>());
    packed.extend(U256::from(data.len()).to_be_bytes::<32>());
    packed.extend(data.as_ref());
    packed
}

/// The calls; nothing where one of them is wrong or not known yet.
fn calls(payload: &mut Payload<'_>) -> Option<Vec<Call>> {
    let list = payload.known("calls")?;
    let Some(list) = list.as_array() else {
        return payload.problem("/calls", "must be a list of calls");
    };
    if !(1..=MAX_CALLS).contains(&list.len()) {
        return payload.problem("/calls", "must be 1 to 100 calls");
    }
    let mut all = Some(Vec::with_capacity(list.len()));
    for (at, each) in list.iter().enumerate() {
        let call = payload.within(&format!("/calls/{at}"), each, call);
        all = all.zip(call).map(|(mut all, call)| {
            all.push(call);
            all
        });
    }
    all
}

/// One call: bytes, a function with its arguments, or coins alone.
fn call(payload: &mut Payload<'_>) -> Option<Call> {
    if !payload.has("to") {
        payload.problem::<()>("/to", "is missing: whom to call");
    }
    let (to, value) = (payload.address("to"), payload.amount("value"));
    if payload.has("value") && value.is_none() {
        return None;
    }
    let value = value.unwrap_or_default();
    let data = match (payload.has("data"), payload.has("function") || payload.has("abi")) {
        (true, true) => {
            return payload.problem("/data", "stands for the function and its arguments: give one");
        }
        (true, false) => payload.bytes("data"),
        (false, true) => Calling::read(payload).map(|it| it.data),
        (false, false) if value.is_zero() => {
            return payload.problem("", "does nothing: give `function`, `data` or a `value`");
        }
        (false, false) => Some(Bytes::new()),
    };
    Some(Call { to: to?, value, data: data? })
}

fn or_known(payload: &mut Payload<'_>, field: &str, known: Address) -> Option<Address> {
    if payload.has(field) { payload.address(field) } else { Some(known) }
}

fn known(signature: &str) -> Function {
    Function::of_signature(signature).expect("the signatures of this file are some")
}

/// The bytes of a call that is made of what was read already.
fn encoded(function: &Function, arguments: &Value) -> Bytes {
    function.call(arguments, &|_| false).expect("what was read fits").into()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;
    use engine::PayloadProblem;
    use serde_json::json;

    use super::*;

    const OWNER: Address = Address::repeat_byte(0x0e);

    fn batch(more: &Value) -> Result<Wish, Vec<PayloadProblem>> {
        let mut payload = json!({ "chainId": 1, "calls": [
            { "to": "0x00000000000000000000000000000000000000aa", "value": "7" },
            { "to": "0x00000000000000000000000000000000000000bb",
              "function": "transfer(address to, uint256 amount)",
              "arguments": ["0x00000000000000000000000000000000000000cc", "9"] },
        ] });
        for (name, value) in more.as_object().unwrap() {
            payload[name] = value.clone();
        }
        Wish::of("batch", &payload).unwrap()
    }

    fn places(refused: &Result<Wish, Vec<PayloadProblem>>) -> Vec<&str> {
        refused.as_ref().unwrap_err().iter().map(|it| it.path.as_str()).collect()
    }

    #[test]
    fn multicall_gets_the_sum_of_what_its_calls_send_and_none_may_fail() {
        let wish = batch(&json!({})).unwrap();
        assert_eq!((wish.to, wish.value), (Some(MULTICALL3), U256::from(7)));
        let data = wish.data(OWNER);
        // keccak256("aggregate3Value((address,bool,uint256,bytes)[])"), and then: one list of two.
        let start = hex!(
            "174dea71"
            "0000000000000000000000000000000000000000000000000000000000000020"
            "0000000000000000000000000000000000000000000000000000000000000002"
        );
        assert_eq!(data[..start.len()], start);
        let transfer = hex!(
            "a9059cbb"
            "00000000000000000000000000000000000000000000000000000000000000cc"
            "0000000000000000000000000000000000000000000000000000000000000009"
        );
        assert!(data.windows(transfer.len()).any(|it| it == transfer));
    }

    #[test]
    fn a_safe_sends_its_own_coins_by_the_consent_of_its_owner() {
        let safe = json!({ "through": "safe",
            "safeAddress": "0x00000000000000000000000000000000000000dd" });
        let wish = batch(&safe).unwrap();
        assert_eq!((wish.to, wish.value), (Some(Address::left_padding_from(&[0xdd])), U256::ZERO));
        let data = wish.data(OWNER);
        // keccak256("execTransaction(…)"), and then: the contract whose code it runs as its own.
        assert_eq!(data[..4], hex!("6a761202"));
        assert_eq!(data[16..36], MULTI_SEND.as_slice()[..]);
        assert_eq!(data[4 + 3 * 32 + 31], DELEGATE);
        let consent: Vec<u8> = OWNER.into_word().into_iter().chain([0; 32]).chain([1]).collect();
        assert!(data.windows(65).any(|it| it == consent));
        assert_ne!(data, wish.data(Address::ZERO), "the consent is the sender's");
        // One call alone needs nobody else's code.
        let mut one = safe;
        one["calls"] =
            json!([{ "to": "0x00000000000000000000000000000000000000aa", "value": "7" }]);
        let data = batch(&one).unwrap().data(OWNER);
        assert_eq!((data[35], data[4 + 32 + 31], data[4 + 3 * 32 + 31]), (0xaa, 7, 0));
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_place() {
        let one = |call: Value| batch(&json!({ "calls": [call] }));
        let aa = "0x00000000000000000000000000000000000000aa";
        assert_eq!(places(&one(json!({ "to": aa }))), ["/calls/0"]);
        assert_eq!(places(&one(json!({ "value": "1" }))), ["/calls/0/to"]);
        assert_eq!(places(&one(json!({ "to": aa, "value": "-1" }))), ["/calls/0/value"]);
        assert_eq!(places(&one(json!({ "to": aa, "data": "0x0" }))), ["/calls/0/data"]);
        let wrong = json!({ "to": aa, "function": "f(uint256)", "arguments": ["x"] });
        assert_eq!(places(&one(wrong)), ["/calls/0/arguments/0"]);
        assert_eq!(places(&batch(&json!({ "calls": [] }))), ["/calls"]);
        assert_eq!(places(&batch(&json!({ "through": "bank" }))), ["/through"]);
        assert_eq!(places(&batch(&json!({ "through": "safe" }))), ["/safeAddress"]);
        assert_eq!(places(&batch(&json!({ "safeAddress": aa }))), ["/safeAddress"]);
    }
}
