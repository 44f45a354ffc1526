//! What we ask Discord to tell us, and what we go on with where the operator has not granted it.
//! Invariant: without the privileged ones everything still works that does not need them, and one line
//! says what is missing and where to grant it.

use twilight_gateway::Intents;

/// What is told to every application that asks.
const ALWAYS: Intents = Intents::GUILDS.union(Intents::GUILD_MESSAGES).union(Intents::DIRECT_MESSAGES);

/// Flags of an application, as Discord counts them: members and message content, granted in full or
/// to a small application.
const MEMBERS: u64 = 1 << 14 | 1 << 15;
const CONTENT: u64 = 1 << 18 | 1 << 19;

/// Whether the operator wants what people write to be read outside of mentions and direct messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// It is asked for.
    Wanted,
    /// It is not.
    Unwanted,
}

/// What to ask for; `flags` are the application's, where they could be learned.
pub fn wanted(content: Content, flags: Option<u64>) -> Intents {
    let granted = |bits: u64| flags.is_none_or(|flags| flags & bits != 0);
    let mut intents = ALWAYS;
    if granted(MEMBERS) {
        intents |= Intents::GUILD_MEMBERS;
    }
    if content == Content::Wanted && granted(CONTENT) {
        intents |= Intents::MESSAGE_CONTENT;
    }
    intents
}

/// What to ask for after Discord refused these; `None` if nothing can be left out any more.
pub fn fewer(refused: Intents) -> Option<Intents> {
    // Which one it was is not told: the one that costs least goes first.
    [Intents::GUILD_MEMBERS, Intents::MESSAGE_CONTENT]
        .into_iter()
        .find(|privileged| refused.contains(*privileged))
        .map(|privileged| refused - privileged)
}

/// What the operator should know about intents that were not granted, in one line.
pub fn missing(content: Content, intents: Intents) -> Option<String> {
    let members = (!intents.contains(Intents::GUILD_MEMBERS))
        .then_some("\"Server Members Intent\" (to notice when a volunteer leaves)");
    let words = (content == Content::Wanted && !intents.contains(Intents::MESSAGE_CONTENT))
        .then_some("\"Message Content Intent\" (which discord.message_content asks for)");
    let what: Vec<&str> = members.into_iter().chain(words).collect();
    (!what.is_empty()).then(|| {
        format!(
            "Discord has not granted {}; everything else works. Grant it at \
             https://discord.com/developers/applications under \"Bot\", \"Privileged Gateway Intents\", \
             and start again",
            what.join(" and ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_granted_is_not_asked_for() {
        assert_eq!(wanted(Content::Wanted, Some(0)), ALWAYS);
        assert_eq!(wanted(Content::Wanted, Some(1 << 19)), ALWAYS | Intents::MESSAGE_CONTENT);
        assert_eq!(wanted(Content::Unwanted, Some(1 << 15 | 1 << 18)), ALWAYS | Intents::GUILD_MEMBERS);
        let all = wanted(Content::Wanted, None);
        assert_eq!(all, ALWAYS | Intents::GUILD_MEMBERS | Intents::MESSAGE_CONTENT);
        assert!(!all.contains(Intents::GUILD_PRESENCES));
    }

    #[test]
    fn a_refusal_leaves_out_one_after_the_other_and_is_said() {
        let all = wanted(Content::Wanted, None);
        assert_eq!(missing(Content::Wanted, all), None);
        let without_members = fewer(all).unwrap();
        assert_eq!(without_members, ALWAYS | Intents::MESSAGE_CONTENT);
        assert!(missing(Content::Wanted, without_members).unwrap().contains("Server Members Intent"));
        let least = fewer(without_members).unwrap();
        assert_eq!((least, fewer(least)), (ALWAYS, None));
        let line = missing(Content::Wanted, least).unwrap();
        assert!(line.contains("Server Members") && line.contains("Message Content"), "{line}");
        assert!(!missing(Content::Unwanted, least).unwrap().contains("Message Content"));
        assert_eq!(missing(Content::Unwanted, wanted(Content::Unwanted, Some(1 << 14))), None);
    }
}
