//! A slow disk and another time of day for programs that a test starts, without the machine's being either.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

/// What is loaded before a program's libraries.
const SOURCE: &str = include_str!("faults.c");

/// What a program is made to believe; it goes with its test.
pub(crate) struct Faults {
    place: TempDir,
    told: File,
}

impl Faults {
    /// None, until the test says so. Whoever runs the program may read it.
    pub(crate) fn none() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
        let source = place.path().join("faults.c");
        fs::write(&source, SOURCE).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]);
        compiler.arg(place.path().join("faults.so")).arg(&source).arg("-ldl");
        assert!(compiler.status().unwrap().success(), "the library of faults was not built");
        let told = File::create(place.path().join("told")).unwrap();
        told.write_all_at(&[0; 16], 0).unwrap();
        told.set_permissions(Permissions::from_mode(0o644)).unwrap();
        Self { place, told }
    }

    /// What a program's environment needs so that it is subject to them.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        let path = |name: &str| PathBuf::from(self.place.path()).join(name).display().to_string();
        [("LD_PRELOAD", path("faults.so")), ("FAULTS", path("told"))]
    }

    /// Each sync of a file takes so much longer.
    pub(crate) fn slow_disk(&self, longer: Duration) {
        self.tell(0, i64::try_from(longer.as_micros()).unwrap());
    }

    /// The time of day is so many seconds ahead, or behind.
    pub(crate) fn clock_ahead(&self, seconds: i64) {
        self.tell(8, seconds * 1_000_000_000);
    }

    fn tell(&self, at: u64, number: i64) {
        self.told.write_all_at(&number.to_ne_bytes(), at).unwrap();
    }
}
