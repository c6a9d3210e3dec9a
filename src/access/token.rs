//! Tokens of sessions: signed claims for ten minutes, and for one stream.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::signature;
use crate::primitives::{OrganizationId, SessionId, UserId};

/// Who says all of this.
const ISSUER: &str = "chainkeel";
/// How long an access token lives.
pub const ACCESS_LIFE: Duration = Duration::minutes(10);
/// How long a ticket for a stream may be used, once.
pub const TICKET_LIFE: Duration = Duration::seconds(30);
/// How far the clocks of our own processes may be apart.
pub const LEEWAY: Duration = Duration::seconds(10);
/// The longest text that is read as a token; ours have about 500 bytes.
const MAX_TOKEN: usize = 2_048;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Opens the API.
    Access,
    /// Opens one stream, once.
    Ticket,
}

impl TokenKind {
    const fn audience(self) -> &'static str {
        match self {
            Self::Access => "chainkeel-api",
            Self::Ticket => "chainkeel-stream",
        }
    }

    /// How long such a token lives.
    pub const fn life(self) -> Duration {
        match self {
            Self::Access => ACCESS_LIFE,
            Self::Ticket => TICKET_LIFE,
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    aud: String,
    /// Whose it is.
    pub sub: UserId,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    nbf: i64,
    iat: i64,
    /// What it is called: no other has the same name.
    pub jti: String,
    /// The session that it belongs to.
    pub sid: SessionId,
    /// The organization in whose name a ticket opens a stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrganizationId>,
}

impl Claims {
    /// The claims of a token that is issued now.
    pub fn new(
        kind: TokenKind,
        (user, session): (UserId, SessionId),
        org: Option<OrganizationId>,
        jti: String,
        now: OffsetDateTime,
    ) -> Self {
        let iat = now.unix_timestamp();
        Self {
            iss: ISSUER.to_owned(),
            aud: kind.audience().to_owned(),
            sub: user,
            exp: iat + kind.life().whole_seconds(),
            nbf: iat,
            iat,
            jti,
            sid: session,
            org,
        }
    }
}

/// What a token for a gateway says: all that is known of its holder, since a gateway asks nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamClaims {
    iss: String,
    aud: String,
    /// Who holds it, as events name them.
    pub sub: String,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    nbf: i64,
    iat: i64,
    /// What it is called: no other has the same name.
    pub jti: String,
    /// The organization whose streams it opens.
    pub org: OrganizationId,
    /// Whether its holder sees what is private to others.
    pub all: bool,
}

/// Who streams at a gateway are for: no other token opens them, and this one opens nothing else.
const GATEWAY: &str = "chainkeel-gateway";

impl StreamClaims {
    /// The claims of a token that is issued now; it lives as long as one for the API.
    pub fn new(
        sub: String,
        org: OrganizationId,
        all: bool,
        jti: String,
        now: OffsetDateTime,
    ) -> Self {
        let iat = now.unix_timestamp();
        let exp = iat + ACCESS_LIFE.whole_seconds();
        let (iss, aud) = (ISSUER.to_owned(), GATEWAY.to_owned());
        Self { iss, aud, sub, exp, nbf: iat, iat, jti, org, all }
    }
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It is no token of ours.
    #[error("this is no access token of this server")]
    Malformed,
    /// Its key is not known, or retired.
    #[error("the token was signed by a key that is not accepted here")]
    UnknownKey,
    /// The signature, the audience, the issuer or a claim is wrong.
    #[error("the token is not valid here")]
    Invalid,
    /// It is over.
    #[error("the token has expired: refresh the session")]
    Expired,
    /// It has not begun.
    #[error("the token is not valid yet: do the clocks agree?")]
    Early,
}

/// A public key, as JWKS shows it: the coordinates of a point on P-256 in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its first coordinate.
    pub x: String,
    /// Its second.
    pub y: String,
}

impl PublicKey {
    /// What it is called: its thumbprint (RFC 7638).
    pub fn kid(&self) -> String {
        let Self { x, y } = self;
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        BASE64URL.encode(Sha256::digest(members))
    }
}

/// A key that signs tokens.
pub struct SigningKey {
    kid: String,
    key: EncodingKey,
}

impl SigningKey {
    /// A fresh key: the private part in PKCS#8, to be sealed, and the public one.
    pub fn generate(random: &SystemRandom) -> Option<(Zeroizing<Vec<u8>>, PublicKey)> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random).ok()?;
        let pair = signature::pair(pkcs8.as_ref())?;
        // An uncompressed point: a byte 4, then both coordinates.
        let (x, y) = pair.public_key().as_ref().get(1..)?.split_at_checked(32)?;
        let public = PublicKey { x: BASE64URL.encode(x), y: BASE64URL.encode(y) };
        Some((Zeroizing::new(pkcs8.as_ref().to_vec()), public))
    }

    /// The key as it was kept.
    pub fn kept(kid: String, pkcs8: &[u8]) -> Option<Self> {
        signature::pair(pkcs8)?;
        Some(Self { kid, key: EncodingKey::from_ec_der(pkcs8) })
    }

    /// What it is called.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The token that says these claims.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        signature::install();
        jsonwebtoken::encode(&header(&self.kid), claims, &self.key)
            .expect("the key was tried, and claims are plain texts and numbers")
    }
}

/// Says nothing of the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// The key that a token says it was signed with. Nothing of it has been verified.
pub fn kid_of(token: &str) -> Result<String, BadToken> {
    if token.len() > MAX_TOKEN {
        return Err(BadToken::Malformed);
    }
    let found = jsonwebtoken::decode_header(token).map_err(|_| BadToken::Malformed)?;
    let kid = found.kid.clone().ok_or(BadToken::Malformed)?;
    // Nothing else may stand there: no key, no address of one, nothing critical.
    if found == header(&kid) { Ok(kid) } else { Err(BadToken::Malformed) }
}

/// Verifies a token by the key that it names.
pub fn verify(
    token: &str,
    kind: TokenKind,
    key: &PublicKey,
    now: OffsetDateTime,
) -> Result<Claims, BadToken> {
    let claims: Claims = verified(token, kind.audience(), key)?;
    must_hold((claims.iat, claims.nbf, claims.exp), kind.life(), now)?;
    Ok(claims)
}

/// Verifies a token for a gateway by the key that it names.
pub fn verify_stream(
    token: &str,
    key: &PublicKey,
    now: OffsetDateTime,
) -> Result<StreamClaims, BadToken> {
    let claims: StreamClaims = verified(token, GATEWAY, key)?;
    must_hold((claims.iat, claims.nbf, claims.exp), ACCESS_LIFE, now)?;
    Ok(claims)
}

/// What a token says that was signed by this key for this audience, whenever that was.
fn verified<C: DeserializeOwned>(
    token: &str,
    audience: &str,
    key: &PublicKey,
) -> Result<C, BadToken> {
    signature::install();
    kid_of(token)?;
    let key = DecodingKey::from_ec_components(&key.x, &key.y).map_err(|_| BadToken::UnknownKey)?;
    let mut wanted = Validation::new(Algorithm::ES256);
    wanted.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    wanted.set_audience(&[audience]);
    wanted.set_issuer(&[ISSUER]);
    // The hour is ours to tell: the library would ask the machine.
    wanted.validate_exp = false;
    wanted.validate_nbf = false;
    let found = jsonwebtoken::decode::<C>(token, &key, &wanted);
    Ok(found.map_err(|_| BadToken::Invalid)?.claims)
}

/// Whether a token that was issued, begins and ends then holds now.
fn must_hold(
    (issued, begins, ends): (i64, i64, i64),
    life: Duration,
    now: OffsetDateTime,
) -> Result<(), BadToken> {
    let (now, leeway) = (now.unix_timestamp(), LEEWAY.whole_seconds());
    if ends.saturating_sub(issued) > life.whole_seconds() {
        return Err(BadToken::Invalid);
    }
    if begins.max(issued) > now.saturating_add(leeway) {
        return Err(BadToken::Early);
    }
    if ends.saturating_add(leeway) <= now {
        return Err(BadToken::Expired);
    }
    Ok(())
}

fn header(kid: &str) -> Header {
    Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) }
}
