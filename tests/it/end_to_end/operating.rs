//! The operator's side: tokens, scopes, settings, the manifest, and how the program ends.

use super::harness::{CONFIG, Program, Setup, alone, beside, manifest, run, said};
use crate::fake_slack::FakeSlack;
use crate::fake_slack::faults::Fault;
use crate::fake_slack::workspace::Workspace;

async fn slack() -> FakeSlack {
    FakeSlack::start(Workspace::sample().installed_from(&manifest())).await
}

fn folder(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("settings.toml"), config).expect("written");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn check_finds_all_well() {
    let (slack, folder) = (slack().await, folder(CONFIG));
    let mut check = beside(&slack, &folder);
    check.arg("check");
    let (told, code) = said(&run(check).await);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("All is well"), "{told}");
    assert!(!folder.path().join("goodturn.db").exists(), "check made a file");
    assert_eq!(slack.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_is_missing() {
    let workspace =
        Workspace::sample().installed_from(&manifest()).without_scope("dnd:read").without_scope("im:write");
    let slack = FakeSlack::start(workspace).await;
    let folder = folder(CONFIG);
    let mut check = beside(&slack, &folder);
    check.arg("check");
    let (told, code) = said(&run(check).await);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("dnd:read") && told.contains("im:write"), "{told}");
    // The program runs with what it has, and says what it lacks.
    let mut program = Program::start(&slack, &folder);
    program.ready().await;
    program.logged("dnd:read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_told_and_not_repeated() {
    let (slack, folder) = (slack().await, folder(CONFIG));
    for (name, token, what) in [
        ("SLACK_BOT_TOKEN", "xoxb-not-this-sesame", "Slack bot token"),
        ("SLACK_APP_TOKEN", "xapp-1-not-this-sesame", "Slack app token"),
    ] {
        let mut check = beside(&slack, &folder);
        check.arg("check").env(name, token);
        let (told, code) = said(&run(check).await);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("mend") && told.contains(what) && !told.contains("sesame"), "{told}");
    }
    let mut wrong = beside(&slack, &folder);
    wrong.env("SLACK_BOT_TOKEN", "xoxb-not-this-sesame");
    let (told, code) = said(&run(wrong).await);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("invalid_auth") && told.contains("goodturn check") && !told.contains("sesame"),
        "{told}"
    );
    // The app token may be mended without a restart, so this is a line in the log, again and again.
    let mut wrong = beside(&slack, &folder);
    wrong.env("SLACK_APP_TOKEN", "xapp-1-not-this-sesame");
    let mut program = Program::spawn(wrong);
    let line = program.logged("Slack refuses the connection").await;
    assert!(line.contains("app-level token") && line.contains("invalid_auth"), "{line}");
    assert!(!program.log().contains("sesame") && !program.log().contains(" is ready: "), "{}", program.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_are_named_with_line_and_column() {
    let slack = slack().await;
    for (config, words) in [
        ("[defaults]\noffer_timout = \"10m\"\n", &["line 2", "column 1", "offer_timeout"][..]),
        ("[defaults]\noffer_timeout = \"soon\"\n", &["line 2", "offer_timeout", "10m"]),
        ("[defaults]\ntimezone = \"Europe/Belin\"\n", &["line 2", "timezone"]),
        ("[[topics]]\nabout = \"no name\"\n", &["name"]),
        ("[slack]\nbot_token = \"xoxb-sesame\"\n", &["line 2", "bot_token"]),
        ("[defaults\n", &["line 1"]),
    ] {
        let folder = folder(config);
        let (told, code) = said(&run(beside(&slack, &folder)).await);
        assert_eq!(code, Some(2), "{told}");
        for words in words.iter().chain(&["settings.toml"]) {
            assert!(told.contains(words), "{words} is not in\n{told}");
        }
        assert!(!told.contains("sesame"), "{told}");
    }
    let (told, code) = {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = beside(&slack, &folder);
        program.env("GOODTURN_CONFIG", "nowhere.toml");
        said(&run(program).await)
    };
    assert!(code == Some(2) && told.contains("nowhere.toml"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_on_the_same_file_leaves_the_first_alone() {
    let mut story = Setup::new().start().await;
    let (told, code) = said(&run(beside(&story.slack, &story.folder)).await);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("is in use by another Goodturn; stop that one first"), "{told}");
    story.volunteers(&["bo"], "billing").await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_of_the_operator_answer() {
    let (slack, folder) = (slack().await, folder(CONFIG));
    for (args, words) in [
        (
            &["config", "show"][..],
            &["office_hours = \"always\"", "settings.toml:", "escalation = \"fay@example.com\""][..],
        ),
        (&["migrate"], &["is up to date."]),
        (&["completions", "bash"], &["complete", "goodturn"]),
        (&["--help"], &["check", "migrate", "SLACK_BOT_TOKEN"]),
        (&["--version"], &["goodturn "]),
    ] {
        let mut program = beside(&slack, &folder);
        program.args(args);
        let (told, code) = said(&run(program).await);
        assert_eq!(code, Some(0), "{told}");
        for words in words {
            assert!(told.contains(words), "{words} is not in\n{told}");
        }
        assert!(!told.contains(&slack.bot_token()) && !told.contains(&slack.app_token()), "{told}");
    }
    let mut program = alone(&folder);
    program.args(["juggle"]);
    let (told, code) = said(&run(program).await);
    assert!(code == Some(2) && told.contains("juggle"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manifest_asks_for_no_more_than_is_used_and_slack_takes_it() {
    let manifest = manifest();
    let scopes = manifest["oauth_config"]["scopes"]["bot"].as_array().expect("a list");
    assert!(scopes.len() < 20, "{scopes:?}");
    let folder = spec_dir();
    let file = std::path::Path::new(&folder).join("slack/manifest-schema/schemas/manifest.schema.1.0.0.json");
    let Ok(schema) = std::fs::read(&file) else {
        eprintln!(
            "NOT CHECKED against Slack's manifest schema: {} is not there; set GOODTURN_SPEC_DIR",
            file.display()
        );
        return;
    };
    let schema: serde_json::Value = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> =
        validator.iter_errors(&manifest).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// Where the published schemas are.
#[expect(clippy::disallowed_methods, reason = "the test run says where they are")]
fn spec_dir() -> String {
    std::env::var("GOODTURN_SPEC_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/spec").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_lets_it_finish_what_has_begun() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slack.fail_next("chat.postMessage", Fault::Delay(std::time::Duration::from_millis(700)));
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    story.stopped().await;
    // What was decided was said, or is said at the next start; never twice.
    story.restarted().await;
    story.dm("bo", &["[Accept]"]).await;
    story.dm("ana", &["I asked Bo."]).await;
    story.well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let mut story = Setup::new().start().await;
    story.volunteers(&["bo"], "billing").await;
    story.slack.fail_next("chat.postMessage", Fault::HangAfter);
    story.slash("ana", "/handoff", "billing Refund for Globex").await;
    story.slack.expect("the call", |s| (!s.calls("chat.postMessage").is_empty()).then_some(())).await;
    story.program.signal("TERM");
    story.program.logged("stopping").await;
    story.program.signal("INT");
    assert_eq!(story.program.ended().await, Some(130), "{}", story.program.log());
}
