//! The regulator's access, as the owner sees it.

use std::{
    fs,
    time::{Duration, Instant},
};

use kontor_ledger::record::{AccessTerms, Approvable as _, Body, CaseTerms, Nonce, Unsigned};
use kontor_testkit::databases;
use serde_json::json;

use crate::{
    documents::eventually,
    enterprise::{Enterprise, SECRET_TEXT},
    world::{World, member},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sees_an_access_and_is_told() {
    let world = World::new();
    let (ledger, node) = world.ledger().await;
    let network = world.genesis.hash();
    for (round, database) in (0..).zip(databases()) {
        let portal = world.portal(&database, &node, None, None).await;
        let seller = Enterprise::admitted(&portal, "seller", 1).await;
        let buyer = Enterprise::admitted(&portal, "buyer", 2).await;
        let document = seller.registered(&world, &buyer.seed, 300 + round).await;
        let accesses = format!("{}/accesses", document.path());
        assert_eq!(seller.get(&accesses).await.1["items"], json!([]));

        let say = async |body, nonce| {
            let unsigned = Unsigned { network, body, nonce: Nonce(nonce), author: world.officer.public() };
            let done = world.relay("REGUEU2L", &node, unsigned.sign(&world.officer, member("REGUEU2L"))).await;
            assert!(done.outcome.is_accepted(), "{:?}", done.outcome);
            done.id
        };
        let case = CaseTerms {
            legal_basis: "§ 44 KWG".into(),
            documents: vec![document.secret.id()],
            expires: "2099-01-01T00:00:00Z".parse().expect("a time"),
            reference: format!("case {round}"),
        };
        let approvals = vec![case.approve(&network, &world.officer)];
        let case = say(Body::SupervisionCaseOpen { case, approvals }, round * 2).await;
        let access =
            AccessTerms { case, document: document.secret.id(), version: 1, reason: "sample of the quarter".into() };
        let approvals = vec![access.approve(&network, &world.officer)];
        let record = say(Body::SupervisionAccess { access, approvals }, round * 2 + 1).await;

        let shown = eventually(&seller, &accesses, |body| body["items"] != json!([])).await;
        let access = &shown["items"][0];
        assert_eq!((&access["record"], &access["case"]), (&json!(record), &json!(case)));
        assert_eq!((&access["reason"], &access["legalBasis"]), (&json!("sample of the quarter"), &json!("§ 44 KWG")));

        let deadline = Instant::now() + Duration::from_secs(20);
        let mail = loop {
            let file = fs::read_dir(&portal.mail).expect("a folder").flatten().find(|file| {
                fs::metadata(file.path()).is_ok_and(|data| data.len() > 0)
                    && file.path().extension().is_some_and(|end| end == "eml")
            });
            if let Some(file) = file {
                break fs::read_to_string(file.path()).expect("text");
            }
            assert!(Instant::now() < deadline, "no mail came");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert!(mail.contains("seller@example.com"), "{mail}");
        let id = document.secret.id().to_string();
        for confidential in [SECRET_TEXT, "quarter", "KWG", id.as_str()] {
            assert!(!mail.contains(confidential), "{confidential} in {mail}");
        }
        portal.stop().await;
    }
    ledger.stop().await;
}
