//! Requests, threads, cards, the audit.

use goodturn::domain::ids::{ChannelKey, MessageKey, MessageRef, PersonId, Place, PlaceKind, RequestId};
use goodturn::domain::request::{
    Decline, OfferState, OfferTo, Origin, Privacy, Request, Rung, Stage, Urgency,
};
use goodturn::domain::topic::{Via, Why};
use goodturn::store::{Store, Tx};

use super::sample::{at, closed, offer, request, taken, tenant};

pub async fn a_request_comes_back_as_it_was(store: &Store) {
    let (organisation, workspace) = tenant(store, "requests").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert_eq!(tx.next_number().await.expect("counted"), 1);
    assert_eq!(tx.next_number().await.expect("counted"), 2);
    let mut full = Request {
        topic: Some("topic-billing".into()),
        handed_by: "cy".into(),
        customer: Some("Jo's bakery".to_owned()),
        words: "\u{1f4b6} \"refund\" — 100 %\n'; drop table requests".to_owned(),
        privacy: Privacy::Private,
        urgency: Urgency::Urgent,
        origin: Origin {
            workspace: Some(workspace),
            place: Some(Place { channel: "C1".into(), thread: Some("1.2".into()), kind: PlaceKind::Channel }),
            message: Some(MessageRef { channel: "C1".into(), message: "1.3".into() }),
            link: Some("https://example.org/p1".to_owned()),
            ..Origin::default()
        },
        hops: 1,
        round: 2,
        asked_after: Some(at(4)),
        ..request("full", 2)
    };
    full.offers = vec![offer("bo", 1, OfferState::Declined(Decline::Knows("cy".into())))];
    full.offers[0].why = Some(Why { via: Via::Volunteer, in_hours: true, open: 2, last_asked: Some(at(0)) });
    tx.insert_request(&full).await.expect("inserted");
    assert_eq!(tx.peek_request(&full.id).await.expect("read"), Some(full.clone()));
    assert_eq!(tx.request_numbered(2).await.expect("read"), Some(full.clone()));
    assert_eq!(tx.request_numbered(7).await.expect("read"), None);
    assert_eq!(tx.request(&"none".into()).await.expect("read"), None);
    assert_eq!(tx.peek_request(&"none".into()).await.expect("read"), None);

    let mut channel = offer("", 11, OfferState::TimedOut);
    channel.to = OfferTo::Channel("#billing".into());
    channel.rung = Rung::Channel;
    full.offers.push(channel);
    full.topic = None;
    full.customer = None;
    full.asked_after = None;
    for changed in [
        Request {
            stage: Stage::Resting { until: at(90), back: Some("bo".into()) },
            words: "Other".to_owned(),
            ..full.clone()
        },
        Request { stage: Stage::Asking { rung: Rung::Channel, until: at(21) }, ..full.clone() },
        taken(full.clone(), "bo", 12),
        closed(taken(full.clone(), "bo", 12), 14),
        // undone
        taken(full.clone(), "bo", 12),
    ] {
        tx.save_request(&changed).await.expect("saved");
        assert_eq!(tx.request(&full.id).await.expect("read"), Some(changed));
    }
    tx.commit().await.expect("commits");
    let mut tx = store.read(&organisation).await.expect("begins");
    assert_eq!(tx.request(&full.id).await.expect("read"), Some(taken(full, "bo", 12)));
}

pub async fn requests_are_found_by_those_they_concern(store: &Store) {
    let (organisation, _) = tenant(store, "finding").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let unplaced = request("unplaced", 1);
    let mut asking = Request { topic: Some("topic-billing".into()), ..request("asking", 2) };
    asking.stage = Stage::Asking { rung: Rung::Volunteers, until: at(20) };
    asking.offers = vec![offer("bo", 0, OfferState::TimedOut), offer("cy", 10, OfferState::Open)];
    let held = Request { topic: Some("topic-billing".into()), ..taken(request("held", 3), "bo", 5) };
    let over = closed(taken(request("over", 4), "bo", 5), 15);
    let mut handed = Request {
        requester: "cy".into(),
        stage: Stage::Held { last_sign: at(3), reminded: None, look_at: at(60) },
        ..request("handed", 5)
    };
    handed.offers = vec![offer("bo", 2, OfferState::Open), offer("bo", 1, OfferState::Open)];
    for request in [&handed, &over, &held, &asking, &unplaced] {
        tx.insert_request(request).await.expect("inserted");
    }
    let [ana, bo, cy] = ["ana", "bo", "cy"].map(PersonId::from);
    assert_eq!(tx.held_by(&bo).await.expect("read"), std::slice::from_ref(&held));
    assert_eq!(tx.held_by(&ana).await.expect("read"), [handed.clone()]);
    assert_eq!(tx.kept_by(&ana).await.expect("read"), [unplaced.clone(), asking.clone(), handed.clone()]);
    assert_eq!(tx.waiting_for(&cy).await.expect("read"), [handed.clone()]);
    let waits = [unplaced, asking.clone(), held.clone(), handed.clone()];
    assert_eq!(tx.waiting_for(&ana).await.expect("read"), waits);
    assert_eq!(tx.open_in_topic(&"topic-billing".into()).await.expect("read"), [asking.clone(), held]);
    assert_eq!(tx.offered_to(&cy).await.expect("read"), [(1, asking)]);
    assert_eq!(tx.offered_to(&bo).await.expect("read"), [(1, handed.clone()), (0, handed)]);
    assert!(tx.offered_to(&ana).await.expect("read").is_empty());
    assert_eq!(concerning(&mut tx, &cy).await, ["asking", "handed"]);
    assert_eq!(concerning(&mut tx, &bo).await, ["handed", "held"]);
    assert_eq!(concerning(&mut tx, &ana).await, ["asking", "handed", "held", "unplaced"]);
    tx.commit().await.expect("commits");
}

async fn concerning(tx: &mut Tx, person: &PersonId) -> Vec<String> {
    let ids = tx.concerning(person).await.expect("read");
    ids.iter().map(ToString::to_string).collect()
}

pub async fn threads_lead_to_requests(store: &Store) {
    let (organisation, workspace) = tenant(store, "threads").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    for (id, number) in [("old", 1), ("new", 2)] {
        tx.insert_request(&request(id, number)).await.expect("inserted");
    }
    let channel = ChannelKey::from("C1");
    let thread = MessageKey::from("1.1");
    for id in ["old", "new", "old"] {
        tx.bind_thread(&id.into(), &workspace, &channel, Some(&thread)).await.expect("bound");
    }
    tx.bind_thread(&"old".into(), &workspace, &"G1".into(), None).await.expect("bound");
    let found = tx.request_in(&workspace, &channel, Some(&thread)).await.expect("read");
    assert_eq!(found, Some(RequestId::from("new")));
    let found = tx.request_in(&workspace, &"G1".into(), None).await.expect("read");
    assert_eq!(found, Some(RequestId::from("old")));
    assert_eq!(tx.request_in(&workspace, &channel, None).await.expect("read"), None);
    let places = tx.watched_places(&workspace).await.expect("read");
    assert_eq!(places, [(channel.clone(), Some(thread.clone())), ("G1".into(), None)]);
    tx.save_request(&closed(request("old", 1), 5)).await.expect("saved");
    assert_eq!(tx.watched_places(&workspace).await.expect("read"), [(channel, Some(thread))]);

    for channel in ["D1", "D2", "D3", "D1"] {
        tx.note_direct(&workspace, &channel.into()).await.expect("noted");
    }
    assert_eq!(tx.directs(&workspace, 2).await.expect("read"), ["D1", "D3"].map(ChannelKey::from));
    tx.commit().await.expect("commits");
}

pub async fn cards_stand_where_they_were_posted(store: &Store) {
    let (organisation, workspace) = tenant(store, "cards").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert_eq!(tx.card("status:1").await.expect("read"), None);
    tx.save_card_shown("status:1", &workspace, "{\"a\":1}").await.expect("saved");
    let card = tx.card("status:1").await.expect("read").expect("there");
    assert_eq!((card.shown.as_str(), card.posted), ("{\"a\":1}", None));
    let posted = MessageRef { channel: "D1".into(), message: "1.1".into() };
    tx.save_card_posted("status:1", &posted).await.expect("saved");
    tx.save_card_shown("status:1", &workspace, "{\"a\":2}").await.expect("saved");
    let card = tx.card("status:1").await.expect("read").expect("there");
    assert_eq!((card.shown.as_str(), card.posted), ("{\"a\":2}", Some(posted)));
    assert_eq!((card.slot.as_str(), card.workspace), ("status:1", workspace));
    tx.commit().await.expect("commits");
}

pub async fn the_audit_is_kept_in_order(store: &Store) {
    let (organisation, _) = tenant(store, "audit").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.audit("request:1", Some(&"ana".into()), "\"handed_off\"", at(1)).await.expect("written");
    tx.audit("request:2", None, "\"other\"", at(1)).await.expect("written");
    tx.audit("request:1", None, "{\"asked\":0}", at(1)).await.expect("written");
    let rows = tx.audit_of("request:1").await.expect("read");
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.actor.as_ref().map(PersonId::as_str), row.what.as_str(), row.at))
        .collect();
    assert_eq!(rows, [(Some("ana"), "\"handed_off\"", at(1)), (None, "{\"asked\":0}", at(1))]);
    tx.commit().await.expect("commits");
}
