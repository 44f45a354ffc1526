//! What people see: messages, private ones, forms; and what a test may know besides.
//!
//! Invariant: reading changes nothing; the text of a message is all that a person can read of it, its
//! controls in brackets.

use serde_json::Value;

use super::state::{Call, OpenModal, State, id_of, text};
use super::{FakeDiscord, PATIENCE};

/// A message as it was when somebody looked.
#[derive(Clone, Debug)]
pub struct Message {
    /// As the API shows it.
    pub raw: Value,
}

impl Message {
    pub fn id(&self) -> &str {
        id_of(&self.raw)
    }

    pub fn channel(&self) -> String {
        text(&self.raw, "channel_id")
    }

    /// The user name of whoever wrote it.
    pub fn author(&self) -> String {
        text(&self.raw["author"], "username")
    }

    /// All that can be read, and the controls: `[Accept] [Decline]`, `(Topic: billing | it)`.
    pub fn text(&self) -> String {
        readable(&self.raw)
    }

    /// Only its own words, without embeds and controls.
    pub fn content(&self) -> String {
        text(&self.raw, "content")
    }

    /// Labels of the buttons that can be pressed.
    pub fn buttons(&self) -> Vec<String> {
        let mut found = Vec::new();
        super::checks::visit(&self.raw["components"], &mut |part| {
            if part["type"] == 2 && part["disabled"] != true {
                found.push(text(part, "label"));
            }
        });
        found
    }

    /// Whether only one person sees it.
    pub fn is_private(&self) -> bool {
        self.raw["flags"].as_u64().is_some_and(|flags| flags & 64 != 0)
    }

    /// Handles of the people that it pings.
    pub fn pings(&self) -> Vec<String> {
        self.raw["mentions"].as_array().into_iter().flatten().map(|user| text(user, "username")).collect()
    }
}

/// A form in front of somebody.
#[derive(Clone, Debug)]
pub struct Modal {
    pub open: OpenModal,
}

impl Modal {
    pub fn title(&self) -> String {
        text(&self.open.data, "title")
    }

    pub fn custom_id(&self) -> String {
        text(&self.open.data, "custom_id")
    }

    pub fn text(&self) -> String {
        format!("{}\n{}", self.title(), parts(&self.open.data["components"]).join("\n"))
    }

    /// Labels of the fields, in their order.
    pub fn fields(&self) -> Vec<String> {
        super::filled::fields(&self.open.data)
    }
}

/// All that can be read of a message (or of the data of an answer).
pub fn readable(message: &Value) -> String {
    let mut lines = Vec::new();
    let mut say = |value: &Value| {
        if let Some(words) = value.as_str().filter(|words| !words.is_empty()) {
            lines.push(words.to_owned());
        }
    };
    say(&message["content"]);
    for embed in message["embeds"].as_array().into_iter().flatten() {
        say(&embed["author"]["name"]);
        say(&embed["title"]);
        say(&embed["description"]);
        for field in embed["fields"].as_array().into_iter().flatten() {
            say(&field["name"]);
            say(&field["value"]);
        }
        say(&embed["footer"]["text"]);
    }
    for file in message["attachments"].as_array().into_iter().flatten() {
        lines.push(format!("<{}>", text(file, "filename")));
    }
    lines.extend(parts(&message["components"]));
    lines.join("\n")
}

/// A line for each row of controls.
fn parts(components: &Value) -> Vec<String> {
    components.as_array().into_iter().flatten().map(part).filter(|line| !line.is_empty()).collect()
}

fn part(part: &Value) -> String {
    let options = |part: &Value| {
        let all = part["options"].as_array().into_iter().flatten();
        all.map(|option| text(option, "label")).collect::<Vec<_>>().join(" | ")
    };
    match part["type"].as_u64() {
        Some(1) => parts(&part["components"]).join(" "),
        Some(2) if part["disabled"] == true => format!("[{} (off)]", text(part, "label")),
        Some(2) => format!("[{}]", text(part, "label")),
        Some(3) => format!("({}: {})", text(part, "placeholder"), options(part)),
        Some(4) => {
            let (label, value) = (text(part, "label"), text(part, "value"));
            format!("{label}{}__{value}__", if label.is_empty() { "" } else { ": " })
        }
        Some(5..=8) => format!("({}: @)", text(part, "placeholder")),
        Some(9) => format!("{} {}", parts(&part["components"]).join("\n"), self::part(&part["accessory"])),
        Some(10) => text(part, "content"),
        Some(17) => parts(&part["components"]).join("\n"),
        Some(18) => {
            let star = if part["component"]["required"] == false { "" } else { "*" };
            format!("{}{star}: {}", text(part, "label"), self::part(&part["component"]))
        }
        Some(21 | 22) => format!("({})", options(part)),
        _ => String::new(),
    }
}

impl State {
    /// Messages of a channel, thread or direct conversation (by id), the oldest first.
    pub fn messages(&self, place: &str) -> Vec<Message> {
        let all = self.messages.get(&self.place(place)).into_iter().flatten();
        all.map(|raw| Message { raw: raw.clone() }).collect()
    }

    /// The direct conversation of the bot with this person.
    pub fn dm_with(&self, handle: &str) -> Vec<Message> {
        self.direct(&self.user_id(handle)).map(|known| self.messages(id_of(known))).unwrap_or_default()
    }

    /// Ephemeral messages that this person got, as they are now.
    pub fn private(&self, handle: &str) -> Vec<Message> {
        let user = self.user_id(handle);
        let theirs = self.ephemeral.iter().filter(|(whose, _)| *whose == user);
        theirs.map(|(_, raw)| Message { raw: raw.clone() }).collect()
    }

    /// The message as it is now; `None` when it is gone.
    pub fn now_of(&self, message: &Message) -> Option<Message> {
        let private = self.ephemeral.iter().map(|(_, raw)| raw).find(|raw| raw["id"] == message.raw["id"]);
        let raw = private.or_else(|| self.message(&message.channel(), message.id()))?;
        Some(Message { raw: raw.clone() })
    }

    /// What stands now where an interaction was answered (`@original`).
    pub fn reply(&self, answer: &super::people::Answer) -> Option<Message> {
        let original = self.interactions.get(&answer.token)?.original.as_ref()?;
        let private = self.ephemeral.iter().map(|(_, raw)| raw);
        let raw = private.chain(self.messages.values().flatten()).find(|raw| raw["id"] == **original)?;
        Some(Message { raw: raw.clone() })
    }

    /// The form in front of this person.
    pub fn modal(&self, handle: &str) -> Option<Modal> {
        let user = self.user_id(handle);
        self.modals.iter().find(|open| open.user == user).map(|open| Modal { open: open.clone() })
    }

    /// Threads of a channel as `(id, name)`, the oldest first.
    pub fn threads(&self, place: &str) -> Vec<(String, String)> {
        let parent = self.place(place);
        let all =
            self.channels.values().filter(|c| c["parent_id"] == parent && !c["thread_metadata"].is_null());
        all.map(|c| (id_of(c).to_owned(), text(c, "name"))).collect()
    }

    /// Calls of this route: `POST /channels/{channel_id}/messages`.
    pub fn calls_of(&self, route: &str) -> Vec<&Call> {
        self.calls.iter().filter(|call| call.route == route).collect()
    }

    /// How a person sees another: by handle.
    pub fn is_in_thread(&self, thread: &str, handle: &str) -> bool {
        self.thread_members.get(thread).is_some_and(|all| all.contains(&self.user_id(handle)))
    }
}

impl FakeDiscord {
    /// Waits until `look` finds something; panics with what was seen instead.
    pub async fn expect<T>(&self, what: &str, look: impl FnMut(&State) -> Option<T>) -> T {
        if let Some(found) = self.shared.wait(PATIENCE, look).await {
            return found;
        }
        panic!(
            "waited in vain for {what}; instead:\n{}\nviolations: {:?}",
            self.overview(),
            self.violations()
        )
    }

    /// The same with another patience, and `None` when it was in vain.
    pub async fn wait_for<T>(
        &self,
        patience: std::time::Duration,
        look: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        self.shared.wait(patience, look).await
    }

    /// Looks once.
    pub fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.shared.read(look)
    }

    /// What the app did that Discord refuses, or people would suffer from.
    pub fn violations(&self) -> Vec<String> {
        self.shared.read(|state| {
            let mut all = state.violations.clone();
            let late = |i: &&super::state::Interaction| {
                i.callback.is_none() && i.sent.elapsed() > state.tuning.answer_within
            };
            all.extend(state.interactions.values().filter(late).map(|i| format!("no answer to {}", i.name)));
            all
        })
    }

    /// Calls so far, of all routes: route and status.
    pub fn calls(&self) -> Vec<(String, u16)> {
        self.shared.read(|state| state.calls.iter().map(|call| (call.route.clone(), call.status)).collect())
    }

    /// Everything that can be seen anywhere, for a failed test.
    pub fn overview(&self) -> String {
        self.shared.read(|state| {
            let mut lines = Vec::new();
            for (id, all) in state.messages.iter().filter(|(_, all)| !all.is_empty()) {
                let channel = &state.channels[id];
                let name = match channel["type"].as_u64() {
                    Some(1) => format!("direct with {}", text(&channel["recipients"][0], "username")),
                    _ => format!("#{}", text(channel, "name")),
                };
                lines.push(name);
                lines.extend(all.iter().map(|m| {
                    format!("  {}: {}", text(&m["author"], "username"), readable(m).replace('\n', "\n      "))
                }));
            }
            for (user, message) in &state.ephemeral {
                lines.push(format!("only {}: {}", state.handle(user), readable(message)));
            }
            for open in &state.modals {
                lines.push(format!(
                    "form of {}: {}",
                    state.handle(&open.user),
                    Modal { open: open.clone() }.text()
                ));
            }
            let calls = state.calls.iter().rev().take(20).rev();
            lines.extend(calls.map(|call| format!("{} {} -> {}", call.route, call.path, call.status)));
            lines.join("\n")
        })
    }
}
