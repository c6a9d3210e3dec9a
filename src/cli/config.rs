//! `chainkeel config`: what is in force, and why.

use clap::Args;
use serde_json::Value;

use super::failure::Failure;
use super::print;
use crate::config::{self, Config, Flags, Loaded, Surroundings};
use crate::telemetry;

/// Prints the configuration in force and where each value comes from, with secrets masked
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON for programs instead of text for people
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self) -> Result<(), Failure> {
        let loaded = load(&self.flags, &Surroundings::read())?;
        if self.json {
            print::print_json(&loaded.as_json());
            return Ok(());
        }
        for (setting, value, source) in loaded.shown() {
            let value = match value {
                Value::Null => "–".into(),
                Value::String(text) => text,
                value
                @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    value.to_string()
                }
            };
            print::line(&format!("{:<22} {value:<44} {source}", setting.key));
        }
        for note in loaded.notes {
            print::line(&format!("note: {note}"));
        }
        Ok(())
    }
}

/// Reads the configuration, as all commands do.
pub(super) fn load(flags: &Flags, surroundings: &Surroundings) -> Result<Loaded, Failure> {
    config::load(flags, surroundings).map_err(|error| {
        Failure::of(&error).cure("docs/configuration.md says what each setting takes")
    })
}

/// Reads the configuration for a command that runs for long, and begins to log as it says.
pub(super) fn begin(flags: &Flags, surroundings: &Surroundings) -> Result<Config, Failure> {
    let loaded = load(flags, surroundings)?;
    telemetry::log(&loaded.config.log).map_err(|error| Failure::of(&error))?;
    for note in &loaded.notes {
        tracing::warn!("{note}");
    }
    Ok(loaded.config)
}
