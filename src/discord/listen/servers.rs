//! Servers that come, change and go, and members of whom Discord tells by itself.
//! Invariant: nothing said in a server is taken in before the server is; an outage is no farewell.

use serde_json::Value;

use super::Listener;
use crate::app::failure::Failure;
use crate::chat::inbound::{Event as Heard, Inbound, PersonFacts};
use crate::discord::decode::Known;
use crate::discord::gateway::Event;
use crate::domain::ids::{PlatformKind, UserKey, WorkspaceKey};
use crate::domain::person::Standing;

impl Listener {
    /// Before anything said in a server is taken in, the app has it; an error where it could not.
    pub(super) async fn settle(&self, guild: &WorkspaceKey) -> Result<(), Failure> {
        let home = self.homes().get(guild).cloned();
        if let Some(home) = home {
            home.get_or_try_init(|| self.adopt(guild)).await?;
        }
        Ok(())
    }

    /// Before anything said in a server is read: it is known. A session that went on after a restart told
    /// nothing of it; the store knows it.
    pub(super) async fn acquaint(&self, guild: &WorkspaceKey) {
        if !self.homes().contains_key(guild) {
            self.discord.acquaint(guild).await;
        }
    }

    /// A server is there, at the start or because the bot was added.
    pub(super) async fn arrived(&self, data: &Value) {
        let Some(guild) = key(&data["id"]) else { return };
        // Again after every farewell, whatever was said meanwhile.
        if self.adopt(&guild).await.is_ok()
            && let Some(home) = self.homes().get(&guild)
        {
            let _ = home.set(());
        }
        self.discord.awaited.send_modify(|awaited| {
            awaited.remove(guild.as_str());
        });
        self.read_due(&guild);
    }

    /// A server's name may have changed.
    pub(super) async fn renamed(&self, data: &Value) {
        if let Some(guild) = key(&data["id"]) {
            let _ = self.adopt(&guild).await;
        }
    }

    async fn adopt(&self, guild: &WorkspaceKey) -> Result<(), Failure> {
        let name = self.discord.guilds.name(guild).unwrap_or_default();
        let adopted = self.app.adopt(PlatformKind::Discord, guild, &name).await;
        adopted.map(drop).map_err(|error| Failure::of(error, guild.as_str()))
    }

    /// The bot was taken out of a server.
    pub(super) async fn removed(&self, id: &Value) {
        let Some(guild) = key(id) else { return };
        self.due.retain(|due| *due != guild);
        self.tell(&guild, format!("removed:{}", self.stamp()), Heard::Removed).await;
    }

    /// A new session tells which servers there are: those of this shard that are missing were left while
    /// nobody listened.
    pub(super) async fn began(&self, ready: &Value) {
        let (Some(shard), Some(total)) = (ready["shard"][0].as_u64(), ready["shard"][1].as_u64()) else {
            return;
        };
        let Some(listed) = ready["guilds"].as_array() else { return };
        let of_shard = |guild: &WorkspaceKey| {
            guild.as_str().parse::<u64>().is_ok_and(|id| (id >> 22) % total.max(1) == shard)
        };
        let there = |guild: &WorkspaceKey| {
            let listed = listed.iter().any(|listed| listed["id"] == guild.as_str());
            // One that has come since then is there already.
            listed || self.homes().contains_key(guild)
        };
        self.due.retain(|guild| !of_shard(guild) || there(guild));
        let known = self.app.workspaces_on(PlatformKind::Discord).await.unwrap_or_default();
        for (guild, _) in known {
            if of_shard(&guild) && !there(&guild) {
                self.removed(&Value::from(guild.as_str())).await;
            }
        }
    }

    /// A member changed or left; whom the app does not know it passes over, so nobody is collected.
    pub(super) async fn member(&self, event: &Event) {
        let data = &event.data;
        let (Some(guild), Some(user)) = (key(&data["guild_id"]), data["user"]["id"].as_str()) else { return };
        if user == self.discord.bot.as_str() {
            return;
        }
        self.acquaint(&guild).await;
        if self.settle(&guild).await.is_err() {
            return;
        }
        let facts = if event.name == "GUILD_MEMBER_REMOVE" {
            left(user)
        } else {
            // Without a name nobody new is met.
            let facts = self.discord.guilds.facts(&guild, data);
            PersonFacts { name: None, handle: None, ..facts }
        };
        let delivery = format!("member:{user}:{}", self.stamp());
        self.tell(&guild, delivery, Heard::Met(vec![facts])).await;
    }

    /// Something that Discord tells by itself.
    async fn tell(&self, guild: &WorkspaceKey, delivery: String, event: Heard) {
        let inbound = Inbound {
            platform: PlatformKind::Discord,
            workspace: guild.clone(),
            delivery,
            actor: None,
            place: None,
            mentions: Vec::new(),
            people: Vec::new(),
            event,
        };
        // It was logged; what matters of it comes with the next thing that is said.
        let _ = self.app.receive(inbound).await;
    }

    fn stamp(&self) -> i64 {
        self.discord.clock.now().as_millisecond()
    }
}

/// Somebody who is not there any more.
fn left(user: &str) -> PersonFacts {
    PersonFacts { user: Some(UserKey::from(user)), standing: Some(Standing::Left), ..PersonFacts::default() }
}

fn key(id: &Value) -> Option<WorkspaceKey> {
    id.as_str().filter(|id| !id.is_empty()).map(Into::into)
}
