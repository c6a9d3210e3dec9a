//! Transactions and documents that runs want, from the node that waits to what stays, on a real chain.

mod approval_tasks;
mod approvals;
mod batches;
mod chances;
mod document_approvals;
mod documents;
mod dollars;
mod faults;
mod races;
mod rehearsals;
mod replaying;
mod signer;
mod stage;
mod top_ups;
mod traces;
mod transfers;
