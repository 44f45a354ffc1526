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
            0 => write!(f, "no workspace yet")?,
            1 => write!(f, "workspace {}", workspaces[0])?,
            2..=SHOWN => write!(f, "workspaces {}", workspaces.join(", "))?,
            many => {
                write!(f, "workspaces {} and {} more", workspaces[..SHOWN].join(", "), many - SHOWN)?;
            }
        }
        write!(f, " · store {store} · web http://{web}")
    }
}

/// Names that are shown at most.
const SHOWN: usize = 5;

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

    #[test]
    fn platforms_and_workspaces_side_by_side() {
        let store = DatabaseUrl::parse("sqlite::memory:").expect("known kind");
        let shown = |platforms: &[&str], workspaces: &[&str]| {
            let workspaces: Vec<String> = workspaces.iter().map(ToString::to_string).collect();
            let web = ([127, 0, 0, 1], 8080).into();
            Ready { platforms, workspaces: &workspaces, store: &store, web }.to_string()
        };
        let both = shown(&["Slack", "Discord"], &["Example", "Server"]);
        assert!(both.contains("Slack, Discord · workspaces Example, Server · store"), "{both}");
        assert!(shown(&["Discord"], &[]).contains("Discord · no workspace yet ·"));
        let many = shown(&["Discord"], &["a", "b", "c", "d", "e", "f", "g"]);
        assert!(many.contains("workspaces a, b, c, d, e and 2 more ·"), "{many}");
    }
}
