//! Attachments, which stand under their digest.

use kontor_sealing::Hash;
use serde_json::json;

use crate::network::Network;

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_is_what_its_digest_names() {
    let network = Network::new();
    let node = network.started().await;
    let bytes = b"sealed".to_vec();
    let digest = Hash::sm3(&[&bytes]);
    let path = format!("/v1/attachments/{digest}");
    assert_eq!(node.bytes(&path).await.0, 404);
    let (status, problem) = node.put(&path, b"other".to_vec()).await;
    let found = Hash::sm3(&[b"other"]).to_string();
    assert_eq!((status, &problem["digest"]), (422, &json!(found)));
    assert_eq!(node.bytes(&path).await.0, 404, "what was refused is not kept");
    let (status, problem) = node.put(&path, vec![0; (8 << 20) + 1]).await;
    assert_eq!((status, problem["limit"].is_number()), (413, true), "{problem}");
    assert_eq!(node.put(&path, bytes.clone()).await.0, 204);
    assert_eq!(node.put(&path, bytes.clone()).await.0, 204);
    assert_eq!(node.bytes(&path).await, (200, bytes));
    // Another member's node fetches it when it is asked.
    let observer = network.start(network.observer(&node)).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(observer.bytes(&format!("{path}?local=true")).await.0, 404);
    assert_eq!(observer.bytes(&path).await, (200, b"sealed".to_vec()));
    assert_eq!(observer.bytes(&format!("{path}?local=true")).await.0, 200);
    observer.running.stop().await;
    node.running.stop().await;
}
