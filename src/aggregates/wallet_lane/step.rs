//! What is due for an intent, by where it stands.

/// The next thing to be done for an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ask the policy.
    Judge,
    /// Wait for those who have to approve it.
    Ask,
    /// Try it without sending it.
    Simulate,
    /// Wait until the wallet can pay it.
    Fund,
    /// Give it a nonce.
    Number,
    /// Have it signed.
    Sign,
    /// Send it.
    Broadcast,
    /// Look for it on the chain; send it again where it is not there.
    Watch,
    /// See whether its block stays.
    Confirm,
}
