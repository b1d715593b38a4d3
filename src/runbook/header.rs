//! The header of a runbook: one constant, read without running anything.

use std::collections::BTreeSet;

use super::looks::Looks;
use super::param::{Param, ParamType};
use super::returns::Object;
use crate::api::{self, did_you_mean};
use crate::script::{Finding, Frame, Program, Severity};
use crate::value::{Map, Value, to_json};

pub const NAME: &str = "RUNBOOK";

const KEYS: &[&str] = &["summary", "version", "params", "permits", "holds", "looks", "returns", "needs_rollbook"];
/// Options that every run has: no param can have their names.
pub const RESERVED: &[&str] = &[
    "env",
    "service",
    "cluster",
    "sandbox",
    "scenario",
    "throttle",
    "confirm",
    "yes",
    "wait-for-lease",
    "output",
    "params",
    "help",
    "version",
];

const PARAM_KEYS: &[&str] = &["type", "default", "required", "help", "choices", "secret", "concealed"];

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub summary: String,
    pub version: String,
    pub params: Vec<Param>,
    /// IAM actions of the writes that the runbook may do.
    pub permits: Vec<String>,
    /// What a run changes, so that no two runs change it at once.
    pub holds: Vec<String>,
    /// When a run of it changes nothing.
    pub looks: Option<Looks>,
    /// What its result looks like.
    pub returns: Option<Object>,
    /// The oldest rollbook that the runbook works with.
    pub needs_rollbook: Option<String>,
}

impl Header {
    pub fn read(program: &Program) -> Result<Header, Vec<Finding>> {
        let mut reader = Reader { program, findings: Vec::new() };
        let header = match program.constant(NAME) {
            // A newer rollbook may know keys that this one does not.
            Some(Value::Map(map)) if is_newer(map.get("needs_rollbook")) => Header {
                needs_rollbook: map.get("needs_rollbook").and_then(Value::as_str).map(str::to_owned),
                ..Header::default()
            },
            Some(Value::Map(map)) => reader.header(&map),
            _ if program.declares(NAME) => {
                reader.fault(
                    NAME,
                    format!("the header must be literal: `const {NAME} = #{{ … }}` without calls or variables"),
                    None,
                );
                Header::default()
            }
            _ => {
                reader.fault(
                    "",
                    format!("a runbook starts with a header: const {NAME} = #{{ summary: \"…\", version: \"1.0.0\" }};"),
                    None,
                );
                Header::default()
            }
        };
        if reader.findings.is_empty() { Ok(header) } else { Err(reader.findings) }
    }

    pub fn param_names(&self) -> Vec<String> {
        self.params.iter().map(|param| param.name.clone()).collect()
    }

    pub fn writes(&self) -> bool {
        !self.permits.is_empty()
    }
}

pub(super) struct Reader<'a> {
    program: &'a Program,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    /// Rhai keeps no positions inside a constant, so the word is looked up.
    pub(super) fn fault(&mut self, word: &str, message: String, help: Option<String>) {
        let (line, column) = find(&self.program.text.text, word);
        let place = Frame { source: self.program.text.name.clone(), line, column, function: None };
        let word = (!word.is_empty()).then(|| word.to_owned());
        self.findings.push(Finding { severity: Severity::Error, message, place, word, help });
    }

    fn header(&mut self, map: &Map) -> Header {
        self.only(map, KEYS, "the header");
        Header {
            summary: self.required_text(map, "summary"),
            version: self.required_text(map, "version"),
            params: self.params(map),
            permits: self.permits(map),
            holds: self.texts(map, "holds"),
            looks: self.looks(map),
            returns: self.returns(map),
            needs_rollbook: self.needs_rollbook(map),
        }
    }

    fn returns(&mut self, map: &Map) -> Option<Object> {
        let read = match map.get("returns")? {
            Value::Map(members) => Object::read(members),
            _ => Err(("`returns` must be a map from names to types".into(), None)),
        };
        read.map_err(|(message, help)| self.fault("returns", message, help)).ok()
    }

    fn needs_rollbook(&mut self, map: &Map) -> Option<String> {
        let needed = map.contains_key("needs_rollbook").then(|| self.required_text(map, "needs_rollbook"))?;
        if version_numbers(&needed).is_none() {
            self.fault("needs_rollbook", format!("`{needed}` is not a version, as \"0.1\""), None);
        }
        Some(needed)
    }

    pub(super) fn only(&mut self, map: &Map, keys: &[&str], what: &str) {
        for name in map.keys().filter(|name| !keys.contains(&name.as_str())) {
            let help = did_you_mean(name, keys.iter().copied());
            let help = help.or_else(|| Some(format!("it has {}", keys.join(", "))));
            self.fault(name, format!("{what} has no `{name}`"), help);
        }
    }

    fn required_text(&mut self, map: &Map, name: &str) -> String {
        match map.get(name) {
            Some(Value::Text(text)) => text.to_string(),
            Some(_) => {
                self.fault(name, format!("`{name}` in the header must be a string"), None);
                String::new()
            }
            None => {
                self.fault(NAME, format!("the header needs `{name}`"), None);
                String::new()
            }
        }
    }

    pub(super) fn texts(&mut self, map: &Map, name: &str) -> Vec<String> {
        let Some(value) = map.get(name) else {
            return Vec::new();
        };
        let texts =
            value.as_list().map(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        texts.flatten().unwrap_or_else(|| {
            self.fault(name, format!("`{name}` must be a list of strings"), None);
            Vec::new()
        })
    }

    /// A misspelt action would permit nothing, and be noticed in the middle.
    fn permits(&mut self, map: &Map) -> Vec<String> {
        let permits = self.texts(map, "permits");
        let actions: BTreeSet<String> = if permits.is_empty() { BTreeSet::new() } else { api::actions().collect() };
        for permit in permits.iter().filter(|permit| !actions.contains(*permit)) {
            let help = did_you_mean(permit, actions.iter().map(String::as_str));
            self.fault(permit, format!("`permits` names {permit}, which is no action that rollbook knows"), help);
        }
        permits
    }

    fn params(&mut self, map: &Map) -> Vec<Param> {
        match map.get("params") {
            None => Vec::new(),
            Some(Value::Map(params)) => {
                let params: Vec<Param> = params.iter().filter_map(|(name, value)| self.param(name, value)).collect();
                self.refuse_twins(&params);
                params
            }
            Some(_) => {
                self.fault("params", "`params` must be a map from names to their description".into(), None);
                Vec::new()
            }
        }
    }

    /// `a_b` and `a-b` would be one flag.
    fn refuse_twins(&mut self, params: &[Param]) {
        let mut flags = BTreeSet::new();
        for param in params {
            if !flags.insert(param.flag()) {
                self.fault(&param.name, format!("two params would be --{}", param.flag()), None);
            }
        }
    }

    fn param(&mut self, name: &str, value: &Value) -> Option<Param> {
        let Value::Map(map) = value else {
            self.fault(name, format!("the param `{name}` must be described by a map, as #{{ type: \"string\" }}"), None);
            return None;
        };
        self.only(map, PARAM_KEYS, &format!("the param `{name}`"));
        let kind = self.param_type(name, map)?;
        let param = Param {
            name: name.to_owned(),
            kind,
            // A flag that nobody set is false, not nothing.
            default: map.get("default").cloned().or((kind == ParamType::Boolean).then_some(Value::Bool(false))),
            required: self.flag(map, "required"),
            help: if map.contains_key("help") { self.required_text(map, "help") } else { String::new() },
            choices: self.texts(map, "choices"),
            secret: self.flag(map, "secret"),
            concealed: self.flag(map, "concealed"),
        };
        self.judge_param(&param);
        Some(param)
    }

    /// What the parts of a param say of each other.
    fn judge_param(&mut self, param: &Param) {
        let Param { name, kind, .. } = param;
        if RESERVED.contains(&param.flag().as_str()) {
            self.fault(
                name,
                format!("every run has an option --{} of its own", param.flag()),
                Some("choose another name".into()),
            );
        }
        let can_be_secret = matches!(kind, ParamType::Text | ParamType::Map);
        if param.secret && (!can_be_secret || param.default.is_some() || !param.choices.is_empty()) {
            self.fault(name, format!("the secret param `{name}` must be a string or a map, without default and choices"), None);
        }
        if param.concealed && (param.secret || *kind != ParamType::Map) {
            self.fault(name, format!("the concealed param `{name}` must be a map, and not secret: its values are typed"), None);
        }
        if let Some(default) = param.default.as_ref().filter(|default| !param.accepts(default)) {
            let shown = to_json(default).unwrap_or_default();
            self.fault(name, format!("the default of `{name}` is {shown}, which it would not accept"), None);
        }
        if param.required && param.default.is_some() {
            self.fault(name, format!("the param `{name}` is required, so its default would never be used"), None);
        }
    }

    fn flag(&mut self, map: &Map, name: &str) -> bool {
        match map.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.fault(name, format!("`{name}` must be true or false"), None);
                false
            }
        }
    }

    fn param_type(&mut self, name: &str, map: &Map) -> Option<ParamType> {
        let written = map.get("type").and_then(Value::as_str).unwrap_or("string");
        let kind = ParamType::ALL.iter().copied().find(|kind| kind.name() == written);
        if kind.is_none() {
            let names: Vec<_> = ParamType::ALL.iter().map(|kind| kind.name()).collect();
            let help = did_you_mean(written, names.iter().copied()).or_else(|| Some(format!("types are {}", names.join(", "))));
            self.fault(written, format!("the param `{name}` has the unknown type `{written}`"), help);
        }
        kind
    }
}

/// Whether the version that a header asks for is newer than this rollbook.
pub(super) fn is_newer(needed: Option<&Value>) -> bool {
    let numbers = |text: &str| version_numbers(text).unwrap_or_default();
    needed.and_then(Value::as_str).is_some_and(|needed| numbers(needed) > numbers(env!("CARGO_PKG_VERSION")))
}

fn version_numbers(text: &str) -> Option<Vec<u64>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

/// Line and column of a word, counted from one; zeros when it is not there.
fn find(text: &str, word: &str) -> (usize, usize) {
    let Some(at) = text.find(word).filter(|_| !word.is_empty()) else {
        return (0, 0);
    };
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
