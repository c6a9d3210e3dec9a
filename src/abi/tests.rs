//! Whether what is encoded is what is decoded, and whether nothing else is.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, U256, hex};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::kind::Part;
use super::*;

const SHAPES: [&str; 8] = [
    "f(address,uint256)",
    "f(bytes[])",
    "f((address,bool,uint256,bytes)[])",
    "f(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
    "f(uint48,int16,bytes4,bool,bytes)",
    "f((address,uint256,(uint8,uint8)),uint256[][])",
    "f(uint8[2][3],bytes[2],(bytes,int64)[2])",
    "f(string,(bool,string[])[])",
];

/// The value that the bytes of a seed make of a type.
fn made(of: &DynSolType, seed: &mut impl Iterator<Item = u8>) -> DynSolValue {
    let mut next = || seed.next().unwrap_or(0);
    match of {
        DynSolType::Address => DynSolValue::Address(Address::repeat_byte(next())),
        DynSolType::Bool => DynSolValue::Bool(next() % 2 == 0),
        DynSolType::Uint(bits) => DynSolValue::Uint(U256::from(next()), *bits),
        DynSolType::Int(bits) => {
            let number = alloy_primitives::I256::try_from(i64::from(next()) - 128).unwrap();
            DynSolValue::Int(number, *bits)
        }
        DynSolType::FixedBytes(length) => {
            let mut word = [0; 32];
            word[..*length].fill(next());
            DynSolValue::FixedBytes(word.into(), *length)
        }
        DynSolType::Bytes => DynSolValue::Bytes(vec![7; usize::from(next() % 70)]),
        DynSolType::String => DynSolValue::String("ü".repeat(usize::from(next() % 40))),
        DynSolType::Array(of) => {
            let count = next() % 4;
            DynSolValue::Array((0..count).map(|_| made(of, seed)).collect())
        }
        DynSolType::FixedArray(of, count) => {
            DynSolValue::FixedArray((0..*count).map(|_| made(of, seed)).collect())
        }
        DynSolType::Tuple(parts) => {
            DynSolValue::Tuple(parts.iter().map(|part| made(part, seed)).collect())
        }
        DynSolType::Function | DynSolType::CustomStruct { .. } => panic!("{of} is not made here"),
    }
}

fn encoded(signature: &str, seed: &[u8]) -> Vec<u8> {
    let of: DynSolType = signature[1..].parse().unwrap();
    made(&of, &mut seed.iter().copied()).abi_encode_params()
}

/// A type, and a value of it as JSON in the form in which it is told.
fn valued() -> impl Strategy<Value = (Kind, Json)> {
    let number = |bits: usize, digits: U256| match u64::try_from(digits) {
        Ok(small) if bits <= 48 => json!(small),
        Ok(_) | Err(_) => json!(digits.to_string()),
    };
    let unsigned = (1_usize..=32, any::<[u8; 32]>()).prop_map(move |(bytes, word)| {
        let digits = U256::from_be_bytes(word) >> (256 - bytes * 8);
        (Kind::Unsigned(bytes * 8), number(bytes * 8, digits))
    });
    let leaf = prop_oneof![
        unsigned,
        any::<[u8; 20]>()
            .prop_map(|it| (Kind::Address, json!(Address::from(it).to_checksum(None)))),
        any::<bool>().prop_map(|it| (Kind::Bool, json!(it))),
        any::<i32>().prop_map(|it| (Kind::Signed(32), json!(it))),
        any::<i64>().prop_map(|it| (Kind::Signed(128), json!(it.to_string()))),
        any::<[u8; 5]>().prop_map(|it| (Kind::Fixed(5), json!(hex::encode_prefixed(it)))),
        any::<Vec<u8>>().prop_map(|it| (Kind::Bytes, json!(hex::encode_prefixed(it)))),
        ".{0,40}".prop_map(|it| (Kind::Text, json!(it))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let pairs = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (inner.clone(), 0_usize..4).prop_map(|((kind, value), count)| {
                (Kind::List(Box::new(kind)), Json::Array(vec![value; count]))
            }),
            (inner, 1_usize..4).prop_map(|((kind, value), count)| {
                (Kind::Array(Box::new(kind), count), Json::Array(vec![value; count]))
            }),
            pairs.prop_map(|pairs| {
                let (parts, fields) = named(pairs);
                (Kind::Tuple(parts), Json::Object(fields))
            }),
        ]
    })
}

/// Every second part has a name.
fn named(pairs: Vec<(Kind, Json)>) -> (Vec<Part>, serde_json::Map<String, Json>) {
    let each = pairs.into_iter().enumerate().map(|(at, (kind, value))| {
        let name = if at % 2 == 0 { format!("part{at}") } else { String::new() };
        let part = Part { name, kind };
        let called = part.called(at);
        (part, (called, value))
    });
    each.unzip()
}

proptest! {
    #[test]
    fn what_an_encoder_writes_is_read(shape in 0..SHAPES.len(), seed: [u8; 32]) {
        let function = Signature::read(SHAPES[shape]).unwrap();
        let data = encoded(SHAPES[shape], &seed);
        prop_assert!(decode(&function.parameters, &data).is_some());
    }

    #[test]
    fn what_is_read_is_what_an_encoder_writes(
        // The last has texts, which the other reader mends where they are none.
        shape in 0..SHAPES.len() - 1, seed: [u8; 32], at: prop::sample::Index, flip: u8,
    ) {
        let function = Signature::read(SHAPES[shape]).unwrap();
        let mut data = encoded(SHAPES[shape], &seed);
        let at = at.index(data.len());
        data[at] ^= flip;
        if decode(&function.parameters, &data).is_some() {
            let of: DynSolType = SHAPES[shape][1..].parse().unwrap();
            if let Ok(value) = of.abi_decode_params(&data) {
                prop_assert_eq!(value.abi_encode_params(), data);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(shape in 0..SHAPES.len(), data: Vec<u8>) {
        let function = Signature::read(SHAPES[shape]).unwrap();
        let _ = decode(&function.parameters, &data);
    }

    #[test]
    fn values_of_any_type_come_back_as_they_went_in(pairs in prop::collection::vec(valued(), 0..4)) {
        let (parts, fields) = named(pairs);
        let in_order: Json =
            parts.iter().enumerate().map(|(at, part)| fields[&part.called(at)].clone()).collect();
        let values = Json::Object(fields.clone());
        let data = encode(&parts, &values, &|_| false).unwrap();
        prop_assert_eq!(&encode(&parts, &in_order, &|_| false).unwrap(), &data);
        let decoded = decode(parts.iter().map(|part| &part.kind), &data).unwrap();
        prop_assert_eq!(many(&parts, &decoded), Some(fields));
    }
}

fn misfits(signature: &str, arguments: &Json) -> Vec<String> {
    let function = Function::of_signature(signature).unwrap();
    let misfits = function.call(arguments, &|text| text.contains("{{")).unwrap_err();
    misfits.into_iter().map(|it| format!("{}: {}", it.path, it.problem)).collect()
}

#[test]
fn what_is_no_value_of_its_type_is_told_with_its_place() {
    let checksummed = "0x52908400098527886E0F7030069857D2E4169EE7";
    let broken = "0x52908400098527886E0F7030069857D2E4169Ee7";
    for (signature, arguments, told) in [
        ("f(uint8)", json!([256]), "/0: is no uint8"),
        ("f(uint8)", json!(["-1"]), "/0: is no uint8"),
        ("f(uint8)", json!(["01"]), "/0: is no uint8"),
        ("f(uint8)", json!(["0x1"]), "/0: is no uint8"),
        ("f(uint256)", json!([1.5]), "/0: is a number that programs round"),
        ("f(uint256)", json!([1e18]), "/0: is a number that programs round"),
        ("f(uint256)", json!([9_007_199_254_740_992_u64]), "/0: is a number that programs round"),
        ("f(int8)", json!([128]), "/0: is no int8"),
        ("f(int8)", json!(["-129"]), "/0: is no int8"),
        ("f(bool)", json!(["true"]), "/0: must be true or false"),
        ("f(bytes4)", json!(["0xdeadbe"]), "/0: must be 4 bytes, and is 3"),
        ("f(bytes)", json!(["0xabc"]), "/0: must be bytes"),
        ("f(bytes)", json!(["abcd"]), "/0: must be bytes"),
        ("f(string)", json!([7]), "/0: must be a text"),
        ("f(address)", json!([broken]), "/0: is an address with a wrong checksum"),
        ("f(address)", json!(["vault.eth"]), "/0: is no address"),
        ("f(uint8[2])", json!([[1]]), "/0: must have 2 items, and has 1"),
        ("f(uint8[] a)", json!({"a": [1, "x"]}), "/a/1: is no uint8"),
        ("f((uint8 a, bool b)[] all)", json!([[{"a": 1}]]), "/0/0: lacks `b`"),
        ("f(uint8 a)", json!({"a": 1, "b/c": 2}), "/b~1c: is none of the parameters"),
        ("f(uint8,bool)", json!([1]), ": needs 2 values"),
        ("f()", json!([1]), ": needs no arguments"),
        ("f(uint8)", json!(7), ": must be a list or an object"),
    ] {
        let found = misfits(signature, &arguments);
        assert!(found[0].starts_with(told), "{signature} {arguments}: {found:?}");
    }
    let lower = checksummed.to_ascii_lowercase();
    for good in [checksummed, &lower, &format!("0x{}", &checksummed[2..].to_ascii_uppercase())] {
        assert!(address(good).is_ok(), "{good}");
    }
    for bad in ["", "0x", "52908400098527886E0F7030069857D2E4169EE7", &format!("{checksummed}0")] {
        assert!(address(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_text_that_is_not_known_yet_stands_for_anything_of_any_type() {
    let function =
        Function::of_signature("f(address to, uint8[2][] a, (bool b, string c) d)").unwrap();
    let open = |text: &str| text.contains("{{");
    let arguments =
        json!({"to": "{{x}}", "a": [["{{y}}", 1], "{{z}}"], "d": {"b": "{{v}}", "c": "w"}});
    assert!(function.call(&arguments, &open).is_ok());
    assert!(function.call(&json!("{{all}}"), &open).is_ok());
    assert!(function.call(&arguments, &|_| false).is_err());
}

#[test]
fn a_function_is_read_as_solidity_writes_it() {
    let written = "function swap(address payable to, uint amount, (uint128, bytes) extra) external \
                   payable returns (int out, bool);";
    let function = Function::of_signature(written).unwrap();
    assert_eq!(function.shape.signature, "swap(address,uint256,(uint128,bytes))");
    assert!(function.is_payable);
    assert_eq!(function.outputs[0], Part { name: "out".into(), kind: Kind::Signed(256) });
    for (bad, told) in [
        ("", "it has no name"),
        ("swap", "`(` is missing at its end"),
        ("swap(adress)", "there is no type `adress`"),
        ("swap(uint7)", "there is no type `uint7`"),
        ("swap(())", "a tuple of nothing"),
        ("swap(uint8[0])", "a list is none"),
        ("swap(uint8 a b)", "`)` is missing before `b`"),
        ("swap(uint8) gives (bool)", "`gives` does not belong there"),
        ("swap(uint8) returns", "`(` is missing at its end"),
        ("swap(uint8{})", "`{` stands in no signature"),
        ("swap((((((((((uint8))))))))))", "its types lie too deep"),
        (&"x".repeat(3_000), "it is longer than"),
    ] {
        let fault = Function::of_signature(bad).unwrap_err();
        assert!(fault.contains(told), "{bad}: {fault}");
    }
    let named = Function::of_signature("function(uint8 function)").unwrap();
    assert_eq!(named.shape.signature, "function(uint8)");
    let tuple = Function::of_signature("f(tuple(uint8 a, bool)[2] memory x) view").unwrap();
    assert_eq!(tuple.shape.signature, "f((uint8,bool)[2])");
}

#[test]
fn an_abi_is_read_from_items_or_signatures_and_functions_of_one_name_are_told_apart() {
    let abi = json!([
        "function get(uint256 id) view returns (address)",
        "function get(bytes32 id) view returns (address)",
        {"type": "error", "name": "Short", "inputs": [{"name": "by", "type": "uint256"}]},
        {"type": "constructor", "inputs": [{"name": "owner", "type": "address"}], "stateMutability": "nonpayable"},
        "event Got(uint256 indexed id)",
    ]);
    let contract = Contract::read(&abi).unwrap();
    assert_eq!((contract.functions.len(), contract.errors.len(), contract.events.len()), (2, 1, 1));
    assert_eq!(contract.constructor[0].kind, Kind::Address);
    assert!(contract.function(Some("get(bytes32)")).is_ok());
    assert!(contract.function(Some("get")).unwrap_err().contains("get(uint256) or get(bytes32)"));
    assert!(contract.function(Some("put")).unwrap_err().contains("its functions: get, get"));
    assert!(contract.function(None).unwrap_err().contains("say which one"));
    for bad in [
        json!(7),
        json!([{"name": "x"}]),
        json!(["transfer(address)"]),
        json!([{"type": "function"}]),
    ] {
        assert!(Contract::read(&bad).is_err(), "{bad}");
    }
}

#[test]
fn reasons_are_read_in_all_their_kinds() {
    let short = Shape::error("Short(uint256 available, uint256 needed)").unwrap();
    let with = |signature: &str, arguments: Json| {
        Function::of_signature(signature).unwrap().call(&arguments, &|_| false).unwrap()
    };
    let read = |data: &[u8]| Reason::read(data, std::slice::from_ref(&short)).words();
    assert_eq!(read(&with("Error(string)", json!(["no"]))), "no");
    assert_eq!(
        read(&with("Panic(uint256)", json!([17]))),
        "a calculation went over or under what its type holds (panic 0x11)"
    );
    assert_eq!(
        read(&with("Short(uint256,uint256)", json!([5, 7]))),
        "Short(available: 5, needed: 7)"
    );
    assert_eq!(read(&[]), "it was undone without a reason");
    assert!(read(&with("Other(uint256)", json!([5]))).contains("its ABI says which"));
    // Not the one encoding of it.
    let mut sloppy = with("Error(string)", json!(["no"]));
    sloppy.push(0);
    assert_eq!(Reason::read(&sloppy, &[]), Reason::Unknown(sloppy.clone()));
    let custom = Reason::read(&with("Short(uint256,uint256)", json!([5, 7])), &[short]);
    assert_eq!(custom.told()["arguments"], json!({"available": "5", "needed": "7"}));
}
