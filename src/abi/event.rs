//! Events of contracts: read from a signature or an ABI, and logs decoded by them.

use alloy_dyn_abi::{DynSolEvent, DynSolValue, Specifier};
use alloy_json_abi::{Event, EventParam, Param};
use alloy_primitives::{B256, hex};
use serde_json::{Map, Value};

/// The longest signature of an event that is read. The longest that contracts in use have are a
/// quarter of this.
pub const MAX_SIGNATURE_BYTES: usize = 2_048;

/// An event that logs are decoded by.
#[derive(Debug, Clone)]
pub struct EventShape {
    event: Event,
    layout: DynSolEvent,
    topic: B256,
}

/// What an event calls one of its arguments, and what is inside it.
struct Argument<'a> {
    name: String,
    kind: &'a str,
    components: &'a [Param],
}

impl EventShape {
    /// Reads a signature such as `Transfer(address indexed from, address indexed to, uint256 value)`.
    ///
    /// # Errors
    /// What is wrong with it, and what mends it.
    pub fn of_signature(signature: &str) -> Result<Self, String> {
        if signature.len() > MAX_SIGNATURE_BYTES {
            return Err(format!("the signature is longer than {MAX_SIGNATURE_BYTES} bytes"));
        }
        let event = Event::parse(signature.trim().trim_end_matches(';')).map_err(|error| {
            let fault = error.to_string();
            let fault = fault.lines().next().unwrap_or("it cannot be read");
            format!(
                "it is no signature of an event: {fault}. Write it as in Solidity: \
                 Transfer(address indexed from, address indexed to, uint256 value)"
            )
        })?;
        let bare = event.inputs.iter().all(|it| it.name.is_empty() && !it.indexed);
        if bare && !event.inputs.is_empty() {
            return Err(format!(
                "it names no arguments and says of none that it is indexed, so that logs of {} \
                 cannot be read: write it as in Solidity, as in \
                 Transfer(address indexed from, address indexed to, uint256 value)",
                event.name
            ));
        }
        Self::of(event)
    }

    /// Finds an event by its name, or by its signature where several have the name, in an ABI.
    ///
    /// # Errors
    /// What is wrong with the ABI or the name.
    pub fn of_abi(abi: &Value, name: &str) -> Result<Self, String> {
        let items = match abi {
            Value::Array(items) => items.as_slice(),
            Value::Object(_) => std::slice::from_ref(abi),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
                return Err("an ABI is a list of its items".to_owned());
            }
        };
        let is_event = |item: &&Value| item.get("type").and_then(Value::as_str) == Some("event");
        let mut events = Vec::new();
        for item in items.iter().filter(is_event) {
            let event: Event = serde_json::from_value(item.clone())
                .map_err(|error| format!("one of its events cannot be read: {error}"))?;
            events.push(event);
        }
        let named = |event: &&Event| event.name == name || event.signature() == name;
        let mut found = events.iter().filter(named);
        match (found.next(), found.next()) {
            (Some(event), None) => Self::of(event.clone()),
            (Some(one), Some(other)) => Err(format!(
                "it has several events {name}: name the one that is meant by its signature, {} or {}",
                one.signature(),
                other.signature()
            )),
            (None, _) => {
                let known: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(format!("it has no event {name}; its events: {known}"))
            }
        }
    }

    pub(super) fn of(event: Event) -> Result<Self, String> {
        if event.anonymous {
            let name = &event.name;
            return Err(format!("{name} is anonymous: its logs do not say what they are"));
        }
        let layout = event
            .resolve()
            .map_err(|error| format!("the arguments of {} cannot be read: {error}", event.name))?;
        Ok(Self { topic: event.selector(), event, layout })
    }

    /// The event's name.
    pub fn name(&self) -> &str {
        &self.event.name
    }

    /// What its logs have as their first topic.
    pub fn topic(&self) -> B256 {
        self.topic
    }

    /// Its name and the types of its arguments: what the topic is the hash of.
    pub fn signature(&self) -> String {
        self.event.signature()
    }

    /// The arguments of a log of this event, by name: numbers as decimal texts, addresses with
    /// their checksum, bytes in hexadecimal. `None` for a log of another layout, as of an event of
    /// the same signature with other indexed arguments.
    pub fn decode(&self, topics: &[B256], data: &[u8]) -> Option<Value> {
        let decoded = self.layout.decode_log_parts(topics.iter().copied(), data).ok()?;
        let (mut indexed, mut body) = (decoded.indexed.iter(), decoded.body.iter());
        let mut arguments = Map::new();
        for (input, argument) in self.event.inputs.iter().zip(self.arguments()) {
            let value = if input.indexed { indexed.next()? } else { body.next()? };
            arguments.insert(argument.name, json(value, argument.components));
        }
        Some(Value::Object(arguments))
    }

    /// Why a name cannot be looked up among the arguments, where it cannot: `to`, `order.maker`,
    /// `ids[0]`.
    pub fn objection(&self, path: &str) -> Option<String> {
        let mut steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']'));
        let first = steps.next().unwrap_or_default();
        let arguments: Vec<_> = self.arguments().collect();
        let Some(argument) = arguments.iter().find(|it| it.name == first) else {
            let known: Vec<_> = arguments.iter().map(|it| it.name.as_str()).collect();
            let known = known.join(", ");
            return Some(format!("{} has no argument {first}; it has {known}", self.name()));
        };
        let (mut kind, mut components) = (argument.kind, argument.components);
        for step in steps {
            if let Some(element) = kind.strip_suffix(']').and_then(|it| it.rsplit_once('[')) {
                if step.parse::<usize>().is_err() {
                    return Some(format!("{path}: a list has items by number, as in {first}[0]"));
                }
                kind = element.0;
                continue;
            }
            let inner = components.iter().enumerate().find(|(at, it)| part_name(*at, it) == step);
            let Some((_, inner)) = inner else {
                return Some(format!("{path}: there is no {step} in what has the type {kind}"));
            };
            (kind, components) = (&inner.ty, &inner.components);
        }
        None
    }

    fn arguments(&self) -> impl Iterator<Item = Argument<'_>> {
        self.event.inputs.iter().enumerate().map(|(at, input)| {
            let EventParam { ty, name, indexed, components, internal_type: _ } = input;
            let name = if name.is_empty() { format!("arg{at}") } else { name.clone() };
            // Of an indexed argument that is no single word there is a hash only.
            let hashed = *indexed && (!components.is_empty() || ty.ends_with(']'));
            if hashed {
                Argument { name, kind: "bytes32", components: &[] }
            } else {
                Argument { name, kind: ty, components }
            }
        })
    }
}

/// What a part of a tuple is called: by its number where it has no name.
fn part_name(at: usize, part: &Param) -> String {
    if part.name.is_empty() { at.to_string() } else { part.name.clone() }
}

/// A value of an argument. `components` name the parts of tuples, also of those in lists.
fn json(value: &DynSolValue, components: &[Param]) -> Value {
    match value {
        DynSolValue::Bool(it) => Value::Bool(*it),
        DynSolValue::Int(it, _) => Value::String(it.to_string()),
        DynSolValue::Uint(it, _) => Value::String(it.to_string()),
        DynSolValue::Address(it) => Value::String(it.to_checksum(None)),
        DynSolValue::FixedBytes(word, size) => Value::String(hex::encode_prefixed(&word[..*size])),
        DynSolValue::Function(it) => Value::String(hex::encode_prefixed(it)),
        DynSolValue::Bytes(it) => Value::String(hex::encode_prefixed(it)),
        DynSolValue::String(it) => Value::String(it.clone()),
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) => {
            items.iter().map(|item| json(item, components)).collect()
        }
        DynSolValue::Tuple(parts) | DynSolValue::CustomStruct { tuple: parts, .. } => {
            let unnamed = Param::default();
            let parts = parts.iter().enumerate().map(|(at, part)| {
                let component = components.get(at).unwrap_or(&unnamed);
                (part_name(at, component), json(part, &component.components))
            });
            Value::Object(parts.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, U256, b256};
    use serde_json::json;

    use super::*;

    const TRANSFER: &str = "Transfer(address indexed from, address indexed to, uint256 value)";

    fn word(address: Address) -> B256 {
        address.into_word()
    }

    #[test]
    fn a_log_is_read_by_the_names_of_its_arguments() {
        let shape = EventShape::of_signature(TRANSFER).unwrap();
        let topic = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
        assert_eq!((shape.topic(), shape.name()), (topic, "Transfer"));
        let to = Address::repeat_byte(0xab);
        let topics = [topic, word(Address::ZERO), word(to)];
        let data = U256::MAX.to_be_bytes::<32>();
        let expected = json!({
            "from": "0x0000000000000000000000000000000000000000",
            "to": to.to_checksum(None),
            "value": U256::MAX.to_string(),
        });
        assert_eq!(shape.decode(&topics, &data), Some(expected));
    }

    #[test]
    fn a_log_with_other_indexed_arguments_is_not_read() {
        // An ERC-721 transfer has the same first topic, and four of them.
        let shape = EventShape::of_signature(TRANSFER).unwrap();
        let topics = [shape.topic(), B256::ZERO, B256::ZERO, B256::ZERO];
        assert_eq!(shape.decode(&topics, &[]), None);
        assert_eq!(shape.decode(&topics[..3], &[]), None, "its data are missing");
        assert_eq!(shape.decode(&[], &[]), None);
    }

    #[test]
    fn tuples_are_objects_and_indexed_texts_are_hashes() {
        let abi = json!([
            {"type": "function", "name": "x", "inputs": [], "outputs": [], "stateMutability": "view"},
            {"type": "event", "name": "Ordered", "anonymous": false, "inputs": [
                {"name": "memo", "type": "string", "indexed": true},
                {"name": "order", "type": "tuple", "indexed": false, "components": [
                    {"name": "maker", "type": "address"}, {"name": "ids", "type": "int8[]"}]},
                {"name": "", "type": "bytes4", "indexed": false},
            ]},
        ]);
        let shape = EventShape::of_abi(&abi, "Ordered").unwrap();
        let order = DynSolValue::Tuple(vec![
            DynSolValue::Address(Address::ZERO),
            DynSolValue::Array(vec![DynSolValue::Int("-5".parse().unwrap(), 8)]),
        ]);
        let tag = DynSolValue::FixedBytes(B256::repeat_byte(1), 4);
        let data = DynSolValue::Tuple(vec![order, tag]).abi_encode_params();
        let decoded = shape.decode(&[shape.topic(), B256::repeat_byte(7)], &data).unwrap();
        assert_eq!(decoded["order"]["ids"], json!(["-5"]));
        assert_eq!(decoded["arg2"], "0x01010101");
        assert_eq!(decoded["memo"], B256::repeat_byte(7).to_string());
        for there in ["memo", "order.maker", "order.ids[0]", "arg2"] {
            assert_eq!(shape.objection(there), None, "{there}");
        }
        for missing in ["amount", "order.taker", "order.ids.first", "memo.length"] {
            assert!(shape.objection(missing).is_some(), "{missing}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_with_a_cure() {
        let told = |signature: &str| EventShape::of_signature(signature).unwrap_err();
        assert!(told("Transfer(address,address,uint256)").contains("indexed"));
        assert!(told("Transfer(adress indexed from)").contains("Transfer"), "an unknown type");
        assert!(told("nonsense").contains("Write it as in Solidity"));
        assert!(
            told("E(uint indexed a, uint indexed b, uint indexed c, uint indexed d)")
                .contains("arguments of E")
        );
        assert!(told("E(uint a) anonymous").contains("anonymous"));
        assert!(told(&"x".repeat(3_000)).contains("longer"));
        let abi = json!([{"type": "event", "name": "A", "inputs": [], "anonymous": false}]);
        assert_eq!(EventShape::of_abi(&abi, "B").unwrap_err(), "it has no event B; its events: A");
        assert!(EventShape::of_abi(&json!("x"), "B").is_err());
        assert!(EventShape::of_abi(&json!([{"type": "event"}]), "B").is_err());
    }
}
