//! Where key-encryption keys are: in a file, in the environment, or where a program asks for them.

use std::fmt;

use futures::future::BoxFuture;
use zeroize::Zeroizing;

use super::cipher::{self, KEY, NONCE};
use super::{Error, KeyId, Keyring};

/// A data key in memory; wiped when it is dropped.
pub struct DataKey(Zeroizing<[u8; KEY]>);

impl DataKey {
    /// A key of these random bytes.
    pub fn new(bytes: [u8; KEY]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// A data key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The key that wraps it.
    pub by: KeyId,
    /// What only that key opens.
    pub bytes: Vec<u8>,
}

/// Wraps and unwraps data keys. The key-encryption key stays inside.
///
/// Asynchronous, since a KMS is asked over the network.
pub trait KeySource: Send + Sync + fmt::Debug {
    /// Where the keys are, for people.
    fn place(&self) -> String;

    /// The keys that are accepted; the first one wraps.
    fn ids(&self) -> BoxFuture<'_, Result<Vec<KeyId>, Error>>;

    /// Wraps under the current key. `context` must be the same at the unwrapping.
    fn wrap<'a>(
        &'a self,
        key: &'a DataKey,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Wrapped, Error>>;

    /// Unwraps under whichever accepted key wrapped it.
    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Unwrapped, Error>>;
}

/// What unwrapping comes to.
#[derive(Debug)]
pub enum Unwrapped {
    /// The data key.
    Key(DataKey),
    /// The key that wraps it is not known here.
    Unknown,
    /// The key is known, and does not open it.
    Broken,
}

/// Wraps under the current key of a ring.
pub(super) fn wrap_with(
    ring: &Keyring,
    nonce: [u8; NONCE],
    key: &DataKey,
    context: &[u8],
) -> Wrapped {
    let (id, kek) = ring.current();
    Wrapped { by: id.clone(), bytes: cipher::seal(kek, nonce, context, key.bytes()) }
}

/// Unwraps with the key of a ring that wrapped it.
pub(super) fn unwrap_with(ring: &Keyring, wrapped: &Wrapped, context: &[u8]) -> Unwrapped {
    let Some(kek) = ring.find(&wrapped.by) else { return Unwrapped::Unknown };
    let Ok(bytes) = cipher::open(kek, context, &wrapped.bytes) else { return Unwrapped::Broken };
    match <[u8; KEY]>::try_from(bytes.as_slice()) {
        Ok(key) => Unwrapped::Key(DataKey::new(key)),
        Err(_) => Unwrapped::Broken,
    }
}

/// Keys that were given once and stay as they are: those of the environment.
impl KeySource for Keyring {
    fn place(&self) -> String {
        "the configuration".to_owned()
    }

    fn ids(&self) -> BoxFuture<'_, Result<Vec<KeyId>, Error>> {
        Box::pin(async { Ok(Keyring::ids(self)) })
    }

    fn wrap<'a>(
        &'a self,
        key: &'a DataKey,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Wrapped, Error>> {
        Box::pin(async move { Ok(wrap_with(self, rand::random(), key, context)) })
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Unwrapped, Error>> {
        Box::pin(async move { Ok(unwrap_with(self, wrapped, context)) })
    }
}

/// No keys: nothing can be sealed or opened, and the error says how to change that.
#[derive(Debug, Clone, Copy)]
pub struct NoKey;

impl KeySource for NoKey {
    fn place(&self) -> String {
        "nowhere".to_owned()
    }

    fn ids(&self) -> BoxFuture<'_, Result<Vec<KeyId>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn wrap<'a>(&'a self, _: &'a DataKey, _: &'a [u8]) -> BoxFuture<'a, Result<Wrapped, Error>> {
        Box::pin(async { Err(Error::NoKey) })
    }

    fn unwrap<'a>(
        &'a self,
        _: &'a Wrapped,
        _: &'a [u8],
    ) -> BoxFuture<'a, Result<Unwrapped, Error>> {
        Box::pin(async { Err(Error::NoKey) })
    }
}
