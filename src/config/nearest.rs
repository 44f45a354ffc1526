//! "Did you mean": the known word that is nearest to a mistyped one.

/// The nearest of some words, or none that is near enough to be a slip of the finger.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (strsim::normalized_damerau_levenshtein(&word, &candidate.to_lowercase()), candidate)
        })
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// A key as it is told to the operator: `"listen" in [web]`.
pub fn told(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((section, key)) if section.starts_with("topics") => format!("{key:?} in [[topics]]"),
        Some((section, key)) => format!("{key:?} in [{section}]"),
        None => format!("{path:?}"),
    }
}

/// The known key that somebody meant with an unknown one: the same word in another section, else the
/// nearest word in the same section, else (if the section itself is unknown) the nearest of all.
pub fn nearest_key<'a>(path: &str, known: &'a [&'static str]) -> Option<&'a str> {
    let (section, key) = split(path);
    let same_section = || known.iter().copied().filter(|candidate| split(candidate).0 == section);
    let in_section = nearest(key, same_section().map(|candidate| split(candidate).1))
        .and_then(|near| same_section().find(|candidate| split(candidate).1 == near));
    in_section
        .or_else(|| known.iter().copied().find(|candidate| split(candidate).1 == key))
        .or_else(|| nearest(path, known.iter().copied().filter(|_| same_section().next().is_none())))
}

fn split(path: &str) -> (&str, &str) {
    let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
    (section.split('[').next().unwrap_or(section), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_strays() {
        let known = ["web.listen", "limits.drain", "topics.channel", "defaults.timezone"];
        for (typed, meant) in [
            ("web.lisen", Some("web.listen")),
            ("wbe.listen", Some("web.listen")),
            ("web.drain", Some("limits.drain")),
            ("listen", Some("web.listen")),
            ("topics[3].chanel", Some("topics.channel")),
            ("defaults.banana", None),
        ] {
            assert_eq!(nearest_key(typed, &known), meant, "{typed}");
        }
    }
}
