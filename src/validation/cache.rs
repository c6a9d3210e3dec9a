//! Schemas that are ready to judge, kept for the next value.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jsonschema::Validator;
use serde_json::Value;

use super::question::Rigour;

/// How many schemas are kept.
const MAX_SCHEMAS: usize = 1024;
/// How many bytes of their texts: what is compiled is a few times as large.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How long one is kept.
const MAX_AGE: Duration = Duration::from_hours(1);

/// A schema that is ready to judge.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) validator: Validator,
    pub(super) bundle: Value,
}

#[derive(Debug)]
struct Kept {
    ready: Ready,
    bytes: usize,
    made: Instant,
    used: u64,
}

/// Schemas by their keys.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<(String, Rigour), Kept>,
    bytes: usize,
    uses: u64,
}

impl Cache {
    /// The schema under a key; made anew where it is not there, or has become old.
    pub(super) fn ready<E>(
        &mut self,
        key: &(String, Rigour),
        bytes: usize,
        now: Instant,
        make: impl FnOnce() -> Result<Ready, E>,
    ) -> Result<&Ready, E> {
        self.uses += 1;
        let used = self.uses;
        let is_old = |kept: &Kept| now.saturating_duration_since(kept.made) > MAX_AGE;
        if self.kept.get(key).is_none_or(is_old) {
            self.forget(key);
            let ready = make()?;
            while self.kept.len() >= MAX_SCHEMAS
                || (self.bytes + bytes > MAX_BYTES && !self.kept.is_empty())
            {
                self.forget_the_least_used();
            }
            self.bytes += bytes;
            self.kept.insert(key.clone(), Kept { ready, bytes, made: now, used });
        }
        let kept = self.kept.get_mut(key).expect("it was there, or was put there above");
        kept.used = used;
        Ok(&kept.ready)
    }

    fn forget(&mut self, key: &(String, Rigour)) {
        if let Some(kept) = self.kept.remove(key) {
            self.bytes -= kept.bytes;
        }
    }

    fn forget_the_least_used(&mut self) {
        let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.forget(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn made(cache: &mut Cache, name: &str, bytes: usize, now: Instant) -> bool {
        let mut made = false;
        let ready = cache.ready(&(name.to_owned(), Rigour::Usual), bytes, now, || {
            made = true;
            let validator = jsonschema::validator_for(&Value::Bool(true)).expect("a schema");
            Ok::<_, Infallible>(Ready { validator, bundle: Value::Bool(true) })
        });
        assert!(ready.is_ok());
        made
    }

    #[test]
    fn a_schema_is_made_once_an_hour() {
        let (mut cache, now) = (Cache::default(), Instant::now());
        assert!(made(&mut cache, "a", 1, now));
        assert!(!made(&mut cache, "a", 1, now + MAX_AGE));
        assert!(made(&mut cache, "a", 1, now + MAX_AGE + Duration::from_secs(1)));
        assert_eq!(cache.bytes, 1);
    }

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let (mut cache, now) = (Cache::default(), Instant::now());
        for number in 0..MAX_SCHEMAS {
            made(&mut cache, &number.to_string(), 1, now);
        }
        assert!(!made(&mut cache, "0", 1, now));
        made(&mut cache, "one more", 1, now);
        assert!(!made(&mut cache, "0", 1, now));
        assert!(made(&mut cache, "1", 1, now));
        assert_eq!(cache.kept.len(), MAX_SCHEMAS);
        made(&mut cache, "large", MAX_BYTES, now);
        assert_eq!((cache.kept.len(), cache.bytes), (1, MAX_BYTES));
    }
}
