//! The program under test: the real binary, in a folder of its own, beside a Slack on loopback.
//!
//! Invariant: nothing waits by the clock; every wait is for a line of the log or for something that
//! people can see, and says what it saw instead when it comes in vain. `Story::well` holds at the end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::fake_discord::FakeDiscord;
use crate::fake_slack::FakeSlack;
use crate::fake_slack::blocks::visible_text;
use crate::fake_slack::people::Place;
use crate::fake_slack::socket::Ack;
use crate::fake_slack::state::{Ephemeral, Message};
use crate::fake_slack::workspace::{Person, Workspace};

/// How long a story waits for what it expects; several programs run at the same time.
const PATIENCE: Duration = Duration::from_secs(12);

/// What most stories are told with; `Setup` changes it.
pub const CONFIG: &str = r##"
[web]
listen = "127.0.0.1:0"

[log]
level = "info,goodturn=debug"

[defaults]
timezone = "Europe/Berlin"
office_hours = "always"
escalation = "fay@example.com"
stewards = ["@dee"]

[[topics]]
name = "billing"
about = "invoices, refunds, payment terms"
channel = "#billing"
steward = "@dee"

[[topics]]
name = "contracts"
about = "agreements, terms, signatures"

[[topics]]
name = "it"
about = "laptops, accounts, passwords"
"##;

/// What a story starts from.
pub struct Setup {
    workspace: Workspace,
    config: String,
    discord: Vec<(&'static str, String)>,
}

impl Setup {
    /// The sample workspace and Fay, who is asked last of all; the app is installed from the program's
    /// own manifest. Dee and Fay never used it.
    pub fn new() -> Self {
        let fay = Person::new("fay", "Fay Frost", "Europe/Berlin");
        let workspace = Workspace::sample().with(|workspace| workspace.people.push(fay));
        Self {
            workspace: workspace.installed_from(&manifest()),
            config: CONFIG.to_owned(),
            discord: Vec::new(),
        }
    }

    /// With a setting of `[defaults]` put in, or in the place of the usual one.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        let line = format!("{name} = {value}");
        let usual = self.config.lines().find(|l| l.starts_with(&format!("{name} ="))).map(str::to_owned);
        self.config = match usual {
            Some(usual) => self.config.replace(&usual, &line),
            None => self.config.replace("[defaults]", &format!("[defaults]\n{line}")),
        };
        self
    }

    /// With another patience for calls to Slack.
    pub fn request_timeout(mut self, value: &str) -> Self {
        self.config = format!("{}\n[slack]\nrequest_timeout = \"{value}\"\n", self.config);
        self
    }

    /// On this Discord, too.
    pub fn beside(self, discord: &FakeDiscord) -> Self {
        let discord = vec![("DISCORD_TOKEN", discord.token()), ("DISCORD_API_URL", discord.api_url())];
        Self { discord, ..self }
    }

    pub fn with(self, change: impl FnOnce(&mut Workspace)) -> Self {
        Self { workspace: self.workspace.with(change), ..self }
    }

    /// Starts both and waits until the program says that it is ready.
    pub async fn start(self) -> Story {
        let slack = FakeSlack::start(self.workspace).await;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("settings.toml"), &self.config).expect("written");
        let program = started(&slack, &folder, &self.discord).await;
        Story { slack, folder, program, discord: self.discord, log: String::new() }
    }
}

/// The program, once it says that it is ready on every platform.
async fn started(slack: &FakeSlack, folder: &TempDir, discord: &[(&'static str, String)]) -> Program {
    let mut command = beside(slack, folder);
    command.envs(discord.iter().cloned());
    let mut program = Program::spawn(command);
    let all = if discord.is_empty() { " is ready: " } else { " is ready: Slack, Discord " };
    program.logged(all).await;
    program
}

/// The app's manifest, as the program prints it.
pub fn manifest() -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let output = alone(&folder).args(["slack", "manifest"]).output().expect("it starts");
    serde_json::from_slice(&output.stdout).expect("the manifest is JSON")
}

/// The program with nothing in its environment.
pub fn alone(folder: &TempDir) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_goodturn"));
    program.env_clear().current_dir(folder.path());
    program
}

/// The program with what it needs to run beside this Slack.
pub fn beside(slack: &FakeSlack, folder: &TempDir) -> Command {
    let mut program = alone(folder);
    program.envs([
        ("SLACK_BOT_TOKEN", slack.bot_token()),
        ("SLACK_APP_TOKEN", slack.app_token()),
        ("SLACK_API_URL", slack.api_url()),
        ("DATABASE_URL", format!("sqlite://{}", folder.path().join("goodturn.db").display())),
    ]);
    if folder.path().join("settings.toml").exists() {
        program.env("GOODTURN_CONFIG", "settings.toml");
    } else {
        program.env("GOODTURN_LISTEN", "127.0.0.1:0");
    }
    program
}

/// Runs a command to its end while the fake goes on answering; one that does not end is killed.
pub async fn run(mut command: Command) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    let id = child.id().to_string();
    let mut ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = if let Ok(output) = tokio::time::timeout(PATIENCE, &mut ended).await {
        output
    } else {
        let _ended_just_now = Command::new("kill").args(["-KILL", &id]).status();
        ended.await
    };
    output.expect("no panic").expect("it can be waited for")
}

/// What a finished run said: standard output and error together, and its exit code.
pub fn said(output: &Output) -> (String, Option<i32>) {
    let words =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (words, output.status.code())
}

/// A running program; killed when it goes out of sight.
pub struct Program {
    child: Child,
    log: watch::Receiver<String>,
}

impl Program {
    pub fn start(slack: &FakeSlack, folder: &TempDir) -> Self {
        Self::spawn(beside(slack, folder))
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (told, log) = watch::channel(String::new());
        let lines = BufReader::new(child.stderr.take().expect("it is piped"));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                told.send_modify(|log| {
                    log.push_str(&line);
                    log.push('\n');
                });
            }
        });
        Self { child, log }
    }

    /// Waits for the line that says it is ready.
    pub async fn ready(&mut self) {
        self.logged(" is ready: ").await;
    }

    /// Waits for a line of the log with these words.
    pub async fn logged(&mut self, words: &str) -> String {
        let line = |log: &str| log.lines().find(|line| line.contains(words)).map(str::to_owned);
        let waited = self.log.wait_for(|log| line(log).is_some());
        let _ended_or_late = tokio::time::timeout(PATIENCE, waited).await.map(|seen| seen.map(drop));
        let log = self.log();
        line(&log).unwrap_or_else(|| panic!("the log never said {words:?}:\n{log}"))
    }

    /// Waits until so many lines hold these words.
    pub async fn logged_times(&mut self, words: &str, times: usize) {
        let lines = |log: &str| log.lines().filter(|line| line.contains(words)).count();
        let waited = self.log.wait_for(|log| lines(log) >= times);
        let _ended_or_late = tokio::time::timeout(PATIENCE, waited).await.map(|seen| seen.map(drop));
        let log = self.log();
        assert!(lines(&log) >= times, "the log did not say {words:?} {times} times:\n{log}");
    }

    pub fn log(&self) -> String {
        self.log.borrow().clone()
    }

    /// Sends a signal: `TERM`, `INT`, `KILL`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill is there");
        assert!(sent.success(), "the program is not there any more:\n{}", self.log());
    }

    /// Waits until it has ended, and gives its exit code; `None` when a signal ended it.
    pub async fn ended(&mut self) -> Option<i32> {
        // Its log ends when it does.
        let closed = async { while self.log.changed().await.is_ok() {} };
        assert!(tokio::time::timeout(PATIENCE, closed).await.is_ok(), "it goes on and on:\n{}", self.log());
        self.child.wait().expect("it can be waited for").code()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

/// A program, its Slack, and what people see of both.
pub struct Story {
    pub slack: FakeSlack,
    pub folder: TempDir,
    pub program: Program,
    discord: Vec<(&'static str, String)>,
    /// What programs of this story logged that have ended.
    log: String,
}

impl Story {
    /// Bo volunteers for billing.
    pub async fn volunteers(&self, people: &[&str], topic: &str) {
        for who in people {
            let told = self.slash(who, "/volunteer", &format!("join {topic}")).await;
            assert!(told.contains(&format!("You volunteer for {topic} now")), "{told}");
        }
    }

    /// Types a command in `#sales`, or elsewhere if the person is not there, and reads the answer.
    pub async fn slash(&self, who: &str, command: &str, text: &str) -> String {
        shown(&self.slack.as_user(who).slash(command, text, "dm").await)
    }

    /// Waits for a message from the bot to this person with all of these words, as it is now.
    pub async fn dm(&self, who: &str, words: &[&str]) -> Message {
        let look = |slack: &FakeSlack| {
            slack.dm_with(who).into_iter().rev().find(|m| m.author == "goodturn" && has(&seen(m), words))
        };
        match self.slack.wait_for(look, PATIENCE).await {
            Some(found) => found,
            None => self.in_vain(&format!("{words:?} to {who}"), &self.everything_to(who)),
        }
    }

    /// Waits for a message in a channel with all of these words.
    pub async fn in_channel(&self, channel: &str, words: &[&str]) -> Message {
        let look = |slack: &FakeSlack| {
            let mut all = slack.messages(channel).into_iter().rev();
            all.find(|m| m.author == "goodturn" && has(&seen(m), words))
        };
        match self.slack.wait_for(look, PATIENCE).await {
            Some(found) => found,
            None => self.in_vain(&format!("{words:?} in {channel}"), &self.slack.read(channel)),
        }
    }

    /// Waits for a message in the bot's conversation with exactly these people.
    pub async fn in_group(&self, people: &[&str], words: &[&str]) -> Message {
        let look =
            |slack: &FakeSlack| slack.group_with(people).into_iter().rev().find(|m| has(&seen(m), words));
        if let Some(found) = self.slack.wait_for(look, PATIENCE).await {
            return found;
        }
        let said: Vec<String> = self.slack.group_with(people).iter().map(seen).collect();
        self.in_vain(&format!("{words:?} between {people:?}"), &said.join("\n---\n"))
    }

    /// Waits for something that this person alone is shown, with all of these words.
    pub async fn whispered(&self, who: &str, words: &[&str]) -> Ephemeral {
        let look = |slack: &FakeSlack| {
            slack.ephemerals(who).into_iter().rev().find(|e| has(&visible_text(&e.blocks), words))
        };
        match self.slack.wait_for(look, PATIENCE).await {
            Some(found) => found,
            None => self.in_vain(&format!("{words:?} for {who} alone"), &self.everything_to(who)),
        }
    }

    /// Waits until a message reads like this.
    pub async fn becomes(&self, message: &Message, words: &[&str]) -> Message {
        let look = |slack: &FakeSlack| slack.now(message).filter(|m| has(&seen(m), words));
        if let Some(found) = self.slack.wait_for(look, PATIENCE).await {
            return found;
        }
        let now = self.slack.now(message).map_or_else(String::new, |m| seen(&m));
        self.in_vain(&format!("a message to become {words:?}"), &now)
    }

    /// Presses a button and waits for the private answer with these words.
    pub async fn press(&self, who: &str, place: impl Into<Place>, label: &str, answer: &[&str]) -> Ephemeral {
        self.slack.as_user(who).press(place, label).await;
        self.whispered(who, answer).await
    }

    /// Chooses in a menu and waits for the private answer with these words.
    pub async fn choose(&self, who: &str, place: impl Into<Place>, what: &str, answer: &[&str]) -> Ephemeral {
        self.slack.as_user(who).choose(place, what).await;
        self.whispered(who, answer).await
    }

    /// Waits for a modal with all of these words.
    pub async fn modal(&self, who: &str, words: &[&str]) -> String {
        let read = |slack: &FakeSlack| slack.modal(who).map(|view| view_text(&view.json));
        match self.slack.wait_for(|s| read(s).filter(|text| has(text, words)), PATIENCE).await {
            Some(text) => text,
            None => self.in_vain(&format!("a form with {words:?}"), &read(&self.slack).unwrap_or_default()),
        }
    }

    /// Waits for a Home with all of these words.
    pub async fn home(&self, who: &str, words: &[&str]) -> crate::fake_slack::state::View {
        let look =
            |slack: &FakeSlack| slack.home(who).filter(|view| has(&visible_text(view.blocks()), words));
        if let Some(found) = self.slack.wait_for(look, PATIENCE).await {
            return found;
        }
        let now = self.slack.home(who).map_or_else(String::new, |v| visible_text(v.blocks()));
        self.in_vain(&format!("a Home with {words:?}"), &now)
    }

    /// Whatever the bot has said to this person.
    pub fn everything_to(&self, who: &str) -> String {
        let direct = self.slack.dm_with(who).iter().map(seen).collect::<Vec<_>>().join("\n---\n");
        let alone: Vec<String> = self.slack.ephemerals(who).iter().map(|e| visible_text(&e.blocks)).collect();
        format!("directly:\n{direct}\nalone:\n{}", alone.join("\n---\n"))
    }

    /// Kills the program, as a power cut does.
    pub async fn killed(&mut self) {
        self.program.signal("KILL");
        self.program.ended().await;
        self.log += &self.program.log();
    }

    /// Asks the program to end and waits until it has.
    pub async fn stopped(&mut self) {
        self.program.signal("TERM");
        let code = self.program.ended().await;
        assert_eq!(code, Some(0), "{}", self.program.log());
        self.log += &self.program.log();
    }

    /// Starts the program again on the same files.
    pub async fn restarted(&mut self) {
        self.program = started(&self.slack, &self.folder, &self.discord).await;
    }

    /// Everything that must be true after any story; the log may warn of what is named.
    pub async fn well(&mut self, warned: &[&str]) {
        self.slack.settled().await;
        let log = format!("{}{}", self.log, self.program.log());
        assert_eq!(self.slack.violations(), Vec::<String>::new(), "{log}");
        assert_eq!(self.slack.duplicates(), Vec::<String>::new(), "{log}");
        assert_eq!(self.slack.given_up(), Vec::<String>::new(), "{log}");
        assert!(self.program.is_running(), "it has ended:\n{log}");
        for line in log.lines().filter(|line| line.contains(" WARN ") || line.contains("ERROR")) {
            assert!(warned.iter().any(|words| line.contains(words)), "unexpected in the log: {line}\n{log}");
        }
        assert!(!log.contains("panicked"), "{log}");
    }

    fn in_vain(&self, what: &str, instead: &str) -> ! {
        panic!(
            "waited in vain for {what}; instead:\n{instead}\nviolations: {:?}\nlog:\n{}",
            self.slack.violations(),
            self.program.log()
        )
    }
}

/// What a person reads of a message.
pub fn seen(message: &Message) -> String {
    if message.blocks.is_empty() { message.text.clone() } else { visible_text(&message.blocks) }
}

/// What a person reads at once in answer to a command.
pub fn shown(ack: &Ack) -> String {
    let Some(payload) = &ack.payload else { return String::new() };
    visible_text(payload["blocks"].as_array().map_or(&[], Vec::as_slice))
}

/// Title, fields and buttons of a view.
pub fn view_text(view: &Value) -> String {
    let title = view["title"]["text"].as_str().unwrap_or_default();
    let submit = view["submit"]["text"].as_str().unwrap_or_default();
    let blocks = view["blocks"].as_array().map_or(&[][..], Vec::as_slice);
    format!("{title}\n{}\n[{submit}]", visible_text(blocks))
}

pub fn has(text: &str, words: &[&str]) -> bool {
    words.iter().all(|words| text.contains(words))
}
