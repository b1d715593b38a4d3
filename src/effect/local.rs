//! What a run does on this machine: files, and showing a value to whoever sits
//! at it. Never AWS's business, and nothing that a sandbox has to imitate.

use std::io::ErrorKind;
use std::path::Path;

use super::attempt::text_or_secret;
use super::gate::{Ending, Gate};
use super::outside;
use super::trouble::{Stop, Trouble};
use crate::value::{Origin, Secret, Value};

pub(super) fn read_file(path: &str, secret: bool, optional: bool) -> Ending {
    match outside::read_text(Path::new(path)) {
        Ok(text) => {
            let text = if secret { without_newline(text) } else { text };
            Ok(text_or_secret(text, secret, Origin::File(path.to_owned())))
        }
        Err(error) if optional && error.kind() == ErrorKind::NotFound => Ok(Value::Null),
        Err(error) => Err(Trouble::Unavailable(format!("cannot read {path}: {error}"))),
    }
}

/// An editor ends a file with a newline that is no part of the secret.
fn without_newline(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

impl Gate {
    pub(super) fn write_file(&self, path: &str, content: &Value) -> Ending {
        let (text, private) = match content {
            Value::Secret(secret) => (secret.reveal(), true),
            Value::Text(text) => (text.as_str(), false),
            other => return Err(Trouble::Unavailable(format!("a file holds a string or a secret, not {}", other.kind()))),
        };
        let written = self.world.write_file(Path::new(path), text, private);
        written.map(|()| Value::Null).map_err(|error| Trouble::Unavailable(format!("cannot write {path}: {error}")))
    }

    /// Whether it was shown. Neither `--yes` nor a pipe is a person who looks.
    pub(super) fn reveal(&self, name: &str, secret: &Secret) -> Ending {
        if !self.console.can_reveal() {
            let what = format!("the value of {name} is shown to a person at a terminal, and to nobody else");
            let hint = "type the command at a terminal, without --output json and with nothing redirected";
            return Err(Stop::Refused { what, hint: hint.into() }.into());
        }
        let answer = self.console.ask(&format!("Show the value of {name} on this terminal? [y/N]"), false);
        self.cancel.check()?;
        let yes = matches!(answer.unwrap_or_default().trim(), "y" | "Y" | "yes");
        if yes {
            self.console.reveal(name, secret.reveal());
        }
        Ok(Value::Bool(yes))
    }
}
