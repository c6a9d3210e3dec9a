//! A payer with a key of his own, who talks x402 by himself, and money that stands on the ledger without anybody
//! having paid it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chainkeel::aggregates::{paid_endpoints, payment, sale};
use chainkeel::journal::{Bells, Config, Context, Journal, Lane, Metadata, Store};
use chainkeel::primitives::{
    Clock as _, CommandId, OrganizationId, PaidEndpointId, PaymentId, SaleId, SystemClock,
    WorkflowId,
};
use chainkeel::transactions::Signature;
use chainkeel::x402::{Authorization, Payment, Resource, Terms, Token, Version};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

use super::TestDatabase;

/// A payer who signs by himself.
pub(crate) struct Payer {
    key: SigningKey,
    /// From when on what he signs counts: the same each time, so that a nonce stands for one authorization.
    since: i64,
}

impl Payer {
    /// The payer with that secret.
    pub(crate) fn of(secret: u8) -> Self {
        let key = SigningKey::from_slice(&[secret; 32]).unwrap();
        Self { key, since: SystemClock.now().unix_timestamp() }
    }

    /// His address.
    pub(crate) fn address(&self) -> Address {
        let point = self.key.verifying_key().to_encoded_point(false);
        Address::from_raw_public_key(&point.as_bytes()[1..])
    }

    /// What he signs for terms, from now on.
    pub(crate) fn authorizes(&self, terms: &Terms, nonce: u8) -> (Authorization, Signature) {
        let nonce = B256::repeat_byte(nonce);
        let it = Authorization::paying(terms, self.address(), self.since, nonce);
        let document = it.document(terms.chain, terms.asset, &terms.token).unwrap();
        let signed = self.key.sign_prehash_recoverable(document.digest().as_slice()).unwrap();
        let (r, s) = signed.0.split_bytes();
        let (r, s) = (U256::from_be_slice(&r), U256::from_be_slice(&s));
        (it, Signature { r, s, is_odd: signed.1.is_y_odd() }.lowered().0)
    }

    /// The header by which he pays terms in a version.
    pub(crate) fn pays(&self, version: Version, terms: &Terms, nonce: u8) -> String {
        let (authorization, signature) = self.authorizes(terms, nonce);
        let payment = Payment { version, chain: terms.chain, authorization, signature };
        header(&payment.written(terms, &Resource::default()))
    }
}

/// JSON in a header.
pub(crate) fn header(value: &Value) -> String {
    BASE64_STANDARD.encode(value.to_string())
}

/// The JSON in a header.
pub(crate) fn opened(header: &str) -> Value {
    serde_json::from_slice(&BASE64_STANDARD.decode(header).unwrap()).unwrap()
}

/// Terms that nobody means.
fn terms() -> Terms {
    Terms {
        chain: 4_000_000_007,
        asset: Address::repeat_byte(1),
        amount: U256::from(7),
        pay_to: Address::repeat_byte(2),
        max_timeout_seconds: 60,
        token: Token { name: "Coupons".into(), version: "2".into() },
    }
}

/// A sale, a payment and a paid endpoint of the first organization, all of which come to nothing; their ids.
pub(crate) async fn known(database: &TestDatabase, mark: &str) -> (String, String, String) {
    let (journal, lanes) =
        Journal::open(database.pool.clone(), &Bells::default(), Config::default());
    let organization = OrganizationId::DEFAULT;
    let (sale_id, payment_id, endpoint_id) =
        (SaleId::generate(), PaymentId::generate(), PaidEndpointId::generate());
    let at = SystemClock.now();
    let context =
        || Context::new(Metadata::new(organization, "test".to_owned(), CommandId::generate()));
    let (authorization, signature) = Payer::of(7).authorizes(&terms(), 1);
    let reservation = sale::Reservation {
        sale_id,
        organization_id: organization,
        workflow_id: WorkflowId::generate(),
        payment: Payment { version: Version::V2, chain: terms().chain, authorization, signature },
        terms: terms(),
        resource: Resource { url: mark.to_owned(), ..Resource::default() },
        settlement: sale::Settlement::Facilitator { url: "https://facilitator.invalid".into() },
        fingerprint: "00".into(),
        body: json!({ "note": mark }).into(),
        headers: BTreeMap::new(),
        block: None,
    };
    let opening = payment::Opening {
        payment_id,
        organization_id: organization,
        endpoint_id: Some(endpoint_id),
        method: "GET".into(),
        url: format!("https://example.com/{mark}"),
        fingerprint: "00".into(),
        origin: payment::Origin {
            by: "test".into(),
            run_id: None,
            node_id: None,
            workflow_id: None,
            trigger: None,
        },
    };
    let trial = paid_endpoints::Trial {
        method: "GET".into(),
        base_url: "https://example.com/weather".into(),
        chain_id: terms().chain,
        token_address: terms().asset,
        pay_to: terms().pay_to,
        price: terms().amount,
    };
    let endpoint = paid_endpoints::Endpoint {
        name: mark.to_owned(),
        description: mark.to_owned(),
        asked: trial.clone(),
        max_allowed_price: U256::from(9),
        token_symbol: "CPN".into(),
        token_decimals: 6,
        details: json!({}).into(),
        source: "user_import".into(),
    };
    let writing = async {
        let sales: Store<sale::Sale> = Store::sales(journal.clone());
        let order = sale::Order::Reserve(Box::new(reservation));
        let command = sale::Command { at, order };
        sales.execute(&sale_id.to_string(), command, context()).await.unwrap();
        let payments: Store<payment::Payment> = Store::payments(journal.clone());
        for order in
            [payment::Order::Open(Box::new(opening)), payment::Order::Decline(mark.to_owned())]
        {
            let command = payment::Command { at, order };
            payments.execute(&payment_id.to_string(), command, context()).await.unwrap();
        }
        let endpoints: Store<paid_endpoints::PaidEndpoints> =
            Store::paid_endpoints(journal.clone());
        for order in [
            paid_endpoints::Order::Try(trial),
            paid_endpoints::Order::Add(endpoint_id, Box::new(endpoint)),
        ] {
            let command = paid_endpoints::Command { by: "test".into(), at, order };
            endpoints.execute(&organization.to_string(), command, context()).await.unwrap();
        }
        journal.close();
    };
    futures::future::join(writing, futures::future::join_all(lanes.iter().map(Lane::run))).await;
    (sale_id.to_string(), payment_id.to_string(), endpoint_id.to_string())
}
