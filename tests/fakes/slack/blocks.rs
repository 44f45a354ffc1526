//! The limits of Block Kit, as Slack documents them, and the limits of messages and views around it.
//!
//! Invariant: `check` names every limit that is broken; an empty answer means Slack would take it.

use std::collections::BTreeSet;

use serde_json::Value;

/// Where blocks are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Message,
    Modal,
    Home,
}

/// Every way in which `blocks` breaks a limit.
pub fn check(blocks: &Value, surface: Surface) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(list) = blocks.as_array() else {
        return vec!["blocks is not an array".to_owned()];
    };
    let most = if surface == Surface::Message { 50 } else { 100 };
    if list.len() > most {
        wrong.push(format!("{} blocks, at most {most}", list.len()));
    }
    let mut ids = BTreeSet::new();
    for (at, block) in list.iter().enumerate() {
        let mut problems = Problems { at: format!("/blocks/{at}"), wrong: &mut wrong };
        if let Some(id) = block["block_id"].as_str()
            && !ids.insert(id)
        {
            problems.add(format!("block_id {id} is used twice"));
        }
        problems.block(block, surface);
    }
    wrong
}

/// Every way in which a view breaks a limit.
pub fn check_view(view: &Value) -> Vec<String> {
    let modal = match view["type"].as_str() {
        Some("modal") => true,
        Some("home") => false,
        _ => return vec!["a view is of type modal or home".to_owned()],
    };
    let mut wrong = check(&view["blocks"], if modal { Surface::Modal } else { Surface::Home });
    let mut problems = Problems { at: "/view".to_owned(), wrong: &mut wrong };
    problems.length(&view["callback_id"], "callback_id", 255);
    problems.length(&view["private_metadata"], "private_metadata", 3000);
    problems.length(&view["external_id"], "external_id", 255);
    if modal {
        problems.plain(&view["title"], "title", 24, Need::Required);
        problems.plain(&view["submit"], "submit", 24, Need::Optional);
        problems.plain(&view["close"], "close", 24, Need::Optional);
        let inputs = view["blocks"].as_array().is_some_and(|b| b.iter().any(|b| b["type"] == "input"));
        if inputs && view["submit"].is_null() {
            problems.add("a modal with inputs needs submit");
        }
    } else if !view["title"].is_null() || !view["submit"].is_null() || !view["close"].is_null() {
        problems.add("a home has no title, submit or close");
    }
    wrong
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

struct Problems<'a> {
    at: String,
    wrong: &'a mut Vec<String>,
}

impl Problems<'_> {
    fn add(&mut self, what: impl AsRef<str>) {
        self.wrong.push(format!("{}: {}", self.at, what.as_ref()));
    }

    fn length(&mut self, value: &Value, name: &str, most: usize) {
        match value {
            Value::Null => {}
            Value::String(text) => {
                let length = text.chars().count();
                if length > most {
                    self.add(format!("{name} has {length} characters, at most {most}"));
                }
            }
            _ => self.add(format!("{name} is no string")),
        }
    }

    fn count(&mut self, list: &Value, name: &str, least: usize, most: usize) {
        let length = list.as_array().map_or(0, Vec::len);
        if !(least..=most).contains(&length) {
            self.add(format!("{length} {name}, from {least} to {most}"));
        }
    }

    fn plain(&mut self, text: &Value, name: &str, most: usize, need: Need) {
        if !text.is_null() && text["type"] != "plain_text" {
            self.add(format!("{name} must be plain_text"));
        }
        self.text(text, name, most, need);
    }

    fn text(&mut self, text: &Value, name: &str, most: usize, need: Need) {
        if text.is_null() {
            if need == Need::Required {
                self.add(format!("{name} is missing"));
            }
            return;
        }
        if text["type"] != "plain_text" && text["type"] != "mrkdwn" {
            self.add(format!("{name} is no text object"));
        }
        if text["type"] == "mrkdwn" && !text["emoji"].is_null() {
            self.add(format!("{name}: emoji belongs to plain_text only"));
        }
        match text["text"].as_str() {
            None | Some("") => self.add(format!("{name} is empty")),
            Some(_) => self.length(&text["text"], name, most),
        }
    }

    fn block(&mut self, block: &Value, surface: Surface) {
        self.length(&block["block_id"], "block_id", 255);
        let mut action_ids = BTreeSet::new();
        for element in elements(block) {
            if let Some(id) = element["action_id"].as_str()
                && !action_ids.insert(id)
            {
                self.add(format!("action_id {id} is used twice in one block"));
            }
        }
        match block["type"].as_str().unwrap_or_default() {
            "section" => {
                if block["text"].is_null() && block["fields"].is_null() {
                    self.add("a section needs text or fields");
                }
                self.text(&block["text"], "text", 3000, Need::Optional);
                if !block["fields"].is_null() {
                    self.count(&block["fields"], "fields", 1, 10);
                    for field in list(&block["fields"]) {
                        self.text(field, "field", 2000, Need::Required);
                    }
                }
                if !block["accessory"].is_null() {
                    self.element(&block["accessory"]);
                }
            }
            "header" => self.plain(&block["text"], "header", 150, Need::Required),
            "divider" | "rich_text" | "table" => {}
            "markdown" => {
                self.length(&block["text"], "markdown", 12_000);
                if block["text"].as_str().is_none_or(str::is_empty) {
                    self.add("markdown is empty");
                }
            }
            "image" => {
                self.image(block);
                self.plain(&block["title"], "title", 2000, Need::Optional);
            }
            "context" => {
                self.count(&block["elements"], "context elements", 1, 10);
                for element in list(&block["elements"]) {
                    match element["type"].as_str() {
                        Some("image") => self.image(element),
                        _ => self.text(element, "context text", 3000, Need::Required),
                    }
                }
            }
            "actions" => {
                self.count(&block["elements"], "actions elements", 1, 25);
                for element in list(&block["elements"]) {
                    self.element(element);
                }
            }
            "input" => {
                if surface == Surface::Home && block["dispatch_action"] != true {
                    // Legal, but nothing would ever be sent: a home has no submit button.
                    self.add("an input in a home needs dispatch_action");
                }
                self.plain(&block["label"], "label", 2000, Need::Required);
                self.plain(&block["hint"], "hint", 2000, Need::Optional);
                self.element(&block["element"]);
            }
            other => self.add(format!("unknown block type {other:?}")),
        }
    }

    fn image(&mut self, image: &Value) {
        if image["alt_text"].as_str().is_none() {
            self.add("an image needs alt_text");
        }
        self.length(&image["alt_text"], "alt_text", 2000);
        self.length(&image["image_url"], "image_url", 3000);
    }

    fn element(&mut self, element: &Value) {
        self.length(&element["action_id"], "action_id", 255);
        self.plain(&element["placeholder"], "placeholder", 150, Need::Optional);
        self.confirm(&element["confirm"]);
        let kind = element["type"].as_str().unwrap_or_default();
        match kind {
            "image" => self.image(element),
            "button" | "workflow_button" => {
                self.plain(&element["text"], "button text", 75, Need::Required);
                self.length(&element["value"], "button value", 2000);
                self.length(&element["url"], "button url", 3000);
                self.length(&element["accessibility_label"], "accessibility_label", 75);
                if !matches!(element["style"].as_str(), None | Some("primary" | "danger")) {
                    self.add("button style is primary or danger");
                }
            }
            "static_select" | "multi_static_select" => {
                let groups = &element["option_groups"];
                if groups.is_null() {
                    self.options(&element["options"], 100, 75);
                } else {
                    self.count(groups, "option groups", 1, 100);
                    for group in list(groups) {
                        self.plain(&group["label"], "group label", 75, Need::Required);
                        self.options(&group["options"], 100, 75);
                    }
                }
                self.initial(element);
            }
            "overflow" => self.options(&element["options"], 5, 75),
            "radio_buttons" | "checkboxes" => {
                self.options(&element["options"], 10, 75);
                self.initial(element);
            }
            "plain_text_input" => {
                let most = element["max_length"].as_u64().unwrap_or(3000);
                if most == 0 || most > 3000 {
                    self.add("max_length is from 1 to 3000");
                }
                if element["min_length"].as_u64().unwrap_or(0) > most {
                    self.add("min_length is above max_length");
                }
                let most = usize::try_from(most).expect("checked against 3000 or small enough");
                self.length(&element["initial_value"], "initial_value", most);
            }
            "external_select"
            | "multi_external_select"
            | "users_select"
            | "multi_users_select"
            | "conversations_select"
            | "multi_conversations_select"
            | "channels_select"
            | "multi_channels_select"
            | "datepicker"
            | "timepicker"
            | "datetimepicker"
            | "number_input"
            | "email_text_input"
            | "url_text_input"
            | "rich_text_input"
            | "file_input" => {}
            other => self.add(format!("unknown element type {other:?}")),
        }
    }

    fn confirm(&mut self, confirm: &Value) {
        if confirm.is_null() {
            return;
        }
        self.plain(&confirm["title"], "confirm title", 100, Need::Required);
        self.text(&confirm["text"], "confirm text", 300, Need::Required);
        self.plain(&confirm["confirm"], "confirm button", 30, Need::Required);
        self.plain(&confirm["deny"], "deny button", 30, Need::Required);
    }

    fn options(&mut self, options: &Value, most: usize, text: usize) {
        self.count(options, "options", 1, most);
        let mut values = BTreeSet::new();
        for option in list(options) {
            self.text(&option["text"], "option text", text, Need::Required);
            self.plain(&option["description"], "option description", 75, Need::Optional);
            match option["value"].as_str() {
                None | Some("") => self.add("an option needs a value"),
                Some(value) if !values.insert(value) => {
                    self.add(format!("option value {value} occurs twice"));
                }
                Some(_) => self.length(&option["value"], "option value", 150),
            }
        }
    }

    fn initial(&mut self, element: &Value) {
        let mut chosen = list(&element["initial_options"]);
        chosen.extend(element.get("initial_option"));
        for option in chosen {
            let offered = offered(element).into_iter().any(|other| {
                other["value"] == option["value"] && other["text"]["text"] == option["text"]["text"]
            });
            if !offered {
                self.add("the initial option is none of the options");
            }
        }
    }
}

/// Every option of a select, the grouped ones included.
pub fn offered(element: &Value) -> Vec<&Value> {
    let grouped = list(&element["option_groups"]).into_iter().flat_map(|group| list(&group["options"]));
    list(&element["options"]).into_iter().chain(grouped).collect()
}

/// The interactive elements of a block.
pub fn elements(block: &Value) -> Vec<&Value> {
    let mut found: Vec<&Value> = ["accessory", "element"].iter().filter_map(|key| block.get(key)).collect();
    if block["type"] == "actions" {
        found.extend(list(&block["elements"]));
    }
    found
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

/// Everything a person can read in these blocks, a line each: text as written, `[Button]`, `[Select: …]`.
pub fn visible_text(blocks: &[Value]) -> String {
    let mut lines = Vec::new();
    for block in blocks {
        let mut line: Vec<String> = Vec::new();
        let said = |value: &Value| value["text"].as_str().map(str::to_owned);
        match block["type"].as_str().unwrap_or_default() {
            "divider" => line.push("----".to_owned()),
            "markdown" => line.extend(block["text"].as_str().map(str::to_owned)),
            "rich_text" => line.push(rich_text(block)),
            "context" => line.extend(list(&block["elements"]).into_iter().filter_map(said)),
            "image" => line.extend(block["alt_text"].as_str().map(|alt| format!("({alt})"))),
            _ => {
                line.extend(said(&block["text"]));
                line.extend(list(&block["fields"]).into_iter().filter_map(said));
                line.extend(said(&block["label"]));
                line.extend(said(&block["hint"]).map(|hint| format!("({hint})")));
            }
        }
        line.extend(elements(block).into_iter().map(control));
        lines.push(line.join(" "));
    }
    lines.join("\n")
}

fn control(element: &Value) -> String {
    if let Some(label) = element["text"]["text"].as_str() {
        return format!("[{label}]");
    }
    if element["type"] == "image" {
        return format!("({})", element["alt_text"].as_str().unwrap_or_default());
    }
    let options: Vec<&str> = offered(element).iter().filter_map(|o| o["text"]["text"].as_str()).collect();
    let placeholder = element["placeholder"]["text"].as_str().unwrap_or_default();
    format!("[{placeholder}: {}]", options.join(" | "))
}

fn rich_text(value: &Value) -> String {
    let label = |key: &str| value[key].as_str().unwrap_or_default();
    let own = match value["type"].as_str().unwrap_or_default() {
        "user" => format!("@{}", label("user_id")),
        "channel" => format!("#{}", label("channel_id")),
        "date" => label("fallback").to_owned(),
        "broadcast" => format!("@{}", label("range")),
        "link" if value["text"].is_null() => label("url").to_owned(),
        _ => label("text").to_owned(),
    };
    let inner: Vec<String> = list(&value["elements"]).into_iter().map(rich_text).collect();
    // The parts of a block stand on lines of their own.
    own + inner.join(if value["type"] == "rich_text" { "\n" } else { "" }).as_str()
}
