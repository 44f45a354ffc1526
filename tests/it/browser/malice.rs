//! HTML, script and very long words in every field there is: they stay words, and they stay inside.

use serde_json::json;

use super::eyes::Eyes;

const EVIL: &str = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>\
    \"'><b>bold</b> javascript:alert(1) &lt;i&gt; ";

/// Every page that shows what was typed.
const PAGES: &[&str] = &[
    "/as/ana/sales",
    "/as/ana/dm-ana",
    "/as/ana/home-ana",
    "/as/bo/dm-bo",
    "/as/bo/home-bo",
    "/as/cy/dm-cy",
    "/as/bo/group-ana-bo",
    "/as/hugo/sales",
    "/as/hugo/dm-hugo",
    "/as/hugo/front-desk",
];

fn evil() -> String {
    format!("{EVIL}{}", "w".repeat(3_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_type_never_becomes_markup() {
    for (width, height) in [(1_300, 900), (360, 740)] {
        let eyes = Eyes::open(width, height).await;
        types_everywhere(&eyes).await;
        fills_every_form(&eyes).await;
        for path in PAGES {
            eyes.go(path).await;
            stays_words(&eyes, path).await;
        }
        // The panel with a thread, and with the answer to Why, hold them as well.
        eyes.go("/as/ana/sales").await;
        eyes.press_beside("Then let us be quick", "Reply").await;
        eyes.find("#thread-list").await;
        stays_words(&eyes, "a thread").await;
        eyes.go("/as/bo/dm-bo").await;
        eyes.press("main", "Why?").await;
        eyes.find(".why").await;
        stays_words(&eyes, "Why").await;
        eyes.close().await;
    }
}

/// The composer, a thread, and every command that takes words.
async fn types_everywhere(eyes: &Eyes) {
    let evil = evil();
    eyes.go("/as/ana/sales").await;
    eyes.say(&evil).await;
    for command in ["handoff billing", "handoff", "volunteer hours", "volunteer deputy", "volunteer pause"] {
        eyes.say(&format!("/{command} {evil}")).await;
    }
    for command in ["volunteer join", "requests topic", "requests show", "service help", "service settings"] {
        eyes.say(&format!("/{command} {evil}")).await;
    }
    eyes.say(&format!("/{evil}")).await;
    eyes.go("/as/ana/dm-ana").await;
    eyes.say(&evil).await;
    eyes.go("/as/ana/sales").await;
    eyes.press_beside("Then let us be quick", "Reply").await;
    eyes.fill("#reply", &evil).await;
    eyes.press(".thread .composer", "Send").await;
    eyes.sees_in("#thread-list", "bold</b>").await;
    eyes.go("/as/hugo/sales").await;
    eyes.say(&format!("/service topic add {evil}")).await;
    eyes.say(&format!("/service topic add evil {evil}")).await;
    for part in ["about", "channel", "steward", "hours", "offer_timeout", "stale_after", EVIL] {
        eyes.say(&format!("/service topic edit evil {part} {evil}")).await;
    }
    for setting in ["escalation", "front_desk", "timezone", "office_hours", EVIL] {
        eyes.say(&format!("/service settings {setting} {evil}")).await;
    }
    eyes.say("/service topic list").await;
    eyes.say("/service settings").await;
    stays_words(eyes, "topics and settings").await;
}

/// Hand off, availability, and Done, with a customer and a note; then `done` in words.
async fn fills_every_form(eyes: &Eyes) {
    eyes.go("/as/ana/sales").await;
    eyes.say("/handoff").await;
    assert!(fill_all(eyes).await >= 2, "the words and the customer");
    eyes.choose("#field-topic", "billing").await;
    stays_words(eyes, "the form to hand off").await;
    eyes.press("#form", "Hand off").await;
    eyes.gone("#form").await;

    eyes.go("/as/bo/home-bo").await;
    eyes.press("main", "Change").await;
    eyes.find("#form").await;
    assert!(fill_all(eyes).await >= 1, "the hours");
    eyes.press("#form", "Save").await;
    // It is no time to be there: what to mend is said, and the words come back.
    eyes.find("#form .mend").await;
    stays_words(eyes, "the form of availability").await;
    eyes.press("#form", "Cancel").await;
    eyes.gone("#form").await;

    eyes.go("/as/bo/dm-bo").await;
    eyes.press("main", "Accept").await;
    eyes.sees("It is yours").await;
    eyes.press("main", "Done").await;
    eyes.find("#form").await;
    assert!(fill_all(eyes).await >= 1, "the note");
    stays_words(eyes, "the form to close").await;
    eyes.press("#form", "Close it").await;
    eyes.gone("#form").await;
    eyes.go("/as/bo/group-ana-bo").await;
    eyes.say(&format!("@goodturn done {}", evil())).await;
}

/// Fills every field of the form that takes words, up to what it takes; how many there are.
async fn fill_all(eyes: &Eyes) -> u64 {
    eyes.find("#form:modal").await;
    let script = "const fields = [...document.querySelectorAll('#form textarea, #form input[type=text]')]; \
        for (const field of fields) { field.value = arguments[0].slice(0, field.maxLength > 0 ? field.maxLength : undefined); \
        field.dispatchEvent(new Event('input', { bubbles: true })) } return fields.length";
    eyes.ask(script, vec![json!(evil())]).await.as_u64().expect("a number")
}

async fn stays_words(eyes: &Eyes, place: &str) {
    let made =
        "return document.querySelectorAll('body img[src=x], b > b, body script, body i, [onerror]').length";
    assert_eq!(eyes.ask(made, vec![]).await, json!(0), "{place}");
    let wide = "return [document.documentElement, document.querySelector('main'), document.querySelector('#panel'), \
        document.querySelector('#messages')].filter(one => one && one.scrollWidth > one.clientWidth).map(one => one.tagName)";
    assert_eq!(eyes.ask(wide, vec![]).await, json!([]), "long words stay inside: {place}");
    assert!(!eyes.driver.title().await.expect("a title").contains("taken"), "{place}");
}
