//! The playground's figures in README's "Performance", measured in Chromium on the machine at hand:
//! `cargo bench --bench playground`.
//!
//! Figures, not tests: nothing here passes or fails.
#![expect(clippy::print_stdout, reason = "a stopwatch that prints")]

#[path = "../tests/it/browser/stage.rs"]
#[expect(dead_code, reason = "tests do more with it than is measured here")]
mod stage;

#[path = "../tests/it/browser/eyes.rs"]
#[expect(dead_code, reason = "tests do more with it than is measured here")]
mod eyes;

use eyes::Eyes;
use serde_json::json;

/// How many hand-offs are made, and as many withdrawn: two presses each.
const ROUNDS: usize = 25;

fn main() {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measure());
}

async fn measure() {
    let eyes = Eyes::open(1_400, 900).await;
    guided_path(&eyes).await;
    println!("memory after the guided path: {} MB resident (aim 40 MB)", eyes.playground.memory());
    println!("page with all it loads: {} KB (aim 150 KB)", weight(&eyes).await / 1_024);
    let mut took = Vec::new();
    eyes.go("/as/ana/sales").await;
    for n in 0..ROUNDS {
        eyes.fill("#words", &format!("/handoff billing Invoice {n} is missing")).await;
        took.push(press(&eyes, ".composer button", "Send", "I asked").await);
        took.push(press(&eyes, ".message.private button", "Withdraw", "Withdrawn").await);
    }
    took.sort_by(f64::total_cmp);
    let worst = took.last().copied().unwrap_or_default();
    println!(
        "press to visible answer, {} presses: median {:.0} ms, worst {worst:.0} ms (aim 100 ms)",
        took.len(),
        took[took.len() / 2]
    );
    eyes.close().await;
}

async fn guided_path(eyes: &Eyes) {
    eyes.go("/").await;
    eyes.press_beside("Our refund for October", "Hand off").await;
    eyes.choose("#field-topic", "billing").await;
    eyes.press("#form", "Hand off").await;
    eyes.sees("Passed to billing").await;
    eyes.press(".clock", "+10 min").await;
    eyes.sees_in(".way", "said to Cy").await;
    eyes.be("cy").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.press("main", "Done").await;
    eyes.fill("#field-note", "It goes out today.").await;
    eyes.press("#form", "Close it").await;
    eyes.gone("#form").await;
    eyes.be("ana").await;
    eyes.go("/as/ana/dm-ana").await;
    eyes.press("main", "Why?").await;
    eyes.sees_in(".why", "What is next").await;
}

/// Bytes of the page and of whatever it loads.
async fn weight(eyes: &Eyes) -> u64 {
    let script = "return ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))\
        .reduce((sum, entry) => sum + entry.encodedBodySize, 0)";
    eyes.ask(script, vec![]).await.as_u64().expect("a number")
}

/// Milliseconds from a press until one more private message with these words can be seen.
async fn press(eyes: &Eyes, css: &str, label: &str, words: &str) -> f64 {
    let script = "const [css, label, words, done] = arguments; \
        const answers = () => [...document.querySelectorAll('.message.private')].filter(one => one.innerText.includes(words)).length; \
        const before = answers(), began = performance.now(); \
        const watch = new MutationObserver(() => { if (answers() > before) { watch.disconnect(); \
        requestAnimationFrame(() => done(performance.now() - began)) } }); \
        watch.observe(document.querySelector('main'), { childList: true, subtree: true, characterData: true }); \
        [...document.querySelectorAll(css)].filter(one => one.innerText === label).pop().click()";
    let took = eyes.driver.execute_async(script, vec![json!(css), json!(label), json!(words)]).await;
    took.expect("it runs").json().as_f64().expect("a number")
}
