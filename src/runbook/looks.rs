//! When a run of a runbook that may write only looks: then it needs no permits,
//! holds nothing, and is not asked for its word in a protected environment.

use super::header::{Header, Reader};
use crate::api::did_you_mean;
use crate::value::{Map, Value};

const KEYS: &[&str] = &["with", "without"];

/// `looks: #{ with: ["show"], without: ["keep"] }`: a run only looks if one of
/// the first is given, and, where there are any, if none of the others is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looks {
    pub with: Vec<String>,
    pub without: Vec<String>,
}

impl Looks {
    fn is_look(&self, is_given: impl Fn(&str) -> bool) -> bool {
        let some = |names: &[String]| names.iter().any(|name| is_given(name));
        some(&self.with) || !self.without.is_empty() && !some(&self.without)
    }

    /// `only looks with --show`, for the help.
    pub fn text(&self) -> String {
        let flags = |names: &[String]| {
            let flags: Vec<_> = names.iter().map(|name| format!("--{}", name.replace('_', "-"))).collect();
            flags.join(" or ")
        };
        let parts = [("with", &self.with), ("without", &self.without)].into_iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<_> = parts.map(|(word, names)| format!("{word} {}", flags(names))).collect();
        format!("Only looks {}.", parts.join(", and "))
    }
}

impl Header {
    /// Whether a run with these params only looks. A flag that is false is not given.
    pub fn is_look(&self, arguments: &Map) -> bool {
        let is_given = |name: &str| !matches!(arguments.get(name), None | Some(Value::Null | Value::Bool(false)));
        self.is_look_where(is_given)
    }

    pub fn is_look_where(&self, is_given: impl Fn(&str) -> bool) -> bool {
        self.looks.as_ref().is_some_and(|looks| looks.is_look(is_given))
    }

    /// The header as it counts for a run with these params: a look may write
    /// nothing and keeps nobody away.
    pub fn for_run(&self, arguments: &Map) -> Header {
        match self.is_look(arguments) {
            true => Header { permits: Vec::new(), holds: Vec::new(), ..self.clone() },
            false => self.clone(),
        }
    }
}

impl Reader<'_> {
    pub(super) fn looks(&mut self, map: &Map) -> Option<Looks> {
        let Value::Map(looks) = map.get("looks")? else {
            self.fault("looks", "`looks` must be a map, as #{ with: [\"show\"] }".into(), None);
            return None;
        };
        self.only(looks, KEYS, "`looks`");
        let found = Looks { with: self.texts(looks, "with"), without: self.texts(looks, "without") };
        let params: Vec<String> = match map.get("params") {
            Some(Value::Map(params)) => params.keys().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        for name in found.with.iter().chain(&found.without).filter(|name| !params.contains(name)) {
            let help = did_you_mean(name, params.iter().map(String::as_str));
            self.fault("looks", format!("`looks` names `{name}`, which is no param of this runbook"), help);
        }
        Some(found)
    }
}
