//! The one line that says we are ready.

use std::fmt;
use std::net::SocketAddr;

use crate::config::secret::DatabaseUrl;

/// What the operator wants to see once everything stands.
#[derive(Debug, Clone)]
pub struct Ready<'a> {
    /// The platforms that are connected: `Slack`.
    pub platforms: &'a [&'a str],
    /// The names of the workspaces that are served.
    pub workspaces: &'a [String],
    /// Where everything is remembered.
    pub store: &'a DatabaseUrl,
    /// Where health, readiness and metrics answer.
    pub web: SocketAddr,
}

impl fmt::Display for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { platforms, workspaces, store, web } = self;
        let version = env!("CARGO_PKG_VERSION");
        write!(f, "goodturn {version} is ready: {} · ", platforms.join(", "))?;
        match workspaces.len() {
            1 => write!(f, "workspace {}", workspaces[0])?,
            _ => write!(f, "workspaces {}", workspaces.join(", "))?,
        }
        write!(f, " · store {store} · web http://{web}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_without_secrets() {
        let store = DatabaseUrl::parse("postgres://me:sesame@db/goodturn").expect("known kind");
        let workspaces = ["Example".to_owned()];
        let ready = Ready {
            platforms: &["Slack"],
            workspaces: &workspaces,
            store: &store,
            web: ([127, 0, 0, 1], 8080).into(),
        };
        assert_eq!(
            ready.to_string(),
            format!(
                "goodturn {} is ready: Slack · workspace Example · store postgres://me:***@db/goodturn · web http://127.0.0.1:8080",
                env!("CARGO_PKG_VERSION")
            )
        );
    }
}
