//! Chance that is the same for the same seed.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Draws for one thing that is made: the same seed and number always draw alike.
#[derive(Debug)]
pub(super) struct Chance(StdRng);

impl Chance {
    /// The chance of the thing of this number among those called `of`.
    pub(super) fn of(seed: u64, of: &str, number: u64) -> Self {
        let words = u64::from(crc32fast::hash(of.as_bytes()));
        // Numbers that lie beside each other must not draw alike.
        let mixed = seed ^ words.rotate_left(32) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(StdRng::seed_from_u64(mixed))
    }

    /// Whether something happens that happens so often in a thousand times.
    pub(super) fn permille(&mut self, often: u32) -> bool {
        self.0.random_range(0..1_000) < often
    }

    /// A number from `from` up to, and without, `to`.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        self.0.random_range(from..to.max(from + 1))
    }

    /// One of these.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = self.0.random_range(0..of.len().max(1));
        &of[index.min(of.len() - 1)]
    }

    /// A number for the engine.
    pub(super) fn seed(&mut self) -> u64 {
        self.0.random()
    }

    /// Hexadecimal digits, so many.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(*self.one(b"0123456789abcdef"))).collect()
    }

    /// Milliseconds of which most are few and some are many: what people and servers take.
    pub(super) fn skewed(&mut self, least: i64, most: i64) -> i64 {
        let part: f64 = self.0.random();
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a time")]
        let more = ((most - least) as f64 * part.powi(4)) as i64;
        least + more
    }
}
