//! Messages and interactions: decoded, taken in, answered.
//! Invariant: an interaction is taken in once, by whoever did it; words are tried again, since nobody
//! says them twice.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::time::{Instant, timeout};

use super::Listener;
use crate::app::failure::Failure;
use crate::chat::inbound::{self, Inbound, PersonFacts, Reply, Said, Speech};
use crate::discord::decode::{self, Decoded, Heard, Known, Typing, Way};
use crate::discord::gateway::Event;
use crate::discord::reply::Asked;
use crate::discord::token;
use crate::domain::ids::{PlatformKind, WorkspaceKey};

/// Attempts at an event that nobody sends again.
const ATTEMPTS: u32 = 4;
/// What a look-up before the first answer may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// Choices that come later are of no use.
const CHOICES_WITHIN: Duration = Duration::from_secs(2);
impl Listener {
    /// A message or an interaction.
    pub(super) async fn said(&self, event: &Event) {
        let data = &event.data;
        let guild = data["guild_id"].as_str().map(WorkspaceKey::from);
        if let Some(guild) = &guild {
            self.settle(guild).await;
            if event.name == "MESSAGE_CREATE" {
                let channel = data["channel_id"].as_str().unwrap_or_default();
                self.discord.acquaint_channel(guild, channel).await;
            }
        }
        let home = match decode::homeless(&event.name, data) {
            Some(user) => self.home_of(&user).await,
            None => None,
        };
        let context = self.context(home.as_ref());
        match decode::event(&event.name, data, &context) {
            Decoded::Again { ticket, user, key } => {
                let told = data["data"]["custom_id"].as_str().and_then(|token| token::split(token).1);
                let workspace = told.or(guild).or(home).unwrap_or_else(|| "".into());
                self.discord.replies.again(&ticket, &user, &key, &workspace).await;
            }
            decoded => {
                self.take(decoded).await;
            }
        }
    }

    /// Takes in what was decoded; false if the app could not take it and nobody sends it again.
    pub(super) async fn take(&self, decoded: Decoded) -> bool {
        let replies = &self.discord.replies;
        match decoded {
            Decoded::Heard(heard) => return self.heard(*heard).await,
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

    async fn heard(&self, heard: Heard) -> bool {
        let Heard { inbound, strangers, way } = heard;
        let started = Instant::now();
        let (workspace, said) = (inbound.workspace.clone(), said_at(&inbound));
        let prompt = matches!(way, Way::Interaction(_));
        let asked = Asked::of(&inbound);
        let taken = self.discord.replies.give(&way, &asked, self.answer(inbound, strangers, &way)).await;
        if prompt {
            self.app.metrics().acknowledged_after(started.elapsed());
        }
        if let (false, Some(at)) = (taken, said) {
            self.read_again(workspace, at);
        }
        taken
    }

    /// The app's answer, once those whom it concerns are looked up.
    async fn answer(
        &self,
        mut inbound: Inbound,
        strangers: Vec<PersonFacts>,
        way: &Way,
    ) -> Result<Reply, Failure> {
        if !overheard(&inbound) {
            let known = self.look_up(&inbound.workspace, strangers).await;
            inbound.people.extend(known);
        }
        // Who pressed a button sees the failure and presses again; words are said once.
        let attempts = if matches!(way, Way::Interaction(_)) { 1 } else { ATTEMPTS };
        let mut result = self.app.receive(inbound.clone()).await;
        for attempt in 1..attempts {
            if result.is_ok() || timeout(PATIENCE * attempt, self.stop.cancelled()).await.is_ok() {
                break;
            }
            result = self.app.receive(inbound.clone()).await;
        }
        result
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

/// When words were said; nothing else can be read again.
fn said_at(inbound: &Inbound) -> Option<Timestamp> {
    match &inbound.event {
        inbound::Event::Said(said) => Some(said.at),
        _ => None,
    }
}
