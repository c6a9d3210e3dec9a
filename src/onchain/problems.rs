//! What is wrong with the payload of an on-chain node, as far as it is known while it is drawn.

use engine::PayloadProblem;
use serde_json::Value;

use super::batch::Batch;
use super::payload::{Payload, Question};
use super::wish::{ApproveErc20, DeployContract, SendErc20Token, SendNativeToken, WriteContract};
use super::{
    Balance, Debug, Lookup, PaidCall, ReadContract, Resolve, Signing, Simulation, WaitFor,
};
use crate::catalog::Stage;

/// Everything beyond what the schema of its manifest says; nothing for a type that is no on-chain
/// node. A new node is a line here.
pub fn problems(kind: &str, payload: &Value) -> Vec<PayloadProblem> {
    let judge = match kind {
        "get-balance" => judged::<Balance>,
        "read-contract" => judged::<ReadContract>,
        "get-transaction" => judged::<Lookup>,
        "wait-for-transaction" => judged::<WaitFor>,
        "simulate-transaction" => judged::<Simulation>,
        "debug-transaction" => judged::<Debug>,
        "resolve-ens" => judged::<Resolve>,
        "send-native-token" => judged::<SendNativeToken>,
        "send-erc20-token" => judged::<SendErc20Token>,
        "approve-erc20" => judged::<ApproveErc20>,
        "write-contract" => judged::<WriteContract>,
        "batch" => judged::<Batch>,
        "deploy-contract" => judged::<DeployContract>,
        "sign-typed-data" => judged::<Signing>,
        "call-x402-endpoint" => judged::<PaidCall>,
        _ => return Vec::new(),
    };
    judge(payload)
}

fn judged<Q: Question>(payload: &Value) -> Vec<PayloadProblem> {
    let mut reading = Payload::new(payload, Stage::Design);
    let _ = Q::read(&mut reading);
    reading.found()
}
