//! A real PKCS#11 token of the test's own, by SoftHSM2: `scripts/prerequisites` installs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chainkeel::primitives::Secret;
use chainkeel::signing::{Pkcs11, Pkcs11Config, Signer, softhsm};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A token. It goes with its test.
pub(crate) struct SoftHsm {
    place: TempDir,
    pub(crate) config: Pkcs11Config,
}

impl SoftHsm {
    /// A fresh token, as `chainkeel dev` makes it.
    pub(crate) async fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let module =
            softhsm::installed().expect("SoftHSM2 is not there: run scripts/prerequisites");
        let config = softhsm::in_directory(module, place.path(), rand::random()).unwrap();
        let token = Self { place, config };
        token.device().prepare().await.unwrap();
        token
    }

    /// The token as a backend.
    pub(crate) fn device(&self) -> Pkcs11 {
        self.config.device(Path::new(env!("CARGO_BIN_EXE_chainkeel"))).unwrap()
    }

    /// Who signs by it.
    pub(crate) fn signer(&self) -> Signer {
        Signer::new(Arc::new(self.device()))
    }

    /// Who would sign by it with another PIN.
    pub(crate) fn with_pin(&self, pin: &str) -> Signer {
        let config = Pkcs11Config { pin: Some(Secret::new(pin)), ..self.config.clone() };
        let device = config.device(Path::new(env!("CARGO_BIN_EXE_chainkeel")));
        Signer::new(Arc::new(device.unwrap()))
    }

    /// Takes the token out of its slot.
    pub(crate) fn take_away(&self) {
        fs::rename(self.tokens(), self.elsewhere()).unwrap();
        fs::create_dir(self.tokens()).unwrap();
    }

    /// Puts it back.
    pub(crate) fn bring_back(&self) {
        fs::remove_dir_all(self.tokens()).unwrap();
        fs::rename(self.elsewhere(), self.tokens()).unwrap();
    }

    /// Kills the processes that hold its module for this one; gives how many there were.
    pub(crate) fn kill_hosts() -> usize {
        Self::kill_hosts_of(std::process::id())
    }

    /// The same for another process.
    pub(crate) fn kill_hosts_of(process: u32) -> usize {
        let mut killed = 0;
        for task in fs::read_dir(format!("/proc/{process}/task")).unwrap() {
            // A thread may be gone by now.
            let children = fs::read_to_string(task.unwrap().path().join("children"));
            for child in children.unwrap_or_default().split_whitespace() {
                let said = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
                if said.contains(chainkeel::signing::HOST_COMMAND) {
                    let pid = Pid::from_raw(child.parse().unwrap()).unwrap();
                    kill_process(pid, Signal::KILL).unwrap();
                    killed += 1;
                }
            }
        }
        killed
    }

    fn tokens(&self) -> PathBuf {
        self.place.path().join("softhsm/tokens")
    }

    fn elsewhere(&self) -> PathBuf {
        self.place.path().join("softhsm/taken-away")
    }
}
