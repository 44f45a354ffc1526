//! Slack: what it says is decoded, what we say is rendered and sent.
//!
//! In: [`socket`] keeps the connections, [`decode`] reads, [`listen`] brings it to the app and its
//! [`reply`] back. Out: [`render`] makes Block Kit of cards, [`send`] runs errands through the [`api`].
//! [`declare`] says what Slack must know about the app.
//! Invariant: one install, one bot token, one workspace key; nothing outside this folder knows Slack.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::clock::Clock;
use crate::chat::platform::{ChatPlatform, Delivery, Errand};
use crate::domain::ids::PlatformKind;
use api::{Api, CallError, Granted};
use socket::Monitor;

pub mod socket;

pub mod decode;

pub mod words;

pub mod people;

pub mod names;

pub mod acquaint;

pub mod listen;

pub mod reply;

pub mod render;

pub mod send;

pub mod api;

pub mod gate;

pub mod declare;

#[cfg(test)]
pub(crate) mod tests;

/// A connected install.
pub struct Slack {
    /// The Web API.
    pub api: Api,
    /// Who we are there.
    pub home: Granted,
    /// The state of the sockets.
    pub monitor: Arc<Monitor>,
    clock: Arc<dyn Clock>,
    names: names::Names,
    acquaintances: acquaint::Acquaintances,
    directory: send::Directory,
}

/// Why Slack was not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Slack refuses the bot token; the operator must act.
    #[error("{0}")]
    Refused(CallError),
    /// Stopped while still trying.
    #[error("stopped before Slack could be reached")]
    Stopped,
}

/// The first and the longest pause between attempts to reach Slack at the start.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];

impl Slack {
    /// Learns who we are; while Slack cannot be reached it keeps trying, until `stop`.
    pub async fn connect(
        api: Api,
        clock: Arc<dyn Clock>,
        stop: &CancellationToken,
    ) -> Result<Arc<Self>, ConnectError> {
        let mut pause = PAUSES[0];
        let home = loop {
            let wait = match api.granted().await {
                Ok(home) => break home,
                Err(error @ CallError::Refused { .. }) => return Err(ConnectError::Refused(error)),
                Err(CallError::RateLimited { after }) => after,
                Err(error) => {
                    tracing::warn!(%error, "Slack cannot be reached yet; trying again");
                    pause
                }
            };
            if timeout(wait, stop.cancelled()).await.is_ok() {
                return Err(ConnectError::Stopped);
            }
            pause = (pause * 2).min(PAUSES[1]);
        };
        for (scope, why) in declare::missing(&home) {
            tracing::warn!(scope, why, "a permission is missing; `goodturn check` says what to do");
        }
        Ok(Arc::new(Self {
            api,
            home,
            monitor: Arc::default(),
            clock,
            names: names::Names::default(),
            acquaintances: acquaint::Acquaintances::default(),
            directory: send::Directory::default(),
        }))
    }
}

impl ChatPlatform for Slack {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(send::run(&self.api, &self.home, &self.directory, errand, self.clock.now()))
    }
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slack").field("workspace", &self.home.team).finish_non_exhaustive()
    }
}
