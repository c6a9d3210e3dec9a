//! Test files: found, read, and put together with the definitions that they are about.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::trials::{Problem, Target, TestDefinition, TestKind, Trial};
use crate::triggers::Contracts;

/// How a test's file is named.
const ENDING: &str = ".test.json";
/// How many directories deep tests are looked for.
const MAX_DEPTH: usize = 32;
/// How many bytes a test or a definition may have.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// A test that can be played.
pub(super) struct Readable {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) trial: Trial,
}

/// A file that cannot be played, and why.
pub(super) struct Unreadable {
    pub(super) path: PathBuf,
    pub(super) problems: Vec<Problem>,
}

/// All test files that the paths name: files as they are, directories with all that is below.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Unreadable> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            below(path, MAX_DEPTH, &mut found)?;
            if found.len() == before {
                return Err(unreadable(path, format!("there is no file *{ENDING} below it")));
            }
        } else {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn below(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Unreadable> {
    let refused = |error| unreadable(directory, format!("it cannot be listed: {error}"));
    let Some(depth) = depth.checked_sub(1) else {
        let message = format!("it lies more than {MAX_DEPTH} directories deep: name it itself");
        return Err(unreadable(directory, message));
    };
    for entry in fs::read_dir(directory).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // A link is not followed, so that none leads round in a circle.
        let kind = entry.file_type().map_err(refused)?;
        if kind.is_dir() && !name.starts_with('.') {
            below(&entry.path(), depth, found)?;
        } else if kind.is_file() && name.ends_with(ENDING) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Reads a test and its definition; the definition is validated as it would be for publication.
pub(super) fn read(path: &Path) -> Result<Readable, Unreadable> {
    let of = |problems| Unreadable { path: path.to_owned(), problems };
    let json = json(path).map_err(|message| unreadable(path, message))?;
    let test = TestDefinition::read(&json).map_err(|problem| of(vec![problem]))?;
    let target = target(path, &test).map_err(of)?;
    let trial = Trial::compile(&test, &target, &Contracts::builtin()).map_err(of)?;
    Ok(Readable { path: path.to_owned(), name: test.name, trial })
}

fn target(path: &Path, test: &TestDefinition) -> Result<Target, Vec<Problem>> {
    let field = if test.workflow.is_some() { "/workflow" } else { "/targetId" };
    let one = |message: String| vec![Problem::at(field, message)];
    let Some(name) = test.target() else {
        return Err(one("a test names what it is about: add \"workflow\": \"./FILE.json\"".into()));
    };
    match test.kind {
        TestKind::Task => Ok(Target::Task { kind: name.to_owned() }),
        TestKind::Workflow if name.starts_with("wf_") => Err(one(format!(
            "{name} is on a server: name a file by \"workflow\": \"./FILE.json\", or execute the \
             test there, by /v1/testing"
        ))),
        TestKind::Workflow => {
            let file = path.parent().unwrap_or(Path::new(".")).join(name);
            let json =
                json(&file).map_err(|message| one(format!("{}: {message}", file.display())))?;
            let definition = json.get("definition").unwrap_or(&json);
            Target::of_definition(definition, &Contracts::builtin()).map_err(|found| {
                let place = file.display();
                let problem =
                    |it: engine::Diagnostic| format!("{place}: {}: {}", it.path, it.message);
                found.into_iter().map(|it| Problem::at(field, problem(it))).collect()
            })
        }
    }
}

fn json(path: &Path) -> Result<Value, String> {
    let read = |error: std::io::Error| format!("it cannot be read: {error}");
    let bytes = fs::metadata(path).map_err(read)?.len();
    if bytes > MAX_BYTES {
        return Err(format!("it has {bytes} bytes, and may have {MAX_BYTES}: split it"));
    }
    let text = fs::read_to_string(path).map_err(read)?;
    serde_json::from_str(&text).map_err(|error| format!("it is not JSON: {error}"))
}

fn unreadable(path: &Path, message: impl Into<String>) -> Unreadable {
    Unreadable { path: path.to_owned(), problems: vec![Problem::at("", message)] }
}
