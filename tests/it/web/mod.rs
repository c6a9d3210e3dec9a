//! The web app in a real browser, each file of `ui/e2e` before an installation of its own.

mod browser;
mod specs;
