//! Whom a message names in its text: `anna: …`, `@anna`, a name in the middle, a name with a slip.
//!
//! Invariant: an everyday word is no name unless it is written as one (`@will`, `will: …`).

use super::acts::is_everyday;

/// Who is known by what name.
pub trait Register {
    /// How the register calls a person.
    type Person: Copy + PartialEq;

    /// The person of this name in lower case.
    fn by_name(&self, name: &str) -> Option<Self::Person>;

    /// Those who spoke lately, with their names in lower case.
    fn lately(&self) -> impl Iterator<Item = (Self::Person, &str)>;
}

/// Whom a text names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named<P> {
    /// At its beginning, the way one speaks to somebody.
    pub leading: Vec<P>,
    /// Elsewhere in it.
    pub inline: Vec<P>,
    /// It is directed at somebody who is not known here.
    pub stranger: bool,
}

/// Addressees read at the beginning of a text.
const MOST_LEADING: usize = 3;

/// Names shorter than this are recognised only where they are written as names.
const SHORT: usize = 4;

/// Finds the names in a text.
pub fn named<R: Register>(text: &str, register: &R) -> Named<R::Person> {
    let mut named = Named { leading: Vec::new(), inline: Vec::new(), stranger: false };
    let mut at_the_front = true;
    for (place, chunk) in text.split_whitespace().take(200).enumerate() {
        // `thanks@anna` too; an address of mail finds nobody.
        let (before, after) = chunk.rsplit_once('@').unwrap_or(("", chunk));
        let marked = after.len() < chunk.len();
        at_the_front &= before.is_empty();
        let bare = after.trim_start_matches(['<', '(', '"']);
        let called = bare.ends_with([':', ',', '>']);
        let person = lookup(bare, register).filter(|_| marked || called || !is_everyday(trimmed(bare)));
        if at_the_front {
            let person = person.or_else(|| if called || marked { nearly(bare, register) } else { None });
            if let Some(person) = person {
                named.leading.push(person);
                at_the_front = called && named.leading.len() < MOST_LEADING;
                continue;
            }
            named.stranger |=
                place == 0 && (chunk.starts_with('@') || bare.ends_with(':') && looks_like_a_name(bare));
            at_the_front = false;
        }
        if let Some(person) = person
            && (marked || trimmed(bare).chars().count() >= SHORT)
            && !named.leading.contains(&person)
            && !named.inline.contains(&person)
        {
            named.inline.push(person);
        }
    }
    named
}

fn lookup<R: Register>(chunk: &str, register: &R) -> Option<R::Person> {
    let chunk = chunk.to_lowercase();
    register
        .by_name(&chunk)
        .or_else(|| register.by_name(chunk.trim_end_matches(PUNCTUATION)))
        .or_else(|| register.by_name(trimmed(&chunk)))
        .or_else(|| chunk.strip_suffix("'s").and_then(|name| register.by_name(name)))
}

/// A name with one slip, or shortened, of exactly one of those who spoke lately.
fn nearly<R: Register>(chunk: &str, register: &R) -> Option<R::Person> {
    let name = trimmed(chunk).to_lowercase();
    let plain = undecorated(&name);
    if plain.chars().count() < 3 || is_everyday(plain) {
        return None;
    }
    let mut found = register.lately().filter(|(_, other)| {
        let other = undecorated(other);
        plain == other || other.starts_with(plain) || SHORT <= plain.chars().count() && one_slip(plain, other)
    });
    let person = found.next()?.0;
    found.all(|(other, _)| other == person).then_some(person)
}

const PUNCTUATION: [char; 9] = [':', ',', ';', '.', '!', '?', ')', '>', '"'];

fn trimmed(chunk: &str) -> &str {
    chunk.trim_matches(|c: char| PUNCTUATION.contains(&c) || c == '(' || c == '<' || c == '@')
}

/// Without what people hang on a name that is taken: `anna_`, `anna2`, `anna|away`.
fn undecorated(name: &str) -> &str {
    let name = name.split('|').next().unwrap_or(name);
    let plain = name.trim_end_matches(|c: char| !c.is_alphabetic());
    if plain.is_empty() { name } else { plain }
}

fn looks_like_a_name(chunk: &str) -> bool {
    let name = trimmed(chunk);
    name.chars().count() >= 3 && !chunk.contains("://") && !is_everyday(name)
}

/// Whether one letter more, less, different, or two swapped make one of the other.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    match long.len() - short.len() {
        0 => {
            let rest = |from: usize| {
                short[(same + from).min(short.len())..] == long[(same + from).min(long.len())..]
            };
            let swapped =
                same + 1 < short.len() && short[same] == long[same + 1] && short[same + 1] == long[same];
            rest(1) || swapped && rest(2)
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests;
