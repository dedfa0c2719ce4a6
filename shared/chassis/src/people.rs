//! People that the configuration lets sign in: accounts made at the first start.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::accounts::{self, AccountError, Passwords};
use crate::database::Database;

/// Somebody who may sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What is typed to sign in.
    pub login: String,
    /// The service's own word for what the account may do.
    pub role: String,
    /// File with the initial password; read only if the account does not exist yet.
    pub password_file: PathBuf,
}

/// Why an account could not be made; one line.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The password cannot be read.
    #[error("cannot read the password of {login} from {}: {source}", path.display())]
    Password {
        /// Whose.
        login: String,
        /// From where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The account cannot be made.
    #[error("cannot make the account of {login}: {source}")]
    Account {
        /// Whose.
        login: String,
        /// What is wrong.
        source: AccountError,
    },
}

/// Makes the accounts that do not exist yet; existing ones keep their passwords.
///
/// # Errors
///
/// [`PeopleError`] naming the person.
pub async fn admit(database: &Database, people: &[Person]) -> Result<(), PeopleError> {
    let passwords = Passwords::new();
    for person in people {
        let failed = |source| PeopleError::Account { login: person.login.clone(), source };
        if accounts::exists(database, &person.login).await.map_err(failed)? {
            continue;
        }
        let password = std::fs::read_to_string(&person.password_file).map(Zeroizing::new);
        let password = password.map_err(|source| PeopleError::Password {
            login: person.login.clone(),
            path: person.password_file.clone(),
            source,
        })?;
        let hash = passwords.hash(password.trim_end().to_owned().into()).await.map_err(failed)?;
        let (login, role) = (person.login.clone(), person.role.clone());
        let made = database.transaction("admit-person", move |connection| {
            accounts::create_hashed(connection, &login, &hash, &role).map(|_| ())
        });
        match made.await {
            // Another replica was faster.
            Ok(()) | Err(AccountError::Taken) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}
