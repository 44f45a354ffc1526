//! A platform's seat: there from the start, taken once the platform is connected.
//! Invariant: what must be said to a platform that is not there yet waits, without an attempt counted.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::chat::platform::{ChatPlatform, Delivery, Errand};
use crate::domain::ids::PlatformKind;

/// How a platform stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sits {
    /// It is on its way.
    Connecting,
    /// It hears us and we hear it.
    Connected,
}

/// Whether another platform goes on without this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Company {
    /// It is the only one.
    Alone,
    /// There are others.
    Others,
}

/// A platform's seat.
pub struct Seat {
    /// The platform's name as people read it.
    pub name: &'static str,
    /// Who else is there.
    pub company: Company,
    kind: PlatformKind,
    platform: OnceLock<Arc<dyn ChatPlatform>>,
    sits: Mutex<Sits>,
    news: Arc<Notify>,
}

/// What waits for a platform is tried again after this time.
const AGAIN: Duration = Duration::from_secs(2);

impl Seat {
    /// A free seat; `news` is rung at every change.
    pub fn new(kind: PlatformKind, name: &'static str, company: Company, news: Arc<Notify>) -> Self {
        Self { name, company, kind, platform: OnceLock::new(), sits: Mutex::new(Sits::Connecting), news }
    }

    /// The platform is there and can be spoken to.
    pub fn take(&self, platform: Arc<dyn ChatPlatform>) {
        // The first one stays: a platform is connected once.
        let _ = self.platform.set(platform);
    }

    /// The link came or went.
    pub fn set(&self, sits: Sits) {
        let before = std::mem::replace(&mut *self.sits.lock().unwrap_or_else(PoisonError::into_inner), sits);
        if before != sits {
            self.news.notify_one();
        }
    }

    /// How it stands.
    pub fn sits(&self) -> Sits {
        *self.sits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChatPlatform for Seat {
    fn kind(&self) -> PlatformKind {
        self.kind
    }

    fn deliver<'a>(&'a self, errand: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        match self.platform.get() {
            Some(platform) => platform.deliver(errand),
            None => Box::pin(std::future::ready(Delivery::Later(AGAIN))),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::chat::platform::Task;

    struct There;

    impl ChatPlatform for There {
        fn kind(&self) -> PlatformKind {
            PlatformKind::Discord
        }

        fn deliver<'a>(&'a self, _: &'a Errand) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
            Box::pin(std::future::ready(Delivery::Done))
        }
    }

    #[tokio::test]
    async fn what_is_said_waits_for_a_platform_that_is_not_there() {
        let news = Arc::new(Notify::new());
        let seat = Seat::new(PlatformKind::Discord, "Discord", Company::Others, Arc::clone(&news));
        let errand = Errand {
            id: "1".to_owned(),
            workspace: "1".into(),
            unsure: 0,
            since: Timestamp::UNIX_EPOCH,
            task: Task::LookUp { user: "2".into() },
        };
        assert_eq!(seat.deliver(&errand).await, Delivery::Later(AGAIN));
        seat.take(Arc::new(There));
        assert_eq!(seat.deliver(&errand).await, Delivery::Done);
        assert_eq!(seat.sits(), Sits::Connecting);
        seat.set(Sits::Connected);
        news.notified().await;
        assert_eq!(seat.sits(), Sits::Connected);
    }
}
