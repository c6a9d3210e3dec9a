//! The outbound door against real servers on this machine.

mod api;
mod bounds;
mod destinations;
mod redirects;
mod request;
mod reuse;
