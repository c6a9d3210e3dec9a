//! What nodes do to the outside, against real servers on this machine.

mod code_transform;
mod http_request;

use chainkeel::actions::{Actions, Tools};
use chainkeel::egress::Egress;

/// All actions, with this way out.
fn actions(egress: &Egress) -> Actions {
    Actions::builtin(Tools { egress, program: env!("CARGO_BIN_EXE_chainkeel").into() })
}
