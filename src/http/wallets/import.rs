use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create::added;
use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::unhex;
use crate::secrets::Mask;
use crate::signing::PrivateKey;

/// A wallet whose key is brought along.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ImportWallet {
    /// 1 to 64 characters; no other wallet of the organization has it.
    #[schema(example = "Old treasury")]
    name: String,
    /// The private key, 32 bytes in hexadecimal. It is sealed at once and never shown.
    private_key: String,
}

/// Makes a wallet of a key that is brought along. Whoever had the key may still have it: a wallet whose
/// key the backend makes is better. Backends that hand no key out take none in, either.
#[utoipa::path(
    post,
    operation_id = "import_wallet",
    path = "/v1/wallets/import",
    tag = "wallets",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = ImportWallet,
    responses(
        (status = 201, description = "Made", body = Envelope<Record>),
        (status = 409, description = "Another wallet has the name or the key, or there are too many", body = Document),
        (status = 422, description = "It is no key, or the backend takes none", body = Document),
        (status = 503, description = "The backend of keys does not answer", body = Document),
    ),
)]
pub async fn import(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<ImportWallet>,
) -> Result<Answer<Record>, Problem> {
    let ImportWallet { name, private_key } = body.content;
    let _mask = Mask::of([private_key.as_bytes()]);
    let digits = private_key.strip_prefix("0x").unwrap_or(&private_key);
    let brought = unhex(digits).and_then(|bytes| PrivateKey::new(bytes).ok()).ok_or_else(|| {
        let message = "must be a private key of secp256k1: 32 bytes in hexadecimal";
        Problem::new(Code::InvalidBody).at("/privateKey", message)
    })?;
    added(&api, &who, key, &body.fingerprint, (name, Some(brought))).await
}
