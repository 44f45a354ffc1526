//! How people fill a form: what they say for a field becomes the value that the form offers for it.

use serde_json::Value;

/// The answer that a script gives to a field.
pub fn given<'a>(answers: &'a [(String, String)], field: &str) -> Option<&'a str> {
    answers.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
}

/// The values that are meant by labels or values, joined by commas; all must be offered.
pub fn chosen<'a>(
    options: &'a [Value],
    said: &str,
    label: impl Fn(&Value) -> Option<&str>,
) -> Vec<&'a Value> {
    let find =
        |said: &str| options.iter().find(|option| label(option) == Some(said) || option["value"] == said);
    if let Some(one) = find(said) {
        return vec![one];
    }
    let words = said.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| find(word).unwrap_or_else(|| panic!("the form has no choice {word}"))).collect()
}

/// Whoever fills a field that is not there is told so.
pub fn known<'a>(answers: &[(String, String)], fields: impl Iterator<Item = &'a str>) {
    let fields: Vec<&str> = fields.collect();
    for (name, _) in answers {
        assert!(fields.contains(&name.as_str()), "the form has no field {name}");
    }
}
