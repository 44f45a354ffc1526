//! The playground without a browser: starting, keeping, refusing, paging, weight.

use super::stage::Playground;

fn client() -> reqwest::Client {
    super::stage::provider();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a plain client")
}

async fn page(playground: &Playground, path: &str) -> (u16, String) {
    let answer = client().get(format!("{}{path}", playground.base)).send().await.expect("it answers");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

async fn send(playground: &Playground, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let address = format!("{}{path}", playground.base);
    let answer = client().post(address).header("origin", &playground.base).form(fields).send().await;
    let answer = answer.expect("it answers");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn run_without_any_token_opens_it_and_tells_the_way_to_slack() {
    let mut playground = Playground::start(tempfile::tempdir().expect("a folder"), &["run"]);
    assert!(playground.said.contains("goodturn slack manifest"), "{}", playground.said);
    assert_eq!(page(&playground, "/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(page(&playground, "/readyz").await.0, 200);
    assert!(playground.folder.path().join("data/playground.db").exists());
    assert!(!playground.folder.path().join("data/goodturn.db").exists());
    assert!(playground.end());
}

#[tokio::test]
async fn what_was_said_is_there_after_a_restart_until_it_is_reset() {
    let playground = Playground::start(tempfile::tempdir().expect("a folder"), &["playground"]);
    let say = [("deed", "say"), ("words", "remember the lighthouse")];
    assert_eq!(send(&playground, "/as/ana/sales/do", &say).await.0, 303);
    let playground = playground.again(&["playground"]);
    assert!(page(&playground, "/as/hugo/sales").await.1.contains("remember the lighthouse"));
    assert_eq!(send(&playground, "/reset", &[]).await.0, 303);
    let sales = page(&playground, "/as/hugo/sales").await.1;
    assert!(!sales.contains("lighthouse") && sales.contains("Good morning!"), "{sales}");
}

#[tokio::test]
async fn a_chat_kept_before_there_was_a_community_goes_on_and_gets_one() {
    let mut playground = Playground::start(tempfile::tempdir().expect("a folder"), &["playground"]);
    let say = [("deed", "say"), ("words", "remember the lighthouse")];
    assert_eq!(send(&playground, "/as/ana/sales/do", &say).await.0, 303);
    assert!(playground.end());
    let chat = playground.folder.path().join("data/playground.json");
    let text = std::fs::read(&chat).expect("it is kept");
    let mut world: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let rooms = world["rooms"].as_array_mut().expect("rooms");
    rooms.retain(|room| room["home"] == "company");
    for room in rooms {
        room.as_object_mut().expect("a room").remove("home");
    }
    world.as_object_mut().expect("a chat").remove("app_homes");
    world["homes"] = serde_json::json!({});
    std::fs::write(&chat, serde_json::to_vec(&world).expect("JSON")).expect("it can be written");
    let playground = playground.begun_again(&["playground"]);
    assert!(page(&playground, "/as/hugo/sales").await.1.contains("remember the lighthouse"));
    assert!(page(&playground, "/as/nia/community-help").await.1.contains("I paid order 2207 twice"));
    let home = page(&playground, "/as/nia/community-home-nia").await;
    assert_eq!(home.0, 200);
    assert!(!home.1.contains("Nothing yet."), "App Home is drawn when it is looked at");
}

#[tokio::test]
async fn after_a_kill_it_goes_on_and_every_card_can_be_pressed() {
    let playground = Playground::start(tempfile::tempdir().expect("a folder"), &["playground"]);
    let hand_off = [("deed", "say"), ("words", "/handoff billing Refund for the lighthouse")];
    assert_eq!(send(&playground, "/as/ana/sales/do", &hand_off).await.0, 303);
    let playground = playground.killed_and_again(&["playground"]);
    // Whatever of the chat was lost in the last moment is said anew when its card changes.
    assert_eq!(send(&playground, "/clock", &[("to", "10m")]).await.0, 303);
    let asked = page(&playground, "/as/cy/dm-cy").await.1;
    let (_, rest) = asked.split_once("value=\"accept:").expect("Cy is asked");
    let token = format!("accept:{}", rest.split('"').next().expect("its end"));
    let accept = [("deed", "press"), ("token", token.as_str())];
    assert_eq!(send(&playground, "/as/cy/dm-cy/do", &accept).await.0, 303);
    assert!(page(&playground, "/as/ana/group-ana-cy").await.1.contains("Refund for the lighthouse"));
}

#[tokio::test]
async fn other_origins_and_other_names_are_refused() {
    let playground = Playground::open();
    let address = format!("{}/as/ana/sales/do", playground.base);
    let say = [("deed", "say"), ("words", "from elsewhere")];
    for origin in [Some("https://evil.example"), Some("null"), None] {
        let mut request = client().post(&address).form(&say);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        assert_eq!(request.send().await.expect("it answers").status(), 403, "{origin:?}");
    }
    let rebound = client().get(format!("{}/as/ana/sales", playground.base)).header("host", "evil.example");
    assert_eq!(rebound.send().await.expect("it answers").status(), 403);
    let (_, sales) = page(&playground, "/as/ana/sales").await;
    assert!(!sales.contains("from elsewhere"));
    let answer = client().get(format!("{}/as/ana/sales", playground.base)).send().await.expect("it answers");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn nobody_reads_or_writes_where_they_are_not() {
    let playground = Playground::open();
    assert_eq!(page(&playground, "/as/chloe/sales").await.0, 404);
    assert_eq!(page(&playground, "/as/chloe/home-chloe").await.0, 404);
    assert_eq!(page(&playground, "/as/ana/dm-bo").await.0, 404);
    assert_eq!(page(&playground, "/as/nobody/sales").await.0, 404);
    assert_eq!(page(&playground, "/as/ana/community-help").await.0, 404);
    assert_eq!(page(&playground, "/as/nia/sales").await.0, 404);
    assert_eq!(page(&playground, "/as/mira/community-team").await.0, 404);
    let say = [("deed", "say"), ("words", "hello")];
    assert_eq!(send(&playground, "/as/chloe/sales/do", &say).await.0, 409);
    assert_eq!(send(&playground, "/as/ana/sales/do", &[("deed", "dance")]).await.0, 400);
    assert_eq!(send(&playground, "/clock", &[("to", "yesterday")]).await.0, 400);
    let away = [("to", "10m"), ("back", "//evil.example/")];
    let address = format!("{}/clock", playground.base);
    let answer = client().post(address).header("origin", &playground.base).form(&away).send().await;
    assert_eq!(answer.expect("it answers").headers()["location"], "/");
}

#[tokio::test]
async fn five_thousand_messages_come_in_pages_of_little_weight() {
    let mut playground = Playground::start(tempfile::tempdir().expect("a folder"), &["playground"]);
    assert!(playground.end());
    say_many(&playground.folder.path().join("data/playground.json"), 5_000);
    let playground = playground.begun_again(&["playground"]);
    let (_, latest) = page(&playground, "/as/hugo/sales").await;
    assert!(latest.contains("message number 4999") && !latest.contains("message number 4900<"));
    assert!(latest.len() < 150_000, "{} bytes", latest.len());
    let mut seen = 0;
    let mut address = "/as/hugo/sales".to_owned();
    loop {
        let (_, page) = page(&playground, &address).await;
        seen += page.matches("message number ").count();
        let Some((before, _)) = page.split_once("\">Earlier messages") else { break };
        let (_, query) = before.rsplit_once('"').expect("an address");
        address = format!("/as/hugo/sales{query}");
    }
    assert_eq!(seen, 5_000);
}

/// Writes messages into the chat as it is kept: sent one by one they would take half a minute.
fn say_many(chat: &std::path::Path, many: u64) {
    let text = std::fs::read(chat).expect("it is kept");
    let mut world: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let last = world["last"].as_u64().expect("a number");
    let rooms = world["rooms"].as_array_mut().expect("rooms");
    let sales = rooms.iter_mut().find(|room| room["key"] == "sales").expect("it is there");
    let messages = sales["messages"].as_array_mut().expect("messages");
    let pattern = messages.last().expect("something was said").clone();
    for n in 0..many {
        let mut message = pattern.clone();
        message["key"] = format!("many-{n}").into();
        message["number"] = (last + 1 + n).into();
        message["body"] = serde_json::json!({ "words": format!("message number {n}") });
        messages.push(message);
    }
    world["last"] = (last + many).into();
    std::fs::write(chat, serde_json::to_vec(&world).expect("JSON")).expect("it can be written");
}

#[tokio::test]
async fn the_page_with_all_it_loads_weighs_little() {
    let playground = Playground::open();
    let mut bytes = 0;
    for path in ["/as/hugo/dm-hugo", "/page.css", "/page.js", "/icon.svg"] {
        bytes += page(&playground, path).await.1.len();
    }
    assert!(bytes < 150_000, "{bytes} bytes");
}
