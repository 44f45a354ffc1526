//! Bodies against the specification that Discord publishes.
//!
//! Invariant: each operation's schema is compiled once in a process; without the specification nothing
//! is refused here, and that is said once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

type Compiled = Option<Arc<Validator>>;

static SPEC: LazyLock<Option<Value>> = LazyLock::new(|| {
    let path = folder().join("discord/openapi.json");
    let spec =
        std::fs::read_to_string(&path).ok().map(|text| serde_json::from_str(&text).expect("it is JSON"));
    if spec.is_none() {
        eprintln!("Discord's specification is not at {}: bodies are not checked against it", path.display());
    }
    spec
});

static SCHEMAS: Mutex<BTreeMap<String, Compiled>> = Mutex::new(BTreeMap::new());

/// Where the published specifications are.
pub fn folder() -> PathBuf {
    let given = std::env::var_os("GOODTURN_SPEC_DIR").map(PathBuf::from);
    given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/spec"))
}

/// What the schema of this operation says against the body.
pub fn wrong(method: &str, template: &str, body: &Value) -> Vec<String> {
    let Some(schema) = schema(method, template) else { return Vec::new() };
    let mut body = body.clone();
    for command in body.as_array_mut().into_iter().flatten() {
        // The specification types it as a number, the API takes the text that all libraries send.
        let bits = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
        if let Some(bits) = bits {
            command["default_member_permissions"] = json!(bits);
        }
    }
    let errors = schema.iter_errors(&body);
    errors.map(|error| format!("{}: {}", error.instance_path(), short(&error.to_string()))).collect()
}

/// Enough of an error to find it.
fn short(text: &str) -> String {
    let end = text.char_indices().nth(300).map_or(text.len(), |(end, _)| end);
    text[..end].to_owned()
}

fn schema(method: &str, template: &str) -> Compiled {
    let mut known = SCHEMAS.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = known.entry(format!("{method} {template}")).or_insert_with(|| {
        let spec = SPEC.as_ref()?;
        let operation = &spec["paths"][template][method.to_lowercase()];
        let mut schema = operation["requestBody"]["content"]["application/json"].get("schema")?.clone();
        // Only what is reachable, so that compiling is quick.
        let mut wanted = BTreeSet::new();
        reach(spec, &schema, &mut wanted);
        let parts: Map<String, Value> = wanted
            .into_iter()
            .map(|name| (name.clone(), spec["components"]["schemas"][&name].clone()))
            .collect();
        schema["components"] = json!({"schemas": parts});
        Some(Arc::new(jsonschema::draft202012::new(&schema).expect("the published schema is one")))
    });
    compiled.clone()
}

fn reach(spec: &Value, schema: &Value, wanted: &mut BTreeSet<String>) {
    match schema {
        Value::Array(all) => all.iter().for_each(|inner| reach(spec, inner, wanted)),
        Value::Object(all) => {
            if let Some(name) =
                all.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/components/schemas/"))
                && wanted.insert(name.to_owned())
            {
                reach(spec, &spec["components"]["schemas"][name], wanted);
            }
            all.values().for_each(|inner| reach(spec, inner, wanted));
        }
        _ => {}
    }
}
