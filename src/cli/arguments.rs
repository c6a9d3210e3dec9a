//! The command line: which command, with what.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::completions::Completions;
use super::config::Show;
use super::dev::Dev;
use super::migrate::Migrate;
use super::serve::Serve;

/// Workflow automation for blockchain operations whose every run is a ledger.
#[derive(Debug, Parser)]
#[command(name = "chainkeel", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dev(Dev),
    Serve(Serve),
    Migrate(Migrate),
    Config(Show),
    Completions(Completions),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    // Fails only when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match Arguments::parse().command {
        Command::Dev(dev) => dev.run(),
        Command::Serve(serve) => serve.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Config(show) => show.run(),
        Command::Completions(completions) => {
            completions.run(Arguments::command());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        Arguments::command().debug_assert();
    }
}
