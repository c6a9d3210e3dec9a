//! Money for HTTP requests, on a real chain with a real token: runs that are sold, and requests that are paid.

mod bank;
mod paying;
mod selling;
mod shop;
mod stage;
