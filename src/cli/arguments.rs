//! The command line: which command, with what.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::audit::Audit;
use super::bench::Bench;
use super::blueprint::{Block, Template};
use super::chain::Chain;
use super::client::{self, Client, Server};
use super::completions::Completions;
use super::config::Show;
use super::connector::Connector;
use super::data::Data;
use super::dead_letter::DeadLetter;
use super::dev::Dev;
use super::doctor::Doctor;
use super::event::Event;
use super::failure::Failure;
use super::gateway::Gateway;
use super::import::Import;
use super::interface::Interface;
use super::key::Key;
use super::knowledge::Knowledge;
use super::ledger::{Ledger, Retention};
use super::login::{LogIn, LogOut, Register};
use super::member::Member;
use super::migrate::Migrate;
use super::organization::Organization;
use super::outgoing::{Hook, Subscription};
use super::projections::Projections;
use super::readiness::Checklist;
use super::review::Review;
use super::role::Role;
use super::run::Run;
use super::schedule::Schedules;
use super::schema::Schema;
use super::search::Sought;
use super::secrets::Secrets;
use super::seed::Seed;
use super::serve::Serve;
use super::signing::{Policy, Signature, Signer, Transaction, Wallet, X402};
use super::task::Task;
use super::test::Test;
use super::token_keys::TokenKeys;
use super::trigger::Trigger;
use super::usage::Usage;
use super::user::User;
use super::webhook::Webhook;
use super::workflow::Workflow;
use crate::actions::serve_code;

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
    Signer(Signer),
    Gateway(Gateway),
    Migrate(Migrate),
    /// Check, save and publish workflows from files
    Workflow {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Workflow,
    },
    /// Start runs, watch them, look at them, replay them
    Run {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Run,
    },
    /// See what came in by webhooks, have it come again
    Webhook {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Webhook,
    },
    /// Find work for people, take it, answer it
    Task {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Task,
    },
    Schedule(Schedules),
    Import(Import),
    /// See what the trigger of a workflow would fire
    Trigger {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Trigger,
    },
    Test(Test),
    /// Answer the launch checklist for workflows, with the evidence
    Readiness {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        what: Checklist,
    },
    /// Compute units: what they cost, what was used, what is left
    Usage {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Usage,
    },
    /// Tables of the organization: make them, fill them, ask them
    Data {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Data,
    },
    /// Documents of the organization, and where in them something is said
    Knowledge {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Knowledge,
    },
    /// Register schemas, move them on, and hold values against them
    Schema {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Schema,
    },
    /// With what the organization signs
    Wallet {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Wallet,
    },
    /// What runs want of wallets, and what became of it
    Transaction {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Transaction,
    },
    /// What documents wallets were to sign, and what became of it
    Signature {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Signature,
    },
    /// Pay for HTTP requests, and see which runs were sold
    X402 {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: X402,
    },
    /// Connect providers, test and replace credentials
    Connector {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Connector,
    },
    /// Found organizations, look at them; show who you are
    Organization {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Organization,
    },
    /// See who belongs to the organization; invite, remove, give roles
    Member {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Member,
    },
    /// See the roles of the organization, and make others
    Role {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Role,
    },
    /// Issue and revoke API keys, and the service accounts that they belong to
    Key {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Key,
    },
    /// See who did what, and what was refused; export runs with their proofs, verify them
    Audit {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Audit,
    },
    /// Take along everything that happened, in its order
    Ledger {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Ledger,
    },
    /// Workflows that drafts are made from
    Template {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Template,
    },
    /// Parts of workflows, put in when a draft is published
    Block {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Block,
    },
    /// Forms for tasks and views of runs: list them, check them, write them
    Interface {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Interface,
    },
    /// Have drafts looked at by others before they go live
    Review {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Review,
    },
    /// Find workflows, nodes, runs and errors by words
    Search {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        what: Sought,
    },
    /// Tell endpoints of the outside what happens in runs
    Hook {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Hook,
    },
    /// Send events to endpoints of the outside
    Subscription {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Subscription,
    },
    /// What was given up: look at it, let it be tried again, discard it
    DeadLetter {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: DeadLetter,
    },
    /// Publish events, find them again, say what they look like
    Event {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Event,
    },
    Register(Register),
    Login(LogIn),
    Logout(LogOut),
    /// Register people, suspend them, let them choose a password
    User {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: User,
    },
    /// The keys that sign access tokens
    TokenKeys {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: TokenKeys,
    },
    /// Settle what is kept and for how long, hold runs, let old months leave the database
    Retention {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Retention,
    },
    Projections(Projections),
    /// Say what keys may sign, and ask what would be decided
    Policy {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Policy,
    },
    /// See which chains are known and how far they were followed
    Chain {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: Chain,
    },
    Secrets(Secrets),
    Doctor(Doctor),
    Bench(Bench),
    Seed(Box<Seed>),
    Config(Show),
    Completions(Completions),
    /// Runs the code of `code-transform` nodes; started by the server itself
    #[command(hide = true)]
    CodeWorker,
    /// Holds values against schemas; started by the server itself
    #[command(hide = true)]
    ValidationWorker,
    /// Holds a session with a PKCS#11 token; started by the server itself
    #[command(hide = true)]
    SigningHost,
}

/// What asks a server. Each command has a type of its own, and all of them run alike.
macro_rules! asked {
    ($server:ident, $what:ident) => {
        with_client(&$server, async |client| $what.run(&client).await)
    };
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    // Fails only when a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match Arguments::parse().command {
        Command::Dev(dev) => dev.run(),
        Command::Serve(serve) => serve.run(),
        Command::Signer(signer) => signer.run(),
        Command::Gateway(gateway) => gateway.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Workflow { server, what } => asked!(server, what),
        Command::Run { server, what } => asked!(server, what),
        Command::Webhook { server, what } => asked!(server, what),
        Command::Task { server, what } => asked!(server, what),
        Command::Schedule(schedule) => schedule.run(),
        Command::Import(import) => import.run(),
        Command::Test(test) => return test.run(),
        Command::Readiness { server, what } => asked!(server, what),
        Command::Usage { server, what } => asked!(server, what),
        Command::Data { server, what } => asked!(server, what),
        Command::Knowledge { server, what } => asked!(server, what),
        Command::Schema { server, what } => asked!(server, what),
        Command::Wallet { server, what } => asked!(server, what),
        Command::Transaction { server, what } => asked!(server, what),
        Command::Signature { server, what } => asked!(server, what),
        Command::X402 { server, what } => asked!(server, what),
        Command::Connector { server, what } => asked!(server, what),
        Command::Organization { server, what } => asked!(server, what),
        Command::Member { server, what } => asked!(server, what),
        Command::Role { server, what } => asked!(server, what),
        Command::Key { server, what } => asked!(server, what),
        Command::Audit { server, what: Audit::Verify(verify) } => verify.run(server.json),
        Command::Audit { server, what: Audit::Replay(replay) } => replay.run(server.json),
        Command::Audit { server, what } => asked!(server, what),
        Command::Ledger { server, what } => asked!(server, what),
        Command::Retention { server, what: Retention::Seal(seal) } => seal.run(server.json),
        Command::Retention { server, what: Retention::Verify(verify) } => verify.run(server.json),
        Command::Retention { server, what } => asked!(server, what),
        Command::Template { server, what } => asked!(server, what),
        Command::Block { server, what } => asked!(server, what),
        Command::Interface { server, what } => asked!(server, what),
        Command::Review { server, what } => asked!(server, what),
        Command::Search { server, what } => asked!(server, what),
        Command::Hook { server, what } => asked!(server, what),
        Command::Subscription { server, what } => asked!(server, what),
        Command::DeadLetter { server, what } => asked!(server, what),
        Command::Event { server, what } => asked!(server, what),
        Command::Register(register) => {
            actix_rt::System::new().block_on(register.run()).map_err(Failure::from)
        }
        Command::Login(login) => {
            actix_rt::System::new().block_on(login.run()).map_err(Failure::from)
        }
        Command::Logout(logout) => {
            actix_rt::System::new().block_on(logout.run()).map_err(Failure::from)
        }
        Command::User { server, what } => asked!(server, what),
        Command::TokenKeys { server, what } => asked!(server, what),
        Command::Projections(projections) => projections.run(),
        Command::Policy { server, what } => asked!(server, what),
        Command::Chain { server, what } => asked!(server, what),
        Command::Trigger { server, what } => asked!(server, what),
        Command::Secrets(secrets) => secrets.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Bench(bench) => bench.run().map_err(Failure::from),
        Command::Seed(seed) => seed.run(),
        Command::Config(show) => show.run(),
        Command::ValidationWorker => {
            crate::validation::serve().map_err(|error| Failure::of(&error))
        }
        Command::SigningHost => crate::signing::host().map_err(|error| Failure::of(&error)),
        Command::CodeWorker => serve_code().map_err(|error| Failure::of(&error)),
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

/// Does something that needs a server.
fn with_client(
    server: &Server,
    what: impl AsyncFnOnce(Client) -> Result<(), client::Error>,
) -> Result<(), Failure> {
    let done = async { what(Client::open(server).await?).await };
    actix_rt::System::new().block_on(done).map_err(Failure::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        Arguments::command().debug_assert();
    }

    /// clap lets an argument of a command take the place of a global one without a word, and a URL
    /// that events go to would become the server to which the key is shown.
    #[test]
    fn no_argument_of_a_command_takes_the_place_of_one_that_holds_for_all_below() {
        fn look(command: &clap::Command, path: &str, above: &[String], clashes: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            let mut global = above.to_vec();
            for argument in command.get_arguments() {
                let mut names = vec![argument.get_id().to_string()];
                names.extend(argument.get_long().map(|long| long.replace('-', "_")));
                for name in names {
                    if above.contains(&name) {
                        clashes.push(format!("{path}: {name}"));
                    }
                    if argument.is_global_set() {
                        global.push(name);
                    }
                }
            }
            for below in command.get_subcommands() {
                look(below, &path, &global, clashes);
            }
        }
        let mut clashes = Vec::new();
        look(&Arguments::command(), "", &[], &mut clashes);
        assert!(clashes.is_empty(), "{clashes:#?}");
    }
}
