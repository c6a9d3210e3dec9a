//! Covers secrets in what arrives in pieces, also those that a border cuts in two.

use super::Mask;
use super::cover::MASK;

/// Covers what passes through it. It holds back no more than the longest form of a secret.
#[derive(Debug)]
pub struct MaskedStream {
    mask: Mask,
    held: Vec<u8>,
    /// Up to where the held bytes belong to a place that a mask stands for already.
    covered: Option<usize>,
}

impl MaskedStream {
    /// A stream without these secrets.
    pub const fn new(mask: Mask) -> Self {
        Self { mask, held: Vec::new(), covered: None }
    }

    /// Takes the next piece; gives what can be told of it and of those before.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(piece);
        let held_back = self.mask.automaton().longest().saturating_sub(1);
        self.release(self.held.len().saturating_sub(held_back))
    }

    /// Gives the rest.
    pub fn finish(mut self) -> Vec<u8> {
        self.release(self.held.len())
    }

    /// Gives the first `up_to` of the held bytes, covered.
    fn release(&mut self, up_to: usize) -> Vec<u8> {
        let (mut told, mut covered) = (Vec::new(), self.covered);
        for place in self.mask.automaton().find(&self.held) {
            if covered.is_some_and(|end| place.start <= end) {
                // It goes on from one that has its mask.
                covered = covered.max(Some(place.end));
            } else if place.start < up_to {
                told.extend_from_slice(&self.held[covered.unwrap_or(0)..place.start]);
                told.extend_from_slice(MASK.as_bytes());
                covered = Some(place.end);
            } else {
                break;
            }
        }
        let at = covered.unwrap_or(0);
        if at < up_to {
            told.extend_from_slice(&self.held[at..up_to]);
        }
        self.held.drain(..up_to);
        self.covered = covered.and_then(|end| end.checked_sub(up_to));
        told
    }
}
