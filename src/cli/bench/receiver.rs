//! A receiver of deliveries in the process of the measurement: it counts, and answers with 200; on one path it never
//! answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};

use super::peer::Peer;

/// Longer than anybody waits for an answer.
const SILENCE: Duration = Duration::from_mins(10);

/// What came, by path.
type Came = Arc<Mutex<HashMap<String, usize>>>;

/// A receiver that is up.
pub(super) struct Receiver {
    peer: Peer,
    came: Came,
}

impl Receiver {
    /// Starts one on a free port of the loopback interface; at `/dead` it never answers.
    pub(super) fn start(dead: &'static str) -> std::io::Result<Self> {
        let came = Came::default();
        let shared = web::Data::new((Arc::clone(&came), dead));
        let peer = Peer::start(move |services| {
            services.app_data(shared.clone()).default_service(web::to(take));
        })?;
        Ok(Self { peer, came })
    }

    /// The opening of the outbound door that leads to it.
    pub(super) fn opening(&self) -> String {
        format!("127.0.0.1/32:{}", self.peer.address.port())
    }

    /// A path of it.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.peer.address)
    }

    /// How many requests came to each path.
    pub(super) fn came(&self) -> HashMap<String, usize> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts anew.
    pub(super) fn forget(&self) {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.peer.stop().await;
    }
}

async fn take(
    request: HttpRequest,
    _: web::Bytes,
    shared: web::Data<(Came, &'static str)>,
) -> HttpResponse {
    let (came, dead) = &**shared;
    let path = request.path().trim_start_matches('/');
    *came.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_default() += 1;
    if path == *dead {
        tokio::time::sleep(SILENCE).await;
    }
    HttpResponse::Ok().finish()
}
