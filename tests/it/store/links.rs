//! Codes, persons who become one, organisations that become one. What is left over is named nowhere:
//! looked for in every text of every table.

use goodturn::chat::notice::{Destination, Notice, Outgoing};
use goodturn::domain::ids::{OrganisationId, PersonId, PlatformKind, RequestId, WorkspaceId};
use goodturn::domain::person::Person;
use goodturn::domain::request::{OfferState, OfferTo};
use goodturn::domain::settings::SettingName;
use goodturn::store::engine::OpenMode;
use goodturn::store::links::{CodeState, LinkCode, Power};
use goodturn::store::outbox::NewOutbox;
use goodturn::store::{Store, Tx};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::places::{in_memory, with_postgres_database};
use super::sample::{at, look_up, offer, person, request, show, taken, topic};

const KEPT: &str = "person-kept";
const GONE: &str = "person-gone";

async fn office(store: &Store, name: &str, persons: &[&str]) -> (OrganisationId, WorkspaceId) {
    let (organisation, workspace) = (OrganisationId::from(format!("org-{name}")), format!("w-{name}"));
    let workspace = WorkspaceId::from(workspace);
    let key = format!("T-{name}").as_str().into();
    let adopted = store.adopt_workspace(
        PlatformKind::Slack,
        &key,
        name,
        organisation.clone(),
        workspace.clone(),
        at(0),
    );
    adopted.await.expect("adopted");
    let mut tx = store.begin(&organisation).await.expect("begins");
    for id in persons {
        tx.insert_person(&person(id)).await.expect("inserted");
        let user = format!("U-{id}").as_str().into();
        tx.add_identity(&workspace, &user, &(*id).into(), None, None).await.expect("added");
    }
    tx.commit().await.expect("commits");
    (organisation, workspace)
}

async fn second_workspace(store: &Store, first: &OrganisationId, name: &str) -> WorkspaceId {
    let (other, workspace) = office(store, name, &[]).await;
    let mut tx = store.begin(&other).await.expect("begins");
    tx.join_organisation(first).await.expect("joined");
    tx.commit().await.expect("commits");
    workspace
}

fn code(code: &str, workspace: &WorkspaceId, person: &str) -> LinkCode {
    LinkCode {
        code: code.to_owned(),
        organisation: "org-codes".into(),
        workspace: workspace.clone(),
        person: person.into(),
        user: format!("U-{person}").as_str().into(),
        power: Power::Member,
        made_at: at(1),
        state: CodeState::Good,
        name: format!("{} Example", person.to_uppercase()),
        place: "codes".to_owned(),
    }
}

pub async fn codes_are_good_once(store: &Store) {
    let (organisation, workspace) = office(store, "codes", &["code-ana", "code-bo"]).await;
    let mut tx = store.begin(&organisation).await.expect("begins");
    let first = code("AAAA2222", &workspace, "code-ana");
    let bo = LinkCode { power: Power::Admin, ..code("BBBB2222", &workspace, "code-bo") };
    tx.make_link_code(&first).await.expect("made");
    tx.make_link_code(&bo).await.expect("made");
    assert_eq!(tx.link_code("AAAA2222").await.expect("read"), Some(first.clone()));
    assert_eq!(tx.link_code("").await.expect("read"), None);
    assert!(tx.use_link_code("AAAA2222", at(2)).await.expect("used"));
    assert!(!tx.use_link_code("AAAA2222", at(2)).await.expect("asked"), "only once");
    let used = tx.link_code("AAAA2222").await.expect("read").expect("there");
    assert_eq!(used.state, CodeState::Used);
    for newer in ["CCCC2222", "DDDD2222"] {
        tx.make_link_code(&code(newer, &workspace, "code-ana")).await.expect("made");
    }
    assert_eq!(tx.link_code("CCCC2222").await.expect("read"), None, "the newest replaces it");
    assert_eq!(tx.link_code("BBBB2222").await.expect("read"), Some(bo.clone()), "others' stay");
    let (ana, bo_key) = ("U-code-ana".into(), "U-code-bo".into());
    for minute in [1, 2, 3] {
        tx.note_link_try(&workspace, &ana, at(minute)).await.expect("noted");
    }
    tx.note_link_try(&workspace, &bo_key, at(3)).await.expect("noted");
    assert_eq!(tx.link_tries(&workspace, &ana, at(2)).await.expect("counted"), (2, 3));
    assert_eq!(tx.link_tries(&workspace, &bo_key, at(4)).await.expect("counted"), (0, 0));
    tx.commit().await.expect("commits");

    let (other, _) = office(store, "codes2", &["code-cy"]).await;
    let mut tx = store.begin(&other).await.expect("begins");
    let found = tx.link_code("BBBB2222").await.expect("read");
    assert_eq!(found, Some(bo), "whoever knows it finds it from another organisation, with names to show");
    assert!(tx.use_link_code("BBBB2222", at(5)).await.expect("used"));
}

pub async fn people_are_reached_where_they_want(store: &Store) {
    let (organisation, first) = office(store, "reach", &["reach-ana"]).await;
    let second = second_workspace(store, &organisation, "reach2").await;
    let third = second_workspace(store, &organisation, "reach3").await;
    let ana = PersonId::from("reach-ana");
    let mut tx = store.begin(&organisation).await.expect("begins");
    assert!(tx.holds(&second).await.expect("read"));
    assert!(!tx.holds(&"w-codes".into()).await.expect("read"));
    for workspace in [&second, &third] {
        tx.add_identity(workspace, &"U-2".into(), &ana, None, None).await.expect("added");
    }
    let all = [first.clone(), second.clone(), third.clone()];
    assert_eq!(tx.workspaces_with(&ana).await.expect("read"), all);
    for (near, found) in
        [([&third, &second], &third), ([&"w-x".into(), &second], &second), ([&"w-x".into(); 2], &first)]
    {
        assert_eq!(tx.reach(&ana, near).await.expect("read").as_ref(), Some(found), "{near:?}");
    }
    tx.prefer(&ana, Some(&second)).await.expect("noted");
    assert_eq!(tx.reach(&ana, [&third, &third]).await.expect("read"), Some(second.clone()));
    tx.set_active(&second, false).await.expect("noted");
    assert_eq!(tx.reach(&ana, [&third, &third]).await.expect("read"), Some(third.clone()));
    tx.set_active(&second, true).await.expect("noted");
    tx.prefer(&ana, None).await.expect("noted");
    assert_eq!(tx.reach(&ana, [&third, &third]).await.expect("read"), Some(third.clone()));

    tx.insert_person(&person("reach-new")).await.expect("inserted");
    tx.move_identity(&third, &"U-2".into(), &"reach-new".into()).await.expect("moved");
    assert_eq!(tx.identity(&third, &"U-2".into()).await.expect("read"), Some("reach-new".into()));
    let same = tx.same_accounts(PlatformKind::Slack).await.expect("read");
    assert_eq!(same, [(ana.clone(), PersonId::from("reach-new"))]);
    assert!(tx.same_accounts(PlatformKind::Discord).await.expect("read").is_empty());
    let same = tx.same_account(PlatformKind::Slack, &"U-2".into()).await.expect("read");
    assert_eq!(same, Some(ana));
    assert_eq!(tx.same_account(PlatformKind::Discord, &"U-2".into()).await.expect("read"), None);
}

fn told(reader: &str) -> Notice {
    let who = goodturn::chat::text::Who { id: reader.into(), name: "Ana".to_owned() };
    Notice::Linked { reader: who, place: "x".to_owned(), link: goodturn::chat::notice::LinkNews::Linked }
}

async fn enqueue(tx: &mut Tx, workspace: &WorkspaceId, id: &str, key: &str, task: &Outgoing) {
    let (not_before, now) = (at(0), at(0));
    let lane = format!("person:{id}");
    let row = NewOutbox { id, key, workspace, lane: &lane, task, not_before, now };
    assert!(tx.enqueue(&row).await.expect("enqueued"), "{key}");
}

fn card_for(slot: &str, reader: &str) -> Outgoing {
    let Outgoing::Show { slot, notice, courtesy, .. } = show(slot, &["billing"]) else {
        unreachable!("a card is a card")
    };
    Outgoing::Show { slot, to: Destination::Person(reader.into()), notice, courtesy }
}

/// Everything that can name a person names the one who will be left over.
pub async fn two_persons_become_one(store: &Store) {
    let (organisation, workspace) = office(store, "merge", &[KEPT, GONE, "merge-cy"]).await;
    let (kept, gone) = (PersonId::from(KEPT), PersonId::from(GONE));
    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.insert_topic(&topic("m-billing")).await.expect("inserted");
    tx.insert_topic(&topic("m-legal")).await.expect("inserted");
    for (who, name) in [(&kept, "m-billing"), (&gone, "m-billing"), (&gone, "m-legal")] {
        tx.join(&format!("topic-{name}").as_str().into(), who, at(0)).await.expect("joined");
    }
    // both have a part: one asked and the other holds it, stood in for, named it
    let mut both = request("merge-both", 1);
    both.requester = kept.clone();
    both.handed_by = "merge-cy".into();
    both.offers.push(offer(GONE, 1, OfferState::TimedOut));
    let mut both = taken(both, GONE, 2);
    both.ladder.steward = Some(gone.clone());
    both.ladder.escalation = Some(kept.clone());
    tx.insert_request(&both).await.expect("inserted");
    let mut asked = request("merge-asked", 2);
    asked.requester = gone.clone();
    asked.handed_by = gone.clone();
    asked.holder = gone.clone();
    asked.ladder.escalation = None;
    tx.insert_request(&asked).await.expect("inserted");
    tx.save_person(&Person { deputy: Some(gone.clone()), ..person("merge-cy") }).await.expect("saved");
    tx.save_person(&Person { deputy: Some(gone.clone()), ..person(KEPT) }).await.expect("saved");
    tx.set_home_opened(&gone).await.expect("noted");
    tx.set_setting(SettingName::Capacity, Some("9"), &gone, at(0)).await.expect("set");
    let subject = format!("person:{GONE}");
    tx.audit(&subject, Some(&gone), &format!("\"linked {GONE}\""), at(1)).await.expect("written");
    tx.first_delivery(&workspace, "Ev-merge", at(0)).await.expect("taken");
    tx.save_reply(&workspace, "Ev-merge", &format!("\"{GONE}\"")).await.expect("saved");
    tx.make_link_code(&code("MMMM2222", &workspace, GONE)).await.expect("made");
    tx.keep_draft("merge-draft", &format!("{{\"by\":\"{GONE}\"}}"), at(0)).await.expect("kept");
    // a card that both have, and one that only the one has
    let slots = [format!("status:x:{KEPT}"), format!("status:x:{GONE}"), format!("home:{GONE}")];
    for (n, slot) in slots.into_iter().enumerate() {
        tx.save_card_shown(&slot, &workspace, &format!("\"{slot}\"")).await.expect("saved");
        let id = format!("show-{n}");
        enqueue(&mut tx, &workspace, &id, &format!("{slot}:1"), &card_for(&slot, GONE)).await;
    }
    // said to both, waiting to be said, and said long ago
    let say = |who: &PersonId| Outgoing::Say {
        to: Destination::Person(who.clone()),
        notice: told(who.as_str()),
        courtesy: goodturn::chat::platform::Courtesy::Post,
    };
    enqueue(&mut tx, &workspace, "m1", &format!("taken:1:{KEPT}"), &say(&kept)).await;
    enqueue(&mut tx, &workspace, "m2", &format!("taken:1:{GONE}"), &say(&gone)).await;
    enqueue(&mut tx, &workspace, "m3", &format!("taken:2:{GONE}"), &say(&gone)).await;
    tx.commit().await.expect("commits");
    let claimed = store.claim_outbox(at(0), 100, "merger", at(5)).await.expect("claimed");
    let mut tx = store.begin(&organisation).await.expect("begins");
    for row in &claimed {
        tx.outbox_done(row.seq, "merger", None).await.expect("done");
    }
    enqueue(&mut tx, &workspace, "m4", &format!("taken:3:{GONE}"), &say(&gone)).await;
    tx.commit().await.expect("commits");

    let mut tx = store.begin(&organisation).await.expect("begins");
    tx.merge_persons(&kept, &gone).await.expect("merged");
    tx.commit().await.expect("commits");

    let mut tx = store.begin(&organisation).await.expect("begins");
    assert_eq!(tx.person(&gone).await.expect("read"), None);
    assert_eq!(
        tx.person(&kept).await.expect("read").expect("there").deputy,
        None,
        "nobody deputises for themselves"
    );
    assert_eq!(tx.person(&"merge-cy".into()).await.expect("read").expect("there").deputy, Some(kept.clone()));
    assert!(tx.home_opened(&kept).await.expect("read"));
    assert_eq!(
        tx.identity(&workspace, &format!("U-{GONE}").as_str().into()).await.expect("read"),
        Some(kept.clone())
    );
    assert_eq!(tx.topics_of(&kept).await.expect("read").len(), 2);
    let both = tx.request(&"merge-both".into()).await.expect("read").expect("there");
    assert_eq!((&both.requester, &both.holder), (&kept, &kept));
    assert!(both.offers.iter().all(|offer| offer.to == OfferTo::Person(kept.clone())));
    assert_eq!(both.ladder.steward, Some(kept.clone()));
    let asked = tx.request(&"merge-asked".into()).await.expect("read").expect("there");
    assert_eq!((&asked.requester, &asked.handed_by, &asked.holder), (&kept, &kept, &kept));
    let held: Vec<i64> = tx.held_by(&kept).await.expect("read").iter().map(|one| one.number).collect();
    assert_eq!(held, [1]);
    assert_eq!(tx.open_requests().await.expect("read").len(), 2);
    assert_eq!(tx.waiting_for(&kept).await.expect("read").len(), 2);
    let card = tx.card(&format!("status:x:{KEPT}")).await.expect("read").expect("there");
    assert_eq!(card.shown, format!("\"status:x:{KEPT}\""), "the card of who stays is the one that stays");
    assert!(tx.card(&format!("home:{KEPT}")).await.expect("read").is_some());
    assert_eq!(tx.link_code("MMMM2222").await.expect("read").expect("there").person, kept);
    for key in ["taken:1", "taken:2", "taken:3"] {
        let (task, key) = (say(&kept), format!("{key}:{KEPT}"));
        let row = NewOutbox {
            id: "again",
            key: &key,
            workspace: &workspace,
            lane: "l",
            task: &task,
            not_before: at(9),
            now: at(9),
        };
        assert!(!tx.enqueue(&row).await.expect("asked"), "nothing is said twice to the same person: {key}");
    }
}

/// Two organisations that have all the same names, numbers, timers and keys.
pub async fn two_organisations_become_one(store: &Store) {
    let (kept, kept_workspace) = office(store, "stays", &["stays-ana"]).await;
    let (gone, workspace) = office(store, "leaves", &["leaves-ana", "leaves-bo"]).await;
    for (organisation, at_work, name) in [(&kept, &kept_workspace, "stays"), (&gone, &workspace, "leaves")] {
        let ana = PersonId::from(format!("{name}-ana"));
        let mut tx = store.begin(organisation).await.expect("begins");
        for topic_name in ["billing", "old", name] {
            let mut one = topic(topic_name);
            one.id = format!("topic-{name}-{topic_name}").as_str().into();
            tx.insert_topic(&one).await.expect("inserted");
            tx.join(&one.id, &ana, at(0)).await.expect("joined");
        }
        tx.remove_topic(&format!("topic-{name}-old").as_str().into(), at(1)).await.expect("removed");
        for n in 1..=2 {
            let number = tx.next_number().await.expect("counted");
            let mut one = request(&format!("{name}-r{n}"), number);
            one.topic = Some(format!("topic-{name}-billing").as_str().into());
            (one.requester, one.handed_by, one.holder) = (ana.clone(), ana.clone(), ana.clone());
            one.ladder.escalation = Some(ana.clone());
            one.origin.workspace = Some(at_work.clone());
            one.offers.push(offer(ana.as_str(), 1, OfferState::Open));
            tx.insert_request(&one).await.expect("inserted");
            tx.bind_thread(&one.id, at_work, &"C1".into(), None).await.expect("bound");
            tx.set_timer(&format!("request:{}", one.id), at(n)).await.expect("set");
        }
        tx.set_timer("housekeeping", at(50)).await.expect("set");
        tx.set_setting(SettingName::Capacity, Some(if name == "stays" { "3" } else { "9" }), &ana, at(0))
            .await
            .expect("set");
        tx.set_mark(at_work, "seen", "1").await.expect("set");
        tx.note_direct(at_work, &"D1".into()).await.expect("noted");
        tx.first_delivery(at_work, "Ev1", at(0)).await.expect("taken");
        tx.save_card_shown(&format!("home:{ana}"), at_work, "{}").await.expect("saved");
        tx.keep_draft(&format!("draft-{name}"), "{}", at(0)).await.expect("kept");
        tx.audit("request:1", Some(&ana), "{}", at(0)).await.expect("written");
        tx.make_link_code(&code(
            if name == "stays" { "SSSS2222" } else { "LLLL2222" },
            at_work,
            ana.as_str(),
        ))
        .await
        .expect("made");
        enqueue(&mut tx, at_work, &format!("{name}-1"), "find:zoe", &look_up("zoe")).await;
        enqueue(&mut tx, at_work, &format!("{name}-2"), &format!("find:{name}"), &look_up(name)).await;
        tx.commit().await.expect("commits");
    }

    let mut tx = store.begin(&gone).await.expect("begins");
    tx.join_organisation(&kept).await.expect("joined");
    assert_eq!(tx.organisation(), &kept);
    assert!(tx.holds(&workspace).await.expect("read"), "the transaction goes on in the other one");
    tx.commit().await.expect("commits");

    let mut tx = store.begin(&kept).await.expect("begins");
    let names: Vec<String> = tx.topics().await.expect("read").into_iter().map(|topic| topic.name).collect();
    assert_eq!(names, ["billing", "leaves", "stays"]);
    let billing = tx.topic_named("billing").await.expect("read").expect("there");
    assert_eq!(billing.id.as_str(), "topic-stays-billing");
    assert_eq!(tx.volunteers(&billing.id).await.expect("read").len(), 2);
    for (number, id) in [(1, "stays-r1"), (2, "stays-r2"), (3, "leaves-r1"), (4, "leaves-r2")] {
        let found = tx.request_numbered(number).await.expect("read").expect("there");
        assert_eq!((found.id.as_str(), &found.topic), (id, &Some(billing.id.clone())), "{number}");
        assert_eq!(found.offers.len(), 1);
        assert!(tx.timer(&format!("request:{id}")).await.expect("read").is_some());
    }
    assert_eq!(tx.next_number().await.expect("counted"), 5);
    assert_eq!(tx.settings().await.expect("read")[&SettingName::Capacity], "3");
    let threads = tx.request_in(&workspace, &"C1".into(), None).await.expect("read");
    assert!(threads.is_some_and(|id: RequestId| id.as_str().starts_with("leaves-")));
    assert_eq!(tx.mark(&workspace, "seen").await.expect("read").as_deref(), Some("1"));
    assert_eq!(tx.directs(&workspace, 9).await.expect("read").len(), 1);
    assert!(tx.card("home:leaves-ana").await.expect("read").is_some());
    assert!(tx.draft("draft-leaves").await.expect("read").is_some());
    assert_eq!(tx.audit_of("request:1").await.expect("read").len(), 2);
    assert_eq!(tx.link_code("LLLL2222").await.expect("read").expect("there").organisation, kept);
    drop(tx);
    let all = store.workspaces().await.expect("read");
    assert!(all.iter().all(|workspace| workspace.organisation != gone));
    let owners = store.claim_timers(at(60), 100, "joiner", at(90)).await.expect("claimed");
    let cleared = owners.iter().filter(|timer| timer.subject == "housekeeping" && timer.organisation == kept);
    assert_eq!(cleared.count(), 1, "one of both is enough");
    assert!(owners.iter().all(|timer| timer.organisation != gone));
}

/// The two stories, and then a look at every text of every table.
async fn nothing_is_left(store: Store, mut raw: Raw) {
    codes_are_good_once(&store).await;
    people_are_reached_where_they_want(&store).await;
    two_persons_become_one(&store).await;
    two_organisations_become_one(&store).await;
    assert!(raw.naming(KEPT).await.len() > 10, "the look finds what is there");
    for left_over in [GONE, "org-leaves", "org-reach2"] {
        // a user's key is the platform's word: it only looks like the person's id here
        let mut found = raw.naming(left_over).await;
        found.retain(|place| !place.starts_with("identities.user_") && place != "link_codes.user_key");
        assert_eq!(found, [""; 0], "{left_over}");
    }
    raw.references_hold().await;
}

enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Raw {
    /// The columns in which a text stands.
    async fn naming(&mut self, text: &str) -> Vec<String> {
        let columns: Vec<(String, String)> = match self {
            Self::Sqlite(raw) => sqlx::query_as(
                "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
                 where m.type = 'table' and lower(c.type) = 'text' order by 1, 2",
            )
            .fetch_all(raw)
            .await
            .expect("read"),
            Self::Postgres(raw) => sqlx::query_as(
                "select table_name::text, column_name::text from information_schema.columns \
                 where table_schema = 'public' and data_type = 'text' order by 1, 2",
            )
            .fetch_all(raw)
            .await
            .expect("read"),
        };
        assert!(columns.len() > 50, "every table is looked at");
        let mut found = Vec::new();
        for (table, column) in columns {
            let sql = AssertSqlSafe(format!("select count(*) from {table} where {column} like '%{text}%'"));
            let (count,): (i64,) = match self {
                Self::Sqlite(raw) => sqlx::query_as(sql).fetch_one(raw).await.expect("read"),
                Self::Postgres(raw) => sqlx::query_as(sql).fetch_one(raw).await.expect("read"),
            };
            if count > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        found
    }

    /// PostgreSQL looks at the end of a transaction; SQLite is asked once more.
    async fn references_hold(&mut self) {
        if let Self::Sqlite(raw) = self {
            let broken = sqlx::query("pragma foreign_key_check").fetch_all(raw).await.expect("checked");
            assert!(broken.is_empty(), "{} rows refer to nothing", broken.len());
        }
    }
}

#[tokio::test]
async fn nothing_is_left_over_in_memory() {
    in_memory(|store| async move {
        codes_are_good_once(&store).await;
        people_are_reached_where_they_want(&store).await;
        two_persons_become_one(&store).await;
        two_organisations_become_one(&store).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_left_over_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/goodturn.db", folder.path().display());
    let store = Store::open(&url, OpenMode::Run).await.expect("opens");
    let raw = SqliteConnection::connect(&url).await.expect("connects");
    nothing_is_left(store, Raw::Sqlite(raw)).await;
}

#[tokio::test]
async fn nothing_is_left_over_on_postgresql() {
    with_postgres_database(|url| async move {
        let store = Store::open(&url, OpenMode::Run).await.expect("opens");
        let raw = PgConnection::connect(&url).await.expect("connects");
        nothing_is_left(store.clone(), Raw::Postgres(raw)).await;
        store.close().await;
    })
    .await;
}
