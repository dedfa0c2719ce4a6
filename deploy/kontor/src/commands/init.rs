//! `kontor init`: a network's data folder without starting it.

use std::path::PathBuf;

use clap::Args;

use super::{say, up::data_folder};
use crate::consortium::{create, lock::Lock, plan::DEFAULT_BASE};

/// Creates the data folder of a whole network on this machine, without starting it.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor init --data ./network --port 7400")]
pub struct Init {
    /// Where to create it [default: the user's data folder].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// First of the 60 ports that the network takes.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BASE)]
    port: u16,
    /// Prints the manifest as JSON.
    #[arg(long)]
    json: bool,
}

impl Init {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let folder = data_folder(self.data)?;
        let _lock = Lock::take(&folder).map_err(|error| error.to_string())?;
        let manifest = create::create(&folder, self.port).map_err(|error| error.to_string())?;
        if self.json {
            say(serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?);
        } else {
            say(format_args!("created {}; start it with: kontor up --data {}", folder.display(), folder.display()));
            say(super::ca::keep_away(&folder.join("ca")));
        }
        Ok(())
    }
}
