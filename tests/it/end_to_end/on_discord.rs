//! What people see on Discord: waited for, and told in full when it comes in vain.

use tempfile::TempDir;

use super::discord::{beside, folder};
use super::harness::{Program, has};
use crate::fake_discord::FakeDiscord;
use crate::fake_discord::people::Answer;
use crate::fake_discord::seen::{Message, Modal};
use crate::fake_discord::state::State;
use crate::fake_discord::town::Town;

/// The program beside a Discord alone.
pub struct Alone {
    pub discord: FakeDiscord,
    pub program: Program,
    _folder: TempDir,
}

impl Alone {
    /// Starts both; these people volunteer for billing.
    pub async fn start(town: Town, volunteers: &[&str]) -> Self {
        let discord = FakeDiscord::start(town).await;
        let folder = folder();
        let mut program = Program::spawn(beside(&discord, &folder));
        program.ready().await;
        discord.connected(1).await;
        for who in volunteers {
            let told =
                discord.as_user(who).command("sales", "volunteer join", &[("topics", "billing")]).await;
            answered(&discord, &told, &["You volunteer for billing now"]).await;
        }
        Self { discord, program, _folder: folder }
    }

    /// Ana hands a refund to billing.
    pub async fn refund(&self) {
        let options = [("topic", "billing"), ("request", "Refund for Globex stuck")];
        let asked = self.discord.as_user("ana").command("sales", "handoff", &options).await;
        answered(&self.discord, &asked, &["Passed to billing.", "You hold it until someone accepts."]).await;
    }

    /// Nothing was refused, nothing secret was logged, and it ends when it is told to.
    pub async fn well(mut self) {
        self.program.signal("TERM");
        assert_eq!(self.program.ended().await, Some(0), "{}", self.program.log());
        assert_eq!(self.discord.violations(), Vec::<String>::new(), "{}", self.discord.overview());
        let log = self.program.log();
        for told in ["ERROR", "panicked", "Globex", &self.discord.token()] {
            assert!(!log.contains(told), "{told} in the log:\n{log}");
        }
    }
}

/// The threads of the server with exactly these people and the bot in them.
pub fn threads_with(state: &State, people: &[&str]) -> Vec<String> {
    let all =
        ["sales", "billing", "front-desk", "general"].into_iter().flat_map(|place| state.threads(place));
    let others = ["ana", "bo", "cy", "dee", "eve", "fay", "gus"];
    let exactly = |id: &String| others.iter().all(|who| state.is_in_thread(id, who) == people.contains(who));
    all.map(|(id, _)| id).filter(exactly).collect()
}

/// Waits for a message from the bot to this person with all of these words, as it is now.
pub async fn dm(discord: &FakeDiscord, who: &str, words: &[&str]) -> Message {
    let look = |state: &State| newest(state.dm_with(who), words);
    discord.expect(&format!("{words:?} to {who}"), look).await
}

/// Waits for a message from the bot in a channel or thread.
pub async fn in_place(discord: &FakeDiscord, place: &str, words: &[&str]) -> Message {
    let look = |state: &State| newest(state.messages(place), words);
    discord.expect(&format!("{words:?} in {place}"), look).await
}

/// Waits until a message reads like this.
pub async fn becomes(discord: &FakeDiscord, message: &Message, words: &[&str]) -> Message {
    let look = |state: &State| state.now_of(message).filter(|m| has(&read(m), words));
    discord.expect(&format!("a message to become {words:?}"), look).await
}

/// Waits until the answer to this reads like that; only who asked sees it.
pub async fn answered(discord: &FakeDiscord, answer: &Answer, words: &[&str]) -> Message {
    let look = |state: &State| state.reply(answer).filter(|m| has(&read(m), words));
    let found = discord.expect(&format!("the answer {words:?}"), look).await;
    assert!(found.is_private(), "everybody sees: {}", found.text());
    found
}

/// Waits for a form in front of this person.
pub async fn form(discord: &FakeDiscord, who: &str, words: &[&str]) -> Modal {
    let look = |state: &State| state.modal(who).filter(|form| has(&form.text(), words));
    discord.expect(&format!("a form with {words:?} for {who}"), look).await
}

/// How many messages of the bot to this person have these words.
pub fn count(discord: &FakeDiscord, who: &str, words: &[&str]) -> usize {
    discord.look(|state| state.dm_with(who).iter().filter(|m| from_bot(m) && has(&read(m), words)).count())
}

/// What a person reads of a message: bold or slanted letters are letters.
pub fn read(message: &Message) -> String {
    message.text().replace('*', "")
}

fn newest(all: Vec<Message>, words: &[&str]) -> Option<Message> {
    all.into_iter().rev().find(|m| from_bot(m) && has(&read(m), words))
}

fn from_bot(message: &Message) -> bool {
    message.raw["author"]["bot"] == true
}
