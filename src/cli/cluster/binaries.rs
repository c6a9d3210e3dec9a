//! Finds PostgreSQL's programs: distributions hide the server's from `PATH`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::Error;

/// The oldest version that the event store's SQL runs on: it reads `pg_snapshot` columns and
/// sets options of views that 14 does not know.
const OLDEST: u32 = 15;

/// A directory with `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) directory: PathBuf,
    pub(super) major: u32,
}

/// The programs for a cluster whose files were written by version `data`, or the newest there
/// are for one that does not exist yet.
pub(super) fn find(data: Option<u32>, path: Option<&OsStr>) -> Result<Binaries, Error> {
    let fits = |major: u32| data.map_or(major >= OLDEST, |data| major == data);
    candidates(path)
        .filter_map(|directory| {
            let major = version(&directory)?;
            fits(major).then_some(Binaries { directory, major })
        })
        .max_by_key(|found| found.major)
        .ok_or_else(|| Error::NoPostgres {
            wanted: data.map_or_else(
                || format!("{OLDEST} or newer"),
                |data| format!("{data}, which wrote the data,"),
            ),
            looked: "/usr/lib/postgresql, /usr/pgsql-*, PATH and pg_config".into(),
        })
}

fn candidates(path: Option<&OsStr>) -> impl Iterator<Item = PathBuf> {
    let debian = children("/usr/lib/postgresql").map(|version| version.join("bin"));
    let red_hat = children("/usr")
        .filter(|child| {
            child.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("pgsql-"))
        })
        .map(|version| version.join("bin"));
    let on_path: Vec<PathBuf> =
        path.map(|path| env::split_paths(path).collect()).unwrap_or_default();
    debian.chain(red_hat).chain(on_path).chain(pg_config())
}

fn children(directory: &str) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// The major version of the server in a directory that holds both programs.
fn version(directory: &Path) -> Option<u32> {
    if !directory.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(directory.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    major(&String::from_utf8(output.stdout).ok()?)
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`, `… 18beta1` and the like.
fn major(text: &str) -> Option<u32> {
    let number = text.split("(PostgreSQL)").nth(1)?.trim_start();
    let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says_of_itself() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta2\n"), Some(19));
        assert_eq!(major("postgres (PostgreSQL) 16"), Some(16));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn a_version_that_is_not_installed_is_named_in_the_refusal() {
        let error = find(Some(7), None).expect_err("nobody has version 7");
        assert!(error.to_string().contains("no PostgreSQL 7"), "{error}");
        assert!(error.cure().contains("DATABASE_URL"));
    }
}
