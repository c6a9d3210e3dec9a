//! The keys in a process of their own: it signs what the ledger asks for, and nothing for anybody else.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use alloy_primitives::{Address, Bytes, U256};
use chainkeel::primitives::{OrganizationId, SystemClock};
use chainkeel::secrets::Keyring;
use chainkeel::signing::{self, Kind};
use chainkeel::transactions::{Fees, Unsigned};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::documents::Signing;
use super::stage::{CHAIN, Stage, somebody};

/// A running `chainkeel signer`. It ends with its test.
pub(super) struct Process(Child);

impl Process {
    fn start(database: &str, socket: &Path) -> Self {
        Self::with(database, socket, &[])
    }

    /// The same with settings of its own.
    pub(super) fn with(database: &str, socket: &Path, settings: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
            .arg("signer")
            .env("DATABASE_URL", database)
            .env("CHAINKEEL_DATA_DIR", socket.parent().unwrap())
            .env("CHAINKEEL_SECRETS_KEY", &*Keyring::written(&[9; 32]))
            .env("CHAINKEEL_SIGNING_SOCKET", socket)
            .env("CHAINKEEL_LOG_FILTER", "error")
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.next().expect("it says where it signs").unwrap();
        assert!(said.contains("signs behind"), "{said}");
        Self(child)
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the process answers to these bytes.
async fn answered(socket: &Path, question: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    stream.write_all(question).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[actix_web::test]
async fn a_signer_of_its_own_signs_what_the_ledger_asks_for_and_nothing_else() {
    // given a house without keys, and a process that has them
    let place = tempfile::tempdir().unwrap();
    let socket = place.path().join("signer.sock");
    let signing = signing::Config {
        backend: Some(Kind::Keystore),
        socket: Some(socket.clone()),
        ..signing::Config::default()
    };
    let stage = Stage::without_a_wallet(Arc::new(SystemClock), signing).await;
    let mut process = Process::start(&stage.app.database.url, &socket);
    let stage = stage.with_a_wallet().await;
    stage.allow(&json!([])).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0x80), 5).await;
    // when a run pays, then it is paid
    assert_eq!(stage.mined(&run).await["status"], "success");
    assert_eq!(stage.balance(&somebody(0x80)).await, 5);

    // when the process is gone, then what is to be paid waits, and is paid when it is back
    process.kill();
    let run = stage.pay(&workflow, &somebody(0x80), 6).await;
    stage.until(&run, "signing").await;
    let again = Process::start(&stage.app.database.url, &socket);
    assert_eq!(stage.mined(&run).await["status"], "success");
    assert_eq!(stage.balance(&somebody(0x80)).await, 11);

    // when somebody who has reached the socket wants what nobody asked for on the ledger
    let wallets = stage.app.client.data("/v1/wallets").await;
    let wallet = wallets["items"][0].clone();
    let transaction = Unsigned {
        chain_id: CHAIN,
        nonce: 2,
        gas_limit: 21_000,
        to: Some(Address::repeat_byte(0x81)),
        value: U256::from(7),
        data: Bytes::new(),
        access_list: Vec::new(),
        fees: Fees::Dynamic { max_fee: 2_000_000_000, max_priority_fee: 1_000_000_000 },
    };
    let asks = |order: &Value| {
        let question = json!({
            "kind": "keystore", "organization": OrganizationId::DEFAULT,
            "key": wallet["id"], "wanted": { "transaction": {
                "signer": stage.address, "transaction": transaction, "order": order,
                "at": "2026-11-29T12:00:00Z",
            } },
        });
        format!("{question}\n").into_bytes()
    };
    let paid = stage.until(&run, "included").await["id"].clone();
    for order in [json!("int_01h455vb4pex5vsknk084sn02q/2/1"), paid, json!("nothing")] {
        let told = answered(&socket, &asks(&order)).await;
        // then it is refused
        assert!(told.contains("\"refused\""), "{told}");
        assert!(told.contains("asks for no such") || told.contains("names no intent"), "{told}");
    }
    // and so is what cannot be read
    for garbage in [&b"\n"[..], b"{}\n", b"\xff\xfe\n", b"[[[[[[\n"] {
        let told = answered(&socket, garbage).await;
        assert!(told.contains("cannot be read"), "{told}");
    }
    assert_eq!(stage.balance(&somebody(0x81)).await, 0);
    drop(again);
}

#[actix_web::test]
async fn a_signer_of_its_own_signs_a_document_once_people_have_approved_it_and_not_before() {
    // given a house without keys, a process that has them, and a permit that somebody has to approve
    let place = tempfile::tempdir().unwrap();
    let socket = place.path().join("signer.sock");
    let signing = signing::Config {
        backend: Some(Kind::Keystore),
        socket: Some(socket.clone()),
        ..signing::Config::default()
    };
    let stage = Stage::without_a_wallet(Arc::new(SystemClock), signing).await;
    let process = Process::start(&stage.app.database.url, &socket);
    let signing = Signing::on(stage.with_a_wallet().await).await;
    let (ada, friend) = (signing.stage.approver("ada").await, somebody(0xd4));
    signing.asks(&friend, &[&ada], 1).await;
    let run = signing.wants(&friend, 4).await;
    let (id, digest) = signing.waits(&run).await;
    // when somebody who has reached the socket wants it signed
    let wallets = signing.stage.app.client.data("/v1/wallets").await;
    let document = signing.document(&run, "awaiting_approval").await;
    let asks = json!({
        "kind": "keystore", "organization": OrganizationId::DEFAULT, "key": wallets["items"][0]["id"],
        "wanted": { "document": {
            "document": document["history"][0]["content"]["intent"]["document"],
            "order": id, "at": "2026-11-29T12:00:00Z",
        } },
    });
    let told = answered(&socket, format!("{asks}\n").as_bytes()).await;
    // then it is refused
    assert!(told.contains("\"refused\"") && told.contains("asks for no such"), "{told}");
    // when it is approved, then it is signed there, and counts
    assert_eq!(ada.signs("approve", &id, &digest).await, 200);
    let node = signing.ended(&run).await;
    assert_eq!(node["status"], "success", "{node}");
    signing.bring(&friend, 4, &node["result"]).await;
    assert_eq!(signing.allowance(&friend).await, U256::from(4));
    drop(process);
}
