//! Servers as Discord tells them.

use serde_json::json;

use super::*;

const BOT: &str = "900";

fn guilds() -> Guilds {
    let guilds = Guilds::default();
    let everything = (1_u64 << 53) - 1;
    let needed = crate::discord::invite::bits();
    let data = json!({
        "id": "1", "name": "Example", "owner_id": "7",
        "roles": [
            {"id": "1", "name": "@everyone", "permissions": needed.to_string()},
            {"id": "20", "name": "Support", "permissions": "8192"},
            {"id": "21", "name": "Boss", "permissions": "8"},
            {"id": "22", "name": "Goodturn", "permissions": "0"},
            {"id": "23", "name": "Colour", "permissions": "0"},
        ],
        "channels": [
            {"id": "30", "type": 0, "name": "billing", "last_message_id": "500", "permission_overwrites": []},
            {"id": "31", "type": 0, "name": "quiet", "permission_overwrites": [
                {"id": "1", "type": 0, "allow": "0", "deny": everything.to_string()},
                {"id": "22", "type": 0, "allow": "1024", "deny": "0"},
                {"id": "900", "type": 1, "allow": "2048", "deny": "0"},
            ]},
            {"id": "32", "type": 4, "name": "a category"},
        ],
        "threads": [
            {"id": "40", "type": 11, "name": "a case", "parent_id": "30"},
            {"id": "41", "type": 12, "name": "between us", "parent_id": "31"},
        ],
        "members": [{"user": {"id": BOT}, "roles": ["22"]}],
    });
    guilds.take("GUILD_CREATE", &data, &BOT.into());
    guilds
}

fn one() -> WorkspaceKey {
    "1".into()
}

#[test]
fn places_are_what_they_are() {
    let guilds = guilds();
    let place = |id: &str| guilds.place(&json!(id));
    assert_eq!(place("30"), here("30", PlaceKind::Channel));
    let thread = Place { channel: "30".into(), thread: Some("40".into()), kind: PlaceKind::Channel };
    assert_eq!(place("40"), thread);
    assert_eq!(place("41"), here("41", PlaceKind::Group));
    assert_eq!(place("99"), here("99", PlaceKind::Channel));
    // What comes along is believed.
    assert_eq!(guilds.place(&json!({"id": "5", "type": 1})), here("5", PlaceKind::Direct));
    let told = guilds.place(&json!({"id": "50", "type": 10, "parent_id": "30"}));
    assert_eq!((told.channel, told.thread), ("30".into(), Some("50".into())));
    assert_eq!(guilds.place(&Value::Null).kind, PlaceKind::Channel);
}

#[test]
fn who_is_staff_and_who_may_change_everything() {
    let guilds = guilds();
    let facts = |user: &str, roles: &[&str]| {
        guilds.facts(&one(), &json!({"user": {"id": user, "username": "ana"}, "roles": roles}))
    };
    let standing = |user: &str, roles: &[&str]| {
        let facts = facts(user, roles);
        (facts.standing.unwrap(), facts.role.unwrap())
    };
    assert_eq!(standing("5", &["23"]), (Standing::Outside, PersonRole::Member));
    assert_eq!(standing("5", &["20"]), (Standing::Staff, PersonRole::Member));
    assert_eq!(standing("5", &["21"]), (Standing::Staff, PersonRole::Admin));
    assert_eq!(standing("7", &[]), (Standing::Staff, PersonRole::Admin));
    assert_eq!(facts("5", &["20"]).marks.unwrap(), ["20", "Support"]);
}

#[test]
fn names_and_what_is_not_told() {
    let guilds = guilds();
    let of = |member: Value| guilds.facts(&one(), &member);
    let user = json!({"id": "5", "username": "ana", "global_name": "Ana"});
    let named = of(json!({"user": user, "nick": "Ana B", "roles": []}));
    assert_eq!((named.name.as_deref(), named.handle.as_deref()), (Some("Ana B"), Some("ana")));
    let partial = of(json!({"user": user, "nick": null}));
    assert_eq!((partial.name.as_deref(), partial.standing, partial.marks), (Some("Ana"), None, None));
    let bot = of(json!({"user": {"id": "6", "username": "b", "bot": true}, "roles": ["21"]}));
    assert_eq!(bot.standing, Some(Standing::Bot));
    // Of a server not known yet nothing is said: neither what a channel allows, nor half of the marks.
    let elsewhere = WorkspaceKey::from("2");
    let actor = guilds.facts(&elsewhere, &json!({"user": user, "roles": ["77"], "permissions": "8192"}));
    assert_eq!((actor.standing, actor.role, actor.marks), (None, None, None));
    assert_eq!(actor.name.as_deref(), Some("Ana"));
    assert_eq!(of(json!({})).user, None);
}

#[test]
fn what_the_bot_lacks_is_told_by_name_and_place() {
    let guilds = guilds();
    assert_eq!(guilds.missing(&"30".into()), []);
    let lacks: Vec<&str> = guilds.missing(&"31".into()).iter().map(|needed| needed.name).collect();
    let expected = [
        "Send Messages in Threads",
        "Embed Links",
        "Read Message History",
        "Create Public Threads",
        "Create Private Threads",
    ];
    assert_eq!(lacks, expected);
    // A thread has its channel's rules.
    assert_eq!(guilds.missing(&"41".into()).len(), 5);
    assert_eq!(guilds.shown(&"31".into()), "#quiet in Example");
    assert_eq!(guilds.missing(&"99".into()), []);
    let readable: Vec<String> = guilds.readable(&one(), 500).iter().map(ToString::to_string).collect();
    assert!(readable.contains(&"30".to_owned()) && !readable.contains(&"31".to_owned()), "{readable:?}");
    assert!(!readable.contains(&"32".to_owned()), "a category holds no words");
    assert!(!guilds.readable(&one(), 501).contains(&"30".into()), "nothing new there");
}

#[test]
fn changes_are_followed() {
    let guilds = guilds();
    let bot = UserKey::from(BOT);
    guilds.take("GUILD_MEMBER_UPDATE", &json!({"guild_id": "1", "user": {"id": BOT}, "roles": ["21"]}), &bot);
    assert_eq!(guilds.missing(&"31".into()), [], "an administrator may do everything");
    let role = json!({"id": "21", "name": "Chief", "permissions": "0"});
    guilds.take("GUILD_ROLE_UPDATE", &json!({"guild_id": "1", "role": role}), &bot);
    assert!(!guilds.missing(&"31".into()).is_empty());
    assert_eq!(guilds.role_name(&one(), "21").as_deref(), Some("Chief"));
    guilds.take("GUILD_ROLE_DELETE", &json!({"guild_id": "1", "role_id": "21"}), &bot);
    assert_eq!(guilds.role_name(&one(), "21"), None);
    guilds.take("CHANNEL_UPDATE", &json!({"guild_id": "1", "id": "30", "type": 0, "name": "invoices"}), &bot);
    assert_eq!(guilds.channel_name("30").as_deref(), Some("invoices"));
    let archived = json!({"guild_id": "1", "id": "40", "type": 11, "parent_id": "30", "thread_metadata": {"archived": true}});
    guilds.take("THREAD_UPDATE", &archived, &bot);
    assert!(!guilds.knows_channel("40"));
    let sync =
        json!({"guild_id": "1", "threads": [{"id": "40", "type": 11, "parent_id": "30", "name": "x"}]});
    guilds.take("THREAD_LIST_SYNC", &sync, &bot);
    assert!(guilds.knows_channel("40"));
    guilds.take("CHANNEL_DELETE", &json!({"guild_id": "1", "id": "30"}), &bot);
    assert!(!guilds.knows_channel("30"));
    guilds.take("GUILD_UPDATE", &json!({"id": "1", "name": "Renamed", "owner_id": "7"}), &bot);
    assert_eq!(guilds.name(&one()).as_deref(), Some("Renamed"));
    guilds.take("GUILD_DELETE", &json!({"id": "1", "unavailable": true}), &bot);
    assert!(guilds.knows(&one()), "an outage is no farewell");
    guilds.take("GUILD_DELETE", &json!({"id": "1"}), &bot);
    assert!(!guilds.knows(&one()) && !guilds.knows_channel("31"));
    // Odd events change nothing.
    for name in ["GUILD_CREATE", "CHANNEL_CREATE", "GUILD_ROLE_CREATE", "THREAD_LIST_SYNC", "NEWS"] {
        guilds.take(name, &Value::Null, &bot);
    }
}

#[test]
fn the_liveliest_channels_are_read_first() {
    let guilds = Guilds::default();
    let channels: Vec<Value> = [("50", "700"), ("51", "900"), ("52", ""), ("53", "800"), ("54", "100")]
        .into_iter()
        .map(|(id, last)| json!({"id": id, "type": 0, "name": id, "last_message_id": last}))
        .collect();
    // Whoever owns the server may read everything.
    let server = json!({"id": "5", "name": "Lively", "owner_id": BOT, "roles": [], "channels": channels});
    guilds.take("GUILD_CREATE", &server, &UserKey::from(BOT));
    let readable: Vec<String> = guilds.readable(&"5".into(), 500).iter().map(ToString::to_string).collect();
    assert_eq!(readable, ["52", "51", "53", "50"], "one of which nothing is known may be lively");
}
