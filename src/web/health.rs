//! Whether this process can do its work right now.
//!
//! Invariant: ready means the store answers, every platform is connected, and nobody asked to stop.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Asks the store for a sign of life; the error is in words for the operator, without secrets.
pub type StorePing = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What is known about the parts that must work; cheap to share in an `Arc`.
pub struct Health {
    store: StorePing,
    platforms: Mutex<BTreeMap<&'static str, Connection>>,
    stopping: AtomicBool,
}

/// How a platform stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// It hears us and we hear it.
    Connected,
    /// We are on our way there.
    Connecting,
}

impl Health {
    /// A process that has started, with no platform yet.
    pub fn new(store: StorePing) -> Self {
        Self { store, platforms: Mutex::default(), stopping: AtomicBool::new(false) }
    }

    /// A platform (`Slack`) came or went. The first call makes it one that readiness waits for.
    pub fn set_platform(&self, name: &'static str, connection: Connection) {
        self.platforms.lock().unwrap_or_else(PoisonError::into_inner).insert(name, connection);
    }

    /// From now on this process takes nothing new in.
    pub fn set_stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// What keeps this process from its work, a line each; empty if nothing does.
    pub async fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        if self.stopping.load(Ordering::Relaxed) {
            obstacles.push("This process is stopping.".to_owned());
        }
        match tokio::time::timeout(STORE_PATIENCE, (self.store)()).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => obstacles.push(format!("The database does not answer: {why}")),
            Err(_) => obstacles.push("The database has not answered for 2 seconds.".to_owned()),
        }
        let platforms = self.platforms.lock().unwrap_or_else(PoisonError::into_inner);
        if platforms.is_empty() {
            obstacles.push("No platform is set up yet.".to_owned());
        }
        for (name, _) in platforms.iter().filter(|(_, connection)| **connection == Connection::Connecting) {
            obstacles.push(format!("{name} is not connected."));
        }
        obstacles
    }
}

const STORE_PATIENCE: Duration = Duration::from_secs(2);

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").field("platforms", &self.platforms).finish_non_exhaustive()
    }
}
