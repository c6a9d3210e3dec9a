//! TLS for everything outbound: ring, and the roots that the machine trusts.

use std::sync::{Arc, LazyLock};

use rustls::{ClientConfig, RootCertStore};

/// Read once a process, since parsing the machine's hundred and more roots takes milliseconds.
static ROOTS: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| Arc::new(roots()));

/// A client configuration over ring with HTTP/2 and HTTP/1.1.
pub(super) fn client() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(ROOTS.clone())
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The machine's roots; on a machine that has none (a bare container), Mozilla's.
fn roots() -> RootCertStore {
    let mut store = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate root of this machine cannot be read");
    }
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        tracing::info!("this machine trusts no certificate roots: those of Mozilla are used");
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    store
}
