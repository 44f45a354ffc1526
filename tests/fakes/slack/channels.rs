//! What happens to channels: people and the bot come and go, channels are renamed, archived, unshared.
//!
//! Invariant: the bot hears of it as it would from Slack: only where it is a member, except of its own
//! leaving.

use serde_json::json;

use super::people::Actor;
use super::state::{BOT_USER, State};
use super::workspace::{Channel, ChannelKind};
use super::{FakeSlack, events};

impl FakeSlack {
    /// The channel gets another name and keeps its id.
    pub fn rename(&self, channel: &str, name: &str) {
        self.with_channel(channel, "rename", |state, id| {
            let channel = state.channels.get_mut(id).expect("just found");
            name.clone_into(&mut channel.name);
            json!({"channel": {"id": id, "name": name, "name_normalized": name, "created": 1_700_000_000}})
        });
    }

    /// The channel is closed; nobody can post there any more.
    pub fn archive(&self, channel: &str) {
        self.with_channel(channel, "archive", |state, id| {
            state.channels.get_mut(id).expect("just found").archived = true;
            json!({"channel": id, "user": "U0000000DEE"})
        });
    }

    /// The other company leaves a shared channel.
    pub fn unshare(&self, channel: &str) {
        self.with_channel(channel, "unshared", |state, id| {
            let home = state.team.id.clone();
            let channel = &state.channels[id];
            let (staff, gone): (Vec<String>, Vec<String>) =
                channel.members.iter().cloned().partition(|member| state.person(member).team == home);
            let other = gone.first().map(|member| state.person(member).team.clone());
            let channel = state.channels.get_mut(id).expect("just found");
            (channel.members, channel.shared) = (staff.into_iter().collect(), false);
            json!({"channel": id, "previously_connected_team_id": other, "is_ext_shared": false})
        });
    }

    /// From now on events are lost, as in an outage that outlasts every redelivery.
    pub fn lose_events(&self) {
        self.shared.change(|state| state.losing = true);
    }

    /// Events arrive again; the lost ones stay lost.
    pub fn stop_losing_events(&self) {
        self.shared.change(|state| state.losing = false);
    }

    /// Changes a channel and tells the bot, if it is in: `channel_…`, or `group_…` for private ones.
    fn with_channel(
        &self,
        channel: &str,
        what: &str,
        change: impl FnOnce(&mut State, &str) -> serde_json::Value,
    ) {
        self.shared.change(|state| {
            let found = found(state, channel);
            let (id, name) = (found.id.clone(), kind_name(found, what));
            let mut event = change(state, &id);
            event["type"] = json!(name);
            event["event_ts"] = json!(state.next_ts());
            events::of_channel(state, &id, &name, &event);
        });
    }
}

impl Actor {
    /// Joins a channel.
    pub fn join(&self, channel: &str) {
        self.slack.shared.change(|state| {
            let id = found(state, channel).id.clone();
            state.channels.get_mut(&id).expect("just found").members.insert(self.id.clone());
            events::member_joined(state, &id, &self.id, None);
        });
    }

    /// Leaves a channel.
    pub fn leave(&self, channel: &str) {
        self.slack.shared.change(|state| {
            let id = found(state, channel).id.clone();
            state.channels.get_mut(&id).expect("just found").members.remove(&self.id);
            let event = json!({
                "type": "member_left_channel", "user": self.id, "channel": id, "channel_type": "C",
                "team": state.team.id, "event_ts": state.next_ts(),
            });
            events::of_channel(state, &id, "member_left_channel", &event);
        });
    }

    /// Brings the bot into a channel.
    pub fn invite_bot(&self, channel: &str) {
        self.slack.shared.change(|state| {
            let id = found(state, channel).id.clone();
            state.channels.get_mut(&id).expect("just found").members.insert(BOT_USER.to_owned());
            events::member_joined(state, &id, BOT_USER, Some(&self.id));
        });
    }

    /// Removes the bot from a channel.
    pub fn remove_bot(&self, channel: &str) {
        self.slack.shared.change(|state| {
            let found = found(state, channel);
            let (id, name) = (found.id.clone(), kind_name(found, "left"));
            let event =
                json!({"type": name, "channel": id, "actor_id": self.id, "event_ts": state.next_ts()});
            events::of_channel(state, &id, &name, &event);
            state.channels.get_mut(&id).expect("just found").members.remove(BOT_USER);
        });
    }
}

fn found<'a>(state: &'a State, channel: &str) -> &'a Channel {
    state.find_channel(channel).unwrap_or_else(|| panic!("there is no channel {channel}"))
}

fn kind_name(channel: &Channel, what: &str) -> String {
    let kind = if channel.kind == ChannelKind::Private { "group" } else { "channel" };
    format!("{kind}_{what}")
}
