//! What one message does by its words alone: asks, answers, thanks, greets, closes; and whether it needs
//! an answer.
//!
//! Invariant: when the words leave it open, the answer is [`Need::Unsure`], never a guess.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cues;

/// What a message does, chiefly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Act {
    /// It asks something, or says that something is wrong.
    Asks,
    /// It says that the matter is settled.
    Settles,
    /// It thanks and no more.
    Thanks,
    /// It greets or takes leave and no more.
    Greets,
    /// It says yes, fine, understood and no more.
    Assents,
    /// No words: emoji, signs.
    Signs,
    /// Nothing to read: an attachment, or text that is kept from us.
    Empty,
    /// It reads like an answer.
    Answers,
    /// It says something else.
    Says,
}

/// Whether a message needs an answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Need {
    /// Somebody should answer.
    Answer,
    /// Nobody has to.
    Nothing,
    /// It may or may not: to be shown, not to be nudged about.
    Unsure,
}

/// What the words of one message say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tone {
    /// What it does, chiefly.
    pub act: Act,
    /// Whether it needs an answer, by its words alone.
    pub need: Need,
    /// Every kind of cue that stands in it.
    pub(super) cues: Cues,
    /// How many words it has, up to 255.
    pub(super) length: u8,
}

/// Reads one message without its neighbours.
pub fn tone(text: &str) -> Tone {
    let heard = listen(text);
    let (act, need) = judge(&heard);
    let length = u8::try_from(heard.words).unwrap_or(u8::MAX);
    Tone { act, need, cues: heard.cues, length }
}

/// Whether a word is one of everyday talk, whoever else may be called so.
pub(super) fn is_everyday(word: &str) -> bool {
    LEXICON.contains_key(&hash(word))
}

/// A set of kinds of cues.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cues(u16);

impl Cues {
    pub(super) const THANKS: Self = Self(1);
    pub(super) const GREETS: Self = Self(1 << 1);
    pub(super) const ASSENTS: Self = Self(1 << 2);
    const FILLER: Self = Self(1 << 3);
    pub(super) const SOLVED: Self = Self(1 << 4);
    pub(super) const TROUBLE: Self = Self(1 << 5);
    pub(super) const ASKS: Self = Self(1 << 6);
    pub(super) const ANSWERS: Self = Self(1 << 7);
    pub(super) const EVERYBODY: Self = Self(1 << 8);
    pub(super) const MYSELF: Self = Self(1 << 9);
    pub(super) const YOU: Self = Self(1 << 10);
    const OPENER: Self = Self(1 << 11);
    const TURNS: Self = Self(1 << 12);
    /// A question mark that is no part of an address.
    pub(super) const QUESTION_MARK: Self = Self(1 << 13);
    /// A question by its words.
    const QUESTION: Self = Self(1 << 14);

    /// Whether one of those is among these.
    pub(super) fn has(self, those: Self) -> bool {
        self.0 & those.0 != 0
    }

    const fn and(self, those: Self) -> Self {
        Self(self.0 | those.0)
    }

    fn closing() -> Self {
        Self::THANKS.and(Self::GREETS).and(Self::ASSENTS)
    }
}

/// The longest phrase among the cues, in words.
const LONGEST_PHRASE: usize = 4;

/// Words read of one message; what needs an answer shows itself earlier.
const MOST_READ: usize = 120;

/// Thanks with so many words around them are still only thanks.
const BRIEF: usize = 12;

struct Heard {
    words: usize,
    /// Words that no closing phrase explains; a name or two may be among them.
    foreign: usize,
    /// Of them, those with a capital.
    capital: usize,
    cues: Cues,
    begins_with_thanks: bool,
    signs: bool,
}

fn judge(heard: &Heard) -> (Act, Need) {
    let cues = heard.cues;
    if heard.words == 0 {
        return match (cues.has(Cues::QUESTION_MARK), heard.signs) {
            (true, _) => (Act::Asks, Need::Unsure),
            (false, true) => (Act::Signs, Need::Nothing),
            (false, false) => (Act::Empty, Need::Unsure),
        };
    }
    let (trouble, turns) = (cues.has(Cues::TROUBLE), cues.has(Cues::TURNS));
    // "Is solved" begins like a question.
    let settled = cues.has(Cues::SOLVED) && !cues.has(Cues::QUESTION_MARK.and(Cues::ASKS));
    if !settled && cues.has(Cues::QUESTION_MARK.and(Cues::QUESTION)) {
        return (Act::Asks, Need::Answer);
    }
    if settled {
        return match (trouble, turns) {
            (true, _) => (Act::Asks, Need::Answer),
            (false, true) => (Act::Settles, Need::Unsure),
            (false, false) => (Act::Settles, Need::Nothing),
        };
    }
    if trouble {
        return (Act::Asks, Need::Answer);
    }
    if cues.has(Cues::THANKS) {
        if turns {
            return (Act::Asks, Need::Answer);
        }
        let only = heard.foreign <= heard.capital.min(2) || heard.begins_with_thanks && heard.words <= BRIEF;
        return (Act::Thanks, if only { Need::Nothing } else { Need::Unsure });
    }
    if heard.foreign <= heard.capital.min(2) && cues.has(Cues::closing()) {
        let act = if cues.has(Cues::GREETS) { Act::Greets } else { Act::Assents };
        return (act, Need::Nothing);
    }
    (if cues.has(Cues::ANSWERS) { Act::Answers } else { Act::Says }, Need::Unsure)
}

fn listen(text: &str) -> Heard {
    let mut heard = Heard {
        words: 0,
        foreign: 0,
        capital: 0,
        cues: Cues::default(),
        begins_with_thanks: false,
        signs: false,
    };
    // The hashes of the phrases that end at the word before, the shortest first.
    let mut phrases = [0_u64; LONGEST_PHRASE];
    let mut sentence_begins = true;
    for (place, chunk) in text.split_whitespace().enumerate() {
        if is_apart(chunk) || place == 0 && is_address(chunk) {
            heard.signs = true;
            continue;
        }
        for word in Pieces(chunk) {
            match word {
                Piece::Sign(sign) => {
                    if sign == '?' || sign == '¿' {
                        heard.cues = heard.cues.and(Cues::QUESTION_MARK);
                    }
                    heard.signs = true;
                    sentence_begins = true;
                    phrases = [0; LONGEST_PHRASE];
                }
                Piece::Word(word) => {
                    heard.words += 1;
                    if heard.words <= MOST_READ {
                        heard.word(word, &mut phrases, &mut sentence_begins);
                    }
                }
            }
        }
    }
    heard
}

impl Heard {
    fn word(&mut self, word: &str, phrases: &mut [u64; LONGEST_PHRASE], sentence_begins: &mut bool) {
        let own = hash(word);
        for length in (1..LONGEST_PHRASE).rev() {
            phrases[length] = if phrases[length - 1] == 0 { 0 } else { joined(phrases[length - 1], own) };
        }
        phrases[0] = own;
        let known = |phrase: u64| LEXICON.get(&phrase).copied().unwrap_or_default();
        let single = known(own);
        let all = phrases.iter().skip(1).fold(single, |all, &phrase| all.and(known(phrase)));
        self.cues = self.cues.and(all);
        if all.has(Cues::ASKS) || *sentence_begins && single.has(Cues::OPENER) {
            self.cues = self.cues.and(Cues::QUESTION);
        }
        if !single.has(Cues::closing().and(Cues::FILLER)) {
            self.foreign += 1;
            if word.starts_with(char::is_uppercase) {
                self.capital += 1;
            }
        }
        self.begins_with_thanks |= self.words <= 3 && single.has(Cues::THANKS);
        // "Hi, how …" and "thanks how …" begin after the courtesy.
        *sentence_begins &= single.has(Cues::closing());
    }
}

/// Addresses, mentions and `:emoji:` are neither words nor questions.
fn is_apart(chunk: &str) -> bool {
    chunk.contains("://")
        || chunk.starts_with("www.")
        || chunk.starts_with("<@")
        || chunk.starts_with('@')
        || chunk.len() > 2 && chunk.starts_with(':') && chunk.ends_with(':')
        || is_face(chunk)
}

/// `anna:` at the front.
fn is_address(chunk: &str) -> bool {
    chunk.strip_suffix(':').is_some_and(|name| !name.is_empty() && !is_everyday(name))
}

/// `:D`, `:P`, `;-)`, `xD` and the like.
fn is_face(chunk: &str) -> bool {
    let mut letters = chunk.chars();
    match (letters.next(), chunk.chars().count()) {
        (Some(':' | ';' | '=' | '8'), 2..=3) => {
            chunk.chars().all(|c| !c.is_alphanumeric() || "8DPpOoSsXx3cC".contains(c))
        }
        (Some('x' | 'X'), 2) => chunk.ends_with('D'),
        _ => false,
    }
}

enum Piece<'a> {
    Word(&'a str),
    /// A sign after which a sentence may begin.
    Sign(char),
}

/// Words with their inner apostrophes, and the signs between them.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let inner = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
        let mut chars = self.0.char_indices();
        let (_, first) = chars.next()?;
        if !first.is_alphanumeric() {
            self.0 = chars.as_str();
            return Some(Piece::Sign(first));
        }
        let end = self.0.find(|c| !inner(c)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(Piece::Word(word.trim_end_matches(['\'', '’'])))
    }
}

fn hash(word: &str) -> u64 {
    word.chars().flat_map(char::to_lowercase).fold(0xcbf2_9ce4_8422_2325, |hash, c| {
        let c = if c == '’' { '\'' } else { c };
        (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)
    })
}

fn joined(phrase: u64, word: u64) -> u64 {
    (phrase.rotate_left(17) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

static LEXICON: LazyLock<HashMap<u64, Cues>> = LazyLock::new(|| {
    let mut lexicon: HashMap<u64, Cues> = HashMap::new();
    for (phrases, cue) in [
        (cues::THANKS, Cues::THANKS),
        (cues::GREETINGS, Cues::GREETS),
        (cues::ASSENT, Cues::ASSENTS),
        (cues::FILLERS, Cues::FILLER),
        (cues::SOLVED, Cues::SOLVED),
        (cues::TROUBLE, Cues::TROUBLE),
        (cues::TURNING, Cues::TURNS),
        (cues::ASKING, Cues::ASKS),
        (cues::OPENERS, Cues::OPENER),
        (cues::ANSWERING, Cues::ANSWERS),
        (cues::EVERYBODY, Cues::EVERYBODY),
        (cues::MYSELF, Cues::MYSELF),
        (cues::YOU, Cues::YOU),
    ] {
        for phrase in phrases.split(',').map(str::trim) {
            let mut words = phrase.split(' ').map(hash);
            let first = words.next().unwrap_or_default();
            let entry = lexicon.entry(words.fold(first, joined)).or_default();
            *entry = entry.and(cue);
        }
    }
    lexicon
});

#[cfg(test)]
mod tests;
