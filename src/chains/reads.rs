//! What is read of a chain: the questions of [`ChainReader`], each answered by one endpoint, and
//! believed only as far as it can be.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256};
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use tokio::sync::Notify;

use super::block::{Block, Header};
use super::calls::Of;
use super::error::Error;
use super::fault::{Advice, Fault};
use super::filter::LogFilter;
use super::foresight::Foreseen;
use super::health::State;
use super::pool::{Hearing, Node, Pool, Standing};
use super::reader::{ChainReader, Heads, Span};
use super::receipt::{Log, Receipt};
use super::state::{At, Called, Gas, Message, Submitted};
use crate::primitives::ChainId;

/// What an endpoint says of the logs of one block.
enum Told {
    /// These are they.
    Sure(Vec<Log>),
    /// That there are none, while the block's bloom says that there may be.
    Doubtful,
}

impl ChainReader for Pool {
    fn chain(&self) -> ChainId {
        self.chain.id
    }

    fn standings(&self) -> Vec<Standing> {
        self.standings_now()
    }

    fn listen<'a>(&'a self, bell: &'a Notify) -> BoxFuture<'a, ()> {
        self.announcements(bell).boxed()
    }

    fn heads(&self) -> BoxFuture<'_, Result<Heads, Error>> {
        self.poll().boxed()
    }

    fn header(&self, number: u64) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        self.header_at(number).boxed()
    }

    fn header_by_majority(&self, number: u64) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        self.majority(number).boxed()
    }

    fn header_by_hash(&self, hash: B256) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        async move {
            let kept = self.known().header(hash).map(|(_, header)| header.clone());
            if kept.is_some() {
                return Ok(kept);
            }
            let subject = hash.to_string();
            self.first(None, &subject, |node| self.header_from_shared(node, hash)).await
        }
        .boxed()
    }

    fn block(&self, hash: B256) -> BoxFuture<'_, Result<Option<Block>, Error>> {
        async move {
            let subject = hash.to_string();
            let call = |node: Arc<Node>| {
                async move { self.heard(&node, self.block_call(&node, hash)).await }.boxed()
            };
            self.first(self.shown_by(hash), &subject, call).await
        }
        .boxed()
    }

    fn logs<'a>(
        &'a self,
        block: B256,
        filter: &'a LogFilter,
    ) -> BoxFuture<'a, Result<Option<Vec<Log>>, Error>> {
        self.logs_of(block, filter).boxed()
    }

    fn logs_in<'a>(
        &'a self,
        range: RangeInclusive<u64>,
        filter: &'a LogFilter,
    ) -> BoxFuture<'a, Result<Span, Error>> {
        self.span(range, filter).boxed()
    }

    fn receipt(&self, transaction: B256) -> BoxFuture<'_, Result<Option<Receipt>, Error>> {
        async move {
            let subject = transaction.to_string();
            let call = |node: Arc<Node>| {
                async move { self.heard(&node, self.receipt_call(&node, transaction)).await }
                    .boxed()
            };
            self.first(None, &subject, call).await
        }
        .boxed()
    }

    fn receipts(&self, block: B256) -> BoxFuture<'_, Result<Option<Vec<Receipt>>, Error>> {
        async move {
            let subject = block.to_string();
            let call =
                |node: Arc<Node>| async move { self.receipts_from(&node, block).await }.boxed();
            self.first(self.shown_by(block), &subject, call).await
        }
        .boxed()
    }

    fn block_at(&self, at: At) -> BoxFuture<'_, Result<Option<Header>, Error>> {
        self.block_meant(at).boxed()
    }

    fn call<'a>(
        &'a self,
        message: &'a Message,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Called>, Error>> {
        self.called(message, block).boxed()
    }

    fn gas<'a>(
        &'a self,
        message: &'a Message,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Gas, Error>> {
        self.gas_of(message, block).boxed()
    }

    fn balance<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<U256>, Error>> {
        self.balance_of(address, block).boxed()
    }

    fn nonce<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<u64>, Error>> {
        self.nonce_of(address, block).boxed()
    }

    fn code<'a>(
        &'a self,
        address: Address,
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Bytes>, Error>> {
        self.code_of(address, block).boxed()
    }

    fn foresee<'a>(
        &'a self,
        before: &'a [Message],
        what: (&'a Message, Option<(Address, &'a Bytes)>),
        block: &'a Header,
    ) -> BoxFuture<'a, Result<Option<Foreseen>, Error>> {
        self.foreseen(before, what, block).boxed()
    }

    fn transaction(&self, hash: B256) -> BoxFuture<'_, Result<Option<Submitted>, Error>> {
        self.submitted(hash).boxed()
    }
}

impl Pool {
    pub(super) async fn header_at(&self, number: u64) -> Result<Option<Header>, Error> {
        let call = |node: Arc<Node>| {
            async move { self.heard(&node, self.header_call(&node, number)).await }.boxed()
        };
        self.first(None, &number.to_string(), call).await
    }

    fn header_from_shared(
        &self,
        node: Arc<Node>,
        hash: B256,
    ) -> BoxFuture<'_, Result<Option<Header>, Fault>> {
        async move { self.header_from(&node, hash).await }.boxed()
    }

    async fn receipts_from(&self, node: &Node, block: B256) -> Result<Option<Vec<Receipt>>, Fault> {
        match self.header_from(node, block).await? {
            Some(header) => self.heard(node, self.receipts_call(node, &header)).await,
            None => Ok(None),
        }
    }

    async fn majority(&self, number: u64) -> Result<Option<Header>, Error> {
        let now = self.clock.now();
        let (alive, others): (Vec<_>, Vec<_>) = self
            .askable(None)
            .into_iter()
            .partition(|node| node.health().state(now) == State::Alive);
        // Who is behind has no voice where somebody keeps up.
        let nodes = if alive.is_empty() { others } else { alive };
        let ask = |node: Arc<Node>| async move {
            // What is about to be followed may be another chain, put behind the same address.
            node.health().must_prove_itself();
            self.prove(&node).await?;
            self.heard(&node, self.header_call(&node, number)).await
        };
        let told = join_all(nodes.iter().cloned().map(ask)).await;
        let mut hearing = Hearing::default();
        let mut voices: BTreeMap<Option<B256>, (usize, Option<Header>)> = BTreeMap::new();
        let mut heard = 0;
        for (node, told) in nodes.iter().zip(told) {
            match told {
                Ok(header) => {
                    heard += 1;
                    let hash = header.as_ref().map(|header| header.hash);
                    voices.entry(hash).or_insert((0, header)).0 += 1;
                }
                Err(fault) => hearing.note(self, node, fault)?,
            }
        }
        let chosen = voices.into_values().find(|(voices, _)| voices * 2 > heard);
        match chosen {
            Some((_, header)) => Ok(header),
            None if heard > 0 => Err(self.disputed(format!("block {number}"))),
            None => hearing.end(self, &number.to_string()).map(|()| None),
        }
    }

    fn disputed(&self, subject: String) -> Error {
        Error::Disputed { chain: self.chain.id, subject }
    }

    /// The logs of one block. None of a block whose bloom says otherwise is believed only when two
    /// endpoints say so, or when the receipts of the block prove it.
    async fn logs_of(&self, block: B256, filter: &LogFilter) -> Result<Option<Vec<Log>>, Error> {
        let subject = block.to_string();
        let mut hearing = Hearing::default();
        let mut doubtful: Vec<Arc<Node>> = Vec::new();
        for node in self.askable(self.shown_by(block)) {
            let told = match self.prove(&node).await {
                Ok(()) => self.logs_from(&node, block, filter).await,
                Err(fault) => Err(fault),
            };
            match told {
                Ok(None) => hearing.lacks(),
                Ok(Some(Told::Sure(logs))) => {
                    let hid = Fault::Invented(format!("no logs in {block}, which has some"));
                    if !logs.is_empty() {
                        for node in &doubtful {
                            self.failed(node, &hid);
                        }
                    }
                    return Ok(Some(logs));
                }
                Ok(Some(Told::Doubtful)) if doubtful.is_empty() => doubtful.push(node),
                Ok(Some(Told::Doubtful)) => return Ok(Some(Vec::new())),
                Err(fault) => hearing.note(self, &node, fault)?,
            }
        }
        let Some(node) = doubtful.first() else {
            return hearing.end(self, &subject).map(|()| None);
        };
        // Nobody else could be asked. Receipts that make the bloom are all there are.
        match self.logs_by_receipts(node, block, filter).await {
            Ok(Some(logs)) => Ok(Some(logs)),
            Ok(None) | Err(_) => Err(self.disputed(format!("the logs of block {block}"))),
        }
    }

    async fn logs_from(
        &self,
        node: &Node,
        block: B256,
        filter: &LogFilter,
    ) -> Result<Option<Told>, Fault> {
        let Some(header) = self.header_from(node, block).await? else { return Ok(None) };
        let may_match = self.trusted_bloom(&header).map(|bloom| filter.may_match(bloom));
        if may_match == Some(false) {
            return Ok(Some(Told::Sure(Vec::new())));
        }
        let logs = match self.logs_call(node, Of::Block(&header), filter).await {
            Ok(logs) => logs,
            Err(Fault::TooMuch(_)) => {
                return self.large(node, &header, filter).await.map(|logs| logs.map(Told::Sure));
            }
            Err(fault) => return Err(fault),
        };
        let is_doubtful = logs.is_empty() && may_match == Some(true);
        Ok(Some(if is_doubtful { Told::Doubtful } else { Told::Sure(logs) }))
    }

    /// The logs of a block that are too many for one answer: by its receipts; where those are too
    /// much as well, by parts of the filter.
    async fn large(
        &self,
        node: &Node,
        header: &Header,
        filter: &LogFilter,
    ) -> Result<Option<Vec<Log>>, Fault> {
        match self.logs_by_receipts(node, header.hash, filter).await {
            Err(Fault::TooMuch(_) | Fault::Unserved) => {
                self.logs_in_parts(node, Of::Block(header), filter).await.map(Some)
            }
            told => told,
        }
    }

    async fn logs_by_receipts(
        &self,
        node: &Node,
        block: B256,
        filter: &LogFilter,
    ) -> Result<Option<Vec<Log>>, Fault> {
        let receipts = self.receipts_from(node, block).await?;
        let wanted = |receipts: Vec<Receipt>| {
            let logs = receipts.into_iter().flat_map(|receipt| receipt.logs);
            logs.filter(|log| filter.matches(log)).collect()
        };
        Ok(receipts.map(wanted))
    }

    async fn span(&self, range: RangeInclusive<u64>, filter: &LogFilter) -> Result<Span, Error> {
        let subject = format!("{} to {}", range.start(), range.end());
        if range.is_empty() {
            return Ok(Span { read: range, logs: Vec::new() });
        }
        let mut hearing = Hearing::default();
        let nodes = self.askable(None);
        for (place, node) in nodes.iter().enumerate() {
            match self.part(node, &range, filter).await {
                Ok(None) => hearing.lacks(),
                Ok(Some(span)) if span.logs.is_empty() => {
                    return Ok(self.again(&nodes[place..], span, filter).await);
                }
                Ok(Some(span)) => return Ok(span),
                Err(fault) => hearing.note(self, node, fault)?,
            }
        }
        hearing.end(self, &subject)?;
        let problem = format!("none has the blocks {subject}");
        Err(Error::Unreachable { chain: self.chain.id, problem })
    }

    /// Nothing in a range is heard from a second endpoint as well, where there is one: there are no
    /// blooms to hold it against.
    async fn again(&self, nodes: &[Arc<Node>], empty: Span, filter: &LogFilter) -> Span {
        let [first, others @ ..] = nodes else { return empty };
        let Some(second) = others.first() else { return empty };
        match self.part(second, &empty.read, filter).await {
            Ok(Some(span)) if !span.logs.is_empty() => {
                self.failed(first, &Fault::Invented("no logs in a range which has some".into()));
                span
            }
            Ok(Some(_) | None) | Err(_) => empty,
        }
    }

    /// The first part of a range that an endpoint hands out, however small.
    async fn part(
        &self,
        node: &Node,
        range: &RangeInclusive<u64>,
        filter: &LogFilter,
    ) -> Result<Option<Span>, Fault> {
        self.prove(node).await?;
        loop {
            let read = node.stretch().of(range);
            let told = match self.logs_call(node, Of::Range(&read), filter).await {
                Err(Fault::TooMuch(Advice::Words)) => {
                    self.logs_in_parts(node, Of::Range(&read), filter).await
                }
                told => told,
            };
            match told {
                Ok(logs) => {
                    // A node that is not there yet answers as if there were nothing.
                    let end = self.heard(node, self.header_call(node, *read.end())).await?;
                    if end.is_none() {
                        return Ok(None);
                    }
                    node.stretch().grow();
                    return Ok(Some(Span { read, logs }));
                }
                Err(Fault::TooMuch(advice)) => {
                    let is_less = node.stretch().shrink(&read, &advice);
                    if !is_less {
                        return self.single(node, read, filter).await;
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// One block of a range that is too large.
    async fn single(
        &self,
        node: &Node,
        read: RangeInclusive<u64>,
        filter: &LogFilter,
    ) -> Result<Option<Span>, Fault> {
        let header = self.heard(node, self.header_call(node, *read.start())).await?;
        let Some(header) = header else { return Ok(None) };
        let logs = self.large(node, &header, filter).await?;
        Ok(logs.map(|logs| Span { read, logs }))
    }
}
