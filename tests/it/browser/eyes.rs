//! A browser of one test's own, and the words in which a test uses it: what is seen, what is pressed.
//! It waits for what it looks for and never for a time.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::TypingData;
use thirtyfour::prelude::*;

use super::stage::{Playground, provider, terminate};

/// How long something may take to appear before the test says that it did not.
const PATIENCE: Duration = Duration::from_secs(20);
const OFTEN: Duration = Duration::from_millis(25);

/// Somebody at the playground with a browser.
pub struct Eyes {
    /// The playground.
    pub playground: Playground,
    /// The browser.
    pub driver: WebDriver,
    helper: Helper,
    _profile: tempfile::TempDir,
}

struct Helper(Child);

impl Drop for Helper {
    fn drop(&mut self) {
        terminate(&self.0);
        let _ = self.0.wait();
    }
}

impl Eyes {
    /// A browser window of this size at a playground of its own.
    pub async fn open(width: u32, height: u32) -> Self {
        Self::begin(width, height, json!({})).await
    }

    /// The same where pages run no script.
    pub async fn without_javascript(width: u32, height: u32) -> Self {
        Self::begin(width, height, json!({ "profile.managed_default_content_settings.javascript": 2 })).await
    }

    async fn begin(width: u32, height: u32, preferences: Value) -> Self {
        provider();
        let playground = Playground::open();
        let (helper, address) = chromedriver();
        let profile = tempfile::tempdir().expect("a folder");
        let mut wanted = DesiredCapabilities::chrome();
        let window = format!("--window-size={width},{height}");
        let data = format!("--user-data-dir={}", profile.path().display());
        let flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
        let quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
        for argument in flags.iter().chain(&quiet).copied().chain([window.as_str(), data.as_str()]) {
            wanted.add_arg(argument).expect("an argument");
        }
        wanted.add_experimental_option("prefs", preferences).expect("an option");
        if width < 500 {
            let emulated = json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0, "touch": true } });
            wanted.add_experimental_option("mobileEmulation", emulated).expect("an option");
        }
        let driver = WebDriver::new(&address, wanted).await.expect("chromium starts");
        Self { playground, driver, helper, _profile: profile }
    }

    /// Closes everything.
    pub async fn close(self) {
        self.driver.clone().quit().await.expect("it closes");
        drop(self.helper);
    }

    /// Goes to a page.
    pub async fn go(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.playground.base)).await.expect("the page is there");
        self.find("html[data-ready=yes]").await;
    }

    /// Opens a page that may run no script.
    pub async fn open_page(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.playground.base)).await.expect("the page is there");
    }

    /// Clicks what is found by its path, with no script of ours.
    pub async fn click(&self, xpath: &str) {
        let found = self.driver.query(By::XPath(xpath)).wait(PATIENCE, OFTEN).first().await;
        found.expect(xpath).click().await.expect("it can be pressed");
    }

    /// Types words into a field, with no script of ours.
    pub async fn type_into(&self, css: &str, words: &str) {
        self.find(css).await.send_keys(words).await.expect("words can be typed");
    }

    /// Waits until the page reads so, with no script of ours.
    pub async fn reads(&self, words: &str) {
        let xpath = format!("//body[contains(normalize-space(.), \"{words}\")]");
        let found = self.driver.query(By::XPath(xpath.as_str())).wait(PATIENCE, OFTEN).first().await;
        assert!(found.is_ok(), "not there: {words}");
    }

    /// Switches to somebody by the list of people.
    pub async fn be(&self, handle: &str) {
        self.press_css(&format!("#be-{handle}")).await;
        self.find(&format!("html[data-ready=yes] #be-{handle}[aria-current]")).await;
    }

    /// The element of this selector, once it is there.
    pub async fn find(&self, css: &str) -> WebElement {
        let found = self.driver.query(By::Css(css)).wait(PATIENCE, OFTEN).first().await;
        assert!(found.is_ok(), "{css} is not there\n{}", self.words().await);
        found.expect("it was looked for")
    }

    /// Waits until the element is gone.
    pub async fn gone(&self, css: &str) {
        let gone = self.driver.query(By::Css(css)).wait(PATIENCE, OFTEN).wait_until_gone().await;
        assert!(gone.is_ok(), "{css} is still there\n{}", self.words().await);
    }

    /// Waits until these words are in the element.
    pub async fn sees_in(&self, css: &str, words: &str) {
        let script = "return [...document.querySelectorAll(arguments[0])]\
            .some(found => found.innerText.replace(/\\s+/g, ' ').includes(arguments[1]))";
        self.until(script, vec![json!(css), json!(words)], &format!("“{words}” in {css}")).await;
    }

    /// Waits until these words are among the messages.
    pub async fn sees(&self, words: &str) {
        self.sees_in("main", words).await;
    }

    /// Whether these words are on the page now.
    pub async fn has(&self, words: &str) -> bool {
        self.words().await.contains(words)
    }

    /// Presses the last button or link of this label, where it is: `main`, `#form`, `.panel`.
    pub async fn press(&self, place: &str, label: &str) {
        let css = format!("{place} button, {place} a, {place} summary");
        let script = "const found = [...document.querySelectorAll(arguments[0])]\
            .filter(one => one.innerText.trim() === arguments[1]).pop(); \
            if (!found) return false; found.scrollIntoView({ block: 'center' }); found.click(); return true";
        self.until(script, vec![json!(css), json!(label)], &format!("a button “{label}” in {place}")).await;
    }

    /// Presses what stands beside the message with these words.
    pub async fn press_beside(&self, words: &str, label: &str) {
        let script = "const message = [...document.querySelectorAll('.message')]\
            .filter(one => one.innerText.includes(arguments[0])).pop(); \
            const found = message && [...message.querySelectorAll('button, a, summary')]\
            .filter(one => one.innerText.trim() === arguments[1]).pop(); \
            if (!found) return false; found.click(); return true";
        self.until(script, vec![json!(words), json!(label)], &format!("“{label}” beside “{words}”")).await;
    }

    /// Presses the element of this selector; once more where the page was just drawn anew under it.
    pub async fn press_css(&self, css: &str) {
        let pressed = async {
            loop {
                let element = self.find(css).await;
                let there = element.scroll_into_view().await;
                if there.is_ok() && element.click().await.is_ok() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, pressed).await;
        assert!(done.is_ok(), "{css} cannot be pressed\n{}", self.words().await);
    }

    /// Writes words in the room and sends them.
    pub async fn say(&self, words: &str) {
        self.fill("#words", words).await;
        self.press(".composer", "Send").await;
        let script = "return document.querySelector('#words').value === ''";
        self.until(script, Vec::new(), "the words are sent").await;
    }

    /// Puts words into a field.
    pub async fn fill(&self, css: &str, words: &str) {
        self.find(css).await;
        let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1]; \
            field.dispatchEvent(new Event('input', { bubbles: true })); return true";
        self.until(script, vec![json!(css), json!(words)], css).await;
    }

    /// Chooses what reads so in a list.
    pub async fn choose(&self, css: &str, label: &str) {
        self.find(css).await;
        let script = "const list = document.querySelector(arguments[0]); \
            const option = [...list.options].find(one => one.text.startsWith(arguments[1])); \
            if (!option) return false; list.value = option.value; \
            list.dispatchEvent(new Event('input', { bubbles: true })); return true";
        self.until(script, vec![json!(css), json!(label)], &format!("{label} in {css}")).await;
    }

    /// Sends keys to whatever has the focus.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("keys can be pressed");
    }

    /// What a script says.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.driver.execute(script, arguments).await.expect("it runs").json().clone()
    }

    /// Waits until a script says yes.
    pub async fn until(&self, script: &str, arguments: Vec<Value>, what: &str) {
        let waited = async {
            let mut looks = tokio::time::interval(OFTEN);
            loop {
                looks.tick().await;
                // A page that is just leaving cannot answer; the next one can.
                let answer = self.driver.execute(script, arguments.clone()).await;
                if answer.is_ok_and(|answer| answer.json() == &json!(true)) {
                    return;
                }
            }
        };
        let done = tokio::time::timeout(PATIENCE, waited).await;
        assert!(done.is_ok(), "not there: {what}\n{}", self.words().await);
    }

    /// All words on the page.
    pub async fn words(&self) -> String {
        let words = self.driver.execute("return document.body.innerText", Vec::new()).await;
        words.map(|words| words.json().as_str().unwrap_or_default().to_owned()).unwrap_or_default()
    }

    /// Writes a picture of the page into `docs/images`, where that is asked for.
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says whether pictures are wanted")]
    pub async fn picture(&self, name: &str) {
        if std::env::var("GOODTURN_SCREENSHOTS").is_ok() {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images").join(name);
            self.driver.screenshot(&path).await.expect("it can be written");
        }
    }
}

fn chromedriver() -> (Helper, String) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is there; scripts/test installs it");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let port = loop {
        let line = lines.next().expect("it says its port").expect("text");
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    (Helper(child), format!("http://127.0.0.1:{port}"))
}
