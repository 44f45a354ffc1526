//! The words of a message as numbers that can be compared, and how rare each is in its channel.
//!
//! Invariant: memory is bounded: [`MOST_WORDS`] a message, [`MOST_KNOWN`] a channel.

use std::collections::HashMap;

/// Words kept of one message; a longer one is known by its beginning.
pub const MOST_WORDS: usize = 64;

/// Words a channel remembers; when there are more, the rare ones are forgotten.
const MOST_KNOWN: usize = 20_000;

/// A channel that was never read is taken for one that was quiet for so many messages.
const PRIOR: u32 = 30;

/// The different words of a text, as sorted numbers. Endings do not count (six letters are kept), so
/// that *install*, *installed* and *installing* are one; two letters are no word.
pub fn of(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for word in split(text) {
        let length = word.chars().count();
        if length < 3 {
            continue;
        }
        let hash = word.chars().take(6).flat_map(char::to_lowercase).fold(0x811c_9dc5, fnv);
        found.push(hash);
        if found.len() == MOST_WORDS {
            break;
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The runs of letters and digits of a text, as written.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn fnv(hash: u32, c: char) -> u32 {
    (hash ^ u32::from(c)).wrapping_mul(0x0100_0193)
}

/// In how many messages of a channel each word stood.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    messages: u32,
    seen: HashMap<u32, u32>,
}

impl Rarity {
    /// Counts one message.
    pub fn learn(&mut self, words: &[u32]) {
        self.messages += 1;
        for &word in words {
            *self.seen.entry(word).or_default() += 1;
        }
        if self.seen.len() > MOST_KNOWN {
            self.messages /= 2;
            self.seen.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
    }

    /// How many words are known.
    #[cfg(test)]
    pub fn known(&self) -> usize {
        self.seen.len()
    }

    /// How much a word says: 0 where every message has it, more the rarer it is.
    pub fn weight(&self, word: u32) -> f32 {
        let seen = self.seen.get(&word).copied().unwrap_or_default();
        (number(self.messages + PRIOR) / number(seen + 1)).ln().max(0.0)
    }

    /// The weights of all these words.
    pub fn weights(&self, words: &[u32]) -> Vec<f32> {
        words.iter().map(|&word| self.weight(word)).collect()
    }
}

/// What two sets of words share.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Shared {
    /// The weight of the words in both.
    pub weight: f32,
    /// That weight as a share of the smaller side's, damped where that side is small: 0 to 1.
    pub share: f32,
    /// How many words.
    pub count: u32,
}

/// Compares two sorted lists of words, the first with its weights.
pub fn shared(words: &[u32], weights: &[f32], others: &[u32]) -> Shared {
    let mut rest = others;
    let (mut both, mut all, mut count) = (0.0, 0.0, 0);
    for (word, weight) in words.iter().zip(weights) {
        all += weight;
        while let [first, tail @ ..] = rest
            && first < word
        {
            rest = tail;
        }
        if rest.first() == Some(word) {
            both += weight;
            count += 1;
        }
    }
    Shared { weight: both, share: both / (all + 6.0), count }
}

/// A small count as a number to reckon with.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of messages and words; beyond 16 million none matters"
)]
pub fn number(count: u32) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests;
