//! `goodturn eval unanswered`: replays recorded channels through the code that reads them in earnest, and
//! writes which questions it takes for answered, and by which message.
//!
//! Invariants: a question is judged by the messages up to the end of its window and none after; what
//! people wrote never stands in a complaint.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{MEND, WELL};
use crate::domain::ids::{MessageKey, UserKey};
use crate::domain::reading::{Channel, Said, Side};

/// What to read and where to write.
#[derive(Debug, Clone, clap::Args)]
pub struct Files {
    /// The messages, a JSON object a line: file, i, t (seconds), nick, kind (msg, action, bot, system), text; may be gzipped
    #[arg(long, value_name = "FILE")]
    stream: PathBuf,
    /// The questions.
    #[arg(
        long,
        value_name = "FILE",
        help = "The questions, a JSON object a line: file, i, window_end; may be gzipped"
    )]
    targets: PathBuf,
    /// Where the judgements go.
    #[arg(
        long,
        value_name = "FILE",
        help = "Where the judgements go, a JSON object a line: file, i, first_answer (a number or null)"
    )]
    out: PathBuf,
}

/// Judges every question; the exit code is `MEND` if a file cannot be read or written.
pub fn unanswered(files: &Files, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    match judge(files) {
        Ok(judged) => {
            let answered = judged.iter().flatten().count();
            let open = judged.len() - answered;
            writeln!(out, "{answered} answered, {open} not; written to {}", files.out.display())?;
            Ok(WELL)
        }
        Err(complaint) => {
            writeln!(err, "goodturn: {complaint}")?;
            Ok(MEND)
        }
    }
}

/// What is wrong with the input, in words for the terminal.
type Complaint = String;

#[derive(Deserialize)]
struct Line {
    file: String,
    i: u64,
    t: f64,
    nick: Option<String>,
    kind: Kind,
    text: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Msg,
    Action,
    Bot,
    System,
}

#[derive(Deserialize)]
struct Target {
    file: String,
    i: u64,
    window_end: u64,
}

#[derive(Serialize)]
struct Judged<'a> {
    file: &'a str,
    i: u64,
    first_answer: Option<u64>,
}

fn judge(files: &Files) -> Result<Vec<Option<u64>>, Complaint> {
    let mut targets: Vec<Target> = Vec::new();
    read(&files.targets, "file, i, window_end", |target| {
        targets.push(target);
        Ok(())
    })?;
    let mut replays: HashMap<String, Replay> = HashMap::new();
    for (place, target) in targets.iter().enumerate() {
        let replay = replays.entry(target.file.clone()).or_default();
        replay.targets.entry(target.i).or_default().push(place);
        replay.ends.entry(target.window_end).or_default().push(place);
    }
    let mut judged: Vec<Option<u64>> = vec![None; targets.len()];
    read(&files.stream, "file, i, t, nick, kind, text", |line: Line| {
        let Some(replay) = replays.get_mut(&line.file) else { return Ok(()) };
        replay.take_in(&line, &targets, &mut judged)
    })?;
    for replay in replays.values_mut() {
        replay.close(u64::MAX, &targets, &mut judged);
    }
    if let Some((place, target)) =
        targets.iter().enumerate().find(|(_, target)| !replays[&target.file].has_heard(target.i))
    {
        return Err(format!(
            "{} line {}: message {} of {} does not stand in {}",
            files.targets.display(),
            place + 1,
            target.i,
            target.file,
            files.stream.display(),
        ));
    }
    write(&files.out, &targets, &judged)?;
    Ok(judged)
}

/// One file of the stream on its way through the reader.
#[derive(Default)]
struct Replay {
    channel: Channel,
    /// Who was known by another name before, as the channel itself said.
    before: HashMap<String, String>,
    /// The questions by their message, and by the last message they may be judged by.
    targets: HashMap<u64, Vec<usize>>,
    ends: BTreeMap<u64, Vec<usize>>,
    heard: u64,
}

impl Replay {
    fn take_in(
        &mut self,
        line: &Line,
        targets: &[Target],
        judged: &mut [Option<u64>],
    ) -> Result<(), Complaint> {
        if line.i < self.heard {
            return Err(format!(
                "message {} of {} comes after message {}",
                line.i,
                line.file,
                self.heard - 1
            ));
        }
        self.heard = line.i + 1;
        // What ends before this message must not know it.
        if let Some(before) = line.i.checked_sub(1) {
            self.close(before, targets, judged);
        }
        match (line.kind, &line.nick) {
            (Kind::Msg | Kind::Action, Some(nick)) => self.hear(line, nick)?,
            (Kind::Msg | Kind::Action, None) => return Err(format!("message {} has no nick", line.i)),
            (Kind::System, _) => self.rename(&line.text),
            (Kind::Bot, _) => {}
        }
        Ok(())
    }

    fn hear(&mut self, line: &Line, nick: &str) -> Result<(), Complaint> {
        let author = UserKey::from(self.before.get(nick).map_or(nick, String::as_str));
        let message = MessageKey::from(line.i.to_string());
        let at = instant(line.t).ok_or_else(|| format!("t of message {} is no time", line.i))?;
        self.channel.hear(&Said {
            message: &message,
            author: &author,
            name: nick,
            side: Side::Unknown,
            at,
            text: &line.text,
            facts: &[],
        });
        if self.targets.contains_key(&line.i) {
            self.channel.follow();
        }
        Ok(())
    }

    fn rename(&mut self, text: &str) {
        if let Some((old, new)) = text.split_once(" is now known as ") {
            let first = self.before.get(old).cloned().unwrap_or_else(|| old.to_owned());
            self.before.insert(new.trim().to_owned(), first);
        }
    }

    /// Judges the questions whose window ends with that message or before.
    fn close(&mut self, last: u64, targets: &[Target], judged: &mut [Option<u64>]) {
        let open = if last == u64::MAX { BTreeMap::new() } else { self.ends.split_off(&(last + 1)) };
        for place in std::mem::replace(&mut self.ends, open).into_values().flatten() {
            let key = MessageKey::from(targets[place].i.to_string());
            let answer = self.channel.verdict(&key).and_then(|verdict| verdict.answer);
            judged[place] = answer.and_then(|answer| answer.message.as_str().parse().ok());
            // Another question about the same message may have a longer window.
            if self.targets[&targets[place].i].iter().all(|&other| targets[other].window_end <= last) {
                self.channel.let_go(&key);
            }
        }
    }

    fn has_heard(&self, i: u64) -> bool {
        i < self.heard
    }
}

/// Milliseconds are enough to tell messages apart.
#[expect(clippy::cast_possible_truncation, reason = "the range was looked at")]
fn instant(seconds: f64) -> Option<Timestamp> {
    let ms = seconds * 1_000.0;
    (ms.abs() < 1e15).then(|| Timestamp::from_millisecond(ms as i64).ok()).flatten()
}

/// Reads a file of JSON lines, gzipped or not, one after the other.
fn read<T: DeserializeOwned>(
    path: &Path,
    fields: &str,
    mut take: impl FnMut(T) -> Result<(), Complaint>,
) -> Result<(), Complaint> {
    let unreadable = |error: io::Error| format!("{} cannot be read: {error}", path.display());
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let zipped = file.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
    let plain: Box<dyn Read> =
        if zipped { Box::new(flate2::bufread::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut empty = true;
    for (number, line) in BufReader::new(plain).lines().enumerate() {
        let line = line.map_err(|error| format!("{} line {}: {error}", path.display(), number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        empty = false;
        // What serde has to say may quote what people wrote.
        let parsed = serde_json::from_str(&line).map_err(|error| {
            format!("column {} is not what an object with {fields} has there", error.column())
        });
        parsed
            .and_then(&mut take)
            .map_err(|what| format!("{} line {}: {what}", path.display(), number + 1))?;
    }
    if empty { Err(format!("{} is empty", path.display())) } else { Ok(()) }
}

fn write(path: &Path, targets: &[Target], judged: &[Option<u64>]) -> Result<(), Complaint> {
    let unwritable = |error: io::Error| format!("{} cannot be written: {error}", path.display());
    let mut out = BufWriter::new(File::create(path).map_err(unwritable)?);
    for (target, first_answer) in targets.iter().zip(judged) {
        let judged = Judged { file: &target.file, i: target.i, first_answer: *first_answer };
        serde_json::to_writer(&mut out, &judged).map_err(|error| unwritable(error.into()))?;
        out.write_all(b"\n").map_err(unwritable)?;
    }
    out.flush().map_err(unwritable)
}

#[cfg(test)]
mod tests;
