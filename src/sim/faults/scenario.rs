//! A scenario: the faults that a person wrote down in a TOML file, read with
//! the place of every mistake.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::kinds::{Kind, Member};
use super::pattern::nearest_operation;
use super::setting::{Setting, Takes};
use crate::api::did_you_mean;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Requests are throttled at the rates that AWS has for an account.
    pub throttle: bool,
    pub faults: Vec<Fault>,
}

/// What is wrong with a scenario's text, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScenarioError {
    pub what: String,
    /// From 1.
    pub line: usize,
    /// The line itself, with the place marked below it.
    pub excerpt: String,
    pub hint: Option<String>,
}

const TOP: &[&str] = &["throttle", "fault"];

impl Scenario {
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        Reader { text }.read()
    }

    pub fn is_empty(&self) -> bool {
        !self.throttle && self.faults.is_empty()
    }
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn read(&self) -> Result<Scenario, ScenarioError> {
        let table = DeTable::parse(self.text)
            .map_err(|error| self.wrong(error.message().to_owned(), error.span().unwrap_or_default(), None))?;
        let mut scenario = Scenario::default();
        for (key, value) in table.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("throttle", DeValue::Boolean(flag)) => scenario.throttle = *flag,
                ("throttle", _) => return Err(self.mistyped("throttle", Takes::Flag, value)),
                ("fault", DeValue::Array(items)) => {
                    scenario.faults = items.iter().map(|item| self.fault(item)).collect::<Result<_, _>>()?;
                }
                ("fault", _) => return Err(self.wrong("`fault` is a list: write [[fault]]".into(), key.span(), None)),
                (other, _) => {
                    let hint = did_you_mean(other, TOP.iter().copied())
                        .unwrap_or_else(|| "a scenario has throttle = true and [[fault]]".into());
                    return Err(self.wrong(format!("a scenario has no `{other}`"), key.span(), Some(hint)));
                }
            }
        }
        Ok(scenario)
    }

    fn fault(&self, item: &Spanned<DeValue>) -> Result<Fault, ScenarioError> {
        let Some(table) = item.get_ref().as_table() else {
            return Err(self.wrong("a fault is a table: write [[fault]]".into(), item.span(), None));
        };
        let kind = self.kind(table, item.span())?;
        let mut settings = defaults(kind);
        for (key, value) in table.iter().filter(|(key, _)| key.get_ref() != "kind") {
            let member = self.member(kind, key)?;
            let setting = member.takes.read(value.get_ref()).ok_or_else(|| self.mistyped(member.name, member.takes, value))?;
            settings.insert(member.name.to_owned(), setting);
        }
        self.check_moment(table)?;
        match kind.row().members().find(|member| member.required && !settings.contains_key(member.name)) {
            Some(missing) => {
                let what = format!("{} needs `{}`: {}", kind.row().name, missing.name, missing.help);
                Err(self.wrong(what, item.span(), None))
            }
            None => Ok(Fault { kind, settings }),
        }
    }

    fn kind(&self, table: &DeTable, place: Range<usize>) -> Result<Kind, ScenarioError> {
        let names = || Kind::ALL.iter().map(|kind| kind.row().name);
        let list = "rollbook sandbox faults lists the kinds";
        let Some(value) = table.get("kind") else {
            return Err(self.wrong("a fault needs `kind`".into(), place, Some(list.into())));
        };
        let name = value.get_ref().as_str().ok_or_else(|| self.mistyped("kind", Takes::Text, value))?;
        Kind::named(name).ok_or_else(|| {
            let hint = did_you_mean(name, names()).unwrap_or_else(|| list.into());
            self.wrong(format!("there is no fault of the kind `{name}`"), value.span(), Some(hint))
        })
    }

    fn member(&self, kind: Kind, key: &Key) -> Result<&'static Member, ScenarioError> {
        let name = key.get_ref();
        let members = || kind.row().members();
        members().find(|member| member.name == name).ok_or_else(|| {
            let names = || members().map(|member| member.name);
            let hint =
                did_you_mean(name, names()).unwrap_or_else(|| format!("it has {}", names().collect::<Vec<_>>().join(", ")));
            self.wrong(format!("{} has no `{name}`", kind.row().name), key.span(), Some(hint))
        })
    }

    /// A moment is given by the clock or by a request.
    fn check_moment(&self, table: &DeTable) -> Result<(), ScenarioError> {
        match (table.get_key_value("after_call"), table.contains_key("after"), table.get_key_value("delay")) {
            (Some((key, _)), true, _) => Err(self.wrong("give `after` or `after_call`, not both".into(), key.span(), None)),
            (None, _, Some((key, _))) => {
                Err(self.wrong("`delay` counts from a request: give `after_call` too".into(), key.span(), None))
            }
            _ => Ok(()),
        }
    }

    fn mistyped(&self, name: &str, takes: Takes, value: &Spanned<DeValue>) -> ScenarioError {
        let written = self.text.get(value.span()).unwrap_or_default();
        match (takes, value.get_ref().as_str()) {
            (Takes::Operation, Some(pattern)) => {
                let hint = nearest_operation(pattern).unwrap_or_else(|| format!("`{name}` is {}", takes.describe()));
                self.wrong(format!("no operation is called `{pattern}`"), value.span(), Some(hint))
            }
            (Takes::OneOf(words), Some(word)) => {
                let what = format!("`{name}` is {}, not {written}", takes.describe());
                self.wrong(what, value.span(), did_you_mean(word, words.iter().copied()))
            }
            _ => self.wrong(format!("`{name}` is {}, not {written}", takes.describe()), value.span(), None),
        }
    }

    fn wrong(&self, what: String, place: Range<usize>, hint: Option<String>) -> ScenarioError {
        let start = place.start.min(self.text.len());
        let before = self.text.get(..start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|letter| *letter != '\n').count();
        let content = self.text.lines().nth(line - 1).unwrap_or_default();
        let marked = self.text.get(place).unwrap_or_default().lines().next().unwrap_or_default().chars().count();
        let margin = " ".repeat(line.to_string().len());
        let excerpt = format!("{margin} |\n{line} | {content}\n{margin} | {}{}", " ".repeat(column), "^".repeat(marked.max(1)));
        ScenarioError { what, line, excerpt, hint }
    }
}

/// The settings of a fault whose file says nothing but its kind.
fn defaults(kind: Kind) -> BTreeMap<String, Setting> {
    let members = kind.row().members().filter_map(|member| Some((member, member.default?)));
    let read = |member: &Member, text: &str| {
        let value = DeValue::parse(text).ok()?;
        member.takes.read(value.get_ref())
    };
    members
        .map(|(member, text)| {
            (member.name.to_owned(), read(member, text).expect("a default of the table is what its member takes"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_written_with_nothing_but_what_it_requires() {
        for kind in Kind::ALL {
            let row = kind.row();
            let required = row.members().filter(|member| member.required).map(|member| match member.takes {
                Takes::Number(_) => format!("{} = 3\n", member.name),
                _ => format!("{} = \"x\"\n", member.name),
            });
            let text = format!("[[fault]]\nkind = \"{}\"\n{}", row.name, required.collect::<String>());
            let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(scenario.faults[0].kind, *kind);
            assert!(row.help.ends_with('.') && row.members().all(|member| !member.help.is_empty()), "{}", row.name);
        }
    }

    #[test]
    fn a_mistake_is_said_with_its_line_and_the_nearest_name() {
        let fault = |rest: &str| format!("# A comment.\n[[fault]]\n{rest}\n");
        for (text, line, what, hint) in [
            (fault("kind = \"crsh\""), 3, "there is no fault of the kind `crsh`", "did you mean `crash`?"),
            (fault("kind = \"crash\"\nafte = \"2s\""), 4, "crash has no `afte`", "did you mean `after`?"),
            (
                fault("kind = \"crash\"\nafter = 20"),
                4,
                "`after` is a duration up to a year, as \"20s\" or \"2m 30s\", not 20",
                "",
            ),
            (fault("kind = \"unhealthy\"\ncheck = \"targt\""), 4, "not \"targt\"", "did you mean `target`?"),
            (
                fault("kind = \"throttle\"\noperation = \"ecs:DescribeService\""),
                4,
                "no operation is called `ecs:DescribeService`",
                "did you mean `ecs:DescribeServices`?",
            ),
            (fault("kind = \"throttle\"\nchance = 1.5"), 4, "`chance` is a number from 0 to 1, not 1.5", ""),
            (fault("kind = \"crash\"\nafter = \"90000h\""), 4, "not \"90000h\"", ""),
            (fault("kind = \"crash\"\nexit_code = -1"), 4, "`exit_code` is a whole number from 0 to 255, not -1", ""),
            (fault("kind = \"throttle\"\ntimes = 0"), 4, "`times` is a whole number from 1, not 0", ""),
            (fault("kind = \"autoscaler\""), 2, "autoscaler needs `count`", ""),
            (fault("times = 3"), 2, "a fault needs `kind`", "rollbook sandbox faults lists the kinds"),
            (
                fault("kind = \"somebody-deploys\"\nafter = \"1s\"\nafter_call = \"ecs:UpdateService\""),
                5,
                "give `after` or `after_call`, not both",
                "",
            ),
            (fault("kind = \"somebody-deploys\"\ndelay = \"1s\""), 4, "give `after_call` too", ""),
            ("[fault]\nkind = \"crash\"".into(), 1, "`fault` is a list: write [[fault]]", ""),
            ("thottle = true".into(), 1, "a scenario has no `thottle`", "did you mean `throttle`?"),
            ("throttle = 1".into(), 1, "`throttle` is true or false, not 1", ""),
            ("throttle = true\nfault = [".into(), 2, "", ""),
        ] {
            let error = Scenario::parse(&text).expect_err(&text);
            assert_eq!((error.line, error.hint.as_deref().unwrap_or_default()), (line, hint), "{text}{error}");
            assert!(error.what.contains(what), "{text}{error}");
        }
    }

    #[test]
    fn the_excerpt_marks_the_place() {
        let error = Scenario::parse("throttle = true\n[[fault]]\nkind = \"crsh\" # an äh\n").unwrap_err();
        assert_eq!(error.excerpt, "  |\n3 | kind = \"crsh\" # an äh\n  |        ^^^^^^");
    }
}
