//! Messages and interactions: decoded, taken in, answered.
//! Invariant: an interaction is taken in once, by whoever did it; words are tried again, since nobody
//! says them twice.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::Listener;
use crate::app::failure::Failure;
use crate::chat::inbound::{self, Inbound, PersonFacts, Reply, Said, Speech};
use crate::chat::platform::Addressed;
use crate::chat::say::refusals;
use crate::discord::decode::{self, Decoded, Heard, Known, Typing, Way};
use crate::discord::gateway::Event;
use crate::discord::reply::Asked;
use crate::discord::token;
use crate::domain::ids::{PlatformKind, UserKey, WorkspaceKey};

/// Attempts at an event that nobody sends again.
const ATTEMPTS: u32 = 4;
/// What a look-up before the first answer may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// Choices that come later are of no use.
const CHOICES_WITHIN: Duration = Duration::from_secs(2);
type Answer = Result<Reply, Failure>;

impl Listener {
    /// A message or an interaction; false if it could not be taken in.
    pub(super) async fn said(&self, event: &Event) -> bool {
        let data = &event.data;
        let guild = data["guild_id"].as_str().map(WorkspaceKey::from);
        if let Some(guild) = &guild {
            self.know(guild, event).await;
        }
        let home = match decode::homeless(&event.name, data) {
            Some(user) => self.home_of_event(event, &user).await,
            None => Ok(None),
        };
        let (home, failed) = match home {
            Ok(home) => (home, None),
            Err(failure) => (None, Some(failure)),
        };
        let context = self.context(home.as_ref());
        match decode::event(&event.name, data, &context) {
            Decoded::Again { ticket, user, key } => {
                let told = data["data"]["custom_id"].as_str().and_then(|token| token::split(token).1);
                let workspace = told.or(guild).or(home).unwrap_or_else(|| "".into());
                self.discord.replies.again(&ticket, &user, &key, &workspace).await;
                true
            }
            decoded => match (decoded, failed) {
                (Decoded::Homeless { way, user, place }, Some(failure)) => {
                    let asked = Asked::of_nobody(user, place).since(event.read);
                    self.discord.replies.give(&way, &asked, async { Err(failure) }).await
                }
                (decoded, _) => self.take(decoded, event.read).await,
            },
        }
    }

    /// Learns what is to be known of a server before something in it is read; where somebody waits for an
    /// answer, as long as there is time.
    async fn know(&self, guild: &WorkspaceKey, event: &Event) {
        if event.name == "MESSAGE_CREATE" {
            self.acquaint(guild).await;
            let channel = event.data["channel_id"].as_str().unwrap_or_default();
            return self.discord.acquaint_channel(guild, channel).await;
        }
        let (Some(listener), guild) = (self.me.upgrade(), guild.clone()) else { return };
        // It goes on for whoever comes next.
        let learning = self.tasks.spawn(async move { listener.acquaint(&guild).await });
        let _ = timeout(PATIENCE.saturating_sub(event.read.elapsed()), learning).await;
    }

    async fn home_of_event(&self, event: &Event, user: &UserKey) -> Result<Option<WorkspaceKey>, Failure> {
        match event.data["id"].as_str() {
            Some(message) if event.name == "MESSAGE_CREATE" => self.home_of_message(message, user).await,
            _ => self.home_of(user).await,
        }
    }

    /// Takes in what was decoded and came then; false if the app could not take it.
    pub(super) async fn take(&self, decoded: Decoded, came: Instant) -> bool {
        let replies = &self.discord.replies;
        match decoded {
            Decoded::Heard(heard) => return self.heard(*heard, came).await,
            Decoded::Typing(typing) => self.complete(&typing).await,
            Decoded::Homeless { way, user, place } => replies.no_home(&way, user, place).await,
            Decoded::Passed(what) => tracing::trace!(what, "passed over"),
            Decoded::Unreadable { what, kind, ticket } => {
                self.app.metrics().unparsable(what);
                tracing::warn!(what, kind, "something from Discord could not be read");
                if let Some(ticket) = ticket {
                    replies.not_understood(&ticket).await;
                }
            }
            // It is opened where it was pressed; histories hold no presses.
            Decoded::Again { .. } => {}
        }
        true
    }

    async fn heard(&self, heard: Heard, came: Instant) -> bool {
        let Heard { inbound, strangers, way } = heard;
        let asked = Asked::of(&inbound).since(came);
        if !matches!(way, Way::Interaction(_)) {
            let answer = self.answer(inbound, strangers, &way).boxed();
            return self.discord.replies.give(&way, &asked, answer).await;
        }
        let Some(listener) = self.me.upgrade() else { return false };
        // What comes next from them waits for the commit, not for the way that the answer takes.
        let (commit, committed) = oneshot::channel();
        self.tasks.spawn(async move {
            let answer = async {
                let answer = listener.answer_at_once(inbound, strangers, &way).await;
                let _ = commit.send(answer.is_ok());
                answer
            };
            listener.discord.replies.give(&way, &asked, answer).await;
            listener.app.metrics().acknowledged_after(came.elapsed());
        });
        committed.await.unwrap_or(false)
    }

    /// The app's answer to somebody who waits for it, who learns of a panic as of any other failure; of words
    /// they are read again.
    async fn answer_at_once(&self, inbound: Inbound, strangers: Vec<PersonFacts>, way: &Way) -> Answer {
        let reference = inbound.delivery.rsplit(':').next().unwrap_or_default().to_owned();
        let answer = AssertUnwindSafe(self.answer(inbound, strangers, way).boxed()).catch_unwind().await;
        answer.unwrap_or_else(|_| {
            let reference: String = reference.chars().skip(reference.len().saturating_sub(4)).collect();
            tracing::error!(reference, "handling an interaction panicked");
            let said = refusals::failure(&reference);
            Ok(Reply::Private(Addressed { said, users: BTreeMap::new(), zone: TimeZone::UTC }))
        })
    }

    /// The app's answer, once it has the server, and those whom it concerns are looked up.
    async fn answer(&self, mut inbound: Inbound, strangers: Vec<PersonFacts>, way: &Way) -> Answer {
        if !overheard(&inbound) {
            let known = self.look_up(&inbound.workspace, strangers).await;
            inbound.people.extend(known);
        }
        // Who pressed a button sees the failure and presses again; words are said once.
        let attempts = if matches!(way, Way::Interaction(_)) { 1 } else { ATTEMPTS };
        let mut result = self.receive(&inbound).await;
        for attempt in 1..attempts {
            if result.is_ok() || timeout(PATIENCE * attempt, self.stop.cancelled()).await.is_ok() {
                break;
            }
            result = self.receive(&inbound).await;
        }
        result
    }

    async fn receive(&self, inbound: &Inbound) -> Answer {
        self.settle(&inbound.workspace).await?;
        self.app.receive(inbound.clone()).await
    }

    /// What the server tells about people of whom the event told a name at most.
    async fn look_up(&self, guild: &WorkspaceKey, strangers: Vec<PersonFacts>) -> Vec<PersonFacts> {
        let asked = strangers.into_iter().filter_map(|facts| {
            let user = facts.user.clone()?;
            Some(async move {
                let member = timeout(PATIENCE, self.discord.api.member(guild.as_str(), &user)).await;
                match member {
                    Ok(Ok(member)) => self.discord.guilds.facts(guild, &member),
                    _ => facts,
                }
            })
        });
        join_all(asked).await
    }

    async fn complete(&self, typing: &Typing) {
        let Typing { ticket, workspace, user, facts, takes, typed } = typing;
        let app = &self.app;
        let choices = app.complete(PlatformKind::Discord, workspace, user, facts.as_ref(), *takes, typed);
        let choices = match timeout(CHOICES_WITHIN, choices).await {
            Ok(Ok(choices)) => choices,
            Ok(Err(error)) => {
                tracing::error!(%error, "the store could not help with completing");
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        self.discord.replies.choices(ticket, &choices).await;
    }
}

fn overheard(inbound: &Inbound) -> bool {
    matches!(&inbound.event, inbound::Event::Said(Said { to_bot: Speech::Overheard, .. }))
}
