//! Decoding, by hand-made payloads and by Discord's published ones.

use serde_json::json;

use super::*;
use crate::chat::command::{Command, HandedMessage, RequestsCommand, ServiceCommand, VolunteerCommand};
use crate::chat::form::{Answer, FormKind};
use crate::chat::inbound::{Said, Speech};
use crate::discord::tests::spec;
use crate::domain::ids::MessageRef;

/// A server with a channel `30` (billing) and a thread `31` in it.
struct Globex;

impl Known for Globex {
    fn place(&self, channel: &Value) -> Place {
        let id = channel.as_str().or_else(|| channel["id"].as_str()).unwrap_or_default();
        match id {
            "31" => Place { channel: "30".into(), thread: Some("31".into()), kind: PlaceKind::Channel },
            id => Place { channel: id.into(), thread: None, kind: PlaceKind::Channel },
        }
    }

    fn facts(&self, _: &WorkspaceKey, member: &Value) -> PersonFacts {
        PersonFacts {
            user: member["user"]["id"].as_str().map(Into::into),
            name: member["nick"].as_str().or_else(|| member["user"]["username"].as_str()).map(str::to_owned),
            ..PersonFacts::default()
        }
    }

    fn channel_name(&self, channel: &str) -> Option<String> {
        (channel == "30").then(|| "billing".to_owned())
    }

    fn role_name(&self, _: &WorkspaceKey, _: &str) -> Option<String> {
        None
    }
}

fn decode_at(name: &str, data: &Value, home: Option<&str>) -> Decoded {
    let (bot, home) = (UserKey::from("99"), home.map(WorkspaceKey::from));
    event(name, data, &Context { bot: &bot, home: home.as_ref(), known: &Globex })
}

fn decode(name: &str, data: &Value) -> Decoded {
    decode_at(name, data, None)
}

fn interaction(kind: u64, data: &Value) -> Value {
    json!({"id": "175928847299117063", "token": "secret", "type": kind, "guild_id": "7", "channel_id": "30",
        "channel": {"id": "30", "type": 0}, "data": data,
        "member": {"nick": "Ana B", "roles": [], "user": {"id": "1", "username": "ana"}}})
}

fn heard(name: &str, data: &Value) -> Heard {
    match decode(name, data) {
        Decoded::Heard(heard) => *heard,
        other => panic!("not heard: {other:?}"),
    }
}

fn asked(kind: u64, data: &Value) -> (Heard, Command) {
    let heard = heard("INTERACTION_CREATE", &interaction(kind, data));
    match heard.inbound.event.clone() {
        Event::Command(command) => (heard, command),
        other => panic!("no command: {other:?}"),
    }
}

fn option(name: &str, kind: u64, value: impl Into<Value>) -> Value {
    json!({"name": name, "type": kind, "value": value.into()})
}

#[test]
fn a_slash_command_with_options_in_any_order() {
    let (heard, command) = asked(
        2,
        &json!({"id": "5", "name": "handoff", "type": 1, "options": [
            option("request", 3, "Refund in <#30> stuck"), option("topic", 3, "billing")]}),
    );
    assert_eq!(command, Command::Handoff("billing Refund in #billing stuck".to_owned()));
    assert_eq!(heard.inbound.delivery, "interaction:175928847299117063");
    assert_eq!(heard.inbound.workspace.as_str(), "7");
    assert_eq!(heard.inbound.people[0].name.as_deref(), Some("Ana B"));
    let Way::Interaction(ticket) = heard.way else { panic!("a way") };
    assert_eq!((ticket.sort, ticket.id.as_str()), (Sort::Command, "175928847299117063"));
    assert_eq!(ticket.created.to_string(), "2016-04-30T11:18:25.796Z");
    assert!(!format!("{ticket:?}").contains("secret"));
}

#[test]
fn parts_groups_persons_and_numbers() {
    let command = |data: Value| asked(2, &data).1;
    let service = |inner: Value| command(json!({"name": "service", "type": 1, "options": [inner]}));
    assert_eq!(
        service(json!({"type": 2, "name": "topic", "options": [{"type": 1, "name": "add", "options": [
            option("about", 3, "invoices, refunds"), option("name", 3, "customer care")]}]})),
        Command::Service(ServiceCommand::TopicAdd {
            name: "customer-care".to_owned(),
            about: "invoices, refunds".to_owned()
        })
    );
    assert_eq!(
        service(json!({"type": 1, "name": "settings", "options": [
            option("name", 3, "offer timeout"), option("value", 3, "15m")]})),
        Command::Service(ServiceCommand::Set { name: "offer-timeout".to_owned(), value: "15m".to_owned() })
    );
    let capacity = json!({"name": "volunteer", "type": 1, "options": [
        {"type": 1, "name": "capacity", "options": [option("number", 4, 4)]}]});
    assert_eq!(command(capacity), Command::Volunteer(VolunteerCommand::Capacity("4".to_owned())));
    let (heard, deputy) = asked(
        2,
        &json!({"name": "volunteer", "type": 1,
            "resolved": {"users": {"2": {"id": "2", "username": "bo"}}, "members": {"2": {"nick": "Bo C", "roles": []}}},
            "options": [{"type": 1, "name": "deputy", "options": [option("person", 6, "2")]}]}),
    );
    assert_eq!(deputy, Command::Volunteer(VolunteerCommand::Deputy(Some(parse_named("Bo C")))));
    assert_eq!(heard.inbound.mentions, [Mentioned { shown: "Bo C".to_owned(), user: "2".into() }]);
    assert_eq!(heard.inbound.people.len(), 2);
    let nobody =
        json!({"name": "volunteer", "type": 1, "options": [{"type": 1, "name": "deputy", "options": []}]});
    assert_eq!(command(nobody), Command::Volunteer(VolunteerCommand::Deputy(None)));
    assert!(matches!(command(json!({"name": "dance", "type": 1})), Command::Unknown { .. }));
}

fn parse_named(name: &str) -> crate::chat::command::Named {
    crate::chat::parse::named(name)
}

#[test]
fn menus_of_messages_and_of_people() {
    let message = json!({"id": "50", "channel_id": "31", "content": "ask <@2>", "mentions": [{"id": "2", "username": "bo"}],
        "author": {"id": "3", "username": "cust"}});
    let mut data = interaction(
        3 - 1,
        &json!({"name": "Hand off", "type": 3, "target_id": "50", "resolved": {"messages": {"50": message}}}),
    );
    data["channel"] = json!({"id": "31", "type": 11, "parent_id": "30"});
    let heard = heard("INTERACTION_CREATE", &data);
    let expected = HandedMessage {
        message: MessageRef { channel: "31".into(), message: "50".into() },
        thread: Some("31".into()),
        author: Some("3".into()),
        words: "ask @bo".to_owned(),
        link: Some("https://discord.com/channels/7/31/50".to_owned()),
    };
    assert_eq!(heard.inbound.event, Event::Command(Command::HandoffMessage(expected)));
    assert_eq!(heard.strangers[0].name.as_deref(), Some("cust"));
    let (_, person) = asked(2, &json!({"name": "Hand this person to …", "type": 2, "target_id": "3"}));
    assert_eq!(person, Command::HandoffPerson("3".into()));
    assert_eq!(asked(2, &json!({"name": "Old one", "type": 3, "target_id": "3"})).1, Command::Outdated);
}

#[test]
fn presses_choices_and_forms() {
    let (heard, accept) = asked(3, &json!({"component_type": 2, "custom_id": "accept:r1:2@8"}));
    assert_eq!(accept, Command::Accept("r1".into(), Some(2)));
    assert_eq!(heard.inbound.workspace.as_str(), "7", "where it was pressed counts");
    let (_, menu) =
        asked(3, &json!({"component_type": 3, "custom_id": "menu:1", "values": ["requests:mine@7"]}));
    assert_eq!(menu, Command::Requests(RequestsCommand::Mine));
    assert_eq!(asked(3, &json!({"component_type": 2, "custom_id": "dance:1"})).1, Command::Outdated);
    let (_, form) = asked(
        5,
        &json!({"custom_id": "form:handoff:a:b@7", "components": [
            {"type": 18, "component": {"type": 4, "custom_id": "words", "value": "Refund <b>"}},
            {"type": 18, "component": {"type": 3, "custom_id": "topic", "values": ["t1"]}},
            {"type": 18, "component": {"type": 3, "custom_id": "options", "values": ["a", "b"]}},
            {"type": 18, "component": {"type": 5, "custom_id": "who", "values": ["2"]}},
            {"type": 1, "components": [{"type": 4, "custom_id": "old", "value": "x"}]},
            {"type": 18, "component": {"type": 3, "custom_id": "none", "values": []}}]}),
    );
    let Command::Submit(form) = form else { panic!("{form:?}") };
    assert_eq!((form.kind, form.about.as_str()), (FormKind::Handoff, "a:b"));
    assert_eq!(
        (form.words("words"), form.words("topic"), form.words("options")),
        ("Refund <b>", "t1", "a,b")
    );
    assert_eq!((form.words("old"), form.answers.len()), ("x", 5));
    assert_eq!(form.answers["who"], Answer::Person("2".into()));
}

#[test]
fn directly_the_token_or_the_person_says_where() {
    let direct = |custom: &str| {
        json!({"id": "175928847299117063", "token": "t", "type": 3, "channel_id": "40", "channel": {"id": "40", "type": 1},
            "user": {"id": "1", "username": "ana"}, "data": {"component_type": 2, "custom_id": custom}})
    };
    let Decoded::Heard(heard) = decode("INTERACTION_CREATE", &direct("accept:r1:0@8")) else {
        panic!("heard")
    };
    assert_eq!(heard.inbound.workspace.as_str(), "8");
    assert_eq!(heard.inbound.place.unwrap().kind, PlaceKind::Direct);
    assert_eq!(homeless("INTERACTION_CREATE", &direct("accept:r1:0@8")), None);
    let words = json!({"id": "175928847299117063", "channel_id": "40", "content": "help", "type": 0,
        "author": {"id": "1", "username": "ana"}});
    assert_eq!(homeless("MESSAGE_CREATE", &words), Some("1".into()));
    assert!(matches!(decode("MESSAGE_CREATE", &words), Decoded::Homeless { way: Way::Said, .. }));
    let Decoded::Heard(heard) = decode_at("MESSAGE_CREATE", &words, Some("7")) else { panic!("heard") };
    assert_eq!(heard.inbound.workspace.as_str(), "7");
    assert!(matches!(decode("INTERACTION_CREATE", &direct("accept:r1:0")), Decoded::Homeless { .. }));
    let again = decode("INTERACTION_CREATE", &direct("again:123@7"));
    assert!(matches!(again, Decoded::Again { ref key, .. } if key == "123"), "{again:?}");
}

#[test]
fn what_is_typed_is_completed_by_what_the_argument_takes() {
    let typing = |data: Value| match decode("INTERACTION_CREATE", &interaction(4, &data)) {
        Decoded::Typing(typing) => (typing.takes, typing.typed),
        other => panic!("not typing: {other:?}"),
    };
    let focused = |name: &str, value: &str| json!({"name": name, "type": 3, "value": value, "focused": true});
    assert_eq!(
        typing(json!({"name": "handoff", "type": 1, "options": [focused("topic", "bil")]})),
        (Takes::Topic, "bil".to_owned())
    );
    assert_eq!(
        typing(json!({"name": "requests", "type": 1, "options": [
            {"type": 1, "name": "show", "options": [focused("number", "refu")]}]})),
        (Takes::Request, "refu".to_owned())
    );
    assert!(matches!(
        decode(
            "INTERACTION_CREATE",
            &interaction(4, &json!({"name": "airhorn", "options": [focused("x", "y")]}))
        ),
        Decoded::Unreadable { ticket: Some(_), .. }
    ));
}

fn said(message: &Value) -> (Inbound, Said) {
    let heard = heard("MESSAGE_CREATE", message);
    let Event::Said(said) = heard.inbound.event.clone() else { panic!("not said") };
    assert_eq!(heard.way, Way::Said);
    (heard.inbound, said)
}

fn message(content: &str) -> Value {
    json!({"id": "175928847299117063", "channel_id": "31", "guild_id": "7", "content": content, "type": 0,
        "author": {"id": "1", "username": "ana"}, "member": {"nick": "Ana B", "roles": []},
        "mentions": [{"id": "99", "username": "goodturn", "bot": true, "member": {}},
            {"id": "2", "username": "bo", "global_name": "Bo", "member": {"roles": []}}]})
}

#[test]
fn words_in_a_thread() {
    let (inbound, words) = said(&message("<@99> done, thanks <@2>"));
    assert_eq!((words.words.as_str(), words.to_bot), ("done, thanks @Bo", Speech::ToBot));
    assert_eq!(words.link.as_deref(), Some("https://discord.com/channels/7/31/175928847299117063"));
    assert_eq!(words.at.to_string(), "2016-04-30T11:18:25.796Z");
    assert_eq!(inbound.delivery, "message:175928847299117063");
    assert_eq!(inbound.place.unwrap().thread, Some("31".into()));
    assert_eq!(inbound.people.len(), 2, "the bot is nobody");
    // An answer to the bot's message pings it without speaking to it.
    let mut answer = message("thanks");
    answer["type"] = json!(19);
    assert_eq!(said(&answer).1.to_bot, Speech::Overheard);
    let (bot, home) = (UserKey::from("99"), WorkspaceKey::from("7"));
    let context = Context { bot: &bot, home: None, known: &Globex };
    let mut old = message("<@99> done, thanks <@2>");
    old.as_object_mut().unwrap().remove("guild_id");
    let Decoded::Heard(history) = from_history(&old, Some(&home), &context) else { panic!("heard") };
    assert_eq!(history.inbound.delivery, "message:175928847299117063");
    assert_eq!(history.inbound.workspace, home);
}

#[test]
fn what_bots_say_and_what_nobody_wrote_passes() {
    for (field, value) in [
        ("author", json!({"id": "5", "bot": true})),
        ("author", json!({"id": "99"})),
        ("webhook_id", json!("6")),
        ("type", json!(7)),
        ("type", json!(18)),
    ] {
        let mut message = message("x");
        message[field] = value.clone();
        assert!(matches!(decode("MESSAGE_CREATE", &message), Decoded::Passed(_)), "{field} {value}");
    }
    let mut broken = message("x");
    broken["id"] = json!("soon");
    assert!(matches!(decode("MESSAGE_CREATE", &broken), Decoded::Unreadable { .. }));
    assert!(matches!(decode("TYPING_START", &json!({})), Decoded::Passed(_)));
}

#[test]
fn an_unknown_sort_of_interaction_can_be_answered() {
    let unknown = decode("INTERACTION_CREATE", &interaction(77, &json!({})));
    assert!(
        matches!(unknown, Decoded::Unreadable { ticket: Some(_), ref kind, .. } if kind == "77"),
        "{unknown:?}"
    );
    assert!(matches!(decode("INTERACTION_CREATE", &json!({"type": 1})), Decoded::Passed("ping")));
}

/// Discord's published interactions and messages, with the event they come as.
fn published() -> Option<Vec<(&'static str, Value)>> {
    let text = spec("discord-api-docs-json-samples.json")?;
    let samples: Vec<Value> = serde_json::from_str(&text).unwrap();
    let found: Vec<(&'static str, Value)> = samples
        .into_iter()
        .filter_map(|mut sample| {
            let json = sample["json"].take();
            if json["token"].is_string() && json["data"].is_object() && json["type"].is_number() {
                Some(("INTERACTION_CREATE", json))
            } else if json["author"].is_object() && json["content"].is_string() {
                Some(("MESSAGE_CREATE", json))
            } else {
                None
            }
        })
        .collect();
    assert!(found.len() >= 6, "{}", found.len());
    Some(found)
}

#[test]
fn published_interactions_and_messages_are_understood() {
    let Some(published) = published() else { return };
    for (name, json) in published {
        let decoded = decode_at(name, &json, Some("7"));
        // The tutorial's sample leaves the user out.
        let whole = json["member"].is_object() || json["user"]["id"].is_string() || name == "MESSAGE_CREATE";
        match decoded {
            Decoded::Heard(_) | Decoded::Passed(_) => {}
            other => assert!(!whole, "{name} {json}: {other:?}"),
        }
    }
}

#[test]
fn the_published_menus_become_ours_by_their_name() {
    let Some(published) = published() else { return };
    let mut understood = 0;
    for (name, mut json) in published {
        match json["data"]["type"].as_u64().filter(|_| name == "INTERACTION_CREATE") {
            Some(3) => json["data"]["name"] = json!("Hand off"),
            Some(2) => json["data"]["name"] = json!("Hand this person to …"),
            _ => continue,
        }
        let heard = heard(name, &json);
        match heard.inbound.event {
            Event::Command(Command::HandoffMessage(message)) => assert_eq!(message.words, "some message"),
            Event::Command(Command::HandoffPerson(user)) => assert_eq!(user.as_str(), "809850198683418695"),
            other => panic!("{other:?}"),
        }
        understood += 1;
    }
    assert_eq!(understood, 2);
}

#[test]
fn no_payload_with_a_hole_panics() {
    let mut all = published().unwrap_or_default();
    all.push(("MESSAGE_CREATE", message("<@99> done <@2>")));
    for kind in [2, 3, 4, 5] {
        all.push((
            "INTERACTION_CREATE",
            interaction(
                kind,
                &json!({"name": "handoff", "custom_id": "form:handoff:x@7",
            "component_type": 2, "options": [{"name": "topic", "type": 3, "value": "x", "focused": true}],
            "components": [{"component": {"type": 4, "custom_id": "words", "value": "y"}}]}),
            ),
        ));
    }
    for (name, json) in all {
        for path in [
            "",
            "/member",
            "/user",
            "/author",
            "/channel",
            "/data",
            "/data/options/0",
            "/data/resolved",
            "/data/components/0",
        ] {
            let Some(Value::Object(object)) = json.pointer(path) else { continue };
            for key in object.keys() {
                for hole in [Value::Null, json!(7), json!([]), json!({}), json!("")] {
                    let mut holed = json.clone();
                    holed.pointer_mut(path).unwrap()[key] = hole;
                    let _ = decode(name, &holed);
                    let _ = homeless(name, &holed);
                }
            }
        }
    }
}
