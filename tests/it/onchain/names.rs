//! `resolve-ens`, against a registry and resolvers on a real node.

use alloy_primitives::{Address, B256};
use chainkeel::onchain::Name;
use serde_json::{Value, json};

use super::stage::{Stage, data};

/// Where the registry is on every chain that has it.
const REGISTRY: &str = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e";

impl Stage {
    async fn calls(&self, to: &str, function: &str, arguments: Value) {
        let data = data(function, &arguments);
        self.node.sends(json!({ "to": to, "data": data, "gas": "0x100000" })).await;
        self.node.mine(1).await;
    }

    /// A registry at its place.
    async fn with_registry(self) -> Self {
        let made = self.node.deployed_as("NameRegistry").await;
        let code = self.node.ask("eth_getCode", &json!([made, "latest"])).await;
        self.node.ask("anvil_setCode", &json!([REGISTRY, code])).await;
        self
    }

    async fn resolves(&self, name: &str, resolver: Address) {
        let node = Name::read(name).unwrap().node();
        let arguments = json!([node, resolver]);
        self.calls(REGISTRY, "setResolver(bytes32,address)", arguments).await;
    }
}

#[actix_web::test]
async fn a_name_is_found_by_its_resolver_however_its_letters_are_written() {
    let stage = Stage::open().await.with_registry().await;
    let resolver = stage.node.deployed_as("NameResolver").await;
    let address = Address::repeat_byte(0xaa).to_checksum(None);
    stage.resolves("vault.example.eth", resolver).await;
    let node = Name::read("vault.example.eth").unwrap().node();
    let arguments = json!([node, address]);
    stage.calls(&resolver.to_checksum(None), "setAddr(bytes32,address)", arguments).await;
    let told = stage.told("resolve-ens", json!({ "name": "Vault.Example.eth" })).await;
    assert_eq!((&told["name"], &told["address"]), (&json!("vault.example.eth"), &json!(address)));
    assert_eq!((&told["found"], &told["node"]), (&json!(true), &json!(node)));
    assert_eq!(told["resolverAddress"], resolver.to_checksum(None));
    // A resolver of single names says nothing of those below.
    for missing in ["safe.vault.example.eth", "other.eth"] {
        let told = stage.told("resolve-ens", json!({ "name": missing })).await;
        assert_eq!((&told["found"], &told["address"]), (&json!(false), &Value::Null), "{missing}");
    }
}

#[actix_web::test]
async fn a_resolver_of_a_tree_of_names_answers_for_those_below_it() {
    let stage = Stage::open().await.with_registry().await;
    let resolver = stage.node.deployed_as("TreeResolver").await;
    stage.resolves("example.eth", resolver).await;
    let told = stage.told("resolve-ens", json!({ "name": "ann.example.eth" })).await;
    let expected = Address::with_last_byte(b'a').to_checksum(None);
    assert_eq!(told["address"], expected);
    let failure = stage.node("resolve-ens", json!({ "name": "x.example.eth" })).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("name_offchain", false));
}

#[actix_web::test]
async fn a_name_that_is_none_and_a_chain_without_a_registry_are_refused_at_publish() {
    let stage = Stage::open().await;
    for (payload, told) in [
        (json!({ "name": "vіtalik.eth" }), "/name: has a letter beyond"),
        (json!({ "name": "eth" }), "/name: is no whole name"),
        (json!({ "name": "a..eth" }), "/name: has an empty part"),
        (json!({ "name": "a b.eth" }), "/name: has ` `"),
        (json!({ "name": "a_b.eth" }), "/name: has a part that normalization forbids"),
        (json!({ "name": "a.eth", "chainId": "base" }), "/chainId: has no registry"),
    ] {
        let problems = stage.problems("resolve-ens", payload).await;
        assert!(problems[0].starts_with(told), "{problems:?}");
    }
    assert_eq!(stage.problems("resolve-ens", json!({ "name": "{{$inputs.name}}" })).await, [""; 0]);
}

#[test]
fn names_are_hashed_as_everybody_does() {
    let node = |name: &str| Name::read(name).unwrap().node();
    let expected: B256 =
        "0xde9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f".parse().unwrap();
    assert_eq!(node("foo.eth"), expected);
    assert_eq!(Name::read("foo.eth").unwrap().wire(), b"\x03foo\x03eth\x00");
}
