//! What was said, where the bot can hear it.
//! Invariant: one message has one delivery id, however often and by whichever way it is told.

use serde_json::Value;

use super::words::{self, Names, Words};
use super::{Context, Decoded, Draft, Way, heard, made_at, member, permalink, place, text, unreadable};
use crate::chat::inbound::{Event, PersonFacts, Said, Speech};
use crate::domain::ids::{PlaceKind, WorkspaceKey};

/// Messages that people write: plain ones, and answers to others.
const WRITTEN: &[u64] = &[0, 19];

/// Reads a message event, or an entry of a history.
pub(super) fn read(message: &Value, guild: Option<&str>, context: &Context<'_>) -> Decoded {
    if message["type"].as_u64().is_some_and(|kind| !WRITTEN.contains(&kind)) {
        return Decoded::Passed("message about the channel");
    }
    let author = &message["author"];
    if author["bot"] == true || author["system"] == true || !message["webhook_id"].is_null() {
        return Decoded::Passed("message of a bot");
    }
    let (Some(id), Some(user)) = (text(message, "id"), text(author, "id")) else {
        return unreadable("message", &message["type"], None);
    };
    if user == context.bot.as_str() {
        return Decoded::Passed("message of a bot");
    }
    let (Some(at), Some(place)) = (made_at(id), place(guild, &Value::Null, &message["channel_id"], context))
    else {
        return unreadable("message", &message["type"], None);
    };
    let Some(workspace) = guild.map(WorkspaceKey::from).or_else(|| context.home.cloned()) else {
        return Decoded::Homeless { way: Way::Said, user: user.into(), place };
    };
    let words = content(message, &workspace, context);
    let to_bot = if words.bot || place.kind == PlaceKind::Direct { Speech::ToBot } else { Speech::Overheard };
    // Who only talks to others is nobody to us.
    let (people, strangers) = match guild {
        Some(_) if to_bot == Speech::ToBot => people(message, &workspace, context),
        _ => (Vec::new(), Vec::new()),
    };
    let channel = message["channel_id"].as_str().unwrap_or_default();
    let link = Some(permalink(guild, channel, id));
    let draft = Draft {
        workspace,
        delivery: format!("message:{id}"),
        actor: user,
        place: Some(place),
        mentions: words.mentions,
        people,
        strangers,
        event: Event::Said(Said { message: id.into(), at, link, words: words.text, to_bot }),
    };
    heard(draft, Way::Said)
}

/// The words of a message, with the names that came with it.
pub(super) fn content(message: &Value, guild: &WorkspaceKey, context: &Context<'_>) -> Words {
    let names = ByMessage { message, guild, context };
    words::read(message["content"].as_str().unwrap_or_default(), &names)
}

/// The name that people read of somebody.
pub(super) fn name_of(user: &Value, member: &Value) -> Option<String> {
    text(member, "nick")
        .or_else(|| text(user, "global_name"))
        .or_else(|| text(user, "username"))
        .map(str::to_owned)
}

/// What the message tells about its author and whom it mentions, and who remains unknown.
fn people(
    message: &Value,
    guild: &WorkspaceKey,
    context: &Context<'_>,
) -> (Vec<PersonFacts>, Vec<PersonFacts>) {
    let (mut told, mut strangers) = (Vec::new(), Vec::new());
    let mentioned = message["mentions"].as_array().into_iter().flatten();
    let everybody = std::iter::once((&message["author"], &message["member"]))
        .chain(mentioned.map(|user| (user, &user["member"])));
    for (user, of_server) in everybody {
        let Some(whole) = member(user, of_server).filter(|_| user["id"] != context.bot.as_str()) else {
            continue;
        };
        let of_whom = if of_server.is_object() { &mut told } else { &mut strangers };
        of_whom.push(context.known.facts(guild, &whole));
    }
    (told, strangers)
}

struct ByMessage<'a> {
    message: &'a Value,
    guild: &'a WorkspaceKey,
    context: &'a Context<'a>,
}

impl Names for ByMessage<'_> {
    fn is_bot(&self, user: &str) -> bool {
        self.context.bot.as_str() == user
    }

    fn person(&self, user: &str) -> Option<String> {
        let mentions = self.message["mentions"].as_array()?;
        let found = mentions.iter().find(|known| known["id"] == user)?;
        name_of(found, &found["member"])
    }

    fn channel(&self, channel: &str) -> Option<String> {
        self.context.known.channel_name(channel)
    }

    fn role(&self, role: &str) -> Option<String> {
        self.context.known.role_name(self.guild, role)
    }
}
