//! The buckets: each fills at its rate, holds twice as much, and gives one request's worth at a time.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use super::config::Config;
use super::source::Source;
use crate::access::Principal;
use crate::primitives::{OrganizationId, WorkflowId};

/// After how many requests the buckets that are full again are forgotten. Between two times no more
/// than as many new ones come to be, whoever invents addresses.
const SWEEP_EVERY: u32 = 65_536;
/// How much more than a second's worth a bucket holds.
const BURST: u32 = 2;

/// How many runs of a public workflow begin a second: enough for a form that many people fill in.
const EXECUTIONS: u32 = 20;
/// How many of them from one address.
const EXECUTIONS_OF_ONE: u32 = 5;

/// How many questions to a language model one person or key asks a minute: an answer takes a handful of them.
const QUESTIONS_A_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("30 is not 0");

/// How somebody stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many requests may come at once.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When all of them are there again.
    pub reset: Duration,
}

/// A request too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// How whoever sent it stands.
    pub standing: Standing,
    /// When the next one is taken.
    pub retry_after: Duration,
}

/// The buckets of one kind.
struct Buckets<K, C>
where
    K: Hash + Eq + Clone,
    C: Clock,
{
    limiter: RateLimiter<K, DashMapStateStore<K>, C, StateInformationMiddleware>,
    clock: C,
    quota: Quota,
    until_sweep: AtomicU32,
}

impl<K, C> Buckets<K, C>
where
    K: Hash + Eq + Clone,
    C: Clock + Clone,
{
    /// Buckets that fill with `per_second`; none where that is 0.
    fn new(per_second: u32, clock: &C) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let burst = per_second.saturating_mul(NonZeroU32::new(BURST)?);
        Some(Self::of(Quota::per_second(per_second).allow_burst(burst), clock))
    }

    fn of(quota: Quota, clock: &C) -> Self {
        let limiter = RateLimiter::dashmap_with_clock(quota, clock.clone());
        let limiter = limiter.with_middleware::<StateInformationMiddleware>();
        let until_sweep = AtomicU32::new(SWEEP_EVERY);
        Self { limiter, clock: clock.clone(), quota, until_sweep }
    }

    fn take(&self, key: &K) -> Result<Standing, Exhausted> {
        // It wraps around: of those who count at the same time, one comes to zero.
        if self.until_sweep.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.until_sweep.store(SWEEP_EVERY, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(key) {
            Ok(state) => Ok(self.standing(state.remaining_burst_capacity())),
            Err(refused) => Err(Exhausted {
                standing: self.standing(0),
                retry_after: refused.wait_time_from(self.clock.now()),
            }),
        }
    }

    fn standing(&self, remaining: u32) -> Standing {
        let limit = self.quota.burst_size().get();
        let reset = self.quota.replenish_interval() * limit.saturating_sub(remaining);
        Standing { limit, remaining, reset }
    }
}

/// All buckets of a process. Cheap to clone.
pub struct Rates<C: Clock = MonotonicClock>(Arc<All<C>>);

struct All<C: Clock> {
    addresses: Option<Buckets<Source, C>>,
    strangers: Option<Buckets<Source, C>>,
    logins: Option<Buckets<Source, C>>,
    keys: Option<Buckets<(OrganizationId, String), C>>,
    organizations: Option<Buckets<OrganizationId, C>>,
    questions: Buckets<(OrganizationId, String), C>,
    executions: Option<Buckets<WorkflowId, C>>,
    executors: Option<Buckets<(WorkflowId, Source), C>>,
    trusted_proxies: Vec<IpNet>,
}

impl<C: Clock> Clone for Rates<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Rates {
    /// Full buckets.
    pub fn new(config: &Config) -> Self {
        Self::at(config, &MonotonicClock)
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn at(config: &Config, clock: &C) -> Self {
        Self(Arc::new(All {
            addresses: Buckets::new(config.per_address, clock),
            strangers: Buckets::new(config.per_stranger, clock),
            logins: Buckets::new(config.per_login, clock),
            keys: Buckets::new(config.per_key, clock),
            organizations: Buckets::new(config.per_organization, clock),
            questions: Buckets::of(Quota::per_minute(QUESTIONS_A_MINUTE), clock),
            executions: Buckets::new(EXECUTIONS, clock),
            executors: Buckets::new(EXECUTIONS_OF_ONE, clock),
            trusted_proxies: config.trusted_proxies.clone(),
        }))
    }

    /// The proxies whose word counts.
    pub fn trusted_proxies(&self) -> &[IpNet] {
        &self.0.trusted_proxies
    }

    /// Counts a request that comes from an address, before anything is known of who sends it.
    pub fn arrive(&self, address: IpAddr) -> Result<Option<Standing>, Exhausted> {
        take(self.0.addresses.as_ref(), &address.into())
    }

    /// Counts a request from an address that names nobody.
    pub fn arrive_unnamed(&self, address: IpAddr) -> Result<Option<Standing>, Exhausted> {
        let source = address.into();
        let unnamed = take(self.0.strangers.as_ref(), &source)?;
        Ok(tightest(unnamed, take(self.0.addresses.as_ref(), &source)?))
    }

    /// Counts a request from an address that tries to prove who somebody is.
    pub fn arrive_to_log_in(&self, address: IpAddr) -> Result<Option<Standing>, Exhausted> {
        let login = take(self.0.logins.as_ref(), &address.into())?;
        Ok(tightest(login, self.arrive_unnamed(address)?))
    }

    /// Counts a public execution: for the workflow, so that strangers cannot use up what its
    /// organization may do, and for the address, so that one of them does not keep out the others.
    pub fn execute(&self, workflow: WorkflowId, address: IpAddr) -> Result<(), Exhausted> {
        take(self.0.executors.as_ref(), &(workflow, address.into()))?;
        take(self.0.executions.as_ref(), &workflow).map(drop)
    }

    /// Counts a question to a language model, which costs money elsewhere.
    pub fn ask(&self, who: &Principal) -> Result<(), Exhausted> {
        self.0.questions.take(&(who.organization, who.to_string())).map(drop)
    }

    /// Counts a request of somebody who was recognized.
    pub fn recognize(&self, who: &Principal) -> Result<Option<Standing>, Exhausted> {
        let key = take(self.0.keys.as_ref(), &(who.organization, who.to_string()))?;
        Ok(tightest(key, take(self.0.organizations.as_ref(), &who.organization)?))
    }
}

fn take<K, C>(buckets: Option<&Buckets<K, C>>, key: &K) -> Result<Option<Standing>, Exhausted>
where
    K: Hash + Eq + Clone,
    C: Clock + Clone,
{
    buckets.map(|buckets| buckets.take(key)).transpose()
}

/// What is told of two: where less is left.
fn tightest(one: Option<Standing>, other: Option<Standing>) -> Option<Standing> {
    one.into_iter().chain(other).min_by_key(|standing| standing.remaining)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn rates(config: &Config) -> (Rates<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Rates::at(config, &clock), clock)
    }

    fn address(last: u8) -> IpAddr {
        [203, 0, 113, last].into()
    }

    fn few() -> Config {
        Config {
            per_address: 5,
            per_stranger: 2,
            per_key: 3,
            per_organization: 4,
            events_waiting: 0,
            ..Config::default()
        }
    }

    #[test]
    fn a_bucket_gives_what_it_holds_and_fills_again() {
        let (rates, clock) = rates(&few());
        for left in (0..10).rev() {
            let standing = rates.arrive(address(1)).expect("there is some").expect("a limit");
            assert_eq!((standing.limit, standing.remaining), (10, left));
            assert_eq!(standing.reset, Duration::from_millis(200) * (10 - left));
        }
        let refused = rates.arrive(address(1)).expect_err("it is empty");
        assert_eq!(refused.standing.remaining, 0);
        assert_eq!(refused.retry_after, Duration::from_millis(200));
        rates.arrive(address(2)).expect("another address has a bucket of its own");
        clock.advance(Duration::from_millis(200));
        rates.arrive(address(1)).expect("one has come in");
        rates.arrive(address(1)).expect_err("and one only");
    }

    #[test]
    fn who_names_nobody_has_less() {
        let (rates, _) = rates(&few());
        for _ in 0..4 {
            rates.arrive_unnamed(address(1)).expect("there is some");
        }
        rates.arrive_unnamed(address(1)).expect_err("it is empty");
        rates.arrive(address(1)).expect("who names somebody is heard");
    }

    #[test]
    fn keys_are_counted_by_themselves_and_together() {
        let (rates, _) = rates(&few());
        let one = Principal::admin(OrganizationId::DEFAULT);
        for _ in 0..6 {
            rates.recognize(&one).expect("there is some");
        }
        rates.recognize(&one).expect_err("the key has had its share");
        let other = Principal { organization: OrganizationId::generate(), ..one };
        assert_eq!(rates.recognize(&other).expect("some").expect("a limit").remaining, 5);
    }

    #[test]
    fn questions_to_models_are_counted_by_the_minute() {
        let (rates, clock) = rates(&Config::default());
        let one = Principal::admin(OrganizationId::DEFAULT);
        for _ in 0..30 {
            rates.ask(&one).expect("there is some");
        }
        let refused = rates.ask(&one).expect_err("it is empty");
        assert_eq!(refused.retry_after, Duration::from_secs(2));
        let other = Principal { organization: OrganizationId::generate(), ..one };
        rates.ask(&other).expect("others have their own");
        clock.advance(Duration::from_secs(2));
        rates.ask(&one).expect("one has come in");
    }

    #[test]
    fn nothing_is_counted_where_no_limit_is_set() {
        let none = Config {
            per_address: 0,
            per_stranger: 0,
            per_login: 0,
            per_key: 0,
            per_organization: 0,
            events_waiting: 0,
            ..Config::default()
        };
        let (rates, _) = rates(&none);
        assert_eq!(rates.arrive_unnamed(address(1)), Ok(None));
        assert_eq!(rates.recognize(&Principal::admin(OrganizationId::DEFAULT)), Ok(None));
    }

    #[test]
    fn sources_that_have_gone_are_forgotten() {
        let (rates, clock) = rates(&few());
        let buckets = rates.0.addresses.as_ref().expect("a limit");
        for number in 0..SWEEP_EVERY {
            buckets.take(&IpAddr::from(number.to_be_bytes()).into()).expect("a full bucket");
        }
        let before = buckets.limiter.len();
        clock.advance(Duration::from_secs(3));
        buckets.take(&address(1).into()).expect("a full bucket");
        assert!(before > 60_000 && buckets.limiter.len() < 3, "{}", buckets.limiter.len());
    }
}
