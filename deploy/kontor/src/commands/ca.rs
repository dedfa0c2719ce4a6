//! `kontor ca`: the network's certificate authority, by its files and through the marketplace that runs it.

mod issue;
mod revoke;
mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use kontor_chassis::ca::{self, Authority, Crl, Register, details};
use serde_json::json;

use super::{say, up::data_folder};

/// The network's certificate authority: an offline root, the intermediate that issues, members' certificates.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor ca list --ca ./network/ca")]
pub struct Ca {
    #[command(subcommand)]
    call: Call,
}

#[derive(Debug, Subcommand)]
enum Call {
    Init(Init),
    Request(issue::MakeRequest),
    Issue(issue::Issue),
    RenewIntermediate(RenewIntermediate),
    Revoke(revoke::Revoke),
    List(show::List),
    Crl(show::ShowCrl),
}

/// Makes a root, an intermediate and an empty revocation list. The root's key can be moved away after this.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor ca init \"Kontor Europe\" --ca ./ca")]
struct Init {
    /// The network's name, for people who look at certificates.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    folder: Folder,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Signs the intermediate anew with the root's key; its name and key stay, and so does all that it issued.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor ca renew-intermediate --ca ./ca --root-key /media/safe/root.key\n\
    The marketplace reads the new one by itself.")]
struct RenewIntermediate {
    #[command(flatten)]
    folder: Folder,
    /// The root's key [default: root.key in the authority's folder].
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Where the authority is.
#[derive(Debug, Args)]
struct Folder {
    /// The authority's folder [default: ca in the user's data folder].
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,
}

impl Folder {
    fn path(&self) -> Result<PathBuf, String> {
        match &self.ca {
            Some(path) => Ok(path.clone()),
            None => Ok(data_folder(None)?.join("ca")),
        }
    }

    /// The authority, its register and its folder.
    fn open(&self) -> Result<(Authority, Register), String> {
        let path = self.path()?;
        Ok((Authority::load(&path).map_err(line)?, Register::new(&path)))
    }
}

impl Ca {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        match self.call {
            Call::Init(call) => call.run(),
            Call::Request(call) => call.run(),
            Call::Issue(call) => call.run(),
            Call::RenewIntermediate(call) => call.run(),
            Call::Revoke(call) => call.run(),
            Call::List(call) => call.run(),
            Call::Crl(call) => call.run(),
        }
    }
}

impl Init {
    fn run(self) -> Result<(), String> {
        let folder = self.folder.path()?;
        for taken in ["root.pem", "root.key", "intermediate.key"] {
            if folder.join(taken).exists() {
                return Err(format!("{} holds an authority already: expected no {taken}", folder.display()));
            }
        }
        private(&folder)?;
        let authority = Authority::create(&folder, &self.name).map_err(line)?;
        let crl = Register::new(&folder).publish(&authority, ca::now()).map_err(line)?;
        if self.json {
            let [root, key, intermediate] = ["root.pem", "root.key", "intermediate.pem"].map(|name| folder.join(name));
            say(json!({ "root": root, "rootKey": key, "intermediate": intermediate, "crl": crl.number }));
            return Ok(());
        }
        say(format_args!("made {}; members trust {}", folder.display(), folder.join("root.pem").display()));
        say(keep_away(&folder));
        Ok(())
    }
}

/// What to do with the root's key.
pub(super) fn keep_away(folder: &Path) -> String {
    format!(
        "Move {} to a safe place that is not connected: only `kontor ca renew-intermediate --root-key FILE` needs it.",
        folder.join("root.key").display()
    )
}

impl RenewIntermediate {
    fn run(self) -> Result<(), String> {
        let folder = self.folder.path()?;
        let key = self.root_key.unwrap_or_else(|| folder.join("root.key"));
        Authority::renew_intermediate(&folder, &key).map_err(line)?;
        let path = folder.join("intermediate.pem");
        if self.json {
            say(json!({ "intermediate": path }));
        } else {
            say(format_args!("renewed {}", path.display()));
        }
        Ok(())
    }
}

/// Makes a folder that only its owner may enter, unless it is there.
fn private(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| format!("cannot make {}: {error}", folder.display()))
}

fn line(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The list that somebody published, checked with the intermediate in the authority's folder; its key is not needed.
fn check_list(folder: &Path, bytes: &[u8]) -> Result<Crl, String> {
    let path = folder.join("intermediate.pem");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Crl::read(bytes, &details::leaf(&text).map_err(line)?).map_err(line)
}
