//! Values that must never be seen: tokens, and addresses that may hold a password.
//!
//! Invariant: neither `Debug` nor `Display` of anything here shows the secret part.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::value::Checked;

/// The database's address; shown without its password.
#[derive(Clone)]
pub struct DatabaseUrl {
    url: SecretString,
    engine: Engine,
}

/// Which database an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file of SQLite's.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl DatabaseUrl {
    /// Takes an address of a known kind.
    pub fn parse(url: &str) -> Checked<Self> {
        let url = url.trim();
        match engine(url) {
            Some(engine) => Ok(Self { url: SecretString::from(url.to_owned()), engine }),
            None => {
                Err("expected an address like sqlite://data/goodturn.db or postgres://USER@HOST/NAME".into())
            }
        }
    }

    /// The full address, for the store's eyes only.
    pub fn expose(&self) -> &str {
        self.url.expose_secret()
    }

    /// Which database it leads to.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Whether a password is part of it.
    pub fn has_password(&self) -> bool {
        self.expose() != self.to_string()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, query) = self.expose().split_once('?').unwrap_or((self.expose(), ""));
        let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
        if !scheme.is_empty() {
            write!(f, "{scheme}://")?;
        }
        match rest.rsplit_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((user, _)) => write!(f, "{user}:***@{host}")?,
                None => write!(f, "{user}@{host}")?,
            },
            None => f.write_str(rest)?,
        }
        for (n, part) in query.split('&').filter(|part| !part.is_empty()).enumerate() {
            f.write_str(if n == 0 { "?" } else { "&" })?;
            match part.split_once('=') {
                Some((name, _)) if name.to_lowercase().contains("password") => write!(f, "{name}=***")?,
                _ => f.write_str(part)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// A token or another secret: one word with the beginning that its kind has.
///
/// `Ok(None)` if there is nothing in it: an empty variable counts as not set.
pub fn token(text: &str, prefixes: &[&str]) -> Checked<Option<SecretString>> {
    let token = text.trim();
    if token.is_empty() {
        return Ok(None);
    }
    if token.contains(char::is_whitespace) || token.contains(['"', '\'']) {
        return Err("this holds spaces or quotes; a token is one word without quotes".into());
    }
    if !prefixes.is_empty() && !prefixes.iter().any(|prefix| token.starts_with(prefix)) {
        let found = match token {
            t if t.starts_with("xapp-") => "; this one is an app-level token (SLACK_APP_TOKEN)",
            t if t.starts_with("xoxb-") => "; this one is a bot token (SLACK_BOT_TOKEN)",
            t if t.starts_with("xoxp-") => "; this one is a user token, which Goodturn does not need",
            _ => "",
        };
        return Err(format!("this should begin with {}{found}", prefixes[0]));
    }
    Ok(Some(SecretString::from(token.to_owned())))
}

fn engine(url: &str) -> Option<Engine> {
    let starts = |scheme: &str| url.starts_with(scheme) && url.len() > scheme.len();
    if starts("postgres://") || starts("postgresql://") {
        Some(Engine::Postgres)
    } else if starts("sqlite:") {
        Some(Engine::Sqlite)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("sqlite://data/goodturn.db", "sqlite://data/goodturn.db"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("postgres://host/db", "postgres://host/db"),
            ("postgres://me@host/db", "postgres://me@host/db"),
            ("postgres://me:s3@cret@host:5432/db", "postgres://me:***@host:5432/db"),
            ("postgres:///db?host=/run&password=s3cret", "postgres:///db?host=/run&password=***"),
        ] {
            let url = DatabaseUrl::parse(url).expect("known kind");
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("cret"));
        }
        assert!(DatabaseUrl::parse("mysql://x").is_err());
    }

    #[test]
    fn tokens_are_known_by_their_beginning() {
        assert!(token("", &["xoxb-"]).expect("empty is unset").is_none());
        assert!(token(" xoxb-1-2\n", &["xoxb-"]).expect("trimmed").is_some());
        let swapped = token("xapp-1-A", &["xoxb-"]).expect_err("the wrong kind");
        assert!(swapped.contains("SLACK_APP_TOKEN") && !swapped.contains("1-A"), "{swapped}");
        assert!(token("\"xoxb-1\"", &["xoxb-"]).is_err());
    }
}
