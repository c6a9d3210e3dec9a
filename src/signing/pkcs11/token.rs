//! A token as its module shows it. This runs in a host.

use std::collections::HashMap;

use alloy_primitives::{B256, hex};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use k256::ecdsa::VerifyingKey;

use super::talk::{Fault, FaultKind, Opening};
use crate::proof::{Checkpoint, Origin};

/// The curve's name, 1.3.132.0.10, in DER.
const SECP256K1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
/// The name of the curve of Ed25519 in DER, `edwards25519`, as PKCS#11 3.0 has it.
const EDWARDS25519: &[u8] =
    &[0x13, 0x0c, b'e', b'd', b'w', b'a', b'r', b'd', b's', b'2', b'5', b'5', b'1', b'9'];
/// How many keys a host remembers the handles of.
const MAX_REMEMBERED: usize = 1_024;

/// A session of a user with a token.
pub(super) struct Token {
    session: Session,
    keys: HashMap<String, ObjectHandle>,
}

impl Token {
    /// Loads the module, finds the token by its label and logs in.
    pub(super) fn open(opening: &Opening) -> Result<Self, Fault> {
        let module = load(&opening.module)?;
        let slot = find(&module, &opening.token)?.ok_or_else(|| {
            Fault::new(FaultKind::Gone, format!("there is no token called `{}`", opening.token))
        })?;
        let session = module.open_rw_session(slot).map_err(fault("opening a session"))?;
        let pin = AuthPin::from(opening.pin.as_str());
        session.login(UserType::User, Some(&pin)).map_err(fault("logging in"))?;
        Ok(Self { session, keys: HashMap::new() })
    }

    /// Makes a token of that label in a free slot, unless there is one. The user's PIN is that of
    /// its security officer, too: whoever has the one needs no other.
    pub(super) fn prepare(opening: &Opening) -> Result<(), Fault> {
        let module = load(&opening.module)?;
        if find(&module, &opening.token)?.is_some() {
            return Ok(());
        }
        let pin = AuthPin::from(opening.pin.as_str());
        let slots = module.get_all_slots().map_err(fault("listing slots"))?;
        let free = slots.last().ok_or_else(|| Fault::new(FaultKind::Refused, "no slot is free"))?;
        module.init_token(*free, &pin, &opening.token).map_err(fault("making a token"))?;
        // The token has another slot from now on.
        let slot = find(&module, &opening.token)?
            .ok_or_else(|| Fault::new(FaultKind::Refused, "the token that was made is gone"))?;
        let session = module.open_rw_session(slot).map_err(fault("opening a session"))?;
        session.login(UserType::So, Some(&pin)).map_err(fault("logging in as an officer"))?;
        session.init_pin(&pin).map_err(fault("setting the PIN"))?;
        session.logout().map_err(fault("logging out"))
    }

    /// Makes a key that never leaves the token, unless there is one; gives its public key.
    pub(super) fn create(&mut self, label: &str) -> Result<String, Fault> {
        match self.point(label) {
            Err(Fault { kind: FaultKind::NoKey, .. }) => {}
            other => return other,
        }
        self.make(label, (&Mechanism::EccKeyPairGen, SECP256K1))?;
        self.point(label)
    }

    /// Makes a key on this curve that never leaves the token.
    fn make(&self, label: &str, (by, curve): (&Mechanism<'_>, &[u8])) -> Result<(), Fault> {
        let name = label.as_bytes().to_vec();
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(curve.to_vec()),
            Attribute::Id(name.clone()),
            Attribute::Label(name.clone()),
        ];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Id(name.clone()),
            Attribute::Label(name),
        ];
        self.session
            .generate_key_pair(by, &public, &private)
            .map(drop)
            .map_err(fault("making a key"))
    }

    /// The public key that signs the checkpoints of this ledger, in hexadecimal; it is made unless
    /// there is one.
    pub(super) fn checkpoint_key(&mut self, origin: &Origin) -> Result<String, Fault> {
        let label = label_of(origin);
        match self.private(&label, KeyType::EC_EDWARDS) {
            Err(Fault { kind: FaultKind::NoKey, .. }) => {
                self.make(&label, (&Mechanism::EccEdwardsKeyPairGen, EDWARDS25519))?;
            }
            found => drop(found?),
        }
        let point = self.point_of(&label, KeyType::EC_EDWARDS)?;
        // A DER text of bytes, or the bare point.
        let bare = point.strip_prefix(&[0x04, 0x20]).filter(|bare| bare.len() == 32);
        let bare = bare.unwrap_or(&point);
        if bare.len() == 32 {
            Ok(hex::encode(bare))
        } else {
            Err(Fault::new(FaultKind::Refused, format!("{label} is no key of Ed25519")))
        }
    }

    /// Signs a checkpoint, and nothing else; gives the signature in hexadecimal.
    pub(super) fn sign_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<String, Fault> {
        let key = self.private(&label_of(&checkpoint.origin), KeyType::EC_EDWARDS)?;
        let by = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        let text = checkpoint.to_string();
        let signature =
            self.session.sign(&by, key, text.as_bytes()).map_err(fault("signing a checkpoint"))?;
        Ok(hex::encode(signature))
    }

    /// The public key of a label: a point without compression, in hexadecimal.
    pub(super) fn point(&mut self, label: &str) -> Result<String, Fault> {
        self.private(label, KeyType::EC)?;
        let point = self.point_of(label, KeyType::EC)?;
        // A DER text of bytes, as the standard has it, or the bare point, as some devices do.
        let bare = point.strip_prefix(&[0x04, 0x41]).filter(|bare| bare.len() == 65);
        let key = VerifyingKey::from_sec1_bytes(bare.unwrap_or(&point)).map_err(|_| {
            Fault::new(FaultKind::Refused, format!("{label} is no key of secp256k1"))
        })?;
        Ok(hex::encode(key.to_encoded_point(false)))
    }

    /// A public key as the token has it.
    fn point_of(&self, label: &str, kind: KeyType) -> Result<Vec<u8>, Fault> {
        let public = self.one((ObjectClass::PUBLIC_KEY, kind), label)?;
        let attributes = self
            .session
            .get_attributes(public, &[AttributeType::EcPoint])
            .map_err(fault("reading a public key"))?;
        let point = attributes.into_iter().find_map(|attribute| {
            if let Attribute::EcPoint(point) = attribute { Some(point) } else { None }
        });
        Ok(point.unwrap_or_default())
    }

    /// Signs a digest; gives `r` and `s` in hexadecimal.
    pub(super) fn sign(&mut self, label: &str, digest: B256) -> Result<String, Fault> {
        let key = self.private(label, KeyType::EC)?;
        let pair = self
            .session
            .sign(&Mechanism::Ecdsa, key, digest.as_slice())
            .map_err(fault("signing"))?;
        Ok(hex::encode(pair))
    }

    /// The handle of a private key, which must be one that cannot be read.
    fn private(&mut self, label: &str, kind: KeyType) -> Result<ObjectHandle, Fault> {
        if let Some(key) = self.keys.get(label) {
            return Ok(*key);
        }
        let key = self.one((ObjectClass::PRIVATE_KEY, kind), label)?;
        let attributes = self
            .session
            .get_attributes(key, &[AttributeType::Sensitive, AttributeType::Extractable])
            .map_err(fault("reading what may be done with a key"))?;
        let stays = attributes.contains(&Attribute::Sensitive(true))
            && attributes.contains(&Attribute::Extractable(false));
        if !stays {
            let text = format!("the key {label} could be taken out of the token");
            return Err(Fault::new(FaultKind::Refused, text));
        }
        if self.keys.len() >= MAX_REMEMBERED {
            self.keys.clear();
        }
        self.keys.insert(label.to_owned(), key);
        Ok(key)
    }

    fn one(
        &self,
        (class, kind): (ObjectClass, KeyType),
        label: &str,
    ) -> Result<ObjectHandle, Fault> {
        let wanted = [
            Attribute::Class(class),
            Attribute::KeyType(kind),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        let found = self.session.find_objects(&wanted).map_err(fault("looking for a key"))?;
        match found[..] {
            [] => Err(Fault::new(FaultKind::NoKey, format!("there is no key {label}"))),
            [key] => Ok(key),
            [..] => {
                Err(Fault::new(FaultKind::Ambiguous, format!("there are several keys {label}")))
            }
        }
    }
}

/// The label of the key that signs the checkpoints of a ledger. No wallet's key is called so: theirs
/// begin with the id of an organization.
fn label_of(origin: &Origin) -> String {
    format!("ledger:{origin}")
}

fn load(path: &str) -> Result<Pkcs11, Fault> {
    let module = Pkcs11::new(path).map_err(fault("loading the module"))?;
    module
        .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        .map_err(fault("starting the module"))?;
    Ok(module)
}

/// The slot of the token of this label.
fn find(module: &Pkcs11, label: &str) -> Result<Option<Slot>, Fault> {
    let slots = module.get_slots_with_initialized_token().map_err(fault("listing tokens"))?;
    let mut found = None;
    for slot in slots {
        let token = module.get_token_info(slot).map_err(fault("reading a token's label"))?;
        if token.label() == label && found.replace(slot).is_some() {
            let text = format!("there are several tokens called `{label}`");
            return Err(Fault::new(FaultKind::Refused, text));
        }
    }
    Ok(found)
}

/// What follows from an error of the module.
fn fault(doing: &'static str) -> impl Fn(Error) -> Fault {
    move |error| Fault::new(kind(&error), format!("{doing}: {error}"))
}

fn kind(error: &Error) -> FaultKind {
    let Error::Pkcs11(code, _) = error else {
        // The module is not there, or lacks what every module has. It may be back after an update.
        return if matches!(error, Error::LibraryLoading(_)) {
            FaultKind::Gone
        } else {
            FaultKind::Refused
        };
    };
    let is_of_the_pin = matches!(
        code,
        RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinExpired
            | RvError::PinLocked
            | RvError::UserPinNotInitialized
    );
    let will_be_refused_again = matches!(
        code,
        RvError::ArgumentsBad
            | RvError::AttributeReadOnly
            | RvError::AttributeSensitive
            | RvError::AttributeTypeInvalid
            | RvError::AttributeValueInvalid
            | RvError::CurveNotSupported
            | RvError::DataInvalid
            | RvError::DataLenRange
            | RvError::FunctionNotSupported
            | RvError::KeyFunctionNotPermitted
            | RvError::KeySizeRange
            | RvError::KeyTypeInconsistent
            | RvError::MechanismInvalid
            | RvError::MechanismParamInvalid
            | RvError::SessionReadOnly
            | RvError::TemplateIncomplete
            | RvError::TemplateInconsistent
            | RvError::TokenWriteProtected
    );
    if is_of_the_pin {
        FaultKind::Pin
    } else if will_be_refused_again {
        FaultKind::Refused
    } else {
        // Sessions that ended, tokens that were pulled, and whatever a module does not name.
        FaultKind::Gone
    }
}
