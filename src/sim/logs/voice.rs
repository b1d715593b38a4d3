//! What a container writes: a pure function of how it lived. Kept are its
//! beginning, its end and its last words; the lines between are computed for
//! whoever reads them, so that a world that has run for weeks is no larger.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::dice::Dice;
use super::super::{Sim, ecs};
use super::line::{Line, OVERHEAD};
use super::stream::Stream;

/// Of each so long a while, a server writes at most one line about a request.
const WHILE_MS: i64 = 60_000;
/// From writing a line until it can be read.
const TRANSIT_MS: i64 = 500;
const PATHS: &[&str] = &["/", "/api/wallets", "/api/wallets/42", "/api/rates", "/health", "/login"];
const STATUSES: &[u16] = &[200, 200, 200, 200, 304, 201];

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Voice {
    began: i64,
    ended: Option<i64>,
    opening: Vec<Said>,
    /// Whether it tells of requests while it runs.
    serves: bool,
    last_words: Vec<(i64, Said)>,
    /// Lines arrive up to so much later than they were written.
    late_ms: i64,
    seed: u64,
}

/// What was said, and the number of the line.
#[derive(Clone, Serialize, Deserialize)]
struct Said(u64, String);

/// Numbers of brought lines are smaller.
const SAID: u64 = 1 << 63;

impl Said {
    fn all(texts: Vec<String>, dice: &mut Dice) -> Vec<Said> {
        texts.into_iter().map(|text| Said(dice.draw() | SAID, text)).collect()
    }
}

impl Voice {
    /// Its lines that were written from `from` up to `until`, in order.
    pub fn lines(&self, from: i64, until: i64) -> impl Iterator<Item = Line> + '_ {
        let opening = self.opening.iter().zip(0..).map(|(said, place)| (self.began + place, said.clone()));
        let end = self.ended.unwrap_or(i64::MAX).min(until);
        let served = self.whiles(from, end).filter_map(move |number| self.request(number)).filter(move |(at, _)| *at <= end);
        let last = self.last_words.iter().cloned();
        let all = opening.chain(served).chain(last);
        all.filter(move |(at, _)| (from..=until).contains(at)).map(|(at, said)| self.line(at, said))
    }

    /// The last line that can be read by `now`.
    pub fn last(&self, now: i64) -> Option<Line> {
        // Late lines apart, the last few whiles hold one.
        let since = self.ended.unwrap_or(now).min(now) - 20 * WHILE_MS - self.late_ms;
        let arrived = |line: &Line| line.ingested <= now;
        let recent = self.lines(since, now).filter(arrived).last();
        recent.or_else(|| self.lines(i64::MIN, now).filter(arrived).last())
    }

    /// About so many bytes.
    pub fn bytes(&self, since: i64, now: i64) -> i64 {
        const USUAL: i64 = 30 + OVERHEAD as i64;
        let (begin, end) = (self.began.max(since), self.ended.unwrap_or(now));
        let served = if self.serves { (end - begin).max(0) / WHILE_MS } else { 0 };
        (served + (self.opening.len() + self.last_words.len()) as i64) * USUAL
    }

    /// The numbers of the whiles between two times, the first after the opening.
    fn whiles(&self, from: i64, end: i64) -> std::ops::Range<i64> {
        if !self.serves || end < self.began {
            return 0..0;
        }
        let number = |at: i64| at.saturating_sub(self.began) / WHILE_MS;
        number(from.max(self.began)).max(1)..number(end) + 1
    }

    /// In three of four whiles there is a request worth a line.
    fn request(&self, number: i64) -> Option<(i64, Said)> {
        let mut dice = self.dice(self.began + number * WHILE_MS);
        if dice.below(4) == 0 {
            return None;
        }
        let at = self.began + number * WHILE_MS + dice.below(WHILE_MS as u64) as i64;
        let path = PATHS[dice.below(PATHS.len() as u64) as usize];
        let status = STATUSES[dice.below(STATUSES.len() as u64) as usize];
        let text = format!("GET {path} {status} {}ms", 2 + dice.below(90));
        Some((at, Said(dice.draw() | SAID, text)))
    }

    fn line(&self, at: i64, Said(number, message): Said) -> Line {
        let late = if self.late_ms > 0 { self.dice(at).below(self.late_ms as u64 + 1) as i64 } else { 0 };
        Line { at, number, ingested: at + TRANSIT_MS + late, message }
    }

    /// The chance that belongs to one moment of this container.
    fn dice(&self, at: i64) -> Dice {
        Dice::new(self.seed ^ (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// Where a container writes, and how it begins.
pub fn task_started(sim: &mut Sim, id: &str) {
    let began = sim.now.as_millisecond();
    for output in ecs::outputs(sim, id) {
        // Lines to a group that does not exist are lost.
        let Some(group) = sim.logs.groups.get_mut(&output.group) else { continue };
        let voice = Voice {
            began,
            ended: None,
            opening: Said::all(opening(&output), &mut sim.dice),
            serves: output.port.is_some() && output.errand.is_none(),
            last_words: vec![],
            late_ms: output.late_ms,
            seed: seed(&output.stream),
        };
        group.streams.insert(output.stream, Stream { created: began, voice: Some(voice) });
    }
}

/// A stream's own: its task's id is chance already.
fn seed(stream: &str) -> u64 {
    let digest = Sha256::digest(stream.as_bytes());
    u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}

fn opening(output: &ecs::Output) -> Vec<String> {
    let mut lines = vec![format!("starting {} from {}", output.container, output.image)];
    lines.extend(output.secrets.iter().map(|name| format!("configuration {name} loaded")));
    lines.push(match (&output.errand, output.port) {
        (Some(command), _) if !command.is_empty() => format!("running {command}"),
        (Some(_), _) => "running".to_owned(),
        (None, Some(port)) => format!("listening on port {port}"),
        (None, None) => "ready".to_owned(),
    });
    lines
}

/// The last words of the container that is about to crash; one that is killed
/// falls silent.
pub fn task_crashed(sim: &mut Sim, id: &str) {
    let words = ecs::last_words(sim, id);
    for output in ecs::crashing_outputs(sim, id) {
        let words = words.iter().filter(|last| last.container == output.container).map(|last| last.line.clone());
        fall_silent(sim, &output, words.collect());
    }
}

/// What those that still run say when they get the stop signal, and that the
/// others say nothing any more.
pub fn task_stopped(sim: &mut Sim, id: &str) {
    let words = ["received SIGTERM, closing connections", "stopped"].map(str::to_owned).to_vec();
    for output in ecs::heeding_outputs(sim, id) {
        fall_silent(sim, &output, words.clone());
    }
    for output in ecs::outputs(sim, id) {
        fall_silent(sim, &output, vec![]);
    }
}

/// Once only: what has ended says nothing more.
fn fall_silent(sim: &mut Sim, output: &ecs::Output, words: Vec<String>) {
    let now = sim.now.as_millisecond();
    let stream = sim.logs.groups.get_mut(&output.group).and_then(|group| group.streams.get_mut(&output.stream));
    let Some(voice) = stream.and_then(|stream| stream.voice.as_mut()).filter(|voice| voice.ended.is_none()) else {
        return;
    };
    voice.ended = Some(now - 1);
    voice.last_words = Said::all(words, &mut sim.dice).into_iter().zip(0..).map(|(said, place)| (now + place, said)).collect();
}
