//! A ledger node that only says who is a member, and that a test may silence.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use kontor_ledger::genesis::Genesis;
use kontor_ledger::governance::{MemberState, Standing};
use kontor_ledger::member::Member;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Said = Arc<Mutex<Option<Value>>>;

/// A listening node; it ends when dropped.
pub struct FakeNode {
    /// Where it listens.
    pub address: SocketAddr,
    said: Said,
    task: JoinHandle<()>,
}

impl FakeNode {
    /// Starts on a free port, silent.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let said = Said::default();
        let answers = said.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, answers.clone()));
            }
        });
        Self { address, said, task }
    }

    /// Base address of its public listener.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lists those who joined or changed and the other members of genesis, all active but those suspended, as of the
    /// block of `height`.
    pub fn list(&self, genesis: &Genesis, height: u64, changed: &[Member], suspended: &[&str]) {
        let same = genesis.members.iter().filter(|member| changed.iter().all(|other| other.id != member.id));
        let states = same.chain(changed).map(|member| {
            let is_suspended = suspended.contains(&member.id.as_str());
            let standing = if is_suspended { Standing::Suspended } else { Standing::Active };
            MemberState { standing, ..MemberState::original(member, genesis.created) }
        });
        let members: Vec<_> = states.collect();
        self.say(Some(json!({ "network": genesis.hash(), "height": height, "members": members })));
    }

    /// What `GET /v1/network` gives from now on; nothing: the node is not able to serve.
    pub fn say(&self, network: Option<Value>) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = network;
    }
}

impl Drop for FakeNode {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(stream: TcpStream, said: Said) -> Option<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let asked = lines.next_line().await.ok()??;
    while !lines.next_line().await.ok()??.is_empty() {}
    let said = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (status, body) = match said {
        Some(network) if asked.starts_with("GET /v1/network ") => ("200 OK", network.to_string()),
        Some(_) => ("404 Not Found", "{}".to_owned()),
        None => ("503 Service Unavailable", "{}".to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    writer.write_all(format!("{head}{body}").as_bytes()).await.ok()
}
