//! Each power of the fake Discord, tried once with a small app made by hand.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::join;
use twilight_gateway::{Intents, ShardId};

use crate::fake_discord::FakeDiscord;
use crate::fake_discord::faults::Fault;
use crate::fake_discord::permissions::{self, SEND_MESSAGES, VIEW_CHANNEL};
use crate::fake_discord::town::{Bucket, Channel, ChannelKind, Guild, Overwrite, Person, Role, Town, Whom};
use crate::fake_discord_is_believable::{App, MESSAGES, buttons, callback, commands, intents, words};

fn nothing() -> Vec<String> {
    Vec::new()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_typed_and_answered() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut app = App::start(&discord).await;
    app.register(commands()).await;
    let ana = discord.as_user("ana");
    let options = [
        ("topic", "billing"),
        ("what", "ask @bo"),
        ("whom", "@bo"),
        ("where", "#sales"),
        ("role", "ops"),
        ("times", "2"),
        ("urgent", "true"),
    ];
    let (answer, heard) = join!(ana.command("sales", "handoff", &options), app.answer(words("Passed", 64)));
    assert_eq!((answer.text().as_str(), answer.private(), answer.kind()), ("Passed", true, 4));
    assert!(answer.latency < Duration::from_secs(3));
    let bo = discord.as_user("bo").id().to_owned();
    assert_eq!(heard["data"]["options"][1]["value"], format!("ask <@{bo}>"));
    assert_eq!(heard["data"]["options"][5]["value"], 2);
    assert_eq!(heard["data"]["options"][6]["value"], true);
    assert_eq!(heard["data"]["resolved"]["users"][&bo]["username"], "bo");
    assert!(heard["data"]["resolved"]["members"][&bo]["user"].is_null());
    assert_eq!(heard["member"]["user"]["username"], "ana");
    let granted: u64 = heard["member"]["permissions"].as_str().unwrap().parse().unwrap();
    assert!(granted & SEND_MESSAGES != 0 && granted & permissions::MANAGE_GUILD == 0);
    assert_eq!(discord.look(|s| s.reply(&answer).unwrap().text()), "Passed");
    assert_eq!(discord.look(|s| s.private("ana").len()), 1);
    assert!(discord.look(|s| s.private("bo").is_empty()));

    let choices = json!({"type": 8, "data": {"choices": [{"name": "Billing", "value": "billing"}]}});
    let (found, typed) = join!(ana.autocomplete("sales", "handoff", &[("topic", "bi")]), app.answer(choices));
    assert_eq!(found, [("Billing".to_owned(), "billing".to_owned())]);
    assert_eq!(typed["data"]["options"][0]["focused"], true);
    let join_it = ana.command("sales", "volunteer join", &[("topic", "Billing")]);
    let (_, joined) = join!(join_it, app.answer(words("You are in", 64)));
    assert_eq!(joined["data"]["options"][0]["options"][0]["value"], "billing");
    let show = ana.command("dm", "volunteer hours show", &[]);
    let (_, shown) = join!(show, app.answer(words("Always", 0)));
    assert_eq!((shown["context"].as_u64(), shown["guild_id"].is_null()), (Some(1), true));
    assert_eq!(shown["data"]["options"][0]["options"][0]["name"], "show");
    assert_eq!(discord.look(|s| s.dm_with("ana").last().unwrap().text()), "Always");

    let said = ana.say("sales", "a refund is stuck");
    let bo = discord.as_user("bo");
    let (_, menu) = join!(bo.message_command("Hand off", &said), app.answer(words("Passed", 64)));
    assert_eq!(menu["data"]["resolved"]["messages"][said.id()]["content"], "a refund is stuck");
    let (_, whom) = join!(bo.user_command("sales", "Hand off to", "cy"), app.answer(words("Passed", 64)));
    assert_eq!(whom["data"]["target_id"], discord.as_user("cy").id());
    let thread = ana.thread("sales", "Aside");
    let (_, inside) = join!(ana.command(&thread, "volunteer hours show", &[]), app.answer(words("Here", 0)));
    assert_eq!(
        (inside["channel"]["type"].as_u64(), inside["channel_id"].as_str()),
        (Some(11), Some(&*thread))
    );
    assert_eq!(inside["channel"]["parent_id"], discord.look(|s| s.place("acme/sales")));
    let eve = discord.as_user("eve");
    let (_, reset) = join!(eve.command("sales", "reset", &[]), app.answer(words("Done", 64)));
    assert_eq!(reset["member"]["permissions"], permissions::ALL.to_string());
    assert_eq!(discord.violations(), nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_use_what_is_not_registered() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let app = App::start(&discord).await;
    app.register(commands()).await;
    let refused = async |who: &str, name: &str, options: &'static [(&'static str, &'static str)]| {
        let (actor, name) = (discord.as_user(who), name.to_owned());
        let typed = tokio::spawn(async move { actor.command("sales", &name, options).await });
        assert!(typed.await.is_err_and(|error| error.is_panic()));
    };
    refused("ana", "hand", &[]).await;
    refused("ana", "handoff", &[]).await;
    refused("ana", "handoff", &[("topic", "x"), ("nonsense", "y")]).await;
    refused("ana", "handoff", &[("topic", "x"), ("times", "many")]).await;
    refused("ana", "volunteer", &[]).await;
    refused("ana", "volunteer join", &[("topic", "Law")]).await;
    refused("ana", "reset", &[]).await;
    assert_eq!(discord.look(|s| s.interactions.len()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_once_in_time_or_later_by_the_token() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut app = App::start(&discord).await;
    app.register(commands()).await;
    let ana = discord.as_user("ana");
    let hours = || ana.command("sales", "volunteer hours show", &[]);
    let (answer, first) = join!(hours(), app.answer(json!({"type": 5, "data": {"flags": 64}})));
    assert!(discord.look(|s| s.reply(&answer)).is_none(), "only loading");
    let (status, twice) = app.call("POST", &callback(&first), words("again", 0)).await;
    assert_eq!((status, twice["code"].as_u64()), (400, Some(40060)));
    assert_eq!(discord.forgive().len(), 1);
    let quiet = |content: &str| json!({"content": content, "allowed_mentions": {"parse": []}});
    let original = app.webhook(&first, "/messages/@original");
    assert_eq!(app.call("PATCH", &original, quiet("the real one")).await.0, 200);
    let shown = discord.look(|s| s.reply(&answer).unwrap());
    assert!(shown.is_private() && shown.text() == "the real one");
    assert_eq!(app.call("GET", &original, Value::Null).await.1["content"], "the real one");
    let (status, more) = app.call("POST", &app.webhook(&first, "?wait=true"), quiet("more")).await;
    assert_eq!((status, discord.look(|s| s.messages("sales").len())), (200, 1));
    let that = app.webhook(&first, &format!("/messages/{}", more["id"].as_str().unwrap()));
    assert_eq!(app.call("PATCH", &that, quiet("even more")).await.0, 200);
    assert_eq!(app.call("DELETE", &that, Value::Null).await.0, 204);
    assert_eq!(app.call("DELETE", &original, Value::Null).await.0, 204);
    assert_eq!(app.call("GET", &original, Value::Null).await.1["code"], 10008);
    discord.let_time_pass(Duration::from_mins(16));
    assert_eq!(app.call("POST", &app.webhook(&first, ""), quiet("late")).await.1["code"], 50027);

    // Too late for the first answer.
    let late = tokio::spawn({
        let ana = ana.clone();
        async move { ana.command("sales", "volunteer hours show", &[]).await }
    });
    let asked = app.next("INTERACTION_CREATE").await;
    let early = app.call("PATCH", &app.webhook(&asked, "/messages/@original"), quiet("early")).await;
    assert_eq!(early.1["code"], 10015, "nothing to change before the first answer");
    discord.let_time_pass(Duration::from_secs(4));
    assert_eq!(app.call("POST", &callback(&asked), words("late", 0)).await.1["code"], 10062);
    late.abort();
    assert_eq!(discord.forgive().len(), 1);
    // A kind of answer that makes no sense here.
    let wrong = tokio::spawn(async move { ana.command("sales", "volunteer hours show", &[]).await });
    let asked = app.next("INTERACTION_CREATE").await;
    assert_eq!(app.call("POST", &callback(&asked), json!({"type": 6})).await.1["code"], 50035);
    wrong.abort();
    assert!(discord.violations()[0].contains("type 6"));
    discord.tune(|tuning| tuning.answer_within = Duration::ZERO);
    assert!(discord.violations().iter().any(|what| what.starts_with("no answer to /volunteer")));
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_selects_and_forms() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut app = App::start(&discord).await;
    let bo = discord.as_user("bo");
    let (_, conversation) = app.call("POST", "/users/@me/channels", json!({"recipient_id": bo.id()})).await;
    let select = json!({"type": 1, "components": [{"type": 3, "custom_id": "why", "placeholder": "Decline",
        "options": [{"label": "Busy", "value": "busy"}, {"label": "Not mine", "value": "other"}]}]});
    let people = json!({"type": 1, "components": [{"type": 5, "custom_id": "who", "placeholder": "Who"}]});
    let mut components = buttons(&["Accept", "Why"]);
    components.as_array_mut().unwrap().extend([select, people]);
    let card = json!({
        "embeds": [{"title": "An offer", "fields": [{"name": "From", "value": "Ana"}]}],
        "components": components,
    });
    let channel = conversation["id"].as_str().unwrap();
    assert_eq!(app.post(channel, card).await.0, 200);
    let offer = discord.expect("the offer", |s| s.dm_with("bo").last().cloned()).await;
    assert_eq!(offer.text(), "An offer\nFrom\nAna\n[Accept] [Why]\n(Decline: Busy | Not mine)\n(Who: @)");
    assert_eq!((offer.buttons().len(), offer.author().as_str()), (2, "goodturn"));
    let (_, chosen) = join!(bo.choose(&offer, "Not mine"), app.answer(json!({"type": 6})));
    assert_eq!(chosen["data"]["values"], json!(["other"]));
    assert_eq!(chosen["message"]["id"], offer.id());
    let (_, person) = join!(bo.choose(&offer, "@cy"), app.answer(json!({"type": 6})));
    assert_eq!(person["data"]["values"][0], discord.as_user("cy").id());

    let label = |label: &str, component: Value| json!({"type": 18, "label": label, "component": component});
    let form = json!({"type": 9, "data": {"custom_id": "form:1", "title": "Why?", "components": [
        label("Topic", json!({"type": 3, "custom_id": "topic", "options": [
            {"label": "Billing", "value": "b"}, {"label": "Legal", "value": "l", "default": true}]})),
        label("What", json!({"type": 4, "custom_id": "what", "style": 2, "value": "a refund"})),
        label("Who", json!({"type": 5, "custom_id": "who", "required": false})),
        label("Role", json!({"type": 6, "custom_id": "role", "required": false})),
        label("Where", json!({"type": 8, "custom_id": "where", "required": false})),
    ]}});
    let (_, pressed) = join!(bo.press(&offer, "Why"), app.answer(form));
    assert_eq!(pressed["data"]["custom_id"], "do:Why");
    let open = discord.expect("the form", |s| s.modal("bo")).await;
    assert_eq!(
        (open.title().as_str(), open.custom_id().as_str(), open.fields().len()),
        ("Why?", "form:1", 5)
    );
    assert!(open.text().contains("Topic*: (: Billing | Legal)"), "{}", open.text());
    let answers = [("What", "two refunds"), ("Who", "@ana"), ("Where", "#sales")];
    let taken = json!({"type": 7, "data": {
        "content": "Taken", "embeds": [], "components": [], "allowed_mentions": {"parse": []}}});
    let (_, sent) = join!(bo.submit(&open, &answers), app.answer(taken));
    assert_eq!(sent["type"], 5);
    assert_eq!(sent["data"]["components"][0]["component"]["values"], json!(["l"]));
    assert_eq!(sent["data"]["components"][1]["component"]["value"], "two refunds");
    assert_eq!(sent["data"]["resolved"]["users"].as_object().unwrap().len(), 1);
    assert_eq!(discord.look(|s| s.now_of(&offer).unwrap().text()), "Taken");
    assert!(discord.look(|s| s.modal("bo")).is_none());

    // The old kind of form, closed without sending.
    let old = json!({"type": 9, "data": {"custom_id": "form:2", "title": "Old", "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "t", "label": "Text", "style": 1}]}]}});
    let again = json!({"content": "again", "components": buttons(&["Why"])});
    assert_eq!(app.post(channel, again).await.0, 200);
    let offer = discord.look(|s| s.dm_with("bo").last().cloned().unwrap());
    let (_, _) = join!(bo.press(&offer, "Why"), app.answer(old));
    let open = discord.look(|s| s.modal("bo").unwrap());
    assert_eq!(open.fields(), ["Text"]);
    bo.dismiss(&open);
    assert!(discord.look(|s| s.modal("bo")).is_none());
    assert_eq!(discord.violations(), nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_discord_refuses_are_refused() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let app = App::start(&discord).await;
    let quiet = json!({"parse": []});
    let sales = discord.look(|s| s.place("sales"));
    let bare = app.call("POST", &format!("/channels/{sales}/messages"), json!({"content": "x"})).await;
    assert_eq!((bare.0, bare.1["code"].as_u64()), (400, Some(50035)), "no allowed_mentions");
    let twice = json!([{"type": 1, "components": [
        {"type": 2, "style": 1, "label": "a", "custom_id": "same"},
        {"type": 2, "style": 1, "label": "b", "custom_id": "same"}]}]);
    let long = |length: usize| "x".repeat(length);
    let many: Vec<String> = (0..6).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for wrong in [
        json!({"content": "x", "allowed_mentions": {"parse": ["everyone"]}}),
        json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
        json!({"content": long(2001), "allowed_mentions": quiet}),
        json!({"content": "x", "nonce": long(26), "allowed_mentions": quiet}),
        json!({"embeds": [{"title": long(257)}], "allowed_mentions": quiet}),
        json!({"embeds": [{"description": long(4000)}, {"description": long(2001)}], "allowed_mentions": quiet}),
        json!({"content": "x", "components": twice, "allowed_mentions": quiet}),
        json!({"content": "x", "components": buttons(&[&long(101)]), "allowed_mentions": quiet}),
        json!({"content": "x", "components": buttons(&many), "allowed_mentions": quiet}),
    ] {
        discord.forgive();
        assert_eq!(app.post("sales", wrong.clone()).await.0, 400, "{wrong}");
        assert!(!discord.forgive().is_empty());
    }
    let path = format!("/applications/{}/commands", app.application);
    for wrong in [
        json!([{"name": "UPPER", "description": "x"}]),
        json!([{"name": "x", "description": long(101)}]),
        json!([{"name": "x", "description": "x", "options": [
            {"name": "a", "description": "x", "type": 3}, {"name": "b", "description": "x", "type": 3, "required": true}]}]),
    ] {
        assert_eq!(app.call("PUT", &path, wrong.clone()).await.0, 400, "{wrong}");
    }
    assert_eq!(app.post("sales", json!({"content": " "})).await.1["code"], 50006);
    assert_eq!(app.call("GET", "/nonsense", Value::Null).await.0, 404);
    assert!(discord.forgive().last().unwrap().contains("not served"));
    assert!(discord.look(|s| s.messages("sales")).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_looked_at() {
    let plan = Town::sample().with(|town| {
        let person = Overwrite::allow(Whom::Person("ana".to_owned()), VIEW_CHANNEL);
        let role = Overwrite::allow(Whom::Role("staff".to_owned()), VIEW_CHANNEL);
        let hidden = Overwrite::deny(Whom::Everyone, VIEW_CHANNEL);
        let channel = |name| Channel::new(name, ChannelKind::Text).with(hidden.clone());
        let guild = town.guilds.remove(0);
        let guild = guild.channel(channel("staff-only").with(role)).channel(channel("ana-only").with(person));
        town.guilds.push(guild.role(Role::new("guests", 0, &["gus"])));
    });
    let discord = FakeDiscord::start(plan).await;
    let mut app = App::start(&discord).await;
    let code =
        async |app: &App, place: &str| app.post(place, json!({"content": "x"})).await.1["code"].as_u64();
    assert_eq!(code(&app, "secret").await, Some(50001));
    assert_eq!(code(&app, "news").await, Some(50013));
    assert_eq!(code(&app, "help").await, Some(40058));
    let ana = discord.as_user("ana");
    ana.say("staff-only", "x");
    ana.say("ana-only", "x");
    let sees =
        |who: &str, place: &str| discord.look(|s| permissions::sees(s, &s.user_id(who), &s.place(place)));
    assert!(!sees("gus", "staff-only") && !sees("bo", "ana-only") && sees("dee", "ana-only"));
    discord.overwrite_bot("sales", 0, VIEW_CHANNEL);
    assert_eq!(app.next("CHANNEL_UPDATE").await["name"], "sales");
    ana.say("sales", "unheard");
    ana.say("billing", "heard");
    assert_eq!(app.next("MESSAGE_CREATE").await["content"], "heard");
    assert_eq!(code(&app, "sales").await, Some(50001));
    discord.overwrite_bot("sales", VIEW_CHANNEL, 0);
    assert_eq!(code(&app, "sales").await, None);
    // Direct messages can be closed, threads locked and archived.
    ana.close_messages(true);
    let (_, direct) = app.call("POST", "/users/@me/channels", json!({"recipient_id": ana.id()})).await;
    assert_eq!(code(&app, direct["id"].as_str().unwrap()).await, Some(50007));
    ana.close_messages(false);
    assert_eq!(code(&app, direct["id"].as_str().unwrap()).await, None);
    discord.leave("acme", "ana");
    assert_eq!(code(&app, direct["id"].as_str().unwrap()).await, Some(50007), "no server in common");
    discord.join("acme", "ana");
    let thread = ana.thread("billing", "Aside");
    discord.lock(&thread);
    assert_eq!(code(&app, &thread).await, Some(50013));
    discord.kick_bot("acme");
    assert_eq!(app.next("GUILD_DELETE").await["unavailable"], Value::Null);
    assert_eq!(code(&app, "billing").await, Some(50001));
    discord.add_bot("acme", permissions::INSTALLED);
    assert_eq!(app.next("GUILD_CREATE").await["name"], "acme");
    assert_eq!(code(&app, "billing").await, None);
    discord.delete_channel("billing");
    assert_eq!(app.next("CHANNEL_DELETE").await["name"], "billing");
    assert_eq!(app.call("GET", "/channels/1", Value::Null).await.1["code"], 10003);
    assert_eq!(discord.violations(), nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn private_threads_are_for_those_inside() {
    let discord = FakeDiscord::start(Town::sample().with(|town| {
        town.guilds[0].bot_permissions |= permissions::CREATE_PRIVATE_THREADS;
    }))
    .await;
    let app = App::start(&discord).await;
    let sales = discord.look(|s| s.place("sales"));
    let plan = json!({"name": "Quiet", "type": 12, "invitable": false});
    let (status, made) = app.call("POST", &format!("/channels/{sales}/threads"), plan).await;
    assert_eq!((status, made["type"].as_u64()), (201, Some(12)));
    let thread = made["id"].as_str().unwrap();
    let bo = discord.as_user("bo").id().to_owned();
    let members = format!("/channels/{thread}/thread-members");
    assert_eq!(app.call("PUT", &format!("{members}/{bo}"), Value::Null).await.0, 204);
    assert!(discord.look(|s| s.is_in_thread(thread, "bo") && !s.is_in_thread(thread, "ana")));
    assert_eq!(app.call("GET", &members, Value::Null).await.1.as_array().unwrap().len(), 2);
    assert_eq!(app.call("GET", &format!("{members}/{bo}"), Value::Null).await.1["user_id"], bo);
    let sees = |who: &str| discord.look(|s| permissions::sees(s, &s.user_id(who), thread));
    assert!(sees("bo") && !sees("ana") && sees("eve"));
    assert_eq!(app.call("DELETE", &format!("{members}/{bo}"), Value::Null).await.0, 204);
    assert!(!sees("bo"));
    assert_eq!(app.call("DELETE", &format!("{members}/@me"), Value::Null).await.0, 204);
    assert_eq!(app.call("GET", &format!("/channels/{thread}"), Value::Null).await.1["code"], 50001);
    let theirs = discord.as_user("ana").private_thread("sales", "Theirs", &["goodturn"]);
    assert_eq!(app.call("PUT", &format!("/channels/{theirs}/thread-members/@me"), Value::Null).await.0, 204);
    let open = discord.as_user("ana").thread("sales", "Open");
    discord.archive(&open);
    assert_eq!(discord.look(|s| s.threads("sales").len()), 3);
    let old = app.call("GET", &format!("/channels/{sales}/threads/archived/public"), Value::Null).await.1;
    assert_eq!(old["threads"][0]["id"], open);
    let join_old = app.call("PUT", &format!("/channels/{open}/thread-members/@me"), Value::Null).await;
    assert_eq!(join_old.1["code"], 50083);
    assert_eq!(discord.violations(), nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_fail_in_every_way() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let app = App::start(&discord).await;
    let say = async |nonce: &str| {
        app.post("sales", json!({"content": nonce, "nonce": nonce, "enforce_nonce": true})).await
    };
    let count = || discord.look(|s| s.messages("sales").len());
    discord.fault(MESSAGES, Fault::RateLimited(0.5));
    discord.fault(MESSAGES, Fault::GlobalRateLimited(1.5));
    discord.fault(MESSAGES, Fault::Cloudflare);
    let sales = discord.look(|s| s.place("sales"));
    let body = json!({"content": "x", "allowed_mentions": {"parse": []}});
    for (header, value) in
        [("x-ratelimit-scope", "user"), ("x-ratelimit-global", "true"), ("content-type", "text/html")]
    {
        let answer =
            app.try_call("POST", &format!("/channels/{sales}/messages"), body.clone()).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()[header].to_str().unwrap()), (429, value));
        assert_eq!(answer.headers().contains_key("retry-after"), header != "content-type");
    }
    discord.fault(MESSAGES, Fault::Status(502));
    discord.fault(MESSAGES, Fault::Refused(403, 50013, "Missing Permissions"));
    assert_eq!(say("a").await.0, 502);
    assert_eq!(say("a").await.1["code"], 50013);
    assert_eq!(count(), 0);
    discord.fault(MESSAGES, Fault::StatusAfter(500));
    discord.fault(MESSAGES, Fault::Malformed);
    discord.fault(MESSAGES, Fault::Delay(Duration::from_millis(20)));
    assert_eq!(say("b").await.0, 500);
    assert_eq!(say("b").await, (200, Value::Null));
    let (_, known) = say("b").await;
    assert_eq!((count(), known["nonce"].as_str()), (1, Some("b")), "the nonce made it once");
    discord.tune(|tuning| tuning.nonce_window = Duration::ZERO);
    say("b").await;
    assert_eq!(count(), 2);
    for (fault, effect) in [(Fault::DropBefore, 0), (Fault::DropAfter, 1)] {
        let before = count();
        discord.fault(MESSAGES, fault);
        app.try_call("POST", &format!("/channels/{sales}/messages"), body.clone()).await.expect_err("cut");
        assert_eq!(count() - before, effect);
    }
    for (fault, effect) in [(Fault::Hang, 0), (Fault::HangAfter, 1)] {
        let before = count();
        discord.fault(MESSAGES, fault);
        let path = format!("/channels/{sales}/messages");
        let calls = discord.calls().len();
        tokio::select! {
            _ = app.try_call("POST", &path, body.clone()) => panic!("it hangs"),
            () = discord.expect("the call", |s| (s.calls.len() > calls).then_some(())) => {}
        }
        assert_eq!(count() - before, effect);
    }
    discord.outage(Some(Fault::Status(503)));
    assert_eq!(app.call("GET", "/users/@me", Value::Null).await.0, 503);
    discord.outage(None);
    discord.tune(|tuning| {
        tuning.bucket = Some(Bucket { limit: 2, window: Duration::from_mins(1) });
    });
    let left =
        |answer: &reqwest::Response| answer.headers()["x-ratelimit-remaining"].to_str().unwrap().to_owned();
    for wanted in ["1", "0"] {
        let answer =
            app.try_call("POST", &format!("/channels/{sales}/messages"), body.clone()).await.unwrap();
        assert_eq!(left(&answer), wanted);
    }
    assert_eq!(say("c").await.0, 429);
    assert_eq!(app.post("billing", json!({"content": "another bucket"})).await.0, 200);
    assert_eq!(discord.look(|s| s.calls_of(MESSAGES).last().unwrap().status), 200);
    assert_eq!(discord.violations(), nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn content_is_read_where_it_is_granted() {
    let discord = FakeDiscord::start(Town::sample()).await;
    discord.grant(permissions::INTENT_GUILD_MEMBERS);
    let mut app = App::with(&discord, intents() - Intents::MESSAGE_CONTENT, ShardId::ONE).await;
    let ana = discord.as_user("ana");
    let said = ana.say("sales", "a secret");
    ana.say("sales", "@goodturn done");
    ana.say("dm", "between us");
    let bot = app.application.clone();
    for content in ["", &format!("<@{bot}> done"), "between us"] {
        assert_eq!(app.next("MESSAGE_CREATE").await["content"], content);
    }
    let path = format!("/channels/{}/messages", said.channel());
    let all = app.call("GET", &path, Value::Null).await.1;
    assert_eq!(
        (all[1]["content"].as_str(), all[0]["content"].as_str()),
        (Some(""), Some(&*format!("<@{bot}> done")))
    );
    let reply = ana.reply(&said, "well");
    assert_eq!(reply.pings(), ["ana"]);
    discord.moderate(&[said, reply]);
    assert_eq!(app.next("MESSAGE_DELETE_BULK").await["ids"].as_array().unwrap().len(), 2);
    discord.raw_event("SOMETHING_NEW", Some("acme"), &json!({"guild_id": "1"}));
    assert_eq!(app.next("SOMETHING_NEW").await["guild_id"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_can_be_read_from_everywhere() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let app = App::start(&discord).await;
    let ana = discord.as_user("ana");
    let ids: Vec<String> = (0..10).map(|n| ana.say("sales", &format!("{n}")).id().to_owned()).collect();
    let sales = discord.look(|s| s.place("sales"));
    let read = async |query: &str| {
        let all = app.call("GET", &format!("/channels/{sales}/messages?{query}"), Value::Null).await.1;
        let words = all.as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap().to_owned());
        words.collect::<String>()
    };
    assert_eq!(read("limit=3").await, "987");
    assert_eq!(read(&format!("limit=3&after={}", ids[2])).await, "543");
    assert_eq!(read(&format!("limit=3&before={}", ids[4])).await, "321");
    assert_eq!(read(&format!("limit=4&around={}", ids[5])).await, "6543");
    let one = format!("/channels/{sales}/messages/{}", ids[0]);
    assert_eq!(
        app.call("PATCH", &one, json!({"content": "x", "allowed_mentions": {"parse": []}})).await.1["code"],
        50005
    );
    assert_eq!(app.call("DELETE", &one, Value::Null).await.1["code"], 50013);
    assert_eq!(app.call("PUT", &format!("{one}/reactions/%F0%9F%91%8D/@me"), Value::Null).await.0, 204);
    let who = app.call("GET", &format!("{one}/reactions/%F0%9F%91%8D"), Value::Null).await.1;
    assert_eq!(who[0]["username"], "goodturn");
    assert_eq!(app.call("DELETE", &format!("{one}/reactions/%F0%9F%91%8D/@me"), Value::Null).await.0, 204);
    assert_eq!(app.call("POST", &format!("/channels/{sales}/typing"), Value::Null).await.0, 204);
    assert_eq!(app.call("GET", "/users/@me/guilds", Value::Null).await.1[0]["name"], "acme");
    let nobody = Duration::from_millis(1);
    assert!(discord.wait_for(nobody, |s| s.messages("billing").last().cloned()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_spread_over_shards() {
    let plan = Town::sample().tuned(|tuning| tuning.shards = 2).with(|town| {
        let mut beta = Guild::new("beta", "dee", &["ana"]).channel(Channel::new("lobby", ChannelKind::Text));
        beta.shard_of_two = 1;
        town.guilds.push(beta);
        town.people.push(Person { closed_to_messages: true, ..Person::new("ida", "Ida Inn") });
    });
    let discord = FakeDiscord::start(plan).await;
    let mut first = App::with(&discord, intents(), ShardId::new(0, 2)).await;
    let mut second = App::with(&discord, intents(), ShardId::new(1, 2)).await;
    discord.connected(2).await;
    assert_eq!(first.next("GUILD_CREATE").await["name"], "acme");
    assert_eq!(second.next("GUILD_CREATE").await["name"], "beta");
    let ana = discord.as_user("ana");
    ana.say("beta/lobby", "to the second");
    ana.say("dm", "to the first");
    assert_eq!(first.next("MESSAGE_CREATE").await["content"], "to the first");
    assert_eq!(second.next("MESSAGE_CREATE").await["content"], "to the second");
}

/// Payloads that nobody of us wrote: everything they have, ours have too.
#[tokio::test(flavor = "multi_thread")]
async fn objects_have_the_keys_of_the_documentation() {
    let folder = crate::fake_discord::specifications();
    let Ok(text) = std::fs::read_to_string(folder.join("discord/discord-api-docs-json-samples.json")) else {
        eprintln!("Discord's samples are not in {}: nothing is compared with them", folder.display());
        return;
    };
    let samples: Vec<Value> = serde_json::from_str(&text).unwrap();
    let sample = |file: &str, section: &str| -> Vec<Value> {
        let fits = |s: &&Value| s["file"].as_str().unwrap().ends_with(file) && s["section"] == section;
        samples.iter().filter(fits).map(|s| s["json"].clone()).collect()
    };
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut app = App::start(&discord).await;
    app.register(commands()).await;
    let guild = app.next("GUILD_CREATE").await;
    let ana = discord.as_user("ana");
    let said = ana.say("sales", "hello");
    ana.react(&said, "👍");
    let thread = ana.thread("sales", "More");
    let (_, slash) = join!(ana.command("sales", "handoff", &[("topic", "x")]), app.answer(words("y", 0)));
    let (_, message) = join!(ana.message_command("Hand off", &said), app.answer(words("y", 0)));
    let (_, user) = join!(ana.user_command("sales", "Hand off to", "bo"), app.answer(words("y", 0)));
    let channel = |name: &str| discord.look(|s| s.channels[&s.place(name)].clone());
    let (_, application) = app.call("GET", "/applications/@me", Value::Null).await;
    let (_, gateway) = app.call("GET", "/gateway/bot", Value::Null).await;
    let (_, member) = app
        .call("GET", &format!("/guilds/{}/members/{}", guild["id"].as_str().unwrap(), ana.id()), Value::Null)
        .await;
    let now = discord.look(|s| s.now_of(&said).unwrap().raw);
    ana.say("dm", "x");
    let direct = discord.look(|s| s.direct(ana.id()).unwrap().clone());
    let interactions = sample("application-commands.mdx", "Example Interaction");
    let pairs = [
        (sample("channel.mdx", "Example Guild Text Channel")[0].clone(), channel("sales")),
        (sample("channel.mdx", "Example Guild Voice Channel")[0].clone(), channel("lounge")),
        (sample("channel.mdx", "Example Thread Channel")[0].clone(), channel(&thread)),
        (sample("channel.mdx", "Example DM Channel")[0].clone(), direct),
        (sample("message.mdx", "Example Message")[0].clone(), now),
        (sample("guild.mdx", "Example Guild")[0].clone(), guild.clone()),
        (sample("guild.mdx", "Example Guild Member")[0].clone(), member),
        (sample("permissions.mdx", "Example Role")[0].clone(), guild["roles"][0].clone()),
        (sample("gateway.mdx", "Example Response")[1].clone(), gateway),
        (sample("application.mdx", "Example Application Object")[0].clone(), application),
        (interactions[0].clone(), slash),
        (interactions[1].clone(), user),
        (interactions[2].clone(), message),
    ];
    // Parts of accounts, of apps in the shop and of things long gone, that nothing here has.
    let absent = BTreeSet::from([
        "cover_image",
        "guild_id",
        "primary_sku_id",
        "slug",
        "team",
        "email",
        "verified",
        "is_pending",
        "1",
        "sku_id",
        "oauth2_install_params",
        "bot",
        "premium_type",
    ]);
    for (theirs, ours) in pairs {
        let mut missing = Vec::new();
        compare(&theirs, &ours, "", &mut missing);
        missing.retain(|key| !absent.contains(key.rsplit('.').next().unwrap()));
        assert!(missing.is_empty(), "{missing:?} of {theirs}\nin {ours}");
    }
}

fn compare(theirs: &Value, ours: &Value, at: &str, missing: &mut Vec<String>) {
    for (key, value) in theirs.as_object().into_iter().flatten() {
        // Objects by id.
        if key.len() > 15 && key.chars().all(|c| c.is_ascii_digit()) {
            if let Some(first) = ours.as_object().and_then(|all| all.values().next()) {
                compare(value, first, at, missing);
            }
            continue;
        }
        match ours.get(key) {
            Some(Value::Null) => {}
            None => missing.push(format!("{at}.{key}")),
            Some(known) => compare(value, known, &format!("{at}.{key}"), missing),
        }
    }
}
