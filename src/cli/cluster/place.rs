//! Where the cluster's files and its socket lie, and whom they belong to.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, fchown, symlink};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::Error;
use crate::config::Surroundings;

/// Where root's clusters go when the server's user may not enter the wanted directory.
const SHELTER: &str = "/var/lib/chainkeel";

/// The longest directory whose socket the kernel can name: 107 bytes less `/.s.PGSQL.5432`.
const LONGEST_SOCKET_DIRECTORY: usize = 107 - "/.s.PGSQL.5432".len();

/// An unprivileged user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) id: u32,
    pub(super) group: u32,
}

/// A cluster's directory that its user can reach and owns.
#[derive(Debug)]
pub(super) struct Place {
    /// The cluster's directory: the data in `data/`, the log, the owner's lock.
    pub(super) directory: PathBuf,
    /// Where the server makes its socket.
    pub(super) socket: PathBuf,
    /// The user to become, when this process is root.
    pub(super) user: Option<User>,
    /// What the person should know about where the files are.
    pub(super) notice: Option<String>,
}

impl Place {
    /// Makes the directories, or finds those of the last time.
    pub(super) fn prepare(wanted: &Path, surroundings: &Surroundings) -> Result<Self, Error> {
        let parent = wanted.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(Error::io("creating the directory", parent))?;
        let parent = fs::canonicalize(parent).map_err(Error::io("finding", parent))?;
        let wanted = parent.join(wanted.file_name().unwrap_or("postgres".as_ref()));

        let me = rustix::process::geteuid();
        let user = if me.is_root() { Some(user_for(&wanted)?) } else { None };
        let (directory, notice) = match &user {
            Some(user) => directory_for(&wanted, user)?,
            None => (made(&wanted)?, None),
        };
        let owner = user.as_ref().map_or(me.as_raw(), |user| user.id);
        own(&directory, owner, user.as_ref())?;
        let socket = socket_directory(&directory, owner, user.as_ref(), surroundings)?;
        Ok(Self { directory, socket, user, notice })
    }

    /// PostgreSQL's own data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// Gives a file that this process made to the server's user, who may own Chainkeel the next time.
    pub(super) fn give(&self, file: &File) {
        if let Some(user) = &self.user {
            // A file that stays root's own is no obstacle to root.
            let _ = fchown(file, Some(user.id), Some(user.group));
        }
    }

    /// The server's log of this start.
    pub(super) fn log(&self) -> PathBuf {
        self.directory.join("postgres.log")
    }
}

/// Whom root starts the server as: the owner of existing files, else `postgres`, else `nobody`.
fn user_for(directory: &Path) -> Result<User, Error> {
    let users = fs::read_to_string("/etc/passwd").map_err(Error::io("reading", "/etc/passwd"))?;
    let owner = fs::metadata(directory).map(|found| found.uid()).ok().filter(|owner| *owner != 0);
    if let Some(owner) = owner {
        return users
            .lines()
            .filter_map(user)
            .find(|user| user.id == owner)
            .ok_or(Error::Foreign { directory: directory.into(), owner });
    }
    let named = |name: &str| users.lines().filter_map(user).find(|user| user.name == name);
    named("postgres").or_else(|| named("nobody")).ok_or(Error::NoUser)
}

/// Reads a line of `/etc/passwd`.
fn user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let id = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some(User { name, id, group })
}

/// The wanted directory if the user may reach it, else one in [`SHELTER`] with a link to it.
fn directory_for(wanted: &Path, user: &User) -> Result<(PathBuf, Option<String>), Error> {
    if let Ok(link) = fs::read_link(wanted) {
        fs::create_dir_all(&link).map_err(Error::io("creating the directory", &link))?;
        return Ok((fs::canonicalize(&link).map_err(Error::io("finding", &link))?, None));
    }
    // The data directory itself is ours to open; what lies above it is not.
    if let Some(ours) = wanted.parent() {
        open_to_all(ours)?;
    }
    let Some(closed) = closed_parent(wanted, user) else { return Ok((made(wanted)?, None)) };
    if wanted.exists() {
        return Err(Error::Unreachable {
            user: user.name.clone(),
            parent: closed,
            directory: wanted.into(),
        });
    }
    let shelter = shelter_for(wanted)?;
    symlink(&shelter, wanted).map_err(Error::io("linking", wanted))?;
    let notice = format!(
        "PostgreSQL's files are in {} (linked from {}), because its user {} may not enter {}",
        shelter.display(),
        wanted.display(),
        user.name,
        closed.display()
    );
    Ok((shelter, Some(notice)))
}

/// Lets everybody pass through a directory, without letting them list it.
fn open_to_all(directory: &Path) -> Result<(), Error> {
    let found = fs::metadata(directory).map_err(Error::io("reading", directory))?;
    let mode = found.permissions().mode();
    if found.uid() != 0 || mode & 0o001 != 0 || directory.parent() == Some(Path::new("/")) {
        return Ok(());
    }
    fs::set_permissions(directory, Permissions::from_mode(mode | 0o011))
        .map_err(Error::io("opening", directory))
}

/// The first directory above this one that the user may not enter.
fn closed_parent(directory: &Path, user: &User) -> Option<PathBuf> {
    let mut parents: Vec<&Path> = directory.ancestors().skip(1).collect();
    parents.reverse();
    parents
        .into_iter()
        .find(|parent| fs::metadata(parent).is_ok_and(|found| !may_enter(&found, user)))
        .map(Path::to_owned)
}

fn may_enter(directory: &fs::Metadata, user: &User) -> bool {
    let bit = if directory.uid() == user.id {
        0o100
    } else if directory.gid() == user.group {
        0o010
    } else {
        0o001
    };
    directory.mode() & bit != 0
}

/// A directory in [`SHELTER`] that no cluster has used before, so that whoever deletes the data
/// directory begins with an empty cluster.
fn shelter_for(wanted: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(SHELTER).map_err(Error::io("creating the directory", SHELTER))?;
    let name = fingerprint(wanted);
    for number in 1_u32.. {
        let directory = Path::new(SHELTER).join(format!("{name}-{number}"));
        match fs::create_dir(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::io("creating the directory", directory)(error)),
        }
    }
    unreachable!("nobody has four billion clusters")
}

fn made(directory: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(directory).map_err(Error::io("creating the directory", directory))?;
    fs::canonicalize(directory).map_err(Error::io("finding", directory))
}

/// Gives the directory to the server's user and closes it to everybody else.
fn own(directory: &Path, owner: u32, user: Option<&User>) -> Result<(), Error> {
    let found = fs::metadata(directory).map_err(Error::io("reading", directory))?;
    if let Some(user) = user.filter(|user| found.uid() != user.id) {
        chown(directory, Some(user.id), Some(user.group))
            .map_err(Error::io("giving to the server's user", directory))?;
    } else if found.uid() != owner {
        return Err(Error::Foreign { directory: directory.into(), owner: found.uid() });
    }
    fs::set_permissions(directory, Permissions::from_mode(0o700))
        .map_err(Error::io("closing", directory))
}

/// The cluster's directory, or a short one when the socket's path would be too long.
fn socket_directory(
    directory: &Path,
    owner: u32,
    user: Option<&User>,
    surroundings: &Surroundings,
) -> Result<PathBuf, Error> {
    if directory.as_os_str().len() <= LONGEST_SOCKET_DIRECTORY {
        return Ok(directory.into());
    }
    let runtime = surroundings.runtime_directory.as_deref().filter(|runtime| {
        user.is_none()
            && runtime.as_os_str().len() < 60
            && fs::metadata(runtime).is_ok_and(|found| found.uid() == owner)
    });
    let short =
        runtime.unwrap_or(Path::new("/tmp")).join(format!("chainkeel-{}", fingerprint(directory)));
    match DirBuilder::new().mode(0o700).create(&short) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(Error::io("creating the directory", short)(error));
        }
        Ok(()) | Err(_) => {}
    }
    let found = fs::symlink_metadata(&short).map_err(Error::io("reading", &short))?;
    let trusted = found.uid() == owner || found.uid() == rustix::process::geteuid().as_raw();
    if !found.is_dir() || !trusted {
        return Err(Error::Foreign { directory: short, owner: found.uid() });
    }
    own(&short, owner, user)?;
    Ok(short)
}

/// 16 hexadecimal digits that stand for a path.
fn fingerprint(path: &Path) -> String {
    let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
    format!("{hash:x}")[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_password_file_names_user_and_group() {
        let found =
            user("postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash");
        assert_eq!(found, Some(User { name: "postgres".into(), id: 101, group: 104 }));
        assert_eq!(user("# nothing"), None);
    }

    #[test]
    fn a_closed_parent_is_found_from_the_top() {
        let top = tempfile::tempdir().unwrap();
        let inner = top.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        for open in [top.path(), &top.path().join("a"), &inner] {
            fs::set_permissions(open, Permissions::from_mode(0o755)).unwrap();
        }
        let stranger = User { name: "stranger".into(), id: 4_000_000_000, group: 4_000_000_000 };
        assert_eq!(closed_parent(&inner.join("postgres"), &stranger), None);
        fs::set_permissions(top.path().join("a"), Permissions::from_mode(0o700)).unwrap();
        assert_eq!(closed_parent(&inner.join("postgres"), &stranger), Some(top.path().join("a")));
    }

    #[test]
    fn a_socket_whose_path_would_be_too_long_moves_to_a_short_directory() {
        let top = tempfile::tempdir().unwrap();
        let long = top.path().join("a-rather-long-name-of-a-directory/".repeat(4));
        fs::create_dir_all(&long).unwrap();
        let me = rustix::process::geteuid().as_raw();
        let found = socket_directory(&long, me, None, &Surroundings::default()).unwrap();
        assert!(found.as_os_str().len() < 50, "{found:?}");
        assert_eq!(fs::metadata(&found).unwrap().mode() & 0o777, 0o700);
        fs::remove_dir(found).unwrap();
    }
}
