//! One of everything that is said, in every state.

use crate::chat::card::Card;
use crate::chat::notice::{
    Asked, AskedNow, AvailabilityView, Between, CameBack, HomeView, LinkNews, Notice, Now, OfferView,
    Possible, RequestView, ViaView, WhyView,
};
use crate::chat::say::notices;
use crate::chat::text::Who;
use crate::domain::ids::{ChannelKey, TopicId};
use crate::domain::person::Pause;
use crate::domain::request::Outcome;

use super::support::{TRICKY, at, private, through_eve, tomorrow, view, who};

pub mod answers;

pub mod forms;

type Cards = Vec<(String, Card)>;

pub fn all() -> Cards {
    use answers::{around_forms, availability, handoff, links, lists, refusals, service};
    [notices(), handoff(), refusals(), availability(), lists(), around_forms(), service(), links()].concat()
}

fn asking() -> Now {
    Now::Asking { who: AskedNow::Person(who("Bo")), until: at("09:25") }
}

fn asking_channel() -> Now {
    Now::Asking { who: AskedNow::Channel(ChannelKey::from("#billing")), until: at("09:35") }
}

fn resting() -> Now {
    Now::Resting { until: tomorrow("09:00"), back: Some(who("Bo")) }
}

fn closed(by: &str, outcome: Outcome, undo: Possible, reopen: Possible) -> Now {
    let note = if outcome == Outcome::Withdrawn { "" } else { "sent the form again" };
    Now::Closed { by: who(by), at: at("11:00"), outcome, note: note.to_owned(), undo, reopen }
}

pub fn states() -> Vec<(&'static str, Now)> {
    vec![
        ("unplaced", Now::Unplaced),
        ("asking a person", asking()),
        ("asking a channel", asking_channel()),
        ("resting, Bo is back", resting()),
        ("resting", Now::Resting { until: tomorrow("09:00"), back: None }),
        ("held", Now::Held),
        ("held by sender", Now::HeldBySender),
        ("closed, can be undone", closed("Bo", Outcome::Answered, Possible::Yes, Possible::Yes)),
        ("closed, can be reopened", closed("Bo", Outcome::WrongTopic, Possible::No, Possible::Yes)),
        ("closed for good", closed("Bo", Outcome::KindNo, Possible::No, Possible::No)),
        ("withdrawn", closed("Ana", Outcome::Withdrawn, Possible::Yes, Possible::Yes)),
    ]
}

pub fn offer_states() -> Vec<OfferView> {
    vec![
        OfferView::Open,
        OfferView::Yours,
        OfferView::Declined,
        OfferView::Lapsed,
        OfferView::Taken(who("Cy")),
        OfferView::Again,
        OfferView::Passed,
        OfferView::Over,
    ]
}

pub fn vias() -> Vec<ViaView> {
    vec![
        ViaView::Volunteer,
        ViaView::DeputyOf(who("Cy")),
        ViaView::NamedBy(who("Cy")),
        ViaView::Steward,
        ViaView::Escalation,
    ]
}

fn why(via: ViaView) -> WhyView {
    let upper = matches!(via, ViaView::Escalation);
    WhyView { via, in_hours: !upper, open: u32::from(!upper), last_asked: upper.then(|| at("08:00")) }
}

fn offer(state: OfferView, via: Option<ViaView>, request: RequestView) -> Notice {
    Notice::Offer { reader: who("Bo"), n: 2, why: via.map(why), until: at("09:25"), state, request }
}

fn topics() -> Vec<(TopicId, String)> {
    ["billing", "contracts", "travel"]
        .map(|name| (TopicId::from(format!("{name:0<32}")), name.to_owned()))
        .into()
}

fn available(pause: Pause) -> AvailabilityView {
    AvailabilityView {
        topics: vec!["billing".to_owned(), "contracts".to_owned(), "travel".to_owned()],
        hours: "Mon-Fri 09:00-17:00".to_owned(),
        own_hours: false,
        zone: "Europe/Lisbon".to_owned(),
        capacity: 3,
        open: 1,
        pause,
        deputy: None,
    }
}

fn deputised() -> AvailabilityView {
    AvailabilityView {
        own_hours: true,
        open: 2,
        deputy: Some(who("Cy")),
        ..available(Pause::Until(tomorrow("09:00")))
    }
}

fn newcomer() -> AvailabilityView {
    AvailabilityView { topics: Vec::new(), open: 0, ..available(Pause::No) }
}

pub fn home(requests: usize) -> Notice {
    Notice::Home(Box::new(HomeView {
        reader: who("Ana"),
        offers: vec![(1, at("09:25"), through_eve(asking())); requests],
        holding: vec![view(Now::Held); requests],
        waiting: vec![view(Now::HeldBySender); requests],
        availability: available(Pause::No),
    }))
}

pub fn notices() -> Cards {
    let mut all: Vec<(String, Notice)> = Vec::new();
    for (name, now) in states() {
        let notice = Notice::Status { reader: who("Ana"), request: view(now) };
        all.push((format!("status to Ana: {name}"), notice));
    }
    for (name, now) in states() {
        let notice = Notice::Status { reader: who("Ana"), request: through_eve(now) };
        all.push((format!("status to Ana, through Eve: {name}"), notice));
    }
    let status = |request| Notice::Status { reader: who("Ana"), request };
    all.push(("status, private and urgent".to_owned(), status(private(resting()))));
    for state in offer_states() {
        let now = match &state {
            OfferView::Yours => Now::Held,
            OfferView::Over => closed("Ana", Outcome::Withdrawn, Possible::No, Possible::No),
            _ => asking(),
        };
        all.push((format!("offer: {state:?}"), offer(state, Some(ViaView::Volunteer), view(now))));
    }
    for via in vias() {
        all.push((format!("offer via {via:?}"), offer(OfferView::Open, Some(via), through_eve(asking()))));
    }
    all.push((
        "offer, private and urgent".to_owned(),
        offer(OfferView::Open, Some(ViaView::Volunteer), private(asking())),
    ));
    for (name, now) in states().into_iter().skip(1) {
        let notice = Notice::ChannelOffer { n: 3, until: at("09:35"), request: view(now) };
        all.push((format!("channel: {name}"), notice));
    }
    let introduction =
        |there_until, request| Notice::Introduction { volunteer: who("Bo"), there_until, request };
    all.push(("introduction".to_owned(), introduction(Some(at("17:00")), view(Now::Held))));
    all.push(("introduction, through Eve".to_owned(), introduction(None, through_eve(Now::Held))));
    let taken = |city: Option<&str>, there_until, request| Notice::Taken {
        reader: who("Ana"),
        volunteer: who("Bo"),
        city: city.map(str::to_owned),
        there_until,
        request,
    };
    all.push(("taken".to_owned(), taken(Some("Lisbon"), Some(at("17:00")), view(Now::Held))));
    all.push(("taken, private".to_owned(), taken(None, None, private(Now::Held))));
    let holding = |reader: &str, asked, back: Option<Who>, next, request| Notice::Holding {
        reader: who(reader),
        asked,
        next,
        back,
        at: at("18:00"),
        request,
    };
    let back = || Some(who("Bo"));
    let rest = || view(resting());
    all.push(("nobody there".to_owned(), holding("Ana", Asked::Nobody, back(), tomorrow("09:00"), rest())));
    all.push((
        "nobody there, when unknown".to_owned(),
        holding("Ana", Asked::Nobody, None, tomorrow("09:00"), rest()),
    ));
    all.push(("nobody accepted".to_owned(), holding("Ana", Asked::Everybody, None, at("19:00"), rest())));
    all.push((
        "nobody there, through Eve, to Ana".to_owned(),
        holding("Ana", Asked::Nobody, back(), tomorrow("09:00"), through_eve(resting())),
    ));
    all.push((
        "nobody accepted, urgent".to_owned(),
        holding("Ana", Asked::Everybody, back(), at("20:00"), private(resting())),
    ));
    all.push((
        "topic wanted".to_owned(),
        Notice::TopicWanted { topics: topics(), request: view(Now::Unplaced) },
    ));
    all.push((
        "topic wanted, none".to_owned(),
        Notice::TopicWanted { topics: vec![], request: view(Now::Unplaced) },
    ));
    all.push((
        "reminder".to_owned(),
        Notice::Reminder { offered_on_at: Some(tomorrow("09:15")), request: view(Now::Held) },
    ));
    all.push((
        "reminder to the sender".to_owned(),
        Notice::Reminder { offered_on_at: None, request: view(Now::HeldBySender) },
    ));
    all.push(("asked after".to_owned(), Notice::AskedAfter { by: who("Ana"), request: view(Now::Held) }));
    for (why, now) in [
        (CameBack::GivenBack, asking()),
        (CameBack::GivenBack, asking_channel()),
        (CameBack::GivenBack, resting()),
        (CameBack::ToYou, Now::HeldBySender),
        (CameBack::Stale, asking()),
        (CameBack::Left, resting()),
    ] {
        let notice = Notice::CameBack { reader: who("Ana"), from: who("Cy"), why, request: view(now) };
        all.push((format!("came back: {why:?}"), notice));
    }
    for outcome in Outcome::CHOICES.into_iter().chain([Outcome::Withdrawn]) {
        for reader in ["Ana", "Bo", "Eve"] {
            let by = if outcome == Outcome::Withdrawn { "Ana" } else { "Bo" };
            let request = through_eve(closed(by, outcome, Possible::Yes, Possible::Yes));
            let note = if outcome == Outcome::Withdrawn { "" } else { "sent the form again" };
            let notice =
                Notice::Closed { reader: who(reader), by: who(by), outcome, note: note.to_owned(), request };
            all.push((format!("closed to {reader}: {outcome:?}"), notice));
        }
    }
    for now in [Now::Held, Now::HeldBySender, asking(), resting()] {
        let (reader, by) = (None, who("Eve"));
        all.push((format!("reopened: {now:?}"), Notice::Reopened { reader, by, request: view(now) }));
    }
    let (reader, by) = (Some(who("Ana")), who("Bo"));
    all.push((
        "reopened, to who waits".to_owned(),
        Notice::Reopened { reader, by, request: view(Now::Held) },
    ));
    let apart = || RequestView { between: Between::Apart, ..view(Now::Held) };
    all.push(("status: apart".to_owned(), Notice::Status { reader: who("Ana"), request: apart() }));
    all.push((
        "offer: apart".to_owned(),
        Notice::Offer {
            reader: who("Bo"),
            n: 0,
            why: None,
            until: at("09:25"),
            state: OfferView::Yours,
            request: apart(),
        },
    ));
    all.push((
        "relayed".to_owned(),
        Notice::Relayed { from: who("Bo"), reader: who("Ana"), words: TRICKY.to_owned(), request: apart() },
    ));
    for link in [LinkNews::Linked, LinkNews::Joined, LinkNews::Unlinked] {
        let notice = Notice::Linked { reader: who("Ana"), place: TRICKY.to_owned(), link };
        all.push((format!("{link:?}"), notice));
    }
    all.push(("home".to_owned(), home(1)));
    all.push((
        "home of a newcomer".to_owned(),
        Notice::Home(Box::new(HomeView {
            reader: who("Ana"),
            offers: vec![],
            holding: vec![],
            waiting: vec![],
            availability: newcomer(),
        })),
    ));
    all.into_iter().map(|(name, notice)| (name, notices::card(&notice))).collect()
}

/// Many of the same, for limits.
pub fn many(count: usize) -> Vec<RequestView> {
    vec![view(asking()); count]
}
