//! What happens to a request for what is sold, from its head to its answer.

use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use engine::{Definition, Json};
use sha2::{Digest, Sha256};

use super::ask::Asking;
use super::{path, told};
use crate::actors::wallets::Unfit;
use crate::aggregates::sale::{self, Reservation, Settlement};
use crate::catalog::input_problems;
use crate::http::api::Api;
use crate::http::extract::{Address, read_bytes_up_to};
use crate::http::inbound::arrival::content_type;
use crate::http::inbound::{body, cover};
use crate::http::problem::{Code, Detail, Problem};
use crate::http::public;
use crate::journal::NotExecuted;
use crate::primitives::{OrganizationId, SaleId, WorkflowId, hex};
use crate::triggers::webhook::{MAX_BYTES, Payee, Priced, Settings, Settles};
use crate::x402::{Payment, Receipt, Version};

/// When to present a payment again that could not be judged.
const RETRY_AFTER: std::time::Duration = std::time::Duration::from_secs(2);

/// What is sold, as it stands.
struct Shop {
    organization: OrganizationId,
    workflow: WorkflowId,
    settings: Settings,
    priced: Priced,
    asking: Asking,
}

/// A request that may be paid for.
struct Order {
    body: Json,
    headers: BTreeMap<String, String>,
    fingerprint: String,
    /// Whether there is a body, or a parameter of the query.
    says_something: bool,
}

/// Sells a run.
pub(super) async fn sell(
    api: &Api,
    workflow: WorkflowId,
    request: &HttpRequest,
    payload: actix_web::dev::Payload,
) -> Result<HttpResponse, Problem> {
    let (shop, definition) = Shop::of(api, workflow).await?;
    shop.admits(request)?;
    let Some((version, header)) = presented(request.headers())? else {
        // Nobody is asked to pay for what would start nothing. Who sends nothing wants to know the price.
        let order = shop.order(request, payload).await?;
        if order.says_something {
            takes(&definition, &order)?;
        }
        count("asked");
        return Ok(shop.asking.answer("a payment is needed: PAYMENT-SIGNATURE or X-PAYMENT"));
    };
    let payment = Payment::read(version, header).map_err(|misread| {
        count("unreadable");
        Problem::new(Code::InvalidPayment).at(version.payment_header(), misread)
    })?;
    let order = shop.order(request, payload).await?;
    let authorization = &payment.authorization;
    // By the token that is sold for now: what was presented for another one is judged as new.
    let asset = shop.asking.terms.asset;
    let sale = SaleId::of(
        payment.chain,
        &format!("{asset:#x}"),
        &format!("{:#x}", authorization.from),
        &authorization.nonce.to_string(),
    );
    let respond = shop.settings.respond.as_ref();
    if let Some(known) = api.cashier.sale(sale).await?.reservation {
        count("repeated");
        same(&known, (&shop, &payment, &order))?;
        return told::standing(api, request, &known, respond, true).await;
    }
    // Nobody pays for what would start nothing.
    takes(&definition, &order)?;
    // What is new is asked of chains and facilitators.
    public::count(api, workflow, request)?;
    let mut reservation = shop.reservation(sale, payment, &order);
    match api.cashier.examine(&reservation).await {
        Ok(examined) => reservation.block = examined.block,
        Err(unfit) => {
            // Whoever presented it at the same time may have had it carried out meanwhile.
            let Some(known) = api.cashier.sale(sale).await?.reservation else {
                return shop.unfit(&reservation, unfit);
            };
            count("repeated");
            same(&known, (&shop, &reservation.payment, &order))?;
            return told::standing(api, request, &known, respond, true).await;
        }
    }
    match api.cashier.reserve(reservation.clone()).await {
        Ok(()) => {
            count("reserved");
            told::standing(api, request, &reservation, respond, false).await
        }
        // Somebody presented it at the same time.
        Err(NotExecuted::Refused(sale::Error::Reserved) | NotExecuted::Conflict) => {
            let known = api.cashier.sale(sale).await?.reservation;
            let known = known.ok_or_else(|| Problem::new(Code::Contended))?;
            count("repeated");
            same(&known, (&shop, &known.payment, &order))?;
            if known.payment != reservation.payment {
                return Err(Problem::new(Code::PaymentConflict));
            }
            told::standing(api, request, &known, respond, true).await
        }
        Err(NotExecuted::Journal(error)) => Err(error.into()),
        Err(
            error @ (NotExecuted::Refused(sale::Error::Unknown | sale::Error::OutOfPlace)
            | NotExecuted::Fenced
            | NotExecuted::ClaimTaken { .. }
            | NotExecuted::ReceiptTaken
            | NotExecuted::NotAllowed),
        ) => Err(Problem::internal(error)),
    }
}

impl Shop {
    /// What a workflow sells, and its live definition.
    async fn of(
        api: &Api,
        workflow: WorkflowId,
    ) -> Result<(Self, std::sync::Arc<Definition>), Problem> {
        let nothing = || Problem::new(Code::WebhookNotFound);
        let (organization, live, paused) = api.index.published(workflow).ok_or_else(nothing)?;
        let root = live.definition.root().filter(|_| !paused).ok_or_else(nothing)?;
        let Some(Ok(settings)) = Settings::of(&root.kind, &root.payload) else {
            return Err(nothing());
        };
        let price = settings.price.as_ref().ok_or_else(nothing)?;
        // It was held against this when it was published.
        let mut priced = price.read().map_err(|_| nothing())?;
        if let Payee::Wallet(wallet) = priced.payee {
            let address = api.cashier.address(organization, wallet).await?;
            priced.terms.pay_to = address.ok_or_else(nothing)?;
        }
        let resource = priced.resource(format!("{}{}", api.public_url, path(workflow)));
        let asking = Asking { terms: priced.terms.clone(), resource };
        let definition = std::sync::Arc::clone(&live.definition);
        Ok((Self { organization, workflow, settings, priced, asking }, definition))
    }

    /// Whether a request of this method may come from there.
    fn admits(&self, request: &HttpRequest) -> Result<(), Problem> {
        if !self.settings.takes_method(request.method().as_str()) {
            let methods: Vec<_> = self.settings.methods.iter().map(|it| it.as_str()).collect();
            return Err(Problem::new(Code::MethodNotAllowed).allowing(&methods.join(", ")));
        }
        let address = request.extensions().get::<Address>().map(|address| address.0);
        let is_from_there = address.is_some_and(|it| self.settings.takes_from(it));
        if self.settings.allow_from.is_empty() || is_from_there {
            Ok(())
        } else {
            Err(Problem::new(Code::Forbidden).because("nothing is taken from there"))
        }
    }

    /// Reads what a run would begin with.
    async fn order(
        &self,
        request: &HttpRequest,
        payload: actix_web::dev::Payload,
    ) -> Result<Order, Problem> {
        let query = cover::parameters(request.query_string()).ok_or_else(|| {
            let why = "a parameter of the query occurs twice or is too long";
            Problem::new(Code::InvalidQuery).because(why)
        })?;
        let limit = self.settings.max_bytes.min(MAX_BYTES);
        let bytes = read_bytes_up_to(limit, request, payload).await?;
        let method = request.method().as_str();
        let kind = content_type(request.headers());
        let body = body::read(&self.settings, method, kind.as_deref(), &query, &bytes)?;
        let mut headers = cover::harmless(request.headers());
        headers.retain(|name, _| !name.contains("payment"));
        let mut digest = Sha256::new();
        for part in [method.as_bytes(), request.query_string().as_bytes(), &bytes] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let says_something = !(bytes.is_empty() && request.query_string().is_empty());
        Ok(Order { body, headers, fingerprint: hex(&digest.finalize()), says_something })
    }

    /// What is kept of a payment, should it be good.
    fn reservation(&self, sale_id: SaleId, payment: Payment, order: &Order) -> Reservation {
        let Asking { terms, resource } = self.asking.clone();
        let mut headers = order.headers.clone();
        // So that the workflow knows who paid, and which sale it is.
        headers.insert("x402-sale".to_owned(), sale_id.to_string());
        let payer = payment.authorization.from.to_checksum(None);
        headers.insert("x402-payer".to_owned(), payer);
        headers.insert("x402-amount".to_owned(), terms.amount.to_string());
        Reservation {
            sale_id,
            organization_id: self.organization,
            workflow_id: self.workflow,
            terms,
            resource,
            payment,
            settlement: match &self.priced.settles {
                Settles::Facilitator(url) => Settlement::Facilitator { url: url.clone() },
                Settles::Wallet(wallet_id) => Settlement::Wallet { wallet_id: *wallet_id },
            },
            fingerprint: order.fingerprint.clone(),
            body: order.body.clone(),
            headers,
            block: None,
        }
    }

    /// What is answered to a payment that is not taken.
    fn unfit(&self, reservation: &Reservation, unfit: Unfit) -> Result<HttpResponse, Problem> {
        let why = format!("the payment is not taken: {unfit}");
        let code = match unfit {
            Unfit::Wrong(wrong) => wrong.code().to_owned(),
            Unfit::Worthless { code, .. } => code,
            Unfit::Away(source) => {
                count("unjudged");
                let problem = Problem::away(Code::PaymentUnjudged, source);
                return Err(problem.retry_after(RETRY_AFTER));
            }
        };
        count("refused");
        let receipt = Receipt {
            is_success: false,
            reason: Some(code),
            transaction: None,
            payer: Some(reservation.payment.authorization.from),
        };
        Ok(self.asking.refused(&why, (reservation.payment.version, &receipt)))
    }
}

/// Whether a run could begin with what was sent.
fn takes(definition: &Definition, order: &Order) -> Result<(), Problem> {
    let problems = input_problems(definition, &order.body).into_iter();
    let problems: Vec<_> = problems.map(|it| Detail::new(it.path, it.message)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    count("unfit");
    Err(Problem::new(Code::InvalidInput).with_details(problems))
}

/// The header with the payment, and the version in which it pays.
fn presented(headers: &HeaderMap) -> Result<Option<(Version, &[u8])>, Problem> {
    let mut found = None;
    for version in [Version::V2, Version::V1] {
        let name = version.payment_header();
        for value in headers.get_all(name) {
            if found.is_some() {
                let why = "pay once: with one of `PAYMENT-SIGNATURE` and `X-PAYMENT`";
                return Err(Problem::new(Code::InvalidPayment).at(name, why));
            }
            found = Some((version, value.as_bytes()));
        }
    }
    Ok(found)
}

/// Whether what was presented before is presented again, for the same.
fn same(
    known: &Reservation,
    (shop, payment, order): (&Shop, &Payment, &Order),
) -> Result<(), Problem> {
    // Versions write the same authorization; another signature is another's.
    let is_same = known.workflow_id == shop.workflow
        && known.payment.authorization == payment.authorization
        && known.payment.signature == payment.signature
        && known.fingerprint == order.fingerprint;
    if is_same { Ok(()) } else { Err(Problem::new(Code::PaymentConflict)) }
}

fn count(outcome: &'static str) {
    metrics::counter!("chainkeel_x402_requests_total", "outcome" => outcome).increment(1);
}
