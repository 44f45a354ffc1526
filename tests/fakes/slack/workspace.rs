//! What a test sets up before the fake starts: people, channels, granted scopes, and how strict to be.
//!
//! Invariant: values only; `Workspace::sample` is the workspace that most stories are told in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::state::BOT_USER;

/// The workspace's own identity.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: String,
    pub name: String,
    pub domain: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Member,
    Admin,
    /// A single- or multi-channel guest.
    Guest,
    Bot,
}

/// One account.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub handle: String,
    pub real_name: String,
    pub display_name: String,
    pub email: String,
    pub tz: String,
    pub role: Role,
    /// The home team; another than the workspace's for people seen through Slack Connect.
    pub team: String,
    pub deleted: bool,
    pub away: bool,
    pub status_text: String,
    pub status_emoji: String,
    /// Epoch seconds, 0 for never.
    pub status_expiration: i64,
    /// `(start, end)` in epoch seconds of the current or next do-not-disturb.
    pub dnd: Option<(i64, i64)>,
}

impl Person {
    /// A member with an id that follows from the handle: `ana` is `U0000000ANA`.
    pub fn new(handle: &str, real_name: &str, tz: &str) -> Self {
        let short: String = handle.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
        Self {
            id: format!("U{short:0>10}"),
            handle: handle.to_owned(),
            real_name: real_name.to_owned(),
            display_name: real_name.split(' ').next().unwrap_or(handle).to_owned(),
            email: format!("{handle}@example.com"),
            tz: tz.to_owned(),
            role: Role::Member,
            team: "T0GOODTURN".to_owned(),
            deleted: false,
            away: false,
            status_text: String::new(),
            status_emoji: String::new(),
            status_expiration: 0,
            dnd: None,
        }
    }

    pub fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Someone of another company, seen through a shared channel.
    pub fn of_team(self, team: &str) -> Self {
        Self { team: team.to_owned(), ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    Public,
    Private,
    /// Between the bot and one person.
    Direct,
    /// Between the bot and several people.
    Group,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub kind: ChannelKind,
    /// Ids of the members; the bot's own id too when it is in.
    pub members: BTreeSet<String>,
    pub archived: bool,
    /// Whether another company is in it.
    pub shared: bool,
}

impl Channel {
    /// A channel with an id that follows from the name: `front-desk` is `C0FRONTDESK`.
    pub fn new(name: &str, kind: ChannelKind, members: &[&str]) -> Self {
        let short: String = name.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let members = members.iter().map(|handle| match *handle {
            "goodturn" => BOT_USER.to_owned(),
            other => Person::new(other, "", "").id,
        });
        Self {
            id: format!("C{short:0>10}"),
            name: name.to_owned(),
            kind,
            members: members.collect(),
            archived: false,
            shared: false,
        }
    }

    pub fn is_direct(&self) -> bool {
        matches!(self.kind, ChannelKind::Direct | ChannelKind::Group)
    }

    /// The prefix that the scopes of this kind of channel have.
    pub fn scope_family(&self) -> &'static str {
        match self.kind {
            ChannelKind::Public => "channels",
            ChannelKind::Private => "groups",
            ChannelKind::Direct => "im",
            ChannelKind::Group => "mpim",
        }
    }

    /// The value of `channel_type` in events.
    pub fn event_type(&self) -> &'static str {
        match self.kind {
            ChannelKind::Public => "channel",
            ChannelKind::Private => "group",
            ChannelKind::Direct => "im",
            ChannelKind::Group => "mpim",
        }
    }
}

/// A user group such as `@support`.
#[derive(Clone, Debug)]
pub struct UserGroup {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub users: Vec<String>,
}

/// Posting is limited to `per_second` messages in each channel after a burst.
#[derive(Clone, Copy, Debug)]
pub struct PostLimit {
    pub per_second: f64,
    pub burst: f64,
}

/// How fast and how strict the fake is.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// How long an event waits for its acknowledgement before it is delivered again.
    pub redeliver_after: Duration,
    /// How often an event is delivered again.
    pub redeliveries: u32,
    /// How long a person waits for the acknowledgement of a command or a press.
    pub patience: Duration,
    /// An acknowledgement that comes later than this is a violation.
    pub ack_deadline: Duration,
    /// The age at which a trigger opens no modal any more.
    pub trigger_life: Duration,
    /// How long a socket stays after its `disconnect`.
    pub linger: Duration,
    /// How often the server pings each socket.
    pub ping_every: Duration,
    pub post_limit: Option<PostLimit>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            redeliver_after: Duration::from_secs(3),
            redeliveries: 3,
            patience: Duration::from_secs(10),
            ack_deadline: Duration::from_secs(3),
            trigger_life: Duration::from_secs(3),
            linger: Duration::from_secs(10),
            ping_every: Duration::from_secs(10),
            post_limit: None,
        }
    }
}

/// A workspace as it is when the story begins.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub team: Team,
    pub people: Vec<Person>,
    pub channels: Vec<Channel>,
    pub groups: Vec<UserGroup>,
    /// Scopes granted to the bot token.
    pub scopes: BTreeSet<String>,
    /// Names of the subscribed bot events (`message.channels`, ...); `None` is all.
    pub bot_events: Option<BTreeSet<String>>,
    /// Declared commands, and whether mentions in them are resolved; `None` is any.
    pub commands: Option<BTreeMap<String, bool>>,
    /// Declared shortcuts as `(global or message, callback id)`; `None` is any.
    pub shortcuts: Option<BTreeSet<(String, String)>>,
    pub tuning: Tuning,
}

impl Workspace {
    /// Ana in sales, Bo and Cy in billing (Cy in New York), Dee the admin, Eve a guest, and Gus, a
    /// customer, in a shared channel. The bot is in every channel except `#general`.
    pub fn sample() -> Self {
        let member = |handle, name, tz| Person::new(handle, name, tz);
        let berlin = "Europe/Berlin";
        let mut bot = Person::new("goodturn", "Goodturn", berlin).with_role(Role::Bot);
        BOT_USER.clone_into(&mut bot.id);
        let staff = ["ana", "bo", "cy", "dee"];
        let with_bot = ["goodturn", "ana", "bo", "cy", "dee"];
        let mut shared =
            Channel::new("help-acme", ChannelKind::Public, &["goodturn", "ana", "bo", "dee", "gus"]);
        shared.shared = true;
        let scopes = [
            "app_mentions:read channels:history channels:join channels:manage channels:read chat:write commands",
            "dnd:read groups:history groups:read im:history im:read im:write mpim:history mpim:read mpim:write",
            "reactions:read reactions:write team:read usergroups:read users.profile:read users:read",
            "users:read.email",
        ];
        Self {
            team: Team {
                id: "T0GOODTURN".to_owned(),
                name: "Good Company".to_owned(),
                domain: "good-company".to_owned(),
            },
            people: vec![
                bot,
                member("ana", "Ana Araujo", berlin),
                member("bo", "Bo Berg", berlin),
                member("cy", "Cy Chen", "America/New_York"),
                member("dee", "Dee Diaz", berlin).with_role(Role::Admin),
                member("eve", "Eve Egger", "Asia/Kolkata").with_role(Role::Guest),
                member("gus", "Gus Gray", "Europe/London").of_team("T00000ACME"),
            ],
            channels: vec![
                Channel::new("general", ChannelKind::Public, &staff),
                Channel::new("sales", ChannelKind::Public, &with_bot),
                Channel::new("billing", ChannelKind::Public, &with_bot),
                Channel::new("front-desk", ChannelKind::Public, &with_bot),
                Channel::new("kudos", ChannelKind::Public, &with_bot),
                Channel::new("legal", ChannelKind::Private, &["goodturn", "ana", "dee"]),
                shared,
            ],
            groups: vec![UserGroup {
                id: "S0000000OPS".to_owned(),
                handle: "ops".to_owned(),
                name: "Operations".to_owned(),
                users: vec![Person::new("bo", "", "").id, Person::new("cy", "", "").id],
            }],
            scopes: scopes.iter().flat_map(|line| line.split(' ')).map(str::to_owned).collect(),
            bot_events: None,
            commands: None,
            shortcuts: None,
            tuning: Tuning::default(),
        }
    }

    /// The same workspace, where the app was installed without this scope.
    pub fn without_scope(mut self, scope: &str) -> Self {
        self.scopes.remove(scope);
        self
    }

    /// The same workspace, changed by `change`.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Grants the scopes, subscribes to the events and knows the commands and shortcuts of an app manifest.
    pub fn installed_from(mut self, manifest: &serde_json::Value) -> Self {
        let names = |value: &serde_json::Value| -> BTreeSet<String> {
            value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
        };
        self.scopes = names(&manifest["oauth_config"]["scopes"]["bot"]);
        self.bot_events = Some(names(&manifest["settings"]["event_subscriptions"]["bot_events"]));
        let list = |name: &str| manifest["features"][name].as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let command = |c: &serde_json::Value| (text(&c["command"]), c["should_escape"] == true);
        self.commands = Some(list("slash_commands").iter().map(command).collect());
        let shortcut = |s: &serde_json::Value| (text(&s["type"]), text(&s["callback_id"]));
        self.shortcuts = Some(list("shortcuts").iter().map(shortcut).collect());
        self
    }
}
