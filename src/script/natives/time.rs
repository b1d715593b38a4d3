//! Times and durations. The time of a script is the gate's: virtual in the
//! sandbox, recorded everywhere.

use std::time::Duration;

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, perform};
use crate::effect::Effect;
use crate::script::dynamic::{Span, Time, to_dynamic};
use crate::script::failure::{Fallible, wrong};
use crate::value::{Value, parse_span, show_span};

pub(super) fn add(module: &mut Module) {
    declare("now", &[], "The time.")
        .set_into_module(module, |context: NativeCallContext| perform(&context, Effect::Now).map(to_dynamic));
    declare("alive", &[], "How long the run has been alive. Time between a stop and a resume does not count: for deadlines.")
        .set_into_module(module, alive);
    // Rhai's own clock would pass by the gate.
    declare("timestamp", &[], "The time, as `now()`.")
        .set_into_module(module, |context: NativeCallContext| perform(&context, Effect::Now).map(to_dynamic));
    declare("time", &["text: string"], "A time from RFC 3339 text, as \"2026-07-01T12:00:00Z\".").set_into_module(
        module,
        |context: NativeCallContext, text: &str| {
            text.parse::<Time>().map_err(|_| wrong(format!("`{text}` is not a time, as 2026-07-01T12:00:00Z"), &context))
        },
    );
    declare("time", &["milliseconds: integer"], "A time from milliseconds since 1970, as CloudWatch Logs counts.")
        .set_into_module(module, |context: NativeCallContext, milliseconds: i64| {
            Time::from_millisecond(milliseconds).map_err(|_| wrong("that time lies outside the calendar", &context))
        });
    declare("milliseconds", &["time"], "Milliseconds since 1970, as CloudWatch Logs counts.")
        .set_into_module(module, |time: &mut Time| time.as_millisecond());
    declare("duration", &["text: string"], "A duration from text, as \"90s\" or \"1h 30m\".").set_into_module(
        module,
        |context: NativeCallContext, text: &str| {
            parse_span(text).ok_or_else(|| wrong(format!("`{text}` is not a duration, as 90s or 1h 30m"), &context))
        },
    );
    declare("duration", &["duration"], "A duration as it is, so that both forms can be handed over.")
        .set_into_module(module, |span: Span| span);
    declare("seconds", &["count: integer"], "A duration of so many seconds.")
        .set_into_module(module, |count: i64| Span::from_secs(count));
    declare("sleep", &["duration"], "Waits, and can be interrupted.").set_into_module(module, sleep);
    declare("sleep", &["seconds: integer"], "Waits so many seconds.")
        .set_into_module(module, |context: NativeCallContext, seconds: i64| sleep(context, Span::from_secs(seconds)));
    declare("sleep", &["seconds: float"], "Waits so many seconds.").set_into_module(
        module,
        |context: NativeCallContext, seconds: f64| match Span::try_from_secs_f64(seconds) {
            Ok(span) => sleep(context, span),
            Err(_) => Err(wrong(format!("`{seconds}` is no number of seconds to wait"), &context)),
        },
    );
    add_arithmetic(module);
    add_text(module);
}

fn add_arithmetic(module: &mut Module) {
    declare("-", &["time", "time"], "The duration between two times.")
        .set_into_module(module, |later: &mut Time, earlier: Time| later.duration_since(earlier));
    declare("+", &["time", "duration"], "A later time.").set_into_module(module, shifted);
    declare("-", &["time", "duration"], "An earlier time.")
        .set_into_module(module, |context: NativeCallContext, time: &mut Time, span: Span| {
            shifted(context, time, span.checked_neg().unwrap_or(Span::MAX))
        });
    declare("+", &["duration", "duration"], "Both together.")
        .set_into_module(module, |one: &mut Span, other: Span| one.saturating_add(other));
    declare("-", &["duration", "duration"], "The rest.")
        .set_into_module(module, |one: &mut Span, other: Span| one.saturating_sub(other));
    declare("in_seconds", &["duration"], "Whole seconds.").set_into_module(module, |span: &mut Span| span.as_secs());
    macro_rules! compare {
        ($($operator:literal $method:ident),*) => {$(
            declare($operator, &["time", "time"], "Compares two times.").set_into_module(module, |one: &mut Time, other: Time| (*one).$method(&other));
            declare($operator, &["duration", "duration"], "Compares two durations.").set_into_module(module, |one: &mut Span, other: Span| (*one).$method(&other));
        )*};
    }
    compare!("==" eq, "!=" ne, "<" lt, "<=" le, ">" gt, ">=" ge);
}

fn add_text(module: &mut Module) {
    for name in ["to_string", "to_debug", "print", "debug"] {
        declare(name, &["time"], "RFC 3339 text.").set_into_module(module, |time: &mut Time| time.to_string());
        declare(name, &["duration"], "Text as 2m51s.").set_into_module(module, |span: &mut Span| show_span(*span));
    }
    declare("ago", &["time"], "How long ago a time was: 3m ago.").set_into_module(module, ago);
    declare("clock", &["time"], "The hours, minutes and seconds, in UTC.")
        .set_into_module(module, |time: &mut Time| time.strftime("%H:%M:%S").to_string());
}

fn alive(context: NativeCallContext) -> Fallible<Span> {
    perform(&context, Effect::Alive).map(|alive| Span::from_millis(alive.as_int().unwrap_or_default()))
}

fn ago(context: NativeCallContext, time: &mut Time) -> Fallible<String> {
    let now = match perform(&context, Effect::Now)? {
        Value::Time(now) => now,
        _ => *time,
    };
    // A clock that runs behind AWS's would make it lie ahead.
    let span = now.duration_since(*time).max(Span::ZERO);
    Ok(if span < Span::from_secs(1) { "just now".into() } else { format!("{} ago", show_span(span)) })
}

fn shifted(context: NativeCallContext, time: &mut Time, span: Span) -> Fallible<Time> {
    time.checked_add(span).map_err(|_| wrong("that time lies outside the calendar", &context))
}

/// Longer than any rollout; a longer wait is a mistake.
const LONGEST_SLEEP: Span = Span::from_hours(31 * 24);

fn sleep(context: NativeCallContext, span: Span) -> Fallible<Dynamic> {
    let duration = Duration::try_from(span).ok().filter(|_| span <= LONGEST_SLEEP);
    let duration = duration.ok_or_else(|| wrong(format!("{} is no time to wait", show_span(span)), &context))?;
    perform(&context, Effect::Sleep(duration)).map(to_dynamic)
}
