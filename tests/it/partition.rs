//! Links between running nodes that are cut and slow: a proxy stands in each.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use kontor::consortium::plan::ServiceKind;
use kontor_ledger::record::RecordId;
use kontor_tests::{Bank, Network};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
};

const PARTIES: [&str; 4] = ["bank-a", "bank-b", "bank-c", "bank-d"];

/// How the links are.
#[derive(Clone, Copy, Default)]
struct Weather {
    /// The group of each party: links between groups are cut.
    groups: [u8; 4],
    /// Added to every piece of bytes, each way.
    delay: Duration,
}

impl Weather {
    fn passes(&self, from: usize, to: usize) -> bool {
        self.groups[from] == self.groups[to]
    }
}

/// Takes connections of one node to another.
async fn proxy(listener: TcpListener, target: SocketAddr, ends: (usize, usize), weather: watch::Receiver<Weather>) {
    while let Ok((inward, _)) = listener.accept().await {
        let mut weather = weather.clone();
        tokio::spawn(async move {
            let open = |now: &Weather| now.passes(ends.0, ends.1);
            let now = *weather.borrow_and_update();
            if !open(&now) {
                return;
            }
            let Ok(outward) = TcpStream::connect(target).await else { return };
            let ((from, to), (back, forth)) = (inward.into_split(), outward.into_split());
            tokio::select! {
                () = pump(from, forth, weather.clone()) => {}
                () = pump(back, to, weather.clone()) => {}
                // A cut breaks what is under way.
                _ = weather.wait_for(|now| !open(now)) => {}
            }
        });
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: watch::Receiver<Weather>) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let delay = weather.borrow().delay;
        tokio::time::sleep(delay).await;
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// A network whose nodes reach each other's ordering through proxies only.
async fn network() -> (Network, watch::Sender<Weather>) {
    let (sender, weather) = watch::channel(Weather::default());
    let network = Network::prepared(|manifest| {
        for (from, party) in PARTIES.iter().enumerate() {
            let file = &manifest.service(ServiceKind::LedgerAnchor, party).expect("a node").config;
            let mut config: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
            for (to, other) in PARTIES.iter().enumerate().filter(|(to, _)| *to != from) {
                let member = &manifest.service(ServiceKind::LedgerAnchor, other).expect("a node").member;
                let peers = config["peers"].as_array_mut().unwrap();
                let peer = peers.iter_mut().find(|peer| peer["member"].as_str() == Some(member)).expect("a peer");
                let target = peer["ordering"].as_str().unwrap().parse().unwrap();
                let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
                listener.set_nonblocking(true).unwrap();
                let address = listener.local_addr().unwrap();
                peer.as_table_mut().unwrap().insert("ordering".into(), address.to_string().into());
                tokio::spawn(proxy(TcpListener::from_std(listener).unwrap(), target, (from, to), weather.clone()));
            }
            std::fs::write(file, toml::to_string(&config).unwrap()).unwrap();
        }
    });
    (network.await, sender)
}

/// Submits an anchor; whether it was acknowledged in time.
async fn submit(bank: &Bank, number: u64, seconds: u64) -> (RecordId, bool) {
    let record = bank.anchor(number);
    let (status, answer) = bank.submit(vec![record.clone()], Duration::from_secs(seconds)).await;
    assert!(matches!(status.as_u16(), 201 | 202), "{answer}");
    (record.id(), answer["outcome"] == json!("accepted"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: waits for what must not happen"]
async fn links_that_are_cut_or_slow_cost_time_and_nothing_else() {
    let (network, weather) = network().await;
    let banks = PARTIES.map(|party| network.bank(party));
    let mut all = vec![submit(&banks[0], 1, 10).await];
    assert!(all[0].1);

    // Two and two: neither half has a quorum, and none acknowledges anything.
    weather.send_replace(Weather { groups: [0, 0, 1, 1], ..Weather::default() });
    let (left, right) = tokio::join!(submit(&banks[0], 2, 4), submit(&banks[3], 3, 4));
    assert!(!left.1 && !right.1);
    weather.send_replace(Weather::default());
    for (bank, (record, _)) in [(&banks[3], &left), (&banks[0], &right)] {
        bank.knows(record).await;
    }
    all.extend([left, right]);

    // One alone: the others go on, what it took becomes final when it is back.
    weather.send_replace(Weather { groups: [0, 0, 0, 1], ..Weather::default() });
    let (alone, mut others) = tokio::join!(submit(&banks[3], 4, 4), async {
        let mut others = Vec::new();
        for number in 5..10 {
            others.push(submit(&banks[1], number, 10).await);
        }
        others
    });
    assert!(!alone.1 && others.iter().all(|(_, acknowledged)| *acknowledged));
    weather.send_replace(Weather::default());
    others.push(alone);
    all.extend(others);

    // Every link as slow as around the world.
    weather.send_replace(Weather { delay: Duration::from_millis(60), ..Weather::default() });
    all.push(submit(&banks[2], 11, 30).await);
    assert!(all.last().unwrap().1);
    weather.send_replace(Weather::default());

    let last = submit(&banks[0], 12, 10).await.0;
    let mut places = Vec::new();
    for bank in &banks {
        bank.knows(&last).await;
        let mut known = Vec::new();
        for (record, _) in &all {
            known.push(bank.knows(record).await["position"].clone());
        }
        places.push(known);
        let status = bank.http.get(format!("{}/v1/network", bank.node.public)).send().await.unwrap();
        let status: serde_json::Value = status.json().await.unwrap();
        assert_eq!(status["alarms"], json!([]), "who is cut off is accused of nothing");
    }
    assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{places:?}");
    network.processes.stop().await;
}
