//! The answer to "Why?": the rule behind a message, what led to it, what is next, where it comes from.
//!
//! Invariant: it names facts and rules, never a person's reason for passing.

use jiff::Timestamp;

use crate::chat::card::Card;
use crate::chat::notice::{Asked, AskedNow, CameBack, Notice, Now, Possible, RequestView, WhyView};
use crate::chat::text::{Moment, Span, Text, Who};
use crate::domain::request::{GiveBack, Happening, Outcome};

/// What led to a message, as the audit and the outbox hold it.
#[derive(Clone, Debug)]
pub struct Led {
    /// What happened to its request, in order.
    pub facts: Vec<Fact>,
    /// The request as it is now.
    pub request: Option<RequestView>,
    /// When the request is looked at next.
    pub next: Option<Timestamp>,
    /// The outbox row.
    pub row: String,
    /// The key made from the decision.
    pub key: String,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// Attempts to send it that failed.
    pub attempts: u32,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// By whom, where a person did it.
    pub by: Option<Who>,
    /// What.
    pub what: Happening,
    /// Whom it means.
    pub who: Option<AskedNow>,
    /// Whether it was before the message was decided, or in the same step.
    pub before: bool,
}

/// The answer, for a message that the bot sent unasked.
pub fn card(notice: &Notice, led: &Led) -> Card {
    let mut card = Card::default().titled("Why this message?").and(rule(notice));
    if let Notice::Offer { why: Some(why), reader, .. } = notice {
        card = card.and(chosen(reader, why));
    }
    let (before, after): (Vec<&Fact>, Vec<&Fact>) = led.facts.iter().partition(|fact| fact.before);
    if !before.is_empty() {
        card = card.part(facts("What led to it", &before));
    }
    if !after.is_empty() {
        card = card.part(facts("What happened since", &after));
    }
    if let Some(request) = &led.request {
        card = card.part(Card::default().titled("What is next").and(next(request, led.next)));
    }
    let decided = Text::plain("Decided ").at(led.decided_at, Moment::DayTime);
    let tries = match led.attempts {
        0 => String::new(),
        1 => ", sent after one failed attempt".to_owned(),
        n => format!(", sent after {n} failed attempts"),
    };
    let key = Text::plain("Key ").code(led.key.as_str());
    let origin = Card::default()
        .titled("Where it comes from")
        .and(decided.say(format!(" in one step with what led to it{tries}.")))
        .small(Text::plain("Outbox row ").code(led.row.as_str()))
        .small(key.say(", so the same decision taken twice is one message"));
    card.part(origin)
}

/// The answer, for a reply to something a person did.
pub fn reply(what: &str) -> Card {
    Card::default().titled("Why this message?").and(format!("It answers {what}.")).and(
        "Answers come at once, once, and only to whoever asked. What concerns others is sent to them \
             as a message of their own.",
    )
}

/// The answer, where the row was cleared away.
pub fn forgotten() -> Card {
    Card::default()
        .titled("Why this message?")
        .and("It was said more than two weeks ago, and what led to it was cleared away since.")
}

fn facts(title: &str, facts: &[&Fact]) -> Card {
    let mut card = Card::default().titled(title);
    for fact in facts {
        card = card.and(Text::new().at(fact.at, Moment::Time).say("  ").then(happened(fact)));
    }
    card
}

fn rule(notice: &Notice) -> Text {
    Text::plain(match notice {
        Notice::Status { .. } => {
            "Whoever hands something off has one card for it. It is edited in place whenever something \
             changes, so it always says who holds it and what is next."
        }
        Notice::Offer { .. } => {
            "One volunteer of the topic is asked at a time: somebody who is in, holds the fewest open \
             requests and was asked longest ago. When their time is up, the next is asked."
        }
        Notice::ChannelOffer { .. } => {
            "No volunteer took it in time, so everybody in the topic's channel is asked. After that come \
             the topic's steward and the escalation contact."
        }
        Notice::Introduction { .. } => {
            "When somebody accepts, the two are brought together with what is known, in the thread where \
             it began or in a conversation of their own."
        }
        Notice::Taken { .. } => "Whoever handed it off hears by name who has it now.",
        Notice::Holding { asked: Asked::Nobody, .. } => {
            "Nobody of the topic is in. Whoever waits is told when somebody really is, and holds it until then."
        }
        Notice::Holding { asked: Asked::Everybody, .. } => {
            "Everybody who could be asked was. Whoever waits is told when it begins again, and holds it \
             until then."
        }
        Notice::TopicWanted { .. } => {
            "It has no topic yet. Whoever handed it off is reminded after an hour, then once a day."
        }
        Notice::Reminder { .. } => {
            "What somebody took and then shows no life is asked after once; after as long again it is \
             offered on."
        }
        Notice::AskedAfter { .. } => {
            "Whoever waits asked after it; the holder hears of it at most once an hour."
        }
        Notice::CameBack { why: CameBack::GivenBack | CameBack::ToYou, .. } => {
            "It was given back, so it has another holder at once: there always is one."
        }
        Notice::CameBack { why: CameBack::Stale, .. } => {
            "It showed no life after a reminder, so it is offered on, and somebody else holds it meanwhile."
        }
        Notice::CameBack { why: CameBack::Left, .. } => {
            "Its holder left the company, so somebody else holds it: there always is one."
        }
        Notice::Closed { .. } => "When it is over, everybody who had a part in it hears once how it ended.",
        Notice::Reopened { .. } => "It was opened again, and whoever holds it hears of it.",
        Notice::Relayed { .. } => {
            "The two of this request are in no workspace together, so words from one reach the other only \
             when their author presses Send."
        }
        Notice::Linked { .. } => {
            "Accounts are linked, or are not, by a code that was typed in the other workspace; both sides \
             are told."
        }
        Notice::Home(_) => {
            "App Home shows your work in one place. It is drawn again whenever that changes, once you have \
             opened it."
        }
    })
}

fn chosen(reader: &Who, why: &WhyView) -> Text {
    let hours = if why.in_hours { "in their hours" } else { "out of their hours" };
    let open = match why.open {
        0 => "nothing open".to_owned(),
        n => format!("{n} open"),
    };
    let text = Text::plain("Chosen: ").who(reader).say(format!(", {hours}, {open}, "));
    match why.last_asked {
        Some(at) => text.say("last asked ").at(at, Moment::DayTime).say("."),
        None => text.say("never asked before."),
    }
}

fn happened(fact: &Fact) -> Text {
    let who = |text: Text| match &fact.who {
        Some(AskedNow::Person(who)) => text.who(who),
        Some(AskedNow::Channel(channel)) => text.span(Span::Channel(channel.clone())),
        None => text.say("somebody"),
    };
    let by = |text: Text| match &fact.by {
        Some(by) => text.who(by),
        None => text.say("Time"),
    };
    let new = Text::new;
    match &fact.what {
        Happening::HandedOff => by(new()).say(" handed it off."),
        Happening::Placed => {
            new().say("It got its topic. Who is asked, and in which order, was settled for it.")
        }
        Happening::TopicWanted => new().say("It had no topic; whoever handed it off was reminded."),
        Happening::Asked(_) => who(new()).say(" was asked."),
        Happening::TimedOut(_) => new().say("The timer: no answer in time from ").then(who(new())).say("."),
        Happening::Away(_) => who(new()).say(" was not to be disturbed."),
        Happening::Declined(..) => who(new()).say(" passed."),
        Happening::Accepted(..) => who(new()).say(" took it."),
        Happening::NobodyThere(at) => {
            new().say("Nobody was in; next look ").at(*at, Moment::DayTime).say(".")
        }
        Happening::NobodyAccepted(at) => {
            new().say("Everybody had been asked; next look ").at(*at, Moment::DayTime).say(".")
        }
        Happening::Reminded => new().say("The timer: no sign of life; the holder was reminded."),
        Happening::AskedAfter => by(new()).say(" asked after it."),
        Happening::OfferedOn(_) => {
            new().say("The timer: no life with ").then(who(new())).say("; offered on.")
        }
        Happening::GivenBack(_, GiveBack::Next) => who(new()).say(" gave it back, to the next."),
        Happening::GivenBack(_, GiveBack::Sender) => who(new()).say(" gave it back to where it came from."),
        Happening::Left(_) => who(new()).say(" left."),
        Happening::KeptBy(_) => who(new()).say(" keeps it now."),
        Happening::Urgent => by(new()).say(" said that it cannot wait."),
        Happening::Closed(Outcome::Withdrawn) => by(new()).say(" took it back."),
        Happening::Closed(_) => by(new()).say(" closed it."),
        Happening::Reopened(_) => who(new()).say(" opened it again."),
    }
}

fn next(request: &RequestView, timer: Option<Timestamp>) -> Text {
    let holder = Text::new().who(&request.holder).say(" holds it. ");
    let Some(at) = timer else {
        return Text::plain("It is over. Nothing is scheduled any more.");
    };
    let when = |text: Text| text.say("A timer looks again ").at(at, Moment::DayTime);
    match &request.now {
        Now::Unplaced => when(holder).say(": without a topic until then, there is a reminder."),
        Now::Asking { who: AskedNow::Person(who), .. } => {
            when(holder).say(": without an answer from ").who(who).say(" until then, the next is asked.")
        }
        Now::Asking { who: AskedNow::Channel(_), .. } => {
            when(holder).say(": if nobody took it until then, the next rung of the ladder is asked.")
        }
        Now::Resting { .. } => when(holder).say(", and asks whoever is in then."),
        Now::Held | Now::HeldBySender => when(holder)
            .say(": without a sign of life until then, the holder is reminded, later it is offered on."),
        Now::Closed { undo: Possible::Yes, .. } => when(Text::plain("It is over. "))
            .say(": until then whoever closed it can undo that. The requester can open it again for longer."),
        Now::Closed { .. } => {
            when(Text::plain("It is over. ")).say(": until then the requester can open it again.")
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::chat::notice::{OfferView, ViaView};
    use crate::domain::request::{Decline, Privacy, Urgency};

    fn at(text: &str) -> Timestamp {
        format!("2026-11-24T{text}:00Z").parse().expect("an instant")
    }

    fn who(name: &str) -> Who {
        Who { id: name.to_lowercase().into(), name: name.to_owned() }
    }

    fn request() -> RequestView {
        RequestView {
            id: "r1".into(),
            number: 4,
            topic: Some("billing".to_owned()),
            words: "Refund stuck since Monday".to_owned(),
            customer: None,
            requester: who("Ana"),
            handed_by: who("Ana"),
            holder: who("Ana"),
            held_since: at("09:00"),
            privacy: Privacy::Open,
            urgency: Urgency::Normal,
            link: None,
            between: crate::chat::notice::Between::Together,
            now: Now::Asking { who: AskedNow::Person(who("Cy")), until: at("09:12") },
        }
    }

    #[test]
    fn an_offer_tells_the_rule_the_facts_and_what_is_next() {
        let why = WhyView { via: ViaView::Volunteer, in_hours: true, open: 1, last_asked: Some(at("08:14")) };
        let (reader, until, state) = (who("Cy"), at("09:12"), OfferView::Open);
        let notice = Notice::Offer { reader, n: 1, why: Some(why), until, state, request: request() };
        let fact = |time: &str, by: Option<&str>, what, name: Option<&str>, before| Fact {
            at: at(time),
            by: by.map(who),
            what,
            who: name.map(|name| AskedNow::Person(who(name))),
            before,
        };
        let led = Led {
            facts: vec![
                fact("09:00", Some("Ana"), Happening::HandedOff, None, true),
                fact("09:00", Some("Ana"), Happening::Placed, None, true),
                fact("09:00", Some("Ana"), Happening::Asked(0), Some("Bo"), true),
                fact("09:02", Some("Bo"), Happening::Declined(0, Decline::Busy), Some("Bo"), true),
                fact("09:02", Some("Bo"), Happening::Asked(1), Some("Cy"), true),
                fact("09:05", Some("Ana"), Happening::Urgent, None, false),
            ],
            request: Some(request()),
            next: Some(at("09:12")),
            row: "01a2".to_owned(),
            key: "offer:r1:1:01a2".to_owned(),
            decided_at: at("09:02"),
            attempts: 0,
        };
        let card = card(&notice, &led);
        insta::assert_snapshot!(lines(&card).join("\n"));
    }

    /// A line for each text, so that a person can read the whole.
    fn lines(card: &Card) -> Vec<String> {
        let words = |text: &Text| text.words(&TimeZone::UTC);
        let mut all: Vec<String> = card.title.iter().map(|title| format!("# {}", words(title))).collect();
        all.extend(card.lines.iter().map(words));
        all.extend(card.small.iter().map(|small| format!("({})", words(small))));
        all.extend(card.parts.iter().flat_map(lines));
        all
    }
}
