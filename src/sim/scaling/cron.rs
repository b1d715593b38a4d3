//! Cron expressions as AWS writes them: minutes, hours, day of the month, month,
//! day of the week, year. In UTC.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::value::Timestamp;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// How far ahead it looks for a day: any day of the calendar comes within that.
const DAYS_AHEAD: i32 = 366 * 28;

pub struct Cron {
    minutes: Vec<i64>,
    hours: Vec<i64>,
    /// Nothing: any day of the month. 0 is the last one.
    dates: Option<Vec<i64>>,
    months: Vec<i64>,
    /// Nothing: any day of the week. Sunday is 1.
    days: Option<Vec<i64>>,
    years: Vec<i64>,
}

impl Cron {
    pub fn parse(text: &str) -> Option<Cron> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, dates, months, days, years] = fields[..] else {
            return None;
        };
        // One of both days is left open.
        if (dates == "?") == (days == "?") {
            return None;
        }
        let dates = if dates == "L" { "0" } else { dates };
        let open = |field: &str| matches!(field, "?" | "*");
        let cron = Cron {
            minutes: list(minutes, 0, 59, &[])?,
            hours: list(hours, 0, 23, &[])?,
            dates: if open(dates) { None } else { Some(list(dates, 0, 31, &[])?) },
            months: list(months, 1, 12, &MONTHS)?,
            days: if open(days) { None } else { Some(list(days, 1, 7, &DAYS)?) },
            years: list(years, 1970, 2199, &[])?,
        };
        Some(cron)
    }

    /// The first time after `after`.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let start = after.to_zoned(TimeZone::UTC).datetime();
        for ahead in 0..DAYS_AHEAD {
            let date = start.date().checked_add(ahead.days()).ok()?;
            if i64::from(date.year()) > *self.years.last()? {
                return None;
            }
            if !self.has(date) {
                continue;
            }
            let times = self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour as i8, *minute as i8)));
            let times =
                times.filter_map(|(hour, minute)| Some(date.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp()));
            if let Some(time) = times.into_iter().find(|time| *time > after) {
                return Some(time);
            }
        }
        None
    }

    fn has(&self, date: Date) -> bool {
        let day = i64::from(date.day());
        let last = date.day() == date.days_in_month();
        let weekday = i64::from(Weekday::to_sunday_one_offset(date.weekday()));
        self.years.contains(&i64::from(date.year()))
            && self.months.contains(&i64::from(date.month()))
            && self.dates.as_ref().is_none_or(|dates| dates.contains(&day) || last && dates.contains(&0))
            && self.days.as_ref().is_none_or(|days| days.contains(&weekday))
    }
}

/// The numbers that a field means, in order: `*`, `5`, `1-5`, `0/15`, `MON,WED`.
fn list(field: &str, least: i64, most: i64, names: &[&str]) -> Option<Vec<i64>> {
    let number = |text: &str| {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = named.map_or_else(|| text.parse().ok(), |place| Some(place as i64 + least))?;
        (least..=most).contains(&number).then_some(number)
    };
    let mut all = vec![];
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            None if part.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        all.extend((from..=to).step_by(step));
    }
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_the_first_that_fits() {
        for (cron, after, next) in [
            ("0 8 * * ? *", "2026-07-01T09:00:00Z", Some("2026-07-02T08:00:00Z")),
            ("0 8 ? * MON-FRI *", "2026-07-03T09:00:00Z", Some("2026-07-06T08:00:00Z")),
            ("0/15 * * * ? *", "2026-07-01T09:15:00Z", Some("2026-07-01T09:30:00Z")),
            ("0 0 L * ? *", "2026-02-01T00:00:00Z", Some("2026-02-28T00:00:00Z")),
            ("30 23 29 FEB ? *", "2026-07-01T09:00:00Z", Some("2028-02-29T23:30:00Z")),
            ("0 8 1 1 ? 2026", "2026-07-01T09:00:00Z", None),
            ("0 8 30 2 ? *", "2026-07-01T09:00:00Z", None),
        ] {
            let found = Cron::parse(cron).unwrap().next(after.parse().unwrap());
            assert_eq!(found, next.map(|next| next.parse().unwrap()), "{cron}");
        }
    }

    #[test]
    fn what_is_no_cron_expression_is_none() {
        for text in ["", "0 8 * * *", "0 8 * * * *", "60 8 * * ? *", "0 8 ? * ? *", "x 8 * * ? *", "0/0 8 * * ? *"] {
            assert!(Cron::parse(text).is_none(), "{text}");
        }
    }
}
