//! Commands, menus, presses, choices and forms.
//! Invariant: only names and tokens that we made are understood; whatever else comes is answered all
//! the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Context, Decoded, Draft, Sort, Ticket, Typing, Way, heard, made_at, member, message, options, permalink,
    place, text, unreadable,
};
use crate::chat::catalog::{HAND_OFF, HAND_PERSON};
use crate::chat::command::{Command, HandedMessage};
use crate::chat::form::{Answer, FormKind, Submitted};
use crate::chat::inbound::{Event, Mentioned, PersonFacts};
use crate::chat::parse;
use crate::discord::{memory, token};
use crate::domain::ids::{MessageRef, Place, UserKey, WorkspaceKey};

/// Discord's sorts of interactions.
const PING: u64 = 1;
const COMMAND: u64 = 2;
const COMPONENT: u64 = 3;
const TYPING: u64 = 4;
const FORM: u64 = 5;

/// Discord's sorts of commands.
const USER_MENU: u64 = 2;
const MESSAGE_MENU: u64 = 3;

/// What a component holds a person in.
const USER_SELECT: u64 = 5;

/// An interaction with what all of them have.
struct Done<'a> {
    payload: &'a Value,
    ticket: Ticket,
    user: &'a str,
    guild: Option<&'a str>,
    place: Option<Place>,
    context: &'a Context<'a>,
}

/// Reads an interaction.
pub(super) fn read(payload: &Value, context: &Context<'_>) -> Decoded {
    let kind = payload["type"].as_u64().unwrap_or_default();
    let sort = match kind {
        PING => return Decoded::Passed("ping"),
        COMMAND => Sort::Command,
        COMPONENT => Sort::Press,
        TYPING => Sort::Typing,
        FORM => Sort::Form,
        _ => Sort::Unknown,
    };
    let ticket = ticket(payload, sort);
    let (Some(ticket), Some(user)) = (ticket.clone(), user_id(payload)) else {
        return unreadable("interaction", &payload["type"], ticket);
    };
    let guild = text(payload, "guild_id");
    let place = place(guild, &payload["channel"], &payload["channel_id"], context);
    let done = Done { payload, ticket, user, guild, place, context };
    match sort {
        Sort::Command => command(done),
        Sort::Press => press(done),
        Sort::Typing => typing(done),
        Sort::Form => form(done),
        Sort::Unknown => unreadable("interaction", &payload["type"], Some(done.ticket)),
    }
}

/// Who did it.
pub(super) fn user(payload: &Value) -> Option<UserKey> {
    user_id(payload).map(Into::into)
}

/// Whether nothing in it names a server.
pub(super) fn homeless(payload: &Value) -> bool {
    token_of(payload).and_then(|token| token::decode(token).1).is_none()
}

fn user_id(payload: &Value) -> Option<&str> {
    text(&payload["member"]["user"], "id").or_else(|| text(&payload["user"], "id"))
}

/// The token in a press, a choice or a form.
fn token_of(payload: &Value) -> Option<&str> {
    let data = &payload["data"];
    data["values"].as_array().and_then(|values| values.first()?.as_str()).or_else(|| text(data, "custom_id"))
}

fn ticket(payload: &Value, sort: Sort) -> Option<Ticket> {
    let (id, token) = (text(payload, "id")?, text(payload, "token")?);
    Some(Ticket { id: id.to_owned(), token: token.to_owned(), sort, created: made_at(id)? })
}

fn command(done: Done<'_>) -> Decoded {
    let data = &done.payload["data"];
    let Some(name) = text(data, "name") else {
        return unreadable("command", &data["type"], Some(done.ticket));
    };
    let Some(workspace) = done.workspace(None) else { return done.homeless() };
    match data["type"].as_u64().unwrap_or(1) {
        MESSAGE_MENU if name == HAND_OFF.label => message_menu(done, workspace),
        USER_MENU if name == HAND_PERSON.label => match text(data, "target_id") {
            Some(target) => {
                let command = Command::HandoffPerson(target.into());
                done.asked(workspace, command, Vec::new(), &[target])
            }
            None => unreadable("command", &data["type"], Some(done.ticket)),
        },
        MESSAGE_MENU | USER_MENU => done.asked(workspace, Command::Outdated, Vec::new(), &[]),
        _ => {
            let typed = options::read(data, &workspace, done.context);
            let people: Vec<String> = typed.mentions.iter().map(|mention| mention.user.to_string()).collect();
            let people: Vec<&str> = people.iter().map(String::as_str).collect();
            done.asked(workspace, parse::slash(name, &typed.words), typed.mentions, &people)
        }
    }
}

fn message_menu(done: Done<'_>, workspace: WorkspaceKey) -> Decoded {
    let data = &done.payload["data"];
    let target = text(data, "target_id").unwrap_or_default();
    let message = &data["resolved"]["messages"][target];
    let channel = text(message, "channel_id").or_else(|| text(done.payload, "channel_id"));
    let (Some(id), Some(channel)) = (text(message, "id"), channel) else {
        return unreadable("command", &data["type"], Some(done.ticket));
    };
    let author = &message["author"];
    let wrote = text(author, "id").filter(|_| author["bot"] != true && message["webhook_id"].is_null());
    let words = message::content(message, &workspace, done.context);
    let command = Command::HandoffMessage(HandedMessage {
        message: MessageRef { channel: channel.into(), message: id.into() },
        thread: done.place.as_ref().and_then(|place| place.thread.clone()),
        author: wrote.map(Into::into),
        words: words.text,
        link: Some(permalink(done.guild, channel, id)),
    });
    let people: Vec<&str> = wrote.into_iter().collect();
    done.asked(workspace, command, words.mentions, &people)
}

fn press(done: Done<'_>) -> Decoded {
    let data = &done.payload["data"];
    let Some(token) = token_of(done.payload) else {
        return unreadable("press", &data["component_type"], Some(done.ticket));
    };
    if let Some(key) = memory::key(token) {
        return Decoded::Again { ticket: done.ticket, user: done.user.into(), key: key.to_owned() };
    }
    let (command, guild) = token::decode(token);
    match done.workspace(guild) {
        Some(workspace) => done.asked(workspace, command, Vec::new(), &[]),
        None => done.homeless(),
    }
}

fn typing(done: Done<'_>) -> Decoded {
    let data = &done.payload["data"];
    let Some((takes, typed)) = options::focused(data) else {
        return unreadable("typing", &data["name"], Some(done.ticket));
    };
    let Some(workspace) = done.workspace(None) else { return done.homeless() };
    let facts = done.actor(&workspace);
    let user = done.user.into();
    Decoded::Typing(Box::new(Typing { ticket: done.ticket, workspace, user, facts, takes, typed }))
}

fn form(done: Done<'_>) -> Decoded {
    let data = &done.payload["data"];
    let id = text(data, "custom_id").and_then(|id| id.strip_prefix("form:"));
    let parts = id.map(|id| id.rsplit_once('@').unwrap_or((id, "")));
    let read = parts.and_then(|(id, guild)| {
        let (kind, about) = id.split_once(':').unwrap_or((id, ""));
        Some((FormKind::parse(kind)?, about, guild))
    });
    let Some((kind, about, guild)) = read else {
        return unreadable("form", &data["custom_id"], Some(done.ticket));
    };
    let guild = (!guild.is_empty()).then(|| guild.into());
    let Some(workspace) = done.workspace(guild) else { return done.homeless() };
    let mut answers = BTreeMap::new();
    for component in data["components"].as_array().into_iter().flatten() {
        // A label holds one component, a row of former times a list of them.
        let inner = component["components"]
            .as_array()
            .map_or_else(|| std::slice::from_ref(&component["component"]), Vec::as_slice);
        for input in inner {
            if let (Some(field), Some(answer)) = (text(input, "custom_id"), answer(input)) {
                answers.insert(field.to_owned(), answer);
            }
        }
    }
    let people: Vec<String> = answers
        .values()
        .filter_map(|answer| match answer {
            Answer::Person(user) => Some(user.to_string()),
            Answer::Words(_) => None,
        })
        .collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let submitted = Submitted { kind, about: about.to_owned(), answers };
    done.asked(workspace, Command::Submit(submitted), Vec::new(), &people)
}

fn answer(input: &Value) -> Option<Answer> {
    let Some(values) = input["values"].as_array() else {
        return text(input, "value").map(|words| Answer::Words(words.to_owned()));
    };
    let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    match input["type"].as_u64() {
        Some(USER_SELECT) => values.first().map(|user| Answer::Person((*user).into())),
        _ => (!values.is_empty()).then(|| Answer::Words(values.join(","))),
    }
}

impl Done<'_> {
    /// The server: where it was done, what its token says, or the person's own.
    fn workspace(&self, said: Option<WorkspaceKey>) -> Option<WorkspaceKey> {
        self.guild.map(WorkspaceKey::from).or(said).or_else(|| self.context.home.cloned())
    }

    fn homeless(self) -> Decoded {
        let place = self.place.unwrap_or_else(|| Place {
            channel: "".into(),
            thread: None,
            kind: crate::domain::ids::PlaceKind::Direct,
        });
        Decoded::Homeless { way: Way::Interaction(self.ticket), user: self.user.into(), place }
    }

    /// Who did it, where a server tells.
    fn actor(&self, workspace: &WorkspaceKey) -> Option<PersonFacts> {
        let of_server = &self.payload["member"];
        of_server.is_object().then(|| self.context.known.facts(workspace, of_server))
    }

    /// Something asked, in which these persons appear.
    fn asked(
        self,
        workspace: WorkspaceKey,
        command: Command,
        mentions: Vec<Mentioned>,
        persons: &[&str],
    ) -> Decoded {
        let resolved = &self.payload["data"]["resolved"];
        let mut people: Vec<PersonFacts> = self.actor(&workspace).into_iter().collect();
        let mut strangers: Vec<PersonFacts> = Vec::new();
        for person in persons.iter().filter(|person| **person != self.user) {
            let of_server = &resolved["members"][*person];
            // The author of a message stands in the message.
            let target = self.payload["data"]["target_id"].as_str().unwrap_or_default();
            let user = [&resolved["users"][*person], &resolved["messages"][target]["author"]]
                .into_iter()
                .find(|user| user["id"] == **person);
            match user.and_then(|user| member(user, of_server)) {
                Some(whole) if of_server.is_object() => {
                    people.push(self.context.known.facts(&workspace, &whole));
                }
                Some(whole) => strangers.push(self.context.known.facts(&workspace, &whole)),
                None => {
                    strangers.push(PersonFacts { user: Some((*person).into()), ..PersonFacts::default() });
                }
            }
        }
        let draft = Draft {
            workspace,
            delivery: format!("interaction:{}", self.ticket.id),
            actor: self.user,
            place: self.place,
            mentions,
            people,
            strangers,
            event: Event::Command(command),
        };
        heard(draft, Way::Interaction(self.ticket))
    }
}
