//! The environment, read once.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::settings::SETTINGS;

/// What the environment holds: settings of Chainkeel, and what it says of the machine.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Where programs are looked for.
    pub path: Option<OsString>,
    /// The user's directory for sockets.
    pub runtime_directory: Option<PathBuf>,
    /// The user's directory for what programs keep: `XDG_CONFIG_HOME`, else `~/.config`.
    pub config_directory: Option<PathBuf>,
    /// Those of all settings, and what else begins with `CHAINKEEL_`. An empty variable counts as none.
    pub variables: BTreeMap<String, String>,
}

impl Surroundings {
    /// Reads them.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub fn read() -> Self {
        let known = |name: &str| SETTINGS.iter().any(|setting| setting.variable == name);
        let ours = |name: &str| known(name) || name.starts_with("CHAINKEEL_");
        let variables = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, value)| ours(name) && !value.is_empty())
            .collect();
        let config = env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty());
        let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
        Self {
            config_directory: config.map(PathBuf::from).or_else(home),
            path: env::var_os("PATH"),
            runtime_directory: env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
            variables,
        }
    }
}
