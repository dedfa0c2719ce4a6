//! Mail into a folder and to a server.

use kontor_chassis::mail::{MailConfig, MailError, Mailer, SmtpSecurity};
use kontor_testkit::smtp::FakeSmtp;

#[tokio::test]
async fn a_message_becomes_a_file() {
    let folder = tempfile::tempdir().expect("folder");
    let config = MailConfig::File { from: "Kontor <kontor@example.com>".into(), folder: folder.path().join("mail") };
    let mailer = Mailer::new(&config).expect("sets up");
    mailer.send("anna@example.com", "Hello", "A text.").await.expect("sends");
    let file = std::fs::read_dir(folder.path().join("mail")).expect("lists").next().expect("one").expect("entry");
    let text = std::fs::read_to_string(file.path()).expect("reads");
    assert!(text.contains("Subject: Hello") && text.contains("A text."), "{text}");
    assert!(matches!(mailer.send("nobody", "x", "x").await, Err(MailError::Message(_))));
}

#[tokio::test]
async fn a_message_reaches_a_server() {
    let mut server = FakeSmtp::start().await;
    let config = MailConfig::Smtp {
        from: "kontor@example.com".into(),
        host: server.address.ip().to_string(),
        port: server.address.port(),
        security: SmtpSecurity::None,
        user: None,
        password_file: None,
    };
    Mailer::new(&config).expect("sets up").send("anna@example.com", "Hello", ".dot").await.expect("sends");
    let mail = server.next().await;
    assert!(mail.contains("To: anna@example.com") && mail.contains("\n.dot"), "{mail}");
}
