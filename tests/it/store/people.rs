//! Workspaces, persons, topics, settings.

use std::collections::BTreeMap;

use goodturn::domain::duration::OfficeDuration;
use goodturn::domain::ids::{PersonId, PlatformKind, UserKey, WorkspaceKey};
use goodturn::domain::office_hours::weekly::Weekly;
use goodturn::domain::person::{Pause, Person, Role, Standing};
use goodturn::domain::request::OfferState;
use goodturn::domain::settings::SettingName;
use goodturn::domain::topic::Topic;
use goodturn::store::Store;
use jiff::tz::TimeZone;

use super::sample::{at, closed, offer, person, request, taken, tenant, topic};

pub async fn workspaces_are_adopted_once(store: &Store) {
    store.ping().await.expect("answers");
    let key = WorkspaceKey::from("T-adopted");
    assert_eq!(store.workspace(PlatformKind::Slack, &key).await.expect("read"), None);
    let first = store
        .adopt_workspace(PlatformKind::Slack, &key, "Acme", "o-acme".into(), "w-acme".into(), at(0))
        .await
        .expect("adopted");
    assert_eq!((first.id.as_str(), first.organisation.as_str(), first.active), ("w-acme", "o-acme", true));
    let mut tx = store.begin(&first.organisation).await.expect("begins");
    tx.set_active(&first.id, false).await.expect("noted");
    tx.commit().await.expect("commits");
    assert!(!store.workspace(PlatformKind::Slack, &key).await.expect("read").expect("known").active);
    let again = store
        .adopt_workspace(PlatformKind::Slack, &key, "Acme Ltd", "o-other".into(), "w-other".into(), at(1))
        .await
        .expect("adopted");
    assert_eq!((again.id.as_str(), again.name.as_str(), again.active), ("w-acme", "Acme Ltd", true));
    let unnamed = store
        .adopt_workspace(PlatformKind::Slack, &key, "", "o-other".into(), "w-other".into(), at(1))
        .await
        .expect("adopted");
    assert_eq!(unnamed, again);
    assert_eq!(store.workspace(PlatformKind::Slack, &key).await.expect("read"), Some(again.clone()));
    assert_eq!(store.workspace(PlatformKind::Discord, &key).await.expect("read"), None);
    assert!(store.workspaces().await.expect("read").contains(&again));
    let mut tx = store.read(&again.organisation).await.expect("begins");
    assert_eq!(tx.workspaces().await.expect("read"), [again]);
}

pub async fn persons_and_their_identities(store: &Store) {
    let (organisation, workspace) = tenant(store, "persons").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let mut dee = Person {
        zone: TimeZone::get("Europe/Berlin").ok(),
        hours: Weekly::parse("Mon-Fri 09:00-12:30, 13:30-17:00").ok(),
        capacity: Some(5),
        pause: Pause::Until(at(60)),
        deputy: Some("bo".into()),
        away_until: Some(at(5)),
        not_before: Some(at(7)),
        standing: Standing::Outside,
        role: Role::Admin,
        ..person("dee")
    };
    tx.insert_person(&dee).await.expect("inserted");
    assert_eq!(tx.person(&dee.id).await.expect("read"), Some(dee.clone()));
    dee.pause = Pause::Open;
    dee.hours = None;
    dee.zone = None;
    "Dée Ünlü".clone_into(&mut dee.name);
    tx.save_person(&dee).await.expect("saved");
    assert_eq!(tx.person(&dee.id).await.expect("read"), Some(dee.clone()));
    assert_eq!(tx.person(&"nobody".into()).await.expect("read"), None);
    let ids: Vec<PersonId> = ["dee", "bo", "nobody", "bo"].map(PersonId::from).to_vec();
    assert_eq!(tx.persons(&ids).await.expect("read"), [person("bo"), dee.clone()]);
    assert!(tx.persons(&[]).await.expect("read").is_empty());

    assert!(!tx.home_opened(&dee.id).await.expect("read"));
    tx.set_home_opened(&dee.id).await.expect("noted");
    assert!(tx.home_opened(&dee.id).await.expect("read"));
    tx.save_person(&dee).await.expect("saved");
    assert!(tx.home_opened(&dee.id).await.expect("read"), "saving a person leaves it");

    let key = UserKey::from("U0DEE");
    assert_eq!(tx.identity(&workspace, &key).await.expect("read"), None);
    assert_eq!(tx.met_at(&workspace, &key).await.expect("read"), None);
    tx.add_identity(&workspace, &key, &dee.id, None, None).await.expect("added");
    tx.add_identity(&workspace, &"U0BO".into(), &"bo".into(), Some("Dee"), Some("Bo@Example.org"))
        .await
        .expect("added");
    assert_eq!(tx.identity(&workspace, &key).await.expect("read"), Some(dee.id.clone()));
    assert_eq!(
        tx.unknown_identities(&workspace, 10).await.expect("read"),
        ["U0BO", "U0DEE"].map(UserKey::from)
    );
    tx.update_identity(&workspace, &key, Some("Dunlu"), None, Some(at(3))).await.expect("updated");
    tx.update_identity(&workspace, &key, None, Some("dee@example.org"), Some(at(4))).await.expect("updated");
    tx.update_identity(&workspace, &key, None, None, None).await.expect("updated");
    assert_eq!(tx.met_at(&workspace, &key).await.expect("read"), Some(at(4)));
    assert_eq!(tx.unknown_identities(&workspace, 10).await.expect("read"), [UserKey::from("U0BO")]);
    let keys = tx.user_keys(&workspace, &["dee".into(), "ana".into(), "bo".into()]).await.expect("read");
    assert_eq!(keys, BTreeMap::from([("dee".into(), key.clone()), ("bo".into(), "U0BO".into())]));
    assert_eq!(tx.reach(&dee.id, [&workspace, &workspace]).await.expect("read"), Some(workspace.clone()));
    assert_eq!(tx.reach(&"ana".into(), [&workspace, &workspace]).await.expect("read"), None);

    for (named, found) in [
        ("u0dee", &["dee"][..]),
        ("@DUNLU", &["dee"]),
        ("dee@EXAMPLE.org", &["dee"]),
        ("BO@example.org", &["bo"]),
        ("dée ÜNLÜ", &["dee"]),
        // a handle is more than a name
        ("Dee", &["bo"]),
        ("ana example", &["ana"]),
        ("nobody", &[]),
        ("", &[]),
    ] {
        let accounts = tx.find_accounts(named, PlatformKind::Discord).await.expect("read");
        assert!(accounts.is_empty() || !named.contains(' '), "a name that people choose is no account");
        let persons = tx.find_persons(named).await.expect("read");
        assert_eq!(persons, found.iter().map(|id| PersonId::from(*id)).collect::<Vec<_>>(), "{named:?}");
    }
    tx.set_active(&workspace, false).await.expect("noted");
    tx.commit().await.expect("commits");
    a_handle_on_discord_proves_nothing(store).await;
    let mut tx = store.read(&organisation).await.expect("begins");
    assert_eq!(
        tx.reach(&"bo".into(), [&workspace, &workspace]).await.expect("read"),
        None,
        "nobody is reached there any more"
    );
}

/// Anybody may call themselves there as an admin is called elsewhere.
async fn a_handle_on_discord_proves_nothing(store: &Store) {
    let community = store
        .adopt_workspace(
            PlatformKind::Discord,
            &"G1".into(),
            "Community",
            "o-g1".into(),
            "w-g1".into(),
            at(1),
        )
        .await
        .expect("adopted");
    let mut tx = store.begin(&community.organisation).await.expect("begins");
    let mallory = person("mallory");
    tx.insert_person(&mallory).await.expect("inserted");
    tx.add_identity(&community.id, &"77".into(), &mallory.id, Some("boss"), None).await.expect("added");
    assert_eq!(tx.find_accounts("@boss", PlatformKind::Discord).await.expect("read"), [] as [PersonId; 0]);
    assert_eq!(
        tx.find_accounts("77", PlatformKind::Discord).await.expect("read"),
        std::slice::from_ref(&mallory.id)
    );
    assert_eq!(tx.find_persons("@boss").await.expect("read"), std::slice::from_ref(&mallory.id));
    tx.commit().await.expect("commits");
}

pub async fn topics_and_volunteers(store: &Store) {
    let (organisation, _) = tenant(store, "topics").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let mut legal = Topic {
        about: "contracts".to_owned(),
        channel: Some("C0LEGAL".into()),
        steward: Some("@cy".to_owned()),
        offer_timeout: OfficeDuration::parse("20m").ok(),
        stale_after: OfficeDuration::parse("2d").ok(),
        hours: Weekly::parse("Mon-Thu 10:00-15:00").ok(),
        zone: TimeZone::get("America/New_York").ok(),
        ..topic("legal")
    };
    tx.insert_topic(&legal).await.expect("inserted");
    assert_eq!(tx.topic(&legal.id).await.expect("read"), Some(legal.clone()));
    assert_eq!(tx.topics().await.expect("read"), [topic("billing"), legal.clone()]);
    legal.steward = None;
    legal.zone = None;
    tx.save_topic(&legal).await.expect("saved");
    assert_eq!(tx.topic_named(" Legal ").await.expect("read"), Some(legal.clone()));

    let billing = topic("billing");
    assert!(tx.join(&billing.id, &"bo".into(), at(0)).await.expect("joined"));
    assert!(!tx.join(&billing.id, &"bo".into(), at(1)).await.expect("joined"));
    assert!(tx.join(&billing.id, &"cy".into(), at(1)).await.expect("joined"));
    assert!(tx.join(&legal.id, &"bo".into(), at(1)).await.expect("joined"));
    assert_eq!(tx.topics_of(&"bo".into()).await.expect("read"), [billing.clone(), legal.clone()]);
    assert_eq!(tx.volunteers_count(&billing.id).await.expect("read"), 2);

    let mut asked = request("t-asked", 1);
    asked.offers = vec![offer("bo", 50, OfferState::TimedOut), offer("cy", 60, OfferState::Open)];
    for request in [
        asked,
        taken(request("t-held", 2), "bo", 20),
        closed(taken(request("t-over", 3), "bo", 30), 40),
        // back with whoever handed it off, who was asked for nothing
        taken(request("t-again", 4), "cy", 5),
    ] {
        tx.insert_request(&request).await.expect("inserted");
    }
    let facts = |volunteers: Vec<goodturn::store::topics::Volunteer>| {
        volunteers.into_iter().map(|v| (v.person, v.open, v.last_asked)).collect::<Vec<_>>()
    };
    let expected = [(person("bo"), 1, Some(at(50))), (person("cy"), 1, Some(at(60)))];
    assert_eq!(facts(tx.volunteers(&billing.id).await.expect("read")), expected);
    let candidates = tx.candidates(&["cy".into(), "ana".into(), "nobody".into(), "cy".into()]).await;
    assert_eq!(facts(candidates.expect("read")), [(person("ana"), 0, None), expected[1].clone()]);

    assert!(tx.leave(&billing.id, &"bo".into()).await.expect("left"));
    assert!(!tx.leave(&billing.id, &"bo".into()).await.expect("left"));
    tx.remove_topic(&legal.id, at(9)).await.expect("removed");
    assert_eq!(tx.topics().await.expect("read"), [billing]);
    assert_eq!(tx.topic_named("legal").await.expect("read"), None);
    assert!(tx.topics_of(&"bo".into()).await.expect("read").is_empty());
    assert_eq!(tx.topic(&legal.id).await.expect("read"), Some(legal.clone()), "old requests can name it");
    tx.insert_topic(&Topic { id: "legal-again".into(), ..legal }).await.expect("its name is free");
    tx.commit().await.expect("commits");
}

pub async fn settings_and_marks(store: &Store) {
    let (organisation, workspace) = tenant(store, "settings").await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert!(tx.settings().await.expect("read").is_empty());
    for value in ["3", "4"] {
        tx.set_setting(SettingName::Capacity, Some(value), &"ana".into(), at(0)).await.expect("set");
    }
    tx.set_setting(SettingName::MaxHops, Some("1"), &"ana".into(), at(0)).await.expect("set");
    tx.set_setting(SettingName::MaxHops, None, &"ana".into(), at(1)).await.expect("set");
    let expected = BTreeMap::from([(SettingName::Capacity, "4".to_owned())]);
    assert_eq!(tx.settings().await.expect("read"), expected);

    assert_eq!(tx.mark(&workspace, "seen").await.expect("read"), None);
    for value in ["1", "2"] {
        tx.set_mark(&workspace, "seen", value).await.expect("set");
        assert_eq!(tx.mark(&workspace, "seen").await.expect("read").as_deref(), Some(value));
    }
    tx.commit().await.expect("commits");
}
