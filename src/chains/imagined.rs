//! A chain as it would stand after calls that nobody sends.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use alloy_primitives::{Address, B256, Bytes, U256, address};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::Notify;

use super::block::{Block, Header};
use super::error::Error;
use super::filter::LogFilter;
use super::foresight::Foreseen;
use super::pool::Standing;
use super::reader::{ChainReader, Heads, Span};
use super::receipt::{Log, Receipt};
use super::state::{At, Called, Gas, Message, Submitted};
use super::writer::{ChainWriter, Market, Said};
use crate::primitives::ChainId;

/// Where code stands for the time of one question; nobody has the key of this address.
const PROBE: Address = address!("0x00000000000000000000000000636861696e6b65");
/// Code that gives back the balance of the address that it is called with.
const BALANCE: Bytes =
    Bytes::from_static(&[0x60, 0x00, 0x35, 0x31, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3]);
/// Code that gives back the code of the address that it is called with.
const CODE: Bytes = Bytes::from_static(&[
    0x60, 0x00, 0x35, 0x80, 0x3b, 0x90, 0x81, 0x60, 0x00, 0x60, 0x00, 0x83, 0x3c, 0x50, 0x60, 0x00,
    0xf3,
]);

/// A chain from one block on, with what was only imagined upon it. Every other block is read as it is;
/// sending does nothing.
pub struct Imagined {
    chain: Arc<dyn ChainReader>,
    block: Header,
    calls: Mutex<Vec<Message>>,
}

impl Imagined {
    /// The chain as it stands now.
    ///
    /// # Errors
    /// Nobody knows how far the chain is.
    pub async fn upon(chain: Arc<dyn ChainReader>) -> Result<Self, Error> {
        let unknown = Error::Unreachable {
            chain: chain.chain(),
            problem: "none shows the newest block".to_owned(),
        };
        let block = chain.block_at(At::Latest).await?.ok_or(unknown)?;
        Ok(Self { chain, block, calls: Mutex::default() })
    }

    /// The block upon which is imagined.
    pub const fn block(&self) -> &Header {
        &self.block
    }

    /// What would come of a call upon all that was made before; what is not undone stays made.
    ///
    /// # Errors
    /// Nobody knows it.
    pub async fn make(&self, message: &Message) -> Result<Option<Foreseen>, Error> {
        let foreseen = self.foreseen(message, None).await?;
        if matches!(foreseen, Some(Foreseen { called: Called::Returned(_), .. })) {
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        }
        Ok(foreseen)
    }

    fn made(&self) -> Vec<Message> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn foreseen(
        &self,
        message: &Message,
        code: Option<(Address, &Bytes)>,
    ) -> Result<Option<Foreseen>, Error> {
        self.chain.foresee(&self.made(), (message, code), &self.block).await
    }

    /// What code says of an address.
    async fn probed(&self, code: &Bytes, of: Address) -> Result<Option<Bytes>, Error> {
        let data = of.into_word().0.into();
        let message = Message { to: Some(PROBE), data, ..Message::default() };
        let chain = self.chain.chain();
        match self.foreseen(&message, Some((PROBE, code))).await? {
            Some(Foreseen { called: Called::Returned(data), .. }) => Ok(Some(data)),
            Some(Foreseen { called: Called::Undone(refusal), .. }) => {
                Err(Error::Refused { chain, problem: refusal.words })
            }
            None => Ok(None),
        }
    }

    /// Whether a question about this block is one about what was imagined.
    fn is_here(&self, block: &Header) -> bool {
        block.hash == self.block.hash
    }
}

impl ChainWriter for Imagined {
    fn market(&self) -> BoxFuture<'_, Result<Market, Error>> {
        self.chain.market()
    }

    fn send<'a>(&'a self, _: B256, _: &'a Bytes) -> BoxFuture<'a, Said> {
        async { Said::Refused("nothing is sent to a chain that is only imagined".to_owned()) }
            .boxed()
    }
}

impl ChainReader for Imagined {
    fn chain(&self) -> ChainId {
        self.chain.chain()
    }

    fn standings(&self) -> Vec<Standing> {
        self.chain.standings()
    }

    fn listen<'a>(&'a self, bell: &'a Notify) -> BoxFuture<'a, ()> {
        self.chain.listen(bell)
    }

    fn heads(&self) -> BoxFuture<'_, Result<Heads, Error>> {
        self.chain.heads()
    }

    fn header(&self, number: u64) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        self.chain.header(number)
    }

    fn header_by_majority(&self, number: u64) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        self.chain.header_by_majority(number)
    }

    fn header_by_hash(&self, hash: B256) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        self.chain.header_by_hash(hash)
    }

    fn block(&self, hash: B256) -> BoxFuture<'_, Result<Option<Block>, Error>> {
        self.chain.block(hash)
    }

    fn logs<'a>(
        &'a self,
        block: B256,
        filter: &'a LogFilter,
    ) -> BoxFuture<'a, Result<Option<Vec<Log>>, Error>> {
        self.chain.logs(block, filter)
    }

    fn logs_in<'a>(
        &'a self,
        range: RangeInclusive<u64>,
        filter: &'a LogFilter,
    ) -> BoxFuture<'a, Result<Span, Error>> {
        self.chain.logs_in(range, filter)
    }

    fn receipt(&self, transaction: B256) -> BoxFuture<'_, Result<Option<Receipt>, Error>> {
        self.chain.receipt(transaction)
    }

    fn receipts(&self, block: B256) -> BoxFuture<'_, Result<Option<Vec<Receipt>>, Error>> {
        self.chain.receipts(block)
    }

    fn block_at(&self, at: At) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        match at {
            At::Latest => async { Ok(Some(self.block.clone())) }.boxed(),
            At::Safe | At::Finalized | At::Number(_) => self.chain.block_at(at),
        }
    }

    fn call<'a>(
        &'a self,
        message: &'a Message,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Called>, Error>> {
        if !self.is_here(block) {
            return self.chain.call(message, block);
        }
        async move { Ok(self.foreseen(message, None).await?.map(|it| it.called)) }.boxed()
    }

    fn gas<'a>(
        &'a self,
        message: &'a Message,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Gas, Error>> {
        if !self.is_here(block) || self.made().is_empty() {
            return self.chain.gas(message, block);
        }
        async move {
            let foreseen = self.foreseen(message, None).await?;
            let gone = || Error::Unreachable {
                chain: self.chain.chain(),
                problem: "the block upon which was imagined is gone".to_owned(),
            };
            let Foreseen { called, gas_used } = foreseen.ok_or_else(gone)?;
            Ok(match called {
                Called::Returned(_) => Gas::Enough(gas_used),
                Called::Undone(refusal) => Gas::Undone(refusal),
            })
        }
        .boxed()
    }

    fn balance<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<U256>, Error>> {
        if !self.is_here(block) || self.made().is_empty() {
            return self.chain.balance(address, block);
        }
        async move {
            let told = self.probed(&BALANCE, address).await?;
            Ok(told.and_then(|data| U256::try_from_be_slice(&data)))
        }
        .boxed()
    }

    fn nonce<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<u64>, Error>> {
        async move {
            let told = self.chain.nonce(address, block).await?;
            let made = if self.is_here(block) { self.made() } else { Vec::new() };
            let own = made.iter().filter(|it| it.from == Some(address)).count() as u64;
            Ok(told.map(|nonce| nonce.saturating_add(own)))
        }
        .boxed()
    }

    fn code<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Bytes>, Error>> {
        if !self.is_here(block) || self.made().is_empty() {
            return self.chain.code(address, block);
        }
        async move { self.probed(&CODE, address).await }.boxed()
    }

    fn transaction(&self, hash: B256) -> BoxFuture<'_, Result<Option<Submitted>, Error>> {
        self.chain.transaction(hash)
    }

    fn foresee<'a>(
        &'a self,
        before: &'a [Message],
        what: (&'a Message, Option<(Address, &'a Bytes)>),
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Foreseen>, Error>> {
        async move {
            let mut all = if self.is_here(block) { self.made() } else { Vec::new() };
            all.extend_from_slice(before);
            self.chain.foresee(&all, what, block).await
        }
        .boxed()
    }
}
