//! What people bring along from other systems, turned into workflows. Pure: files come in as JSON,
//! definitions go out, and what could not be carried over is said with its place.

pub mod openzeppelin_monitor;
