//! E-mail: into a folder by default, by SMTP with TLS where configured. Send it from an outbox handler.

use std::path::PathBuf;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How mail leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "transport", rename_all = "kebab-case")]
pub enum MailConfig {
    /// One `.eml` file per message.
    File {
        /// Sender.
        from: String,
        /// The folder; made if absent.
        folder: PathBuf,
    },
    /// A mail server.
    Smtp {
        /// Sender.
        from: String,
        /// Host name.
        host: String,
        /// Port: 465 for TLS from the start, 587 for STARTTLS.
        port: u16,
        /// How the connection is protected.
        security: SmtpSecurity,
        /// User to sign in as, if the server asks.
        #[serde(default)]
        user: Option<String>,
        /// File that holds the password.
        #[serde(default)]
        password_file: Option<PathBuf>,
    },
}

/// Protection of the connection to a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// Plain, then upgraded; refused if the server cannot.
    StartTls,
    /// None: for a relay on the same machine.
    None,
}

/// Why a message did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address or header is malformed: trying again is useless.
    #[error("the message cannot be built: {0}")]
    Message(String),
    /// The configuration is unusable.
    #[error("mail cannot be set up: {0}")]
    Setup(String),
    /// The server refused it for good.
    #[error("the mail server refused: {0}")]
    Refused(String),
    /// It may leave later.
    #[error("the mail could not be handed over: {0}")]
    Transport(String),
}

impl From<MailError> for crate::outbox::Failure {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Message(_) | MailError::Refused(_) => Self::GiveUp(error.to_string()),
            MailError::Setup(_) | MailError::Transport(_) => Self::Retry(error.to_string()),
        }
    }
}

enum Transport {
    File(AsyncFileTransport<Tokio1Executor>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Sends plain-text messages.
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
}

impl Mailer {
    /// Sets up the transport; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`MailError::Setup`] if the sender, folder, host or password file is unusable.
    pub fn new(config: &MailConfig) -> Result<Self, MailError> {
        let setup = |error: &dyn std::fmt::Display| MailError::Setup(error.to_string());
        let (from, transport) = match config {
            MailConfig::File { from, folder } => {
                std::fs::create_dir_all(folder).map_err(|error| setup(&error))?;
                (from, Transport::File(AsyncFileTransport::new(folder)))
            }
            MailConfig::Smtp { from, host, port, security, user, password_file } => {
                let builder = match security {
                    SmtpSecurity::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
                    SmtpSecurity::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
                    SmtpSecurity::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
                };
                let mut builder = builder.map_err(|error| setup(&error))?.port(*port);
                if let (Some(user), Some(file)) = (user, password_file) {
                    let password = Zeroizing::new(std::fs::read_to_string(file).map_err(|error| setup(&error))?);
                    builder = builder.credentials(Credentials::new(user.clone(), password.trim_end().to_owned()));
                }
                (from, Transport::Smtp(builder.build()))
            }
        };
        Ok(Self { from: from.parse().map_err(|error| setup(&error))?, transport })
    }

    /// Hands one message over.
    ///
    /// # Errors
    ///
    /// [`MailError`]; it becomes the right [`crate::outbox::Failure`] by `?`.
    pub async fn send(&self, to: &str, subject: &str, text: &str) -> Result<(), MailError> {
        let broken = |error: &dyn std::fmt::Display| MailError::Message(error.to_string());
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.parse().map_err(|error| broken(&error))?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|error| broken(&error))?;
        match &self.transport {
            Transport::File(transport) => {
                transport.send(message).await.map_err(|error| MailError::Transport(error.to_string()))?;
            }
            Transport::Smtp(transport) => {
                transport.send(message).await.map_err(|error| match error.is_permanent() {
                    true => MailError::Refused(error.to_string()),
                    false => MailError::Transport(error.to_string()),
                })?;
            }
        }
        Ok(())
    }
}
