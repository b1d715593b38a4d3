//! One fault of a scenario, and how it is doing: whether it may strike now, and
//! how often it has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::dice::Dice;
use super::kinds::Kind;
use super::pattern::fits;
use super::setting::Setting;
use crate::value::Timestamp;

/// As it was declared, with every default filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: Kind,
    pub(super) settings: BTreeMap<String, Setting>,
}

impl Fault {
    pub fn span(&self, name: &str) -> Option<i64> {
        match self.settings.get(name) {
            Some(Setting::Milliseconds(span)) => Some(*span),
            _ => None,
        }
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        match self.settings.get(name) {
            Some(Setting::Number(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.settings.get(name) {
            Some(Setting::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        self.settings.get(name) == Some(&Setting::Flag(true))
    }

    fn chance(&self) -> f64 {
        match self.settings.get("chance") {
            Some(Setting::Chance(chance)) => *chance,
            _ => 1.0,
        }
    }

    /// Whether the pattern in `name` lets `text` pass; one that was left out
    /// lets everything pass.
    pub fn lets_pass(&self, name: &str, text: &str) -> bool {
        self.text(name).is_none_or(|pattern| fits(pattern, text))
    }
}

/// A fault that was put into the world.
#[derive(Clone, Serialize, Deserialize)]
pub struct Armed {
    pub fault: Fault,
    since: Timestamp,
    struck: i64,
    /// Its own: what one fault does must not change the luck of another.
    dice: Dice,
}

impl Armed {
    pub fn new(fault: Fault, since: Timestamp, dice: Dice) -> Armed {
        Armed { fault, since, struck: 0, dice }
    }

    fn is_active(&self, now: Timestamp) -> bool {
        let passed = now.duration_since(self.since).as_millis();
        let from = i128::from(self.fault.span("from").unwrap_or(0));
        let over = self.fault.span("for").is_some_and(|span| passed >= from + i128::from(span));
        passed >= from && !over
    }

    /// It never strikes again.
    pub fn is_spent(&self, now: Timestamp) -> bool {
        let passed = now.duration_since(self.since).as_millis();
        let end = self.fault.span("for").map(|span| i128::from(span) + i128::from(self.fault.span("from").unwrap_or(0)));
        self.has_struck_enough() || end.is_some_and(|end| passed >= end)
    }

    fn has_struck_enough(&self) -> bool {
        self.fault.number("times").is_some_and(|times| self.struck >= times)
    }

    /// Whether it strikes what it could strike now; then it is counted.
    pub fn strikes(&mut self, now: Timestamp) -> bool {
        const PARTS: u64 = 1_000_000;
        let chance = (self.fault.chance() * PARTS as f64) as u64;
        let hit = self.is_active(now) && !self.has_struck_enough() && (chance == PARTS || self.dice.below(PARTS) < chance);
        self.struck += i64::from(hit);
        hit
    }
}
