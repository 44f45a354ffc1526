//! What a test sees of the fake, and how it waits for it and disturbs it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::faults::Fault;
use super::socket::{Door, Order, Whom};
use super::state::{AckRecord, Call, Ephemeral, Message, State, View};
use super::workspace::ChannelKind;
use super::{FakeSlack, PATIENCE, events};

impl FakeSlack {
    /// Messages of a channel, oldest first, replies in threads included.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        self.shared.read(|state| messages(state, channel))
    }

    /// A channel as people read it: `author: what is visible`, answers in threads set in.
    pub fn read(&self, channel: &str) -> String {
        let line = |message: &Message| {
            let answer = message.thread_ts.as_ref().is_some_and(|thread| *thread != message.ts);
            let said = if message.blocks.is_empty() {
                message.text.clone()
            } else {
                super::blocks::visible_text(&message.blocks)
            };
            format!("{}{}: {said}", if answer { "  " } else { "" }, message.author)
        };
        self.messages(channel).iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Messages between the bot and this person.
    pub fn dm_with(&self, person: &str) -> Vec<Message> {
        self.shared.read(|state| {
            let id = &state.person(person).id;
            let direct =
                |c: &&super::workspace::Channel| c.kind == ChannelKind::Direct && c.members.contains(id);
            state.channels.values().find(direct).map_or_else(Vec::new, |c| state.messages[&c.id].clone())
        })
    }

    /// Messages of the bot's conversation with exactly these people.
    pub fn group_with(&self, people: &[&str]) -> Vec<Message> {
        self.shared.read(|state| {
            let mut members: std::collections::BTreeSet<String> =
                people.iter().map(|person| state.person(person).id.clone()).collect();
            members.insert(super::state::BOT_USER.to_owned());
            let group = state.channels.values().find(|c| c.is_direct() && c.members == members);
            group.map_or_else(Vec::new, |c| state.messages[&c.id].clone())
        })
    }

    /// A message as it is now; `None` when it was deleted.
    pub fn now(&self, message: &Message) -> Option<Message> {
        self.shared.read(|state| state.message(&message.channel, &message.ts).cloned())
    }

    /// What this person alone was shown.
    pub fn ephemerals(&self, person: &str) -> Vec<Ephemeral> {
        self.shared.read(|state| {
            let id = &state.person(person).id;
            state.ephemerals.iter().filter(|shown| shown.user == *id).cloned().collect()
        })
    }

    /// The App Home of this person.
    pub fn home(&self, person: &str) -> Option<View> {
        self.shared.read(|state| state.homes.get(&state.person(person).id).cloned())
    }

    /// The modal on top, if this person has one open.
    pub fn modal(&self, person: &str) -> Option<View> {
        self.shared.read(|state| state.modals.get(&state.person(person).id)?.last().cloned())
    }

    /// The user id of a handle.
    pub fn user_id(&self, person: &str) -> String {
        self.shared.read(|state| state.person(person).id.clone())
    }

    /// The id of a channel name.
    pub fn channel_id(&self, channel: &str) -> String {
        self.shared.read(|state| state.find_channel(channel).expect("the channel exists").id.clone())
    }

    /// Whatever a real Slack would have refused, or people would have noticed.
    pub fn violations(&self) -> Vec<String> {
        self.shared.read(|state| state.violations.clone())
    }

    /// The recorded calls of one method, `response_url` among them.
    pub fn calls(&self, method: &str) -> Vec<Call> {
        self.shared.read(|state| state.calls.iter().filter(|call| call.method == method).cloned().collect())
    }

    /// How many calls and acknowledgements came so far.
    pub fn steps(&self) -> usize {
        self.shared.read(|state| state.calls.len() + state.acks.len())
    }

    pub fn acks(&self) -> Vec<AckRecord> {
        self.shared.read(|state| state.acks.clone())
    }

    /// Messages that the bot posted, per channel id, deleted ones included.
    pub fn posts(&self) -> BTreeMap<String, usize> {
        self.shared.read(|state| state.posts.clone())
    }

    /// Ids of the events that were never acknowledged.
    pub fn given_up(&self) -> Vec<String> {
        self.shared.read(|state| state.given_up.clone())
    }

    /// Metadata that more than one visible message carries: the same thing said twice.
    pub fn duplicates(&self) -> Vec<String> {
        self.shared.read(|state| {
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for metadata in state.messages.values().flatten().filter_map(|m| m.metadata.as_ref()) {
                *seen.entry(metadata.to_string()).or_default() += 1;
            }
            seen.into_iter().filter(|(_, times)| *times > 1).map(|(metadata, _)| metadata).collect()
        })
    }

    /// Waits until `look` finds something; `None` after `patience`.
    pub async fn wait_for<T>(&self, look: impl Fn(&Self) -> Option<T>, patience: Duration) -> Option<T> {
        let mut version = self.shared.version.subscribe();
        let found = async {
            loop {
                if let Some(found) = look(self) {
                    return found;
                }
                version.changed().await.expect("the sender lives as long as the fake");
            }
        };
        tokio::time::timeout(patience, found).await.ok()
    }

    /// Waits for what the story expects next, and fails with these words when it does not come.
    pub async fn expect<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let found = self.wait_for(look, PATIENCE).await;
        found.unwrap_or_else(|| panic!("waited in vain for {what}; violations: {:?}", self.violations()))
    }

    /// Waits until this many sockets are served.
    pub async fn connected(&self, sockets: usize) {
        let enough = |slack: &Self| (slack.serving() >= sockets).then_some(());
        self.expect(&format!("{sockets} sockets"), enough).await;
    }

    /// Waits until every event so far was acknowledged or given up.
    pub async fn settled(&self) {
        let quiet = |slack: &Self| slack.shared.read(|state| (state.in_flight == 0).then_some(()));
        self.expect("every event to be acknowledged", quiet).await;
    }

    /// Sockets that envelopes are sent to.
    pub fn serving(&self) -> usize {
        self.shared.read(|state| state.connections.serving())
    }

    /// Sockets that are open, those that were told to go included.
    pub fn open_sockets(&self) -> usize {
        self.shared.read(|state| state.connections.open())
    }

    /// Sockets that were ever accepted.
    pub fn sockets_so_far(&self) -> u64 {
        self.shared.read(|state| state.connections.opened)
    }

    /// Answers to the server's pings so far.
    pub fn pongs(&self) -> u64 {
        self.shared.read(|state| state.connections.pongs)
    }

    /// How the next sockets are treated.
    pub fn set_door(&self, door: Door) {
        self.shared.change(|state| state.connections.door = door);
    }

    /// Freezes, thaws, drops, closes or pings these sockets.
    pub fn order(&self, order: &Order, whom: Whom) {
        self.shared.change(|state| match whom {
            Whom::All => state.connections.order_all(order),
            Whom::Oldest => state.connections.order_oldest(order.clone()),
        });
    }

    /// Sends a `disconnect` with this reason: `refresh_requested`, `warning` or `link_disabled`.
    pub fn disconnect(&self, reason: &str, whom: Whom) {
        self.shared.change(|state| {
            let linger = state.tuning.linger;
            state.connections.retire(reason, whom, linger);
        });
    }

    /// Sends a frame as it is, however malformed, to one socket.
    pub async fn send_raw(&self, frame: impl Into<String>) {
        let frame = frame.into();
        let send = |state: &mut State| state.connections.send(frame.clone()).then_some(());
        self.shared.wait(PATIENCE, send).await.expect("a socket is open");
    }

    /// Sends an event of any kind to the app, wrapped as Slack wraps it; sent again until acknowledged.
    pub fn send_event(&self, event: &Value) {
        self.shared.change(|state| {
            let payload = events::wrap(state, event);
            state.in_flight += 1;
            state.outgoing.push_back(payload);
        });
    }

    /// The next call of `method` (`response_url` too) fails like this.
    pub fn fail_next(&self, method: &str, fault: Fault) {
        self.shared.change(|state| state.faults.script(method, fault));
    }

    /// Every call fails like this, until `None` lifts it.
    pub fn outage(&self, fault: Option<Fault>) {
        self.shared.change(|state| state.faults.set_outage(fault));
    }

    /// Moves Slack's clock ahead: triggers and response addresses age.
    pub fn advance(&self, by: Duration) {
        self.shared.change(|state| state.advance(by));
    }

    /// Somebody removes the app from the workspace.
    pub fn uninstall(&self) {
        self.shared.change(events::uninstalled);
    }
}

fn messages(state: &State, channel: &str) -> Vec<Message> {
    let channel = state.find_channel(channel).unwrap_or_else(|| panic!("there is no channel {channel}"));
    state.messages[&channel.id].clone()
}
