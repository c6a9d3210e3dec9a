//! A chain in memory that reorganizes, loses its head for a poll and moves, drops and repeats logs;
//! and a watcher over [`Tail`] that keeps its books as the real one does. Whatever the chain did,
//! in the end every log of it has one run.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, keccak256};
use proptest::prelude::*;

use super::tail::{Link, POLLS, Tail, Verdict};

/// What the books say of one match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Kept,
    Orphaned,
}

#[derive(Debug, Clone)]
struct Block {
    link: Link,
    /// The transactions whose logs match.
    logs: BTreeSet<u32>,
}

/// What happens to the chain between two polls.
#[derive(Debug, Clone)]
enum Turn {
    /// A block, with this many new logs.
    Mine(u32),
    /// The last blocks are replaced; their logs are kept in place, moved, or dropped.
    Reorganize { depth: usize, fate: Vec<u8>, longer: usize },
    /// One poll sees the chain as it was some blocks ago.
    Lag(usize),
    /// One poll sees the branch of a minority.
    Stray(usize),
}

#[derive(Debug, Default)]
struct Chain {
    blocks: Vec<Block>,
    salt: u64,
    next_log: u32,
}

impl Chain {
    fn push(&mut self, logs: BTreeSet<u32>) {
        self.salt += 1;
        let number = self.blocks.len() as u64;
        let parent = self.blocks.last().map_or(B256::ZERO, |block| block.link.hash);
        let hash = keccak256([parent.as_slice(), &self.salt.to_be_bytes()].concat());
        self.blocks.push(Block { link: Link { number, hash, parent }, logs });
    }

    fn mine(&mut self, count: u32) {
        let logs = (self.next_log..self.next_log + count).collect();
        self.next_log += count;
        self.push(logs);
    }

    fn reorganize(&mut self, depth: usize, fate: &[u8], longer: usize) {
        let depth = depth.min(self.blocks.len() - 1);
        let old: Vec<_> = self.blocks.drain(self.blocks.len() - depth..).collect();
        let mut moved = BTreeSet::new();
        for (at, block) in old.iter().enumerate() {
            let mut logs = std::mem::take(&mut moved);
            for log in &block.logs {
                match fate.get(*log as usize % fate.len().max(1)).copied().unwrap_or_default() % 3 {
                    0 => drop(logs.insert(*log)),
                    1 => drop(moved.insert(*log)),
                    _ => {}
                }
            }
            if at + 1 == old.len() {
                logs.append(&mut moved);
            }
            self.push(logs);
        }
        for _ in 0..longer {
            self.push(BTreeSet::new());
        }
    }
}

/// The watcher: a tail, and the books.
struct Watcher {
    tail: Tail,
    books: BTreeMap<u32, State>,
    runs: BTreeMap<u32, u32>,
}

impl Watcher {
    /// One poll of what a node shows.
    fn poll(&mut self, shown: &[Block]) {
        for _ in 0..=shown.len() {
            let tip = self.tail.tip().expect("it began somewhere").number;
            let head = shown.last().expect("a chain has a first block").link.number;
            let mut at = usize::try_from(head.min(tip + 1)).expect("a short chain");
            let mut walked = vec![shown[at].link];
            loop {
                match self.tail.judge(&walked) {
                    Verdict::Next => {
                        self.take(&shown[at]);
                        break;
                    }
                    Verdict::Known | Verdict::Doubt => return,
                    Verdict::Walk(hash) => {
                        at -= 1;
                        assert_eq!(shown[at].link.hash, hash);
                        walked.push(shown[at].link);
                    }
                    Verdict::Fork { ancestor } => {
                        self.take_back(ancestor, shown);
                        break;
                    }
                    Verdict::Broken { below } => panic!("nothing was final, at {below}"),
                }
            }
        }
    }

    fn take(&mut self, block: &Block) {
        self.tail.extend(block.link);
        for log in &block.logs {
            if self.books.insert(*log, State::Kept).is_none() {
                *self.runs.entry(*log).or_default() += 1;
            }
        }
    }

    fn take_back(&mut self, ancestor: u64, shown: &[Block]) {
        // Everything that the followed blocks held is orphaned until it is seen again.
        let kept: BTreeSet<u32> = shown[..=usize::try_from(ancestor).expect("short")]
            .iter()
            .flat_map(|block| block.logs.iter().copied())
            .collect();
        for (log, state) in &mut self.books {
            if !kept.contains(log) {
                *state = State::Orphaned;
            }
        }
        self.tail.rewind(ancestor);
    }
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        5 => (0..4_u32).prop_map(Turn::Mine),
        2 => (1..65_usize, prop::collection::vec(any::<u8>(), 1..8), 0..3_usize)
            .prop_map(|(depth, fate, longer)| Turn::Reorganize { depth, fate, longer }),
        1 => (1..6_usize).prop_map(Turn::Lag),
        1 => (1..6_usize).prop_map(Turn::Stray),
    ];
    prop::collection::vec(turn, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_chain_does_every_log_of_it_has_one_run(turns in turns(), deep in 64..100_usize) {
        let mut chain = Chain::default();
        chain.push(BTreeSet::new());
        let first = chain.blocks[0].link;
        let mut watcher = Watcher {
            tail: Tail::new([first], 0),
            books: BTreeMap::new(),
            runs: BTreeMap::new(),
        };
        for _ in 0..deep {
            chain.mine(1);
        }
        for turn in turns {
            match turn {
                Turn::Mine(count) => chain.mine(count),
                Turn::Reorganize { depth, fate, longer } => chain.reorganize(depth, &fate, longer),
                Turn::Lag(blocks) => {
                    let before = watcher.tail.tip();
                    let shown = chain.blocks.len().saturating_sub(blocks).max(1);
                    watcher.poll(&chain.blocks[..shown]);
                    if chain.blocks.iter().any(|block| Some(block.link) == before) {
                        let tip = watcher.tail.tip().map(|it| it.number);
                        prop_assert!(before.map(|it| it.number) <= tip);
                    }
                }
                Turn::Stray(blocks) => {
                    let mut stray = Chain {
                        blocks: chain.blocks.clone(), salt: 1 << 40, next_log: 1 << 20,
                    };
                    stray.reorganize(blocks, &[2], 0);
                    let before = watcher.runs.len();
                    watcher.poll(&stray.blocks);
                    prop_assert!(watcher.runs.len() <= before + chain.blocks.len());
                }
            }
            watcher.poll(&chain.blocks);
        }
        for _ in 0..=POLLS {
            watcher.poll(&chain.blocks);
        }
        prop_assert_eq!(watcher.tail.tip(), chain.blocks.last().map(|it| it.link));
        let there: BTreeSet<u32> = chain.blocks.iter().flat_map(|it| it.logs.clone()).collect();
        let kept = watcher.books.iter().filter(|(_, state)| **state == State::Kept);
        let kept: BTreeSet<u32> = kept.map(|(log, _)| *log).collect();
        prop_assert_eq!(kept, there);
        prop_assert!(watcher.runs.values().all(|runs| *runs == 1));
    }
}

/// A chain of so many blocks, and a tail that has followed it.
fn followed(blocks: usize, finalized: u64) -> (Chain, Tail) {
    let mut chain = Chain::default();
    for _ in 0..blocks {
        chain.mine(0);
    }
    let tail = Tail::new(chain.blocks.iter().map(|block| block.link), finalized);
    (chain, tail)
}

#[test]
fn a_head_that_goes_back_for_one_poll_is_no_reorganization() {
    let (chain, mut tail) = followed(10, 0);
    assert_eq!(tail.judge(&[chain.blocks[6].link]), Verdict::Known);
    assert_eq!(tail.tip(), Some(chain.blocks[9].link));
}

#[test]
fn a_branch_counts_when_several_polls_have_shown_it() {
    let (mut chain, mut tail) = followed(10, 0);
    chain.reorganize(1, &[0], 1);
    let shown = [chain.blocks[10].link, chain.blocks[9].link];
    assert_eq!(tail.judge(&shown[..1]), Verdict::Walk(chain.blocks[9].link.hash));
    for _ in 1..POLLS {
        assert_eq!(tail.judge(&shown), Verdict::Doubt);
    }
    assert_eq!(tail.judge(&shown), Verdict::Fork { ancestor: 8 });
    let orphaned = tail.behind(8);
    assert_eq!(orphaned.len(), 1);
    tail.rewind(8);
    assert_eq!(tail.judge(&[chain.blocks[9].link]), Verdict::Next);
}

#[test]
fn a_branch_from_before_what_is_final_is_broken_and_never_followed() {
    let (mut chain, mut tail) = followed(10, 0);
    assert!(tail.finalize(7, chain.blocks[7].link.hash));
    assert!(!tail.finalize(8, B256::ZERO), "another block of that number was followed");
    chain.reorganize(4, &[0], 1);
    let shown: Vec<_> = chain.blocks[7..11].iter().rev().map(|block| block.link).collect();
    let mut verdict = Verdict::Doubt;
    for _ in 0..POLLS {
        verdict = tail.judge(&shown);
    }
    assert_eq!(verdict, Verdict::Broken { below: 7 });
}
