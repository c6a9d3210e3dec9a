//! When something was deleted for good, the views that show it are made anew.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::projections::rebuild::{self, Means};
use crate::retention::Views;

/// The views of this ledger.
#[derive(Debug, Clone)]
pub struct Renewal(pub Means);

impl Views for Renewal {
    fn renew(&self) -> BoxFuture<'_, Result<(), String>> {
        let renewed = async { rebuild::renew(&self.0).await.map_err(|error| error.to_string()) };
        renewed.boxed()
    }
}
