//! Following a log: which of its lines are new, and how a line is shown.
//!
//! A window remembers the lines that a reader has seen, by their ids, as long
//! as they can come again. It asks AWS nothing and reads no clock.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstyle::{AnsiColor, Style};
use rhai::{Array, Dynamic, Module};
use sha2::{Digest, Sha256};

use super::declare;
use crate::script::dynamic::Time;
use crate::value::Timestamp;

pub(super) fn add(module: &mut Module) {
    declare("log_window", &[], "Remembers which lines of a log were seen, for reading the same times again and again.")
        .set_into_module(module, Window::default);
    declare("take", &["window", "events: list", "group: string"], "Keeps those of the events that are new; gives how many.")
        .set_into_module(module, |window: &mut Window, events: Array, group: &str| window.lock().take(events, group));
    declare("waiting", &["window"], "How many lines it keeps.")
        .set_into_module(module, |window: &mut Window| window.lock().waiting.len() as i64);
    declare("streams", &["window"], "The names of the streams of the lines that it keeps, each once.")
        .set_into_module(module, |window: &mut Window| window.lock().streams());
    declare("leave_out", &["window", "streams: list"], "Keeps the lines of these streams no more.")
        .set_into_module(module, |window: &mut Window, streams: Array| window.lock().leave_out(&streams));
    declare("hand_over", &["window"], "The lines that it keeps, oldest first; it keeps them no more.")
        .set_into_module(module, |window: &mut Window| window.lock().hand_over());
    declare("arrived", &["window"], "When the newest line reached AWS, by AWS's own clock; () before there was any.")
        .set_into_module(module, |window: &mut Window| window.lock().arrived());
    declare("forget_before", &["window", "time"], "Lines that are older will not be asked for again.")
        .set_into_module(module, |window: &mut Window, time: Time| window.lock().forget_before(time.as_millisecond()));
    declare("remembered", &["window"], "How many lines it would know again.")
        .set_into_module(module, |window: &mut Window| window.lock().seen.len() as i64);
    declare("log_line", &["event: map"], "A line of a log as people read it: its time in UTC, its stream, what it says.")
        .set_into_module(module, |event: rhai::Map| line(&event));
}

/// About 40 bytes each. Beyond, the oldest are forgotten, and what is older
/// than they are is no longer taken: rather a very late line lost than one
/// shown twice.
const REMEMBERED_MOST: usize = 500_000;

/// Shared by its copies, as a script hands it from function to function.
#[derive(Clone, Default)]
pub struct Window(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    /// Time and id.
    seen: BTreeSet<(i64, u128)>,
    /// Nothing older than this is new.
    floor: Option<i64>,
    waiting: Vec<(i64, rhai::Map)>,
    newest_arrival: Option<i64>,
}

impl Window {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn take(&mut self, events: Array, group: &str) -> i64 {
        let before = self.waiting.len();
        for mut event in events.into_iter().filter_map(Dynamic::try_cast::<rhai::Map>) {
            let int = |name: &str| event.get(name).and_then(|value| value.as_int().ok());
            let at = int("timestamp").unwrap_or_default();
            self.newest_arrival = self.newest_arrival.max(int("ingestionTime"));
            if self.floor.is_some_and(|floor| at < floor) || !self.seen.insert((at, id(&event, group))) {
                continue;
            }
            if !group.is_empty() {
                event.insert("logGroupName".into(), group.into());
            }
            self.waiting.push((at, event));
        }
        self.bound();
        (self.waiting.len() - before) as i64
    }

    fn bound(&mut self) {
        while self.seen.len() > REMEMBERED_MOST {
            let Some((oldest, _)) = self.seen.first().copied() else { return };
            self.forget_before(oldest + 1);
            self.floor = self.floor.max(Some(oldest + 1));
        }
    }

    fn streams(&self) -> Array {
        let names: BTreeSet<String> = self.waiting.iter().map(|(_, event)| stream(event)).collect();
        names.into_iter().map(Dynamic::from).collect()
    }

    fn leave_out(&mut self, streams: &Array) {
        let streams: BTreeSet<String> = streams.iter().map(ToString::to_string).collect();
        self.waiting.retain(|(_, event)| !streams.contains(&stream(event)));
    }

    fn hand_over(&mut self) -> Array {
        let mut lines = std::mem::take(&mut self.waiting);
        // Lines of the same time stay as they came.
        lines.sort_by_key(|(at, _)| *at);
        lines.into_iter().map(|(_, event)| Dynamic::from_map(event)).collect()
    }

    fn forget_before(&mut self, time: i64) {
        self.seen = self.seen.split_off(&(time, 0));
    }

    fn arrived(&self) -> Dynamic {
        let time = self.newest_arrival.and_then(|at| Timestamp::from_millisecond(at).ok());
        time.map_or(Dynamic::UNIT, Dynamic::from)
    }
}

fn stream(event: &rhai::Map) -> String {
    event.get("logStreamName").map(ToString::to_string).unwrap_or_default()
}

/// AWS gives every line an id; a server that does not is taken by what it says.
fn id(event: &rhai::Map, group: &str) -> u128 {
    let text = |name: &str| event.get(name).map(ToString::to_string).unwrap_or_default();
    let own = match event.contains_key("eventId") {
        true => text("eventId"),
        false => format!("{}\0{}\0{}", text("logStreamName"), text("timestamp"), text("message")),
    };
    let digest = Sha256::digest(format!("{group}\0{own}").as_bytes());
    u128::from_be_bytes(digest[..16].try_into().expect("a digest has 32 bytes"))
}

const COLORS: &[AnsiColor] = &[
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Blue,
    AnsiColor::Magenta,
    AnsiColor::BrightCyan,
    AnsiColor::BrightGreen,
    AnsiColor::BrightBlue,
];

/// `07-01 09:00:01 web/9f31abcd GET / 200`. Colors are taken away where nobody
/// sees them.
fn line(event: &rhai::Map) -> String {
    let text = |name: &str| event.get(name).filter(|value| value.is_string()).map(ToString::to_string).unwrap_or_default();
    let at = event.get("timestamp").and_then(|value| value.as_int().ok()).unwrap_or_default();
    let time = Timestamp::from_millisecond(at).unwrap_or_default().strftime("%m-%d %H:%M:%S");
    let (group, stream) = (text("logGroupName"), text("logStreamName"));
    let color = Sha256::digest(stream.as_bytes())[0] as usize % COLORS.len();
    let (faint, color) = (Style::new().dimmed(), COLORS[color].on_default());
    let group = if group.is_empty() { group } else { format!("{group} ") };
    format!("{faint}{time}{faint:#} {group}{color}{}{color:#} {}", short_stream(&stream), harmless(&text("message")))
}

/// `web/9f31abcd` of `ecs/web/9f31abcd…`; another stream as it is.
fn short_stream(stream: &str) -> String {
    match stream.split('/').collect::<Vec<_>>().as_slice() {
        [.., container, task] if task.len() == 32 && task.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{container}/{}", &task[..8])
        }
        _ => harmless(stream),
    }
}

/// What a container writes may not drive the terminal, nor pass for two lines.
fn harmless(message: &str) -> String {
    let stripped = anstream::adapter::strip_str(message.trim_end()).to_string();
    let shown = |letter: char| match letter {
        '\n' => Some('⏎'),
        '\t' => Some(' '),
        letter if letter.is_control() => None,
        letter => Some(letter),
    };
    stripped.chars().filter_map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: i64, id: &str, message: &str) -> Dynamic {
        let mut event = rhai::Map::new();
        event.insert("timestamp".into(), at.into());
        event.insert("ingestionTime".into(), (at + 5).into());
        event.insert("eventId".into(), id.into());
        event.insert("logStreamName".into(), format!("ecs/web/{}", "9f31abcd".repeat(4)).into());
        event.insert("message".into(), message.into());
        event.into()
    }

    fn said(window: &mut Seen) -> Vec<String> {
        let lines = window.hand_over().into_iter().map(|line| line.cast::<rhai::Map>()["message"].to_string());
        lines.collect()
    }

    #[test]
    fn a_line_is_new_once_however_late_it_comes() {
        let mut window = Seen::default();
        assert_eq!(window.take(vec![event(10, "a", "a"), event(30, "c", "c")], ""), 2);
        assert_eq!(said(&mut window), ["a", "c"]);
        assert_eq!(window.take(vec![event(10, "a", "a"), event(20, "b", "b"), event(30, "c", "c"), event(30, "d", "d")], ""), 2);
        assert_eq!(said(&mut window), ["b", "d"]);
        assert_eq!(window.take(vec![event(10, "a", "a")], "/another/group"), 1, "ids are a group's own");
        assert_eq!(window.newest_arrival, Some(35));
    }

    #[test]
    fn what_cannot_come_again_is_forgotten() {
        let mut window = Seen::default();
        window.take((0..100).map(|at| event(at, &at.to_string(), "m")).collect(), "");
        window.forget_before(90);
        assert_eq!((window.seen.len(), window.waiting.len()), (10, 100));
    }

    #[test]
    fn it_stays_small_and_rather_loses_than_repeats() {
        let mut window = Seen::default();
        for start in (0..REMEMBERED_MOST as i64 + 5_000).step_by(5_000) {
            let events = (start..start + 5_000).map(|at| event(at, &at.to_string(), "m"));
            assert_eq!(window.take(events.collect(), ""), 5_000);
            window.waiting.clear();
        }
        assert_eq!(window.seen.len(), REMEMBERED_MOST);
        assert_eq!(window.take(vec![event(0, "0", "m"), event(1, "late", "m")], ""), 0);
    }

    #[test]
    fn a_line_is_one_line_and_drives_no_terminal() {
        let shown = line(&event(1_782_896_401_000, "a", "\u{1b}[31mred\u{1b}[0m\talert\u{7}\nat main.js:1\n").cast());
        let plain = anstream::adapter::strip_str(&shown).to_string();
        assert_eq!(plain, "07-01 09:00:01 web/9f31abcd red alert⏎at main.js:1");
        assert_eq!(harmless("결제 완료 ✓"), "결제 완료 ✓");
        assert_eq!(short_stream("job/1"), "job/1");
    }
}
