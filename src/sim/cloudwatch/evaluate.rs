//! What an expression of metric math comes to.

use std::collections::BTreeMap;

use super::expression::{Expression, Function};
use super::queries::Series;

/// What the names in an expression mean.
pub struct Scope<'a> {
    pub known: &'a BTreeMap<&'a str, Series>,
    /// The series of the request that are metrics.
    pub metrics: &'a [&'a Series],
    /// The periods of so many seconds that were asked for.
    pub grid: &'a dyn Fn(i64) -> Vec<i64>,
}

enum Worth {
    Number(f64),
    Series(Series),
    Several(Vec<Series>),
}

pub fn evaluate(expression: &Expression, scope: &Scope) -> Result<Series, String> {
    match worth(expression, scope)? {
        Worth::Series(series) => Ok(series),
        Worth::Number(_) => Err("it gives a number and not a time series".into()),
        Worth::Several(_) => Err("it gives several time series".into()),
    }
}

fn worth(expression: &Expression, scope: &Scope) -> Result<Worth, String> {
    Ok(match expression {
        Expression::Number(number) => Worth::Number(*number),
        Expression::Name(name) => {
            Worth::Series(scope.known.get(name.as_str()).cloned().ok_or_else(|| format!("there is no id {name}"))?)
        }
        Expression::Negated(inner) => each(worth(inner, scope)?, |value| -value),
        Expression::Binary(sign, left, right) => binary(*sign, worth(left, scope)?, worth(right, scope)?)?,
        Expression::Call(function, arguments) => call(*function, arguments, scope)?,
        Expression::List(items) => {
            let items = items.iter().map(|item| match worth(item, scope)? {
                Worth::Series(series) => Ok(series),
                _ => Err("a list holds time series only".to_owned()),
            });
            Worth::Several(items.collect::<Result<_, _>>()?)
        }
    })
}

fn each(worth: Worth, change: impl Fn(f64) -> f64) -> Worth {
    let changed = |series: Series| Series {
        points: series.points.into_iter().map(|(at, value)| (at, change(value))).collect(),
        period: series.period,
    };
    match worth {
        Worth::Number(number) => Worth::Number(change(number)),
        Worth::Series(series) => Worth::Series(changed(series)),
        Worth::Several(all) => Worth::Several(all.into_iter().map(changed).collect()),
    }
}

fn compute(sign: char, left: f64, right: f64) -> f64 {
    match sign {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        _ => left.powf(right),
    }
}

/// Where both sides were measured; what has no finite value is left out.
fn binary(sign: char, left: Worth, right: Worth) -> Result<Worth, String> {
    let finite = |series: Series| {
        Worth::Series(Series {
            points: series.points.into_iter().filter(|(_, value)| value.is_finite()).collect(),
            period: series.period,
        })
    };
    let alone = |worth: Worth| match worth {
        Worth::Series(series) => Ok(series),
        _ => Err("arithmetic takes single time series and numbers".to_owned()),
    };
    Ok(match (left, right) {
        (Worth::Number(left), Worth::Number(right)) => match compute(sign, left, right) {
            value if value.is_finite() => Worth::Number(value),
            _ => return Err("it divides by zero".into()),
        },
        (Worth::Number(left), right) => {
            let Worth::Series(series) = each(Worth::Series(alone(right)?), |right| compute(sign, left, right)) else {
                return Err("arithmetic takes single time series and numbers".into());
            };
            finite(series)
        }
        (left, Worth::Number(right)) => {
            let Worth::Series(series) = each(Worth::Series(alone(left)?), |left| compute(sign, left, right)) else {
                return Err("arithmetic takes single time series and numbers".into());
            };
            finite(series)
        }
        (left, right) => {
            let (left, right) = (alone(left)?, alone(right)?);
            let both = left.points.iter().filter_map(|(at, value)| Some((*at, compute(sign, *value, *right.points.get(at)?))));
            finite(Series { points: both.collect(), period: left.period })
        }
    })
}

fn call(function: Function, arguments: &[Expression], scope: &Scope) -> Result<Worth, String> {
    match (function, arguments) {
        (Function::Metrics, []) => Ok(Worth::Several(scope.metrics.iter().map(|series| (*series).clone()).collect())),
        (Function::Fill, [of, with]) => match (worth(of, scope)?, worth(with, scope)?) {
            (Worth::Series(series), Worth::Number(value)) => Ok(Worth::Series(fill(series, value, scope))),
            _ => Err("FILL takes a time series and a number".into()),
        },
        (Function::Period, [of]) => match worth(of, scope)? {
            Worth::Series(series) => Ok(Worth::Number(series.period as f64)),
            _ => Err("PERIOD takes a time series".into()),
        },
        (Function::Abs, [of]) => Ok(each(worth(of, scope)?, f64::abs)),
        (Function::Ceiling, [of]) => Ok(each(worth(of, scope)?, f64::ceil)),
        (Function::Floor, [of]) => Ok(each(worth(of, scope)?, f64::floor)),
        (Function::Average | Function::Largest | Function::Least | Function::Sum, [of]) => reduce(function, worth(of, scope)?),
        _ => Err("a function was given too many arguments, or too few".into()),
    }
}

fn fill(series: Series, with: f64, scope: &Scope) -> Series {
    let filled = (scope.grid)(series.period).into_iter().map(|at| (at, series.points.get(&at).copied().unwrap_or(with)));
    Series { points: filled.collect(), period: series.period }
}

/// A series to one number, several series to one.
fn reduce(function: Function, of: Worth) -> Result<Worth, String> {
    let one = |values: &[f64]| match function {
        Function::Sum => values.iter().sum(),
        Function::Average => values.iter().sum::<f64>() / values.len() as f64,
        Function::Largest => values.iter().copied().fold(f64::MIN, f64::max),
        _ => values.iter().copied().fold(f64::MAX, f64::min),
    };
    match of {
        Worth::Number(number) => Ok(Worth::Number(number)),
        Worth::Series(series) if series.points.is_empty() => Ok(Worth::Number(0.0)),
        Worth::Series(series) => Ok(Worth::Number(one(&series.points.into_values().collect::<Vec<_>>()))),
        Worth::Several(all) => {
            let period = all.first().map(|series| series.period).ok_or("there is no metric")?;
            let mut values: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (at, value) in all.into_iter().flat_map(|series| series.points) {
                values.entry(at).or_default().push(value);
            }
            Ok(Worth::Series(Series { period, points: values.into_iter().map(|(at, values)| (at, one(&values))).collect() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, f64)]) -> Series {
        Series { period: 60, points: points.iter().copied().collect() }
    }

    fn value(text: &str) -> Result<Vec<(i64, f64)>, String> {
        let known = BTreeMap::from([("a", series(&[(0, 1.0), (60, 2.0), (120, 4.0)])), ("b", series(&[(0, 2.0), (60, 0.0)]))]);
        let metrics: Vec<&Series> = known.values().collect();
        let grid = |period: i64| (0..4).map(|number| number * period).collect();
        let parsed = Expression::parse(text).map_err(|wrong| format!("{wrong:?}"))?;
        evaluate(&parsed, &Scope { known: &known, metrics: &metrics, grid: &grid })
            .map(|found| found.points.into_iter().collect())
    }

    #[test]
    fn arithmetic_on_series_and_numbers() {
        for (text, points) in [
            ("a", vec![(0, 1.0), (60, 2.0), (120, 4.0)]),
            ("100 * a / b", vec![(0, 50.0)]),
            ("a + b * 2", vec![(0, 5.0), (60, 2.0)]),
            ("(a+b)*2", vec![(0, 6.0), (60, 4.0)]),
            ("-a ^ 2 + 0", vec![(0, 1.0), (60, 4.0), (120, 16.0)]),
            ("FILL(b, 7)", vec![(0, 2.0), (60, 0.0), (120, 7.0), (180, 7.0)]),
            ("a / SUM(b)", vec![(0, 0.5), (60, 1.0), (120, 2.0)]),
            ("SUM(METRICS())", vec![(0, 3.0), (60, 2.0), (120, 4.0)]),
            ("MAX([a, b])", vec![(0, 2.0), (60, 2.0), (120, 4.0)]),
            ("CEIL(a / 3) - PERIOD(a)", vec![(0, -59.0), (60, -59.0), (120, -58.0)]),
        ] {
            assert_eq!(value(text).unwrap(), points, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (text, part) in [
            ("", "ends too early"),
            ("a +", "ends too early"),
            ("a b", "unexpected 'b'"),
            ("(a", "')' is missing"),
            ("1 + 2", "not a time series"),
            ("[a, b]", "several"),
            ("1 / 0 + a", "divides by zero"),
            ("FILL(a)", "arguments"),
            ("IF(a, b, 1)", "Unsupported"),
            ("a > 1", "Unsupported"),
            ("SELECT AVG(x) FROM y", "Unsupported"),
            (&"(".repeat(2000), "too deeply"),
            (&"-".repeat(2000), "too deeply"),
        ] {
            let why = value(text).unwrap_err();
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
