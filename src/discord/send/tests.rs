//! Errands against a small HTTP server on loopback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;

use super::*;
use crate::chat::platform::Courtesy;
use crate::chat::text::{Text, Who};
use crate::discord::rest::tests::{Seen, Server, body, refuse, server};
use crate::domain::person::Standing;
use crate::domain::request::Privacy;

const GUILD: &str = "9";
const ME: &str = "500";

struct Nobody;

impl Members for Nobody {
    fn facts(&self, _: &WorkspaceKey, member: &Value) -> Option<PersonFacts> {
        let user = member["user"]["id"].as_str()?;
        let name = member["user"]["username"].as_str().map(str::to_owned);
        Some(PersonFacts { user: Some(user.into()), name, ..PersonFacts::default() })
    }
}

fn since() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn card() -> Addressed<Card> {
    let ana = Who { id: "p1".into(), name: "Ana".to_owned() };
    let said = Card::line(Text::new().mention(&ana).say(", meet Bo"));
    Addressed { said, users: BTreeMap::from([("p1".into(), "101".into())]), zone: TimeZone::UTC }
}

fn errand(task: Task) -> Errand {
    Errand { id: "row-1".to_owned(), workspace: GUILD.into(), unsure: 0, since: since(), task }
}

fn post(to: Address, otherwise: Option<Privacy>) -> Errand {
    let otherwise = otherwise.map(|privacy| Otherwise { channel: "#help".into(), privacy });
    errand(Task::Post { to, card: card(), courtesy: Courtesy::AskFirst, otherwise })
}

/// One bot with its memory, on a server.
struct Bot {
    api: Api,
    desk: Desk,
    server: Server,
}

async fn bot(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Bot {
    let server = server(answer).await;
    Bot { api: Api::new(&server.settings).unwrap(), desk: Desk::new(ME.into()), server }
}

impl Bot {
    async fn run(&self, errand: &Errand) -> Delivery {
        self.run_at(errand, since()).await
    }

    async fn run_at(&self, errand: &Errand, now: Timestamp) -> Delivery {
        run(&self.api, &self.desk, &Nobody, errand, now).await
    }

    fn bodies(&self, call: &str) -> Vec<Value> {
        let seen = self.server.seen.lock().unwrap();
        seen.iter().filter(|seen| seen.call == call).map(|seen| seen.body.clone()).collect()
    }
}

fn at(channel: &str, message: &str) -> Delivery {
    Delivery::Posted(MessageRef { channel: channel.into(), message: message.into() })
}

fn ok(id: &str) -> Response {
    body(&json!({ "id": id }))
}

fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

#[tokio::test]
async fn a_person_is_written_to_directly_with_a_nonce() {
    let bot = bot(|call| match call.call.as_str() {
        "POST /users/@me/channels" => ok("70"),
        "POST /channels/70/messages" => ok("1"),
        other => panic!("{other}"),
    })
    .await;
    let errand = post(Address::Person("101".into()), None);
    assert_eq!(bot.run(&errand).await, at("70", "1"));
    assert_eq!(bot.run(&errand).await, at("70", "1"));
    let bodies = bot.bodies("POST /channels/70/messages");
    assert_eq!(bodies[0]["enforce_nonce"], true);
    assert!(bodies[0]["nonce"].as_str().unwrap().len() <= 25);
    assert_eq!(bodies[0]["nonce"], bodies[1]["nonce"], "the same row has the same nonce");
    assert_ne!(nonce("row-1", 0), nonce("row-2", 0));
    assert_ne!(nonce("row-1", 0), nonce("row-1", 1));
}

#[tokio::test]
async fn what_may_stand_there_is_looked_for_once_nonces_are_forgotten() {
    let there = Arc::new(Mutex::new(json!([])));
    let history = Arc::clone(&there);
    let bot = bot(move |call| match call.call.as_str() {
        "GET /channels/60/messages" => body(&history.lock().unwrap()),
        "POST /channels/60/messages" => ok("77"),
        other => panic!("{other}"),
    })
    .await;
    let mut errand = post(Address::Channel("60".into()), None);
    errand.unsure = 1;
    let soon = since() + SignedDuration::from_secs(60);
    let late = since() + SignedDuration::from_secs(300);
    assert_eq!(bot.run_at(&errand, soon).await, at("60", "77"));
    assert!(bot.bodies("GET /channels/60/messages").is_empty(), "the nonce does it");
    let mut message = render::message(&card(), &GUILD.into());
    message["author"] = json!({ "id": ME });
    message["id"] = json!("78");
    let mut others = message.clone();
    others["author"]["id"] = json!("42");
    others["id"] = json!("79");
    let mut ours = message.clone();
    ours["id"] = json!("80");
    bot.desk.posted(&"80".into(), "another row");
    *there.lock().unwrap() = json!([others, ours]);
    assert_eq!(bot.run_at(&errand, late).await, at("60", "77"), "neither of these is it");
    *there.lock().unwrap() = json!([others, ours, message]);
    assert_eq!(bot.run_at(&errand, late).await, at("60", "78"));
    message["nonce"] = json!(nonce("row-1", 0));
    message["content"] = json!("edited since");
    *there.lock().unwrap() = json!([message]);
    assert_eq!(bot.run_at(&errand, late).await, at("60", "78"), "a nonce is surer than words");
    assert_eq!(bot.bodies("POST /channels/60/messages").len(), 2);
}

#[tokio::test]
async fn without_a_look_it_stays_unsure() {
    let bot = bot(|call| match call.call.as_str() {
        "GET /channels/60/messages" => refuse(403, 50_001),
        _ => StatusCode::BAD_GATEWAY.into_response(),
    })
    .await;
    let mut errand = post(Address::Channel("60".into()), None);
    assert!(matches!(bot.run(&errand).await, Delivery::Unsure(_)));
    errand.unsure = 1;
    let late = since() + SignedDuration::from_secs(300);
    assert_eq!(bot.run_at(&errand, late).await, Delivery::Unsure("history: missing_access".to_owned()));
}

/// A server where 101 takes no direct messages; `more` answers everything else.
fn closed(
    more: impl Fn(&Seen) -> Response + Send + Sync + 'static,
) -> impl Fn(&Seen) -> Response + Send + Sync {
    move |call| match call.call.as_str() {
        "POST /users/@me/channels" => ok("70"),
        "POST /channels/70/messages" => refuse(403, 50_007),
        "GET /guilds/9/channels" => body(&json!([{"id": "60", "name": "help", "type": 0}])),
        _ => more(call),
    }
}

#[tokio::test]
async fn a_closed_door_leads_to_a_thread_of_their_own_that_is_used_again() {
    let bot = bot(closed(|call| match call.call.as_str() {
        "GET /guilds/9/threads/active" => body(&json!({"threads": []})),
        "POST /channels/60/threads" => ok("61"),
        "PUT /channels/61/thread-members/101" => done(),
        "POST /channels/61/messages" => ok("1"),
        other => panic!("{other}"),
    }))
    .await;
    for privacy in [Privacy::Private, Privacy::Open] {
        let errand = post(Address::Person("101".into()), Some(privacy));
        assert_eq!(bot.run(&errand).await, at("61", "1"));
    }
    assert_eq!(bot.bodies("POST /channels/60/threads").len(), 1);
    assert_eq!(bot.bodies("POST /channels/70/messages").len(), 1, "a closed door is not knocked at again");
    let thread = &bot.bodies("POST /channels/60/threads")[0];
    assert_eq!(thread["type"], 12);
    assert_eq!(thread["invitable"], false);
    assert_eq!(thread["name"], "Goodturn · Ana");
    let said = &bot.bodies("POST /channels/61/messages")[0];
    assert_eq!(said["allowed_mentions"]["users"], json!(["101"]));
}

#[tokio::test]
async fn after_a_restart_the_thread_is_found_by_name_if_it_is_theirs_alone() {
    let thread = |id: &str, members: u8| {
        json!({"id": id, "type": 12, "parent_id": "60", "owner_id": ME, "name": "Goodturn · Ana",
            "member_count": members})
    };
    let threads = json!({"threads": [thread("62", 3), thread("63", 2), thread("64", 2)]});
    let bot = bot(closed(move |call| match call.call.as_str() {
        "GET /guilds/9/threads/active" => body(&threads),
        "GET /channels/63/thread-members/101" => refuse(404, 10_007),
        "GET /channels/64/thread-members/101" => body(&json!({"user_id": "101"})),
        "POST /channels/64/messages" => ok("1"),
        other => panic!("{other}"),
    }))
    .await;
    let errand = post(Address::Person("101".into()), Some(Privacy::Private));
    assert_eq!(bot.run(&errand).await, at("64", "1"));
}

#[tokio::test]
async fn where_no_thread_can_be_only_what_is_open_is_said_by_name() {
    let bot = bot(closed(|call| match call.call.as_str() {
        "GET /guilds/9/threads/active" => body(&json!({"threads": []})),
        "POST /channels/60/threads" => refuse(403, 50_013),
        "POST /channels/60/messages" => ok("1"),
        other => panic!("{other}"),
    }))
    .await;
    let person = || Address::Person("101".into());
    assert_eq!(bot.run(&post(person(), Some(Privacy::Open))).await, at("60", "1"));
    let gone = Delivery::Gone("dm_closed".to_owned());
    assert_eq!(bot.run(&post(person(), Some(Privacy::Private))).await, gone);
    assert_eq!(bot.run(&post(person(), None)).await, gone);
    let said = bot.bodies("POST /channels/60/messages");
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["allowed_mentions"], json!({"parse": [], "users": ["101"], "roles": []}));
}

#[tokio::test]
async fn several_people_get_one_private_thread() {
    let bot = bot(closed(|call| match call.call.as_str() {
        "POST /channels/60/threads" => ok("61"),
        "PUT /channels/61/thread-members/101" => done(),
        "PUT /channels/61/thread-members/102" => refuse(403, 50_013),
        "POST /channels/61/messages" => ok("1"),
        other => panic!("{other}"),
    }))
    .await;
    let errand = post(Address::Group(vec!["101".into(), "102".into()]), Some(Privacy::Private));
    assert_eq!(bot.run(&errand).await, at("61", "1"));
    assert_eq!(bot.run(&errand).await, at("61", "1"));
    assert_eq!(bot.bodies("POST /channels/60/threads").len(), 1, "one row has one thread");
    assert_eq!(bot.bodies("POST /channels/60/threads")[0]["name"], "Ana, 102");
}

#[tokio::test]
async fn several_people_without_a_place_are_told_one_by_one() {
    let bot = bot(|call| match call.call.as_str() {
        "POST /users/@me/channels" if call.body["recipient_id"] == "101" => refuse(400, 50_007),
        "POST /users/@me/channels" => ok("72"),
        "POST /channels/72/messages" => ok("1"),
        other => panic!("{other}"),
    })
    .await;
    let errand = post(Address::Group(vec!["101".into(), "102".into()]), None);
    assert_eq!(bot.run(&errand).await, at("72", "1"));
    let alone = post(Address::Group(vec!["101".into()]), None);
    assert_eq!(bot.run(&alone).await, Delivery::Gone("dm_closed".to_owned()));
}

#[tokio::test]
async fn into_a_thread_those_spoken_to_are_brought_first() {
    let bot = bot(|call| match call.call.as_str() {
        "PUT /channels/61/thread-members/101" => done(),
        "POST /channels/61/messages" => ok("1"),
        other => panic!("{other}"),
    })
    .await;
    let errand = post(Address::Thread("60".into(), "61".into()), None);
    assert_eq!(bot.run(&errand).await, at("61", "1"));
    assert_eq!(bot.run(&errand).await, at("61", "1"));
    assert_eq!(
        bot.server.calls(),
        ["PUT /channels/61/thread-members/101", "POST /channels/61/messages", "POST /channels/61/messages"]
    );
}

#[tokio::test]
async fn an_archived_thread_is_woken_and_a_locked_one_is_gone() {
    let asleep = Arc::new(Mutex::new(true));
    let state = Arc::clone(&asleep);
    let bot = bot(move |call| match call.call.as_str() {
        "PATCH /channels/61" => {
            *state.lock().unwrap() = false;
            ok("61")
        }
        "PUT /channels/62/thread-members/101" => done(),
        "POST /channels/62/messages" => refuse(400, 160_005),
        _ if *state.lock().unwrap() => refuse(400, 50_083),
        "PATCH /channels/61/messages/5" => ok("5"),
        "PUT /channels/61/thread-members/101" => done(),
        "POST /channels/61/messages" => ok("1"),
        other => panic!("{other}"),
    })
    .await;
    let place = MessageRef { channel: "61".into(), message: "5".into() };
    assert_eq!(bot.run(&errand(Task::Edit { at: place, card: card() })).await, at("61", "5"));
    *asleep.lock().unwrap() = true;
    assert_eq!(bot.run(&post(Address::Thread("60".into(), "61".into()), None)).await, at("61", "1"));
    let locked = bot.run(&post(Address::Thread("60".into(), "62".into()), None)).await;
    assert_eq!(locked, Delivery::Gone("thread_locked".to_owned()));
}

#[tokio::test]
async fn a_message_without_a_thread_gets_one() {
    let bot = bot(|call| match call.call.as_str() {
        "POST /channels/60/messages/65/threads" => ok("65"),
        "POST /channels/60/messages/66/threads" => refuse(404, 10_008),
        "PUT /channels/65/thread-members/101" | "PUT /channels/66/thread-members/101" => refuse(404, 10_003),
        "POST /channels/65/messages" => ok("1"),
        other => panic!("{other}"),
    })
    .await;
    assert_eq!(bot.run(&post(Address::Thread("60".into(), "65".into()), None)).await, at("65", "1"));
    let gone = bot.run(&post(Address::Thread("60".into(), "66".into()), None)).await;
    assert_eq!(gone, Delivery::Gone("unknown_message".to_owned()));
}

#[tokio::test]
async fn what_discord_says_decides_what_becomes_of_it() {
    let bot = bot(|call| match call.call.as_str() {
        "PATCH /channels/1/messages/1" => refuse(404, 10_008),
        "PATCH /channels/2/messages/1" => refuse(403, 50_013),
        "PATCH /channels/3/messages/1" => refuse(400, 50_035),
        "PATCH /channels/4/messages/1" => refuse(403, 0),
        "PATCH /channels/5/messages/1" => refuse(400, 30_046),
        "PATCH /channels/6/messages/1" => StatusCode::BAD_GATEWAY.into_response(),
        "PATCH /channels/7/messages/1" => refuse(401, 0),
        "GET /guilds/9/channels" => body(&json!([])),
        other => panic!("{other}"),
    })
    .await;
    let edit = async |channel: &str| {
        let at = MessageRef { channel: channel.into(), message: "1".into() };
        bot.run(&errand(Task::Edit { at, card: card() })).await
    };
    let gone = |code: &str| Delivery::Gone(code.to_owned());
    assert_eq!(edit("1").await, gone("unknown_message"));
    assert_eq!(edit("2").await, gone("missing_permissions"));
    assert_eq!(edit("3").await, gone("invalid_form"));
    assert_eq!(edit("4").await, Delivery::Failed("http_403".to_owned()));
    assert!(matches!(edit("5").await, Delivery::Later(_)));
    assert!(matches!(edit("6").await, Delivery::Unsure(_)));
    assert!(matches!(edit("7").await, Delivery::Later(_)), "the operator's to mend");
    assert_eq!(edit("#odd").await, gone("not_an_id"));
    let home = Task::Home { user: "101".into(), card: card() };
    assert_eq!(bot.run(&errand(home)).await, Delivery::Done);
}

#[tokio::test]
async fn an_unknown_channel_is_gone() {
    let bot = bot(|call| match call.call.as_str() {
        "GET /guilds/9/channels" => body(&json!([])),
        "POST /channels/60/messages" => refuse(404, 10_003),
        other => panic!("{other}"),
    })
    .await;
    for channel in ["#nowhere", "60"] {
        let gone = bot.run(&post(Address::Channel(channel.into()), None)).await;
        assert_eq!(gone, Delivery::Gone("unknown_channel".to_owned()));
    }
}

#[tokio::test]
async fn people_are_found_by_id_handle_or_a_name_of_theirs_alone() {
    let bot = bot(|call| match call.call.as_str() {
        "GET /guilds/9/members/175928847299117063" => {
            body(&json!({"user": {"id": "175928847299117063", "username": "ana"}}))
        }
        "GET /guilds/9/members/175928847299117064" => refuse(404, 10_007),
        "GET /users/175928847299117064" => {
            body(&json!({"id": "175928847299117064", "username": "bo", "global_name": "Bo"}))
        }
        "GET /guilds/9/members/175928847299117065" => refuse(404, 10_013),
        "GET /guilds/9/members/search" => body(&json!([
            {"user": {"id": "1", "username": "dee"}, "nick": "Dee"},
            {"user": {"id": "2", "username": "dee2", "global_name": "Dee"}},
            {"user": {"id": "3", "username": "cy", "global_name": "Cyrus"}, "nick": null}
        ])),
        other => panic!("{other}"),
    })
    .await;
    let find = async |name: &str| bot.run(&errand(Task::Find { name: name.to_owned() })).await;
    let id = |delivery: Delivery| match delivery {
        Delivery::Met(facts) => facts.user.unwrap().to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(id(find("<@!175928847299117063>").await), "175928847299117063");
    assert_eq!(id(find("@dee").await), "1", "a handle is one person's");
    assert_eq!(id(find("cyrus").await), "3");
    assert_eq!(find("DEE ").await, find("dee").await);
    assert_eq!(find("@").await, Delivery::NobodyFound);
    assert_eq!(find("nobody").await, Delivery::NobodyFound);
    assert_eq!(find("175928847299117065").await, Delivery::NobodyFound);
    let Delivery::Met(left) = find("175928847299117064").await else { panic!("not met") };
    assert_eq!((left.standing, left.name.as_deref()), (Some(Standing::Left), Some("Bo")));
}
