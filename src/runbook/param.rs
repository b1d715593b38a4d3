//! The params of a runbook: their types, and values from the command line.

use crate::value::{Map, Value, parse_span};

macro_rules! param_types {
    ($($variant:ident $name:literal $value_name:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ParamType {
            $($variant,)*
        }

        impl ParamType {
            pub const ALL: &[ParamType] = &[$(ParamType::$variant),*];

            /// As a header writes it.
            pub fn name(self) -> &'static str {
                match self {
                    $(ParamType::$variant => $name,)*
                }
            }

            /// As help shows its value.
            pub fn value_name(self) -> &'static str {
                match self {
                    $(ParamType::$variant => $value_name,)*
                }
            }
        }
    };
}
param_types! {
    Text "string" "TEXT";
    Integer "integer" "NUMBER";
    Number "number" "NUMBER";
    Boolean "boolean" "BOOL";
    Duration "duration" "DURATION";
    List "list" "TEXT";
    Map "map" "KEY=TEXT";
    Environments "environments" "NAME,NAME";
}

#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// As scripts write it: `max_failed_tasks`.
    pub name: String,
    pub kind: ParamType,
    pub default: Option<Value>,
    pub required: bool,
    pub help: String,
    pub choices: Vec<String>,
    pub secret: bool,
    /// Its values are given as they are, and secret from then on.
    pub concealed: bool,
}

impl Param {
    /// As the command line writes it: `max-failed-tasks`.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// The value of a text from the command line, or why it is none.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let wrong = |wanted: &str| format!("`{text}` is not {wanted}");
        let value = match self.kind {
            ParamType::Text | ParamType::List => Value::from(text),
            // A secret's source is not repeated: it may be the secret itself.
            ParamType::Map => {
                let (key, text) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or("it must be KEY=…")?;
                Value::Map(Map::from([(key.into(), Value::from(text))]))
            }
            ParamType::Environments => {
                let names: Vec<&str> = text.split(',').map(str::trim).collect();
                match names.iter().all(|name| !name.is_empty()) {
                    true => Value::from(names),
                    false => return Err(wrong("a list of environments, as dev,prod")),
                }
            }
            ParamType::Integer => Value::Int(text.parse().map_err(|_| wrong("a whole number"))?),
            ParamType::Number => {
                Value::Float(text.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| wrong("a number"))?)
            }
            ParamType::Boolean => Value::Bool(text.parse().map_err(|_| wrong("true or false"))?),
            ParamType::Duration => {
                parse_span(text).ok_or_else(|| wrong("a duration, as 90s, 30m or 1h 30m"))?;
                Value::from(text)
            }
        };
        match self.choices.is_empty() || self.choices.iter().any(|choice| choice == text) {
            true => Ok(value),
            false => Err(format!("`{text}` is not one of {}", self.choices.join(", "))),
        }
    }

    /// Whether a header's default is of the param's type.
    pub fn accepts(&self, value: &Value) -> bool {
        if let (Value::Text(text), false) = (value, self.choices.is_empty()) {
            return self.choices.iter().any(|choice| choice == text);
        }
        match (self.kind, value) {
            (_, Value::Null)
            | (ParamType::Text, Value::Text(_))
            | (ParamType::Integer, Value::Int(_))
            | (ParamType::Number, Value::Int(_) | Value::Float(_))
            | (ParamType::Boolean, Value::Bool(_)) => true,
            (ParamType::Duration, Value::Text(text)) => parse_span(text).is_some(),
            (ParamType::Map, Value::Map(map)) => map.values().all(|item| matches!(item, Value::Text(_))),
            (ParamType::List | ParamType::Environments, Value::List(items)) => {
                items.iter().all(|item| matches!(item, Value::Text(_)))
            }
            _ => false,
        }
    }
}
