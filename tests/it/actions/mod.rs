//! What nodes do to the outside, against real servers on this machine.

mod http_request;
