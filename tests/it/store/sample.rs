//! Tenants, people and requests to tell stories about.

use goodturn::chat::notice::{Destination, Notice, Outgoing};
use goodturn::chat::platform::Courtesy;
use goodturn::domain::duration::OfficeDuration;
use goodturn::domain::ids::{OrganisationId, PersonId, PlatformKind, RequestId, WorkspaceId};
use goodturn::domain::person::{Pause, Person, Role, Standing};
use goodturn::domain::request::{
    Ladder, Offer, OfferState, OfferTo, Origin, Outcome, Privacy, Request, Rung, Stage, Urgency,
};
use goodturn::domain::topic::Topic;
use goodturn::store::Store;
use jiff::{SignedDuration, Timestamp};

/// `minutes` into the story.
pub fn at(minutes: i64) -> Timestamp {
    "2026-11-23T09:00:00Z".parse::<Timestamp>().expect("an instant") + SignedDuration::from_mins(minutes)
}

/// An organisation of this name with one workspace, `ana`, `bo` and `cy`, and the topic `billing`.
pub async fn tenant(store: &Store, name: &str) -> (OrganisationId, WorkspaceId) {
    let organisation = OrganisationId::from(name);
    let workspace = WorkspaceId::from(format!("w-{name}"));
    store
        .adopt_workspace(
            PlatformKind::Slack,
            &format!("T-{name}").into(),
            name,
            organisation.clone(),
            workspace.clone(),
            at(0),
        )
        .await
        .expect("adopted");
    let mut tx = store.begin(&organisation).await.expect("begins");
    for name in ["ana", "bo", "cy"] {
        tx.insert_person(&person(name)).await.expect("inserted");
    }
    tx.insert_topic(&topic("billing")).await.expect("inserted");
    tx.commit().await.expect("commits");
    (organisation, workspace)
}

/// Somebody of whom nothing special is known.
pub fn person(id: &str) -> Person {
    Person {
        id: id.into(),
        name: format!("{} Example", id.to_uppercase()),
        zone: None,
        hours: None,
        capacity: None,
        pause: Pause::No,
        deputy: None,
        away_until: None,
        not_before: None,
        standing: Standing::Staff,
        role: Role::Member,
    }
}

/// A topic of which nothing special is known.
pub fn topic(name: &str) -> Topic {
    Topic {
        id: format!("topic-{name}").as_str().into(),
        name: name.to_owned(),
        about: String::new(),
        channel: None,
        steward: None,
        offer_timeout: None,
        stale_after: None,
        hours: None,
        zone: None,
    }
}

/// A request of `ana`'s, not placed yet.
pub fn request(id: &str, number: i64) -> Request {
    Request {
        id: RequestId::from(id),
        number,
        topic: None,
        requester: "ana".into(),
        handed_by: "ana".into(),
        customer: None,
        words: "Refund stuck since Monday".to_owned(),
        privacy: Privacy::Open,
        urgency: Urgency::Normal,
        origin: Origin::default(),
        created_at: at(0),
        holder: "ana".into(),
        held_since: at(0),
        stage: Stage::Unplaced { look_at: at(30) },
        ladder: Ladder {
            offer_timeout: OfficeDuration::parse("10m").expect("a duration"),
            stale_after: OfficeDuration::parse("1d").expect("a duration"),
            max_hops: 2,
            channel: Some("#billing".into()),
            steward: None,
            escalation: Some("cy".into()),
            undo_for: SignedDuration::from_mins(10),
            reopen_for: SignedDuration::from_hours(72),
        },
        offers: Vec::new(),
        hops: 0,
        round: 0,
        asked_after: None,
    }
}

/// An offer to somebody, made `minutes` into the story.
pub fn offer(to: &str, minutes: i64, state: OfferState) -> Offer {
    Offer {
        round: 0,
        to: OfferTo::Person(to.into()),
        rung: Rung::Volunteers,
        why: None,
        asked_at: at(minutes),
        until: at(minutes + 10),
        state,
    }
}

/// The request, taken by somebody.
pub fn taken(mut request: Request, by: &str, minutes: i64) -> Request {
    request.offers.push(offer(by, minutes, OfferState::Accepted));
    request.holder = PersonId::from(by);
    request.held_since = at(minutes);
    request.stage = Stage::Held { last_sign: at(minutes), reminded: None, look_at: at(minutes + 60) };
    request
}

/// The request, over.
pub fn closed(mut request: Request, minutes: i64) -> Request {
    request.stage = Stage::Closed {
        by: request.holder.clone(),
        at: at(minutes),
        outcome: Outcome::Done,
        note: "Paid out again".to_owned(),
        undo_until: at(minutes + 10),
        reopen_until: at(minutes + 600),
    };
    request
}

/// An errand that is no card.
pub fn look_up(user: &str) -> Outgoing {
    Outgoing::LookUp { user: user.into() }
}

/// A card in a slot, which says that these are the topics.
pub fn show(slot: &str, topics: &[&str]) -> Outgoing {
    Outgoing::Show {
        slot: slot.to_owned(),
        to: Destination::Person("ana".into()),
        notice: Notice::TopicWanted {
            topics: topics.iter().map(|name| ((*name).into(), (*name).to_owned())).collect(),
            request: view(),
        },
        courtesy: Courtesy::Post,
    }
}

fn view() -> goodturn::chat::notice::RequestView {
    let ana = goodturn::chat::text::Who { id: "ana".into(), name: "Ana".to_owned() };
    goodturn::chat::notice::RequestView {
        id: "r1".into(),
        number: 1,
        topic: None,
        words: "Refund".to_owned(),
        customer: None,
        requester: ana.clone(),
        handed_by: ana.clone(),
        holder: ana,
        held_since: at(0),
        privacy: Privacy::Open,
        urgency: Urgency::Normal,
        link: None,
        between: goodturn::chat::notice::Between::Together,
        now: goodturn::chat::notice::Now::Unplaced,
    }
}
