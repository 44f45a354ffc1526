//! Where a value came from, and what is wrong with one.
//!
//! Invariant: neither ever carries a line of the file, for it may hold a token.

use std::fmt;

/// The layer that a value was taken from, precise enough to go there and change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The defaults that are compiled in.
    Default,
    /// A place in the operator's file; line and column count from 1, the column in characters.
    File {
        /// The file's path as it was named.
        path: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The file as a whole, where no single place can be named.
    WholeFile(String),
    /// An environment variable.
    Env(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, .. } => write!(f, "{path}:{line}"),
            Self::WholeFile(path) => f.write_str(path),
            Self::Env(name) => write!(f, "env {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// One thing to mend in the configuration: where, and what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// Where it is.
    pub origin: Origin,
    /// What is wrong and what would be right, in words for the operator.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File { path, line, column } => write!(f, "{path}, line {line}, column {column}")?,
            origin => write!(f, "{origin}")?,
        }
        write!(f, ": {}", self.what)
    }
}

/// One line of `goodturn config show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The setting's path.
    pub path: String,
    /// Its value, secrets redacted; none if it is not set.
    pub value: Option<String>,
    /// Where it came from.
    pub origin: Option<Origin>,
}

/// Quotes a value for a message, unless it looks like something that must not be seen.
///
/// A token may have been pasted anywhere; a wrong guess here costs only a less helpful message.
pub fn quoted(value: &str) -> String {
    if looks_secret(value) {
        "this value (not shown, it may be a secret)".into()
    } else {
        format!("{value:?}")
    }
}

/// Whether a text may hold a token or a password.
pub fn looks_secret(value: &str) -> bool {
    let token = value.contains("xox") || value.contains("xapp-");
    let credentials = value.contains("://") && value.contains('@');
    let long_word = value.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.len() > 30);
    token || credentials || long_word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_passwords_are_not_quoted() {
        for secret in ["xoxb-1-2-abc", "xapp-1-A", "postgres://me:pw@host/db", &"a1".repeat(16)] {
            assert!(!quoted(secret).contains(secret), "{secret}");
        }
        assert_eq!(quoted("Europe/Berln"), "\"Europe/Berln\"");
    }
}
