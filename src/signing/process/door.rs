//! The side that has the keys.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::talk::{Question, Said, hear, say};

/// How many are answered at the same time; others wait.
const AT_ONCE: usize = 64;
/// How long somebody who has connected may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who has the keys, and decides whether they are used.
pub trait Keeper: Send + Sync + 'static {
    /// Answers a question.
    fn answer(&self, question: Question) -> BoxFuture<'_, Said>;
}

/// A socket at which somebody may knock.
#[derive(Debug)]
pub struct Door {
    socket: PathBuf,
    listener: UnixListener,
}

impl Door {
    /// Opens the door at this path. A socket that an earlier process left is taken over; one behind which
    /// somebody answers is not.
    ///
    /// # Errors
    /// The socket cannot be made, or somebody else has it.
    pub async fn open(socket: &Path) -> io::Result<Self> {
        if UnixStream::connect(socket).await.is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another signer answers there"));
        }
        match fs::remove_file(socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(socket)?;
        // The directory says who may come near; nobody else of the machine gets in.
        fs::set_permissions(socket, fs::Permissions::from_mode(0o660))?;
        Ok(Self { socket: socket.to_owned(), listener })
    }

    /// Answers whoever connects until it is told to stop; what was asked by then is answered first.
    ///
    /// # Errors
    /// The socket is broken.
    pub async fn serve(self, keeper: Arc<dyn Keeper>, stop: CancellationToken) -> io::Result<()> {
        let (room, mut talks) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
        loop {
            let stream = tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = talks.join_next() => continue,
                accepted = self.listener.accept() => accepted?.0,
            };
            let (room, keeper) = (Arc::clone(&room), Arc::clone(&keeper));
            talks.spawn(async move {
                let Ok(_seat) = room.acquire_owned().await else { return };
                if let Err(error) = talk(stream, &*keeper).await {
                    tracing::debug!("somebody left while the signer answered: {error}");
                }
            });
        }
        while talks.join_next().await.is_some() {}
        // Whoever starts next takes it over all the same.
        let _ = fs::remove_file(&self.socket);
        Ok(())
    }
}

async fn talk(mut stream: UnixStream, keeper: &dyn Keeper) -> io::Result<()> {
    let late = || io::Error::new(io::ErrorKind::TimedOut, "no question came");
    let heard = tokio::time::timeout(PATIENCE, hear::<Question>(&mut stream)).await;
    let said = match heard.map_err(|_| late())?? {
        Some(question) => keeper.answer(question).await,
        None => Said::Refused("the question cannot be read".to_owned()),
    };
    say(&mut stream, &said).await
}
