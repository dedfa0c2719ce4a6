//! The node's front page and its look-up.

use kontor_ledger::{
    governance::Change,
    record::{Body, Nonce, Unsigned},
};
use kontor_ledger_anchor::node::AlarmKind;

use crate::{
    certificates::terms,
    network::{BANK, Network, Node, REGULATOR, id},
};

async fn page(node: &Node, path: &str) -> String {
    let answer = reqwest::get(node.public(path)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    let page = answer.text().await.unwrap();
    for forbidden in ["<script", " style=", "http://", "https://", " onclick", "<img"] {
        assert!(!page.contains(forbidden), "{forbidden}: {page}");
    }
    page
}

fn require(page: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
}

/// Everything that is linked is there.
async fn follow(node: &Node, page: &str) {
    for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(reqwest::get(node.public(link)).await.unwrap().status(), 200, "{link}");
    }
}

/// A node with a little of everything: 25 anchors, a proposal, a refused record, a certificate.
async fn filled(network: &Network) -> Node {
    let node = network.started().await;
    let anchors: Vec<_> = (0..25).map(|number| network.anchor(number, BANK)).collect();
    assert_eq!(node.submit(&network.batch(anchors.clone(), BANK)).await.0, 200);
    let signed = |body, nonce| {
        let network_id = network.genesis.hash();
        let unsigned = Unsigned { network: network_id, body, nonce: Nonce(nonce), author: network.identity.public() };
        unsigned.sign(&network.identity, id(BANK))
    };
    let expires = node.running.node().progress().borrow().timestamp.plus_millis(86_400_000);
    let change = Change::MemberSuspend { member: id(REGULATOR) };
    let unknown = Body::NetworkVote { proposal: anchors[0].id(), approve: true };
    let certificate = network.certified(Body::NetworkCertificateIssue { certificate: terms(1, BANK) }, 1);
    let records =
        [(signed(Body::NetworkPropose { change, expires }, 100), 201), (signed(unknown, 101), 422), (certificate, 201)];
    for (record, wanted) in records {
        let (status, answer) = node.submit(&network.batch(vec![record], BANK)).await;
        assert_eq!(status, wanted, "{answer}");
    }
    node
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_node_has_a_page() {
    let network = Network::new();
    let node = network.started().await;
    let page = page(&node, "/").await;
    require(
        &page,
        &["The log is empty.", "There are none.", "None is recorded.", "None is raised.", "Nothing became final."],
    );
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_network_members_and_records_without_script() {
    let network = Network::new();
    let node = filled(&network).await;
    node.running.node().raise(AlarmKind::Fork, "a <b>certified</b> log & another");
    let page = page(&node, "/").await;
    require(
        &page,
        &[
            "<dt>fork</dt>",
            "a &lt;b&gt;certified&lt;/b&gt; log &amp; another",
            "<polyline class=\"one\"",
            "<polyline class=\"two dot\"",
            "<td>bank</td><td>active</td>",
            "<td>regulator</td><td><span class=\"bad\">suspended</span></td>",
            "<dd>0, from block 1</dd>",
            "maxClockDrift 2000",
            "knows the rules up to version",
            &format!("member-suspend {REGULATOR}</a>"),
            "took effect",
            "anchor-notarise",
            "network-propose",
            "refused: ",
            "certificate-issue",
            &format!("<dt>Validators</dt><dd>{BANK}</dd>"),
            &format!("href=\"/v1/objects/member:{BANK}\""),
            &format!("href=\"/v1/objects/certificate:{}\"", terms(1, BANK).serial),
        ],
    );
    // The last twenty only.
    let shown = |number| page.contains(&format!("/v1/records/{}", network.anchor(number, BANK).id()));
    assert!(!shown(7) && shown(8) && shown(24));
    follow(&node, &page).await;
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_records_members_and_certificates_are_looked_up_by_id() {
    let network = Network::new();
    let node = filled(&network).await;
    let find = async |id: &str| page(&node, &format!("/find?id={id}")).await;
    let anchor = network.anchor(3, BANK).id();
    let record = find(&anchor.to_string()).await;
    require(&record, &["<h2>Record</h2>", "anchor-notarise", &format!("href=\"/v1/records/{anchor}/receipt\"")]);
    follow(&node, &record).await;
    let block = find("%201%20").await;
    require(&block, &["<h2>Block 1</h2>", "<dt>Digest</dt>", &anchor.to_string()]);
    follow(&node, &block).await;
    let serial = terms(1, BANK).serial.to_string();
    for (id, kind, reference) in [
        (BANK, "member", format!("member:{BANK}")),
        (&serial, "certificate", format!("certificate:{serial}")),
        (&format!("member:{BANK}"), "member", format!("member:{BANK}")),
    ] {
        let object = find(id).await;
        require(&object, &[&format!("<h2>{kind}</h2>"), &format!("href=\"/v1/objects/{reference}\"")]);
        follow(&node, &object).await;
    }
    for nothing in ["", "0", "99999", "%3Cscript%3E", "18446744073709551616", &"0".repeat(64)] {
        require(&find(nothing).await, &["Nothing final here goes by that."]);
    }
    require(&page(&node, "/find").await, &["Nothing final here"]);
    node.running.stop().await;
}
