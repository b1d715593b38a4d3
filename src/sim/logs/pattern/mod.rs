//! Filter patterns: plain terms, or conditions on the members of a JSON line.
//! Patterns of columns (`[ip, user, status=4*]`) are not simulated.

mod compare;
mod json;
mod regex;

use super::super::refuse::{invalid_parameter, refuse_if, unsupported};
use crate::api::Failure;
use crate::value::parse_str;
pub(super) use compare::Compare;
use json::Condition;
pub(super) use regex::Regex;

const LENGTH_MOST: usize = 1024;
/// Parentheses; nobody nests deeper.
const GROUPS_MOST: usize = 100;

pub(super) enum Pattern {
    Terms(Terms),
    Json(Condition),
    Regex(Regex),
}

impl Pattern {
    pub fn read(text: &str) -> Result<Pattern, Failure> {
        let text = text.trim();
        refuse_if(text.len() > LENGTH_MOST || text.matches('(').count() > GROUPS_MOST, || {
            invalid_parameter(format!("A filter pattern has at most {LENGTH_MOST} characters."))
        })?;
        if text.starts_with('[') {
            return Err(unsupported("filter patterns of columns, as [a, b, c]"));
        }
        let invalid = || invalid_parameter("Invalid filter pattern");
        if text.starts_with('{') {
            return json::read(text).map(Pattern::Json).ok_or_else(invalid);
        }
        if let Some(inner) = text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')) {
            // Here, unlike in queries, there are no groups.
            let regex = Regex::read(inner).filter(|_| !inner.contains(['(', ')']));
            return regex.map(Pattern::Regex).ok_or_else(invalid);
        }
        Terms::read(text).map(Pattern::Terms).ok_or_else(invalid)
    }

    pub fn fits(&self, message: &str) -> bool {
        match self {
            Pattern::Terms(terms) => terms.fit(message),
            Pattern::Json(condition) => parse_str(message).is_ok_and(|value| condition.holds(&value)),
            Pattern::Regex(regex) => regex.finds(message),
        }
    }
}

/// All of some, none of others; or any of those with `?`, which count only
/// where nothing else is asked for.
#[derive(Debug, Default)]
pub(super) struct Terms {
    all: Vec<String>,
    none: Vec<String>,
    any: Vec<String>,
}

impl Terms {
    fn read(text: &str) -> Option<Terms> {
        let mut terms = Terms::default();
        let mut letters = text.chars().peekable();
        while let Some(first) = letters.next() {
            let (list, first) = match first {
                ' ' => continue,
                '?' => (&mut terms.any, letters.next()?),
                '-' => (&mut terms.none, letters.next()?),
                other => (&mut terms.all, other),
            };
            let mut term = String::new();
            if first == '"' {
                loop {
                    match letters.next()? {
                        '"' => break,
                        '\\' => term.push(letters.next()?),
                        letter => term.push(letter),
                    }
                }
            } else {
                term.push(first);
                while let Some(letter) = letters.next_if(|letter| *letter != ' ') {
                    term.push(letter);
                }
            }
            list.push(term);
        }
        Some(terms)
    }

    fn fit(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let alone = self.all.is_empty() && self.none.is_empty() && !self.any.is_empty();
        match alone {
            true => self.any.iter().any(has),
            false => self.all.iter().all(has) && !self.none.iter().any(has),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(message: &str, pattern: &str) -> bool {
        Pattern::read(pattern).unwrap_or_else(|failure| panic!("{pattern}: {failure}")).fits(message)
    }

    /// G20 Terms are all wanted, with their case; one in quotes is a phrase; one
    /// with a hyphen must be absent; of those with `?` one is enough, and beside
    /// others they do not count.
    #[test]
    fn g20_patterns_of_terms() {
        let line = "listening on port 3000, \"ready\"";
        for (pattern, fitting) in [
            ("", true),
            ("port listening", true),
            ("Port", false),
            ("\"on port\"", true),
            ("\"port on\"", false),
            ("\"\\\"ready\\\"\"", true),
            ("listening -3000", false),
            ("listening -\"port 4000\"", true),
            ("?absent ?3000", true),
            ("?absent ?missing", false),
            ("listening ?absent", true),
            ("absent ?listening", false),
            ("%port \\d+%", true),
            ("%port [4-9]%", false),
        ] {
            assert_eq!(fits(line, pattern), fitting, "{pattern}");
        }
    }

    /// G21 A pattern in braces looks at the members of a JSON line: equal, other,
    /// less, more, wildcards, null, true, absent, with and, or and parentheses.
    #[test]
    fn g21_patterns_of_json() {
        let line = r#"{"level":"error","status":502,"ok":false,"gone":null,"user":{"name":"kim-min"},"tags":["a","b"],"ms":1.5}"#;
        for (pattern, fitting) in [
            ("{ $.level = \"error\" }", true),
            ("{ $.level = error }", true),
            ("{$.level=\"err*\"}", true),
            ("{ $.level = \"Error\" }", false),
            ("{ $.level != \"info\" }", true),
            ("{ $.absent != \"info\" }", false),
            ("{ $.status >= 500 && $.status < 600 }", true),
            ("{ $.status = 502 }", true),
            ("{ $.status = 5* }", true),
            ("{ $.status > 502 }", false),
            ("{ $.ms <= 1.5e0 }", true),
            ("{ $.user.name = \"kim*\" }", true),
            ("{ $.tags[1] = \"b\" }", true),
            ("{ $.tags[2] = \"b\" }", false),
            ("{ $.tags[*] = \"b\" }", true),
            ("{ $.ok IS FALSE }", true),
            ("{ $.ok IS TRUE }", false),
            ("{ $.gone IS NULL }", true),
            ("{ $.absent NOT EXISTS }", true),
            ("{ $.level NOT EXISTS }", false),
            ("{ ($.level = \"warn\" || $.level = \"error\") && ($.status = 502) }", true),
            ("{ $.level = \"warn\" || $.level = \"info\" }", false),
            ("{ $.user.name = %kim-m.n% }", true),
        ] {
            assert_eq!(fits(line, pattern), fitting, "{pattern}");
        }
        assert!(!fits("level error", "{ $.level = \"error\" }"), "a line that is no JSON");
    }

    /// G22 What is no pattern is refused, and so is one of columns, which is not
    /// simulated.
    #[test]
    fn g22_what_is_no_pattern() {
        for pattern in
            ["\"open", "{ $.level }", "{ $.level = \"error\"", "{ level = 1 }", "{ $.a = 1 && }", "{ $.a < \"b\" }", "?", "%(%"]
        {
            let refused = Pattern::read(pattern).err().unwrap_or_else(|| panic!("{pattern}"));
            assert_eq!(refused.code(), "InvalidParameterException", "{pattern}");
        }
        assert_eq!(Pattern::read("[ip, user]").err().expect("refused").code(), "UnsupportedOperation");
    }
}
