//! Proving workflows: by files, by the API, and against what really ran.

mod api;
mod commands;
mod files;
mod what_if;
