//! Who is told of runs: the office that puts down what endpoints are told, and sends it.

mod courier;
mod feeder;
mod letter;
mod post;

pub use post::HookPost;
