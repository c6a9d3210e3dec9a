//! Configuration.

use std::ffi::OsString;
use std::path::PathBuf;

/// What the environment says of the machine, rather than of Chainkeel.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Where programs are looked for.
    pub path: Option<OsString>,
    /// The user's directory for sockets.
    pub runtime_directory: Option<PathBuf>,
}

impl Surroundings {
    /// Reads them.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub fn read() -> Self {
        Self {
            path: std::env::var_os("PATH"),
            runtime_directory: std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
        }
    }
}
