//! Durations as people write and read them.

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// `2m51s`, `1h05m`, `41s`, `250ms`: two units at most.
pub fn show_span(span: SignedDuration) -> String {
    let seconds = span.as_secs().unsigned_abs();
    let sign = if span.is_negative() { "-" } else { "" };
    let text = match (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, 0) => format!("{}ms", span.subsec_millis().unsigned_abs()),
        (0, 0, 0, seconds) => format!("{seconds}s"),
        (0, 0, minutes, 0) => format!("{minutes}m"),
        (0, 0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (0, hours, 0, _) => format!("{hours}h"),
        (0, hours, minutes, _) => format!("{hours}h{minutes:02}m"),
        (days, 0, ..) => format!("{days}d"),
        (days, hours, ..) => format!("{days}d{hours:02}h"),
    };
    format!("{sign}{text}")
}

/// `90s`, `1h 30m`, `7d` of 24 hours each; nothing for anything else, or for less
/// than nothing.
pub fn parse_span(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok().filter(|span| !span.is_negative())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_shown_as_people_write_it() {
        for (text, shown) in [
            ("90s", "1m30s"),
            ("1h 30m", "1h30m"),
            ("30m", "30m"),
            ("250ms", "250ms"),
            ("27h", "1d03h"),
            ("90d", "90d"),
            ("2w", "14d"),
            ("1d 2h", "1d02h"),
        ] {
            assert_eq!(show_span(parse_span(text).unwrap()), shown, "{text}");
        }
        assert_eq!(parse_span("soon"), None);
        assert_eq!(parse_span("-5s"), None);
        // Nobody knows how long these are.
        assert_eq!((parse_span("1mo"), parse_span("1y")), (None, None));
    }
}
