//! `chainkeel completions`: what a shell needs to complete our commands.

use clap::Args;
use clap_complete::{Shell, generate};

/// Prints the completions of a shell, to be sourced by it
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut commands: clap::Command) {
        let mut script = Vec::new();
        generate(self.shell, &mut commands, "chainkeel", &mut script);
        super::print::line(&String::from_utf8_lossy(&script));
    }
}
