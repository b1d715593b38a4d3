//! A world between two starts of its server: a snapshot, and a log of what
//! happened since, which is played again because a world is deterministic.
//!
//! Both carry a generation. A snapshot with a new one is in place before the log
//! is begun anew, so that a log of an older generation is known to be in the
//! snapshot already. Here are texts alone; who keeps them is a [`Storage`].
//!
//! Requests that only read are in the log too: a world may throw dice on them.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::apply::{apply, pass};
use crate::api::{self, Known, Operation};
use crate::sim::Sim;
use crate::value::{Timestamp, Value, parse_str, to_json};

const SNAPSHOT: &str = "rollbook sandbox";
const LOG: &str = "rollbook sandbox log";
const VERSION: u32 = 1;

/// Where a world is kept: one text that is replaced, one that grows.
pub trait Storage: Send + Sync {
    /// Adds to the log. When this returns, the bytes outlive the process.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;
    /// What was added outlives the machine, too.
    fn sync(&self) -> io::Result<()>;
    /// Shortens the log, durably.
    fn cut(&self, length: u64) -> io::Result<()>;
    /// Replaces the snapshot, durably and as a whole.
    fn replace(&self, snapshot: &str) -> io::Result<()>;
}

#[derive(Serialize, Deserialize)]
struct Snapshot<'a> {
    file: String,
    version: u32,
    generation: u64,
    seed: u64,
    #[serde(borrow)]
    world: &'a RawValue,
}

/// The first line of a log.
#[derive(Serialize, Deserialize)]
struct Head {
    log: String,
    version: u32,
    generation: u64,
}

/// A line: a request, or time that somebody moved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    at: Timestamp,
    module: Option<String>,
    operation: Option<String>,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
}

/// What a snapshot and its log come to.
pub struct Recovered {
    pub sim: Sim,
    pub seed: u64,
    pub generation: u64,
    /// How much of the log is whole, or in the snapshot already.
    pub whole: u64,
    /// How many lines of it were played.
    pub played: usize,
}

pub fn snapshot(generation: u64, seed: u64, sim: &Sim) -> String {
    let world = RawValue::from_string(sim.to_json()).expect("a world is JSON");
    let snapshot = Snapshot { file: SNAPSHOT.into(), version: VERSION, generation, seed, world: &world };
    serde_json::to_string(&snapshot).expect("the snapshot is plain data")
}

pub fn head(generation: u64) -> String {
    let head = Head { log: LOG.into(), version: VERSION, generation };
    serde_json::to_string(&head).expect("the head is plain data") + "\n"
}

/// The line of one request. Times stand in it as text: the shapes say where.
pub fn line(at: Timestamp, operation: &Operation, request: &Value) -> String {
    let request = to_json(request).expect("a request from the wire holds no secret leaf");
    let (module, name) = (operation.module, operation.name);
    format!("{{\"at\":\"{at}\",\"module\":\"{module}\",\"operation\":\"{name}\",\"request\":{request}}}\n")
}

pub fn moved(at: Timestamp) -> String {
    format!("{{\"at\":\"{at}\"}}\n")
}

pub fn recover(kept: &str, log: &[u8]) -> Result<Recovered, String> {
    let no_world = |why: String| format!("it is no world that this version of the sandbox kept ({why})");
    let kept: Snapshot = serde_json::from_str(kept).map_err(|error| no_world(error.to_string()))?;
    if kept.file != SNAPSHOT || kept.version != VERSION {
        return Err(no_world(format!("{} {}, not {SNAPSHOT} {VERSION}", kept.file, kept.version)));
    }
    let sim = Sim::from_json(kept.world.get()).map_err(no_world)?;
    let recovered = Recovered { sim, seed: kept.seed, generation: kept.generation, whole: 0, played: 0 };
    play(recovered, log)
}

/// Plays the lines of the snapshot's own generation up to where the log is torn.
fn play(mut recovered: Recovered, log: &[u8]) -> Result<Recovered, String> {
    let mut lines = log.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let Some(head) = whole(first).and_then(|line| serde_json::from_slice::<Head>(line).ok()) else {
        // Nothing follows a head that was still being written.
        return if whole(first).is_none() { Ok(recovered) } else { Err("its log is no log of the sandbox".into()) };
    };
    if head.log != LOG || head.version != VERSION || head.generation > recovered.generation {
        return Err("its log belongs to another snapshot or another version of the sandbox".into());
    }
    if head.generation < recovered.generation {
        recovered.whole = log.len() as u64;
        return Ok(recovered);
    }
    recovered.whole = first.len() as u64;
    while let Some(text) = lines.next() {
        match whole(text).and_then(read) {
            Some(event) => {
                event.happen(&mut recovered.sim);
                recovered.whole += text.len() as u64;
                recovered.played += 1;
            }
            // Nobody was told of a line that was not on the disk as a whole, nor of any after it.
            None if lines.all(|text| whole(text).and_then(read).is_none()) => break,
            None => return Err(format!("its log is damaged in line {}", recovered.played + 2)),
        }
    }
    Ok(recovered)
}

fn whole(line: &[u8]) -> Option<&[u8]> {
    line.strip_suffix(b"\n")
}

enum Event {
    Moved(Timestamp),
    Asked(Timestamp, &'static Operation, Value),
}

impl Event {
    fn happen(&self, sim: &mut Sim) {
        match self {
            Event::Moved(at) => pass(sim, *at),
            Event::Asked(at, operation, request) => drop(apply(sim, *at, operation, request)),
        }
    }
}

fn read(line: &[u8]) -> Option<Event> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let (module, name, request) = match (&line.module, &line.operation, line.request) {
        (Some(module), Some(name), Some(request)) => (module, name, request),
        (None, None, None) => return Some(Event::Moved(line.at)),
        _ => return None,
    };
    let operation = api::service(module)?.operations.iter().find(|operation| operation.name == name)?;
    let mut request = parse_str(request.get()).ok()?;
    // The same check as when it came: it makes times of the texts where times belong.
    api::validate(operation, &mut request, &Known::default()).ok()?;
    Some(Event::Asked(line.at, operation, request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::operation;
    use crate::map;

    fn world() -> (String, Vec<String>) {
        let kept = snapshot(3, 41, &Sim::guide(41));
        let at = |seconds: i64| Timestamp::from_second(1_782_896_400 + seconds).unwrap();
        let put = operation("secretsmanager", "put_secret_value").unwrap();
        let update = operation("ecs", "update_service").unwrap();
        let secret = map! { "SecretId" => "nest-wallet-prod-secrets", "SecretString" => "{\"a\":\"한국\"}" };
        let restart =
            map! { "cluster" => "nest-wallet-cluster", "service" => "nest-wallet-service", "forceNewDeployment" => true };
        let lines =
            [head(3), line(at(1), put, &secret), line(at(2), update, &restart), moved(at(95)), line(at(96), put, &secret)];
        (kept, lines.to_vec())
    }

    #[test]
    fn wherever_a_log_is_torn_its_whole_lines_are_played() {
        let (kept, lines) = world();
        let log = lines.concat();
        let worlds: Vec<String> =
            (1..=lines.len()).map(|whole| recover(&kept, lines[..whole].concat().as_bytes()).unwrap().sim.to_json()).collect();
        assert!(worlds.windows(2).all(|pair| pair[0] != pair[1]), "each line does something");
        let ends: Vec<usize> = lines
            .iter()
            .scan(0, |end, line| {
                *end += line.len();
                Some(*end)
            })
            .collect();
        for length in (0..=log.len()).filter(|length| length % 7 == 0 || ends.contains(length)) {
            let recovered = recover(&kept, &log.as_bytes()[..length]).unwrap();
            let whole = ends.iter().filter(|end| **end <= length).count();
            assert_eq!(recovered.played, whole.saturating_sub(1), "{length} bytes");
            assert_eq!(recovered.whole as usize, if whole == 0 { 0 } else { ends[whole - 1] });
            assert_eq!(recovered.sim.to_json(), worlds[whole.max(1) - 1]);
        }
    }

    #[test]
    fn a_log_that_is_in_the_snapshot_already_is_not_played_again() {
        let (kept, mut lines) = world();
        let untouched = recover(&kept, b"").unwrap().sim.to_json();
        lines[0] = head(2);
        let recovered = recover(&kept, lines.concat().as_bytes()).unwrap();
        assert_eq!((recovered.played, recovered.sim.to_json()), (0, untouched));
        lines[0] = head(4);
        assert!(recover(&kept, lines.concat().as_bytes()).is_err(), "the snapshot is older than the log");
    }

    #[test]
    fn damage_before_whole_lines_is_no_torn_end() {
        let (kept, mut lines) = world();
        lines[1] = "\0\0\0\n".into();
        assert!(recover(&kept, lines.concat().as_bytes()).is_err_and(|why| why.contains("line 2")));
        let end = [&lines[..1], &["\0\0\n".to_owned(), "\0".to_owned()]].concat().concat();
        assert_eq!(recover(&kept, end.as_bytes()).unwrap().played, 0);
    }
}
