//! Tests of this part.

use std::io;

use secrecy::ExposeSecret;

use super::sources::Flags;
use super::*;

struct Given<'a> {
    file: Option<&'a str>,
    environment: &'a [(&'a str, &'a str)],
    files: &'a [(&'a str, &'a str)],
    flags: Flags,
}

const NOTHING: Given<'static> = Given {
    file: None,
    environment: &[],
    files: &[],
    flags: Flags { config: None, listen: None, log: None },
};

fn given(given: &Given<'_>) -> Result<Config, Vec<Problem>> {
    let read = |path: &Path| {
        let usual = given.file.map(|text| (USUAL_FILE, text));
        let mut files = given.files.iter().copied().chain(usual);
        let found = files.find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| text.to_owned()).ok_or_else(|| io::Error::from(ErrorKind::NotFound))
    };
    let environment = given.environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    load(Sources { environment, flags: given.flags.clone(), read: &read })
}

fn file(text: &str) -> Result<Config, Vec<Problem>> {
    given(&Given { file: Some(text), ..NOTHING })
}

fn wrong(text: &str) -> Vec<String> {
    file(text).expect_err("this file is wrong").iter().map(Problem::to_string).collect()
}

fn shown<'a>(config: &'a Config, path: &str) -> (Option<&'a str>, String) {
    let line = config.shown.iter().find(|line| line.path == path).expect("every setting is shown");
    (line.value.as_deref(), line.origin.as_ref().map_or(String::new(), ToString::to_string))
}

#[test]
fn without_anything_the_defaults_hold() {
    let config = given(&NOTHING).expect("the defaults are valid");
    assert_eq!(config.database.url.expose(), "sqlite://data/goodturn.db");
    assert_eq!(config.web.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.slack.api_url, "https://slack.com/api");
    assert_eq!(config.slack.connections, 2);
    assert_eq!(config.limits.drain, Duration::from_secs(10));
    assert_eq!(config.defaults.settings, crate::domain::settings::Settings::default());
    assert_eq!(config.defaults.housekeeping.to_string(), "30 3 * * *");
    assert!(config.slack.tokens().is_none());
    assert!(config.topics.is_empty());
    assert_eq!(shown(&config, "web.listen"), (Some("\"127.0.0.1:8080\""), "default".into()));
}

#[test]
fn the_template_uncommented_is_a_valid_file_and_names_every_setting() {
    let setting = |line: &str| {
        let line = line.trim_start_matches("# ");
        line.starts_with("[[")
            || line.split_once(" = ").is_some_and(|(key, _)| !key.contains([' ', '"', '`']))
    };
    let text: Vec<&str> = TEMPLATE
        .lines()
        .map(|line| if setting(line) { line.trim_start_matches("# ") } else { line })
        .filter(|line| !line.starts_with("url ="))
        .collect();
    let secrets = [
        ("/run/secrets/database_url", "postgres://me:pw@host/goodturn"),
        ("/run/secrets/slack_bot_token", "xoxb-1"),
        ("/run/secrets/slack_app_token", "xapp-1"),
        ("/run/secrets/slack_signing_secret", "s3cret"),
        ("/run/secrets/discord_token", "a.b.c"),
    ];
    let config = given(&Given { file: Some(&text.join("\n")), files: &secrets, ..NOTHING });
    let config = config.unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(config.topics.len(), 1);
    for line in &config.shown {
        assert!(line.value.is_some(), "{} is missing in config/goodturn.toml", line.path);
    }
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file() {
    let text = "[web]\nlisten = \"127.0.0.1:1\"\n";
    let environment = [("GOODTURN_LISTEN", "127.0.0.1:2")];
    let flags = Flags { listen: Some("127.0.0.1:3".into()), ..Flags::default() };

    let config = file(text).expect("valid");
    assert_eq!(config.web.listen.port(), 1);
    assert_eq!(shown(&config, "web.listen").1, "goodturn.toml:2");

    let given_both = Given { file: Some(text), environment: &environment, ..NOTHING };
    let config = given(&given_both).expect("valid");
    assert_eq!(config.web.listen.port(), 2);
    assert_eq!(shown(&config, "web.listen").1, "env GOODTURN_LISTEN");

    let config = given(&Given { flags, ..given_both }).expect("valid");
    assert_eq!(config.web.listen.port(), 3);
    assert_eq!(shown(&config, "web.listen").1, "--listen");
}

#[test]
fn the_file_is_found_by_flag_then_variable_then_its_usual_name() {
    let files = [("a.toml", "[slack]\nconnections = 3\n"), ("b.toml", "[slack]\nconnections = 4\n")];
    let environment = [("GOODTURN_CONFIG", "b.toml")];
    let flags = Flags { config: Some("a.toml".into()), ..Flags::default() };
    let both = Given { files: &files, environment: &environment, flags, ..NOTHING };
    let config = given(&both).expect("valid");
    assert_eq!((config.slack.connections, config.file.as_deref()), (3, Some("a.toml")));
    let config = given(&Given { flags: Flags::default(), ..both }).expect("valid");
    assert_eq!((config.slack.connections, config.file.as_deref()), (4, Some("b.toml")));

    let missing = Given { environment: &environment, ..NOTHING };
    let problems = given(&missing).expect_err("a named file must be there");
    assert_eq!(problems[0].to_string(), "env GOODTURN_CONFIG: cannot read \"b.toml\": it does not exist");
}

#[test]
fn unknown_keys_are_refused_with_place_and_nearest() {
    let text = "[web]\nlisten = \"127.0.0.1:1\"\n  lisen = \"127.0.0.1:2\"\ndrain = \"1s\"\n\n[wbe]\nlisten = \"x\"\n\n\
                [[topics]]\nname = \"billing\"\nchanel = \"#billing\"\n\n[defaults]\nbanana = 1\n";
    assert_eq!(
        wrong(text),
        [
            "goodturn.toml, line 3, column 3: there is no setting \"lisen\" in [web]; did you mean \"listen\" in [web]?",
            "goodturn.toml, line 4, column 1: there is no setting \"drain\" in [web]; did you mean \"drain\" in [limits]?",
            "goodturn.toml, line 6, column 2: there is no section [wbe]; did you mean [web]?",
            "goodturn.toml, line 11, column 1: there is no setting \"chanel\" in [[topics]]; did you mean \"channel\" in [[topics]]?",
            "goodturn.toml, line 14, column 1: there is no setting \"banana\" in [defaults]",
        ]
    );
}

#[test]
fn wrong_values_are_all_told_with_their_place() {
    let text = "[slack]\nconnections = \"two\"\nrequest_timeout = \"soon\"\n[limits]\nhandlers = 0\ndrain = 10\n\
                [defaults]\nholidays = [\"2026-13-01\"]\ncapacity = 1.5\nhousekeeping = \"30 3 * *\"\n[log]\nformat = \"xml\"\n";
    assert_eq!(
        wrong(text),
        [
            "goodturn.toml, line 2, column 15: connections: expected a number from 1 to 10, found a text",
            "goodturn.toml, line 3, column 19: request_timeout: \"soon\" is not a duration; write it like 10s, 10m, 2h, 3d or 1h 30m",
            "goodturn.toml, line 5, column 12: handlers: 0 is not between 1 and 10000",
            "goodturn.toml, line 6, column 9: drain: expected a text in quotes, found a number",
            "goodturn.toml, line 8, column 12: holidays: \"2026-13-01\" is not a day; write it like \"2026-12-25\"",
            "goodturn.toml, line 9, column 12: capacity: expected a number from 1 to 100, found a fraction",
            "goodturn.toml, line 10, column 16: housekeeping: 4 fields instead of 5: minute, hour, day of month, month, day of week, like \"30 3 * * *\"",
            "goodturn.toml, line 12, column 10: format: \"xml\" is not one of \"text\", \"json\"",
        ]
    );
}

#[test]
fn sections_and_values_are_not_mixed_up() {
    assert_eq!(
        wrong("web = 3\n[topics]\nname = \"billing\"\n"),
        [
            "goodturn.toml, line 1, column 1: \"web\" is a section, found a number; begin it with a line [web]",
            "goodturn.toml, line 2, column 2: each topic begins with a line [[topics]], in two brackets",
        ]
    );
    let text = wrong("[web.listen]\nx = 1\n");
    assert!(text[0].contains("listen: expected a text in quotes, found a section"), "{text:?}");
}

#[test]
fn topics_need_a_name_of_their_own() {
    let config = file("[[topics]]\nname = \"Billing\"\nabout = \"refunds\"\n").expect("valid");
    let topic = config.topics[0].with_id("t1".into());
    assert_eq!((topic.name.as_str(), topic.about.as_str(), topic.hours), ("billing", "refunds", None));
    let text = "[[topics]]\nname = \"billing\"\n[[topics]]\nname = \"BILLING\"\n[[topics]]\nabout = \"x\"\n[[topics]]\nname = \"two words\"\n";
    assert_eq!(
        wrong(text),
        [
            "goodturn.toml, line 4, column 1: name: there is already a topic \"billing\"",
            "goodturn.toml, line 5, column 1: this topic has no name",
            "goodturn.toml, line 8, column 8: name: \"two words\" cannot be a topic's name: one word of at most 40 letters, digits, - or _",
        ]
    );
}

#[test]
fn dates_may_be_written_either_way() {
    let config = file("[defaults]\nholidays = [\"2026-12-25\", 2027-01-01]\n").expect("valid");
    assert_eq!(config.defaults.settings.holidays.len(), 2);
}

#[test]
fn tokens_come_from_the_environment_or_a_file_of_their_own() {
    let environment = [("SLACK_BOT_TOKEN", "xoxb-from-env"), ("SLACK_APP_TOKEN", "")];
    let files = [("/run/app", "xapp-from-file\n"), ("/run/bot", "xoxb-unused\n")];
    let text = "[slack]\nbot_token_file = \"/run/bot\"\napp_token_file = \"/run/app\"\n";
    let config = given(&Given { file: Some(text), environment: &environment, files: &files, ..NOTHING });
    let config = config.expect("valid");
    let tokens = config.slack.tokens().expect("both are set");
    assert_eq!(tokens.bot.expose_secret(), "xoxb-from-env");
    assert_eq!(tokens.app.expose_secret(), "xapp-from-file");
    assert_eq!(shown(&config, "slack.bot_token"), (Some("set"), "env SLACK_BOT_TOKEN".into()));
    assert_eq!(shown(&config, "slack.app_token"), (Some("set"), "goodturn.toml:3".into()));
    assert_eq!(shown(&config, "slack.signing_secret"), (None, String::new()));
    let everything = format!("{config:?}");
    assert!(!everything.contains("from-env") && !everything.contains("from-file"), "{everything}");
}

#[test]
fn a_secret_in_the_wrong_place_is_refused_and_never_repeated() {
    let environment = [("SLACK_BOT_TOKEN", "xapp-sesame")];
    let text = "[slack]\nbot_token = \"xoxb-sesame\"\napp_token_file = \"xapp-sesame\"\napi_url = \"xoxb-sesame\"\n\
                xoxb-sesame = 1\n[log]\nformat = \"xoxb-sesame\"\nlevel = \"xoxb-sesame\"\n\
                [database]\nurl = \"postgres://me:sesame@host/db\"\n";
    let problems =
        given(&Given { file: Some(text), environment: &environment, ..NOTHING }).expect_err("wrong");
    let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
    let told = told.join("\n");
    assert!(!told.contains("sesame"), "{told}");
    for expected in [
        "line 2, column 1: secrets are not read from this file: set SLACK_BOT_TOKEN, or name a file in bot_token_file",
        "line 3, column 1: app_token_file: cannot read the file: it does not exist; it expects the name of a file",
        "env SLACK_BOT_TOKEN: bot_token: this should begin with xoxb-; this one is an app-level token (SLACK_APP_TOKEN)",
        "url: a password does not belong here",
    ] {
        assert!(told.contains(expected), "{expected}\nnot in\n{told}");
    }
}

#[test]
fn a_malformed_line_with_a_token_is_placed_but_not_printed() {
    for line in
        ["bot_token = xoxb-sesame", "bot_token \"xoxb-sesame\"", "bot_token = \"xoxb-sesame", "xoxb-sesame"]
    {
        let told = wrong(&format!("[slack]\n{line}\n")).join("\n");
        assert!(told.contains("goodturn.toml, line 2, column "), "{told}");
        assert!(!told.contains("sesame"), "{told}");
    }
}

#[test]
fn the_database_address_may_hide_in_a_file() {
    let files = [("/run/db", "postgres://me:sesame@host/db\n")];
    let text = "[database]\nurl_file = \"/run/db\"\n";
    let config = given(&Given { file: Some(text), files: &files, ..NOTHING }).expect("valid");
    assert_eq!(config.database.url.expose(), "postgres://me:sesame@host/db");
    assert_eq!(
        shown(&config, "database.url"),
        (Some("\"postgres://me:***@host/db\""), "goodturn.toml:2".into())
    );
    let environment = [("DATABASE_URL", "postgres://me:sesame@other/db")];
    let config = given(&Given { file: Some(text), files: &files, environment: &environment, ..NOTHING });
    let config = config.expect("valid");
    assert_eq!(config.database.url.to_string(), "postgres://me:***@other/db");
    assert!(!format!("{config:?}").contains("sesame"));
    let both = "[database]\nurl = \"sqlite://x.db\"\nurl_file = \"/run/db\"\n";
    assert!(given(&Given { file: Some(both), files: &files, ..NOTHING }).is_err());
}

#[test]
fn discord_as_it_comes_and_as_it_is_set() {
    let config = file("").expect("valid");
    assert_eq!(config.discord.api_url, "https://discord.com/api/v10");
    assert!(config.discord.bot_token.is_none() && config.discord.shards.is_none());
    assert_eq!(config.discord.message_content, MessageContent::Leave, "nothing needs them");
    let text = "[discord]\nshards = 4\nmessage_content = \"ask\"\napi_url = \"http://127.0.0.1:9\"\n";
    let environment = [("DISCORD_TOKEN", "sesame.open.now")];
    let config = given(&Given { file: Some(text), environment: &environment, ..NOTHING }).expect("valid");
    assert_eq!((config.discord.shards, config.discord.message_content), (Some(4), MessageContent::Ask));
    assert_eq!(shown(&config, "discord.bot_token"), (Some("set"), "env DISCORD_TOKEN".into()));
    assert!(!format!("{config:?}").contains("sesame"));
}

#[test]
fn what_is_wrong_about_discord_is_told() {
    let told = wrong("[discord]\nshards = 0\nmessage_content = \"maybe\"\nbot_token = \"x\"\n").join("\n");
    for what in
        ["0 is not between 1 and 16384", "\"ask\"", "set DISCORD_TOKEN, or name a file in bot_token_file"]
    {
        assert!(told.contains(what), "{what} in {told}");
    }
    let told = wrong("[discord]\nshards = \"many\"\n").join("\n");
    assert!(told.contains("expected \"auto\" or a number"), "{told}");
}
