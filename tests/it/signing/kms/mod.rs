//! Keys in AWS KMS: a peer of our own that verifies the signature of each request.

mod keys;
mod peer;
mod requests;
mod signing;
