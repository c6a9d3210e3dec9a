//! Which traces are kept.

use super::ids::TraceId;

/// The bits at the end of a trace's id that are looked at. Those before them count within a millisecond, so that runs
/// which begin together would be kept or left out together.
const BITS: u32 = 32;

/// Keeps a share of all traces. All processes with the same share keep the same ones, since it follows from the
/// trace's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampler {
    /// Traces whose last bits are below this are kept.
    below: u64,
}

impl Sampler {
    /// Keeps all.
    pub const ALL: Self = Self { below: 1 << BITS };

    /// Keeps this share, between 0 and 1; nothing where it is no such number.
    pub fn of(share: f64) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share between 0 and 1 of 2^32 is a number of 33 bits"
        )]
        let below = (share * (1_u64 << BITS) as f64) as u64;
        (0.0..=1.0).contains(&share).then_some(Self { below })
    }

    /// Whether it keeps this one.
    pub fn keeps(self, trace: TraceId) -> bool {
        let [.., last] = trace.bytes().as_chunks::<4>().0 else { return false };
        u64::from(u32::from_be_bytes(*last)) < self.below
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::RunId;

    #[test]
    fn a_share_of_all_runs_is_kept_and_the_same_ones_always() {
        let traces: Vec<_> = (0..4_000).map(|_| TraceId::of(RunId::generate())).collect();
        let kept = |share: f64| {
            let sampler = Sampler::of(share).expect("a share");
            traces.iter().filter(|trace| sampler.keeps(**trace)).count()
        };
        assert_eq!((kept(0.0), kept(1.0)), (0, 4_000));
        assert!((800..1_200).contains(&kept(0.25)), "{}", kept(0.25));
        assert_eq!(kept(0.25), kept(0.25));
        assert_eq!(Sampler::of(1.0), Some(Sampler::ALL));
        assert!([-0.1, 1.1, f64::NAN].into_iter().all(|share| Sampler::of(share).is_none()));
    }
}
