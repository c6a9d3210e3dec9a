//! A worker's first deed: it gives away every right that it will not need.
//!
//! What it runs has no way to files, sockets or processes to begin with. This is for the day on which
//! somebody finds a fault in it.

use std::{fs, io};

use nix::sched::CloneFlags;
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};

use super::trade::Trade;

/// Standard input, output and error are open; nothing else can be opened from now on.
const OPEN_FILES: u64 = 3;

/// Gives the rights away. What fails is a right that the system does not let go of, and then the
/// worker must not serve, with the exception of the network's namespace.
pub(super) fn confine(trade: &Trade) -> io::Result<()> {
    close_inherited_files()?;
    rustix::thread::set_no_new_privs(true)?;
    leave_the_network();
    let cpu = (trade.longest.as_secs() + 1) * u64::from(trade.calls);
    for (resource, limit) in [
        (Resource::As, trade.address_space),
        (Resource::Cpu, cpu),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        (Resource::Nofile, OPEN_FILES),
    ] {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    let nothing = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, nothing)?;
    Ok(())
}

/// Closes what whoever started the server may have left open, and the server with it.
fn close_inherited_files() -> io::Result<()> {
    let number = |entry: io::Result<fs::DirEntry>| -> io::Result<Option<i32>> {
        Ok(entry?.file_name().to_str().and_then(|name| name.parse().ok()))
    };
    let open: io::Result<Vec<_>> = fs::read_dir("/proc/self/fd")?.map(number).collect();
    for file in open?.into_iter().flatten().filter(|number| *number > 2) {
        // The directory that was read is among them, and closed already.
        let _ = nix::unistd::close(file);
    }
    Ok(())
}

/// Into a network without any interface, where the system allows it to a process without
/// privileges. Where it does not, there is still no way to open a socket: see [`OPEN_FILES`].
fn leave_the_network() {
    let _ = nix::sched::unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET);
}
