//! Reading lines: one stream from either end, or a search over many, both in
//! pages whose tokens say where they stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::document::Document;
use super::super::paging::mark;
use super::super::refuse::{invalid_parameter, refuse_if};
use super::super::request::{has_prefix, passes_any, texts};
use super::super::{Answer, Sim};
use super::line::{Line, Position, Range, lines};
use super::pattern::Pattern;
use super::{named, stream};
use crate::api::Failure;
use crate::map;
use crate::value::Value;

const PAGE_MOST: usize = 10_000;
const PAGE_BYTES: usize = 1_048_576;
/// So many lines are looked at for one page: a search for something rare
/// answers in pages that are short or empty.
const SEARCHED_MOST: usize = 20_000;
const STREAM_NAMES_MOST: usize = 100;
/// No line stands so far.
const BEYOND: Position = (i64::MAX, u64::MAX);

fn bound(request: &Value, name: &str) -> Option<i64> {
    request.get(name).and_then(Value::as_int)
}

fn limit(request: &Value) -> Result<usize, Failure> {
    match bound(request, "limit") {
        None => Ok(PAGE_MOST),
        Some(limit @ 1..=10_000) => Ok(limit as usize),
        Some(limit) => Err(invalid_parameter(format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 \
             and {PAGE_MOST}"
        ))),
    }
}

fn invalid_token() -> Failure {
    invalid_parameter("The specified nextToken is invalid.")
}

/// One stream. The end is where a token comes back as it was sent.
pub(super) fn get(sim: &Sim, request: &Value) -> Answer {
    let group = named(sim, request)?;
    let name = request.text("logStreamName").unwrap_or_default();
    refuse_if(!group.streams.contains_key(name), stream::lacks)?;
    let most = limit(request)?;
    let mine = |other: &str| other == name;
    // The end of the time is left out here, and not in a search.
    let (start, end) = (bound(request, "startTime").unwrap_or(i64::MIN), bound(request, "endTime").unwrap_or(i64::MAX));
    let until = if end == i64::MAX { end } else { end.saturating_sub(1) };
    let range = |from: Position| Range { streams: &mine, from, until, now: sim.now.as_millisecond() };
    let all = |from: Position| lines(group, &range(from.max((start, 0)))).map(|(_, line)| line);
    let from_head = request.get("startFromHead").and_then(Value::as_bool).unwrap_or(false);
    match request.text("nextToken").map(Token::read).transpose()? {
        None if from_head => Ok(page(first_of(all((i64::MIN, 0)), most), (0, 0), (0, 0))),
        None => Ok(page(last_of(all((i64::MIN, 0)), most), (0, 0), (0, 0))),
        Some(Token::After(place)) => Ok(page(first_of(all(next(place)), most), place, next(place))),
        Some(Token::Before(place)) => {
            let before = all((i64::MIN, 0)).take_while(|line| line.position() < place);
            Ok(page(last_of(before, most), previous(place), place))
        }
    }
}

/// Where a page of one stream begins or ends.
enum Token {
    After(Position),
    Before(Position),
}

impl Token {
    fn read(text: &str) -> Result<Token, Failure> {
        let digits = text.get(2..).and_then(|rest| rest.strip_suffix("/s")).filter(|digits| digits.len() == 56);
        let place = digits.and_then(|digits| Some((digits[..20].parse().ok()?, digits[20..].parse().ok()?)));
        match (text.get(..2), place) {
            (Some("f/"), Some(place)) => Ok(Token::After(place)),
            (Some("b/"), Some(place)) => Ok(Token::Before(place)),
            _ => Err(invalid_token()),
        }
    }
}

fn next((at, number): Position) -> Position {
    number.checked_add(1).map_or((at.saturating_add(1), 0), |number| (at, number))
}

fn previous((at, number): Position) -> Position {
    number.checked_sub(1).map_or((at.saturating_sub(1).max(0), u64::MAX), |number| (at, number))
}

fn first_of(lines: impl Iterator<Item = Line>, most: usize) -> Vec<Line> {
    let mut bytes = 0;
    let fits = |line: &Line| {
        bytes += line.bytes();
        bytes <= PAGE_BYTES
    };
    lines.take(most).take_while(fits).collect()
}

fn last_of(lines: impl Iterator<Item = Line>, most: usize) -> Vec<Line> {
    let mut kept = std::collections::VecDeque::new();
    let mut bytes = 0;
    for line in lines {
        bytes += line.bytes();
        kept.push_back(line);
        while kept.len() > most || bytes > PAGE_BYTES {
            bytes -= kept.pop_front().map_or(0, |line: Line| line.bytes());
        }
    }
    kept.into()
}

/// An empty page goes on, either way, from where it stands.
fn page(lines: Vec<Line>, after: Position, before: Position) -> Value {
    let after = lines.last().map_or(after, Line::position);
    let before = lines.first().map_or(before, Line::position);
    let token = |way: char, (at, number): Position| format!("{way}/{:020}{number:036}/s", at.max(0));
    map! {
        "events" => lines.iter().map(Line::shown).collect::<Vec<_>>(),
        "nextForwardToken" => token('f', after), "nextBackwardToken" => token('b', before),
    }
}

/// Many streams, oldest line first.
pub(super) fn filter(sim: &Sim, request: &Value) -> Answer {
    let group = named(sim, request)?;
    let names = texts(request, "logStreamNames");
    let prefixed = request.text("logStreamNamePrefix").is_some();
    refuse_if(prefixed && !names.is_empty(), || {
        invalid_parameter("LogStreamNames and LogStreamNamePrefix cannot be specified together.")
    })?;
    refuse_if(names.len() > STREAM_NAMES_MOST, || {
        invalid_parameter(format!("A search names at most {STREAM_NAMES_MOST} log streams."))
    })?;
    refuse_if(names.iter().any(|name| !group.streams.contains_key(*name)), stream::lacks)?;
    let pattern = Pattern::read(request.text("filterPattern").unwrap_or_default())?;
    let most = limit(request)?;
    let from = match request.text("nextToken") {
        None => (bound(request, "startTime").unwrap_or(i64::MIN), 0),
        Some(token) => read_token(request, token)?,
    };
    let streams = |name: &str| passes_any(request, "logStreamNames", name) && has_prefix(request, "logStreamNamePrefix", name);
    let until = bound(request, "endTime").unwrap_or(i64::MAX);
    let range = Range { streams: &streams, from, until, now: sim.now.as_millisecond() };
    let found = search(lines(group, &range), &pattern, most);
    let mut answer = Document::from(map! { "events" => found.events, "searchedLogStreams" => Value::List(vec![]) });
    if let Some(place) = found.next {
        answer.set("nextToken", write_token(request, place));
    }
    Ok(answer.to_value())
}

struct Found {
    events: Vec<Value>,
    /// Where the next page begins.
    next: Option<Position>,
}

fn search<'a>(lines: impl Iterator<Item = (&'a str, Line)>, pattern: &Pattern, most: usize) -> Found {
    let (mut events, mut bytes) = (vec![], 0);
    for (searched, (stream, line)) in lines.enumerate() {
        let fits = pattern.fits(&line.message);
        bytes += if fits { line.bytes() } else { 0 };
        if searched >= SEARCHED_MOST || fits && (events.len() >= most || bytes > PAGE_BYTES) {
            return Found { events, next: Some(line.position()) };
        }
        if fits {
            events.push(line.found_in(stream));
        }
    }
    Found { events, next: None }
}

fn write_token(request: &Value, (at, number): Position) -> String {
    STANDARD.encode(format!("{} {at} {number}", mark(request, "events", &["limit", "nextToken"])))
}

/// A token holds for the search that it was given to.
fn read_token(request: &Value, token: &str) -> Result<Position, Failure> {
    let text = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(invalid_token)?;
    let mut words = text.split(' ');
    let known = words.next() == Some(mark(request, "events", &["limit", "nextToken"]).as_str());
    let place = words.next().zip(words.next()).and_then(|(at, number)| Some((at.parse().ok()?, number.parse().ok()?)));
    place.filter(|place| known && *place < BEYOND).ok_or_else(invalid_token)
}
