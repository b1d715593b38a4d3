//! The generated shapes of one service, as read from its JSON file.
//!
//! The notation of a type is one short string: `s` string, `i` integer, `l`
//! long, `d` double, `b` boolean, `t` timestamp, `x` blob, `?` anything,
//! `[T` a list, `{T` a map, `:Name` a structure, `=Name` an enum; then `!` for
//! required, `*` for sensitive, `#` for an idempotency token.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    Integer,
    Long,
    Float,
    Boolean,
    Time,
    Blob,
    Any,
    List(Box<Type>),
    Map(Box<Type>),
    Structure(String),
    Enum(String),
}

#[derive(Clone, Debug)]
pub struct Member {
    pub kind: Type,
    pub required: bool,
    pub secret: bool,
    pub token: bool,
}

#[derive(Debug)]
pub struct Structure {
    pub name: String,
    pub members: BTreeMap<String, Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Protocol {
    #[serde(rename = "json-1.0")]
    Json10,
    #[serde(rename = "json-1.1")]
    Json11,
    #[serde(rename = "rpc-v2-cbor")]
    Cbor,
    #[serde(rename = "query")]
    Query,
}

/// How an operation that answers in pages is asked for the next one.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// Members of the request that take the token.
    #[serde(rename = "in")]
    pub request_tokens: Vec<String>,
    /// Members of the answer that carry it.
    #[serde(rename = "out")]
    pub answer_tokens: Vec<String>,
    /// Members of the answer that hold the items.
    pub items: Vec<String>,
    pub size: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Call {
    pub input: Option<String>,
    pub output: Option<String>,
    #[serde(default)]
    pub errors: Vec<String>,
    pub page: Option<Page>,
}

#[derive(Debug)]
pub struct Model {
    /// The version of botocore whose models these facts are.
    pub botocore: String,
    pub api_version: String,
    pub protocol: Protocol,
    pub target: String,
    pub signing_name: String,
    operations: BTreeMap<String, Call>,
    structures: HashMap<String, Structure>,
    enums: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    botocore: String,
    api_version: String,
    protocol: Protocol,
    target: String,
    signing_name: String,
    operations: BTreeMap<String, Call>,
    structures: HashMap<String, BTreeMap<String, String>>,
    enums: HashMap<String, Vec<String>>,
}

impl Model {
    pub(super) fn read(facts: &str) -> Model {
        let file: File = serde_json::from_str(facts).expect("the generated shapes are well-formed");
        let structures = file.structures.into_iter().map(|(name, members)| {
            let members = members.into_iter().map(|(member, notation)| (member, Member::read(&notation)));
            (name.clone(), Structure { name, members: members.collect() })
        });
        Model {
            botocore: file.botocore,
            api_version: file.api_version,
            protocol: file.protocol,
            target: file.target,
            signing_name: file.signing_name,
            operations: file.operations,
            structures: structures.collect(),
            enums: file.enums,
        }
    }

    pub fn operation(&self, name: &str) -> Option<&Call> {
        self.operations.get(name)
    }

    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    pub fn structures(&self) -> impl Iterator<Item = &Structure> {
        self.structures.values()
    }

    pub fn structure(&self, name: &str) -> Option<&Structure> {
        self.structures.get(name)
    }

    pub fn enum_values(&self, name: &str) -> &[String] {
        self.enums.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Member {
    fn read(notation: &str) -> Member {
        let kind = notation.trim_end_matches(['!', '*', '#']);
        let flags = &notation[kind.len()..];
        Member { kind: Type::read(kind), required: flags.contains('!'), secret: flags.contains('*'), token: flags.contains('#') }
    }
}

impl Type {
    fn read(notation: &str) -> Type {
        let (first, rest) = notation.split_at(1);
        match first {
            "s" => Type::Text,
            "i" => Type::Integer,
            "l" => Type::Long,
            "d" => Type::Float,
            "b" => Type::Boolean,
            "t" => Type::Time,
            "x" => Type::Blob,
            "?" => Type::Any,
            "[" => Type::List(Box::new(Type::read(rest))),
            "{" => Type::Map(Box::new(Type::read(rest))),
            ":" => Type::Structure(rest.to_owned()),
            "=" => Type::Enum(rest.to_owned()),
            _ => panic!("unknown notation {notation:?} in the generated shapes"),
        }
    }

    /// What a message calls a value of this type.
    pub fn describe(&self) -> String {
        match self {
            Type::Text => "a string".into(),
            Type::Integer | Type::Long => "an integer".into(),
            Type::Float => "a number".into(),
            Type::Boolean => "true or false".into(),
            Type::Time => "a time".into(),
            Type::Blob => "base64 text".into(),
            Type::Any => "anything".into(),
            Type::List(item) => format!("a list (of {})", item.plural()),
            Type::Map(item) => format!("a map (of {})", item.plural()),
            Type::Structure(name) => format!("a map ({name})"),
            Type::Enum(name) => format!("one of the values of {name}"),
        }
    }

    fn plural(&self) -> String {
        match self {
            Type::Text | Type::Enum(_) => "strings".into(),
            Type::Integer | Type::Long => "integers".into(),
            Type::Float => "numbers".into(),
            Type::Boolean => "booleans".into(),
            Type::Time => "times".into(),
            Type::Blob => "base64 texts".into(),
            Type::Any => "anything".into(),
            Type::List(_) => "lists".into(),
            Type::Map(_) => "maps".into(),
            Type::Structure(name) => name.clone(),
        }
    }
}
