//! How many files this process may have open: each client is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Takes as many as the system grants to whoever asks; how many those are. Processes begin with few, 1,024
/// often, for the sake of old programs.
pub fn allow_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let granted = match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        // What it has is what it keeps.
        Err(_) => current,
    };
    granted.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_is_in_force() {
        let granted = allow_files();
        let Rlimit { current, .. } = getrlimit(Resource::Nofile);
        assert_eq!(granted, current.unwrap_or(u64::MAX));
        assert_eq!(allow_files(), granted, "asking again changes nothing");
    }
}
