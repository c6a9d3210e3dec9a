//! Lays the sources over each other.

use std::path::{Path, PathBuf};

use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::settings::{Kind, SETTINGS, Setting};
use super::surroundings::Surroundings;
use super::values::{Config, Role};

/// The file that is read when no other is named and it exists.
const FILE: &str = "chainkeel.toml";

pub(super) const ENVIRONMENT: &str = "the environment";
pub(super) const COMMAND_LINE: &str = "the command line";

/// The shortest admin key that an operator may choose.
const SHORTEST_ADMIN_KEY: usize = 16;

/// What the command line overrides; absent means not said.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// The configuration file [default: chainkeel.toml, where it exists]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The address and port to serve on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Where the private PostgreSQL and the hash of the admin key are kept
    #[arg(long, value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,
    /// The PostgreSQL database to use
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// What this process does
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    pub roles: Option<Vec<Role>>,
}

/// The configuration in force, and where each value comes from.
#[derive(Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// Where they come from.
    pub(super) figment: Figment,
    /// What the operator may have meant otherwise: variables that nothing reads.
    pub notes: Vec<String>,
}

/// Why there is no configuration. The text names the setting and its source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file that was asked for is not there.
    #[error("the configuration file {0} does not exist")]
    NoFile(PathBuf),
    /// A value cannot be read.
    #[error("{}", words(.0))]
    Value(Box<figment::Error>),
    /// A variable that holds a number holds something else.
    #[error("{variable} is `{value}`, which is not a whole number")]
    NotANumber {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
    },
    /// The admin key can be guessed.
    #[error("the admin key has fewer than {SHORTEST_ADMIN_KEY} characters")]
    ShortAdminKey,
}

/// Reads all sources.
pub fn load(flags: &Flags, surroundings: &Surroundings) -> Result<Loaded, Error> {
    let file = match &flags.config {
        Some(file) if !file.is_file() => return Err(Error::NoFile(file.clone())),
        Some(file) => file.as_path(),
        None => Path::new(FILE),
    };
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    if file.is_file() {
        figment = figment.merge(Toml::file_exact(file));
    }
    let figment = figment.merge(Layer::environment(surroundings)?).merge(Layer::flags(flags));
    let config: Config = figment.extract().map_err(|error| Error::Value(Box::new(error)))?;
    let short = |key: &str| key.chars().count() < SHORTEST_ADMIN_KEY;
    if config.admin_key.as_ref().is_some_and(|key| short(key.expose())) {
        return Err(Error::ShortAdminKey);
    }
    Ok(Loaded { config, figment, notes: unread(surroundings) })
}

/// Which setting, where, and what is wrong with it.
fn words(error: &figment::Error) -> String {
    let key = error.path.join(".");
    let setting = SETTINGS.iter().find(|setting| key.starts_with(setting.key));
    let source = error.metadata.as_ref().map(|source| (source.name.as_ref(), &source.source));
    let place = match (source, setting) {
        (Some((ENVIRONMENT, _)), Some(setting)) => format!(" in {}", setting.variable),
        (Some((COMMAND_LINE, _)), _) => " on the command line".into(),
        (Some((_, Some(figment::Source::File(path)))), _) => format!(" in {}", path.display()),
        _ => String::new(),
    };
    match key.as_str() {
        "" => format!("the configuration{place}: {}", error.kind),
        key => format!("`{key}`{place}: {}", error.kind),
    }
}

/// Values by key, from one source.
struct Layer {
    source: &'static str,
    values: Dict,
}

impl Layer {
    fn environment(surroundings: &Surroundings) -> Result<Self, Error> {
        let mut values = Dict::new();
        for setting in SETTINGS {
            if let Some(text) = surroundings.variables.get(setting.variable) {
                put(&mut values, setting.key, read(setting, text)?);
            }
        }
        Ok(Self { source: ENVIRONMENT, values })
    }

    fn flags(flags: &Flags) -> Self {
        let mut values = Dict::new();
        let data_dir = flags.data_dir.as_ref().map(|path| path.display().to_string());
        let said = [("listen", &flags.listen), ("data_dir", &data_dir)];
        for (key, value) in said.into_iter().chain([("database_url", &flags.database_url)]) {
            if let Some(value) = value {
                put(&mut values, key, Value::from(value.as_str()));
            }
        }
        if let Some(roles) = &flags.roles {
            let roles = Value::serialize(roles).expect("a role is a plain text");
            put(&mut values, "roles", roles);
        }
        Self { source: COMMAND_LINE, values }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// Reads a variable's text as its setting says.
fn read(setting: &Setting, text: &str) -> Result<Value, Error> {
    match setting.kind {
        Kind::Text | Kind::Secret | Kind::SecretUrl => Ok(Value::from(text)),
        Kind::Number => text
            .trim()
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| Error::NotANumber { variable: setting.variable, value: text.into() }),
        Kind::List => {
            let values: Vec<&str> =
                text.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
            Ok(Value::from(values))
        }
    }
}

/// Puts a value where its dotted key leads.
fn put(values: &mut Dict, key: &str, value: Value) {
    merge(values, figment::util::nest(key, value).into_dict().unwrap_or_default());
}

/// Adds what is new, however deep it lies.
fn merge(values: &mut Dict, more: Dict) {
    for (name, value) in more {
        match (values.get_mut(&name), value) {
            (Some(Value::Dict(_, there)), Value::Dict(_, more)) => merge(there, more),
            (Some(_) | None, value) => drop(values.insert(name, value)),
        }
    }
}

/// Variables that look like ours and mean nothing: a typing error, most likely.
fn unread(surroundings: &Surroundings) -> Vec<String> {
    let known = |name: &str| SETTINGS.iter().any(|setting| setting.variable == name);
    surroundings
        .variables
        .keys()
        .filter(|name| !known(name))
        // Kubernetes and our own tests set these.
        .filter(|name| !["_PORT", "_SERVICE_", "_TEST_"].iter().any(|part| name.contains(part)))
        .map(|name| format!("the environment variable {name} is no setting of Chainkeel"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Surroundings {
        let variables =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Surroundings { variables, ..Surroundings::default() }
    }

    #[test]
    fn a_later_source_covers_an_earlier_one() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("chainkeel.toml");
        std::fs::write(&file, "listen = '127.0.0.1:1'\ndata_dir = '/a'\n[log]\nfilter = 'warn'")
            .unwrap();
        let surroundings =
            with(&[("CHAINKEEL_LISTEN", "127.0.0.1:2"), ("CHAINKEEL_DATA_DIR", "/b")]);
        let flags =
            Flags { config: Some(file), listen: Some("127.0.0.1:3".into()), ..Flags::default() };

        let config = load(&flags, &surroundings).unwrap().config;

        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.data_dir, Path::new("/b"));
        assert_eq!(config.log.filter, "warn");
        assert_eq!(config.roles, Role::ALL);
    }

    #[test]
    fn the_environment_reads_lists_numbers_and_texts_that_look_like_numbers() {
        let surroundings = with(&[
            ("CHAINKEEL_ROLES", "api, worker"),
            ("CHAINKEEL_EGRESS_ALLOW", "127.0.0.1:8080,10.0.0.0/8"),
            ("CHAINKEEL_DATABASE_CONNECTIONS", "7"),
            ("CHAINKEEL_ADMIN_KEY", "1234567890123456"),
            ("CHAINKEEL_LOG_FORMAT", "json"),
            ("CHAINKEEL_LOG_FILTER", "debug"),
        ]);

        let config = load(&Flags::default(), &surroundings).unwrap().config;

        assert_eq!(config.roles, [Role::Api, Role::Worker]);
        assert_eq!(config.egress.allow.len(), 2);
        assert_eq!(config.database_connections, 7);
        assert_eq!(config.admin_key.unwrap().expose(), "1234567890123456");
        assert_eq!(config.log.filter, "debug");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_source() {
        for (variable, value, named) in [
            ("CHAINKEEL_LISTEN", "nowhere", "`listen` in CHAINKEEL_LISTEN: invalid socket"),
            ("CHAINKEEL_DATABASE_CONNECTIONS", "many", "CHAINKEEL_DATABASE_CONNECTIONS"),
            ("CHAINKEEL_ROLES", "api,chef", "chef"),
            ("CHAINKEEL_EGRESS_ALLOW", "10.0.0.1/8", "egress.allow"),
            ("CHAINKEEL_ADMIN_KEY", "short", "admin key"),
        ] {
            let error = load(&Flags::default(), &with(&[(variable, value)])).unwrap_err();
            assert!(error.to_string().contains(named), "{variable}: {error}");
        }
    }

    #[test]
    fn every_variable_counts_beside_all_others() {
        let example = |setting: &Setting| match setting.kind {
            Kind::Number => "7",
            Kind::Text | Kind::Secret | Kind::SecretUrl | Kind::List => "http://example.com/",
        };
        let variables: Vec<_> =
            SETTINGS.iter().map(|setting| (setting.variable, example(setting))).collect();
        let layer = Layer::environment(&with(&variables)).unwrap();
        for setting in SETTINGS {
            let mut value = Some(&Value::from(layer.values.clone()));
            for name in setting.key.split('.') {
                value = value.and_then(Value::as_dict).and_then(|it| it.get(name));
            }
            assert!(value.is_some(), "{}", setting.key);
        }
    }

    #[test]
    fn a_variable_that_nothing_reads_is_noted() {
        let surroundings =
            with(&[("CHAINKEEL_LISTN", "127.0.0.1:1"), ("CHAINKEEL_PORT_7717_TCP", "x")]);
        let notes = load(&Flags::default(), &surroundings).unwrap().notes;
        assert_eq!(notes, ["the environment variable CHAINKEEL_LISTN is no setting of Chainkeel"]);
    }
}
