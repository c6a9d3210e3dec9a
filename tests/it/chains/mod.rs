//! Reading a chain from nodes that get things wrong, each test named after what goes wrong.

mod heads;
mod logs;
mod node;
