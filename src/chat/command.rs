//! Everything a person can ask of the bot, however they ask: slash command, button, select, shortcut,
//! form or mention all become one [`Command`].
//!
//! Invariant: every command that stands behind a button has a token of at most 100 bytes, and
//! `Command::decode(token) == command`.

use serde::{Deserialize, Serialize};

use crate::chat::form::Submitted;
use crate::domain::ids::{DraftId, MessageRef, RequestId, TopicId, UserKey};
use crate::domain::request::GiveBack;

/// What a person asks of the bot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// `/handoff …`: the first word may be a topic; without words a form opens.
    Handoff(String),
    /// The message shortcut: hand this message off.
    HandoffMessage(HandedMessage),
    /// The shortcut on a person: hand them to somebody who can help.
    HandoffPerson(UserKey),
    /// A form came back.
    Submit(Submitted),
    /// A topic was picked for a request that had none.
    Place(RequestId, TopicId),
    /// Take it; the number is the offer's, absent where the person saw it in a list.
    Accept(RequestId, Option<usize>),
    /// Pass it, with the offer's number.
    Decline(RequestId, usize, DeclineChoice),
    /// Choose how to give it back.
    GiveBackChoice(RequestId),
    /// Give it back.
    GiveBack(RequestId, GiveBack),
    /// Pass on again what one has back.
    PassOn(RequestId),
    /// Open the form that closes a request.
    DoneForm(RequestId),
    /// `done` in the thread of a request, with a line of what helped.
    DoneHere(String),
    /// I am on it.
    StillOnIt(RequestId),
    /// Take back one's own request.
    Withdraw(RequestId),
    /// I am still waiting.
    StillWaiting(RequestId),
    /// It cannot wait.
    Urgent(RequestId),
    /// Open it again, or undo closing it.
    Reopen(RequestId),
    /// Open the form that writes to whoever is on the other side of a request.
    Write(RequestId),
    /// Send what was written, as previewed.
    SendDraft(DraftId),
    /// Change what was written before it is sent.
    ChangeDraft(DraftId),
    /// One's own availability.
    Volunteer(VolunteerCommand),
    /// What is open, and who is on now.
    Requests(RequestsCommand),
    /// Help, topics and settings.
    Service(ServiceCommand),
    /// Thanks, and nothing else.
    Thanked,
    /// A button of ours that no version of today understands.
    Outdated,
    /// Not understood: the name of the command (or nothing) and the words.
    Unknown {
        /// The command as typed, without the slash; empty for words to the bot.
        name: String,
        /// The words that were not understood.
        words: String,
    },
}

/// A message that somebody hands off.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandedMessage {
    /// Which one.
    pub message: MessageRef,
    /// The message its thread hangs on, where it is in a thread.
    pub thread: Option<crate::domain::ids::MessageKey>,
    /// Who wrote it, where a person did.
    pub author: Option<crate::domain::ids::UserKey>,
    /// Its words, plain.
    pub words: String,
    /// A link back, where the platform gave one.
    pub link: Option<String>,
}

/// How an offer is declined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineChoice {
    /// Too much at hand.
    Busy,
    /// Not theirs.
    NotMine,
    /// Opens the form that picks a person.
    KnowsWho,
    /// No reason asked.
    NotToday,
}

/// A person as named in a command: a mention's or a handle's text, without the `@`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Named(pub String);

/// One's own availability.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VolunteerCommand {
    /// What is set now.
    Status,
    /// Volunteer for topics.
    Join(Vec<String>),
    /// No longer.
    Leave(Vec<String>),
    /// One's own hours, as `Mon-Fri 09:00-17:00`; empty: the organisation's again.
    Hours(String),
    /// Open requests held at most; empty: the organisation's again.
    Capacity(String),
    /// Not now; until when, in words (`17:00`, `2h`, `tomorrow`, `2026-12-24`), or until resumed.
    Pause(String),
    /// Here again.
    Resume,
    /// Who is asked meanwhile; `None` for nobody.
    Deputy(Option<Named>),
    /// Open the form with all of it.
    Form,
}

/// What is open.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestsCommand {
    /// What I asked and what I hold.
    Mine,
    /// What I am asked to take.
    Offered,
    /// What is open in a topic.
    Topic(String),
    /// Who is on now for a topic, or for all.
    Who(String),
    /// One request, by its number.
    Show(String),
}

/// Help, topics and settings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceCommand {
    /// Help, on one command or all.
    Help(String),
    /// All topics.
    TopicList,
    /// A new topic: name and what belongs to it.
    TopicAdd {
        /// One word.
        name: String,
        /// A few words.
        about: String,
    },
    /// Change one thing about a topic.
    TopicEdit {
        /// Which topic.
        name: String,
        /// `about`, `channel`, `steward`, `offer_timeout`, `stale_after`, `hours`.
        what: String,
        /// The new value; empty: none, or the organisation's again.
        value: String,
    },
    /// Remove a topic.
    TopicRemove {
        /// Which topic.
        name: String,
    },
    /// All settings, with where each comes from.
    Settings,
    /// Change a setting; an empty value: the operator's default again.
    Set {
        /// Which one.
        name: String,
        /// The new value.
        value: String,
    },
    /// A code that links accounts in two workspaces: empty to get one, else the code from over there.
    Link(String),
    /// Join the organisations of two workspaces, by the code of the other one.
    Join(String),
    /// Reach me in this workspace first.
    ReachHere,
    /// Link this account with no other any more.
    Unlink,
}

/// The longest token a platform takes (Discord's `custom_id`).
pub const TOKEN_BYTES: usize = 100;

impl Command {
    /// The token behind a button. `None` for commands that never stand behind one.
    pub fn encode(&self) -> Option<String> {
        let token = match self {
            Self::Place(request, topic) => format!("place:{request}:{topic}"),
            Self::Accept(request, None) => format!("accept:{request}"),
            Self::Accept(request, Some(n)) => format!("accept:{request}:{n}"),
            Self::Decline(request, n, choice) => format!("decline:{request}:{n}:{}", choice.as_str()),
            Self::GiveBackChoice(request) => format!("give_back:{request}"),
            Self::GiveBack(request, GiveBack::Next) => format!("give_back:{request}:next"),
            Self::GiveBack(request, GiveBack::Sender) => format!("give_back:{request}:sender"),
            Self::PassOn(request) => format!("pass_on:{request}"),
            Self::DoneForm(request) => format!("done:{request}"),
            Self::StillOnIt(request) => format!("on_it:{request}"),
            Self::Withdraw(request) => format!("withdraw:{request}"),
            Self::StillWaiting(request) => format!("waiting:{request}"),
            Self::Urgent(request) => format!("urgent:{request}"),
            Self::Reopen(request) => format!("reopen:{request}"),
            Self::Handoff(words) if words.is_empty() => "handoff".to_owned(),
            Self::Volunteer(VolunteerCommand::Status) => "volunteer:status".to_owned(),
            Self::Volunteer(VolunteerCommand::Resume) => "volunteer:resume".to_owned(),
            Self::Volunteer(VolunteerCommand::Form) => "volunteer:form".to_owned(),
            Self::Volunteer(VolunteerCommand::Pause(until)) => format!("volunteer:pause:{until}"),
            Self::Volunteer(VolunteerCommand::Join(topics)) if topics.len() == 1 => {
                format!("volunteer:join:{}", topics[0])
            }
            Self::Requests(RequestsCommand::Mine) => "requests:mine".to_owned(),
            Self::Requests(RequestsCommand::Offered) => "requests:offered".to_owned(),
            Self::Requests(RequestsCommand::Show(number)) => format!("requests:show:{number}"),
            Self::Write(request) => format!("write:{request}"),
            Self::SendDraft(draft) => format!("send:{draft}"),
            Self::ChangeDraft(draft) => format!("change:{draft}"),
            Self::Service(ServiceCommand::Help(about)) => format!("help:{about}"),
            Self::Service(ServiceCommand::Join(code)) => format!("join:{code}"),
            Self::Service(ServiceCommand::ReachHere) => "reach:here".to_owned(),
            _ => return None,
        };
        (token.len() <= TOKEN_BYTES).then_some(token)
    }

    /// The request that it is about, where it names one.
    pub fn request(&self) -> Option<&RequestId> {
        match self {
            Self::Place(request, _)
            | Self::Accept(request, _)
            | Self::Decline(request, ..)
            | Self::GiveBackChoice(request)
            | Self::GiveBack(request, _)
            | Self::PassOn(request)
            | Self::DoneForm(request)
            | Self::StillOnIt(request)
            | Self::Withdraw(request)
            | Self::StillWaiting(request)
            | Self::Urgent(request)
            | Self::Reopen(request) => Some(request),
            _ => None,
        }
    }

    /// The command behind a token; `None` where the token is not one of ours.
    pub fn decode(token: &str) -> Option<Self> {
        let (verb, rest) = token.split_once(':').unwrap_or((token, ""));
        let parts: Vec<&str> = rest.split(':').collect();
        let command = match (verb, parts.as_slice()) {
            ("handoff", [""]) => Self::Handoff(String::new()),
            ("volunteer", ["status"]) => Self::Volunteer(VolunteerCommand::Status),
            ("volunteer", ["resume"]) => Self::Volunteer(VolunteerCommand::Resume),
            ("volunteer", ["form"]) => Self::Volunteer(VolunteerCommand::Form),
            ("volunteer", ["pause", ..]) => {
                Self::Volunteer(VolunteerCommand::Pause(rest.strip_prefix("pause:")?.to_owned()))
            }
            ("volunteer", ["join", topic]) => {
                Self::Volunteer(VolunteerCommand::Join(vec![(*topic).to_owned()]))
            }
            ("requests", ["mine"]) => Self::Requests(RequestsCommand::Mine),
            ("requests", ["offered"]) => Self::Requests(RequestsCommand::Offered),
            ("requests", ["show", number]) => Self::Requests(RequestsCommand::Show((*number).to_owned())),
            ("join", [code]) => Self::Service(ServiceCommand::Join((*code).to_owned())),
            ("reach", ["here"]) => Self::Service(ServiceCommand::ReachHere),
            ("help", _) => Self::Service(ServiceCommand::Help(rest.to_owned())),
            (_, [] | ["", ..]) => return None,
            (_, [request, arguments @ ..]) => of_request(verb, RequestId::from(*request), arguments)?,
        };
        Some(command)
    }
}

impl DeclineChoice {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::Busy, Self::NotMine, Self::KnowsWho, Self::NotToday];

    /// Short, as in tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NotMine => "not_mine",
            Self::KnowsWho => "knows_who",
            Self::NotToday => "not_today",
        }
    }
}

fn of_request(verb: &str, request: RequestId, arguments: &[&str]) -> Option<Command> {
    Some(match (verb, arguments) {
        ("place", [topic]) => Command::Place(request, TopicId::from(*topic)),
        ("accept", []) => Command::Accept(request, None),
        ("accept", [n]) => Command::Accept(request, Some(n.parse().ok()?)),
        ("decline", [n, choice]) => Command::Decline(
            request,
            n.parse().ok()?,
            DeclineChoice::ALL.into_iter().find(|known| known.as_str() == *choice)?,
        ),
        ("give_back", []) => Command::GiveBackChoice(request),
        ("give_back", ["next"]) => Command::GiveBack(request, GiveBack::Next),
        ("give_back", ["sender"]) => Command::GiveBack(request, GiveBack::Sender),
        ("pass_on", []) => Command::PassOn(request),
        ("done", []) => Command::DoneForm(request),
        ("on_it", []) => Command::StillOnIt(request),
        ("withdraw", []) => Command::Withdraw(request),
        ("waiting", []) => Command::StillWaiting(request),
        ("urgent", []) => Command::Urgent(request),
        ("reopen", []) => Command::Reopen(request),
        ("write", []) => Command::Write(request),
        ("send", []) => Command::SendDraft(request.as_str().into()),
        ("change", []) => Command::ChangeDraft(request.as_str().into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
