//! The control door, for tests: the clock, the calls that came in, the world as
//! a whole. A web page must not drive it, so what a browser sends is refused.

use jiff::SignedDuration;

use super::commit::Ticket;
use super::desk::Desk;
use super::settle::settle;
use crate::api::Reply;
use crate::map;
use crate::sim::Sim;
use crate::value::{Map, Timestamp, Value, parse, to_json};

pub const PATH: &str = "/_sandbox/";

/// Further than any test goes, and over within seconds.
const ADVANCE_DAYS_MAX: i64 = 366;

const HELP: &str = "\
The control door of the rollbook sandbox. Bodies and answers are JSON.

GET  /_sandbox/clock            the virtual time
POST /_sandbox/advance          {\"seconds\": 90} or {\"to\": \"2026-07-01T10:00:00Z\"}: moves it
POST /_sandbox/settle           moves it until services and tasks have come to rest
GET  /_sandbox/calls?after=N    the calls that came in, secrets hidden; the last 10,000 are kept
POST /_sandbox/reset            the world begins anew
GET  /_sandbox/world            the whole world, its secrets in clear
PUT  /_sandbox/world            puts such a world in place of this one
";

/// A request to the control door.
pub struct Control<'a> {
    pub method: &'a str,
    /// Behind `/_sandbox/`.
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub from_browser: bool,
    pub body: &'a [u8],
}

type Done = Result<(String, Option<Ticket>), Refused>;

struct Refused(u16, String);

pub fn control(desk: &mut Desk, asked: &Control) -> (Reply, Option<Ticket>) {
    if asked.from_browser {
        return (refusal(Refused(403, "a web page may not drive the sandbox".into())), None);
    }
    if (asked.method, asked.path) == ("GET", "") {
        return (reply(200, "text/plain; charset=utf-8", HELP.into()), None);
    }
    match act(desk, asked) {
        Ok((text, ticket)) => (reply(200, "application/json", text + "\n"), ticket),
        Err(refused) => (refusal(refused), None),
    }
}

fn act(desk: &mut Desk, asked: &Control) -> Done {
    match (asked.method, asked.path) {
        ("GET", "clock") => Ok((clock(desk), None)),
        ("POST", "advance") => advance(desk, asked.body),
        ("POST", "settle") => {
            desk.tick();
            let (to, settled) = settle(&desk.sim);
            let ticket = desk.advance(to);
            Ok((json(map! { "now" => desk.now(), "settled" => settled }), ticket))
        }
        ("GET", "calls") => Ok((desk.calls.show(after(asked.query)?), None)),
        ("POST", "reset") => done(desk.reset(), desk),
        ("GET", "world") => {
            desk.tick();
            Ok((desk.sim.to_json(), None))
        }
        ("PUT", "world") => {
            let text = std::str::from_utf8(asked.body).map_err(|_| Refused(400, "the body is not UTF-8".into()))?;
            let sim = Sim::from_json(text).map_err(|why| Refused(400, why))?;
            done(desk.replace(sim), desk)
        }
        (_, "" | "clock" | "advance" | "settle" | "calls" | "reset" | "world") => {
            Err(Refused(405, format!("{PATH}{} does not take {}", asked.path, asked.method)))
        }
        _ => Err(Refused(404, format!("there is no {PATH}{}; GET {PATH} says what there is", asked.path))),
    }
}

fn advance(desk: &mut Desk, body: &[u8]) -> Done {
    let wanted = parse(body).map_err(|error| Refused(400, error.to_string()))?;
    let now = desk.now();
    let to = match wanted.as_map().map(|members| (members.len(), members.iter().next())) {
        Some((1, Some((name, Value::Text(text))))) if name == "to" => text.parse().ok(),
        Some((1, Some((name, amount)))) if name == "seconds" => span(amount).and_then(|span| now.checked_add(span).ok()),
        _ => None,
    };
    let to: Timestamp = to.ok_or_else(|| Refused(400, "say {\"seconds\": 90} or {\"to\": \"2026-07-01T10:00:00Z\"}".into()))?;
    if to < now {
        return Err(Refused(400, format!("it is {now} already, and time does not go back")));
    }
    if to.duration_since(now) > SignedDuration::from_hours(24 * ADVANCE_DAYS_MAX) {
        return Err(Refused(400, format!("that is more than {ADVANCE_DAYS_MAX} days")));
    }
    let ticket = desk.advance(to);
    Ok((clock(desk), ticket))
}

fn span(seconds: &Value) -> Option<SignedDuration> {
    match seconds {
        Value::Int(seconds) => Some(SignedDuration::from_secs(*seconds)),
        Value::Float(seconds) if seconds.is_finite() => Some(SignedDuration::from_millis((seconds * 1000.0).round() as i64)),
        _ => None,
    }
}

fn after(query: Option<&str>) -> Result<u64, Refused> {
    match query.unwrap_or_default() {
        "" => Ok(0),
        query => query
            .strip_prefix("after=")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| Refused(400, "the query may be after=N, where N is the number of a call".into())),
    }
}

fn clock(desk: &Desk) -> String {
    json(map! { "now" => desk.now(), "speed" => desk.clock.speed() })
}

fn done(result: Result<(), String>, desk: &Desk) -> Done {
    result.map_err(|why| Refused(500, why))?;
    Ok((json(map! { "now" => desk.now() }), None))
}

fn json(value: Value) -> String {
    to_json(&value).expect("no secret leaf inside")
}

fn refusal(Refused(status, why): Refused) -> Reply {
    let document = Map::from([("error".into(), Value::from(why))]);
    reply(status, "application/json", json(Value::Map(document)) + "\n")
}

fn reply(status: u16, kind: &str, body: String) -> Reply {
    Reply { status, headers: vec![("content-type", kind.to_owned())], body: body.into_bytes() }
}
