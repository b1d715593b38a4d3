//! Lines, in one order over all streams of a group: by time, then by number.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::group::Group;
use super::stream::Stream;
use crate::map;
use crate::value::Value;

/// What AWS adds to each line when it counts bytes.
pub(super) const OVERHEAD: usize = 26;

/// Where a line stands: its time in milliseconds, and a number that no other
/// line of the same time has.
pub(super) type Position = (i64, u64);

/// A line that PutLogEvents brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub at: i64,
    pub number: u64,
    pub ingested: i64,
    pub stream: String,
    pub message: String,
}

impl Stored {
    pub fn bytes(&self) -> i64 {
        (self.message.len() + OVERHEAD) as i64
    }
}

/// A line as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub at: i64,
    pub number: u64,
    pub ingested: i64,
    pub message: String,
}

impl Line {
    pub fn position(&self) -> Position {
        (self.at, self.number)
    }

    pub fn bytes(&self) -> usize {
        self.message.len() + OVERHEAD
    }

    /// The 56 digits that AWS gives a line.
    pub fn id(&self) -> String {
        format!("{:020}{:036}", self.at, self.number)
    }

    /// As FilterLogEvents shows it.
    pub fn found_in(&self, stream: &str) -> Value {
        map! {
            "logStreamName" => stream, "timestamp" => self.at, "message" => self.message.as_str(),
            "ingestionTime" => self.ingested, "eventId" => self.id(),
        }
    }

    /// As GetLogEvents shows it.
    pub fn shown(&self) -> Value {
        map! { "timestamp" => self.at, "message" => self.message.as_str(), "ingestionTime" => self.ingested }
    }
}

/// What is read: the streams that pass, from a position on, up to a time.
pub(super) struct Range<'a> {
    pub streams: &'a dyn Fn(&str) -> bool,
    /// The first position that counts.
    pub from: Position,
    /// The last time that counts.
    pub until: i64,
    pub now: i64,
}

type Source<'a> = Box<dyn Iterator<Item = (&'a str, Line)> + 'a>;

/// The lines of the group in order. They are made as they are asked for: a page
/// costs what stands on it, not what stands in the group.
pub(super) fn lines<'a>(group: &'a Group, range: &Range<'a>) -> impl Iterator<Item = (&'a str, Line)> + use<'a> {
    let Range { streams, until, now, .. } = *range;
    let from = range.from.max((group.kept_since(now), 0));
    let passing = group.streams.iter().filter(|(name, _)| streams(name)).map(|(name, stream)| (name.as_str(), stream));
    let passing: Vec<(&'a str, &'a Stream)> = passing.collect();
    let mut sources: Vec<Source<'a>> = vec![];
    for (name, stream) in passing {
        if let Some(voice) = &stream.voice {
            let said = voice.lines(from.0, until.min(now)).skip_while(move |line| line.position() < from);
            sources.push(Box::new(said.map(move |line| (name, line))));
        }
    }
    let first = group.lines.partition_point(|line| (line.at, line.number) < from);
    let brought = group.lines[first..].iter().take_while(move |line| line.at <= until);
    let brought = brought.filter(move |line| streams(&line.stream)).map(|line| {
        let Stored { at, number, ingested, stream, message } = line;
        (stream.as_str(), Line { at: *at, number: *number, ingested: *ingested, message: message.clone() })
    });
    sources.push(Box::new(brought));
    // A line can be read once it has arrived.
    merge(sources).filter(move |(_, line)| line.ingested <= now)
}

fn merge<'a>(mut sources: Vec<Source<'a>>) -> impl Iterator<Item = (&'a str, Line)> + 'a {
    let mut heads: Vec<Option<(&'a str, Line)>> = sources.iter_mut().map(Iterator::next).collect();
    let place = |head: &Option<(&'a str, Line)>, at: usize| head.as_ref().map(|(_, line)| Reverse((line.position(), at)));
    let mut order: BinaryHeap<Reverse<(Position, usize)>> =
        heads.iter().enumerate().filter_map(|(at, head)| place(head, at)).collect();
    std::iter::from_fn(move || {
        let Reverse((_, at)) = order.pop()?;
        let line = heads[at].take();
        heads[at] = sources[at].next();
        order.extend(place(&heads[at], at));
        line
    })
}
