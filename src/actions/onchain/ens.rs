//! `resolve-ens`: the address of a name of the Ethereum Name Service.

use alloy_primitives::{Address, B256, Bytes, hex};
use engine::{Failure, FailureCategory};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::asking::{Answered, Chain};
use super::failure::{reason, undone, unread};
use super::told;
use crate::abi::{self, Kind};
use crate::chains::{self, Called, Header, Message, Refusal};
use crate::onchain::Resolve;
use crate::primitives::ChainId;

/// `resolver(bytes32)` of the registry.
const RESOLVER: [u8; 4] = [0x01, 0x78, 0xb8, 0xbf];
/// `addr(bytes32)` of resolvers.
const ADDR: [u8; 4] = [0x3b, 0x3b, 0x57, 0xde];
/// `resolve(bytes,bytes)` of resolvers of whole trees of names (ENSIP-10).
const RESOLVE: &str = "resolve(bytes name, bytes data) view returns (bytes)";
/// `OffchainLookup(address,string[],bytes,bytes4,bytes)` (EIP-3668): the answer is somewhere else.
const OFFCHAIN: [u8; 4] = [0x55, 0x6f, 0x18, 0x30];

impl Answered for Resolve {
    fn chain(&self) -> ChainId {
        self.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let Some(registry) = chains::Chain::of(chain.id).and_then(|chain| chain.ens) else {
                let message = format!("chain {} has no registry of names", chain.id);
                return Err(Failure::lasting("no_registry", FailureCategory::Config, message));
            };
            let block = chain.block(self.at).await?;
            let names = Names { asked: &self, chain: &chain, block: &block };
            let (resolver, address) = match names.resolver(registry).await? {
                Some((resolver, is_own)) => {
                    (Some(resolver), names.address(resolver, is_own).await?)
                }
                None => (None, None),
            };
            let mut result = Map::new();
            told::at(&mut result, chain.id, &block);
            let told = [
                ("name", self.name.as_str().into()),
                ("node", json!(self.name.node())),
                ("resolverAddress", resolver.map(told::address).into()),
                ("found", address.is_some().into()),
                ("address", address.map(told::address).into()),
            ];
            result.extend(told.map(|(name, value)| (name.to_owned(), value)));
            Ok(Value::Object(result))
        }
        .boxed()
    }
}

/// A name that is looked up at a block.
struct Names<'a> {
    asked: &'a Resolve,
    chain: &'a Chain,
    block: &'a Header,
}

impl Names<'_> {
    /// Who answers for the name, and whether for it alone: without a resolver of its own, a name has
    /// that of the nearest name above it, which then must answer for whole trees.
    async fn resolver(&self, registry: Address) -> Result<Option<(Address, bool)>, Failure> {
        for (above, node) in self.asked.name.lineage().into_iter().enumerate() {
            let told = self.call(registry, with(RESOLVER, node)).await?;
            let resolver = match told {
                Ok(data) => self.address_in(&data, "the registry of names")?,
                Err(refusal) => {
                    return Err(undone("the registry of names", &reason(&refusal, &[])));
                }
            };
            if resolver != Address::ZERO {
                return Ok(Some((resolver, above == 0)));
            }
        }
        Ok(None)
    }

    /// What a resolver says.
    async fn address(&self, resolver: Address, is_own: bool) -> Result<Option<Address>, Failure> {
        let addr = with(ADDR, self.asked.name.node());
        let told = self.call(resolver, resolve(&self.asked.name.wire(), &addr)?).await?;
        let whole = match told {
            Ok(data) => wrapped(&data),
            Err(refusal) if refusal.data.as_ref().is_some_and(|it| it.starts_with(&OFFCHAIN)) => {
                let message = "the name is kept outside of the chain (EIP-3668), where it is not looked \
                               up: give the address";
                return Err(Failure::lasting("name_offchain", FailureCategory::Onchain, message));
            }
            // It answers for single names only, as the first resolvers do, or not for this one.
            Err(_) => None,
        };
        let data = match whole {
            Some(data) => data,
            None if is_own => match self.call(resolver, addr).await? {
                Ok(data) => data,
                Err(refusal) => return Err(undone("the resolver", &reason(&refusal, &[]))),
            },
            None => return Ok(None),
        };
        if data.is_empty() {
            return Ok(None);
        }
        let address = self.address_in(&data, "the resolver")?;
        Ok(Some(address).filter(|address| *address != Address::ZERO))
    }

    async fn call(&self, to: Address, data: Bytes) -> Result<Result<Bytes, Refusal>, Failure> {
        let message = Message { to: Some(to), data, ..Message::default() };
        let called = self.chain.reader.call(&message, self.block).await;
        match self.chain.there(called.map_err(|error| unread(&error))?)? {
            Called::Returned(data) => Ok(Ok(data)),
            Called::Undone(refusal) => Ok(Err(refusal)),
        }
    }

    fn address_in(&self, data: &[u8], who: &str) -> Result<Address, Failure> {
        let read = abi::decode([&Kind::Address], data).and_then(|it| it.first()?.address());
        read.ok_or_else(|| {
            let id = self.chain.id;
            let shown = hex::encode_prefixed(&data[..data.len().min(64)]);
            let message = format!("{who} of chain {id} gave {shown}, which is no address");
            Failure::lasting("answer_unreadable", FailureCategory::Onchain, message)
        })
    }
}

fn with(selector: [u8; 4], node: B256) -> Bytes {
    [&selector[..], node.as_slice()].concat().into()
}

fn resolve(name: &[u8], data: &[u8]) -> Result<Bytes, Failure> {
    let function = abi::Function::of_signature(RESOLVE)
        .map_err(|problem| Failure::lasting("resolve", FailureCategory::Internal, problem))?;
    let arguments = json!([hex::encode_prefixed(name), hex::encode_prefixed(data)]);
    let call = function.call(&arguments, &|_| false);
    Ok(call.unwrap_or_default().into())
}

/// The bytes in the one value that is given back.
fn wrapped(data: &[u8]) -> Option<Bytes> {
    let values = abi::decode([&Kind::Bytes], data)?;
    values.first()?.bytes().map(Bytes::copy_from_slice)
}
