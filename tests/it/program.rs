//! The program as an operator meets it: arguments and environment in, words and an exit code out.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output};

use goodturn::store::Store;
use goodturn::store::engine::OpenMode;

/// The program in a folder of its own, with nothing in its environment.
fn goodturn(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_goodturn"));
    program.env_clear().current_dir(folder);
    program
}

fn words(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it speaks UTF-8")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

#[test]
fn with_one_token_it_says_how_to_begin_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = goodturn(folder.path()).env("SLACK_BOT_TOKEN", "xoxb-sesame").output().expect("it starts");
    assert_eq!(code(&output), 2);
    assert_eq!(words(&output.stdout), "");
    let told = words(&output.stderr);
    for part in ["SLACK_APP_TOKEN is not set", "goodturn slack manifest", "goodturn check"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
}

#[test]
fn check_changes_nothing_and_says_what_to_mend() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = goodturn(folder.path()).arg("check").env("GOODTURN_LISTN", "x").output().expect("it starts");
    assert_eq!(code(&output), 1, "{}", words(&output.stderr));
    let told = words(&output.stdout);
    for part in [
        "ok    configuration: no file",
        "note  GOODTURN_LISTN: nothing reads this variable; did you mean GOODTURN_LISTEN?",
        "ok    database sqlite://data/goodturn.db: does not exist yet; it is made at the first start",
        "mend  Slack bot token: not set",
        "mend  Slack app token: not set",
        "2 things to mend.",
    ] {
        assert!(told.contains(part), "{part}\nis not in\n{told}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
}

#[test]
fn migrate_makes_the_database_and_check_then_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = || {
        let output = goodturn(folder.path()).arg("check").output().expect("it starts");
        words(&output.stdout).to_owned()
    };
    let output = goodturn(folder.path()).arg("migrate").output().expect("it starts");
    assert_eq!((code(&output), words(&output.stderr)), (0, ""));
    assert_eq!(words(&output.stdout), "sqlite://data/goodturn.db is up to date.\n");
    let database = folder.path().join("data/goodturn.db");
    let before = std::fs::read(&database).expect("it was made");
    let told = check();
    assert!(told.contains("ok    database sqlite://data/goodturn.db: is readable and up to date"), "{told}");
    assert!(std::fs::read(&database).expect("still there") == before, "check changed the file");

    std::fs::write(&database, b"").expect("emptied");
    let told = check();
    assert!(told.contains("is readable;") && told.contains("at the next start"), "{told}");
}

#[test]
fn check_reads_postgres_and_knows_an_absent_database() {
    let url = postgres();
    let folder = tempfile::tempdir().expect("a folder");
    let check = |url: &str| {
        let output =
            goodturn(folder.path()).arg("check").env("DATABASE_URL", url).output().expect("it starts");
        words(&output.stdout).to_owned()
    };
    let told = check(&url);
    assert!(told.contains("ok    database postgres") && told.contains("is readable"), "{told}");
    let told_of_absent = check(&format!("{url}_absent"));
    assert!(told_of_absent.contains("_absent\" does not exist"), "{told_of_absent}");
    let user = url.rsplit_once('@').map_or("", |(user, _)| user).trim_start_matches("postgres://");
    if let Some((_, password)) = user.split_once(':') {
        assert!(!told.contains(password) && !told_of_absent.contains(password), "{told}{told_of_absent}");
    }
}

/// The PostgreSQL server that the tests have for themselves.
#[expect(clippy::disallowed_methods, reason = "the test run says where its server is")]
fn postgres() -> String {
    std::env::var("GOODTURN_TEST_POSTGRES").expect("a server for tests; scripts/test starts one and names it")
}

#[test]
fn settings_come_from_file_environment_and_flags() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("goodturn.toml"), "[slack]\nconnections = 3\n").expect("written");
    let output = goodturn(folder.path())
        .args(["config", "show", "--listen", "127.0.0.1:9"])
        .env("SLACK_BOT_TOKEN", "xoxb-sesame")
        .env("DATABASE_URL", "postgres://me:sesame@db/goodturn")
        .output()
        .expect("it starts");
    assert_eq!(code(&output), 0, "{}", words(&output.stderr));
    let shown = words(&output.stdout);
    for (setting, origin) in [
        ("connections = 3", "# goodturn.toml:2"),
        ("listen = \"127.0.0.1:9\"", "# --listen"),
        ("url = \"postgres://me:***@db/goodturn\"", "# env DATABASE_URL"),
        ("# bot_token is set", "from env SLACK_BOT_TOKEN"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(setting)).expect(setting);
        assert!(line.ends_with(origin), "{line}");
    }
    assert!(!shown.contains("sesame"), "{shown}");
}

#[test]
fn a_broken_file_stops_every_command_that_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "[slack]\nbot_token = xoxb-sesame\n").expect("written");
    for command in ["run", "check", "migrate"] {
        let output =
            goodturn(folder.path()).args([command, "--config", "mine.toml"]).output().expect("it starts");
        assert_eq!(code(&output), 2);
        let told = words(&output.stderr);
        assert!(told.contains("mine.toml, line 2, column 13: this is not valid TOML"), "{told}");
        assert!(!told.contains("sesame"), "{told}");
    }
}

#[test]
fn a_second_process_on_the_same_file_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = goodturn(folder.path()).arg("migrate").output().expect("it starts");
    assert_eq!(code(&output), 0, "{}", words(&output.stderr));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let url = format!("sqlite://{}", folder.path().join("data/goodturn.db").display());
    let first = runtime.block_on(Store::open(&url, OpenMode::Run)).expect("the first has it");
    let tokens = [("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", "xapp-1")];
    let output = goodturn(folder.path()).envs(tokens).output().expect("it starts");
    assert_eq!(code(&output), 1);
    let told = words(&output.stderr);
    assert!(told.contains("is in use by another Goodturn; stop that one first"), "{told}");
    runtime.block_on(first.close());
}

#[test]
fn a_signal_ends_it_in_order_even_while_slack_is_out_of_reach() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("bound").to_string();
    drop(free);
    let tokens = [("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", "xapp-1")];
    let mut running = goodturn(folder.path())
        .envs(tokens)
        .envs([("SLACK_API_URL", "http://127.0.0.1:1/api"), ("GOODTURN_LISTEN", &address)])
        .spawn()
        .expect("it starts");
    let alive = until(|| get(&address, "/healthz").filter(|answer| answer.contains("200 OK")));
    assert!(alive.contains("alive"), "{alive}");
    let ready = get(&address, "/readyz").expect("it answers");
    assert!(ready.contains("503 Service Unavailable"), "{ready}");
    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill is there").success());
    let ended = until(|| running.try_wait().expect("it can be waited for"));
    assert_eq!(ended.code(), Some(0));
}

/// Asks a page, in HTTP as short as it gets.
fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: goodturn\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Looks again and again, for half a minute at most.
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_500 {
        if let Some(seen) = look() {
            return seen;
        }
        pause();
    }
    panic!("waited for half a minute")
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(20));
}
